/* A call that was passed on by BYE and INVITE is known by the number of the outside party alone. */
#include "support.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "storage/index/database.h"

static const int64_t second_ms = 1000;
static const char outside[] = "+45 20 30 40 50";

/* From an outside number to one of the customer's; each has ids of its own, as vendors have it. */
static struct index_recording call_at(struct uuid customer, int64_t started_ms, const char *caller)
{
    static int calls;
    struct index_recording row =
        make_recording(customer, (1000000 * second_ms + started_ms) * 1000, caller, "88303080");

    row.direction = CALL_IN;
    (void)snprintf(row.session_id, sizeof row.session_id, "session-%d", ++calls);
    (void)snprintf(row.sip_session_id, sizeof row.sip_session_id, "sip-session-%d", calls);
    (void)snprintf(row.group_id, sizeof row.group_id, "group-%d", calls);
    return row;
}

static void end_at(struct fixture *fixture, struct index_recording *row, int64_t ended_ms,
                   const char *cause)
{
    struct fault fault = {0};

    row->state = RECORDING_STATE_SEALED;
    row->ended = clock_wall_from_us((1000000 * second_ms + ended_ms) * 1000);
    (void)snprintf(row->end_cause, sizeof row->end_cause, "%s", cause);
    assert_ok(recordings_finish(fixture->index, row, NULL, 0, &fault), &fault);
}

static void expect_presumed(struct fixture *fixture, const struct index_recording *first,
                            const struct index_recording *second)
{
    assert_true(uuid_equal(read_call(fixture, first).conversation, first->id));
    assert_false(read_call(fixture, first).by_number);
    assert_true(uuid_equal(read_call(fixture, second).conversation, first->id));
    assert_true(read_call(fixture, second).by_number);
}

static void expect_alone(struct fixture *fixture, const struct index_recording *row)
{
    assert_true(uuid_equal(read_call(fixture, row).conversation, row->id));
    assert_false(read_call(fixture, row).by_number);
}

static void a_call_from_the_number_that_just_hung_up_is_presumed_to_go_on(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording first = call_at(unassigned(fixture->index), 0, outside);
    struct index_recording second = call_at(unassigned(fixture->index), 12000, "004520304050");

    begin_call(fixture, &first);
    end_at(fixture, &first, 10000, "bye");
    begin_call(fixture, &second);
    expect_presumed(fixture, &first, &second);
    end_at(fixture, &second, 20000, "bye");
    expect_presumed(fixture, &first, &second);
}

/* The row of the former is finished when its file is sealed; the INVITE does not wait for that. */
static void it_does_not_matter_which_row_is_written_first(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording first = call_at(unassigned(fixture->index), 0, outside);
    struct index_recording second = call_at(unassigned(fixture->index), 10050, outside);

    begin_call(fixture, &first);
    begin_call(fixture, &second);
    expect_alone(fixture, &second);
    end_at(fixture, &first, 10000, "bye");
    expect_presumed(fixture, &first, &second);
}

static bool links(struct fixture *fixture, int64_t at_ms, int64_t ended_ms, int64_t started_ms,
                  const char *cause)
{
    struct index_recording first = call_at(unassigned(fixture->index), at_ms, outside);
    struct index_recording second =
        call_at(unassigned(fixture->index), at_ms + started_ms, outside);
    bool linked = false;

    begin_call(fixture, &first);
    end_at(fixture, &first, at_ms + ended_ms, cause);
    begin_call(fixture, &second);
    linked = uuid_equal(read_call(fixture, &second).conversation, first.id);
    end_at(fixture, &second, at_ms + started_ms + 10000, "expired");
    return linked;
}

/* What was on its way when the BYE came may lie behind the next INVITE: that is no overlap. */
static void five_seconds_and_no_overlap_are_the_bounds(void **state)
{
    struct fixture *fixture = *state;

    assert_true(links(fixture, 0, 10000, 10000 + CONVERSATION_TRANSFER_MS, "bye"));
    assert_false(links(fixture, 100000, 10000, 10000 + CONVERSATION_TRANSFER_MS + 1, "bye"));
    assert_true(links(fixture, 200000, 10200, 10000, "bye"));
    assert_false(links(fixture, 300000, 10201, 10000, "bye"));
}

