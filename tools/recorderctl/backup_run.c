#include "tools/recorderctl/backup_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/disk/disk.h"
#include "storage/index/backup.h"
#include "storage/index/recordings.h"

enum { PAGE_ROWS = 100 };

struct page {
    size_t count;
    struct index_recording row[PAGE_ROWS];
};

static void complain(struct backup_run *run, const char *path, const char *why)
{
    progress_clear(&run->progress);
    (void)fprintf(run->context->err, "recorderctl: %s: %s\n", path, why);
}

static bool looks_as(const char *path, uint64_t bytes, int64_t mtime_us)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISREG(about.st_mode) && (uint64_t)about.st_size == bytes &&
           about.st_mtim.tv_sec * INT64_C(1000000) + about.st_mtim.tv_nsec / 1000 == mtime_us;
}

static bool is_hash(const uint8_t *one, const uint8_t *other)
{
    return memcmp(one, other, BACKUP_HASH_BYTES) == 0;
}

/* What is in the index no longer stays in the backup: that is what it is for. */
static enum status keep_gone(struct backup_run *run, struct fault *fault)
{
    run->counts.gone++;
    enum status status = backup_list_add(&run->after, &run->before.next, fault);
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

/* A file that another pass may find in order: its row was changed since the snapshot. */
static bool is_newer_than_snapshot(struct backup_run *run, const struct index_recording *row)
{
    struct index_recording present;

    return recordings_get(run->context->index, row->id, NULL, &present, NULL) == STATUS_OK &&
           (present.state != row->state || !is_hash(present.sha256_cipher, row->sha256_cipher) ||
            !uuid_equal(present.customer, row->customer) ||
            !uuid_equal(present.owner_due, row->owner_due));
}

/* Between the rename and the row of one that is sealed anew the keeper takes a moment. */
static bool is_due(const struct index_recording *row)
{
    static const struct uuid nobody;

    return !uuid_equal(row->owner_due, nobody);
}

/* What is in the backup of it, if anything is, stays. */
static enum status note_failure(struct backup_run *run, const struct index_recording *row,
                                const struct backup_entry *entry, enum status failed,
                                const struct fault *why, struct fault *fault)
{
    bool may_pass = failed == STATUS_BUSY || failed == STATUS_CORRUPT;

    if (may_pass && (failed == STATUS_BUSY || is_due(row) || is_newer_than_snapshot(run, row)))
        run->stale++;
    if (failed == STATUS_NOT_FOUND)
        run->counts.missing++;
    else
        run->counts.bad++;
    complain(run, row->path, why->text[0] ? why->text : status_text(failed));
    return entry ? backup_list_add(&run->after, entry, fault) : STATUS_OK;
}

/* Where it lies in the backup already, whole: by the list, or left by a run that was cut off. */
static bool is_there(struct backup_run *run, const struct index_recording *row, const char *to,
                     const struct stat *source, const struct backup_entry *entry,
                     struct backup_entry *made)
{
    const int64_t time_us =
        source->st_mtim.tv_sec * INT64_C(1000000) + source->st_mtim.tv_nsec / 1000;

    if (!looks_as(to, (uint64_t)source->st_size, time_us))
        return false;
    if (entry && entry->digest.bytes == (uint64_t)source->st_size &&
        entry->digest.mtime_us == time_us &&
        is_hash(entry->digest.sha256_cipher, row->sha256_cipher)) {
        made->digest = entry->digest;
        run->counts.unchanged++;
        return true;
    }
    if (backup_digest_file(to, &made->digest, NULL) != STATUS_OK ||
        !is_hash(made->digest.sha256_cipher, row->sha256_cipher))
        return false;
    run->counts.resumed++;
    return true;
}

static enum status copy_recording(struct backup_run *run, const struct index_recording *row,
                                  const char *from, const char *to, struct backup_entry *made,
                                  struct fault *fault)
{
    const struct backup_copy copy = {
        .from = from, .to = to, .mode = BACKUP_FILE_MODE, .sha256_cipher = row->sha256_cipher};
    enum status status = backup_make_parents(to, BACKUP_DIRECTORY_MODE, fault);

