/* Backups in the small: copies that are verified, lists, keys apart, what makes a run new. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/index/schema.h"
#include "storage/seal/shredding.h"
#include "support.h"
#include "tools/recorderctl/backup_copy.h"
#include "tools/recorderctl/backup_keys.h"
#include "tools/recorderctl/backup_list.h"
#include "tools/recorderctl/backup_manifest.h"

static void below(const struct ctl *ctl, const char *leaf, char path[static 160])
{
    (void)snprintf(path, 160, "%s/%s", ctl->directory, leaf);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static void copy_has_content_mode_and_time_and_replaces_whole(void **state)
{
    struct ctl *ctl = *state;
    struct backup_digest digest;
    struct backup_digest again;
    struct stat about;
    struct fault fault = {0};
    char from[160];
    char to[160];

    below(ctl, "from", from);
    below(ctl, "to", to);
    write_text(from, "content");
    write_text(to, "what was there before, and longer");
    const struct backup_copy copy = {.from = from, .to = to, .mode = 0640};
    assert_int_equal(backup_copy_file(&copy, &digest, &fault), STATUS_OK);
    assert_int_equal(digest.bytes, 7);
    assert_int_equal(stat(to, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0640);
    assert_int_equal(about.st_size, 7);
    assert_int_equal(backup_digest_file(to, &again, &fault), STATUS_OK);
    assert_memory_equal(digest.sha256, again.sha256, sizeof digest.sha256);
    assert_int_equal(digest.mtime_us, again.mtime_us);
}

static void file_of_another_hash_replaces_nothing(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);
    struct backup_digest digest;
    struct fault fault = {0};
    uint8_t wrong[BACKUP_HASH_BYTES] = {1};
    char to[160];
    char part[192];

    below(ctl, "to", to);
    write_text(to, "mine");
    const struct backup_copy copies[] = {
        {.from = recording.path, .to = to, .mode = 0600, .sha256 = wrong},
        {.from = recording.path, .to = to, .mode = 0600, .sha256_cipher = wrong},
    };
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(backup_copy_file(&copies[i], &digest, &fault), STATUS_CORRUPT);
        assert_int_equal(backup_digest_file(to, &digest, &fault), STATUS_OK);
        assert_int_equal(digest.bytes, 4);
    }
    (void)snprintf(part, sizeof part, "%s.part", to);
    assert_false(is_there(part));
    below(ctl, "nothing", to);
    const struct backup_copy none = {.from = to, .to = to, .mode = 0600};
    assert_int_equal(backup_copy_file(&none, &digest, &fault), STATUS_NOT_FOUND);
}

/* The hash over the frames is the one that the footer and the row have. */
static void digest_of_a_recording_is_what_its_row_says(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);
    struct index_recording row;
    struct backup_digest digest;
    struct index *index = NULL;
    char path[160];

    (void)snprintf(path, sizeof path, "%s/index.sqlite", ctl->store);
    assert_int_equal(index_open(path, &index, NULL), STATUS_OK);
    assert_int_equal(recordings_get(index, recording.id, NULL, &row, NULL), STATUS_OK);
    index_close(index);
    assert_int_equal(backup_digest_file(recording.path, &digest, NULL), STATUS_OK);
    assert_memory_equal(digest.sha256_cipher, row.sha256_cipher, sizeof row.sha256_cipher);
    assert_memory_not_equal(digest.sha256, row.sha256_cipher, sizeof row.sha256_cipher);
}

static void list_is_read_as_it_was_written(void **state)
{
    struct ctl *ctl = *state;
    struct backup_list list;
    struct backup_entry entry = {.path = "recordings/2026/11/23/x.crec",
                                 .started = {INT64_C(1795400000123456) * CLOCK_NS_PER_US},
                                 .digest = {.bytes = 24576, .mtime_us = 1795400001000001}};
    struct fault fault = {0};
    char path[160];

    below(ctl, "list", path);
    entry.digest.sha256[0] = 0xab;
    entry.digest.sha256_cipher[31] = 0xcd;
    assert_int_equal(backup_list_create(&list, path, &fault), STATUS_OK);
    for (uint8_t i = 0; i < 3; i++) {
        entry.id.b[15] = i;
        assert_int_equal(backup_list_add(&list, &entry, &fault), STATUS_OK);
    }
    assert_int_equal(backup_list_finish(&list, &fault), STATUS_OK);
    assert_int_equal(list.bytes, 3 * 24576);
    assert_int_equal(backup_list_open(&list, path, &fault), STATUS_OK);
    for (uint8_t i = 0; i < 3; i++) {
        entry.id.b[15] = i;
        assert_false(list.ended);
        assert_string_equal(list.next.path, entry.path);
        assert_true(uuid_equal(list.next.id, entry.id));
        assert_int_equal(list.next.started.ns, entry.started.ns);
        assert_memory_equal(&list.next.digest, &entry.digest, sizeof entry.digest);
        assert_int_equal(backup_list_step(&list, &fault), STATUS_OK);
    }
    assert_true(list.ended);
    backup_list_close(&list);
    assert_int_equal(backup_list_open(&list, NULL, &fault), STATUS_OK);
    assert_true(list.ended);
}

