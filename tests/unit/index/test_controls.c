/* What is asked of recordings in progress: asking, taking, answering, withdrawing. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "storage/index/audit.h"
#include "storage/index/controls.h"

#define SECOND_US 1000000

static struct control make_control(struct uuid recording)
{
    struct control control = {.recording = recording,
                              .pause = true,
                              .parties = POLICY_CALLER,
                              .limit_s = 90,
                              .actor = "customer:10020030",
                              .reason = "kortnummer",
                              .address = "10.0.0.7",
                              .asked = clock_wall_from_us(5 * SECOND_US)};

    return control;
}

static struct control ask(struct fixture *fixture, struct uuid recording)
{
    struct control control = make_control(recording);
    struct fault fault = {0};

    assert_ok(controls_ask(fixture->index, &control, &fault), &fault);
    return control;
}

static struct control read_back(struct fixture *fixture, int64_t id)
{
    struct control control;
    struct fault fault = {0};

    assert_ok(controls_get(fixture->index, id, &control, &fault), &fault);
    return control;
}

struct seen {
    size_t count;
    struct control control[CONTROL_TAKEN_MAX];
};

static void see(void *context, const struct control *control)
{
    struct seen *seen = context;

    assert_true(seen->count < CONTROL_TAKEN_MAX);
    seen->control[seen->count++] = *control;
}

static struct seen take(struct fixture *fixture, const char *node)
{
    struct seen seen = {0};
    struct fault fault = {0};

    assert_ok(controls_take(fixture->index, node, see, &seen, &fault), &fault);
    return seen;
}

static struct uuid a_recording(struct fixture *fixture)
{
    return add_recording(fixture->index, add_customer(fixture->index, "1"), SECOND_US, "10", "20");
}

static void end_recording(struct fixture *fixture, struct uuid id)
{
    struct fault fault = {0};
    struct index_recording row;

    assert_ok(recordings_get(fixture->index, id, NULL, &row, &fault), &fault);
    row.state = RECORDING_STATE_SEALED;
    assert_ok(recordings_finish(fixture->index, &row, NULL, 0, &fault), &fault);
}

static void a_request_is_taken_as_it_was_asked_and_only_once(void **state)
{
    struct fixture *fixture = *state;
    struct uuid recording = a_recording(fixture);
    struct control asked = ask(fixture, recording);

    assert_true(asked.id > 0);
    assert_int_equal(read_back(fixture, asked.id).state, CONTROL_ASKED);
    struct seen seen = take(fixture, "node-1");
    assert_int_equal(seen.count, 1);
    const struct control *taken = &seen.control[0];
    assert_int_equal(taken->id, asked.id);
    assert_true(uuid_equal(taken->recording, recording));
    assert_true(taken->pause);
    assert_int_equal(taken->parties, POLICY_CALLER);
    assert_int_equal(taken->limit_s, 90);
    assert_string_equal(taken->actor, "customer:10020030");
    assert_string_equal(taken->reason, "kortnummer");
    assert_string_equal(taken->address, "10.0.0.7");
    assert_int_equal(clock_wall_us(taken->asked), 5 * SECOND_US);
    assert_int_equal(taken->state, CONTROL_TAKEN);
    assert_int_equal(read_back(fixture, asked.id).state, CONTROL_TAKEN);
    assert_int_equal(take(fixture, "node-1").count, 0);
}

static void a_request_is_taken_by_the_node_of_its_recording_alone(void **state)
{
    struct fixture *fixture = *state;
    struct control asked = ask(fixture, a_recording(fixture));

    assert_int_equal(take(fixture, "node-2").count, 0);
    assert_int_equal(read_back(fixture, asked.id).state, CONTROL_ASKED);
    assert_int_equal(take(fixture, "node-1").count, 1);
}

static void requests_are_taken_in_the_order_in_which_they_were_asked(void **state)
{
    struct fixture *fixture = *state;
    struct uuid recording = a_recording(fixture);
    int64_t id[4];

    for (size_t i = 0; i < 4; i++)
        id[i] = ask(fixture, recording).id;
    struct seen seen = take(fixture, "node-1");
    assert_int_equal(seen.count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(seen.control[i].id, id[i]);
}

static void as_many_as_can_be_taken_at_a_time_are_taken_and_one_more_waits(void **state)
{
    struct fixture *fixture = *state;
    struct uuid customer = add_customer(fixture->index, "1");
    struct uuid recording = {{0}};

    for (size_t i = 0; i <= CONTROL_TAKEN_MAX; i++) {
        if (i % CONTROL_OPEN_MAX == 0)
            recording = add_recording(fixture->index, customer, SECOND_US, "10", "20");
        (void)ask(fixture, recording);
    }
    assert_int_equal(take(fixture, "node-1").count, CONTROL_TAKEN_MAX);
    assert_int_equal(take(fixture, "node-1").count, 1);
}

static void the_answer_says_when_it_took_effect_or_that_it_did_not(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct uuid recording = a_recording(fixture);
    int64_t done = ask(fixture, recording).id;
    int64_t refused = ask(fixture, recording).id;

    (void)take(fixture, "node-1");
    assert_ok(controls_answer(fixture->index, done, CONTROL_DONE, 4321, &fault), &fault);
    assert_ok(controls_answer(fixture->index, refused, CONTROL_REFUSED, 0, &fault), &fault);
    assert_int_equal(read_back(fixture, done).state, CONTROL_DONE);
    assert_int_equal(read_back(fixture, done).at_ms, 4321);
    assert_int_equal(read_back(fixture, refused).state, CONTROL_REFUSED);
    assert_ok(controls_answer(fixture->index, done, CONTROL_REFUSED, 0, &fault), &fault);
    assert_int_equal(read_back(fixture, done).state, CONTROL_DONE);
    assert_ok(controls_answer(fixture->index, 9999, CONTROL_DONE, 1, &fault), &fault);
}

static void what_was_withdrawn_is_never_taken_and_what_was_taken_is_not_withdrawn(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct uuid recording = a_recording(fixture);
    int64_t withdrawn = ask(fixture, recording).id;

    assert_ok(controls_withdraw(fixture->index, withdrawn, &fault), &fault);
    assert_int_equal(read_back(fixture, withdrawn).state, CONTROL_WITHDRAWN);
    assert_int_equal(take(fixture, "node-1").count, 0);
    assert_ok(controls_answer(fixture->index, withdrawn, CONTROL_DONE, 1, &fault), &fault);
    assert_int_equal(read_back(fixture, withdrawn).state, CONTROL_WITHDRAWN);
    int64_t taken = ask(fixture, recording).id;
    assert_int_equal(take(fixture, "node-1").count, 1);
    assert_ok(controls_withdraw(fixture->index, taken, &fault), &fault);
    assert_int_equal(read_back(fixture, taken).state, CONTROL_TAKEN);
}

static void nothing_is_asked_of_a_recording_that_ended_or_is_not_there(void **state)
{
    struct fixture *fixture = *state;
    struct uuid recording = a_recording(fixture);
    struct control control = make_control(recording);

    end_recording(fixture, recording);
    assert_int_equal(controls_ask(fixture->index, &control, NULL), STATUS_CONFLICT);
    control.recording = uuid_new(clock_wall_now());
    assert_int_equal(controls_ask(fixture->index, &control, NULL), STATUS_NOT_FOUND);
    assert_int_equal(control.id, 0);
    assert_int_equal(controls_get(fixture->index, 1, &control, NULL), STATUS_NOT_FOUND);
}

static void as_many_as_may_be_open_are_asked_and_one_more_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct uuid recording = a_recording(fixture);
    struct control control = make_control(recording);
    int64_t first = ask(fixture, recording).id;

    for (size_t i = 1; i < CONTROL_OPEN_MAX; i++)
        (void)ask(fixture, recording);
    assert_int_equal(controls_ask(fixture->index, &control, NULL), STATUS_LIMIT);
    (void)take(fixture, "node-1"); /* those are open still */
    assert_int_equal(controls_ask(fixture->index, &control, NULL), STATUS_LIMIT);
    assert_ok(controls_answer(fixture->index, first, CONTROL_DONE, 1, &fault), &fault);
    assert_ok(controls_ask(fixture->index, &control, &fault), &fault);
}

