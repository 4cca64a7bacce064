#include <stdio.h>
#include <string.h>

#include "storage/disk/disk.h"
#include "storage/index/backup.h"
#include "storage/index/recordings.h"
#include "tools/recorderctl/backup_keys.h"
#include "tools/recorderctl/backup_list.h"
#include "tools/recorderctl/backup_manifest.h"
#include "tools/recorderctl/command.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/restore_rows.h"
#include "tools/recorderctl/restore_store.h"

enum { FILE_MODE = 0660 };

struct restore {
    struct context *context; /* configuration is read, public keys are open */
    const char *directory;
    struct backup_manifest manifest;
    struct progress progress;
    uint64_t restored;
    uint64_t resumed; /* by a run that was cut off */
    uint64_t bad;     /* not as the list says, restored all the same */
    uint64_t missing; /* in the list, not in the backup */
    struct restore_rows rows;
};

/* All on the store's own volume, whichever it was on. */
static enum status store_path(const struct restore *restore, const char *leaf, char *path,
                              struct fault *fault)
{
    return backup_path(restore->context->config->store, leaf, path, fault);
}

static void complain(struct restore *restore, const char *path, const char *why)
{
    progress_clear(&restore->progress);
    (void)fprintf(restore->context->err, "recorderctl: %s: %s\n", path, why);
}

/* --- recordings --- */

static bool is_restored(const struct backup_entry *entry, const char *path)
{
    struct backup_digest digest;

    return backup_digest_file(path, &digest, NULL) == STATUS_OK &&
           memcmp(digest.sha256, entry->digest.sha256, sizeof digest.sha256) == 0;
}

/* One that is not as the list says is restored all the same: every frame of it is authenticated by
 * whoever reads it, and the rest may be whole. */
static enum status restore_damaged(struct restore *restore, const struct backup_copy *copy,
                                   struct fault *fault)
{
    const struct backup_copy any = {.from = copy->from, .to = copy->to, .mode = copy->mode};
    struct backup_digest digest;

    restore->bad++;
    complain(restore, copy->from, "not what the list of files says; restored as it is");
    return backup_copy_file(&any, &digest, fault);
}

static enum status restore_file(struct restore *restore, const struct backup_entry *entry,
                                bool resume, struct fault *fault)
{
    char from[BOUND_PATH_BYTES];
    char to[BOUND_PATH_BYTES];
    struct backup_digest digest;
    const struct backup_copy copy = {
        .from = from, .to = to, .mode = FILE_MODE, .sha256 = entry->digest.sha256};
    enum status status = backup_path(restore->directory, entry->path, from, fault);

    if (status == STATUS_OK)
        status = store_path(restore, entry->path, to, fault);
    if (status == STATUS_OK && resume && is_restored(entry, to)) {
        restore->resumed++;
        return STATUS_OK;
    }
    if (status == STATUS_OK)
        status = backup_make_parents(to, RESTORE_STORE_MODE, fault);
    if (status == STATUS_OK)
        status = backup_copy_file(&copy, &digest, fault);
    if (status == STATUS_CORRUPT)
        status = restore_damaged(restore, &copy, fault);
    if (status == STATUS_NOT_FOUND) {
        restore->missing++;
        complain(restore, entry->path, "in the list of files, but not in the backup");
        return STATUS_OK;
    }
    restore->restored += status == STATUS_OK;
    return status;
}

static enum status restore_files(struct restore *restore, bool resume, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    struct backup_list list;
    enum status status = backup_path(restore->directory, restore->manifest.list.name, path, fault);

    if (status == STATUS_OK)
        status = backup_list_open(&list, path, fault);
    else
        return status;
    while (status == STATUS_OK && !list.ended) {
        status = restore_file(restore, &list.next, resume, fault);
        progress_show(&restore->progress, "recordings", list.entries, restore->manifest.recordings);
        if (status == STATUS_OK)
            status = backup_list_step(&list, fault);
    }
    backup_list_close(&list);
    progress_clear(&restore->progress);
    return status == STATUS_OK ? backup_copy_settle(restore->context->config->store, fault)
                               : status;
}

