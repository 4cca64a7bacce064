/* admission: who is let in, and what the others are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/admission.h"

static const mono_time NOW = {1000 * CLOCK_NS_PER_S};
static const struct admission_state OPEN = {
    .open = true, .healthy = true, .room = true, .ports = true, .calls_max = 100};

static void expect(struct sip_admission admission, unsigned code, unsigned retry_after_s)
{
    assert_int_equal(admission.code, code);
    assert_int_equal(admission.retry_after_s, retry_after_s);
    assert_non_null(admission.reason);
}

static void configured_source_is_let_in(void **state)
{
    struct call_source source = {.configured = true};

    (void)state;
    expect(admission_decide(&source, &OPEN, true, NOW), 0, 0);
    expect(admission_decide(&source, &OPEN, false, NOW), 0, 0);
}

static void stranger_is_forbidden_even_while_nobody_is_let_in(void **state)
{
    struct admission_state closed = OPEN;

    (void)state;
    closed.open = false;
    expect(admission_decide(NULL, &OPEN, true, NOW), 403, 0);
    expect(admission_decide(NULL, &OPEN, false, NOW), 403, 0);
    expect(admission_decide(NULL, &closed, true, NOW), 403, 0);
}

static void draining_sick_or_full_recorder_says_when_to_come_back(void **state)
{
    struct call_source source = {.configured = true};
    struct admission_state states[3] = {OPEN, OPEN, OPEN};

    (void)state;
    states[0].open = false;
    states[1].healthy = false;
    states[2].calls = 100;
    for (int i = 0; i < 3; i++) {
        expect(admission_decide(&source, &states[i], true, NOW), 503, ADMISSION_RETRY_S);
        expect(admission_decide(&source, &states[i], false, NOW), 503, ADMISSION_RETRY_S);
    }
    states[2].calls = 99;
    expect(admission_decide(&source, &states[2], true, NOW), 0, 0);
}

static void recorder_without_room_lets_nobody_in(void **state)
{
    struct call_source source = {.configured = true};
    struct admission_state cramped = OPEN;

    (void)state;
    cramped.room = false;
    expect(admission_decide(&source, &cramped, true, NOW), 503, ADMISSION_RETRY_S);
    expect(admission_decide(&source, &cramped, false, NOW), 503, ADMISSION_RETRY_S);
    expect(admission_decide(NULL, &cramped, true, NOW), 403, 0);
}

static void no_port_for_a_call_is_told_to_who_asks(void **state)
{
    struct call_source source = {.configured = true};
    struct admission_state exhausted = OPEN;

    (void)state;
    exhausted.ports = false;
    expect(admission_decide(&source, &exhausted, false, NOW), 503, ADMISSION_RETRY_S);
    /* where it comes to a call, its refusal is logged with the reason */
    expect(admission_decide(&source, &exhausted, true, NOW), 0, 0);
}

static void source_past_its_rate_is_put_off_for_a_second(void **state)
{
    struct call_source source = {.configured = true, .settings = {.rate_per_s = 2}};

    (void)state;
    for (int i = 0; i < 4; i++)
        expect(admission_decide(&source, &OPEN, i % 2, NOW), 0, 0);
    expect(admission_decide(&source, &OPEN, true, NOW), 503, ADMISSION_RATE_RETRY_S);
    expect(admission_decide(&source, &OPEN, false, NOW), 503, ADMISSION_RATE_RETRY_S);
    expect(admission_decide(&source, &OPEN, true, (mono_time){NOW.ns + 500 * CLOCK_NS_PER_MS}), 0,
           0);
}

static void source_is_let_in_up_to_its_dialogs_and_not_one_past(void **state)
{
    struct call_source source = {.configured = true, .dialogs = 4, .settings = {.dialogs_max = 5}};

    (void)state;
    expect(admission_decide(&source, &OPEN, true, NOW), 0, 0);
    source.dialogs = 5;
    expect(admission_decide(&source, &OPEN, true, NOW), 503, ADMISSION_RETRY_S);
    expect(admission_decide(&source, &OPEN, false, NOW), 503, ADMISSION_RETRY_S);
}

static void second_half_of_a_pair_is_let_in_where_no_other_recording_is(void **state)
{
    struct call_source source = {.configured = true, .recordings = 5, .settings = {.calls_max = 5}};

    (void)state;
    expect(admission_decide(&source, &OPEN, true, NOW), 0, 0);
    expect(admission_decide(&source, &OPEN, false, NOW), 503, ADMISSION_RETRY_S);
    expect(admission_record(&source), 503, ADMISSION_RETRY_S);
    source.recordings = 4;
    expect(admission_record(&source), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(configured_source_is_let_in),
        cmocka_unit_test(stranger_is_forbidden_even_while_nobody_is_let_in),
        cmocka_unit_test(draining_sick_or_full_recorder_says_when_to_come_back),
        cmocka_unit_test(recorder_without_room_lets_nobody_in),
        cmocka_unit_test(no_port_for_a_call_is_told_to_who_asks),
        cmocka_unit_test(source_past_its_rate_is_put_off_for_a_second),
        cmocka_unit_test(source_is_let_in_up_to_its_dialogs_and_not_one_past),
        cmocka_unit_test(second_half_of_a_pair_is_let_in_where_no_other_recording_is),
    };

    return cmocka_run_group_tests_name("admission", tests, NULL, NULL);
}
