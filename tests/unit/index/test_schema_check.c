/* The schema of an index is the one that this program makes, or it is told what is not. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "storage/index/database.h"
#include "storage/index/schema.h"
#include "storage/index/schema_check.h"

static void what_this_program_makes_is_well(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};

    assert_ok(schema_check(fixture->index, &fault), &fault);
    assert_int_equal(run_sql(fixture->files.path, "ANALYZE"), SQLITE_OK); /* SQLite's own tables */
    assert_ok(schema_check(fixture->index, &fault), &fault);
}

/* Whatever version it began as. */
static void an_index_that_was_brought_up_to_date_is_as_a_new_one(void **state)
{
    struct fixture *fixture = *state;

    for (int version = 1; version < INDEX_SCHEMA_VERSION; version++) {
        struct fault fault = {0};
        struct index *index = NULL;
        sqlite3 *db = NULL;
        char path[128];
        (void)snprintf(path, sizeof path, "%s/old-%d", fixture->files.directory, version);
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_ok(schema_migrate(db, schema_steps, version, &fault), &fault);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        assert_ok(index_create(&disk_system, path, &fault), &fault);
        assert_ok(index_open(path, &index, &fault), &fault);
        assert_ok(schema_check(index, &fault), &fault);
        index_close(index);
    }
}

static void expect_told(const struct fixture *fixture, const char *sql, const char *told)
{
    struct index *index = NULL;
    struct fault fault = {0};

    assert_int_equal(run_sql(fixture->files.path, sql), SQLITE_OK);
    assert_ok(index_open(fixture->files.path, &index, &fault), &fault);
    assert_int_equal(schema_check(index, &fault), STATUS_CONFLICT);
    if (!strstr(fault.text, told))
        fail_msg("%s: %s", sql, fault.text);
    index_close(index);
}

static void whatever_is_missing_changed_or_added_is_told(void **state)
{
    static const char *const changes[][2] = {
        {"DROP TRIGGER audit_never_deleted", "trigger audit_never_deleted is missing"},
        {"DROP TRIGGER audit_never_updated; CREATE TRIGGER audit_never_updated BEFORE UPDATE ON"
         " audit BEGIN SELECT 1; END",
         "trigger audit_never_updated was changed"},
        {"DROP INDEX alarms_open", "index alarms_open is missing"},
        {"CREATE TRIGGER quiet BEFORE INSERT ON alarms BEGIN SELECT RAISE(IGNORE); END",
         "trigger quiet is none of ours"},
        {"CREATE TABLE zz (a)", "table zz is none of ours"},
        {"CREATE VIEW zz AS SELECT 1", "view zz is none of ours"},
        {"ALTER TABLE audit ADD COLUMN more TEXT", "table audit was changed"},
        {"DROP TABLE controls", "controls_asked is missing"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        void *fixture = NULL;
        assert_int_equal(fixture_set_up(&fixture), 0);
        expect_told(fixture, changes[i][0], changes[i][1]);
        assert_int_equal(fixture_tear_down(&fixture), 0);
    }
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        CASE(what_this_program_makes_is_well),
        CASE(an_index_that_was_brought_up_to_date_is_as_a_new_one),
        cmocka_unit_test(whatever_is_missing_changed_or_added_is_told),
    };

    return cmocka_run_group_tests_name("schema_check", tests, NULL, NULL);
}