/* --- the index, last: with it the store is one --- */

static enum status prepare_index(struct restore *restore, const char *draft, struct fault *fault)
{
    struct context *context = restore->context;
    enum status status = index_check(draft, fault);

    if (status == STATUS_OK)
        status = index_create(&disk_system, draft, fault); /* brings an older one up to date */
    if (status == STATUS_OK)
        status = index_open(draft, &context->index, fault);
    if (status == STATUS_OK)
        status = restore_rows(context, &restore->rows, fault);
    if (status == STATUS_OK)
        status =
            context_audit(context, "restore", NULL,
                          json_pack("{s:o, s:s, s:I}", "directory", output_text(restore->directory),
                                    "made_at", restore->manifest.made_at, "recordings",
                                    (json_int_t)restore->restored + (json_int_t)restore->resumed),
                          fault);
    index_close(context->index);
    context->index = NULL;
    if (status == STATUS_OK)
        status = index_check(draft, fault);
    return status == STATUS_OK ? index_settle(&disk_system, draft, fault) : status;
}

static enum status restore_index(struct restore *restore, struct fault *fault)
{
    char from[BOUND_PATH_BYTES];
    char draft[BOUND_PATH_BYTES];
    char path[BOUND_PATH_BYTES];
    struct backup_digest digest;
    const struct backup_copy copy = {.from = from,
                                     .to = draft,
                                     .mode = FILE_MODE,
                                     .sha256 = restore->manifest.index.digest.sha256};
    enum status status = backup_path(restore->directory, restore->manifest.index.name, from, fault);

    if (status == STATUS_OK)
        status = store_path(restore, "index.sqlite.restoring", draft, fault);
    if (status == STATUS_OK)
        status = store_path(restore, "index.sqlite", path, fault);
    if (status == STATUS_OK)
        status = backup_copy_file(&copy, &digest, fault);
    if (status == STATUS_OK)
        status = prepare_index(restore, draft, fault);
    if (status == STATUS_OK && rename(draft, path))
        status = disk_fault(fault, "name", path);
    return status == STATUS_OK ? disk_sync_parent(&disk_system, path, fault) : status;
}

/* --- the whole --- */

/* With the signers of the copy of the keys, where there is one, else those that are here. */
static enum status read_manifest(struct restore *restore, const char *keys, struct fault *fault)
{
    struct public_keys *signers = NULL;
    enum status status = public_keys_open(
        &disk_system, keys ? keys : restore->context->config->keys, &signers, fault);

    if (status == STATUS_OK)
        status = backup_manifest_read(restore->directory, signers, &restore->manifest, fault);
    public_keys_close(signers);
    if (status == STATUS_OK && restore->manifest.schema > INDEX_SCHEMA_VERSION)
        status = fault_set(fault, STATUS_VERSION, 0,
                           "%s: schema version %d is newer than this program's %d; update the "
                           "program",
                           restore->directory, restore->manifest.schema, INDEX_SCHEMA_VERSION);
    if (status == STATUS_OK)
        status = backup_manifest_check(restore->directory, &restore->manifest.index, fault);
    if (status == STATUS_OK)
        status = backup_manifest_check(restore->directory, &restore->manifest.list, fault);
    return status;
}

static enum status restore_all(struct restore *restore, const char *keys,
                               struct backup_keys_counts *counts, struct fault *fault)
{
    const struct config *config = restore->context->config;
    bool resume = false;
    enum status status = read_manifest(restore, keys, fault);

