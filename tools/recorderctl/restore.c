#include <stdio.h>
#include <string.h>

#include "storage/disk/disk.h"
#include "storage/index/backup.h"
#include "storage/index/recordings.h"
#include "tools/recorderctl/backup_before.h"
#include "tools/recorderctl/backup_keys.h"
#include "tools/recorderctl/backup_list.h"
#include "tools/recorderctl/backup_manifest.h"
#include "tools/recorderctl/command.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/restore_rows.h"
#include "tools/recorderctl/restore_store.h"

enum { INDEX_MODE = 0660 };

struct restore {
    struct context *context; /* configuration is read, public keys are open */
    const char *directory;
    struct backup_manifest manifest;
    struct progress progress;
    uint64_t restored;
    uint64_t resumed; /* by a run that was cut off */
    uint64_t bad;     /* not as the list says, restored all the same */
    uint64_t missing; /* in the list, not in the backup, or nothing of it can be read */
    uint64_t damaged; /* never whole in the store when a backup was made */
    uint64_t gone;    /* the index did not know them any more */
    bool index_lost;  /* the backup's is damaged: files alone are restored */
    struct restore_rows rows;
};

/* All on the store's own volume, whichever it was on. */
static enum status store_path(const struct restore *restore, const char *leaf, char *path,
                              struct fault *fault)
{
    return backup_path(restore->context->config->store, leaf, path, fault);
}

/* What was asked for. */
struct request {
    const char *keys; /* copy of the keys, NULL where they are in place */
    bool any_signer;
};

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

/* One that is not as the list says, or cannot be read everywhere, is restored all the same: every
 * frame of it is authenticated by whoever reads it, and the rest may be whole. */
static enum status restore_damaged(struct restore *restore, const struct backup_copy *copy,
                                   const struct fault *why, struct fault *fault)
{
    const struct backup_copy any = {.from = copy->from,
                                    .to = copy->to,
                                    .mode = copy->mode,
                                    .as_it_is = true,
                                    .into_store = true};
    struct backup_digest digest;
    enum backup_side side = BACKUP_SOURCE;
    struct fault nothing = {0};

    complain(restore, copy->from, why->text);
    enum status status = backup_copy_file(&any, &digest, &side, &nothing);
    if (status == STATUS_OK) {
        complain(restore, copy->from, "restored as it is");
        restore->bad++;
        restore->restored++;
        return STATUS_OK;
    }
    if (side == BACKUP_TARGET || status == STATUS_NOMEM)
        return fault_set(fault, status, 0, "%s", nothing.text);
    complain(restore, copy->from, nothing.text);
    restore->missing++;
    return STATUS_OK;
}

static enum status copy_file(struct restore *restore, const struct backup_copy *copy,
                             struct fault *fault)
{
    struct backup_digest digest;
    enum backup_side side = BACKUP_SOURCE;
    struct fault why = {0};
    enum status status = backup_before_copy(copy, &digest, &side, &why);

    if (status == STATUS_OK) {
        restore->restored++;
        return STATUS_OK;
    }
    if (side == BACKUP_TARGET || status == STATUS_NOMEM)
        return fault_set(fault, status == STATUS_CORRUPT ? STATUS_IO : status, 0, "%s", why.text);
    if (status != STATUS_NOT_FOUND)
        return restore_damaged(restore, copy, &why, fault);
    restore->missing++;
    complain(restore, copy->from, "in the list of files, but not in the backup");
    return STATUS_OK;
}

