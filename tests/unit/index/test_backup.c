/* Copies of the index: one state, whatever others commit meanwhile; what is no copy is not left. */
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

#include "storage/index/audit.h"
#include "storage/index/backup.h"
#include "unit/index/support.h"

enum { ENTRIES = 60, DETAIL_BYTES = 100000 };

/* Some megabytes: several steps of a copy. */
static void fill(struct index *index)
{
    static char detail[DETAIL_BYTES];
    struct fault fault = {0};

    memset(detail, 'x', sizeof detail - 1);
    for (int i = 0; i < ENTRIES; i++) {
        const struct audit_entry entry = {
            .actor = "test", .action = "fill", .address = "", .detail = detail};
        assert_ok(audit_append(index, &entry, &fault), &fault);
    }
}

static int64_t number(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    return value;
}

static void copy_path(const struct fixture *fixture, char path[static 128])
{
    (void)snprintf(path, 128, "%s/copy", fixture->files.directory);
}

static bool is_there(const char *path, const char *suffix)
{
    char name[160];
    struct stat about;

    (void)snprintf(name, sizeof name, "%s%s", path, suffix);
    return stat(name, &about) == 0;
}

/* Another program, which commits between two steps of the copy. */
struct other {
    struct index *index;
    int commits;
    int failures;
};

static void commit_one(void *context, int pages_done, int pages)
{
    struct other *other = context;
    const struct audit_entry entry = {
        .actor = "other", .action = "meanwhile", .address = "", .detail = "{}"};

    assert_true(pages_done <= pages && pages > 1000);
    if (audit_append(other->index, &entry, NULL) == STATUS_OK)
        other->commits++;
    else
        other->failures++;
}

static void copy_is_one_state_while_others_commit(void **state)
{
    struct fixture *fixture = *state;
    struct other other = {.commits = 0};
    struct fault fault = {0};
    char path[128];

    fill(fixture->index);
    copy_path(fixture, path);
    assert_ok(index_open(fixture->files.path, &other.index, &fault), &fault);
    index_set_patience(other.index, 0); /* whoever had to wait for the copy would fail */
    const struct index_backup_watch watch = {&other, commit_one};
    assert_ok(index_backup(fixture->index, &disk_system, path, &watch, &fault), &fault);
    index_close(other.index);
    assert_true(other.commits > 1);
    assert_int_equal(other.failures, 0);
    assert_int_equal(number(path, "SELECT count(*) FROM audit"), ENTRIES);
    assert_int_equal(number(fixture->files.path, "SELECT count(*) FROM audit"),
                     ENTRIES + other.commits);
    assert_ok(index_check(path, &fault), &fault);
    (void)unlink(path);
}

static void copy_is_one_file_that_others_cannot_read(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct stat about;
    char path[128];
    int version = 0;

    copy_path(fixture, path);
    assert_ok(index_backup(fixture->index, &disk_system, path, NULL, &fault), &fault);
    assert_false(is_there(path, "-wal") || is_there(path, "-shm") || is_there(path, "-journal"));
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_ok(index_file_version(path, &version, &fault), &fault);
    assert_int_equal(version, INDEX_SCHEMA_VERSION);
    (void)unlink(path);
}

static void index_can_be_written_again_after_a_copy(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    char path[128];

    copy_path(fixture, path);
    assert_ok(index_backup(fixture->index, &disk_system, path, NULL, &fault), &fault);
    (void)add_customer(fixture->index, "4711");
    assert_int_equal(number(fixture->files.path, "SELECT count(*) FROM customers"), 2);
    assert_int_equal(number(path, "SELECT count(*) FROM customers"), 1);
    (void)unlink(path);
}

static void what_is_there_already_is_not_touched(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    char path[128];
    char text[8] = "";

    copy_path(fixture, path);
    FILE *file = fopen(path, "w+");
    assert_non_null(file);
    assert_true(fputs("mine", file) >= 0 && fflush(file) == 0);
    assert_int_equal(index_backup(fixture->index, &disk_system, path, NULL, &fault), STATUS_EXISTS);
    rewind(file);
    assert_non_null(fgets(text, sizeof text, file));
    assert_string_equal(text, "mine");
    (void)fclose(file);
    (void)unlink(path);
}

/* Of the last pages one, which is of the audit log. */
static void damage(const char *path)
{
    static const uint8_t wrong[4096] = {0xff, 0xfe, 0xfd};
    int64_t pages = number(path, "PRAGMA page_count");
    int file = open(path, O_WRONLY);

    assert_true(file >= 0);
    assert_int_equal(pwrite(file, wrong, sizeof wrong, (off_t)(pages - 20) * 4096), sizeof wrong);
    assert_int_equal(close(file), 0);
}

static void damaged_index_is_not_copied_as_if_it_were_whole(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    char path[128];

    fill(fixture->index);
    index_close(fixture->index); /* the WAL goes into the file */
    damage(fixture->files.path);
    assert_ok(index_open(fixture->files.path, &fixture->index, &fault), &fault);
    copy_path(fixture, path);
    assert_int_equal(index_backup(fixture->index, &disk_system, path, NULL, &fault),
                     STATUS_CORRUPT);
    assert_non_null(strstr(fault.text, "check index"));
    assert_false(is_there(path, "") || is_there(path, "-journal"));
}

static void version_of_a_newer_index_and_of_no_index_is_told(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    char path[128];
    int version = 0;

    copy_path(fixture, path);
    assert_int_equal(index_file_version(path, &version, &fault), STATUS_NOT_FOUND);
    assert_ok(index_backup(fixture->index, &disk_system, path, NULL, &fault), &fault);
    assert_int_equal(run_sql(path, "PRAGMA user_version = 99"), SQLITE_OK);
    assert_ok(index_file_version(path, &version, &fault), &fault);
    assert_int_equal(version, 99);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        assert_true(fputs("no database ", file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(index_file_version(path, &version, &fault), STATUS_CORRUPT);
    assert_int_equal(index_check(path, &fault), STATUS_CORRUPT);
    (void)unlink(path);
}

static void check_finds_a_row_that_refers_to_none(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    char path[128];

    copy_path(fixture, path);
    assert_ok(index_backup(fixture->index, &disk_system, path, NULL, &fault), &fault);
    assert_int_equal(run_sql(path, "PRAGMA foreign_keys = OFF; INSERT INTO numbers VALUES"
                                   " (1, '1', '1', randomblob(16))"),
                     SQLITE_OK);
    assert_int_equal(index_check(path, &fault), STATUS_CORRUPT);
    assert_non_null(strstr(fault.text, "numbers"));
    (void)unlink(path);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        CASE(copy_is_one_state_while_others_commit),
        CASE(copy_is_one_file_that_others_cannot_read),
        CASE(index_can_be_written_again_after_a_copy),
        CASE(what_is_there_already_is_not_touched),
        CASE(damaged_index_is_not_copied_as_if_it_were_whole),
        CASE(version_of_a_newer_index_and_of_no_index_is_told),
        CASE(check_finds_a_row_that_refers_to_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
