/* Which recordings are to be read again, what was found, and alarms. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "storage/index/alarms.h"
#include "storage/index/scrub.h"

#define SECOND_US INT64_C(1000000)

static struct uuid add_sealed(struct fixture *fixture, struct uuid customer, int64_t started_us)
{
    struct fault fault = {0};
    struct index_recording row = make_recording(customer, started_us, "+451", "+452");

    assert_ok(recordings_insert(fixture->index, &row, &fault), &fault);
    row.state = RECORDING_STATE_SEALED;
    row.ended = clock_wall_from_us(started_us + SECOND_US);
    assert_ok(recordings_finish(fixture->index, &row, NULL, 0, &fault), &fault);
    return row.id;
}

static struct scrub_list due(struct fixture *fixture, int64_t before_s, int64_t bad_before_s)
{
    struct scrub_list list;
    struct scrub_turn turn = {0};
    struct fault fault = {0};

    assert_ok(scrub_due(fixture->index, clock_wall_from_us(before_s * SECOND_US),
                        clock_wall_from_us(bad_before_s * SECOND_US), &turn, &list, &fault),
              &fault);
    return list;
}

static void found(struct fixture *fixture, struct uuid id, int64_t at_s, enum scrub_result result)
{
    struct fault fault = {0};

    assert_ok(scrub_write(fixture->index, id, clock_wall_from_us(at_s * SECOND_US), result, &fault),
              &fault);
}

static void those_never_read_come_first_then_bad_ones_then_those_read_longest_ago(void **state)
{
    struct fixture *fixture = *state;
    struct uuid customer = add_customer(fixture->index, "1");
    struct uuid id[5];

    for (int i = 0; i < 5; i++)
        id[i] = add_sealed(fixture, customer, (1000 + i) * SECOND_US);
    (void)add_recording(fixture->index, customer, 2000 * SECOND_US, "+451", "+452"); /* goes on */
    found(fixture, id[0], 5000, SCRUB_WHOLE);
    found(fixture, id[1], 4000, SCRUB_WHOLE);
    found(fixture, id[2], 6000, SCRUB_BAD);
    found(fixture, id[3], 3000, SCRUB_NO_KEY);
    struct scrub_list list = due(fixture, 10000, 10000);
    assert_int_equal(list.count, 5);
    const int order[] = {4, 2, 1, 0, 3};
    for (int i = 0; i < 5; i++)
        assert_true(uuid_equal(list.recording[i], id[order[i]]));
    list = due(fixture, 4500, 5000); /* the bad one was read since, and one of the others */
    assert_int_equal(list.count, 3);
    assert_true(uuid_equal(list.recording[1], id[1]));
}

static void no_more_are_listed_than_there_is_room_for(void **state)
{
    struct fixture *fixture = *state;
    struct uuid customer = add_customer(fixture->index, "1");

    for (int i = 0; i < SCRUB_LIST_MAX + 1; i++)
        (void)add_sealed(fixture, customer, (1000 + i) * SECOND_US);
    assert_int_equal(due(fixture, 10000, 10000).count, SCRUB_LIST_MAX);
}

/* Also those of which nothing can be said, at the head of the list: they keep no other waiting. */
static void a_turn_lists_each_that_is_due_once(void **state)
{
    enum { EACH = 100 };
    struct fixture *fixture = *state;
    struct uuid customer = add_customer(fixture->index, "1");
    struct scrub_turn turn = {0};
    struct scrub_list list;
    struct fault fault = {0};
    const wall_time now = clock_wall_from_us(10000 * SECOND_US);
    struct uuid id[2 * EACH];
    size_t listed = 0;

    for (int i = 0; i < 2 * EACH; i++)
        id[i] = add_sealed(fixture, customer, (1000 + i) * SECOND_US);
    for (int i = EACH; i < 2 * EACH; i++) /* ten of each moment */
        found(fixture, id[i], 3000 + i / 10, SCRUB_WHOLE);
    while (!turn.ended) {
        assert_ok(scrub_due(fixture->index, now, now, &turn, &list, &fault), &fault);
        for (size_t i = 0; i < list.count; i++)
            assert_true(uuid_equal(list.recording[i], id[listed++]));
    }
    assert_int_equal(listed, 2 * EACH);
    turn = (struct scrub_turn){0};
    assert_ok(scrub_due(fixture->index, now, now, &turn, &list, &fault), &fault);
    assert_true(uuid_equal(list.recording[0], id[0]));
}