static enum status restore_file(struct restore *restore, const struct backup_entry *entry,
                                bool resume, struct fault *fault)
{
    char from[BOUND_PATH_BYTES];
    char to[BOUND_PATH_BYTES];
    const struct backup_copy copy = {.from = from,
                                     .to = to,
                                     .mode = RESTORE_FILE_MODE,
                                     .sha256 = entry->digest.sha256,
                                     .into_store = true};
    enum status status = backup_path(restore->directory, entry->path, from, fault);

    if (status == STATUS_OK)
        status = store_path(restore, entry->path, to, fault);
    if (status != STATUS_OK)
        return status;
    restore->gone += entry->standing == BACKUP_GONE;
    restore->damaged += entry->standing == BACKUP_DAMAGED;
    if (resume && is_restored(entry, to)) {
        restore->resumed++;
        return STATUS_OK;
    }
    status = restore_make_parents(restore->context->config->store, to, fault);
    return status == STATUS_OK ? copy_file(restore, &copy, fault) : status;
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
    const char *store = restore->context->config->store;
    char from[BOUND_PATH_BYTES];
    char draft[BOUND_PATH_BYTES];
    struct backup_digest digest;
    const struct backup_copy copy = {.from = from,
                                     .to = draft,
                                     .mode = INDEX_MODE,
                                     .sha256 = restore->manifest.index.digest.sha256,
                                     .into_store = true};
    enum status status = backup_path(restore->directory, restore->manifest.index.name, from, fault);

    if (status == STATUS_OK)
        status = restore_draft_clear(store, draft, fault);
    if (status == STATUS_OK)
        status = backup_copy_file(&copy, &digest, NULL, fault);
    if (status == STATUS_OK)
        status = prepare_index(restore, draft, fault);
    return status == STATUS_OK ? restore_draft_place(store, fault) : status;
}

/* --- the whole --- */

/* With the signers of the copy of the keys, where there is one, else those that are here. */
static enum status read_manifest(struct restore *restore, const struct request *request,
                                 struct fault *fault)
{
    const char *keys = request->keys ? request->keys : restore->context->config->keys;
    struct backup_trust trust;
    enum status status = backup_trust_open(keys, request->any_signer, &trust, fault);

    if (status == STATUS_OK)
        status = backup_manifest_read(restore->directory, &trust, &restore->manifest, fault);
    backup_trust_close(&trust);
    if (status == STATUS_OK && restore->manifest.schema > INDEX_SCHEMA_VERSION)
        status = fault_set(fault, STATUS_VERSION, 0,
                           "%s: schema version %d is newer than this program's %d; update the "
                           "program",
                           restore->directory, restore->manifest.schema, INDEX_SCHEMA_VERSION);
    return status == STATUS_OK
               ? backup_manifest_check(restore->directory, &restore->manifest.list, fault)
               : status;
}

/* Without it the files are restored all the same: they tell nearly all of it (FORMAT.md section 9).
 */
static void check_index(struct restore *restore)
{
    struct fault why = {0};

    if (backup_manifest_check(restore->directory, &restore->manifest.index, &why) == STATUS_OK)
        return;
    restore->index_lost = true;
    complain(restore, restore->manifest.index.name, why.text);
}

static enum status begin(struct restore *restore, const struct request *request,
                         enum restore_place *place, struct fault *fault)
{
    const struct config *config = restore->context->config;
    enum status status = read_manifest(restore, request, fault);

    if (status == STATUS_OK)
        status = restore_store_look(config->store, restore->manifest.made_at, place, fault);
    if (status == STATUS_OK && request->keys && *place == RESTORE_EMPTY &&
        backup_keys_present(config))
        status = fault_set(fault, STATUS_EXISTS, 0, "%s has keys already", config->keys);
    return status;
}

/* Up to its last words a run of before did it all, and the index may be in use. */
static enum status finish_done(struct restore *restore, struct fault *fault)
{
    const char *store = restore->context->config->store;
    char draft[BOUND_PATH_BYTES];
    enum status status = restore_draft_clear(store, draft, fault);

    complain(restore, store, "the run before restored everything, and its index is in place");
    return status == STATUS_OK ? restore_mark_remove(store, fault) : status;
}

static enum status restore_all(struct restore *restore, const struct request *request,
                               struct backup_keys_counts *counts, struct fault *fault)
{
    const struct config *config = restore->context->config;
    enum restore_place place = RESTORE_EMPTY;
    enum status status = begin(restore, request, &place, fault);

    if (status != STATUS_OK)
        return status;
    if (place == RESTORE_DONE)
        return finish_done(restore, fault);
    check_index(restore);
    status = restore_store_make(config->store, fault);
    if (status == STATUS_OK)
        status = restore_mark_write(config->store, restore->manifest.made_at, fault);
    if (status == STATUS_OK && request->keys)
        status = backup_keys_restore(config, request->keys, counts, fault);
    if (status == STATUS_OK)
        status = restore_files(restore, place == RESTORE_CUT_OFF, fault);
    if (status != STATUS_OK || restore->index_lost)
        return status;
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
        (void)context_fail_status(
            context, status, fault,
            "see \"What is damaged\" in `recorderctl restore --help`; nothing of yours is lost");
        return EXIT_BAD;
    case STATUS_VERSION:
        (void)context_fail(context, EXIT_SYSTEM, fault->text, "nothing was restored");
        return EXIT_SYSTEM;
    case STATUS_NO_KEY:
        (void)context_fail_status(
            context, status, fault,
            "give the keys with --keys KEYDIR, or put them in place first; without "
            "the keeper's signing key see --any-signer");
        return EXIT_SYSTEM;
    default:
        (void)context_fail_status(context, status, fault, NULL);
        return EXIT_SYSTEM;
    }
}

