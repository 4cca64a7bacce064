/* Backups put into a store again: of older programs, damaged ones, ones that were cut off. */
#include <sqlite3.h>

#include "backup_help.h"
#include "storage/index/schema.h"
#include "tools/recorderctl/backup_manifest.h"
#include "tools/recorderctl/restore_store.h"

/* The manifest of a backup, which any key may have signed. */
static void read_manifest(const struct ctl *ctl, const char *directory,
                          struct backup_manifest *manifest)
{
    struct backup_trust trust;
    char keys[160];

    below(ctl, "keys", keys);
    assert_int_equal(backup_trust_open(keys, true, &trust, NULL), STATUS_OK);
    assert_int_equal(backup_manifest_read(directory, &trust, manifest, NULL), STATUS_OK);
    backup_trust_close(&trust);
}

static void sign_manifest(const struct ctl *ctl, const char *directory, const char *program,
                          const struct backup_manifest *manifest)
{
    struct signer *signer = NULL;
    char keys[160];

    below(ctl, "keys", keys);
    assert_int_equal(signer_open(&disk_system, keys, program, &signer, NULL), STATUS_OK);
    assert_int_equal(backup_manifest_write(directory, manifest, signer, NULL), STATUS_OK);
    signer_close(signer);
}

/* Of a backup that an older program made. */
static void make_old_backup(struct ctl *ctl, const char *directory, int version)
{
    struct backup_manifest manifest;
    sqlite3 *db = NULL;
    char path[256];

    read_manifest(ctl, directory, &manifest);
    (void)snprintf(path, sizeof path, "%s/%s", directory, manifest.index.name);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(schema_migrate(db, schema_steps, version, NULL), STATUS_OK);
    assert_int_equal(
        sqlite3_exec(db, "INSERT INTO customers VALUES (randomblob(16), '5', 'Old', '', 0)", NULL,
                     NULL, NULL),
        SQLITE_OK);
    (void)sqlite3_close(db);
    manifest.schema = version;
    assert_int_equal(backup_digest_file(path, &manifest.index.digest, NULL), STATUS_OK);
    sign_manifest(ctl, directory, "keeper", &manifest);
}

static void sign_schema(struct ctl *ctl, const char *directory, int version)
{
    struct backup_manifest manifest;

    read_manifest(ctl, directory, &manifest);
    manifest.schema = version;
    sign_manifest(ctl, directory, "keeper", &manifest);
}

static void older_backup_is_brought_up_to_date_and_a_newer_one_refused(void **state)
{
    struct ctl *ctl = *state;
    char to[160];
    char keys[160];
    char command[512];

    below(ctl, "backup", to);
    below(ctl, "keys", keys);
    assert_int_equal(ctl_run(ctl, "backup", to, "--keys", keys, "--master", NULL), 0);
    make_old_backup(ctl, to, 3);
    (void)snprintf(command, sizeof command, "rm -r '%s'", ctl->store);
    assert_int_equal(system(command), 0); /* NOLINT: a name of our own making */
    if (ctl_run(ctl, "restore", to, "--keys", keys, NULL) != 0)
        fail_msg("%s", ctl->err);
    assert_int_equal(ctl_sql(ctl, "PRAGMA user_version"), INDEX_SCHEMA_VERSION);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM customers WHERE number = '5'"), 1);
    sign_schema(ctl, to, 99);
    (void)snprintf(command, sizeof command, "rm '%s'/index.sqlite*", ctl->store);
    assert_int_equal(system(command), 0); /* NOLINT: likewise */
    assert_int_equal(ctl_run(ctl, "restore", to, NULL), 5);
    ctl_expect_error(ctl, "schema version 99 is newer than this program's");
}

/* A backup with its keys, of a store that is lost. */
static struct ctl_recording lose_store(struct ctl *ctl, char to[static 160], char keys[static 160])
{
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 300);

    below(ctl, "backup", to);
    below(ctl, "keys", keys);
    if (ctl_run(ctl, "backup", to, "--keys", keys, "--master", NULL) != 0)
        fail_msg("%s", ctl->err);
    remove_tree(ctl->store);
    return recording;
}

