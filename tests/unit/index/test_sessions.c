/* Sessions end by idleness, by age and by signing out. */
#include "support.h"

#include <sqlite3.h>
#include <string.h>

#include "disk/memory_disk.h"
#include "storage/index/database.h"
#include "storage/index/sessions.h"

static const uint8_t token[SESSION_TOKEN_BYTES] = "a token of thirty-two bytes....";

static wall_time after_s(int64_t seconds)
{
    return clock_wall_from_us(INT64_C(1700000000000000) + seconds * 1000000);
}

/* The sign-in key of these tests, and one that another installation has. */
static struct sign_in_key *key;
static struct sign_in_key *other_key;

static struct sign_in_key *make_key(void)
{
    struct memory_disk *memory = memory_disk_create();
    struct sign_in_key *made = NULL;
    struct fault fault = {0};

    assert_ok(keys_init(memory_disk_disk(memory), "/keys", "/keys/master.key", &fault), &fault);
    assert_ok(sign_in_open(memory_disk_disk(memory), "/keys", &made, &fault), &fault);
    memory_disk_destroy(memory);
    return made;
}

static int make_keys(void **state)
{
    (void)state;
    key = make_key();
    other_key = make_key();
    return 0;
}

static int close_keys(void **state)
{
    (void)state;
    sign_in_close(key);
    sign_in_close(other_key);
    return 0;
}

static enum status find(struct fixture *fixture, int64_t seconds)
{
    struct session found;
    enum status status = sessions_find(fixture->index, key, token, after_s(seconds), &found, NULL);

    if (status == STATUS_OK && found.touch_due)
        assert_ok(sessions_touch(fixture->index, token, after_s(seconds), NULL), NULL);
    return status;
}

static void sign_in(struct fixture *fixture)
{
    struct fault fault = {0};
    struct uuid one = add_customer(fixture->index, "1");

    assert_ok(sessions_add(fixture->index, key, token, one, after_s(0), &fault), &fault);
}

static void a_token_finds_its_customer_and_another_token_none(void **state)
{
    struct fixture *fixture = *state;
    uint8_t other[SESSION_TOKEN_BYTES];
    struct session found = {0};
    struct fault fault = {0};

    sign_in(fixture);
    assert_ok(sessions_find(fixture->index, key, token, after_s(1), &found, &fault), &fault);
    assert_false(found.touch_due);
    assert_string_equal(found.customer.number, "1");
    memcpy(other, token, sizeof other);
    other[31] ^= 1;
    found.customer.number[0] = 'x';
    assert_int_equal(sessions_find(fixture->index, key, other, after_s(1), &found, NULL),
                     STATUS_NOT_FOUND);
    assert_int_equal(found.customer.number[0], 'x');
}

static void a_session_idle_for_a_quarter_of_an_hour_is_over(void **state)
{
    struct fixture *fixture = *state;

    sign_in(fixture);
    assert_int_equal(find(fixture, SESSION_IDLE_S), STATUS_NOT_FOUND);
    assert_int_equal(find(fixture, SESSION_IDLE_S - 1), STATUS_OK);
    /* that was a use */
    assert_int_equal(find(fixture, 2 * SESSION_IDLE_S - 2), STATUS_OK);
    assert_int_equal(find(fixture, 3 * SESSION_IDLE_S), STATUS_NOT_FOUND);
}

static void a_session_in_use_ends_after_twelve_hours(void **state)
{
    struct fixture *fixture = *state;
    int64_t seconds = 0;

    sign_in(fixture);
    for (; seconds < SESSION_LIFE_S; seconds += 600)
        assert_int_equal(find(fixture, seconds), STATUS_OK);
    assert_int_equal(find(fixture, SESSION_LIFE_S), STATUS_NOT_FOUND);
}

static void idle_time_is_written_once_a_minute_at_most(void **state)
{
    struct fixture *fixture = *state;

    sign_in(fixture);
    int writes = sqlite3_total_changes(fixture->index->db);
    for (int64_t i = 0; i < 60; i++)
        assert_int_equal(find(fixture, i), STATUS_OK);
    assert_int_equal(sqlite3_total_changes(fixture->index->db), writes);
    assert_int_equal(find(fixture, 60), STATUS_OK);
    assert_int_equal(sqlite3_total_changes(fixture->index->db), writes + 1);
}

static void signing_out_ends_a_session_and_is_idempotent(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};

    sign_in(fixture);
    assert_ok(sessions_remove(fixture->index, token, &fault), &fault);
    assert_ok(sessions_remove(fixture->index, token, &fault), &fault);
    assert_int_equal(find(fixture, 1), STATUS_NOT_FOUND);
}