static void forgetting_removes_what_is_over_and_settles_what_nobody_waits_for(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct uuid recording = a_recording(fixture);
    struct control gone;
    int64_t done = ask(fixture, recording).id;

    (void)take(fixture, "node-1");
    assert_ok(controls_answer(fixture->index, done, CONTROL_DONE, 1, &fault), &fault);
    int64_t taken = ask(fixture, recording).id;
    (void)take(fixture, "node-1");
    int64_t asked = ask(fixture, recording).id;
    assert_ok(controls_forget(fixture->index, clock_wall_from_us(5 * SECOND_US), &fault), &fault);
    assert_int_equal(read_back(fixture, done).state, CONTROL_DONE);
    assert_int_equal(read_back(fixture, taken).state, CONTROL_TAKEN);
    assert_ok(controls_forget(fixture->index, clock_wall_from_us(5 * SECOND_US + 1), &fault),
              &fault);
    assert_int_equal(controls_get(fixture->index, done, &gone, NULL), STATUS_NOT_FOUND);
    assert_int_equal(read_back(fixture, taken).state, CONTROL_REFUSED);
    assert_int_equal(read_back(fixture, asked).state, CONTROL_WITHDRAWN);
    assert_int_equal(take(fixture, "node-1").count, 0);
}

static void what_a_node_left_open_is_settled_and_nothing_else(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct uuid recording = a_recording(fixture);
    int64_t done = ask(fixture, recording).id;

    (void)take(fixture, "node-1");
    assert_ok(controls_answer(fixture->index, done, CONTROL_DONE, 7, &fault), &fault);
    int64_t taken = ask(fixture, recording).id;
    (void)take(fixture, "node-1");
    int64_t asked = ask(fixture, recording).id;
    assert_ok(controls_abandon(fixture->index, "node-2", &fault), &fault);
    assert_int_equal(read_back(fixture, taken).state, CONTROL_TAKEN);
    assert_int_equal(read_back(fixture, asked).state, CONTROL_ASKED);
    assert_ok(controls_abandon(fixture->index, "node-1", &fault), &fault);
    assert_int_equal(read_back(fixture, done).state, CONTROL_DONE);
    assert_int_equal(read_back(fixture, taken).state, CONTROL_REFUSED);
    assert_int_equal(read_back(fixture, asked).state, CONTROL_WITHDRAWN);
}