static void line_that_is_none_or_leads_elsewhere_is_refused(void **state)
{
    static const char *const lines[] = {
        "",
        "no json",
        "[]",
        "{}",
        "{\"path\":\"/etc/"
        "passwd\",\"id\":\"01934567-89ab-7cde-8123-456789abcdef\",\"started_us\":1,"
        "\"bytes\":1,\"mtime_us\":1,\"sha256\":\"%s\",\"sha256_cipher\":\"%s\"}",
        "{\"path\":\"a/../../b\",\"id\":\"01934567-89ab-7cde-8123-456789abcdef\",\"started_us\":1,"
        "\"bytes\":1,\"mtime_us\":1,\"sha256\":\"%s\",\"sha256_cipher\":\"%s\"}",
        "{\"path\":\"a\",\"id\":\"no\",\"started_us\":1,"
        "\"bytes\":1,\"mtime_us\":1,\"sha256\":\"%s\",\"sha256_cipher\":\"%s\"}",
        "{\"path\":\"a\",\"id\":\"01934567-89ab-7cde-8123-456789abcdef\",\"started_us\":1,"
        "\"bytes\":-1,\"mtime_us\":1,\"sha256\":\"%s\",\"sha256_cipher\":\"%s\"}",
        "{\"path\":\"a\",\"id\":\"01934567-89ab-7cde-8123-456789abcdef\",\"started_us\":1,"
        "\"bytes\":1,\"mtime_us\":1,\"sha256\":\"%.10s\",\"sha256_cipher\":\"%s\"}",
    };
    static const char hash[] = "abababababababababababababababababababababababababababababababab";
    struct ctl *ctl = *state;
    struct backup_list list;
    char path[160];

    below(ctl, "list", path);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
        (void)fprintf(file, lines[i], hash, hash);
#pragma GCC diagnostic pop
        (void)fputs("\n", file);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(backup_list_open(&list, path, NULL), STATUS_CORRUPT);
        backup_list_close(&list);
    }
}

static int64_t count_of(const struct ctl *ctl, const char *name)
{
    json_t *value = ctl_json(ctl);
    int64_t count = json_integer_value(json_object_get(value, name));

    json_decref(value);
    return count;
}

static void second_run_copies_only_what_is_new_or_sealed_anew(void **state)
{
    struct ctl *ctl = *state;
    struct index *index = NULL;
    struct customer customer;
    char to[160];
    char path[160];

    below(ctl, "backup", to);
    assert_int_equal(ctl_run(ctl, "customer", "add", "88303090", "--name", "Other", NULL), 0);
    (void)snprintf(path, sizeof path, "%s/index.sqlite", ctl->store);
    assert_int_equal(index_open(path, &index, NULL), STATUS_OK);
    assert_int_equal(customers_find(index, "88303090", &customer, NULL), STATUS_OK);
    index_close(index);
    (void)ctl_record(ctl, CTL_SEALED, 300);
    (void)ctl_record_due(ctl, CTL_SEALED, customer.id);
    (void)ctl_record(ctl, CTL_CRASHED, 40);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 0);
    assert_int_equal(count_of(ctl, "copied"), 2);
    assert_int_equal(count_of(ctl, "running"), 1);
    assert_int_equal(ctl_round(ctl, 0, "reassigned"), 1); /* and one is recovered */
    (void)ctl_record(ctl, CTL_SEALED, 20);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 0);
    assert_int_equal(count_of(ctl, "copied"), 3);
    assert_int_equal(count_of(ctl, "unchanged"), 1);
    assert_int_equal(count_of(ctl, "running"), 0);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 0);
    assert_int_equal(count_of(ctl, "unchanged"), 4);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'backup'"), 3);
}

/* Its packets are no Opus: authentic, and still nothing that could be heard. */
static void test_finds_what_is_authentic_and_does_not_play(void **state)
{
    struct ctl *ctl = *state;
    char to[160];

    below(ctl, "backup", to);
    (void)ctl_record(ctl, CTL_SEALED, 300);
    assert_int_equal(ctl_run(ctl, "backup", to, NULL), 0);
    assert_int_equal(ctl_run(ctl, "--json", "backup", "test", to, NULL), 1);
    assert_int_equal(count_of(ctl, "bad"), 1);
    assert_int_equal(ctl_run(ctl, "backup", "test", to, NULL), 1);
    assert_non_null(strstr(ctl->out, "does not play"));
}