    if (status == STATUS_OK)
        status = backup_copy_file(&copy, &made->digest, fault);
    if (status == STATUS_OK) {
        run->counts.copied++;
        run->counts.copied_bytes += made->digest.bytes;
    }
    return status;
}

static enum status take_file(struct backup_run *run, const struct index_recording *row,
                             const struct backup_entry *entry, struct fault *fault)
{
    struct backup_entry made = {.id = row->id, .started = row->started};
    char from[BOUND_PATH_BYTES];
    char to[BOUND_PATH_BYTES];
    struct stat source;
    struct fault why = {0};
    enum status status = context_store_path(run->context, row->path, from, &why);

    (void)snprintf(made.path, sizeof made.path, "%s", row->path);
    if (status == STATUS_OK)
        status = backup_path(run->directory, row->path, to, &why);
    if (status == STATUS_OK && stat(from, &source))
        status = fault_set(&why, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, errno,
                           "its file cannot be read");
    if (status == STATUS_OK && !is_there(run, row, to, &source, entry, &made))
        status = copy_recording(run, row, from, to, &made, &why);
    if (status == STATUS_OK)
        return backup_list_add(&run->after, &made, fault);
    if (status == STATUS_FULL || status == STATUS_NOMEM) /* of the backup: nothing else will fit */
        return fault_set(fault, status, why.sys_errno, "%s", why.text);
    return note_failure(run, row, entry, status, &why, fault);
}

static enum status take_row(struct backup_run *run, const struct index_recording *row,
                            struct fault *fault)
{
    const struct backup_entry *entry = NULL;
    enum status status = find_entry(run, row, &entry, fault);

    if (status != STATUS_OK)
        return status;
    run->counts.running += row->state == RECORDING_STATE_RECORDING;
    run->counts.failed += row->state == RECORDING_STATE_FAILED;
    if (row->state == RECORDING_STATE_SEALED || row->state == RECORDING_STATE_RECOVERED)
        status = take_file(run, row, entry, fault);
    if (status == STATUS_OK && entry)
        status = backup_list_step(&run->before, fault);
    return status;
}

static void add_to_page(void *context, const struct index_recording *row)
{
    struct page *page = context;

    page->row[page->count++] = *row;
}

static enum status take_rows(struct backup_run *run, struct page *page, struct fault *fault)
{
    struct recordings_query query = {.limit = PAGE_ROWS};
    enum status status = STATUS_OK;
    uint64_t done = 0;
    bool more = true;

    while (status == STATUS_OK && more) {
        page->count = 0;
        status = recordings_list(run->snapshot, &query, add_to_page, page, &more, fault);
        for (size_t i = 0; status == STATUS_OK && i < page->count; i++) {
            status = take_row(run, &page->row[i], fault);
            progress_show(&run->progress, "recordings", ++done, run->rows);
        }
        if (status != STATUS_OK || !page->count)
            break;
        query.has_after = true;
        query.after_started = page->row[page->count - 1].started;
        query.after_id = page->row[page->count - 1].id;
    }
    while (status == STATUS_OK && !run->before.ended)
        status = keep_gone(run, fault);
    return status;
}

static enum status count_rows(struct backup_run *run, struct fault *fault)
{
    struct recordings_counts counts;
    enum status status = recordings_count(run->snapshot, &counts, fault);

    run->rows = 0;
    for (size_t i = 0; status == STATUS_OK && i < sizeof counts.by_state / sizeof *counts.by_state;
         i++)
        run->rows += counts.by_state[i];
    return status;
}

/* The lists are open. */
static enum status walk(struct backup_run *run, const char *index_path, struct fault *fault)
{
    struct page *page = calloc(1, sizeof *page);

    if (!page)
        return fault_set(fault, STATUS_NOMEM, 0, "list recordings: out of memory");
    enum status status = index_open(index_path, &run->snapshot, fault);
    if (status == STATUS_OK)
        status = count_rows(run, fault);
    if (status == STATUS_OK)
        status = take_rows(run, page, fault);
    index_close(run->snapshot);
    run->snapshot = NULL;
    free(page);
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
        complain(run, before, "the list of the last backup cannot be read");
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
    int passes = 0;

    do
        status = pass(run, fault);
    while (status == STATUS_OK && run->stale && ++passes < BACKUP_PASSES_MAX);
    if (status == STATUS_OK)
        status = backup_copy_settle(run->directory, fault);
    if (status == STATUS_OK)
        status = backup_manifest_write(run->directory, &run->manifest, run->signer, fault);
    if (status == STATUS_OK)
        (void)disk_system.list(disk_system.context, run->directory, remove_old, run);
    return status;
}