static void the_number_of_a_forgotten_request_is_never_anothers(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct uuid recording = a_recording(fixture);
    int64_t first = ask(fixture, recording).id;

    assert_ok(controls_withdraw(fixture->index, first, &fault), &fault);
    assert_ok(controls_forget(fixture->index, clock_wall_now(), &fault), &fault);
    assert_true(ask(fixture, recording).id > first);
}

static void taking_writes_nothing_where_nothing_is_asked(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct index *other = NULL;
    int64_t before = 0;
    int64_t after = 0;

    (void)a_recording(fixture);
    assert_ok(index_open(fixture->files.path, &other, &fault), &fault);
    assert_ok(index_data_version(other, &before, &fault), &fault);
    assert_int_equal(take(fixture, "node-1").count, 0);
    assert_ok(index_data_version(other, &after, &fault), &fault);
    assert_int_equal(before, after);
    /* so it does not wait for another that writes */
    assert_ok(index_begin(other, &fault), &fault);
    index_set_patience(fixture->index, 1);
    assert_int_equal(take(fixture, "node-1").count, 0);
    index_rollback(other);
    index_close(other);
}

static void a_busy_index_leaves_what_is_asked_for_the_next_time(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct index *other = NULL;
    struct seen seen = {0};
    struct control asked = ask(fixture, a_recording(fixture));

    assert_ok(index_open(fixture->files.path, &other, &fault), &fault);
    assert_ok(index_begin(other, &fault), &fault);
    index_set_patience(fixture->index, 1);
    assert_int_equal(controls_take(fixture->index, "node-1", see, &seen, NULL), STATUS_BUSY);
    assert_int_equal(seen.count, 0);
    index_rollback(other);
    index_close(other);
    assert_int_equal(read_back(fixture, asked.id).state, CONTROL_ASKED);
    assert_int_equal(take(fixture, "node-1").count, 1);
}

static void log_control(struct fixture *fixture, const struct uuid *recording, const char *action,
                        const char *detail)
{
    const struct audit_entry entry = {.at = clock_wall_now(),
                                      .actor = CONTROL_ACTOR_SIP,
                                      .action = action,
                                      .recording = recording,
                                      .detail = detail};
    struct fault fault = {0};

    assert_ok(audit_append(fixture->index, &entry, &fault), &fault);
}

