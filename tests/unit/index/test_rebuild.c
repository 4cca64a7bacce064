/* An index made anew: what is taken over, what is refused, and that nobody is in its way. */
#include <errno.h>
#include <glob.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/wait.h>

#include "storage/index/audit.h"
#include "storage/index/backup.h"
#include "storage/index/rebuild.h"
#include "storage/index/schema.h"
#include "unit/index/support.h"

/* A second later each time: what is put aside is named by it. */
static wall_time now = {INT64_C(1795400000) * CLOCK_NS_PER_S};

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

/* Everything beside the index goes too. */
static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    char pattern[160];
    glob_t found;

    index_close(fixture->index);
    fixture->index = NULL;
    (void)snprintf(pattern, sizeof pattern, "%s/*", fixture->files.directory);
    if (glob(pattern, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            (void)unlink(found.gl_pathv[i]);
        globfree(&found);
    }
    return fixture_tear_down(state);
}

static void release(struct fixture *fixture)
{
    index_close(fixture->index);
    fixture->index = NULL;
}

static struct index_rebuild *begin(struct fixture *fixture, const char *from)
{
    struct index_rebuild *rebuild = NULL;
    struct fault fault = {0};

    now.ns += CLOCK_NS_PER_S;
    const struct index_rebuild_spec spec = {&disk_system, fixture->files.path, from, now};
    release(fixture);
    assert_ok(index_rebuild_begin(&spec, &rebuild, &fault), &fault);
    return rebuild;
}

static struct index_rebuild_counts end(struct fixture *fixture, struct index_rebuild *rebuild)
{
    struct index_rebuild_counts counts;
    struct fault fault = {0};

    assert_ok(index_rebuild_end(rebuild, &counts, &fault), &fault);
    assert_ok(index_check(fixture->files.path, &fault), &fault);
    assert_ok(index_open(fixture->files.path, &fixture->index, &fault), &fault);
    return counts;
}

static enum status try_begin(struct fixture *fixture, const char *from, struct fault *fault)
{
    const struct index_rebuild_spec spec = {&disk_system, fixture->files.path, from, now};
    struct index_rebuild *rebuild = NULL;
    enum status status = index_rebuild_begin(&spec, &rebuild, fault);

    index_rebuild_abort(rebuild);
    return status;
}

static bool is_there(const struct fixture *fixture, const char *suffix)
{
    char path[160];

    (void)snprintf(path, sizeof path, "%s%s", fixture->files.path, suffix);
    return access(path, F_OK) == 0;
}

static void write_entry(struct index *index, const char *action)
{
    const struct audit_entry entry = {
        .actor = "test", .action = action, .address = "", .detail = "{}"};
    struct fault fault = {0};

    assert_ok(audit_append(index, &entry, &fault), &fault);
}

static void set_finished(struct index_recording *row)
{
    row->state = RECORDING_STATE_SEALED;
    row->ended.ns = row->started.ns + 2 * CLOCK_NS_PER_S;
    row->duration_ms = 2000;
    (void)strcpy(row->end_cause, "bye");
}

static void what_no_file_tells_is_taken_over(void **state)
{
    struct fixture *fixture = *state;
    struct uuid customer = add_customer(fixture->index, "4711");
    struct index_recording row = make_recording(customer, 1000000, "+4520304050", "+4588303080");
    struct fault fault = {0};

    (void)add_recording(fixture->index, customer, 500, "+4511111111", "+4588303080");
    write_entry(fixture->index, "one");
    write_entry(fixture->index, "two");
    struct index_rebuild *rebuild = begin(fixture, NULL);
    row.id = uuid_new(row.started);
    set_finished(&row);
    const struct index_fact fact = {100, 200, 0, "lost", 5, "four in a row"};
    assert_ok(index_rebuild_add(rebuild, &row, &fact, 1, &fault), &fault);
    struct index_rebuild_counts counts = end(fixture, rebuild);
    assert_true(counts.known);
    assert_int_equal(counts.recordings, 1);
    assert_int_equal(counts.kept, 1); /* the one without a file */
    assert_int_equal(counts.lost, 0);
    assert_int_equal(counts.placeholders, 0);
    assert_int_equal(number(fixture->files.path, "SELECT count(*) FROM customers"), 2);
    assert_int_equal(number(fixture->files.path, "SELECT max(sequence) FROM audit"), 2);
    assert_int_equal(number(fixture->files.path, "SELECT count(*) FROM facts"), 1);
    struct index_recording found = read_call(fixture, &row);
    assert_int_equal(found.state, RECORDING_STATE_SEALED);
    assert_int_equal(found.duration_ms, 2000);
    write_entry(fixture->index, "three"); /* the log goes on where it was */
    assert_int_equal(number(counts.before, "SELECT count(*) FROM recordings"), 1);
}