static json_t *outcome_json(const struct restore *restore, const struct backup_keys_counts *keys)
{
    return json_pack(
        "{s:o, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:o}", "store",
        output_text(restore->context->config->store), "made_at", restore->manifest.made_at,
        "restored", (json_int_t)restore->restored, "resumed", (json_int_t)restore->resumed, "bad",
        (json_int_t)restore->bad, "missing", (json_int_t)restore->missing, "damaged_before",
        (json_int_t)restore->damaged, "not_in_index", (json_int_t)restore->gone,
        "failed_as_they_went_on", (json_int_t)restore->rows.failed, "without_file",
        (json_int_t)restore->rows.without_file, "index", !restore->index_lost, "keys",
        keys ? json_pack("{s:I, s:b}", "files", (json_int_t)keys->files, "master", keys->master)
             : json_null());
}

static enum exit_code print(struct restore *restore, const struct backup_keys_counts *keys)
{
    struct context *context = restore->context;
    char remedy[2 * BOUND_PATH_BYTES];
    enum exit_code code = output_object(context, outcome_json(restore, keys));
    bool bad = restore->bad || restore->missing || restore->damaged || restore->rows.without_file;

    if (code == EXIT_DONE && restore->index_lost) {
        (void)snprintf(remedy, sizeof remedy, "now run `recorderctl index rebuild --from %s/%s`",
                       restore->directory, restore->manifest.index.name);
        return context_fail(context, EXIT_BAD, "the files are restored, the index is not", remedy);
    }
    if (!context->json)
        (void)fprintf(context->out,
                      "now `recorderctl init`, as root, gives all files their owners\n");
    return code == EXIT_DONE && bad ? EXIT_BAD : code;
}

static enum exit_code run_restore(struct context *context, const struct invocation *invocation)
{
    const struct request request = {.keys = command_option(invocation, "keys"),
                                    .any_signer = command_option(invocation, "any-signer") != NULL};
    struct restore restore = {.context = context, .directory = invocation->argument[0]};
    struct backup_keys_counts counts = {.files = 0};
    struct fault fault = {0};
    enum exit_code code = context_need_config(context);

    if (code != EXIT_DONE)
        return code;
    progress_init(&restore.progress, context);
    enum status status = restore_all(&restore, &request, &counts, &fault);
    progress_clear(&restore.progress);
    return status == STATUS_OK ? print(&restore, request.keys ? &counts : NULL)
                               : explain(context, status, &fault);
}

const struct command commands_restore[] = {
    {
        .group = "restore",
        .arguments = "DIR",
        .arguments_min = 1,
        .arguments_max = 1,
        .options = {{"keys", 0, "KEYDIR", "restore this copy of the keys too"},
                    {"any-signer", 0, NULL,
                     "take a backup that another known key than the keeper's signed"}},
        .summary = "put a backup into an empty store",
        .details =
            "Checks the manifest, restores every recording verified by its hash, then the index,\n"
            "brought up to date if it is of an older version; one of a newer version is refused.\n"
            "Calls that went on when the backup was made are failed in the index, for it has no\n"
            "file of them. Cut off, it goes on when it is run again. Without --keys the keys must\n"
            "be in place. Afterwards, as root, `recorderctl init` with its users, and `recordings\n"
            "verify --all`, which reads everything. PINs and sign-ins are as they were then.\n"
            "What is damaged: a recording is restored as it is, zeros where it cannot be read. An\n"
            "index is left out, `recorderctl index rebuild --from INDEX` then makes one. Of a\n"
            "manifest or list there is no use: take another backup, or copy its directory\n"
            "recordings into the store and make the index likewise.\n"
            "Exit 1: it was restored, but something of it is missing or damaged.",
        .run = run_restore,
    },
    {0},
};
