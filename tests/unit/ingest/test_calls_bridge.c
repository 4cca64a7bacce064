/* calls: the two calls of a Cisco phone's built-in bridge, and the recording that they fill. */
#include "unit/ingest/letters_help.h"

#define LINES_4(port)                                                                              \
    "m=audio " port "0 RTP/AVP 8\r\nm=audio " port "2 RTP/AVP 8\r\n"                               \
    "m=audio " port "4 RTP/AVP 8\r\nm=audio " port "6 RTP/AVP 8\r\n"
#define EIGHT_LINES LINES_4("4100") LINES_4("4101")

#define NEAR_HALF "<sip:2000@cucm;x-nearend;x-refci=ci2;x-farendaddr=1000>;tag=n"
#define FAR_HALF "<sip:2000@cucm;x-farend;x-refci=ci2;x-farendaddr=1000>;tag=f"

static struct sip_call *invite_half(struct world *world, const char *from)
{
    const struct letter letter = {.from = from};

    world_source(world)->settings.plain_calls = true;
    return world_invite(world, &letter);
}

static void two_halves_become_one_recording_with_two_channels(void **state)
{
    struct world *world = *state;
    const struct letter answer = {.message = SIP_CALL_ACK, .sdp = ONE};
    struct sip_call *far_half = invite_half(world, FAR_HALF);

    world_ready(world, 0, STATUS_OK);
    assert_int_equal(world_update(far_half, &answer, false), STATUS_OK);
    struct sip_call *near_half = invite_half(world, NEAR_HALF);
    assert_true(near_half->accepted);
    assert_int_equal(world_update(near_half, &answer, false), STATUS_OK);
    assert_int_equal(world_begun(world), 1);
    assert_int_equal(world_source(world)->recordings, 1);
    assert_int_equal(world_source(world)->dialogs, 2);
    assert_int_not_equal(near_half->local.media[0].port, far_half->local.media[0].port);
    world_end(far_half, SIP_CALL_BYE);
    assert_int_equal(world_source(world)->recordings, 1);
    world_end(near_half, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_int_equal(told->end.legs, 2);
    assert_int_equal(told->end.leg[0].channel, RECORDING_RIGHT);
    assert_string_equal(told->end.leg[0].party.number, "1000");
    assert_int_equal(told->end.leg[1].channel, RECORDING_LEFT);
    assert_string_equal(told->end.leg[1].party.number, "2000");
    assert_string_equal(told->call_reference, "ci2");
}

static void far_end_that_is_transferred_is_noted_once_and_is_who_is_heard(void **state)
{
    struct world *world = *state;
    struct sip_call *near_half = invite_half(world, NEAR_HALF);
    struct sip_call *far_half = invite_half(world, FAR_HALF);
    const struct letter near_moved = {
        .message = SIP_CALL_UPDATE,
        .from = "<sip:2000@cucm;x-nearend;x-refci=ci2;x-farendaddr=1001>;tag=n"};
    const struct letter far_moved = {
        .message = SIP_CALL_REINVITE,
        .from = "<sip:2000@cucm;x-farend;x-refci=ci2;x-farendaddr=1001>;tag=f",
        .sdp = ONE};
    const struct letter strange = {.message = SIP_CALL_UPDATE,
                                   .from = "<sip:7777@cucm;x-refci=ci2;x-nearend>;tag=f"};

    world_ready(world, 0, STATUS_OK);
    assert_int_equal(world_update(near_half, &near_moved, false), STATUS_OK);
    assert_int_equal(world_update(far_half, &far_moved, true), STATUS_OK);
    /* the far half is not the near one all at once */
    assert_int_equal(world_update(far_half, &strange, false), STATUS_OK);
    world_end(near_half, SIP_CALL_BYE);
    world_end(far_half, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_string_equal(told->end.caller.number, "2000");
    assert_string_equal(told->end.called.number, "1000");
    assert_string_equal(told->end.leg[0].party.number, "2000");
    assert_string_equal(told->end.leg[1].party.number, "1001");
    assert_int_equal(told->end.leg[1].channel, RECORDING_RIGHT);
    assert_int_equal(told_facts(told, "party_left", "1 1000"), 1);
    assert_int_equal(told_facts(told, "party_joined", "1 1001"), 1);
    assert_int_equal(told_facts(told, "party_joined", NULL), 1);
}

static void far_end_that_is_transferred_before_the_answer_is_who_is_heard(void **state)
{
    struct world *world = *state;
    struct sip_call *far_half = invite_half(world, FAR_HALF);
    const struct letter moved = {
        .message = SIP_CALL_UPDATE,
        .from = "<sip:2000@cucm;x-farend;x-refci=ci2;x-farendaddr=1001>;tag=f"};

    assert_int_equal(world_update(far_half, &moved, false), STATUS_OK);
    world_ready(world, 0, STATUS_OK);
    assert_true(far_half->accepted);
    world_end(far_half, SIP_CALL_BYE);
    assert_string_equal(world_ended(world, 0)->end.leg[0].party.number, "1001");
}

static void second_half_waits_for_the_recording_that_the_first_began(void **state)
{
    struct world *world = *state;
    struct sip_call *near_half = invite_half(world, NEAR_HALF);
    struct sip_call *far_half = invite_half(world, FAR_HALF);

    assert_int_equal(world_begun(world), 1);
    assert_false(near_half->accepted || far_half->accepted);
    world_ready(world, 0, STATUS_OK);
    assert_true(near_half->accepted && far_half->accepted);
}

static void both_halves_are_refused_where_the_store_fails(void **state)
{
    struct world *world = *state;
    struct sip_call *near_half = invite_half(world, NEAR_HALF);
    struct sip_call *far_half = invite_half(world, FAR_HALF);

    world_ready(world, 0, STATUS_FULL);
    assert_int_equal(near_half->code, 503);
    assert_int_equal(far_half->code, 503);
}

static void first_half_cancelled_leaves_the_second_its_recording(void **state)
{
    struct world *world = *state;
    struct sip_call *near_half = invite_half(world, NEAR_HALF);
    struct sip_call *far_half = invite_half(world, FAR_HALF);

    world_end(near_half, SIP_CALL_CANCELLED);
    world_ready(world, 0, STATUS_OK);
    assert_true(far_half->accepted);
    world_end(far_half, SIP_CALL_BYE);
    assert_string_equal(world_ended(world, 0)->end_cause, "bye");
}

static void halves_of_other_calls_are_kept_apart(void **state)
{
    struct world *world = *state;
    struct sip_call *first = invite_half(world, NEAR_HALF);

    /* the same half again, another reference, and one that comes when the first has ended */
    (void)invite_half(world, NEAR_HALF);
    (void)invite_half(world, "<sip:2000@cucm;x-farend;x-refci=ci9>;tag=o");
    assert_int_equal(world_begun(world), 3);
    for (size_t i = 0; i < 3; i++)
        world_ready(world, i, STATUS_OK);
    world_end(first, SIP_CALL_BYE);
    world_end(&first[1], SIP_CALL_BYE);
    (void)invite_half(world, FAR_HALF);
    assert_int_equal(world_begun(world), 4);
    assert_string_equal(world_told(world, 3)->call_reference, "ci2");
    world_ready(world, 3, STATUS_OK);
}

static void pair_is_one_call_of_its_sources_limit(void **state)
{
    struct world *world = *state;
    struct sip_call *near_half = invite_half(world, NEAR_HALF);

    world_source(world)->settings.calls_max = 1;
    assert_int_equal(invite_half(world, FAR_HALF)->code, 0);
    assert_int_equal(invite_half(world, "<sip:2000@cucm;x-farend;x-refci=ci9>;tag=o")->code, 503);
    world_ready(world, 0, STATUS_OK);
    assert_true(near_half->accepted);
}

/* Eight streams are as many as a recording takes. */
static void half_that_finds_no_place_beside_the_other_is_recorded_alone(void **state)
{
    struct world *world = world_create(20);
    const struct letter crowd = {.from = NEAR_HALF, .sdp = HEAD EIGHT_LINES};
    const struct letter last = {.from = FAR_HALF, .sdp = ONE};

    (void)state;
    world_source(world)->settings.plain_calls = true;
    (void)world_invite(world, &crowd);
    world_ready(world, 0, STATUS_OK);
    struct sip_call *far_half = world_invite(world, &last);
    assert_int_equal(world_begun(world), 2);
    world_ready(world, 1, STATUS_OK);
    assert_true(far_half->accepted);
    assert_true(far_half->local.media[0].accepted);
    assert_int_not_equal(far_half->local.media[0].port, 0);
    world_destroy(world);
}

/* A reference is one cluster's: two clusters behind one source may use the same. */
static void halves_of_two_phones_are_kept_apart_though_their_reference_is_the_same(void **state)
{
    struct world *world = *state;

    (void)invite_half(world, "<sip:2000@a;x-nearend;x-refci=7;x-nearenddevice=SEP1>;tag=1");
    (void)invite_half(world, "<sip:2000@b;x-farend;x-refci=7;x-nearenddevice=SEP2>;tag=2");
    (void)invite_half(world, "<sip:1@c;x-nearend;x-refci=8;x-nearendclusterid=east>;tag=3");
    (void)invite_half(world, "<sip:1@d;x-farend;x-refci=8;x-nearendclusterid=west>;tag=4");
    assert_int_equal(world_begun(world), 4);
    (void)invite_half(world, "<sip:2000@a;X-FarEnd;X-RefCI=7;X-NearEndDevice=sep1>;tag=5");
    (void)invite_half(world, "<sip:2000@b;x-nearend;x-refci=7;x-nearenddevice=SEP2>;tag=6");
    assert_int_equal(world_begun(world), 4);
    for (size_t i = 0; i < 4; i++)
        world_ready(world, i, STATUS_OK);
}

static void hold_of_one_half_leaves_the_other_heard(void **state)
{
    struct world *world = *state;
    const struct letter hold = {.message = SIP_CALL_REINVITE,
                                .sdp = HEAD "m=audio 41000 RTP/AVP 8\r\na=inactive\r\n"};
    struct sip_call *near_half = invite_half(world, NEAR_HALF);
    struct sip_call *far_half = invite_half(world, FAR_HALF);
    const struct letter answer = {.message = SIP_CALL_ACK, .sdp = ONE};

    world_ready(world, 0, STATUS_OK);
    assert_int_equal(world_update(near_half, &answer, false), STATUS_OK);
    assert_int_equal(world_update(far_half, &answer, false), STATUS_OK);
    assert_int_equal(world_update(far_half, &hold, true), STATUS_OK);
    assert_int_equal(far_half->local.media_lines, 1);
    assert_true(far_half->local.media[0].inactive);
    world_end(far_half, SIP_CALL_BYE);
    world_end(near_half, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_true(told_fact(told, "held", "1"));
    assert_false(told_fact(told, "held", "0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_WORLD(two_halves_become_one_recording_with_two_channels),
        IN_A_WORLD(far_end_that_is_transferred_is_noted_once_and_is_who_is_heard),
        IN_A_WORLD(far_end_that_is_transferred_before_the_answer_is_who_is_heard),
        IN_A_WORLD(second_half_waits_for_the_recording_that_the_first_began),
        IN_A_WORLD(both_halves_are_refused_where_the_store_fails),
        IN_A_WORLD(first_half_cancelled_leaves_the_second_its_recording),
        IN_A_WORLD(halves_of_other_calls_are_kept_apart),
        IN_A_WORLD(pair_is_one_call_of_its_sources_limit),
        cmocka_unit_test(half_that_finds_no_place_beside_the_other_is_recorded_alone),
        IN_A_WORLD(halves_of_two_phones_are_kept_apart_though_their_reference_is_the_same),
        IN_A_WORLD(hold_of_one_half_leaves_the_other_heard),
    };

    return cmocka_run_group_tests_name("calls_bridge", tests, NULL, NULL);
}