static void index_that_a_program_has_open_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};

    assert_int_equal(try_begin(fixture, NULL, &fault), STATUS_BUSY);
    assert_non_null(strstr(fault.text, "open"));
    write_entry(fixture->index, "still there");
    release(fixture);
    assert_int_equal(try_begin(fixture, NULL, &fault), STATUS_OK);
}

static void given_up_it_leaves_the_present_one_as_it_was(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};

    (void)add_customer(fixture->index, "4711");
    index_rebuild_abort(begin(fixture, NULL));
    assert_false(is_there(fixture, ".rebuilding") || is_there(fixture, ".known"));
    assert_ok(index_open(fixture->files.path, &fixture->index, &fault), &fault);
    (void)add_customer(fixture->index, "4712");
    assert_int_equal(number(fixture->files.path, "SELECT count(*) FROM customers"), 3);
}

/* A program that starts while the index is made anew: it waits for the lock, and must not get hold
 * of the file that was put aside as if that were the index. */
static void who_opens_it_meanwhile_never_writes_to_the_one_put_aside(void **state)
{
    struct fixture *fixture = *state;
    int go[2];
    int result = 0;
    char byte = 0;

    release(fixture);
    assert_int_equal(pipe(go), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct index *index = NULL;
        const struct audit_entry entry = {
            .actor = "late", .action = "late", .address = "", .detail = "{}"};
        if (read(go[0], &byte, 1) != 1)
            _exit(9);
        enum status status = index_open(fixture->files.path, &index, NULL);
        if (status == STATUS_OK)
            status = audit_append(index, &entry, NULL);
        _exit(status == STATUS_OK ? 0 : 1);
    }
    struct index_rebuild *rebuild = begin(fixture, NULL);
    assert_int_equal(write(go[1], "x", 1), 1);
    (void)usleep(500000); /* it waits */
    struct index_rebuild_counts counts;
    struct fault fault = {0};
    assert_ok(index_rebuild_end(rebuild, &counts, &fault), &fault);
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFEXITED(result));
    assert_int_equal(WEXITSTATUS(result), 1); /* refused; what it is to do is to begin anew */
    (void)close(go[0]);
    (void)close(go[1]);
    assert_int_equal(number(counts.before, "SELECT count(*) FROM audit"), 0);
    assert_ok(index_check(fixture->files.path, &fault), &fault);
    assert_ok(index_open(fixture->files.path, &fixture->index, &fault), &fault);
    write_entry(fixture->index, "anew");
}

static void customer_whom_nobody_knows_is_a_placeholder(void **state)
{
    struct fixture *fixture = *state;
    struct uuid stranger = uuid_new(now);
    struct index_recording row = make_recording(stranger, 1000000, "+4520304050", "+4588303080");
    struct fault fault = {0};
    char text[UUID_TEXT_BYTES];
    char sql[160];

    struct index_rebuild *rebuild = begin(fixture, NULL);
    row.id = uuid_new(row.started);
    set_finished(&row);
    assert_ok(index_rebuild_add(rebuild, &row, NULL, 0, &fault), &fault);
    struct index_rebuild_counts counts = end(fixture, rebuild);
    assert_int_equal(counts.placeholders, 1);
    uuid_format(stranger, text);
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM customers WHERE name LIKE '%%%s%%'",
                   text);
    assert_int_equal(number(fixture->files.path, sql), 1);
    assert_true(uuid_equal(read_call(fixture, &row).customer, stranger));
}