static void key_path(const char *keys, const char *customer, const char *ending,
                     char path[static 256])
{
    char month[KEY_MONTH_BYTES];
    const char *folder = strcmp(ending, "pub") == 0 ? "public/customers" : "private";

    keys_month(clock_wall_now(), month);
    (void)snprintf(path, 256, "%s/%s/%s/%s.%s", keys, folder, customer, month, ending);
}

/* What is shredded in the store is destroyed in the copy; what was lost there stays in it. */
static void copy_of_keys_follows_what_was_shredded_and_keeps_what_was_lost(void **state)
{
    static const char unassigned[] = "00000000-0000-8000-8000-000000000000";
    struct ctl *ctl = *state;
    char store_keys[160];
    char keys[160];
    char path[256];
    char to[160];
    char customer[UUID_TEXT_BYTES];
    char month[KEY_MONTH_BYTES];
    struct key_shredding key = {.customer = ctl->customer};
    struct fault fault = {0};

    below(ctl, "backup", to);
    below(ctl, "keys", keys);
    (void)snprintf(store_keys, sizeof store_keys, "%s/keys", ctl->store);
    uuid_format(ctl->customer, customer);
    assert_int_equal(ctl_run(ctl, "backup", to, "--keys", keys, NULL), 0);
    keys_month(clock_wall_now(), month);
    uint32_t number =
        (uint32_t)strtoul(month, NULL, 10) * 100 + (uint32_t)strtoul(month + 5, NULL, 10);
    key.month = number;
    key.when = clock_wall_now();
    if (keys_shred(&disk_system, store_keys, &key, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, "--keys", keys, NULL), 0);
    json_t *value = ctl_json(ctl);
    json_t *counts = json_object_get(value, "keys");
    assert_int_equal(json_integer_value(json_object_get(counts, "destroyed")), 2);
    json_decref(value);
    key_path(keys, customer, "key", path);
    assert_false(is_there(path));
    key_path(keys, customer, "pub", path);
    assert_false(is_there(path));
    key_path(keys, customer, "shredded", path);
    assert_true(is_there(path));
    key_path(store_keys, unassigned, "key", path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, "--keys", keys, NULL), 1);
    key_path(keys, unassigned, "key", path);
    assert_true(is_there(path));
}

/* A key slot is another, the sound is the same: the copy has the slot too. */
static void recording_that_was_sealed_to_the_hold_key_is_copied_anew(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 300);
    struct backup_digest there;
    struct backup_digest copied;
    struct index_recording row;
    struct index *index = NULL;
    char to[160];
    char path[BOUND_PATH_BYTES + 160];

    below(ctl, "backup", to);
    assert_int_equal(ctl_run(ctl, "backup", to, NULL), 0);
    if (ctl_run(ctl, "recordings", "reseal", recording.id_text, "--to", "hold", NULL) != 0)
        fail_msg("%s", ctl->err);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 0);
    assert_int_equal(count_of(ctl, "copied"), 1);
    (void)snprintf(path, sizeof path, "%s/index.sqlite", ctl->store);
    assert_int_equal(index_open(path, &index, NULL), STATUS_OK);
    assert_int_equal(recordings_get(index, recording.id, NULL, &row, NULL), STATUS_OK);
    index_close(index);
    (void)snprintf(path, sizeof path, "%s/%s", to, row.path);
    assert_int_equal(backup_digest_file(recording.path, &there, NULL), STATUS_OK);
    assert_int_equal(backup_digest_file(path, &copied, NULL), STATUS_OK);
    assert_memory_equal(there.sha256, copied.sha256, sizeof there.sha256);
}

/* Of a backup that an older program made: its index is of version 4. */
static void make_old_backup(struct ctl *ctl, const char *directory, int version)
{
    struct backup_manifest manifest;
    struct public_keys *signers = NULL;
    struct signer *keeper = NULL;
    struct fault fault = {0};
    sqlite3 *db = NULL;
    char keys[160];
    char path[256];

    (void)snprintf(keys, sizeof keys, "%s/keys", ctl->store);
    assert_int_equal(public_keys_open(&disk_system, keys, &signers, &fault), STATUS_OK);
    assert_int_equal(backup_manifest_read(directory, signers, &manifest, &fault), STATUS_OK);
    (void)snprintf(path, sizeof path, "%s/%s", directory, manifest.index.name);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(schema_migrate(db, schema_steps, version, &fault), STATUS_OK);
    assert_int_equal(
        sqlite3_exec(db, "INSERT INTO customers VALUES (randomblob(16), '5', 'Old', '', 0)", NULL,
                     NULL, NULL),
        SQLITE_OK);
    (void)sqlite3_close(db);
    manifest.schema = version;
    assert_int_equal(backup_digest_file(path, &manifest.index.digest, &fault), STATUS_OK);
    assert_int_equal(signer_open(&disk_system, keys, "keeper", &keeper, &fault), STATUS_OK);
    assert_int_equal(backup_manifest_write(directory, &manifest, keeper, &fault), STATUS_OK);
    signer_close(keeper);
    public_keys_close(signers);
}

