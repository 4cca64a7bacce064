/* Bodies of requests to pause and resume, and the waiting for what the recorder says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "storage/index/recordings.h"
#include "unit/index_files.h"
#include "web/api/control_body.h"
#include "web/api/control_waits.h"

/* --- bodies ----------------------------------------------------------------------------------- */

static enum status parse(const char *body, bool pause, struct control *control)
{
    const char *reason = NULL;
    enum status status =
        control_body_parse((const uint8_t *)body, strlen(body), pause, control, &reason);

    assert_int_equal(status == STATUS_OK, reason == NULL);
    return status;
}

static void a_pause_says_why_and_may_say_for_whom_and_how_long(void **state)
{
    struct control control = {0};

    (void)state;
    assert_int_equal(parse("{\"reason\":\"kort: \\u00e6\"}", true, &control), STATUS_OK);
    assert_string_equal(control.reason, "kort: \xc3\xa6");
    assert_int_equal(control.parties, POLICY_BOTH);
    assert_int_equal(control.limit_s, 0);
    assert_int_equal(
        parse("{\"reason\":\"x\",\"leg\":\"caller\",\"limit_s\":86400,\"more\":1}", true, &control),
        STATUS_OK);
    assert_int_equal(control.parties, POLICY_CALLER);
    assert_int_equal(control.limit_s, POLICY_PAUSE_S_MAX);
    assert_int_equal(
        parse("{\"reason\":\"x\",\"leg\":\"called\",\"limit_s\":null}", true, &control), STATUS_OK);
    assert_int_equal(control.parties, POLICY_CALLED);
    assert_int_equal(control.limit_s, 0);
}

static void a_resumption_needs_no_reason_and_no_body(void **state)
{
    struct control control = {.reason = "before", .limit_s = 5};

    (void)state;
    assert_int_equal(parse("", false, &control), STATUS_OK);
    assert_string_equal(control.reason, "");
    assert_int_equal(control.parties, POLICY_BOTH);
    assert_int_equal(control.limit_s, 0);
    assert_int_equal(parse("{\"reason\":\"done\",\"leg\":\"called\"}", false, &control), STATUS_OK);
    assert_string_equal(control.reason, "done");
    assert_int_equal(control.parties, POLICY_CALLED);
}

static void bodies_that_are_not_understood_change_nothing(void **state)
{
    static const char *const wrong[] = {
        "",
        "{}",
        "[]",
        "{\"reason\":\"\"}",
        "{\"reason\":\"   \"}",
        "{\"reason\":5}",
        "{\"reason\":\"a\\nb\"}",
        "{\"reason\":\"\\u009b1m\"}",
        "{\"reason\":\"a\\u0000b\"}",
        "{\"reason\":\"x\",\"leg\":\"both\"}",
        "{\"reason\":\"x\",\"leg\":1}",
        "{\"reason\":\"x\",\"limit_s\":0}",
        "{\"reason\":\"x\",\"limit_s\":-1}",
        "{\"reason\":\"x\",\"limit_s\":1.5}",
        "{\"reason\":\"x\",\"limit_s\":\"5\"}",
        "{\"reason\":\"x\",\"limit_s\":86401}",
        "{\"reason\":\"x\",\"reason\":\"y\"}",
        "{\"reason\":\"x\"} {}",
    };
    const struct control before = {.reason = "before", .limit_s = 5};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct control control = before;
        if (parse(wrong[i], true, &control) != STATUS_INVALID)
            fail_msg("taken: %s", wrong[i]);
        assert_memory_equal(&control, &before, sizeof control);
    }
}

static void a_reason_at_its_greatest_is_taken_and_one_byte_more_is_not(void **state)
{
    struct control control = {0};
    char body[200];

    (void)state;
    (void)snprintf(body, sizeof body, "{\"reason\":\"%0127d\"}", 7);
    assert_int_equal(parse(body, true, &control), STATUS_OK);
    assert_int_equal(strlen(control.reason), CONTROL_TEXT_BYTES - 1);
    (void)snprintf(body, sizeof body, "{\"reason\":\"%0128d\"}", 7);
    assert_int_equal(parse(body, true, &control), STATUS_INVALID);
}

/* --- waiting ---------------------------------------------------------------------------------- */

struct waiting_fixture {
    struct index_writer *writer;
    struct index_files files;
    struct index *index; /* the recorder's and the asker's */
    struct uuid recording;
    struct control_waits *waits;
};

/* What a request that waited was told. */
struct told {
    atomic_int times;
    enum control_outcome outcome;
    int64_t at_ms;
};

