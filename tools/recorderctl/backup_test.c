#include "tools/recorderctl/backup_test.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/disk/disk.h"
#include "storage/index/backup.h"
#include "storage/index/recordings.h"
#include "storage/recording/peek.h"
#include "storage/recording/reader.h"
#include "storage/recording/slots.h"
#include "storage/seal/shredding.h"
#include "tools/recorderctl/backup_before.h"
#include "tools/recorderctl/backup_keys.h"
#include "tools/recorderctl/backup_list.h"
#include "tools/recorderctl/backup_manifest.h"
#include "tools/recorderctl/backup_scratch.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/play.h"
#include "tools/recorderctl/progress.h"
#include "tools/recorderctl/recording_check.h"

enum { SCRATCH_MODE = 0600 };

struct test {
    struct context *context; /* keys are open */
    const char *directory;
    struct backup_manifest manifest;
    const char *keys; /* the directory that keys are read from */
    struct backup_scratch scratch;
    char index_path[BOUND_PATH_BYTES];
    struct index *index; /* the backup's, restored */
    size_t wanted;
    size_t chosen;
    struct backup_entry *entry; /* chosen of them */
    size_t ok;
    size_t bad;
    size_t kept;  /* on purpose, though it cannot be played: damaged in the store, key destroyed */
    json_t *list; /* what was found of each */
};

static const struct output_column columns[] = {
    {"ID", "id"},           {"RESULT", "result"}, {"MS", "duration_ms"}, {"PLAYED", "played_ms"},
    {"PACKETS", "packets"}, {"WHY", "why"},       {NULL, NULL},
};

/* Any of those read so far is as likely as another to be among the chosen ones. */
static enum status choose(struct test *test, const char *path, struct fault *fault)
{
    struct backup_list list;
    enum status status = backup_list_open(&list, path, fault);

    while (status == STATUS_OK && !list.ended) {
        if (test->chosen < test->wanted) {
            test->entry[test->chosen++] = list.next;
        } else {
            uint32_t bound = list.entries > UINT32_MAX ? UINT32_MAX : (uint32_t)list.entries;
            uint32_t place = randombytes_uniform(bound);
            if (place < test->wanted)
                test->entry[place] = list.next;
        }
        status = backup_list_step(&list, fault);
    }
    if (status == STATUS_OK && list.entries != test->manifest.recordings)
        status = fault_set(
            fault, STATUS_CORRUPT, 0, "the list of files has %llu recordings, the manifest %llu",
            (unsigned long long)list.entries, (unsigned long long)test->manifest.recordings);
    backup_list_close(&list);
    return status;
}

/* Of a row that is in the index; of one that was kept without, or in another state, nothing is
 * known.
 */
static enum status compare_with_row(struct test *test, const struct backup_entry *entry,
                                    const struct recording_summary *summary, struct fault *fault)
{
    struct index_recording row;

    if (entry->standing != BACKUP_WHOLE)
        return STATUS_OK;
    enum status status = recordings_get(test->index, entry->id, NULL, &row, fault);
    const char *differs = status == STATUS_OK ? recording_difference(summary, &row) : NULL;
    return differs ? fault_set(fault, STATUS_CORRUPT, 0, "%s", differs) : status;
}

static enum status open_and_play(struct test *test, const struct backup_entry *entry,
                                 const struct recording_access *access, const char *path,
                                 struct play_result *result, struct fault *fault)
{
    struct recording_reader *reader = NULL;
    enum status status = recording_reader_open(access, path, entry->id, &reader, fault);

    if (status == STATUS_OK)
        status = recording_reader_verify(reader, fault);
    if (status == STATUS_OK)
        status = compare_with_row(test, entry, recording_reader_summary(reader), fault);
    if (status == STATUS_OK)
        status = play_recording(reader, result, fault);
    recording_reader_close(reader);
    return status;
}

/* Whether every key that it is sealed to was destroyed. */
static bool is_shredded(const struct test *test, const struct backup_entry *entry,
                        const struct recording_access *access, const char *path)
{
    struct slot_info slot[FORMAT_SLOTS];
    struct recording_peek peek;
    bool shredded = recording_peek(&disk_system, path, &peek, NULL) == STATUS_OK &&
                    slots_read(access, path, entry->id, slot, NULL) == STATUS_OK;

    for (size_t i = 0; shredded && i < FORMAT_SLOTS; i++) {
        struct key_shredding key = {.customer = peek.customer, .month = slot[i].version};
        if (slot[i].state != SLOT_EMPTY)
            shredded = slot[i].state == SLOT_LOCKED &&
                       keys_shredded(&disk_system, test->keys, &key, NULL) == STATUS_OK;
    }
    return shredded;
}