static enum policy_parties paused_of(struct fixture *fixture, const struct uuid *recording)
{
    enum policy_parties paused = POLICY_NOBODY;
    struct fault fault = {0};

    assert_ok(controls_paused(fixture->index, recording, &paused, &fault), &fault);
    return paused;
}

static void the_last_word_on_each_side_says_whether_it_is_paused(void **state)
{
    struct fixture *fixture = *state;
    struct uuid one = a_recording(fixture);
    struct uuid other = uuid_new(clock_wall_now());

    assert_int_equal(paused_of(fixture, &one), POLICY_NOBODY);
    log_control(fixture, &one, "recording.pause", "{\"channels\":\"both\",\"at_ms\":1}");
    assert_int_equal(paused_of(fixture, &one), POLICY_BOTH);
    log_control(fixture, &one, "recording.resume", "{\"channels\":\"caller\"}");
    assert_int_equal(paused_of(fixture, &one), POLICY_CALLED);
    log_control(fixture, &one, "listen", "{\"channels\":\"both\"}");
    log_control(fixture, &other, "recording.resume", "{\"channels\":\"both\"}");
    assert_int_equal(paused_of(fixture, &one), POLICY_CALLED);
    log_control(fixture, &one, "recording.resume", "{\"channels\":\"called\"}");
    assert_int_equal(paused_of(fixture, &one), POLICY_NOBODY);
    log_control(fixture, &one, "recording.pause", "{\"channels\":\"caller\"}");
    log_control(fixture, &one, "recording.pause", "{\"channels\":\"called\"}");
    assert_int_equal(paused_of(fixture, &one), POLICY_BOTH);
}

/* Neither ends the other's pause (session/controls.h), so neither's word is the other's. */
static void a_pause_by_the_source_and_one_by_others_are_apart(void **state)
{
    struct fixture *fixture = *state;
    struct uuid one = a_recording(fixture);

    log_control(fixture, &one, "recording.pause", "{\"channels\":\"both\",\"reason\":\"INFO\"}");
    log_control(fixture, &one, "recording.pause",
                "{\"channels\":\"caller\",\"reason\":\"inactive\"}");
    log_control(fixture, &one, "recording.resume",
                "{\"channels\":\"caller\",\"reason\":\"inactive\"}");
    assert_int_equal(paused_of(fixture, &one), POLICY_BOTH);
    log_control(fixture, &one, "recording.pause",
                "{\"channels\":\"called\",\"reason\":\"inactive\"}");
    log_control(fixture, &one, "recording.resume", "{\"channels\":\"both\",\"reason\":\"INFO\"}");
    assert_int_equal(paused_of(fixture, &one), POLICY_CALLED);
    log_control(fixture, &one, "recording.resume",
                "{\"channels\":\"called\",\"reason\":\"inactive\"}");
    assert_int_equal(paused_of(fixture, &one), POLICY_NOBODY);
}

int main(void)
{
#define WITH_INDEX(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_INDEX(a_request_is_taken_as_it_was_asked_and_only_once),
        WITH_INDEX(a_request_is_taken_by_the_node_of_its_recording_alone),
        WITH_INDEX(requests_are_taken_in_the_order_in_which_they_were_asked),
        WITH_INDEX(as_many_as_can_be_taken_at_a_time_are_taken_and_one_more_waits),
        WITH_INDEX(the_answer_says_when_it_took_effect_or_that_it_did_not),
        WITH_INDEX(what_was_withdrawn_is_never_taken_and_what_was_taken_is_not_withdrawn),
        WITH_INDEX(nothing_is_asked_of_a_recording_that_ended_or_is_not_there),
        WITH_INDEX(as_many_as_may_be_open_are_asked_and_one_more_is_refused),
        WITH_INDEX(forgetting_removes_what_is_over_and_settles_what_nobody_waits_for),
        WITH_INDEX(what_a_node_left_open_is_settled_and_nothing_else),
        WITH_INDEX(the_number_of_a_forgotten_request_is_never_anothers),
        WITH_INDEX(taking_writes_nothing_where_nothing_is_asked),
        WITH_INDEX(the_last_word_on_each_side_says_whether_it_is_paused),
        WITH_INDEX(a_pause_by_the_source_and_one_by_others_are_apart),
        WITH_INDEX(a_busy_index_leaves_what_is_asked_for_the_next_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
