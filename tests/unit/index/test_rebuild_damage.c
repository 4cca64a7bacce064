/* An index made anew of one that is damaged: what can be read is taken over, also behind the
 * damage, and what cannot is counted. */
#include <glob.h>
#include <sqlite3.h>
#include <string.h>

#include "storage/index/backup.h"
#include "storage/index/rebuild.h"
#include "storage/index/schema.h"
#include "unit/index/support.h"

enum { PAGE_BYTES = 4096, ENTRIES = 2000, CUSTOMERS = 300 };

static int64_t number(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    int64_t value = -1;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    if (sqlite3_step(statement) == SQLITE_ROW)
        value = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    return value;
}

static void close_index(struct fixture *fixture)
{
    index_close(fixture->index);
    fixture->index = NULL;
}

/* Everything beside the index goes too. */
static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    char pattern[160];
    glob_t found;

    close_index(fixture);
    (void)snprintf(pattern, sizeof pattern, "%s/*", fixture->files.directory);
    if (glob(pattern, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            (void)unlink(found.gl_pathv[i]);
        globfree(&found);
    }
    return fixture_tear_down(state);
}

/* Customers "1000".., a number each, and a long audit log, of which every entry says its own number
 * twice. */
static void fill(struct fixture *fixture)
{
    char sql[256];

    close_index(fixture);
    (void)snprintf(sql, sizeof sql,
                   "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
                   " INSERT INTO customers (id, number, name, created_us)"
                   " SELECT randomblob(16), 1000 + i, printf('%%300d', i), 0 FROM n",
                   CUSTOMERS);
    assert_int_equal(run_sql(fixture->files.path, sql), SQLITE_OK);
    assert_int_equal(
        run_sql(fixture->files.path,
                "INSERT INTO numbers (digit_count, first_digits, last_digits, customer)"
                " SELECT length(number), number, number, id FROM customers"
                " WHERE number <> 'unassigned'"),
        SQLITE_OK);
    (void)snprintf(sql, sizeof sql,
                   "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
                   " INSERT INTO audit (at_us, actor, action, address, detail)"
                   " SELECT i, 'test', 'fill', '', printf('e%%199d', i) FROM n",
                   ENTRIES);
    assert_int_equal(run_sql(fixture->files.path, sql), SQLITE_OK);
    assert_int_equal(run_sql(fixture->files.path, "PRAGMA wal_checkpoint(TRUNCATE)"), SQLITE_OK);
}

/* The page of the table in which a row of that text lies, damaged; its rows are what is lost. */
static void damage_page_with(const struct fixture *fixture, const char *text)
{
    static const uint8_t wrong[PAGE_BYTES] = {0xff, 0xfe, 0xfd};
    uint8_t page[PAGE_BYTES];
    FILE *file = fopen(fixture->files.path, "r+");
    bool found = false;

    assert_non_null(file);
    for (long at = 0; !found && fread(page, 1, sizeof page, file) == sizeof page;
         at += PAGE_BYTES) {
        found = page[0] == 13 && memmem(page, sizeof page, text, strlen(text)); /* a leaf */
        if (found) {
            assert_int_equal(fseek(file, at, SEEK_SET), 0);
            assert_int_equal(fwrite(wrong, 1, sizeof wrong, file), sizeof wrong);
        }
    }
    assert_int_equal(fclose(file), 0);
    assert_true(found);
}

static void damage_entry(const struct fixture *fixture, int sequence)
{
    char text[256];

    (void)snprintf(text, sizeof text, "e%199d", sequence);
    damage_page_with(fixture, text);
}

static struct index_rebuild_counts rebuild(struct fixture *fixture)
{
    static wall_time now = {INT64_C(1795400000) * CLOCK_NS_PER_S};
    const struct index_rebuild_spec spec = {&disk_system, fixture->files.path, NULL, now};
    struct index_rebuild *made = NULL;
    struct index_rebuild_counts counts;
    struct fault fault = {0};

    now.ns += CLOCK_NS_PER_S;
    assert_ok(index_rebuild_begin(&spec, &made, &fault), &fault);
    assert_ok(index_rebuild_end(made, &counts, &fault), &fault);
    assert_ok(index_check(fixture->files.path, &fault), &fault);
    assert_true(counts.known);
    return counts;
}

