#include "tools/recorderctl/backup_run.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/disk/disk.h"
#include "storage/index/backup.h"
#include "storage/index/recordings.h"
#include "tools/recorderctl/backup_before.h"
#include "tools/recorderctl/backup_take.h"

void backup_complain(struct backup_run *run, const char *path, const char *why)
{
    progress_clear(&run->progress);
    (void)fprintf(run->context->err, "recorderctl: %s: %s\n", path, why);
}

/* What is in the index no longer stays in the backup: that is what it is for. */
static enum status keep_gone(struct backup_run *run, struct fault *fault)
{
    struct backup_entry *gone = &run->before.next;

    run->counts.gone++;
    if (gone->standing == BACKUP_WHOLE)
        gone->standing = BACKUP_GONE;
    enum status status = backup_list_add(&run->after, gone, fault);
    return status == STATUS_OK ? backup_list_step(&run->before, fault) : status;
}

/* Both lists have one order: the entry of a row, where the last run had it, is the next one once
 * those before it are passed. */
static enum status find_entry(struct backup_run *run, const struct index_recording *row,
                              const struct backup_entry **entry, struct fault *fault)
{
    enum status status = STATUS_OK;

    while (status == STATUS_OK && !run->before.ended && !uuid_equal(run->before.next.id, row->id) &&
           !backup_entry_before(row->started, row->id, &run->before.next))
        status = keep_gone(run, fault);
    bool found = !run->before.ended && uuid_equal(run->before.next.id, row->id);
    *entry = found ? &run->before.next : NULL;
    return status;
}

static enum status take_row(void *run_of_all, const struct index_recording *row,
                            struct fault *fault)
{
    struct backup_run *run = run_of_all;
    const struct backup_entry *entry = NULL;
    enum status status = find_entry(run, row, &entry, fault);

    if (status != STATUS_OK)
        return status;
    if (row->state == RECORDING_STATE_RECORDING) {
        run->counts.running++;
        status = entry ? backup_list_add(&run->after, entry, fault) : STATUS_OK;
    } else {
        status = backup_take(run, row, entry, fault);
    }
    if (status == STATUS_OK && entry)
        status = backup_list_step(&run->before, fault);
    progress_show(&run->progress, "recordings", ++run->rows_done, run->rows);
    return status;
}

static enum status take_rows(struct backup_run *run, struct fault *fault)
{
    enum status status = recordings_each(run->snapshot, &(struct recordings_query){.limit = 0},
                                         take_row, run, fault);

    while (status == STATUS_OK && !run->before.ended)
        status = keep_gone(run, fault);
    return status;
}

static enum status count_rows(struct backup_run *run, struct fault *fault)
{
    struct recordings_counts counts;
    enum status status = recordings_count(run->snapshot, &counts, fault);

    run->rows = run->rows_done = 0;
    for (size_t i = 0; status == STATUS_OK && i < sizeof counts.by_state / sizeof *counts.by_state;
         i++)
        run->rows += counts.by_state[i];
    return status;
}

/* The lists are open. */
static enum status walk(struct backup_run *run, const char *index_path, struct fault *fault)
{
    enum status status = index_open(index_path, &run->snapshot, fault);
    if (status == STATUS_OK)
        status = count_rows(run, fault);
    if (status == STATUS_OK)
        status = take_rows(run, fault);
    index_close(run->snapshot);
    run->snapshot = NULL;
    progress_clear(&run->progress);
    return status == STATUS_OK ? index_settle(&disk_system, index_path, fault) : status;
}

static enum status open_lists(struct backup_run *run, const char *list_path, struct fault *fault)
{
    char before[BOUND_PATH_BYTES];
    const char *name = run->manifest.list.name;
    enum status status = backup_path(run->directory, name, before, fault);

    if (status == STATUS_OK)
        status = backup_list_open(&run->before, name[0] ? before : NULL, fault);
    if (status == STATUS_NOT_FOUND || status == STATUS_CORRUPT) { /* all is compared anew */
        backup_complain(run, before, "the list of the last backup cannot be read");
        backup_list_close(&run->before);
        fault_clear(fault);
        status = backup_list_open(&run->before, NULL, fault);
    }
    return status == STATUS_OK ? backup_list_create(&run->after, list_path, fault) : status;
}

