/* Making, opening and migrating the database; transactions. */
#include "support.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/index/audit.h"
#include "storage/index/database.h"
#include "storage/index/schema.h"

static void index_that_is_not_there_is_not_found(void **state)
{
    struct fault fault = {0};
    struct index *index = NULL;

    (void)state;
    assert_int_equal(index_open("/tmp/unit-index-none/index.sqlite", &index, &fault),
                     STATUS_NOT_FOUND);
    assert_null(index);
    assert_non_null(strstr(fault.text, "recorderctl init"));
}

static void creating_in_a_missing_directory_is_an_io_error(void **state)
{
    struct fault fault = {0};

    (void)state;
    assert_int_equal(index_create(&disk_system, "/tmp/unit-index-none/index.sqlite", &fault),
                     STATUS_IO);
    assert_non_null(strstr(fault.text, "No such file"));
}

static void files_are_shared_with_the_group_whatever_the_umask(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct stat about;
    char path[128];

    (void)umask(077);
    (void)snprintf(path, sizeof path, "%s/second.sqlite", fixture->files.directory);
    assert_ok(index_create(&disk_system, path, &fault), &fault);
    (void)umask(022);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0660);
    (void)unlink(path);
    (void)add_customer(fixture->index, "1");
    (void)snprintf(path, sizeof path, "%s-wal", fixture->files.path);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0660);
}