/* Each number has an entry: the one that was, or one that says that it is lost. */
static void expect_audit(const struct fixture *fixture, int64_t lost)
{
    const char *path = fixture->files.path;

    assert_int_equal(number(path, "SELECT count(*) FROM audit"), ENTRIES);
    assert_int_equal(number(path, "SELECT max(sequence) FROM audit"), ENTRIES);
    assert_int_equal(number(path, "SELECT count(*) FROM audit WHERE action = 'audit.lost'"), lost);
    assert_int_equal(number(path,
                            "SELECT count(*) FROM audit WHERE action = 'fill' AND"
                            " at_us = sequence AND CAST(substr(detail, 2) AS INTEGER) = sequence"),
                     ENTRIES - lost);
}

static void entries_behind_damage_are_taken_over_under_their_numbers(void **state)
{
    struct fixture *fixture = *state;

    fill(fixture);
    damage_entry(fixture, 100);
    damage_entry(fixture, 1000);
    struct index_rebuild_counts counts = rebuild(fixture);
    assert_in_range(counts.lost, 2, 2 * PAGE_BYTES / 200);
    expect_audit(fixture, (int64_t)counts.lost);
    assert_int_equal(run_sql(fixture->files.path,
                             "INSERT INTO audit (at_us, actor, action, address, detail)"
                             " VALUES (1, 'test', 'next', '', '{}')"),
                     SQLITE_OK); /* as its triggers want it */
}

static void damage_at_both_ends_is_counted_too(void **state)
{
    struct fixture *fixture = *state;

    fill(fixture);
    damage_entry(fixture, 1);
    damage_entry(fixture, ENTRIES);
    struct index_rebuild_counts counts = rebuild(fixture);
    assert_in_range(counts.lost, 2, 2 * PAGE_BYTES / 200);
    expect_audit(fixture, (int64_t)counts.lost);
}

static void customers_behind_damage_keep_their_names_and_all_their_numbers(void **state)
{
    struct fixture *fixture = *state;
    char text[400];

    fill(fixture);
    (void)snprintf(text, sizeof text, "%300d", 20);
    damage_page_with(fixture, text);
    struct index_rebuild_counts counts = rebuild(fixture);
    assert_in_range(counts.lost, 1, PAGE_BYTES / 300);
    assert_int_equal(counts.placeholders, counts.lost);
    assert_int_equal(number(fixture->files.path, "SELECT count(*) FROM customers WHERE"
                                                 " CAST(trim(name) AS INTEGER) + 1000 = number"),
                     CUSTOMERS - (int64_t)counts.lost);
    assert_int_equal(number(fixture->files.path, "SELECT count(*) FROM numbers"), CUSTOMERS);
}

/* A table without rowids is read from both ends. */
static void numbers_behind_damage_are_taken_over(void **state)
{
    struct fixture *fixture = *state;
    const char *path = fixture->files.path;
    static const uint8_t wrong[PAGE_BYTES] = {0xff, 0xfe, 0xfd};

    fill(fixture);
    int64_t page = number(path, "SELECT pageno FROM dbstat WHERE name = 'numbers' AND"
                                " pagetype = 'leaf' LIMIT 1 OFFSET 1");
    if (page < 0)
        skip(); /* SQLite was built without dbstat */
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, (long)(page - 1) * PAGE_BYTES, SEEK_SET), 0);
    assert_int_equal(fwrite(wrong, 1, sizeof wrong, file), sizeof wrong);
    assert_int_equal(fclose(file), 0);
    struct index_rebuild_counts counts = rebuild(fixture);
    assert_in_range(counts.lost, 1, CUSTOMERS / 2);
    assert_int_equal(number(path, "SELECT count(*) FROM numbers"),
                     CUSTOMERS - (int64_t)counts.lost);
    assert_int_equal(number(path, "SELECT count(*) FROM numbers WHERE first_digits = '1001'"), 1);
    assert_int_equal(number(path, "SELECT count(*) FROM numbers WHERE first_digits = '1300'"), 1);
}