static void counts_tell_what_was_found_and_since_when_one_waits(void **state)
{
    struct fixture *fixture = *state;
    struct uuid customer = add_customer(fixture->index, "1");
    struct scrub_counts counts;
    struct index_recording row;
    struct fault fault = {0};

    assert_ok(scrub_count(fixture->index, &counts, &fault), &fault);
    assert_false(counts.any);
    struct uuid first = add_sealed(fixture, customer, 1000 * SECOND_US);
    struct uuid second = add_sealed(fixture, customer, 2000 * SECOND_US);
    assert_ok(scrub_count(fixture->index, &counts, &fault), &fault);
    assert_int_equal(counts.of[SCRUB_NEVER], 2);
    assert_int_equal(counts.oldest.ns, 1000 * CLOCK_NS_PER_S);
    found(fixture, first, 7000, SCRUB_BAD);
    found(fixture, second, 6000, SCRUB_WHOLE);
    assert_ok(scrub_count(fixture->index, &counts, &fault), &fault);
    assert_int_equal(counts.of[SCRUB_NEVER], 0);
    assert_int_equal(counts.of[SCRUB_BAD], 1);
    assert_int_equal(counts.of[SCRUB_WHOLE], 1);
    assert_int_equal(counts.oldest.ns, 6000 * CLOCK_NS_PER_S);
    assert_ok(recordings_get(fixture->index, first, NULL, &row, &fault), &fault);
    assert_true(row.damaged);
    found(fixture, first, 8000, SCRUB_WHOLE);
    assert_ok(recordings_get(fixture->index, first, NULL, &row, &fault), &fault);
    assert_false(row.damaged);
}

static void remember(void *context, const struct alarm *alarm)
{
    *(struct alarm *)context = *alarm;
}

static void an_alarm_is_open_once_until_it_is_acknowledged(void **state)
{
    struct fixture *fixture = *state;
    struct alarm alarm = {.at = {CLOCK_NS_PER_S}, .kind = ALARM_SCRUB, .lost_ms = 40, .why = "x"};
    struct alarm seen = {0};
    struct fault fault = {0};
    uint64_t open = 0;
    bool raised = false;

    alarm.recording.b[0] = 7;
    assert_ok(alarms_raise(fixture->index, &alarm, &raised, &fault), &fault);
    assert_true(raised);
    alarm.lost_ms = 50;
    assert_ok(alarms_raise(fixture->index, &alarm, &raised, &fault), &fault);
    assert_false(raised);
    assert_ok(alarms_count(fixture->index, &open, &fault), &fault);
    assert_int_equal(open, 1);
    assert_ok(alarms_list(fixture->index, false, 0, 10, remember, &seen, &fault), &fault);
    assert_int_equal(seen.lost_ms, 40);
    assert_string_equal(seen.kind, ALARM_SCRUB);
    assert_ok(alarms_acknowledge(fixture->index, seen.id, (wall_time){2 * CLOCK_NS_PER_S}, "me",
                                 "done", &fault),
              &fault);
    assert_int_equal(alarms_acknowledge(fixture->index, seen.id, alarm.at, "me", "", &fault),
                     STATUS_NOT_FOUND);
    assert_ok(alarms_count(fixture->index, &open, &fault), &fault);
    assert_int_equal(open, 0);
    assert_ok(alarms_raise(fixture->index, &alarm, &raised, &fault), &fault);
    assert_true(raised);
    memset(&seen, 0, sizeof seen);
    assert_ok(alarms_list(fixture->index, true, 0, 1, remember, &seen, &fault), &fault);
    assert_string_equal(seen.note, "done");
    assert_int_equal(seen.acknowledged.ns, 2 * CLOCK_NS_PER_S);
}

int main(void)
{
#define WITH_INDEX(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_INDEX(those_never_read_come_first_then_bad_ones_then_those_read_longest_ago),
        WITH_INDEX(no_more_are_listed_than_there_is_room_for),
        WITH_INDEX(a_turn_lists_each_that_is_due_once),
        WITH_INDEX(counts_tell_what_was_found_and_since_when_one_waits),
        WITH_INDEX(an_alarm_is_open_once_until_it_is_acknowledged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