static enum status close_lists(struct backup_run *run, enum status status, struct fault *fault)
{
    if (status == STATUS_OK)
        status = backup_list_finish(&run->after, fault);
    backup_list_close(&run->after);
    backup_list_close(&run->before);
    return status;
}

/* "20261123T034500123Z", so that names sort by time. */
static void stamp_of(wall_time now, char stamp[static CLOCK_RFC3339_BYTES])
{
    char text[CLOCK_RFC3339_BYTES];
    size_t used = 0;

    clock_format_rfc3339(now, text);
    for (const char *sign = text; *sign; sign++) {
        if (*sign != '-' && *sign != ':' && *sign != '.')
            stamp[used++] = *sign;
    }
    stamp[used] = '\0';
}

static void tell_pages(void *context, int pages_done, int pages)
{
    struct backup_run *run = context;

    progress_show(&run->progress, "pages of the index", (uint64_t)pages_done, (uint64_t)pages);
}

static enum status digest_named(const char *path, struct backup_named *named, struct fault *fault)
{
    return backup_digest_file(path, &named->digest, fault);
}

static enum status pass(struct backup_run *run, struct fault *fault)
{
    const struct index_backup_watch watch = {run, tell_pages};
    struct backup_manifest made = {.schema = INDEX_SCHEMA_VERSION, .version = RECORDER_VERSION};
    char index_path[BOUND_PATH_BYTES];
    char list_path[BOUND_PATH_BYTES];
    char stamp[CLOCK_RFC3339_BYTES];
    wall_time now = clock_wall_now();

    run->counts = (struct backup_counts){0};
    run->stale = 0;
    stamp_of(now, stamp);
    clock_format_rfc3339(now, made.made_at);
    (void)snprintf(made.index.name, sizeof made.index.name, BACKUP_INDEX_PREFIX "%s.sqlite", stamp);
    (void)snprintf(made.list.name, sizeof made.list.name, BACKUP_LIST_PREFIX "%s.jsonl", stamp);
    enum status status = backup_path(run->directory, made.index.name, index_path, fault);
    if (status == STATUS_OK)
        status = backup_path(run->directory, made.list.name, list_path, fault);
    if (status == STATUS_OK)
        status = index_backup(run->context->index, &disk_system, index_path, &watch, fault);
    if (status == STATUS_OK)
        status = open_lists(run, list_path, fault);
    if (status == STATUS_OK)
        status = walk(run, index_path, fault);
    status = close_lists(run, status, fault);
    made.recordings = run->after.entries;
    made.bytes = run->after.bytes;
    if (status == STATUS_OK)
        status = digest_named(index_path, &made.index, fault);
    if (status == STATUS_OK)
        status = digest_named(list_path, &made.list, fault);
    made.running = run->counts.running;
    made.failed = run->counts.failed;
    made.missing = run->counts.missing + run->counts.bad;
    if (status == STATUS_OK)
        run->manifest = made;
    return status;
}

/* Whether a file beside the manifest is an index or a list that it does not name. */
static void remove_old(void *context, const char *name)
{
    const struct backup_run *run = context;
    char path[BOUND_PATH_BYTES];
    bool ours = strncmp(name, BACKUP_INDEX_PREFIX, sizeof BACKUP_INDEX_PREFIX - 1) == 0 ||
                strncmp(name, BACKUP_LIST_PREFIX, sizeof BACKUP_LIST_PREFIX - 1) == 0;

    if (!ours || strcmp(name, run->manifest.index.name) == 0 ||
        strcmp(name, run->manifest.list.name) == 0)
        return;
    if (backup_path(run->directory, name, path, NULL) == STATUS_OK)
        (void)unlink(path);
}

enum status backup_run(struct backup_run *run, struct fault *fault)
{
    enum status status = STATUS_OK;

    run->passes = 0;
    do
        status = pass(run, fault);
    while (status == STATUS_OK && run->stale && ++run->passes < BACKUP_PASSES_MAX);
    if (status == STATUS_OK)
        status = backup_copy_settle(run->directory, fault);
    if (status == STATUS_OK)
        status = backup_manifest_write(run->directory, &run->manifest, run->signer, fault);
    if (status != STATUS_OK)
        return status;
    (void)disk_system.list(disk_system.context, run->directory, remove_old, run);
    backup_before_remove(run->directory);
    return status;
}