static void tell(void *context, void *owned_item, enum control_outcome outcome, int64_t at_ms)
{
    struct told *told = owned_item;

    (void)context;
    told->outcome = outcome;
    told->at_ms = at_ms;
    atomic_fetch_add(&told->times, 1);
}

static void must(enum status status, const struct fault *fault)
{
    if (status != STATUS_OK)
        fail_msg("%s: %s", status_name(status), fault->text);
}

static void insert_call(struct waiting_fixture *fixture)
{
    struct customer customer = {.id = uuid_new(clock_wall_now()), .created = clock_wall_now()};
    struct index_recording row = {.id = uuid_new(clock_wall_now()), .started = clock_wall_now()};
    struct fault fault = {0};

    (void)strcpy(customer.number, "1");
    (void)strcpy(customer.name, "One");
    must(customers_add(fixture->index, &customer, NULL, &fault), &fault);
    row.customer = customer.id;
    (void)strcpy(row.node, "node");
    must(recordings_insert(fixture->index, &row, &fault), &fault);
    fixture->recording = row.id;
}

static int set_up(void **state)
{
    struct waiting_fixture *fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    fixture->index = index_files_make(&fixture->files);
    insert_call(fixture);
    assert_int_equal(index_writer_open(fixture->files.path, &fixture->writer), STATUS_OK);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct waiting_fixture *fixture = *state;

    control_waits_destroy(fixture->waits);
    index_writer_close(fixture->writer);
    index_close(fixture->index);
    index_files_remove(&fixture->files);
    free(fixture);
    return 0;
}

static void start(struct waiting_fixture *fixture, int64_t wait_ms)
{
    const struct control_waits_spec spec = {.index_path = fixture->files.path,
                                            .writer = fixture->writer,
                                            .wait_ms = wait_ms,
                                            .done = tell};
    struct fault fault = {0};

    must(control_waits_start(&spec, &fixture->waits, &fault), &fault);
}

static int64_t ask(struct waiting_fixture *fixture, struct told *told)
{
    struct control control = {
        .recording = fixture->recording, .parties = POLICY_BOTH, .asked = clock_wall_now()};
    struct fault fault = {0};

    assert_true(control_waits_reserve(fixture->waits));
    must(controls_ask(fixture->index, &control, &fault), &fault);
    control_waits_add(fixture->waits, control.id, told);
    return control.id;
}

static void ignore(void *context, const struct control *control)
{
    (void)context;
    (void)control;
}

static void take(struct waiting_fixture *fixture)
{
    struct fault fault = {0};

    must(controls_take(fixture->index, "node", ignore, NULL, &fault), &fault);
}

/* Until it was told, at most 10 s. */
static void expect_told(struct told *told, enum control_outcome outcome, int64_t at_ms)
{
    for (int i = 0; i < 10000 && atomic_load(&told->times) == 0; i++)
        (void)usleep(1000);
    assert_int_equal(atomic_load(&told->times), 1);
    assert_int_equal(told->outcome, outcome);
    assert_int_equal(told->at_ms, at_ms);
}

static void what_the_recorder_says_is_told_as_soon_as_it_says_so(void **state)
{
    struct waiting_fixture *fixture = *state;
    struct told done = {0};
    struct told refused = {0};
    struct fault fault = {0};

    start(fixture, 60000);
    int64_t done_id = ask(fixture, &done);
    int64_t refused_id = ask(fixture, &refused);
    take(fixture);
    must(controls_answer(fixture->index, refused_id, CONTROL_REFUSED, 0, &fault), &fault);
    expect_told(&refused, CONTROL_OUTCOME_REFUSED, 0);
    assert_int_equal(atomic_load(&done.times), 0);
    must(controls_answer(fixture->index, done_id, CONTROL_DONE, 4711, &fault), &fault);
    expect_told(&done, CONTROL_OUTCOME_DONE, 4711);
}

static void what_nobody_takes_in_time_is_withdrawn_and_never_taken(void **state)
{
    struct waiting_fixture *fixture = *state;
    struct told told = {0};
    struct fault fault = {0};
    struct control control;

    start(fixture, 50);
    int64_t id = ask(fixture, &told);
    expect_told(&told, CONTROL_OUTCOME_WITHDRAWN, 0);
    take(fixture);
    must(controls_get(fixture->index, id, &control, &fault), &fault);
    assert_int_equal(control.state, CONTROL_WITHDRAWN);
}

