/* Sessions end by idleness, by age and by signing out. */
#include "support.h"

#include <sqlite3.h>
#include <string.h>

#include "storage/index/database.h"
#include "storage/index/sessions.h"

static const uint8_t token[SESSION_TOKEN_BYTES] = "a token of thirty-two bytes....";

static wall_time after_s(int64_t seconds)
{
    return clock_wall_from_us(INT64_C(1700000000000000) + seconds * 1000000);
}

static enum status find(struct fixture *fixture, int64_t seconds)
{
    struct customer customer;
    bool touch_due = false;
    enum status status =
        sessions_find(fixture->index, token, after_s(seconds), &customer, &touch_due, NULL);

    if (touch_due)
        assert_ok(sessions_touch(fixture->index, token, after_s(seconds), NULL), NULL);
    return status;
}

static void sign_in(struct fixture *fixture)
{
    struct fault fault = {0};
    struct uuid one = add_customer(fixture->index, "1");

    assert_ok(sessions_add(fixture->index, token, one, after_s(0), &fault), &fault);
}

static void a_token_finds_its_customer_and_another_token_none(void **state)
{
    struct fixture *fixture = *state;
    uint8_t other[SESSION_TOKEN_BYTES];
    struct customer customer = {0};
    bool touch_due = false;
    struct fault fault = {0};

    sign_in(fixture);
    assert_ok(sessions_find(fixture->index, token, after_s(1), &customer, &touch_due, &fault),
              &fault);
    assert_false(touch_due);
    assert_string_equal(customer.number, "1");
    memcpy(other, token, sizeof other);
    other[31] ^= 1;
    customer.number[0] = 'x';
    assert_int_equal(sessions_find(fixture->index, other, after_s(1), &customer, &touch_due, NULL),
                     STATUS_NOT_FOUND);
    assert_int_equal(customer.number[0], 'x');
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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