static void second_file_of_an_id_is_refused_alone(void **state)
{
    struct fixture *fixture = *state;
    struct uuid customer = add_customer(fixture->index, "4711");
    struct index_recording row = make_recording(customer, 1000000, "+4520304050", "+4588303080");
    struct fault fault = {0};

    struct index_rebuild *rebuild = begin(fixture, NULL);
    row.id = uuid_new(row.started);
    set_finished(&row);
    assert_ok(index_rebuild_add(rebuild, &row, NULL, 0, &fault), &fault);
    assert_int_equal(index_rebuild_add(rebuild, &row, NULL, 0, &fault), STATUS_EXISTS);
    assert_int_equal(index_rebuild_add_unfinished(rebuild, &row, &fault), STATUS_EXISTS);
    row.id = uuid_new(now);
    assert_ok(index_rebuild_add(rebuild, &row, NULL, 0, &fault), &fault);
    assert_int_equal(end(fixture, rebuild).recordings, 2);
}

static void unfinished_one_waits_for_the_keeper_whatever_the_row_said(void **state)
{
    struct fixture *fixture = *state;
    struct uuid customer = add_customer(fixture->index, "4711");
    struct index_recording known = make_recording(customer, 1000000, "+4520304050", "+4588303080");
    struct index_recording strange = make_recording(customer, 2000000, "", "");
    struct fault fault = {0};

    known.id = uuid_new(known.started);
    assert_ok(recordings_insert(fixture->index, &known, &fault), &fault);
    set_finished(&known);
    assert_ok(recordings_finish(fixture->index, &known, NULL, 0, &fault), &fault);
    struct index_rebuild *rebuild = begin(fixture, NULL);
    strange.id = uuid_new(now);
    assert_ok(index_rebuild_add_unfinished(rebuild, &known, &fault), &fault);
    assert_ok(index_rebuild_add_unfinished(rebuild, &strange, &fault), &fault);
    (void)end(fixture, rebuild);
    assert_int_equal(read_call(fixture, &known).state, RECORDING_STATE_RECORDING);
    assert_string_equal(read_call(fixture, &known).caller.number, "+4520304050");
    assert_int_equal(read_call(fixture, &strange).state, RECORDING_STATE_RECORDING);
}

/* Of an index with torn pages comes what can still be read; the rest is counted, not passed over.
 */
/* As a program of version 3 left it, with a customer. */
static void make_old_index(const char *path)
{
    sqlite3 *db = NULL;
    struct fault fault = {0};

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_ok(schema_migrate(db, schema_steps, 3, &fault), &fault);
    (void)sqlite3_close(db);
    assert_int_equal(run_sql(path, "INSERT INTO customers VALUES (randomblob(16), '4711',"
                                   " 'Nordlys', 'hash', 0)"),
                     SQLITE_OK);
}

static void index_of_an_older_version_is_brought_up_to_date(void **state)
{
    struct fixture *fixture = *state;
    char from[128];

    (void)snprintf(from, sizeof from, "%s/from", fixture->files.directory);
    make_old_index(from);
    struct index_rebuild_counts counts = end(fixture, begin(fixture, from));
    assert_true(counts.known);
    assert_int_equal(counts.lost, 0);
    assert_int_equal(number(fixture->files.path, "SELECT count(*) FROM customers"
                                                 " WHERE number = '4711' AND mask = 0"),
                     1);
    assert_int_equal(number(from, "PRAGMA user_version"), 3); /* only read */
    release(fixture);
    assert_int_equal(unlink(fixture->files.path), 0); /* the present one may be old as well */
    make_old_index(fixture->files.path);
    (void)end(fixture, begin(fixture, NULL));
    assert_int_equal(number(fixture->files.path, "PRAGMA user_version"), INDEX_SCHEMA_VERSION);
}