static void a_call_that_no_bye_ended_was_not_passed_on(void **state)
{
    struct fixture *fixture = *state;

    assert_false(links(fixture, 0, 10000, 11000, "expired"));
    assert_false(links(fixture, 100000, 10000, 11000, "shutdown"));
    assert_false(links(fixture, 200000, 10000, 11000, "interrupted"));
}

/* Two people call from behind one company number: which of them goes on nobody can tell. */
static void where_another_call_of_the_number_goes_on_nothing_is_presumed(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording one = call_at(unassigned(fixture->index), 0, outside);
    struct index_recording other = call_at(unassigned(fixture->index), 1000, outside);
    struct index_recording third = call_at(unassigned(fixture->index), 12000, outside);
    struct index_recording fourth = call_at(unassigned(fixture->index), 13000, outside);

    begin_call(fixture, &one);
    begin_call(fixture, &other);
    end_at(fixture, &one, 10000, "bye");
    begin_call(fixture, &third);
    begin_call(fixture, &fourth);
    end_at(fixture, &other, 20000, "bye");
    expect_alone(fixture, &other);
    expect_alone(fixture, &third);
    expect_alone(fixture, &fourth);
}

static bool pair_links(struct fixture *fixture, int64_t at_ms, const struct index_recording *like,
                       const struct index_recording *next)
{
    struct index_recording rows[2] = {*like, *next};

    for (int i = 0; i < 2; i++) {
        rows[i].started = clock_wall_from_us((1000000 * second_ms + at_ms + i * 11000) * 1000);
        rows[i].id = uuid_new(rows[i].started);
        begin_call(fixture, &rows[i]);
        end_at(fixture, &rows[i], at_ms + i * 11000 + 10000, "bye");
    }
    return uuid_equal(read_call(fixture, &rows[1]).conversation, rows[0].id);
}

static void set_numbers(struct index_recording *row, const char *caller, const char *called,
                        enum call_direction direction)
{
    (void)snprintf(row->caller.number, sizeof row->caller.number, "%s", caller);
    (void)snprintf(row->called.number, sizeof row->called.number, "%s", called);
    row->direction = direction;
}

static void it_is_the_outside_party_that_goes_on(void **state)
{
    static const struct {
        enum call_direction direction;
        const char *caller[2], *called[2];
        bool links;
    } cases[] = {
        {CALL_IN, {"20304050", "20304050"}, {"88303080", "88303081"}, true},
        {CALL_IN, {"20304050", "20304051"}, {"88303080", "88303080"}, false},
        {CALL_OUT, {"88303080", "88303081"}, {"20304050", "20304050"}, true},
        {CALL_OUT, {"88303080", "88303080"}, {"20304050", "20304051"}, false},
        {CALL_INTERNAL, {"88303080", "88303080"}, {"88303081", "88303082"}, false},
        /* nobody says whose the numbers are */
        {CALL_UNKNOWN, {"20304050", "20304050"}, {"1001", "1002"}, true},
        {CALL_UNKNOWN, {"1001", "1002"}, {"20304050", "20304050"}, true},
        {CALL_UNKNOWN, {"20304050", "20304051"}, {"1001", "1001"}, false},
        {CALL_UNKNOWN, {"1001", "1001"}, {"1002", "1003"}, false},
        {CALL_UNKNOWN, {"20304050", "20304050"}, {"88303080", "88303081"}, true},
        {CALL_UNKNOWN, {"20304050", "20304051"}, {"88303080", "88303080"}, false},
        {CALL_UNKNOWN, {"203040", "203040"}, {"1001", "1002"}, false},
        {CALL_UNKNOWN, {"2030405", "2030405"}, {"1001", "1002"}, true},
        /* withheld, or too short to be anybody's own */
        {CALL_IN, {"anonymous", "anonymous"}, {"88303080", "88303081"}, false},
        {CALL_IN, {"", ""}, {"88303080", "88303081"}, false},
        {CALL_IN, {"00000000", "00000000"}, {"88303080", "88303081"}, false},
        {CALL_IN, {"99999999", "99999999"}, {"88303080", "88303081"}, false},
        {CALL_IN, {"12", "12"}, {"88303080", "88303081"}, false},
        {CALL_IN, {"112", "112"}, {"88303080", "88303081"}, true},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct index_recording rows[2];
        for (int call = 0; call < 2; call++) {
            rows[call] = call_at(unassigned(fixture->index), 0, "");
            set_numbers(&rows[call], cases[i].caller[call], cases[i].called[call],
                        cases[i].direction);
        }
        if (pair_links(fixture, (int64_t)i * 100000, &rows[0], &rows[1]) != cases[i].links)
            fail_msg("case %zu", i);
    }
}

