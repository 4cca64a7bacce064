/* calls: what pauses and resumes a recording: its client, its source's codes, and who asks from
 * elsewhere. */
#include "ingest/call_recording.h"
#include "unit/ingest/letters_help.h"

#include <string.h>

static struct recording_control wanted(bool paused, int64_t request)
{
    return (struct recording_control){
        .paused = paused,
        .channels = 1 << RECORDING_RIGHT,
        .by = RECORDING_CONTROL_API,
        .request = request,
        .detail = "customer:1: card",
    };
}

static void expect(const struct told *told, size_t i, bool paused, enum recording_control_by by)
{
    assert_int_equal(told->control[i].paused, paused);
    assert_int_equal(told->control[i].by, by);
}

static void info_pauses_and_resumes_both_sides(void **state)
{
    struct world *world = *state;
    struct sip_call *call = begin_siprec(world);

    assert_int_equal(world_info(call, SIP_INFO_PAUSE, 0), STATUS_OK);
    assert_int_equal(world_info(call, SIP_INFO_RESUME, 0), STATUS_OK);
    const struct told *told = world_controlled(world, 0, 2);
    expect(told, 0, true, RECORDING_CONTROL_SIP);
    expect(told, 1, false, RECORDING_CONTROL_SIP);
    assert_int_equal(told->control[0].channels, RECORDING_BOTH);
    assert_string_equal(told->control_detail[0], "INFO");
    world_end(call, SIP_CALL_BYE);
}

/* Nothing is heard before the answer, and nothing is to be from then on. */
static void pause_before_the_answer_holds_from_the_start(void **state)
{
    const struct letter letter = {.sdp = TWO, .metadata = ANN_AND_BO, .siprec = SIPREC};
    struct world *world = *state;
    struct sip_call *call = world_invite(world, &letter);

    assert_int_equal(world_info(call, SIP_INFO_PAUSE, 0), STATUS_OK);
    assert_int_equal(world_told(world, 0)->controls, 0);
    world_ready(world, 0, STATUS_OK);
    assert_true(call->accepted);
    expect(world_controlled(world, 0, 1), 0, true, RECORDING_CONTROL_SIP);
    world_end(call, SIP_CALL_BYE);
    assert_true(told_fact(world_ended(world, 0), "paused", "INFO"));
}

static void as_many_as_are_kept_before_the_answer_and_one_more_is_refused(void **state)
{
    const struct letter letter = {.sdp = TWO, .metadata = ANN_AND_BO, .siprec = SIPREC};
    struct world *world = *state;
    struct sip_call *call = world_invite(world, &letter);

    for (int i = 0; i < CALL_RECORDING_KEPT_MAX; i++)
        assert_int_equal(world_info(call, i % 2 ? SIP_INFO_RESUME : SIP_INFO_PAUSE, 0), STATUS_OK);
    assert_int_equal(world_info(call, SIP_INFO_PAUSE, 0), STATUS_LIMIT);
    world_ready(world, 0, STATUS_OK);
    const struct told *told = world_controlled(world, 0, CALL_RECORDING_KEPT_MAX);
    expect(told, 0, true, RECORDING_CONTROL_SIP);
    expect(told, CALL_RECORDING_KEPT_MAX - 1, false, RECORDING_CONTROL_SIP);
    world_end(call, SIP_CALL_BYE);
}

static void what_is_asked_from_elsewhere_finds_its_recording(void **state)
{
    struct world *world = *state;
    struct sip_call *first = begin_siprec(world);
    struct sip_call *second = begin_siprec(world);
    const struct recording_control pause = wanted(true, 71);
    size_t refused;

    world_ask(world, &world_told(world, 1)->id, &pause);
    const struct told *told = world_controlled(world, 1, 1);
    expect(told, 0, true, RECORDING_CONTROL_API);
    assert_int_equal(told->control[0].channels, 1 << RECORDING_RIGHT);
    assert_int_equal(told->control[0].request, 71);
    assert_string_equal(told->control_detail[0], "customer:1: card");
    (void)world_refused(world, &refused);
    assert_int_equal(refused, 0);
    world_end(first, SIP_CALL_BYE);
    world_end(second, SIP_CALL_BYE);
    assert_int_equal(world_ended(world, 0)->controls, 0);
    assert_false(told_fact(world_told(world, 0), "paused", NULL));
    assert_true(told_fact(world_ended(world, 1), "paused", "customer:1: card"));
}

static void what_is_asked_of_no_recording_in_progress_is_refused(void **state)
{
    struct world *world = *state;
    struct sip_call *call = begin_siprec(world);
    const struct recording_control pause = wanted(true, 72);
    const struct recording_control late = wanted(true, 73);
    const struct uuid nobody = uuid_new(clock_wall_now());
    size_t refused;

    world_ask(world, &nobody, &pause);
    world_end(call, SIP_CALL_BYE);
    world_ask(world, &world_told(world, 0)->id, &late);
    const int64_t *requests = world_refused(world, &refused);
    assert_int_equal(refused, 2);
    assert_int_equal(requests[0], 72);
    assert_int_equal(requests[1], 73);
}