static void what_was_taken_and_not_answered_in_time_may_yet_happen(void **state)
{
    struct waiting_fixture *fixture = *state;
    struct told told = {0};
    struct fault fault = {0};
    struct control control = {
        .recording = fixture->recording, .parties = POLICY_BOTH, .asked = clock_wall_now()};

    start(fixture, 50);
    must(controls_ask(fixture->index, &control, &fault), &fault);
    take(fixture);
    assert_true(control_waits_reserve(fixture->waits));
    control_waits_add(fixture->waits, control.id, &told);
    expect_told(&told, CONTROL_OUTCOME_UNKNOWN, 0);
}

/* Who writes may be the recorder, taking it: nobody can say that it was withdrawn. */
static void what_a_busy_index_keeps_from_being_withdrawn_may_yet_happen(void **state)
{
    struct waiting_fixture *fixture = *state;
    struct told told = {0};
    struct fault fault = {0};

    start(fixture, 50);
    (void)ask(fixture, &told);
    must(index_begin(fixture->index, &fault), &fault);
    expect_told(&told, CONTROL_OUTCOME_UNKNOWN, 0);
    index_rollback(fixture->index);
}

/* One after the other would keep the last one waiting for 16 times as long. */
static void many_that_a_busy_index_keeps_from_being_withdrawn_are_told_together(void **state)
{
    enum { MANY = CONTROL_OPEN_MAX };
    struct waiting_fixture *fixture = *state;
    struct told told[MANY] = {{0}};
    struct fault fault = {0};

    start(fixture, 50);
    for (size_t i = 0; i < MANY; i++)
        (void)ask(fixture, &told[i]);
    must(index_begin(fixture->index, &fault), &fault);
    const mono_time before = clock_mono_now();
    control_waits_stop(fixture->waits);
    int64_t took_ms = (clock_mono_now().ns - before.ns) / CLOCK_NS_PER_MS;
    index_rollback(fixture->index);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(atomic_load(&told[i].times), 1);
    assert_true(took_ms < 3000);
}

static void a_request_that_went_with_its_call_was_refused(void **state)
{
    struct waiting_fixture *fixture = *state;
    struct told told = {0};
    struct fault fault = {0};

    start(fixture, 60000);
    (void)ask(fixture, &told);
    must(recordings_remove_unanswered(fixture->index, fixture->recording, &fault), &fault);
    expect_told(&told, CONTROL_OUTCOME_REFUSED, 0);
}

static void there_are_so_many_places_and_one_that_is_over_is_free_again(void **state)
{
    struct waiting_fixture *fixture = *state;
    struct told told = {0};

    start(fixture, 50);
    for (size_t i = 1; i < CONTROL_WAITS_MAX; i++)
        assert_true(control_waits_reserve(fixture->waits));
    (void)ask(fixture, &told);
    expect_told(&told, CONTROL_OUTCOME_WITHDRAWN, 0);
    bool free_again = false;
    for (int i = 0; i < 10000 && !free_again; i++) { /* told a moment before it is */
        free_again = control_waits_reserve(fixture->waits);
        (void)usleep(free_again ? 0 : 1000);
    }
    assert_true(free_again);
    assert_false(control_waits_reserve(fixture->waits));
    control_waits_release(fixture->waits);
    assert_true(control_waits_reserve(fixture->waits));
}

static void stopping_settles_what_waits_at_once(void **state)
{
    struct waiting_fixture *fixture = *state;
    struct told told[3] = {{0}, {0}, {0}};

    start(fixture, 60000);
    for (size_t i = 0; i < 3; i++)
        (void)ask(fixture, &told[i]);
    control_waits_stop(fixture->waits);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(atomic_load(&told[i].times), 1);
        assert_int_equal(told[i].outcome, CONTROL_OUTCOME_WITHDRAWN);
    }
    assert_false(control_waits_reserve(fixture->waits));
}

int main(void)
{
#define WAITING(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pause_says_why_and_may_say_for_whom_and_how_long),
        cmocka_unit_test(a_resumption_needs_no_reason_and_no_body),
        cmocka_unit_test(bodies_that_are_not_understood_change_nothing),
        cmocka_unit_test(a_reason_at_its_greatest_is_taken_and_one_byte_more_is_not),
        WAITING(what_the_recorder_says_is_told_as_soon_as_it_says_so),
        WAITING(what_nobody_takes_in_time_is_withdrawn_and_never_taken),
        WAITING(what_was_taken_and_not_answered_in_time_may_yet_happen),
        WAITING(what_a_busy_index_keeps_from_being_withdrawn_may_yet_happen),
        WAITING(many_that_a_busy_index_keeps_from_being_withdrawn_are_told_together),
        WAITING(a_request_that_went_with_its_call_was_refused),
        WAITING(there_are_so_many_places_and_one_that_is_over_is_free_again),
        WAITING(stopping_settles_what_waits_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