static void what_is_no_index_or_of_a_newer_version_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    char from[128];

    (void)snprintf(from, sizeof from, "%s/from", fixture->files.directory);
    assert_int_equal(try_begin(fixture, from, &fault), STATUS_BUSY);
    release(fixture);
    assert_int_equal(try_begin(fixture, from, &fault), STATUS_NOT_FOUND);
    assert_int_equal(run_sql(from, "CREATE TABLE t (x)"), SQLITE_OK);
    assert_int_equal(try_begin(fixture, from, &fault), STATUS_CORRUPT);
    assert_int_equal(run_sql(from, "PRAGMA user_version = 99"), SQLITE_OK);
    assert_int_equal(try_begin(fixture, from, &fault), STATUS_VERSION);
    assert_non_null(strstr(fault.text, "update the program"));
    assert_int_equal(run_sql(fixture->files.path, "PRAGMA user_version = 99"), SQLITE_OK);
    assert_int_equal(try_begin(fixture, NULL, &fault), STATUS_VERSION);
    assert_int_equal(number(fixture->files.path, "PRAGMA user_version"), 99);
}

/* A WAL that was left beside a file that is no database any more is not read into the new one. */
static void what_is_no_database_is_put_aside_and_its_wal_not_read(void **state)
{
    struct fixture *fixture = *state;
    char wal[128];

    release(fixture);
    (void)snprintf(wal, sizeof wal, "%s-wal", fixture->files.path);
    FILE *file = fopen(fixture->files.path, "w");
    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        assert_true(fputs("no database ", file) >= 0);
    assert_int_equal(fclose(file), 0);
    file = fopen(wal, "w");
    assert_non_null(file);
    assert_true(fputs("no wal", file) >= 0);
    assert_int_equal(fclose(file), 0);
    struct index_rebuild_counts counts = end(fixture, begin(fixture, NULL));
    assert_false(counts.known);
    assert_int_equal(access(counts.before, F_OK), 0);
    assert_int_equal(number(fixture->files.path, "SELECT count(*) FROM customers"), 1);
}

static void conversations_are_found_as_when_the_calls_came(void **state)
{
    struct fixture *fixture = *state;
    struct uuid customer = add_customer(fixture->index, "4711");
    struct index_recording row[3];
    struct fault fault = {0};

    struct index_rebuild *rebuild = begin(fixture, NULL);
    for (int i = 0; i < 3; i++) {
        row[i] = make_recording(customer, (i + 1) * INT64_C(10000000), "+4520304050", "+458830308");
        row[i].id = uuid_new(row[i].started);
        (void)snprintf(row[i].group_id, sizeof row[i].group_id, "group-%d", i == 1 ? 1 : 0);
        row[i].by_number = false;
        set_finished(&row[i]);
        (void)strcpy(row[i].end_cause, "expired"); /* no transfer */
    }
    row[1].conversation = row[0].id; /* by a tie that its details have lost */
    for (int i = 0; i < 3; i++)
        assert_ok(index_rebuild_add(rebuild, &row[i], NULL, 0, &fault), &fault);
    (void)end(fixture, rebuild);
    for (int i = 0; i < 3; i++)
        assert_true(uuid_equal(read_call(fixture, &row[i]).conversation, row[0].id));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(what_no_file_tells_is_taken_over),
        CASE(index_that_a_program_has_open_is_refused),
        CASE(given_up_it_leaves_the_present_one_as_it_was),
        CASE(who_opens_it_meanwhile_never_writes_to_the_one_put_aside),
        CASE(customer_whom_nobody_knows_is_a_placeholder),
        CASE(second_file_of_an_id_is_refused_alone),
        CASE(unfinished_one_waits_for_the_keeper_whatever_the_row_said),
        CASE(index_of_an_older_version_is_brought_up_to_date),
        CASE(what_is_no_index_or_of_a_newer_version_is_refused),
        CASE(what_is_no_database_is_put_aside_and_its_wal_not_read),
        CASE(conversations_are_found_as_when_the_calls_came),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