static int64_t pragma_number(struct index *index, const char *sql)
{
    sqlite3_stmt *statement = NULL;

    assert_int_equal(sqlite3_prepare_v2(index->db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    return value;
}

static void a_connection_is_durable_and_checks_references(void **state)
{
    struct fixture *fixture = *state;
    sqlite3_stmt *statement = NULL;

    assert_int_equal(pragma_number(fixture->index, "PRAGMA synchronous"), 2);
    assert_int_equal(pragma_number(fixture->index, "PRAGMA foreign_keys"), 1);
    assert_int_equal(pragma_number(fixture->index, "PRAGMA recursive_triggers"), 1);
    assert_int_equal(pragma_number(fixture->index, "PRAGMA busy_timeout"), INDEX_BUSY_MS);
    assert_int_equal(
        sqlite3_prepare_v2(fixture->index->db, "PRAGMA journal_mode", -1, &statement, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_string_equal(sqlite3_column_text(statement, 0), "wal");
    (void)sqlite3_finalize(statement);
}

static void creating_again_keeps_what_is_there(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct customer customer;
    struct uuid id = add_customer(fixture->index, "88303080");

    assert_ok(index_create(&disk_system, fixture->files.path, &fault), &fault);
    assert_ok(customers_find(fixture->index, "88303080", &customer, &fault), &fault);
    assert_true(uuid_equal(customer.id, id));
}

static void unassigned_has_the_same_id_in_every_store(void **state)
{
    struct fixture *fixture = *state;
    char text[UUID_TEXT_BYTES];

    uuid_format(unassigned(fixture->index), text);
    assert_string_equal(text, "00000000-0000-8000-8000-000000000000");
}

static void a_newer_schema_is_refused_by_open_and_create(void **state)
{
    struct fixture *fixture = *state;
    struct index *index = NULL;
    struct fault fault = {0};

    assert_int_equal(run_sql(fixture->files.path, "PRAGMA user_version = 8"), SQLITE_OK);
    assert_int_equal(index_open(fixture->files.path, &index, &fault), STATUS_VERSION);
    assert_non_null(strstr(fault.text, "newer"));
    fault_clear(&fault);
    assert_int_equal(index_create(&disk_system, fixture->files.path, &fault), STATUS_VERSION);
    assert_non_null(strstr(fault.text, "newer"));
    assert_null(index);
}

static void an_older_schema_is_refused_by_open_with_the_remedy(void **state)
{
    struct fixture *fixture = *state;
    struct index *index = NULL;
    struct fault fault = {0};

    assert_int_equal(run_sql(fixture->files.path, "PRAGMA user_version = 0"), SQLITE_OK);
    assert_int_equal(index_open(fixture->files.path, &index, &fault), STATUS_VERSION);
    assert_non_null(strstr(fault.text, "recorderctl init"));
    assert_null(index);
}

static void a_foreign_database_and_a_foreign_file_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    char path[128];

    (void)snprintf(path, sizeof path, "%s/foreign", fixture->files.directory);
    assert_int_equal(run_sql(path, "CREATE TABLE other (a INTEGER)"), SQLITE_OK);
    assert_int_equal(index_create(&disk_system, path, &fault), STATUS_CORRUPT);
    assert_int_equal(unlink(path), 0);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 200; i++)
        assert_true(fputs("this is a diary, not a database\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(index_create(&disk_system, path, &fault), STATUS_CORRUPT);
    assert_int_equal(unlink(path), 0);
}

static void migration_applies_the_missing_steps_alone(void **state)
{
    struct fixture *fixture = *state;
    static const char *const steps[] = {
        "not reached", "nor this",  "nor that",         "nor any",
        "nor those",   "nor these", "nor any of these", "CREATE TABLE added (a INTEGER)"};
    struct fault fault = {0};
    int version = 0;

    assert_ok(schema_migrate(fixture->index->db, steps, 8, &fault), &fault);
    assert_ok(schema_version(fixture->index->db, &version, &fault), &fault);
    assert_int_equal(version, 8);
    assert_int_equal(pragma_number(fixture->index, "SELECT count(*) FROM added"), 0);
}

static void a_migration_that_fails_changes_nothing(void **state)
{
    struct fixture *fixture = *state;
    static const char *const steps[] = {
        "", "", "", "", "", "", "", "CREATE TABLE added (a INTEGER)", "no SQL at all"};
    struct fault fault = {0};
    int version = 0;

    assert_int_not_equal(schema_migrate(fixture->index->db, steps, 9, &fault), STATUS_OK);
    assert_ok(schema_version(fixture->index->db, &version, &fault), &fault);
    assert_int_equal(version, INDEX_SCHEMA_VERSION);
    assert_int_equal(
        pragma_number(fixture->index, "SELECT count(*) FROM sqlite_master WHERE name = 'added'"),
        0);
}

/* As a store made by the first version has it. */
static const char version_1_rows[] =
    "INSERT INTO customers (id, number, name, pin_hash, created_us)"
    " VALUES (x'01930000000070008000000000000001', '5', 'Five', 'hash', 1);"
    "INSERT INTO sources (name, network_first, network_last, prefix_bits, customer) VALUES"
    " ('pbx', x'0a000000', x'0affffff', 8, x'01930000000070008000000000000001'),"
    " ('six', x'20010db8000000000000000000000000', x'20010db8ffffffffffffffffffffffff', 32, NULL);"
    "INSERT INTO recordings (id, customer, started_us, ended_us, duration_ms, state, direction,"
    " caller_number, caller_name, caller_digits, caller_reversed,"
    " called_number, called_name, called_digits, called_reversed,"
    " source, source_address, sip_call_id, session_id, sip_session_id, group_id, node, end_cause,"
    " path, audio_bytes) VALUES (x'01930000000070008000000000000002',"
    " x'01930000000070008000000000000001', 1000000, 2000000, 1000, 1, 1, '+451', 'Anna', '451',"
    " '154', '2', '', '2', '2', 'pbx', '10.0.0.1', 'call', 's', '', 'g', 'node', 'bye', 'p', 77);"
    "INSERT INTO legs (recording, position, right_channel, label, party_number, party_name, codec,"
    " packets_received, packets_lost, packets_late, packets_duplicate)"
    " VALUES (x'01930000000070008000000000000002', 0, 0, '1', '+451', 'Anna', 'PCMA', 50, 1, 0, 0);"
    "INSERT INTO facts (recording, position, start_ms, end_ms, leg, cause, packets)"
    " VALUES (x'01930000000070008000000000000002', 0, 20, 40, 0, 'lost', 1);"
    "PRAGMA user_version = 1";

static void make_version_1(const char *path)
{
    assert_int_equal(run_sql(path, schema_steps[0]), SQLITE_OK);
    assert_int_equal(run_sql(path, version_1_rows), SQLITE_OK);
}

static void a_store_of_version_1_keeps_its_rows_and_gets_what_is_new(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct index *index = NULL;
    struct index_recording row;
    struct index_fact *facts = NULL;
    struct source source;
    struct uuid id;
    size_t count = 0;
    char path[128];

    (void)snprintf(path, sizeof path, "%s/old.sqlite", fixture->files.directory);
    make_version_1(path);
    assert_int_equal(index_open(path, &index, &fault), STATUS_VERSION);
    assert_ok(index_create(&disk_system, path, &fault), &fault);
    assert_ok(index_open(path, &index, &fault), &fault);
    assert_int_equal(uuid_parse("01930000-0000-7000-8000-000000000002", &id), STATUS_OK);
    assert_ok(recordings_get(index, id, NULL, &row, &fault), &fault);
    assert_true(uuid_equal(row.conversation, id));
    assert_string_equal(row.call_reference, "");
    assert_string_equal(row.group_id, "g");
    assert_int_equal(row.audio_bytes, 77);
    assert_int_equal(row.legs, 1);
    assert_int_equal(row.leg[0].packets_received, 50);
    assert_int_equal(row.leg[0].packets_ignored, 0);
    assert_ok(recordings_facts(index, id, &facts, &count, &fault), &fault);
    assert_int_equal(count, 1);
    assert_string_equal(facts[0].cause, "lost");
    assert_string_equal(facts[0].detail, "");
    free(facts);
    assert_ok(sources_get(index, "pbx", &source, &fault), &fault);
    assert_int_equal(source.prefix_bits, 8);
    assert_int_equal(source.address.ss_family, AF_INET);
    assert_string_equal(source.customer, "5");
    assert_string_equal(source.certificate, "");
    assert_false(source.plain_calls || source.plain_keys || source.calls_max);
    assert_ok(sources_get(index, "six", &source, &fault), &fault);
    assert_int_equal(source.address.ss_family, AF_INET6);
    index_close(index);
    (void)unlink(path);
}

/* One that runs while the store is brought up to date has its statements still. */
static void what_a_program_of_version_1_goes_on_writing_is_alone(void **state)
{
    static const char insert[] =
        "INSERT INTO recordings (id, customer, started_us, state, direction,"
        " caller_number, caller_name, caller_digits, caller_reversed,"
        " called_number, called_name, called_digits, called_reversed,"
        " source, source_address, sip_call_id, session_id, sip_session_id, group_id, node,"
        " end_cause, path) VALUES (x'0193000000007000800000000000001%d',"
        " x'01930000000070008000000000000001', 3000000, 0, 0, '', '', '', '', '', '', '', '',"
        " 'pbx', '', '', '', '', '', '', '', 'p')";
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct index *index = NULL;
    struct index_recording row;
    struct uuid id;
    char path[128];
    char sql[600];

    (void)snprintf(path, sizeof path, "%s/old.sqlite", fixture->files.directory);
    make_version_1(path);
    assert_ok(index_create(&disk_system, path, &fault), &fault);
    for (int i = 1; i <= 2; i++) {
        (void)snprintf(sql, sizeof sql, insert, i);
        assert_int_equal(run_sql(path, sql), SQLITE_OK);
    }
    assert_ok(index_open(path, &index, &fault), &fault);
    assert_int_equal(uuid_parse("01930000-0000-7000-8000-000000000012", &id), STATUS_OK);
    assert_ok(recordings_get(index, id, NULL, &row, &fault), &fault);
    assert_true(uuid_equal(row.conversation, id));
    index_close(index);
    (void)unlink(path);
}

/* As a store made by the second version has it: id, group, session, reference, SIP session. */
static const char version_2_rows[] =
    "WITH calls (id, session_id, group_id, call_reference, local, remote) AS (VALUES"
    " (x'01930000000070008000000000000010', 'session-of-8', 'g7', '27123789', 'ab30', 'cd40'),"
    " (x'01930000000070008000000000000011', 'seven-7', '1', '00-00-00', 'ab30', 'ab30'),"
    " (x'01930000000070008000000000000012', '', '{AA-AA==}', printf('%124d', 7), '', ''),"
    " (x'01930000000070008000000000000013', '', '', printf('%123d', 7), '', ''))"
    "INSERT INTO recordings (id, customer, started_us, state, direction,"
    " caller_number, caller_name, caller_digits, caller_reversed,"
    " called_number, called_name, called_digits, called_reversed,"
    " source, source_address, sip_call_id, session_id, sip_session_id, group_id, node, end_cause,"
    " path, call_reference, conversation, sip_session_local, sip_session_remote)"
    " SELECT id, x'01930000000070008000000000000001', 3000000, 0, 0, '', '', '', '', '', '', '',"
    " '', 'pbx', '', '', session_id, '', group_id, 'node', '', 'p', call_reference,"
    " x'01930000000070008000000000000010', local, remote FROM calls;"
    "PRAGMA user_version = 2";

static int64_t ties_of_call(struct index *index, const char *digit, const char *term)
{
    char sql[256];

    (void)snprintf(sql, sizeof sql,
                   "SELECT count(*) FROM ties WHERE recording ="
                   " x'0193000000007000800000000000001%s' AND started_us = 3000000"
                   " AND source = 'pbx' AND %s",
                   digit, term);
    return pragma_number(index, sql);
}

static void a_store_of_version_2_keeps_what_tied_its_calls(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct index *index = NULL;
    struct index_recording row;
    struct uuid id;
    char path[128];

    (void)snprintf(path, sizeof path, "%s/old.sqlite", fixture->files.directory);
    make_version_1(path);
    assert_int_equal(run_sql(path, schema_steps[1]), SQLITE_OK);
    assert_int_equal(run_sql(path, version_2_rows), SQLITE_OK);
    assert_ok(index_create(&disk_system, path, &fault), &fault);
    assert_ok(index_open(path, &index, &fault), &fault);
    assert_int_equal(ties_of_call(index, "0", "kind = 1 AND value = 'g7'"), 1);
    assert_int_equal(ties_of_call(index, "0", "kind = 2 AND value = 'session-of-8'"), 1);
    assert_int_equal(ties_of_call(index, "0", "kind = 3 AND value = '27123789'"), 1);
    assert_int_equal(ties_of_call(index, "0", "kind = 4 AND value IN ('ab30', 'cd40')"), 2);
    assert_int_equal(ties_of_call(index, "0", "true"), 5);
    assert_int_equal(ties_of_call(index, "1", "kind = 4 AND value = 'ab30'"), 1);
    assert_int_equal(ties_of_call(index, "1", "true"), 1);
    assert_int_equal(ties_of_call(index, "2", "true"), 0);
    assert_int_equal(ties_of_call(index, "3", "kind = 3"), 1);
    assert_int_equal(uuid_parse("01930000-0000-7000-8000-000000000011", &id), STATUS_OK);
    assert_ok(recordings_get(index, id, NULL, &row, &fault), &fault);
    assert_string_equal(row.group_id, "1");
    assert_int_equal(row.conversation.b[15], 0x10);
    assert_false(row.by_number);
    index_close(index);
    (void)unlink(path);
}

/* A call with a leg, as a store made by the third version has it. */
static const char version_3_rows[] =
    "INSERT INTO legs (recording, position, right_channel, label, party_number, party_name, codec,"
    " packets_received, packets_lost, packets_late, packets_duplicate, packets_ignored,"
    " packets_refused) VALUES (x'01930000000070008000000000000010', 0, 0, '96', '', '', 'PCMA',"
    " 1500, 3, 0, 0, 0, 0);"
    "PRAGMA user_version = 3";

static void a_store_of_version_3_keeps_its_legs_of_which_nothing_more_is_known(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct index *index = NULL;
    struct index_recording row;
    struct uuid id;
    char path[128];

    (void)snprintf(path, sizeof path, "%s/old.sqlite", fixture->files.directory);
    make_version_1(path);
    assert_int_equal(run_sql(path, schema_steps[1]), SQLITE_OK);
    assert_int_equal(run_sql(path, version_2_rows), SQLITE_OK);
    assert_int_equal(run_sql(path, schema_steps[2]), SQLITE_OK);
    assert_int_equal(run_sql(path, version_3_rows), SQLITE_OK);
    assert_ok(index_create(&disk_system, path, &fault), &fault);
    assert_ok(index_open(path, &index, &fault), &fault);
    assert_int_equal(uuid_parse("01930000-0000-7000-8000-000000000010", &id), STATUS_OK);
    assert_ok(recordings_get(index, id, NULL, &row, &fault), &fault);
    assert_int_equal(row.legs, 1);
    assert_int_equal(row.leg[0].packets_lost, 3);
    assert_false(row.measured);
    index_close(index);
    (void)unlink(path);
}

/* A customer, a source and a call of it, as a store made by the fourth version has them. */
static void a_store_of_version_4_keeps_its_rows_and_nothing_is_masked_or_limited(void **state)
{
    static const struct customer_policy none;
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct index *index = NULL;
    struct index_recording row;
    struct customer_policy policy;
    struct source source;
    struct uuid id;
    char path[128];

    (void)snprintf(path, sizeof path, "%s/old.sqlite", fixture->files.directory);
    make_version_1(path);
    for (int i = 1; i < 4; i++)
        assert_int_equal(run_sql(path, schema_steps[i]), SQLITE_OK);
    assert_int_equal(run_sql(path, "PRAGMA user_version = 4"), SQLITE_OK);
    assert_int_equal(index_open(path, &index, &fault), STATUS_VERSION);
    assert_ok(index_create(&disk_system, path, &fault), &fault);
    assert_ok(index_open(path, &index, &fault), &fault);
    assert_int_equal(uuid_parse("01930000-0000-7000-8000-000000000002", &id), STATUS_OK);
    assert_ok(recordings_get(index, id, NULL, &row, &fault), &fault);
    assert_int_equal(row.leg[0].packets_received, 50);
    assert_int_equal(row.leg[0].own_channel, 0);
    assert_ok(customers_policy(index, &row.customer, &policy, &fault), &fault);
    assert_memory_equal(&policy, &none, sizeof policy);
    assert_ok(sources_get(index, "pbx", &source, &fault), &fault);
    assert_string_equal(source.pause_code, "");
    assert_string_equal(source.resume_code, "");
    assert_int_equal(source.channels, 0);
    assert_int_equal(pragma_number(index, "SELECT count(*) FROM controls"), 0);
    index_close(index);
    (void)unlink(path);
}

/* Who wrote the PIN hashes of before nobody can say. */
static void a_store_of_version_6_keeps_its_customers_without_their_pins_and_sessions(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct index *index = NULL;
    struct customer customer;
    struct sealed_pin pin;
    char path[128];

    (void)snprintf(path, sizeof path, "%s/old.sqlite", fixture->files.directory);
    make_version_1(path);
    for (int i = 1; i < 6; i++)
        assert_int_equal(run_sql(path, schema_steps[i]), SQLITE_OK);
    assert_int_equal(run_sql(path,
                             "INSERT INTO sessions (token_hash, customer, created_us, seen_us)"
                             " SELECT zeroblob(32), id, 1, 1 FROM customers"
                             " WHERE number = '5';"
                             "PRAGMA user_version = 6"),
                     SQLITE_OK);
    assert_ok(index_create(&disk_system, path, &fault), &fault);
    assert_ok(index_open(path, &index, &fault), &fault);
    assert_ok(customers_pin(index, "5", &customer, &pin, &fault), &fault);
    assert_string_equal(customer.name, "Five");
    for (size_t i = 0; i < sizeof pin.b; i++)
        assert_int_equal(pin.b[i], 0);
    assert_int_equal(pragma_number(index, "SELECT count(*) FROM sessions"), 0);
    assert_int_equal(pragma_number(index, "SELECT count(*) FROM recordings"), 1);
    assert_int_equal(pragma_number(index, "SELECT count(*) FROM alarms"), 0);
    index_close(index);
    (void)unlink(path);
}

static void another_connections_commit_changes_the_data_version(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    int64_t first = 0;
    int64_t again = 0;

    assert_ok(index_data_version(fixture->index, &first, &fault), &fault);
    assert_ok(index_data_version(fixture->index, &again, &fault), &fault);
    assert_int_equal(first, again);
    assert_int_equal(run_sql(fixture->files.path, "UPDATE customers SET name = 'Nobody'"),
                     SQLITE_OK);
    assert_ok(index_data_version(fixture->index, &again, &fault), &fault);
    assert_int_not_equal(first, again);
}

static void rollback_undoes_everything_since_begin(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct customer customer;

    assert_ok(index_begin(fixture->index, &fault), &fault);
    (void)add_customer(fixture->index, "1");
    assert_ok(numbers_add(fixture->index, "1", "4512345678", "4512345678", &fault), &fault);
    index_rollback(fixture->index);
    assert_int_equal(customers_find(fixture->index, "1", &customer, &fault), STATUS_NOT_FOUND);
    assert_ok(index_begin(fixture->index, &fault), &fault);
    (void)add_customer(fixture->index, "1");
    assert_ok(index_commit(fixture->index, &fault), &fault);
    assert_ok(customers_find(fixture->index, "1", &customer, &fault), &fault);
}

static void a_failed_step_leaves_the_outer_transaction_whole(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct customer customer;

    assert_ok(index_begin(fixture->index, &fault), &fault);
    (void)add_customer(fixture->index, "1");
    assert_int_equal(numbers_add(fixture->index, "none", "45", "45", &fault), STATUS_NOT_FOUND);
    assert_ok(index_commit(fixture->index, &fault), &fault);
    assert_ok(customers_find(fixture->index, "1", &customer, &fault), &fault);
}

static void nothing_is_committed_alone_after_sqlite_undid_the_transaction(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct customer customer = {.id = uuid_new(clock_wall_now()), .number = "2", .name = "Two"};

    assert_ok(index_begin(fixture->index, &fault), &fault);
    (void)add_customer(fixture->index, "1");
    /* as SQLite itself does at SQLITE_FULL and SQLITE_IOERR */
    assert_int_equal(sqlite3_exec(fixture->index->db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(customers_add(fixture->index, &customer, NULL, &fault), STATUS_IO);
    assert_int_equal(numbers_add(fixture->index, "1", "1", "1", &fault), STATUS_IO);
    assert_int_not_equal(index_commit(fixture->index, &fault), STATUS_OK);
    assert_int_equal(customers_find(fixture->index, "1", &customer, &fault), STATUS_NOT_FOUND);
    assert_ok(index_begin(fixture->index, &fault), &fault);
    assert_ok(index_commit(fixture->index, &fault), &fault);
}

int main(void)
{
#define WITH_INDEX(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(index_that_is_not_there_is_not_found),
        cmocka_unit_test(creating_in_a_missing_directory_is_an_io_error),
        WITH_INDEX(files_are_shared_with_the_group_whatever_the_umask),
        WITH_INDEX(a_connection_is_durable_and_checks_references),
        WITH_INDEX(creating_again_keeps_what_is_there),
        WITH_INDEX(unassigned_has_the_same_id_in_every_store),
        WITH_INDEX(a_newer_schema_is_refused_by_open_and_create),
        WITH_INDEX(an_older_schema_is_refused_by_open_with_the_remedy),
        WITH_INDEX(a_foreign_database_and_a_foreign_file_are_refused),
        WITH_INDEX(migration_applies_the_missing_steps_alone),
        WITH_INDEX(a_store_of_version_1_keeps_its_rows_and_gets_what_is_new),
        WITH_INDEX(what_a_program_of_version_1_goes_on_writing_is_alone),
        WITH_INDEX(a_store_of_version_2_keeps_what_tied_its_calls),
        WITH_INDEX(a_store_of_version_3_keeps_its_legs_of_which_nothing_more_is_known),
        WITH_INDEX(a_store_of_version_4_keeps_its_rows_and_nothing_is_masked_or_limited),
        WITH_INDEX(a_store_of_version_6_keeps_its_customers_without_their_pins_and_sessions),
        WITH_INDEX(another_connections_commit_changes_the_data_version),
        WITH_INDEX(a_migration_that_fails_changes_nothing),
        WITH_INDEX(rollback_undoes_everything_since_begin),
        WITH_INDEX(a_failed_step_leaves_the_outer_transaction_whole),
        WITH_INDEX(nothing_is_committed_alone_after_sqlite_undid_the_transaction),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