static void what_is_asked_of_one_that_begins_waits_for_it(void **state)
{
    const struct letter letter = {.sdp = TWO, .metadata = ANN_AND_BO, .siprec = SIPREC};
    struct world *world = *state;
    struct sip_call *begins = world_invite(world, &letter);
    struct sip_call *fails = world_invite(world, &letter);
    const struct recording_control first = wanted(true, 74);
    const struct recording_control second = wanted(true, 75);
    size_t refused;

    world_ask(world, &world_told(world, 0)->id, &first);
    world_ask(world, &world_told(world, 1)->id, &second);
    world_ready(world, 0, STATUS_OK);
    world_ready(world, 1, STATUS_IO);
    assert_int_equal(fails->code, 503);
    assert_int_equal(world_controlled(world, 0, 1)->control[0].request, 74);
    const int64_t *requests = world_refused(world, &refused);
    assert_int_equal(refused, 1);
    assert_int_equal(requests[0], 75);
    world_end(begins, SIP_CALL_BYE);
}

static void digits_by_info_that_make_a_code_pause_and_resume(void **state)
{
    static const struct recording_policy policy = {.pause_code = "*1", .resume_code = "*22"};
    struct world *world = *state;

    world_set_policy(world, &policy);
    struct sip_call *call = begin_siprec(world);
    world_press(call, "12*3*221*1");
    expect(world_controlled(world, 0, 2), 1, true, RECORDING_CONTROL_DIGITS);
    world_press(call, "4571*22");
    const struct told *told = world_controlled(world, 0, 3);
    expect(told, 0, false, RECORDING_CONTROL_DIGITS); /* to resume what runs is told as well */
    expect(told, 2, false, RECORDING_CONTROL_DIGITS);
    world_end(call, SIP_CALL_BYE);
    world_ended(world, 0);
    assert_int_equal(told->controls, 3);
    assert_false(told_fact(told, "dtmf", NULL));
}

static void one_code_is_taken_in_turns_and_none_is_no_code(void **state)
{
    static const struct recording_policy turns = {.pause_code = "#9", .resume_code = "#9"};
    struct world *world = *state;

    struct sip_call *without = begin_siprec(world);
    world_press(without, "#9");
    world_end(without, SIP_CALL_BYE);
    assert_int_equal(world_ended(world, 0)->controls, 0);
    world_set_policy(world, &turns);
    struct sip_call *call = begin_siprec(world);
    world_press(call, "#9#9#9");
    const struct told *told = world_controlled(world, 1, 3);
    for (size_t i = 0; i < 3; i++)
        expect(told, i, i % 2 == 0, RECORDING_CONTROL_DIGITS);
    world_end(call, SIP_CALL_BYE);
}

static void inactive_on_all_lines_is_a_pause_and_on_one_a_hold(void **state)
{
    static const char one_held[] =
        HEAD "m=audio 41000 RTP/AVP 8\r\na=inactive\r\na=label:1\r\n" TWO_LINE;
    const struct letter all = {.message = SIP_CALL_REINVITE, .sdp = HELD_TWO};
    const struct letter one = {.message = SIP_CALL_REINVITE, .sdp = one_held};
    struct world *world = *state;

    struct sip_call *paused = begin_siprec(world);
    struct sip_call *held = begin_siprec(world);
    assert_int_equal(world_update(paused, &all, true), STATUS_OK);
    assert_int_equal(world_update(held, &one, true), STATUS_OK);
    world_end(paused, SIP_CALL_BYE);
    world_end(held, SIP_CALL_BYE);
    const struct told *first = world_ended(world, 0);
    const struct told *second = world_ended(world, 1);
    assert_int_equal(told_facts(first, "paused", "inactive"), 2);
    assert_int_equal(told_facts(first, "held", NULL), 0);
    assert_int_equal(told_facts(second, "paused", NULL), 0);
    assert_int_equal(told_facts(second, "held", NULL), 1);
}

static void hold_that_metadata_tells_of_is_a_hold(void **state)
{
    static const char document[] =
        DOCUMENT("partial", "<participantstreamassoc participant_id=\"a\"><recv>y</recv>"
                            "</participantstreamassoc>");
    const struct letter hold = {
        .message = SIP_CALL_REINVITE, .sdp = HELD_TWO, .metadata = document, .siprec = SIPREC};
    struct world *world = *state;

    struct sip_call *call = begin_siprec(world);
    assert_int_equal(world_update(call, &hold, true), STATUS_OK);
    world_end(call, SIP_CALL_BYE);
    assert_int_equal(told_facts(world_ended(world, 0), "paused", NULL), 0);
    assert_int_equal(told_facts(world_told(world, 0), "held", NULL), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_WORLD(info_pauses_and_resumes_both_sides),
        IN_A_WORLD(pause_before_the_answer_holds_from_the_start),
        IN_A_WORLD(as_many_as_are_kept_before_the_answer_and_one_more_is_refused),
        IN_A_WORLD(what_is_asked_from_elsewhere_finds_its_recording),
        IN_A_WORLD(what_is_asked_of_no_recording_in_progress_is_refused),
        IN_A_WORLD(what_is_asked_of_one_that_begins_waits_for_it),
        IN_A_WORLD(digits_by_info_that_make_a_code_pause_and_resume),
        IN_A_WORLD(one_code_is_taken_in_turns_and_none_is_no_code),
        IN_A_WORLD(inactive_on_all_lines_is_a_pause_and_on_one_a_hold),
        IN_A_WORLD(hold_that_metadata_tells_of_is_a_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
