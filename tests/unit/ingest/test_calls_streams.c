/* calls: streams that come, go and move while a call runs, with a server and a sink that only
 * remember. */
#include <stdio.h>
#include <string.h>

#include "unit/ingest/letters_help.h"

enum { SDP_BYTES = 8192 };

#define CY_FOR_BO                                                                                  \
    DOCUMENT("complete", SESSION PERSON("a", "+4511111111") PERSON("c", "+4533333333")             \
                             STREAM("x", "1") STREAM("z", "3") SENDS("a", "x") SENDS("c", "z"))

/* Ann's line, then `gone` lines that were given up, then one of each label. */
static const char *grown(char text[SDP_BYTES], size_t gone, const char *const *labels, size_t count)
{
    int bytes = snprintf(text, SDP_BYTES, "%s", ONE);

    for (size_t i = 0; i < gone; i++)
        bytes += snprintf(text + bytes, (size_t)(SDP_BYTES - bytes), "m=audio 0 RTP/AVP 8\r\n");
    for (size_t i = 0; i < count; i++)
        bytes += snprintf(text + bytes, (size_t)(SDP_BYTES - bytes),
                          "m=audio %zu RTP/AVP 8\r\na=sendonly\r\na=label:%s\r\n",
                          41010 + 2 * (gone + i), labels[i]);
    return text;
}

static enum status change(struct sip_call *call, const char *sdp, const char *metadata)
{
    const struct letter letter = {
        .message = SIP_CALL_REINVITE, .sdp = sdp, .metadata = metadata, .siprec = SIPREC};

    return world_update(call, &letter, true);
}