static void no_number_links_across_customers_or_sources(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording first = call_at(unassigned(fixture->index), 0, outside);
    struct index_recording customers = call_at(add_customer(fixture->index, "5"), 0, outside);
    struct index_recording sources = first;

    (void)strcpy(sources.source, "other");
    assert_true(pair_links(fixture, 0, &first, &first) /* they share their ids, too */);
    assert_false(pair_links(fixture, 100000, &first, &customers));
    assert_false(pair_links(fixture, 200000, &first, &sources));
}

static void a_call_that_an_id_ties_is_not_presumed(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording tied = call_at(unassigned(fixture->index), 0, "70809010");
    struct index_recording first = call_at(unassigned(fixture->index), 0, outside);
    struct index_recording second = call_at(unassigned(fixture->index), 11000, outside);

    (void)strcpy(second.group_id, tied.group_id);
    begin_call(fixture, &tied);
    begin_call(fixture, &first);
    end_at(fixture, &first, 10000, "bye");
    begin_call(fixture, &second);
    assert_true(uuid_equal(read_call(fixture, &second).conversation, tied.id));
    assert_false(read_call(fixture, &second).by_number);
    expect_alone(fixture, &first);
}

static void what_an_id_confirms_is_presumed_no_longer(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording first = call_at(unassigned(fixture->index), 0, outside);
    struct index_recording second = call_at(unassigned(fixture->index), 11000, outside);

    begin_call(fixture, &first);
    end_at(fixture, &first, 10000, "bye");
    begin_call(fixture, &second);
    expect_presumed(fixture, &first, &second);
    (void)strcpy(second.group_id, first.group_id);
    end_at(fixture, &second, 20000, "bye");
    assert_true(uuid_equal(read_call(fixture, &second).conversation, first.id));
    assert_false(read_call(fixture, &second).by_number);
}

static void a_number_told_at_the_end_is_looked_for_then(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording first = call_at(unassigned(fixture->index), 0, outside);
    struct index_recording second = call_at(unassigned(fixture->index), 11000, "");

    begin_call(fixture, &first);
    end_at(fixture, &first, 10000, "bye");
    begin_call(fixture, &second);
    expect_alone(fixture, &second);
    (void)strcpy(second.caller.number, outside);
    end_at(fixture, &second, 20000, "bye");
    expect_presumed(fixture, &first, &second);
}

/* What belongs to the call that was passed on goes with it, and stays as certain as it was. */
static void what_is_tied_to_a_presumed_call_comes_with_it(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording first = call_at(unassigned(fixture->index), 0, outside);
    struct index_recording second = call_at(unassigned(fixture->index), 11000, outside);
    struct index_recording third = call_at(unassigned(fixture->index), 12000, "70809010");

    (void)strcpy(third.group_id, second.group_id);
    begin_call(fixture, &first);
    begin_call(fixture, &second);
    begin_call(fixture, &third);
    end_at(fixture, &first, 10000, "bye");
    expect_presumed(fixture, &first, &second);
    assert_true(uuid_equal(read_call(fixture, &third).conversation, first.id));
    assert_false(read_call(fixture, &third).by_number);
}