static void sign_schema(struct ctl *ctl, const char *directory, int version)
{
    struct backup_manifest manifest;
    struct public_keys *signers = NULL;
    struct signer *keeper = NULL;
    char keys[160];

    (void)snprintf(keys, sizeof keys, "%s/keys", ctl->store);
    assert_int_equal(public_keys_open(&disk_system, keys, &signers, NULL), STATUS_OK);
    assert_int_equal(backup_manifest_read(directory, signers, &manifest, NULL), STATUS_OK);
    manifest.schema = version;
    assert_int_equal(signer_open(&disk_system, keys, "keeper", &keeper, NULL), STATUS_OK);
    assert_int_equal(backup_manifest_write(directory, &manifest, keeper, NULL), STATUS_OK);
    signer_close(keeper);
    public_keys_close(signers);
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

static void keys_are_not_copied_while_the_master_key_is_rotated(void **state)
{
    struct ctl *ctl = *state;
    char keys[160];
    char path[160];
    char to[160];

    below(ctl, "backup", to);
    below(ctl, "keys", keys);
    (void)snprintf(path, sizeof path, "%s/keys/master.key.next", ctl->store);
    write_text(path, "32 bytes");
    assert_int_equal(ctl_run(ctl, "backup", to, "--keys", keys, NULL), 4);
    ctl_expect_error(ctl, "rotat");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(ctl_run(ctl, "backup", to, "--keys", keys, NULL), 0);
}

static void commands_say_what_is_wrong_and_how_they_are_used(void **state)
{
    struct ctl *ctl = *state;
    char to[160];

    below(ctl, "backup", to);
    assert_int_equal(ctl_run(ctl, "backup", NULL), 2);
    ctl_expect_error(ctl, "too few");
    assert_int_equal(ctl_run(ctl, "backup", "test", NULL), 2);
    assert_int_equal(ctl_run(ctl, "restore", NULL), 2);
    assert_int_equal(ctl_run(ctl, "backup", to, "--master", NULL), 2);
    assert_int_equal(ctl_run(ctl, "backup", "test", to, "-n", "0", NULL), 2);
    assert_int_equal(ctl_run(ctl, "backup", "test", to, "-n", "1001", NULL), 2);
    assert_int_equal(ctl_run(ctl, "backup", "test", to, NULL), 3);
    assert_int_equal(ctl_run(ctl, "restore", to, NULL), 3);
    assert_int_equal(ctl_run(ctl, "backup", ctl->store, NULL), 2);
    ctl_expect_error(ctl, "store");
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(ctl_run(ctl, i ? "restore" : "backup", "--help", NULL), 0);
        assert_non_null(strstr(ctl->out, "--keys KEYDIR"));
    }
    assert_int_equal(ctl_run(ctl, "backup", "test", "--help", NULL), 0);
    assert_non_null(strstr(ctl->out, "--number COUNT"));
    assert_int_equal(ctl_run(ctl, "backup", to, NULL), 0);
    assert_int_equal(ctl_run(ctl, "restore", to, NULL), 4);
    ctl_expect_error(ctl, "not empty");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, ctl_set_up, ctl_tear_down)
    const struct CMUnitTest tests[] = {
        CASE(copy_has_content_mode_and_time_and_replaces_whole),
        CASE(file_of_another_hash_replaces_nothing),
        CASE(digest_of_a_recording_is_what_its_row_says),
        CASE(list_is_read_as_it_was_written),
        CASE(line_that_is_none_or_leads_elsewhere_is_refused),
        CASE(second_run_copies_only_what_is_new_or_sealed_anew),
        CASE(test_finds_what_is_authentic_and_does_not_play),
        CASE(copy_of_keys_follows_what_was_shredded_and_keeps_what_was_lost),
        CASE(recording_that_was_sealed_to_the_hold_key_is_copied_anew),
        CASE(older_backup_is_brought_up_to_date_and_a_newer_one_refused),
        CASE(keys_are_not_copied_while_the_master_key_is_rotated),
        CASE(commands_say_what_is_wrong_and_how_they_are_used),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