/* RFC 3264 section 8.1 lets a client reuse the line, and does not ask it to. */
static void twenty_changes_that_each_append_a_line_need_one_leg(void **state)
{
    struct world *world = *state;
    struct sip_call *call = begin_siprec(world);
    static const char *const label[] = {"2"};
    uint16_t ann = call->local.media[0].port;
    char sdp[SDP_BYTES];

    for (size_t i = 1; i <= 20; i++) {
        assert_int_equal(change(call, grown(sdp, i, label, 1), NULL), STATUS_OK);
        assert_int_equal(call->local.media_lines, i + 2);
        assert_int_equal(call->local.media[0].port, ann);
        for (size_t line = 1; line <= i; line++)
            assert_false(call->local.media[line].accepted);
        assert_true(call->local.media[i + 1].accepted);
        assert_int_not_equal(call->local.media[i + 1].port, 0);
    }
    world_end(call, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_int_equal(told->end.legs, 2);
    assert_int_equal(told->end.leg[1].channel, RECORDING_RIGHT);
    assert_string_equal(told->end.leg[1].party.number, "+4522222222");
    assert_int_equal(told_facts(told, "stream_refused", NULL), 0);
    assert_int_equal(told_facts(told, "stream_change", NULL), 0);
}

static void twenty_others_in_turn_are_all_taken_and_told_where_legs_are_short(void **state)
{
    struct world *world = *state;
    struct sip_call *call = begin_siprec(world);
    char sdp[SDP_BYTES];

    for (size_t i = 1; i <= 20; i++) {
        char name[16];
        const char *const label[] = {name};
        (void)snprintf(name, sizeof name, "L%zu", i);
        assert_int_equal(change(call, grown(sdp, i, label, 1), NULL), STATUS_OK);
        assert_true(call->local.media[i + 1].accepted);
        assert_int_not_equal(call->local.media[i + 1].port, 0);
    }
    world_end(call, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_int_equal(told->end.legs, BOUND_CALL_STREAMS);
    /* Ann, Bo and six others have legs of their own; from then on one goes on as another */
    assert_int_equal(told_facts(told, "stream_change", NULL), 20 - 6);
    assert_string_equal(told->end.leg[0].party.number, "+4511111111");
    assert_int_equal(told->end.leg[0].channel, RECORDING_LEFT);
    assert_int_equal(told_facts(told, "stream_refused", NULL), 0);
}

static void another_party_on_an_appended_line_has_a_leg_of_its_own(void **state)
{
    struct world *world = *state;
    struct sip_call *call = begin_siprec(world);
    static const char *const labels[] = {"3"};
    char sdp[SDP_BYTES];

    assert_int_equal(change(call, grown(sdp, 1, labels, 1), CY_FOR_BO), STATUS_OK);
    world_end(call, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_int_equal(told->end.legs, 3);
    assert_string_equal(told->end.leg[1].party.number, "+4522222222");
    assert_string_equal(told->end.leg[2].party.number, "+4533333333");
    assert_int_equal(told->end.leg[2].channel, RECORDING_RIGHT);
}

static void line_past_the_streams_that_may_live_is_refused_and_that_is_a_fact(void **state)
{
    static const char *const labels[] = {"2", "3", "4", "5", "6", "7", "8", "9"};
    struct world *world = *state;
    struct sip_call *call = begin_siprec(world);
    char sdp[SDP_BYTES];

    for (int i = 0; i < 2; i++) { /* a refresh says nothing new */
        assert_int_equal(change(call, grown(sdp, 0, labels, 8), NULL), STATUS_OK);
        for (size_t line = 0; line < 8; line++)
            assert_true(call->local.media[line].accepted);
        assert_false(call->local.media[8].accepted);
    }
    world_end(call, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_int_equal(told_facts(told, "stream_refused", NULL), 1);
    assert_true(told_fact(told, "stream_refused", "line 9, label 9: 8 streams are recorded"));
}

static void line_past_them_in_the_invite_is_told_as_well(void **state)
{
    static const char *const labels[] = {"2", "3", "4", "5", "6", "7", "8", "9"};
    struct world *world = *state;
    char sdp[SDP_BYTES];
    const struct letter letter = {.sdp = grown(sdp, 0, labels, 8), .siprec = SIPREC};
    struct sip_call *call = world_invite(world, &letter);

    world_ready(world, 0, STATUS_OK);
    assert_false(call->local.media[8].accepted);
    world_end(call, SIP_CALL_BYE);
    assert_true(told_fact(world_ended(world, 0), "stream_refused", "line 9"));
}

static void stream_that_finds_no_port_is_refused_and_that_is_a_fact(void **state)
{
    struct world *world = world_create(2);
    const struct letter letter = {.sdp = ONE, .siprec = SIPREC};
    struct sip_call *call = world_invite(world, &letter);

    (void)state;
    world_ready(world, 0, STATUS_OK);
    assert_int_equal(change(call, TWO, NULL), STATUS_OK);
    assert_false(call->local.media[1].accepted);
    world_end(call, SIP_CALL_BYE);
    assert_true(told_fact(world_ended(world, 0), "stream_refused", "line 2, label 2: all"));
    world_destroy(world);
}

static void stream_that_moves_to_the_other_family_is_told_an_address_of_that(void **state)
{
    struct world *world = *state;
    struct sip_call *call = begin_siprec(world);
    uint16_t before[2] = {call->local.media[0].port, call->local.media[1].port};

    assert_int_equal(change(call, HEAD ONE_LINE "c=IN IP6 ::1\r\n" TWO_LINE, NULL), STATUS_OK);
    assert_int_equal(call->local.media[0].address.ss_family, AF_INET6);
    assert_int_not_equal(call->local.media[0].port, 0);
    assert_int_not_equal(call->local.media[0].port, before[0]);
    assert_int_equal(call->local.media[1].address.ss_family, AF_UNSPEC); /* that of the call */
    assert_int_equal(call->local.media[1].port, before[1]);
    uint16_t moved = call->local.media[0].port;
    assert_int_equal(change(call, HEAD ONE_LINE "c=IN IP6 ::1\r\n" TWO_LINE, NULL), STATUS_OK);
    assert_int_equal(call->local.media[0].port, moved);
    assert_int_equal(change(call, TWO, NULL), STATUS_OK);
    assert_int_equal(call->local.media[0].address.ss_family, AF_UNSPEC);
    assert_int_not_equal(call->local.media[0].port, moved);
    world_end(call, SIP_CALL_BYE);
    assert_int_equal(world_ended(world, 0)->end.legs, 2);
}

/* A link-local address without its link: nobody has a route there. */
static void family_that_we_have_no_address_of_is_refused_and_the_call_stays(void **state)
{
    struct world *world = *state;
    struct sip_call *call = begin_siprec(world);
    uint16_t before[2] = {call->local.media[0].port, call->local.media[1].port};

    assert_int_equal(
        change(call, HEAD ONE_LINE "c=IN IP6 fe80::1\r\n" TWO_LINE "c=IN IP6 fe80::1\r\n", NULL),
        STATUS_UNSUPPORTED);
    assert_int_equal(change(call, TWO, NULL), STATUS_OK);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(call->local.media[i].port, before[i]);
    assert_int_equal(change(call, HEAD ONE_LINE TWO_LINE "c=IN IP6 fe80::1\r\n", NULL), STATUS_OK);
    assert_int_equal(call->local.media[0].port, before[0]);
    assert_false(call->local.media[1].accepted);
    world_end(call, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_int_equal(told_facts(told, "stream_refused", NULL), 1);
    assert_true(told_fact(told, "stream_refused", "line 2, label 2: we have no address"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_WORLD(twenty_changes_that_each_append_a_line_need_one_leg),
        IN_A_WORLD(twenty_others_in_turn_are_all_taken_and_told_where_legs_are_short),
        IN_A_WORLD(another_party_on_an_appended_line_has_a_leg_of_its_own),
        IN_A_WORLD(line_past_the_streams_that_may_live_is_refused_and_that_is_a_fact),
        IN_A_WORLD(line_past_them_in_the_invite_is_told_as_well),
        cmocka_unit_test(stream_that_finds_no_port_is_refused_and_that_is_a_fact),
        IN_A_WORLD(stream_that_moves_to_the_other_family_is_told_an_address_of_that),
        IN_A_WORLD(family_that_we_have_no_address_of_is_refused_and_the_call_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