static void write_mark(const struct ctl *ctl, const char *backup)
{
    struct backup_manifest manifest;
    char path[160];

    read_manifest(ctl, backup, &manifest);
    below(ctl, "store/restoring", path);
    write_text(path, manifest.made_at);
}

static void files_and_directories_have_the_modes_of_new_ones(void **state)
{
    struct ctl *ctl = *state;
    char to[160];
    char keys[160];
    struct stat about;
    mode_t umask_before = umask(077);
    struct ctl_recording recording = lose_store(ctl, to, keys);

    assert_int_equal(ctl_run(ctl, "restore", to, "--keys", keys, NULL), 0);
    (void)umask(umask_before);
    assert_int_equal(stat(recording.path, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0664);
    for (int i = 0; i < 4; i++) {
        *strrchr(recording.path, '/') = '\0';
        assert_int_equal(stat(recording.path, &about), 0);
        assert_int_equal(about.st_mode & 07777, 02775);
    }
    assert_string_equal(strrchr(recording.path, '/'), "/recordings");
}

/* In the store, of the programs' users; in a copy of keys, of whoever made it. */
static void what_root_restores_is_of_the_store_s_owner_and_what_it_keeps_its_own(void **state)
{
    enum { OWNER = 65534 };
    struct ctl *ctl = *state;
    char to[160];
    char keys[160];
    char key[192];
    struct stat about;

    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(ctl->directory, OWNER, OWNER), 0);
    struct ctl_recording recording = lose_store(ctl, to, keys);
    (void)snprintf(key, sizeof key, "%s/signing/keeper.key", keys);
    assert_int_equal(stat(key, &about), 0);
    assert_int_equal(about.st_uid, 0);
    assert_int_equal(stat(to, &about), 0);
    assert_int_equal(about.st_uid, 0);
    assert_int_equal(mkdir(ctl->store, 0700), 0);
    assert_int_equal(chown(ctl->store, OWNER, OWNER), 0);
    assert_int_equal(ctl_run(ctl, "restore", to, "--keys", keys, NULL), 0);
    assert_int_equal(stat(recording.path, &about), 0);
    assert_int_equal(about.st_uid, OWNER);
    below(ctl, "store/index.sqlite", key);
    assert_int_equal(stat(key, &about), 0);
    assert_int_equal(about.st_uid, OWNER);
}

/* Its rows would come back in the place of the backup's. */
static void store_with_the_log_of_a_lost_index_is_not_empty(void **state)
{
    static const char *const leaves[] = {"store/index.sqlite-wal", "store/index.sqlite-shm",
                                         "store/index.sqlite-journal"};
    struct ctl *ctl = *state;
    char to[160];
    char keys[160];
    char left[160];

    (void)lose_store(ctl, to, keys);
    assert_int_equal(mkdir(ctl->store, 0700), 0);
    for (size_t i = 0; i < sizeof leaves / sizeof leaves[0]; i++) {
        below(ctl, leaves[i], left);
        write_text(left, "of the lost one");
        assert_int_equal(ctl_run(ctl, "restore", to, "--keys", keys, NULL), 4);
        ctl_expect_error(ctl, "left of another index");
        assert_int_equal(unlink(left), 0);
    }
    assert_int_equal(ctl_run(ctl, "restore", to, "--keys", keys, NULL), 0);
}

