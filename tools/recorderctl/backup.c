#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/disk/disk.h"
#include "tools/recorderctl/backup_keys.h"
#include "tools/recorderctl/backup_run.h"
#include "tools/recorderctl/backup_test.h"
#include "tools/recorderctl/command.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/room.h"

#define LOCK_NAME "lock"

/* Whether a path is another or lies below it; both without symbolic links. */
static bool is_within(const char *path, const char *directory)
{
    size_t length = strlen(directory);

    return strncmp(path, directory, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static bool are_apart(const char *one, const char *other)
{
    return !is_within(one, other) && !is_within(other, one);
}

/* Makes it, so that what it really is can be asked. */
static enum exit_code real_directory(const struct context *context, const char *name,
                                     char real[static PATH_MAX])
{
    struct fault fault = {0};
    char leaf[BOUND_PATH_BYTES];
    enum status status = backup_path(name, "x", leaf, &fault);

    if (status == STATUS_OK)
        status = backup_make_parents(leaf, BACKUP_DIRECTORY_MODE, &fault);
    if (status == STATUS_OK && !realpath(name, real))
        status = disk_fault(&fault, "look at", name);
    if (status == STATUS_OK && strlen(real) >= BOUND_PATH_BYTES / 2)
        status = fault_set(&fault, STATUS_LIMIT, 0, "%s: path too long", real);
    return status == STATUS_OK ? EXIT_DONE : context_fail_status(context, status, &fault, NULL);
}

/* Keys beside what they open would make one theft of two. */
static enum exit_code check_apart(const struct context *context, const char *directory,
                                  const char *keys)
{
    char store[PATH_MAX];
    char own_keys[PATH_MAX];
    const char *remedy = "name a directory outside, best on another machine or disk";

    if (keys && !are_apart(directory, keys))
        return context_fail(context, EXIT_USAGE, "keys and recordings are to lie apart", remedy);
    if (!realpath(context->config->store, store) || !realpath(context->config->keys, own_keys))
        return EXIT_DONE;
    if (!are_apart(directory, store) || (keys && !are_apart(keys, store)))
        return context_fail(context, EXIT_USAGE, "a backup is not to lie in the store", remedy);
    if (!are_apart(directory, own_keys) || (keys && !are_apart(keys, own_keys)))
        return context_fail(context, EXIT_USAGE, "a backup is not to lie among the keys", remedy);
    return EXIT_DONE;
}

/* One run at a time; given up when it is closed. */
static enum exit_code lock_directory(const struct context *context, const char *directory,
                                     struct disk_file *lock)
{
    char path[BOUND_PATH_BYTES];
    struct fault fault = {0};
    enum status status = backup_path(directory, LOCK_NAME, path, &fault);

    if (status == STATUS_OK) {
        *lock = disk_open(&disk_system, path, O_RDWR | O_CREAT | O_NOFOLLOW, BACKUP_FILE_MODE);
        if (lock->fd < 0)
            status = disk_fault(&fault, "create", path);
    }
    if (status != STATUS_OK)
        return context_fail_status(context, status, &fault, NULL);
    if (disk_system.flock(disk_system.context, lock->fd) == 0)
        return EXIT_DONE;
    if (errno == EWOULDBLOCK)
        return context_fail(context, EXIT_REFUSED, "another backup is being made there",
                            "wait for it");
    return context_fail_status(context, disk_fault(&fault, "lock", path), &fault,
                               "name a directory on a file system with locks");
}

/* That of the last run; none, and then all is compared, where it is not there or not ours. */
static enum status read_last(struct context *context, struct backup_run *run, struct fault *fault)
{
    const struct backup_trust trust = {.signers = context->public_keys,
                                       .keeper = signer_id(run->signer)};
    enum status status = backup_manifest_read(run->directory, &trust, &run->manifest, fault);

    if (status == STATUS_VERSION || status == STATUS_OK)
        return status;
    if (status != STATUS_NOT_FOUND)
        (void)fprintf(context->err, "recorderctl: %s; every file is compared anew\n", fault->text);
    run->manifest = (struct backup_manifest){.schema = 0};
    fault_clear(fault);
    return STATUS_OK;
}

static json_t *keys_json(const struct backup_keys_counts *keys)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:b}", "files", (json_int_t)keys->files, "copied",
                     (json_int_t)keys->copied, "destroyed", (json_int_t)keys->destroyed,
                     "only_in_backup", (json_int_t)keys->only_here, "master", keys->master);
}

