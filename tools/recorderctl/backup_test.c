#include "tools/recorderctl/backup_test.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/disk/disk.h"
#include "storage/index/backup.h"
#include "storage/index/recordings.h"
#include "storage/recording/reader.h"
#include "tools/recorderctl/backup_keys.h"
#include "tools/recorderctl/backup_list.h"
#include "tools/recorderctl/backup_manifest.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/play.h"
#include "tools/recorderctl/progress.h"

#define SCRATCH_DEFAULT "/tmp"
#define SCRATCH_NAME "recorder-backup-test-XXXXXX"

enum { SCRATCH_MODE = 0600 };

struct test {
    struct context *context; /* keys are open */
    const char *directory;
    struct backup_manifest manifest;
    char scratch[BOUND_PATH_BYTES]; /* removed at the end; "" until it is made */
    char index_path[BOUND_PATH_BYTES];
    struct index *index; /* the backup's, restored */
    size_t wanted;
    size_t chosen;
    struct backup_entry *entry; /* chosen of them */
    size_t ok;
    size_t bad;
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

static const char *difference(const struct recording_summary *summary,
                              const struct index_recording *row)
{
    static const struct uuid nobody;
    bool due = !uuid_equal(row->owner_due, nobody);

    if (!due && !uuid_equal(summary->customer, row->customer))
        return "the file belongs to another customer than its row in the index";
    if (summary->state != row->state || summary->duration_ms != row->duration_ms ||
        summary->audio_bytes != row->audio_bytes)
        return "the file and its row in the index differ";
    if (memcmp(summary->sha256_cipher, row->sha256_cipher, sizeof row->sha256_cipher) != 0 ||
        memcmp(summary->sha256_plain, row->sha256_plain, sizeof row->sha256_plain) != 0)
        return "the file's hashes differ from its row's in the index";
    return NULL;
}

static enum status open_and_play(struct test *test, const struct backup_entry *entry,
                                 const char *path, struct play_result *result, struct fault *fault)
{
    const struct recording_access access = {&disk_system, test->context->private_keys,
                                            test->context->public_keys};
    struct recording_reader *reader = NULL;
    struct index_recording row;
    enum status status = recordings_get(test->index, entry->id, NULL, &row, fault);

    if (status == STATUS_OK)
        status = recording_reader_open(&access, path, entry->id, &reader, fault);
    if (status == STATUS_OK)
        status = recording_reader_verify(reader, fault);
    if (status == STATUS_OK) {
        const char *differs = difference(recording_reader_summary(reader), &row);
        if (differs)
            status = fault_set(fault, STATUS_CORRUPT, 0, "%s", differs);
    }
    if (status == STATUS_OK)
        status = play_recording(reader, result, fault);
    recording_reader_close(reader);
    return status;
}

static enum status restore_one(const struct test *test, const struct backup_entry *entry,
                               const char *path, struct fault *fault)
{
    char from[BOUND_PATH_BYTES];
    struct backup_digest digest;
    const struct backup_copy copy = {
        .from = from, .to = path, .mode = SCRATCH_MODE, .sha256 = entry->digest.sha256};
    enum status status = backup_path(test->directory, entry->path, from, fault);

    return status == STATUS_OK ? backup_copy_file(&copy, &digest, fault) : status;
}

static void test_one(struct test *test, const struct backup_entry *entry)
{
    char path[BOUND_PATH_BYTES];
    char id[UUID_TEXT_BYTES];
    struct play_result result = {.pages = 0};
    struct fault fault = {0};
    enum status status = backup_path(test->scratch, "recording.crec", path, &fault);

    uuid_format(entry->id, id);
    if (status == STATUS_OK)
        status = restore_one(test, entry, path, &fault);
    if (status == STATUS_OK)
        status = open_and_play(test, entry, path, &result, &fault);
    (void)unlink(path);
    if (status != STATUS_OK && !fault.text[0])
        (void)fault_set(&fault, status, 0, "%s", status_text(status));
    test->ok += status == STATUS_OK;
    test->bad += status != STATUS_OK;
    output_append(test->list,
                  json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:o}", "id", id, "result",
                            status == STATUS_OK ? "ok" : "bad", "duration_ms",
                            (json_int_t)result.duration_ms, "played_ms",
                            (json_int_t)result.played_ms, "missing_ms",
                            (json_int_t)result.missing_ms, "packets", (json_int_t)result.packets,
                            "why", output_text_or_null(fault.text)));
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
        status = backup_path(test->scratch, "index.sqlite", test->index_path, fault);
    if (status == STATUS_OK)
        status = backup_copy_file(&copy, &digest, fault);
    if (status == STATUS_OK)
        status = index_check(test->index_path, fault);
    if (status == STATUS_OK)
        status = index_create(&disk_system, test->index_path, fault);
    return status == STATUS_OK ? index_open(test->index_path, &test->index, fault) : status;
}