static int64_t count_sessions(struct fixture *fixture)
{
    sqlite3_stmt *statement = NULL;

    assert_int_equal(sqlite3_prepare_v2(fixture->index->db, "SELECT count(*) FROM sessions", -1,
                                        &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t count = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    return count;
}

static void expiry_removes_those_that_are_over_and_no_other(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};

    sign_in(fixture);
    assert_ok(sessions_expire(fixture->index, after_s(SESSION_IDLE_S - 1), &fault), &fault);
    assert_int_equal(count_sessions(fixture), 1);
    assert_ok(sessions_expire(fixture->index, after_s(SESSION_IDLE_S), &fault), &fault);
    assert_int_equal(count_sessions(fixture), 0);
}

static void the_token_itself_is_not_stored(void **state)
{
    struct fixture *fixture = *state;
    sqlite3_stmt *statement = NULL;

    sign_in(fixture);
    assert_int_equal(sqlite3_prepare_v2(fixture->index->db, "SELECT token_hash FROM sessions", -1,
                                        &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_memory_not_equal(sqlite3_column_blob(statement, 0), token, sizeof token);
    (void)sqlite3_finalize(statement);
}

/* What somebody writes into the index who has no sign-in key. */
static void change(struct fixture *fixture, const char *sql)
{
    assert_int_equal(run_sql(fixture->files.path, sql), SQLITE_OK);
}

static void a_row_that_somebody_wrote_without_the_key_signs_nobody_in(void **state)
{
    struct fixture *fixture = *state;
    struct session found = {.customer.number = "x"};
    struct fault fault = {0};

    sign_in(fixture);
    change(fixture, "UPDATE sessions SET proof = randomblob(32)");
    assert_int_equal(sessions_find(fixture->index, key, token, after_s(1), &found, &fault),
                     STATUS_DENIED);
    assert_string_equal(found.customer.number, "x");
    change(fixture, "UPDATE sessions SET proof = x''");
    assert_int_equal(find(fixture, 1), STATUS_DENIED);
    assert_ok(sessions_remove(fixture->index, token, &fault), &fault);
    assert_ok(sessions_add(fixture->index, other_key, token, unassigned(fixture->index), after_s(0),
                           &fault),
              &fault);
    assert_int_equal(find(fixture, 1), STATUS_DENIED);
}

static void a_session_is_moved_to_no_other_customer(void **state)
{
    struct fixture *fixture = *state;

    sign_in(fixture);
    (void)add_customer(fixture->index, "2");
    assert_int_equal(find(fixture, 1), STATUS_OK);
    change(fixture, "UPDATE sessions SET customer = (SELECT id FROM customers WHERE number = '2')");
    assert_int_equal(find(fixture, 1), STATUS_DENIED);
    change(fixture, "UPDATE sessions SET customer = (SELECT id FROM customers WHERE number = '1')");
    assert_int_equal(find(fixture, 1), STATUS_OK);
}

static void a_proof_fits_no_other_token(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct session found;
    uint8_t second[SESSION_TOKEN_BYTES] = "another one of thirty-two bytes";

    sign_in(fixture);
    assert_ok(
        sessions_add(fixture->index, key, second, unassigned(fixture->index), after_s(0), &fault),
        &fault);
    change(fixture, "CREATE TEMP TABLE present AS SELECT token_hash, proof FROM sessions;"
                    "UPDATE sessions SET proof = (SELECT proof FROM present"
                    " WHERE present.token_hash <> sessions.token_hash)");
    assert_int_equal(find(fixture, 1), STATUS_DENIED);
    assert_int_equal(sessions_find(fixture->index, key, second, after_s(1), &found, NULL),
                     STATUS_DENIED);
}

static void nobody_makes_a_session_last_longer_than_its_twelve_hours(void **state)
{
    struct fixture *fixture = *state;

    sign_in(fixture);
    change(fixture,
           "UPDATE sessions SET created_us = created_us + 1, seen_us = seen_us + 60000000");
    assert_int_equal(find(fixture, 60), STATUS_DENIED);
}

int main(void)
{
#define WITH_INDEX(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_INDEX(a_token_finds_its_customer_and_another_token_none),
        WITH_INDEX(a_session_idle_for_a_quarter_of_an_hour_is_over),
        WITH_INDEX(a_session_in_use_ends_after_twelve_hours),
        WITH_INDEX(idle_time_is_written_once_a_minute_at_most),
        WITH_INDEX(signing_out_ends_a_session_and_is_idempotent),
        WITH_INDEX(expiry_removes_those_that_are_over_and_no_other),
        WITH_INDEX(the_token_itself_is_not_stored),
        WITH_INDEX(a_row_that_somebody_wrote_without_the_key_signs_nobody_in),
        WITH_INDEX(a_session_is_moved_to_no_other_customer),
        WITH_INDEX(a_proof_fits_no_other_token),
        WITH_INDEX(nobody_makes_a_session_last_longer_than_its_twelve_hours),
    };

    return cmocka_run_group_tests(tests, make_keys, close_keys);
}