static json_t *run_json(const struct backup_run *run, const struct backup_keys_counts *keys)
{
    const struct backup_counts *counts = &run->counts;

    return json_pack(
        "{s:o, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "directory",
        output_text(run->directory), "made_at", run->manifest.made_at, "recordings",
        (json_int_t)run->manifest.recordings, "bytes", (json_int_t)run->manifest.bytes, "copied",
        (json_int_t)counts->copied, "copied_bytes", (json_int_t)counts->copied_bytes, "unchanged",
        (json_int_t)counts->unchanged, "resumed", (json_int_t)counts->resumed, "running",
        (json_int_t)counts->running, "failed", (json_int_t)counts->failed, "missing",
        (json_int_t)counts->missing, "bad", (json_int_t)counts->bad, "no_longer_in_index",
        (json_int_t)counts->gone, "keys", keys ? keys_json(keys) : json_null());
}

/* Where the master key is not here, as one that only the services get from systemd, nothing that is
 * copied can be opened: what can be compared is. */
static void open_private(struct context *context)
{
    struct fault fault = {0};

    if (context->private_keys ||
        private_keys_open(&disk_system, context->config->keys, context->config->master_key,
                          &context->private_keys, &fault) == STATUS_OK)
        return;
    (void)fprintf(context->err, "recorderctl: %s; what is copied is compared, but not opened\n",
                  fault.text);
}

static enum status open_keys(struct context *context, struct backup_run *run,
                             struct signer **signer, struct fault *fault)
{
    enum status status = STATUS_OK;

    if (!context->public_keys)
        status =
            public_keys_open(&disk_system, context->config->keys, &context->public_keys, fault);
    if (status == STATUS_OK)
        status = signer_open(&disk_system, context->config->keys, "keeper", signer, fault);
    if (status != STATUS_OK)
        return status;
    open_private(context);
    run->signer = *signer;
    run->access =
        (struct recording_access){&disk_system, context->private_keys, context->public_keys};
    return STATUS_OK;
}

static enum exit_code finish(struct context *context, const struct backup_run *run,
                             const struct backup_keys_counts *keys)
{
    struct fault fault = {0};
    json_t *outcome = run_json(run, keys);
    enum status status = context_audit(context, "backup", NULL, json_incref(outcome), &fault);

    if (status != STATUS_OK) {
        json_decref(outcome);
        return context_fail_status(context, status, &fault, NULL);
    }
    enum exit_code code = output_object(context, outcome);
    bool bad = run->counts.missing || run->counts.bad || (keys && keys->only_here);
    return code == EXIT_DONE && bad ? EXIT_BAD : code;
}

static enum exit_code explain(const struct context *context, enum status status,
                              const struct fault *fault)
{
    const char *remedy = NULL;

    if (status == STATUS_CONFLICT)
        remedy = "end that with `recorderctl keys rotate` first";
    else if (status == STATUS_EXISTS)
        remedy = "name a directory of its own for the keys";
    else if (status == STATUS_CORRUPT)
        remedy = "what the index has lost `recorderctl index rebuild` makes anew from the files";
    (void)context_fail_status(context, status, fault, remedy);
    return status == STATUS_CONFLICT || status == STATUS_EXISTS ? EXIT_REFUSED : EXIT_SYSTEM;
}