static void execute(sqlite3 *db, const char *sql)
{
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

/* A log that SQLite would read into any file of that name. */
static void leave_log(const struct ctl *ctl, const char *draft)
{
    sqlite3 *db = NULL;
    char kept[160];
    char log[192];

    below(ctl, "kept-wal", kept);
    (void)snprintf(log, sizeof log, "%s-wal", draft);
    assert_int_equal(sqlite3_open(draft, &db), SQLITE_OK);
    execute(db, "PRAGMA journal_mode = WAL");
    execute(db, "CREATE TABLE of_another (name TEXT)");
    const struct backup_copy copy = {.from = log, .to = kept, .mode = 0600};
    struct backup_digest digest;
    assert_int_equal(backup_copy_file(&copy, &digest, NULL, NULL), STATUS_OK);
    (void)sqlite3_close(db);
    assert_int_equal(unlink(draft), 0);
    assert_int_equal(rename(kept, log), 0);
}

static void log_of_a_draft_that_was_cut_off_is_not_read(void **state)
{
    struct ctl *ctl = *state;
    char to[160];
    char keys[160];
    char draft[160];

    (void)lose_store(ctl, to, keys);
    assert_int_equal(mkdir(ctl->store, 0700), 0);
    below(ctl, "store/index.sqlite.restoring", draft);
    leave_log(ctl, draft);
    write_mark(ctl, to);
    if (ctl_run(ctl, "restore", to, "--keys", keys, NULL) != 0)
        fail_msg("%s", ctl->err);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM sqlite_master WHERE name = 'of_another'"),
                     0);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM recordings"), 1);
}

/* Calls were answered since: their rows are in it. */
static void index_that_is_in_its_place_is_left_alone(void **state)
{
    struct ctl *ctl = *state;
    char to[160];
    char keys[160];
    char mark[160];
    char draft[160];

    (void)lose_store(ctl, to, keys);
    assert_int_equal(ctl_run(ctl, "restore", to, "--keys", keys, NULL), 0);
    (void)ctl_record(ctl, CTL_SEALED, 10);
    write_mark(ctl, to);
    assert_int_equal(ctl_run(ctl, "restore", to, "--keys", keys, NULL), 0);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM recordings"), 2);
    below(ctl, "store/restoring", mark);
    assert_false(is_there(mark));
    below(ctl, "store/index.sqlite.restoring", draft);
    write_text(draft, "another");
    assert_int_equal(restore_draft_place(ctl->store, NULL), STATUS_EXISTS);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM recordings"), 2);
}

static void files_are_restored_also_where_the_index_is_damaged(void **state)
{
    struct ctl *ctl = *state;
    struct backup_manifest manifest;
    char to[160];
    char keys[160];
    char index[256];
    struct ctl_recording recording = lose_store(ctl, to, keys);

    read_manifest(ctl, to, &manifest);
    (void)snprintf(index, sizeof index, "%s/%s", to, manifest.index.name);
    put_bytes(index, 200, "x", 1);
    assert_int_equal(ctl_run(ctl, "--json", "restore", to, "--keys", keys, NULL), 1);
    assert_int_equal(count_of(ctl, "restored"), 1);
    assert_non_null(strstr(ctl->err, "index rebuild --from"));
    assert_non_null(strstr(ctl->err, manifest.index.name));
    assert_true(is_there(recording.path));
    assert_int_equal(ctl_run(ctl, "index", "rebuild", "--from", index, NULL), 0);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM recordings"), 1);
}

/* The program that faces the telephone network has a key as well. */
static void backup_that_the_keeper_did_not_sign_is_refused(void **state)
{
    struct ctl *ctl = *state;
    struct backup_manifest manifest;
    char to[160];
    char keys[160];

    (void)lose_store(ctl, to, keys);
    read_manifest(ctl, to, &manifest);
    manifest.missing = 7;
    sign_manifest(ctl, to, "ingest", &manifest);
    assert_int_equal(ctl_run(ctl, "backup", "test", to, "--keys", keys, NULL), 1);
    ctl_expect_error(ctl, "not the keeper");
    assert_int_equal(ctl_run(ctl, "restore", to, "--keys", keys, NULL), 1);
    ctl_expect_error(ctl, "not the keeper");
    assert_false(is_there(ctl->store));
    assert_int_equal(ctl_run(ctl, "restore", to, "--keys", keys, "--any-signer", NULL), 0);
}