static enum status make_scratch(struct test *test, const char *below, struct fault *fault)
{
    enum status status = backup_path(below, SCRATCH_NAME, test->scratch, fault);

    if (status == STATUS_OK && !mkdtemp(test->scratch)) {
        status = fault_set(fault, STATUS_IO, errno, "make a directory below %s", below);
        test->scratch[0] = '\0';
    }
    return status;
}

static void remove_scratch(struct test *test)
{
    static const char *const leaves[] = {"index.sqlite", "index.sqlite-wal", "index.sqlite-shm",
                                         "index.sqlite-journal", "recording.crec"};
    char path[BOUND_PATH_BYTES];

    index_close(test->index);
    if (!test->scratch[0])
        return;
    for (size_t i = 0; i < sizeof leaves / sizeof leaves[0]; i++) {
        if (backup_path(test->scratch, leaves[i], path, NULL) == STATUS_OK)
            (void)unlink(path);
    }
    (void)rmdir(test->scratch);
}

static enum status test_all(struct test *test, const char *scratch, struct fault *fault)
{
    struct progress progress;
    char list_path[BOUND_PATH_BYTES];
    enum status status =
        backup_manifest_read(test->directory, test->context->public_keys, &test->manifest, fault);

    if (status == STATUS_OK)
        status = backup_manifest_check(test->directory, &test->manifest.list, fault);
    if (status == STATUS_OK)
        status = backup_path(test->directory, test->manifest.list.name, list_path, fault);
    if (status == STATUS_OK)
        status = choose(test, list_path, fault);
    if (status == STATUS_OK)
        status = make_scratch(test, scratch, fault);
    if (status == STATUS_OK)
        status = restore_index(test, fault);
    progress_init(&progress, test->context);
    for (size_t i = 0; status == STATUS_OK && i < test->chosen; i++) {
        progress_show(&progress, "recordings", i, test->chosen);
        test_one(test, &test->entry[i]);
    }
    progress_clear(&progress);
    remove_scratch(test);
    return status;
}

/* Those of the backup, with the master key that is there, else the one of this machine. */
static enum exit_code open_keys(struct context *context, const char *keys)
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
    const char *directory = keys ? keys : context->config->keys;
    if (status == STATUS_OK)
        status =
            private_keys_open(&disk_system, directory, own ? master : context->config->master_key,
                              &context->private_keys, &fault);
    if (status == STATUS_OK)
        status = public_keys_open(&disk_system, directory, &context->public_keys, &fault);
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
        code = output_object(
            context,
            json_pack("{s:s, s:s, s:i, s:I, s:I, s:I, s:O}", "made_at", test->manifest.made_at,
                      "version", test->manifest.version, "schema", test->manifest.schema,
                      "recordings", (json_int_t)test->manifest.recordings, "ok",
                      (json_int_t)test->ok, "bad", (json_int_t)test->bad, "tested", test->list));
    } else {
        (void)fprintf(context->out, "backup of %s: manifest and index are in order\n",
                      test->manifest.made_at);
        code = output_list(context, json_incref(test->list), columns, STATUS_OK, &none);
        (void)fprintf(context->out, "%zu of %llu recordings restored and played: %zu ok, %zu bad\n",
                      test->chosen, (unsigned long long)test->manifest.recordings, test->ok,
                      test->bad);
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
    enum exit_code code = open_keys(context, command_option(invocation, "keys"));
    if (code != EXIT_DONE)
        return code;
    struct test test = {.context = context,
                        .directory = invocation->argument[0],
                        .wanted = (size_t)wanted,
                        .entry = calloc((size_t)wanted, sizeof *test.entry),
                        .list = json_array()};
    enum status status = test.entry && test.list
                             ? test_all(&test, scratch ? scratch : SCRATCH_DEFAULT, &fault)
                             : fault_set(&fault, STATUS_NOMEM, 0, "out of memory");
    code = status == STATUS_OK ? print(&test) : explain(context, status, &fault);
    json_decref(test.list);
    free(test.entry);
    return code;
}