/* Keys first: of what is in the backup none is ever without its key, unless by intent. */
static enum exit_code back_up(struct context *context, const char *directory,
                              const char *keys_directory, bool master)
{
    struct backup_run run = {.context = context, .directory = directory};
    struct backup_keys_counts keys;
    struct signer *signer = NULL;
    struct fault fault = {0};
    enum status status = open_keys(context, &run, &signer, &fault);

    progress_init(&run.progress, context);
    if (status == STATUS_OK && keys_directory)
        status = backup_keys_copy(context->config, keys_directory, master, &keys, &fault);
    if (status == STATUS_OK)
        status = read_last(context, &run, &fault);
    if (status == STATUS_OK)
        status = backup_run(&run, &fault);
    progress_clear(&run.progress);
    signer_close(signer);
    if (status == STATUS_OK)
        return finish(context, &run, keys_directory ? &keys : NULL);
    return explain(context, status, &fault);
}

static enum exit_code run_backup(struct context *context, const struct invocation *invocation)
{
    const char *keys = command_option(invocation, "keys");
    bool master = command_option(invocation, "master") != NULL;
    struct disk_file lock = {&disk_system, -1};
    char directory[PATH_MAX];
    char keys_directory[PATH_MAX];

    if (master && !keys)
        return context_fail(context, EXIT_USAGE, "--master goes with --keys",
                            "see `recorderctl backup --help`");
    enum exit_code code = context_need_index(context);
    if (code == EXIT_DONE)
        code = real_directory(context, invocation->argument[0], directory);
    if (code == EXIT_DONE)
        code = room_for_export(context, directory);
    if (code == EXIT_DONE && keys)
        code = real_directory(context, keys, keys_directory);
    if (code == EXIT_DONE)
        code = check_apart(context, directory, keys ? keys_directory : NULL);
    if (code == EXIT_DONE && keys)
        code = room_for_export(context, keys_directory);
    if (code == EXIT_DONE)
        code = lock_directory(context, directory, &lock);
    if (code == EXIT_DONE)
        code = back_up(context, directory, keys ? keys_directory : NULL, master);
    disk_close(&lock);
    return code;
}

/* `test` before the command of one word: that takes any other word as a directory. */
const struct command commands_backup[] = {
    {
        .group = "backup",
        .verb = "test",
        .arguments = "DIR",
        .arguments_min = 1,
        .arguments_max = 1,
        .options = {{"keys", 0, "KEYDIR", "keys that were backed up; default: the store's own"},
                    {"number", 'n', "COUNT", "how many recordings; default 10, at most 1000"},
                    {"scratch", 0, "PATH", "where they are restored for the while; default DIR"}},
        .summary = "restore some recordings of a backup at random, and play them",
        .details =
            "Checks the manifest's signature, the index and the list of files, restores COUNT\n"
            "recordings into a directory of its own in DIR or PATH, which is removed again,\n"
            "compares each with the index, verifies hashes and signature, and decodes its sound "
            "to\n"
            "the end. Recordings stay encrypted; of the index a copy, with numbers and names, "
            "lies\n"
            "there meanwhile. No store is needed where --keys has the master key too. Kept are\n"
            "those that do not play by intent: damaged before they were copied, their key\n"
            "destroyed. Exit 1: something is wrong with the backup.",
        .run = backup_test,
    },
    {
        .group = "backup",
        .arguments = "DIR",
        .arguments_min = 1,
        .arguments_max = 1,
        .options = {{"keys", 0, "KEYDIR", "also bring a copy of the keys up to date there"},
                    {"master", 0, NULL, "with the master key, which opens all others"}},
        .summary = "bring a backup up to date while calls go on: index, finished recordings, keys",
        .details =
            "The index is copied as it is at one moment, and checked; of recordings only what is\n"
            "new or was sealed anew since is copied, each verified by its hash in the index and\n"
            "opened, before it takes the place of an older copy. Of what is damaged in the store\n"
            "that copy stays; where there is none, what can be read is copied. What goes on is "
            "left\n"
            "out and counted. Cut off, it goes on when it is run again. KEYDIR must lie outside "
            "DIR,\n"
            "best elsewhere: who has both and the master key can listen. Without --master that is\n"
            "needed from elsewhere to restore. Exit 1: a recording is missing or damaged in the\n"
            "store. Exit 5: the backup's disk failed or is full; the backup of before is as it "
            "was.\n"
            "(A directory named test: ./test.)",
        .run = run_backup,
    },
    {0},
};