/* It would have to be rewritten, row by row, before it can be read as one of today. */
static void damaged_index_of_an_older_version_gives_what_can_be_read_too(void **state)
{
    struct fixture *fixture = *state;
    const char *path = fixture->files.path;
    sqlite3 *db = NULL;
    char text[400];
    struct fault fault = {0};

    close_index(fixture);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_ok(schema_migrate(db, schema_steps, 6, &fault), &fault);
    (void)sqlite3_close(db);
    (void)snprintf(text, sizeof text,
                   "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
                   " INSERT INTO customers (id, number, name, pin_hash, created_us)"
                   " SELECT randomblob(16), 1000 + i, printf('%%300d', i), 'x', 0 FROM n",
                   CUSTOMERS);
    assert_int_equal(run_sql(path, text), SQLITE_OK);
    assert_int_equal(run_sql(path, "INSERT INTO audit (at_us, actor, action, address, detail)"
                                   " VALUES (1, 'test', 'fill', '', '{}')"),
                     SQLITE_OK);
    (void)snprintf(text, sizeof text, "%300d", 20);
    damage_page_with(fixture, text);
    struct index_rebuild_counts counts = rebuild(fixture);
    assert_in_range(counts.lost, 1, PAGE_BYTES / 300);
    assert_int_equal(number(path, "SELECT count(*) FROM customers WHERE"
                                  " CAST(trim(name) AS INTEGER) + 1000 = number"),
                     CUSTOMERS - (int64_t)counts.lost);
    assert_int_equal(number(path, "SELECT count(*) FROM audit"), 1);
}

/* A page in the place of another: reading would go round for ages. */
static void a_tree_that_leads_back_into_itself_ends(void **state)
{
    enum { RECORDINGS = 3000 };
    struct fixture *fixture = *state;
    const char *path = fixture->files.path;
    uint8_t root[PAGE_BYTES];
    char sql[900];

    fill(fixture);
    (void)snprintf(sql, sizeof sql,
                   "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
                   " INSERT INTO recordings (id, customer, started_us, state, direction,"
                   " caller_number, caller_name, caller_digits, caller_reversed, called_number,"
                   " called_name, called_digits, called_reversed, source, source_address,"
                   " sip_call_id, session_id, sip_session_id, group_id, node, end_cause, path)"
                   " SELECT randomblob(16), (SELECT id FROM customers), i, 3, 1, '', '', '', '',"
                   " '', '', '', '', '', '', '', '', '', '', '', '', 'p' FROM n",
                   RECORDINGS);
    assert_int_equal(run_sql(path, sql), SQLITE_OK);
    assert_int_equal(run_sql(path, "PRAGMA wal_checkpoint(TRUNCATE)"), SQLITE_OK);
    int64_t from = number(path, "SELECT rootpage FROM sqlite_master"
                                " WHERE name = 'sqlite_autoindex_recordings_1'");
    int64_t pages[2] = {-1, -1};
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(sql, sizeof sql,
                       "SELECT pageno FROM dbstat WHERE name = 'sqlite_autoindex_recordings_1' AND"
                       " pagetype = 'leaf' LIMIT 1 OFFSET %zu",
                       3 * i + 1);
        pages[i] = number(path, sql);
    }
    if (pages[0] < 0)
        skip(); /* SQLite was built without dbstat */
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, (long)(from - 1) * PAGE_BYTES, SEEK_SET), 0);
    assert_int_equal(fread(root, 1, sizeof root, file), sizeof root);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(fseek(file, (long)(pages[i] - 1) * PAGE_BYTES, SEEK_SET), 0);
        assert_int_equal(fwrite(root, 1, sizeof root, file), sizeof root);
    }
    assert_int_equal(fclose(file), 0);
    struct index_rebuild_counts counts = rebuild(fixture);
    assert_true(counts.kept > 0 && counts.lost > 0);
    assert_int_equal(counts.kept + counts.lost, RECORDINGS);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(entries_behind_damage_are_taken_over_under_their_numbers),
        CASE(damage_at_both_ends_is_counted_too),
        CASE(customers_behind_damage_keep_their_names_and_all_their_numbers),
        CASE(numbers_behind_damage_are_taken_over),
        CASE(damaged_index_of_an_older_version_gives_what_can_be_read_too),
        CASE(a_tree_that_leads_back_into_itself_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