    if (status == STATUS_OK)
        status = restore_store_look(config->store, restore->manifest.made_at, &resume, fault);
    if (status == STATUS_OK && keys && !resume && backup_keys_present(config))
        status = fault_set(fault, STATUS_EXISTS, 0, "%s has keys already", config->keys);
    if (status == STATUS_OK)
        status = restore_store_make(config->store, fault);
    if (status == STATUS_OK)
        status = restore_mark_write(config->store, restore->manifest.made_at, fault);
    if (status == STATUS_OK && keys)
        status = backup_keys_restore(config, keys, counts, fault);
    if (status == STATUS_OK)
        status = restore_files(restore, resume, fault);
    if (status == STATUS_OK)
        status = restore_index(restore, fault);
    return status == STATUS_OK ? restore_mark_remove(config->store, fault) : status;
}

static enum exit_code explain(const struct context *context, enum status status,
                              const struct fault *fault)
{
    switch ((int)status) {
    case STATUS_EXISTS:
        (void)context_fail_status(context, status, fault,
                                  "name an empty store and keys in the configuration");
        return EXIT_REFUSED;
    case STATUS_NOT_FOUND:
        (void)context_fail_status(context, status, fault, "name the directory of a backup");
        return EXIT_MISSING;
    case STATUS_CORRUPT:
        (void)context_fail_status(context, status, fault,
                                  "take another backup; nothing is lost "
                                  "here, for the store was empty");
        return EXIT_BAD;
    case STATUS_VERSION:
        (void)context_fail(context, EXIT_SYSTEM, fault->text, "nothing was restored");
        return EXIT_SYSTEM;
    case STATUS_NO_KEY:
        (void)context_fail_status(context, status, fault,
                                  "give the keys with --keys KEYDIR, or put them in place first");
        return EXIT_SYSTEM;
    default:
        (void)context_fail_status(context, status, fault, NULL);
        return EXIT_SYSTEM;
    }
}

static enum exit_code print(struct restore *restore, const struct backup_keys_counts *keys)
{
    enum exit_code code = output_object(
        restore->context,
        json_pack(
            "{s:o, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "store",
            output_text(restore->context->config->store), "made_at", restore->manifest.made_at,
            "restored", (json_int_t)restore->restored, "resumed", (json_int_t)restore->resumed,
            "bad", (json_int_t)restore->bad, "missing", (json_int_t)restore->missing,
            "failed_as_they_went_on", (json_int_t)restore->rows.failed, "without_file",
            (json_int_t)restore->rows.without_file, "keys",
            keys ? json_pack("{s:I, s:b}", "files", (json_int_t)keys->files, "master", keys->master)
                 : json_null()));
    bool bad = restore->bad || restore->missing || restore->rows.without_file;

    return code == EXIT_DONE && bad ? EXIT_BAD : code;
}

static enum exit_code run_restore(struct context *context, const struct invocation *invocation)
{
    const char *keys = command_option(invocation, "keys");
    struct restore restore = {.context = context, .directory = invocation->argument[0]};
    struct backup_keys_counts counts = {.files = 0};
    struct fault fault = {0};
    enum exit_code code = context_need_config(context);

    if (code != EXIT_DONE)
        return code;
    progress_init(&restore.progress, context);
    enum status status = restore_all(&restore, keys, &counts, &fault);
    progress_clear(&restore.progress);
    return status == STATUS_OK ? print(&restore, keys ? &counts : NULL)
                               : explain(context, status, &fault);
}

const struct command commands_restore[] = {
    {
        .group = "restore",
        .arguments = "DIR",
        .arguments_min = 1,
        .arguments_max = 1,
        .options = {{"keys", 0, "KEYDIR", "restore this copy of the keys too"}},
        .summary = "put a backup into an empty store",
        .details =
            "Checks the manifest, restores every recording verified by its hash, then the index,\n"
            "brought up to date if it is of an older version; one of a newer version is refused.\n"
            "Calls that went on when the backup was made are failed in the index, for it has no\n"
            "file of them. Cut off, it goes on when it is run again. Without --keys the keys must\n"
            "be in place. Afterwards `recorderctl recordings verify --all` reads everything.\n"
            "Exit 1: it was restored, but something of it is missing or damaged.",
        .run = run_restore,
    },
    {0},
};