/* It turns out to be another's: what was presumed of it is presumed no longer. */
static void what_leaves_its_conversation_is_not_presumed(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording first = call_at(add_customer(fixture->index, "5"), 0, outside);
    struct index_recording second = call_at(first.customer, 11000, outside);

    begin_call(fixture, &first);
    end_at(fixture, &first, 10000, "bye");
    begin_call(fixture, &second);
    expect_presumed(fixture, &first, &second);
    second.owner_due = add_customer(fixture->index, "6");
    end_at(fixture, &second, 20000, "bye");
    expect_alone(fixture, &first);
    expect_alone(fixture, &second);
}

static void a_number_that_calls_all_the_time_makes_no_endless_conversation(void **state)
{
    struct fixture *fixture = *state;
    struct uuid customer = unassigned(fixture->index);
    struct index_recording first = {0};

    for (int i = 0; i <= CONVERSATION_RECORDINGS_MAX; i++) {
        struct index_recording row = call_at(customer, i * 2000, outside);
        begin_call(fixture, &row);
        end_at(fixture, &row, i * 2000 + 1000, "bye");
        if (i == 0)
            first = row;
        bool full = i == CONVERSATION_RECORDINGS_MAX;
        assert_true(uuid_equal(read_call(fixture, &row).conversation, full ? row.id : first.id));
    }
}

static void looking_for_a_transfer_walks_ranges_of_indexes(void **state)
{
    static const char *const names[] = {
        "recordings_by_caller (customer=? AND caller_digits=? AND started_us",
        "recordings_by_called (customer=? AND called_digits=? AND started_us",
    };
    static const enum statement_id ids[] = {STATEMENT_TRANSFER_BEFORE, STATEMENT_TRANSFER_AFTER};
    struct fixture *fixture = *state;
    char sql[4096];

    assert_true(links(fixture, 0, 10000, 11000, "bye"));
    for (int i = 0; i < 4; i++) {
        char plan[4096] = "";
        sqlite3_stmt *explain = NULL;
        sqlite3_stmt *used = fixture->index->statement[ids[i % 2]];
        (void)snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", sqlite3_sql(used));
        assert_int_equal(sqlite3_prepare_v2(fixture->index->db, sql, -1, &explain, NULL),
                         SQLITE_OK);
        while (sqlite3_step(explain) == SQLITE_ROW)
            (void)strcat(plan, (const char *)sqlite3_column_text(explain, 3));
        (void)sqlite3_finalize(explain);
        assert_non_null(strstr(plan, names[0]));
        assert_non_null(strstr(plan, names[1]));
        assert_null(strstr(plan, "SCAN r"));
        if (i == 1)
            assert_int_equal(run_sql(fixture->files.path, "ANALYZE"), SQLITE_OK);
    }
}

int main(void)
{
#define WITH_INDEX(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_INDEX(a_call_from_the_number_that_just_hung_up_is_presumed_to_go_on),
        WITH_INDEX(it_does_not_matter_which_row_is_written_first),
        WITH_INDEX(five_seconds_and_no_overlap_are_the_bounds),
        WITH_INDEX(a_call_that_no_bye_ended_was_not_passed_on),
        WITH_INDEX(where_another_call_of_the_number_goes_on_nothing_is_presumed),
        WITH_INDEX(it_is_the_outside_party_that_goes_on),
        WITH_INDEX(no_number_links_across_customers_or_sources),
        WITH_INDEX(a_call_that_an_id_ties_is_not_presumed),
        WITH_INDEX(what_an_id_confirms_is_presumed_no_longer),
        WITH_INDEX(a_number_told_at_the_end_is_looked_for_then),
        WITH_INDEX(what_is_tied_to_a_presumed_call_comes_with_it),
        WITH_INDEX(what_leaves_its_conversation_is_not_presumed),
        WITH_INDEX(a_number_that_calls_all_the_time_makes_no_endless_conversation),
        WITH_INDEX(looking_for_a_transfer_walks_ranges_of_indexes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