static void who_the_keeper_is_must_be_known(void **state)
{
    struct ctl *ctl = *state;
    char to[160];
    char keys[160];
    char signing[192];

    (void)lose_store(ctl, to, keys);
    (void)snprintf(signing, sizeof signing, "%s/signing/keeper.key", keys);
    assert_int_equal(unlink(signing), 0);
    assert_int_equal(ctl_run(ctl, "restore", to, "--keys", keys, NULL), 5);
    ctl_expect_error(ctl, "no signing key of the keeper");
    assert_int_equal(ctl_run(ctl, "restore", to, "--keys", keys, "--any-signer", NULL), 0);
}

static void what_the_index_no_longer_knew_is_counted(void **state)
{
    struct ctl *ctl = *state;
    char to[160];
    char keys[160];

    below(ctl, "backup", to);
    (void)ctl_record(ctl, CTL_SEALED, 200);
    assert_int_equal(ctl_run(ctl, "backup", to, NULL), 0);
    (void)ctl_sql(ctl, "DELETE FROM facts");
    (void)ctl_sql(ctl, "DELETE FROM legs");
    (void)ctl_sql(ctl, "DELETE FROM recordings");
    (void)lose_store(ctl, to, keys);
    assert_int_equal(ctl_run(ctl, "--json", "restore", to, "--keys", keys, NULL), 0);
    assert_int_equal(count_of(ctl, "restored"), 2);
    assert_int_equal(count_of(ctl, "not_in_index"), 1);
}

/* One that was sealed anew meanwhile is there as the manifest of before says. */
static void run_that_was_cut_off_leaves_the_backup_of_before_whole(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 300);
    struct backup_digest digest;
    char to[160];
    char keys[160];
    char obstacle[192];
    char whole[160];
    char copy[HELP_PATH_BYTES];
    char before[HELP_PATH_BYTES + 16];

    below(ctl, "backup", to);
    below(ctl, "keys", keys);
    below(ctl, "whole", whole);
    path_in(ctl, to, &recording, copy);
    (void)snprintf(before, sizeof before, "%s.before", copy);
    (void)snprintf(obstacle, sizeof obstacle, "%s/manifest.json.part", to);
    const struct backup_copy keep = {.from = recording.path, .to = whole, .mode = 0600};
    assert_int_equal(backup_copy_file(&keep, &digest, NULL, NULL), STATUS_OK);
    assert_int_equal(ctl_run(ctl, "backup", to, "--keys", keys, "--master", NULL), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "reseal", recording.id_text, "--to", "hold", NULL),
                     0);
    assert_int_equal(mkdir(obstacle, 0700), 0);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(ctl_run(ctl, "backup", to, "--keys", keys, NULL), 5);
        assert_same_files(copy, recording.path, true);
        assert_same_files(before, whole, true);
    }
    remove_tree(ctl->store);
    assert_int_equal(ctl_run(ctl, "--json", "restore", to, "--keys", keys, NULL), 0);
    assert_int_equal(count_of(ctl, "bad"), 0);
    assert_same_files(recording.path, whole, true);
    assert_int_equal(rmdir(obstacle), 0);
    assert_int_equal(ctl_run(ctl, "backup", to, NULL), 0);
    assert_false(is_there(before));
    below(ctl, "backup/replaced", whole);
    assert_false(is_there(whole));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, ctl_set_up, ctl_tear_down)
    const struct CMUnitTest tests[] = {
        CASE(older_backup_is_brought_up_to_date_and_a_newer_one_refused),
        CASE(files_and_directories_have_the_modes_of_new_ones),
        CASE(what_root_restores_is_of_the_store_s_owner_and_what_it_keeps_its_own),
        CASE(store_with_the_log_of_a_lost_index_is_not_empty),
        CASE(log_of_a_draft_that_was_cut_off_is_not_read),
        CASE(index_that_is_in_its_place_is_left_alone),
        CASE(files_are_restored_also_where_the_index_is_damaged),
        CASE(backup_that_the_keeper_did_not_sign_is_refused),
        CASE(who_the_keeper_is_must_be_known),
        CASE(what_the_index_no_longer_knew_is_counted),
        CASE(run_that_was_cut_off_leaves_the_backup_of_before_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