/* What does not play, but is as it was when it came here, and is kept for that. */
static bool is_kept(const struct test *test, const struct backup_entry *entry,
                    const struct recording_access *access, const char *path, enum status status,
                    struct fault *why)
{
    if (entry->standing == BACKUP_DAMAGED || entry->standing == BACKUP_FAILED)
        return true;
    if (status != STATUS_NO_KEY || !is_shredded(test, entry, access, path))
        return false;
    (void)fault_set(why, status, 0, "its key was destroyed");
    return true;
}

static enum status restore_one(const struct test *test, const struct backup_entry *entry,
                               const char *path, struct fault *fault)
{
    char from[BOUND_PATH_BYTES];
    struct backup_digest digest;
    const struct backup_copy copy = {
        .from = from, .to = path, .mode = SCRATCH_MODE, .sha256 = entry->digest.sha256};
    enum status status = backup_path(test->directory, entry->path, from, fault);

    return status == STATUS_OK ? backup_before_copy(&copy, &digest, NULL, fault) : status;
}

static void tell(struct test *test, const struct backup_entry *entry, const char *result,
                 const struct play_result *played, const struct fault *why)
{
    char id[UUID_TEXT_BYTES];

    uuid_format(entry->id, id);
    output_append(test->list,
                  json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:o}", "id", id, "result", result,
                            "standing", backup_standing_name(entry->standing), "duration_ms",
                            (json_int_t)played->duration_ms, "played_ms",
                            (json_int_t)played->played_ms, "missing_ms",
                            (json_int_t)played->missing_ms, "packets", (json_int_t)played->packets,
                            "why", output_text_or_null(why->text)));
}

static void test_one(struct test *test, const struct backup_entry *entry)
{
    const struct recording_access access = {&disk_system, test->context->private_keys,
                                            test->context->public_keys};
    char path[BOUND_PATH_BYTES];
    struct play_result played = {.pages = 0};
    struct fault why = {0};
    bool kept = false;
    enum status status = backup_path(test->scratch.path, BACKUP_SCRATCH_RECORDING, path, &why);

    if (status == STATUS_OK)
        status = restore_one(test, entry, path, &why);
    if (status == STATUS_OK) {
        status = open_and_play(test, entry, &access, path, &played, &why);
        kept = status != STATUS_OK && is_kept(test, entry, &access, path, status, &why);
    }
    (void)unlink(path);
    if (status != STATUS_OK && !why.text[0])
        (void)fault_set(&why, status, 0, "%s", status_text(status));
    test->ok += status == STATUS_OK;
    test->kept += kept;
    test->bad += status != STATUS_OK && !kept;
    tell(test, entry, status == STATUS_OK ? "ok" : kept ? "kept" : "bad", &played, &why);
}

/* The backup's own stays as it is: a copy is opened, and brought up to date if it is older. */
static enum status restore_index(struct test *test, struct fault *fault)
{
    char from[BOUND_PATH_BYTES];
    struct backup_digest digest;
    const struct backup_copy copy = {.from = from,
                                     .to = test->index_path,
                                     .mode = SCRATCH_MODE,
                                     .sha256 = test->manifest.index.digest.sha256};
    enum status status = backup_path(test->directory, test->manifest.index.name, from, fault);

    if (status == STATUS_OK)
        status = backup_path(test->scratch.path, BACKUP_SCRATCH_INDEX, test->index_path, fault);
    if (status == STATUS_OK)
        status = backup_copy_file(&copy, &digest, NULL, fault);
    if (status == STATUS_OK)
        status = index_check(test->index_path, fault);
    if (status == STATUS_OK)
        status = index_create(&disk_system, test->index_path, fault);
    return status == STATUS_OK ? index_open(test->index_path, &test->index, fault) : status;
}

static enum status read_manifest(struct test *test, struct fault *fault)
{
    struct backup_trust trust;
    enum status status = backup_trust_open(test->keys, false, &trust, fault);

    if (status == STATUS_OK)
        status = backup_manifest_read(test->directory, &trust, &test->manifest, fault);
    backup_trust_close(&trust);
    return status == STATUS_OK ? backup_manifest_check(test->directory, &test->manifest.list, fault)
                               : status;
}

static enum status test_all(struct test *test, const char *scratch, struct fault *fault)
{
    struct progress progress;
    char list_path[BOUND_PATH_BYTES];
    enum status status = read_manifest(test, fault);

    if (status == STATUS_OK)
        status = backup_path(test->directory, test->manifest.list.name, list_path, fault);
    if (status == STATUS_OK)
        status = choose(test, list_path, fault);
    if (status == STATUS_OK)
        status = backup_scratch_make(&test->scratch, scratch, fault);
    if (status == STATUS_OK)
        status = restore_index(test, fault);
    progress_init(&progress, test->context);
    for (size_t i = 0; status == STATUS_OK && i < test->chosen; i++) {
        progress_show(&progress, "recordings", i, test->chosen);
        test_one(test, &test->entry[i]);
    }
    progress_clear(&progress);
    index_close(test->index);
    backup_scratch_remove(&test->scratch);
    return status;
}

/* Those of the backup, with the master key that is there, else the one of this machine. */
static enum exit_code open_keys(struct context *context, const char *keys, const char **directory)
{
    char master[BOUND_PATH_BYTES];
    struct fault fault = {0};
    enum exit_code code = EXIT_DONE;
    enum status status = STATUS_OK;

    if (!keys)
        code = context_need_config(context);
    if (code == EXIT_DONE && keys)
        status = backup_keys_master(keys, master, &fault);
    bool own = keys && status == STATUS_OK && access(master, F_OK) == 0;
    if (code == EXIT_DONE && keys && !own)
        code = context_need_config(context);
    if (code != EXIT_DONE)
        return code;
    *directory = keys ? keys : context->config->keys;
    if (status == STATUS_OK)
        status =
            private_keys_open(&disk_system, *directory, own ? master : context->config->master_key,
                              &context->private_keys, &fault);
    if (status == STATUS_OK)
        status = public_keys_open(&disk_system, *directory, &context->public_keys, &fault);
    if (status == STATUS_OK)
        return EXIT_DONE;
    (void)context_fail_status(context, status, &fault, "name the keys' copy with --keys KEYDIR");
    return EXIT_SYSTEM;
}

static enum exit_code print(struct test *test)
{
    struct context *context = test->context;
    const struct fault none = {0};
    enum exit_code code;

    if (context->json) {
        code = output_object(context,
                             json_pack("{s:s, s:s, s:i, s:I, s:I, s:I, s:I, s:O}", "made_at",
                                       test->manifest.made_at, "version", test->manifest.version,
                                       "schema", test->manifest.schema, "recordings",
                                       (json_int_t)test->manifest.recordings, "ok",
                                       (json_int_t)test->ok, "bad", (json_int_t)test->bad, "kept",
                                       (json_int_t)test->kept, "tested", test->list));
    } else {
        (void)fprintf(context->out, "backup of %s: manifest and index are in order\n",
                      test->manifest.made_at);
        code = output_list(context, json_incref(test->list), columns, STATUS_OK, &none);
        (void)fprintf(context->out,
                      "%zu of %llu recordings restored and played: %zu ok, %zu bad, %zu kept\n",
                      test->chosen, (unsigned long long)test->manifest.recordings, test->ok,
                      test->bad, test->kept);
    }
    return code == EXIT_DONE && test->bad ? EXIT_BAD : code;
}

static enum exit_code explain(const struct context *context, enum status status,
                              const struct fault *fault)
{
    (void)context_fail_status(context, status, fault,
                              status == STATUS_NO_KEY
                                  ? "give the keys that were backed up with it: --keys KEYDIR"
                                  : NULL);
    switch ((int)status) {
    case STATUS_CORRUPT:
        return EXIT_BAD;
    case STATUS_NOT_FOUND:
        return EXIT_MISSING;
    default:
        return EXIT_SYSTEM;
    }
}

enum exit_code backup_test(struct context *context, const struct invocation *invocation)
{
    const char *number = command_option(invocation, "number");
    const char *scratch = command_option(invocation, "scratch");
    uint64_t wanted = BACKUP_TEST_DEFAULT;
    struct fault fault = {0};

    if (number && (!command_number(number, BACKUP_TEST_MAX, &wanted) || wanted == 0))
        return context_fail(context, EXIT_USAGE, "the value of --number is not understood",
                            "it is a number from 1 to 1000");
    const char *keys = NULL;
    enum exit_code code = open_keys(context, command_option(invocation, "keys"), &keys);
    if (code != EXIT_DONE)
        return code;
    struct test test = {.context = context,
                        .directory = invocation->argument[0],
                        .keys = keys,
                        .wanted = (size_t)wanted,
                        .entry = calloc((size_t)wanted, sizeof *test.entry),
                        .list = json_array()};
    enum status status = test.entry && test.list
                             ? test_all(&test, scratch ? scratch : test.directory, &fault)
                             : fault_set(&fault, STATUS_NOMEM, 0, "out of memory");
    code = status == STATUS_OK ? print(&test) : explain(context, status, &fault);
    json_decref(test.list);
    free(test.entry);
    return code;
}
