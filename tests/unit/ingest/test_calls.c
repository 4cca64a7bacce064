/* calls: what becomes of SIP messages, with a server and a sink that only remember. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/call_metadata.h"
#include "unit/ingest/support.h"

#define HEAD "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
#define ONE_LINE "m=audio 41000 RTP/AVP 8\r\na=sendonly\r\na=label:1\r\n"
#define TWO_LINE "m=audio 41002 RTP/AVP 0\r\na=sendonly\r\na=label:2\r\n"
#define ONE HEAD ONE_LINE
#define TWO HEAD ONE_LINE TWO_LINE
#define HELD_TWO                                                                                   \
    HEAD "m=audio 41000 RTP/AVP 8\r\na=inactive\r\na=label:1\r\n"                                  \
         "m=audio 41002 RTP/AVP 0\r\na=inactive\r\na=label:2\r\n"
#define SECURE                                                                                     \
    HEAD "m=audio 41000 RTP/SAVP 8\r\na=sendonly\r\na=label:1\r\n"                                 \
         "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw\r\n"

#define DOCUMENT(mode, content)                                                                    \
    "<?xml version=\"1.0\"?><recording xmlns=\"urn:ietf:params:xml:ns:recording:1\">"              \
    "<datamode>" mode "</datamode>" content "</recording>"
#define PERSON(id, number)                                                                         \
    "<participant participant_id=\"" id "\"><nameID aor=\"sip:" number "@pbx\"/></participant>"
#define SENDS(person, stream)                                                                      \
    "<participantstreamassoc participant_id=\"" person "\"><send>" stream                          \
    "</send></participantstreamassoc>"
#define STREAM(id, label)                                                                          \
    "<stream stream_id=\"" id "\" session_id=\"s\"><label>" label "</label></stream>"
#define SESSION                                                                                    \
    "<group group_id=\"g7\"/><session session_id=\"s\"><group-ref>g7</group-ref></session>"
#define ANN_AND_BO                                                                                 \
    DOCUMENT("complete", SESSION PERSON("a", "+4511111111") PERSON("b", "+4522222222")             \
                             STREAM("x", "1") STREAM("y", "2") SENDS("a", "x") SENDS("b", "y"))

#define NEAR_HALF "<sip:2000@cucm;x-nearend;x-refci=ci2;x-farendaddr=1000>;tag=n"
#define FAR_HALF "<sip:2000@cucm;x-farend;x-refci=ci2;x-farendaddr=1000>;tag=f"

static const unsigned SIPREC = SIP_SIPREC_REQUIRED | SIP_SIPREC_FEATURE | SIP_SIPREC_METADATA;

static int open_world(void **state)
{
    *state = world_create(16);
    return 0;
}

static int close_world(void **state)
{
    world_destroy(*state);
    return 0;
}

/* An accepted recording session of Ann and Bo. */
static struct sip_call *begin_siprec(struct world *world)
{
    const struct letter letter = {.sdp = TWO, .metadata = ANN_AND_BO, .siprec = SIPREC};
    struct sip_call *call = world_invite(world, &letter);

    assert_false(call->accepted);
    world_ready(world, world_begun(world) - 1, STATUS_OK);
    assert_true(call->accepted);
    return call;
}

static struct sip_call *invite_half(struct world *world, const char *from)
{
    const struct letter letter = {.from = from};

    world_source(world)->settings.plain_calls = true;
    return world_invite(world, &letter);
}

/* --- begin --------------------------------------------------------------------------------------
 */

static void call_is_answered_when_its_recording_is_durable(void **state)
{
    struct world *world = *state;
    struct sip_call *call = begin_siprec(world);
    const struct told *told = world_told(world, 0);

    assert_int_equal(call->local.media_lines, 2);
    assert_true(call->local.media[0].accepted && call->local.media[1].accepted);
    assert_int_not_equal(call->local.media[0].port, call->local.media[1].port);
    assert_string_equal(told->caller.number, "+4511111111");
    assert_string_equal(told->called.number, "+4522222222");
    assert_string_equal(told->source, "pbx");
    assert_int_equal(told->legs_begun, 2);
    world_end(call, SIP_CALL_BYE);
    assert_string_equal(world_ended(world, 0)->end_cause, "bye");
    assert_string_equal(told->group_id, "g7");
    assert_int_equal(told_facts(told, "deviation", NULL), 0);
}

static void store_that_fails_refuses_with_503_and_retry_after(void **state)
{
    struct world *world = *state;
    const struct letter letter = {.sdp = TWO, .siprec = SIPREC};
    struct sip_call *call = world_invite(world, &letter);

    world_ready(world, 0, STATUS_IO);
    assert_int_equal(call->code, 503);
    assert_true(call->retry_after_s > 0);
    assert_true(world_told(world, 0)->aborted);
}

static void call_cancelled_before_its_answer_is_dropped(void **state)
{
    struct world *world = *state;
    const struct letter letter = {.sdp = TWO, .siprec = SIPREC};
    struct sip_call *call = world_invite(world, &letter);

    world_end(call, SIP_CALL_CANCELLED);
    assert_int_equal(calls_beginning(world_calls(world)), 1);
    world_ready(world, 0, STATUS_OK);
    assert_true(world_told(world, 0)->aborted);
    assert_false(call->accepted);
}

static void call_without_a_usable_stream_is_answered_488(void **state)
{
    struct world *world = *state;
    const struct letter letter = {.sdp = HEAD "m=audio 41000 RTP/AVP 18\r\na=label:1\r\n",
                                  .siprec = SIPREC};

    assert_int_equal(world_invite(world, &letter)->code, 488);
    assert_int_equal(world_begun(world), 0);
}

static void plain_call_is_recorded_only_from_a_source_configured_for_it(void **state)
{
    struct world *world = *state;
    const struct letter letter = {.sdp = ONE, .from = "\"Ann\" <sip:+4511111111@pbx>;tag=1"};

    assert_int_equal(world_invite(world, &letter)->code, 403);
    world_source(world)->settings.plain_calls = true;
    struct sip_call *call = world_invite(world, &letter);
    world_ready(world, 0, STATUS_OK);
    assert_true(call->accepted);
    assert_string_equal(world_told(world, 0)->caller.number, "+4511111111");
    assert_string_equal(world_told(world, 0)->caller.name, "Ann");
    assert_string_equal(world_told(world, 0)->called.number, "9000");
    world_end(call, SIP_CALL_BYE);
    assert_int_equal(told_facts(world_ended(world, 0), "deviation", NULL), 0);
}

static void what_a_recording_session_lacks_is_noted_once_each(void **state)
{
    struct world *world = *state;
    const struct letter letter = {.sdp = TWO, .siprec = SIP_SIPREC_FEATURE};
    const struct letter later = {.message = SIP_CALL_REINVITE, .sdp = TWO};
    struct sip_call *call = world_invite(world, &letter);

    world_ready(world, 0, STATUS_OK);
    assert_int_equal(world_update(call, &later, true), STATUS_OK);
    world_end(call, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_int_equal(told_facts(told, "deviation", "no Require: siprec"), 1);
    assert_int_equal(told_facts(told, "deviation", "no metadata"), 1);
    assert_int_equal(told_facts(told, "deviation", NULL), 2);
}

static void sources_own_limit_of_calls_is_answered_503(void **state)
{
    struct world *world = *state;
    const struct letter letter = {.sdp = TWO, .siprec = SIPREC};

    world_source(world)->settings.calls_max = 1;
    struct sip_call *call = begin_siprec(world);
    struct sip_call *refused = world_invite(world, &letter);
    assert_int_equal(refused->code, 503);
    assert_true(refused->retry_after_s > 0);
    world_end(call, SIP_CALL_BYE);
    assert_false(world_invite(world, &letter)->code);
    world_ready(world, 1, STATUS_OK);
}

static void keys_that_anybody_can_read_are_taken_only_where_allowed(void **state)
{
    struct world *world = *state;
    const struct letter letter = {.sdp = SECURE, .siprec = SIPREC};

    assert_int_equal(world_invite(world, &letter)->code, 488);
    world_source(world)->settings.plain_keys = true;
    struct sip_call *call = world_invite(world, &letter);
    world_ready(world, 0, STATUS_OK);
    assert_int_equal(call->local.media[0].crypto.key.suite, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80);
    assert_int_equal(call->local.media[0].crypto.tag, 1);
}

/* --- offer and answer ---------------------------------------------------------------------------
 */

static void invite_without_an_offer_gets_ours_and_the_ack_answers_it(void **state)
{
    struct world *world = *state;
    const struct letter letter = {.siprec = SIPREC, .metadata = ANN_AND_BO};
    const struct letter answer = {.message = SIP_CALL_ACK, .sdp = TWO};
    struct sip_call *call = world_invite(world, &letter);

    world_ready(world, 0, STATUS_OK);
    assert_int_equal(call->local.media_lines, 2);
    assert_true(call->local.media[0].formats >= 2);
    assert_string_equal(call->local.media[0].label, "1");
    assert_int_equal(world_update(call, &answer, false), STATUS_OK);
    world_end(call, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_string_equal(told->end.leg[1].codec, "PCMU");
    assert_string_equal(told->end.leg[1].party.number, "+4522222222");
}

static void added_stream_gets_a_port_and_a_leg(void **state)
{
    struct world *world = *state;
    const struct letter letter = {.sdp = ONE, .siprec = SIPREC};
    const struct letter more = {.message = SIP_CALL_REINVITE, .sdp = TWO, .metadata = ANN_AND_BO};
    struct sip_call *call = world_invite(world, &letter);

    world_ready(world, 0, STATUS_OK);
    uint16_t first = call->local.media[0].port;
    assert_int_equal(world_update(call, &more, true), STATUS_OK);
    assert_int_equal(call->local.media_lines, 2);
    assert_int_equal(call->local.media[0].port, first);
    assert_true(call->local.media[1].accepted && call->local.media[1].port);
    world_end(call, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_int_equal(told->end.legs, 2);
    assert_int_equal(told->end.leg[0].channel, RECORDING_LEFT);
    assert_int_equal(told->end.leg[1].channel, RECORDING_RIGHT);
    assert_string_equal(told->end.leg[1].party.number, "+4522222222");
}

static void added_stream_without_a_free_port_is_refused_and_the_call_goes_on(void **state)
{
    struct world *world = world_create(2);
    const struct letter letter = {.sdp = ONE, .siprec = SIPREC};
    const struct letter more = {.message = SIP_CALL_REINVITE, .sdp = TWO};
    struct sip_call *call = world_invite(world, &letter);

    (void)state;
    world_ready(world, 0, STATUS_OK);
    uint16_t first = call->local.media[0].port;
    assert_int_equal(world_update(call, &more, true), STATUS_OK);
    assert_int_equal(call->local.media[0].port, first);
    assert_false(call->local.media[1].accepted);
    world_end(call, SIP_CALL_BYE);
    assert_int_equal(world_ended(world, 0)->end.legs, 1);
    world_destroy(world);
}

static void hold_is_answered_inactive_and_keeps_the_ports(void **state)
{
    struct world *world = *state;
    struct sip_call *call = begin_siprec(world);
    const struct letter hold = {.message = SIP_CALL_UPDATE, .sdp = HELD_TWO};
    const struct letter resume = {.message = SIP_CALL_REINVITE, .sdp = TWO};
    uint16_t ports[2] = {call->local.media[0].port, call->local.media[1].port};

    assert_int_equal(world_update(call, &hold, true), STATUS_OK);
    for (int i = 0; i < 2; i++) {
        assert_true(call->local.media[i].accepted && call->local.media[i].inactive);
        assert_int_equal(call->local.media[i].port, ports[i]);
    }
    assert_int_equal(world_update(call, &resume, true), STATUS_OK);
    for (int i = 0; i < 2; i++) {
        assert_false(call->local.media[i].inactive);
        assert_int_equal(call->local.media[i].port, ports[i]);
    }
}

static void reinvite_without_an_offer_gets_the_session_as_it_is(void **state)
{
    struct world *world = *state;
    struct sip_call *call = begin_siprec(world);
    const struct letter ask = {.message = SIP_CALL_REINVITE};
    uint16_t ports[2] = {call->local.media[0].port, call->local.media[1].port};

    memset(&call->local, 0, sizeof call->local);
    assert_int_equal(world_update(call, &ask, true), STATUS_OK);
    assert_int_equal(call->local.media_lines, 2);
    for (int i = 0; i < 2; i++) {
        assert_true(call->local.media[i].accepted && call->local.media[i].formats > 0);
        assert_int_equal(call->local.media[i].port, ports[i]);
    }
}

static void description_that_cannot_be_recorded_is_488_but_its_metadata_is_kept(void **state)
{
    struct world *world = *state;
    struct sip_call *call = begin_siprec(world);
    const struct letter bad = {
        .message = SIP_CALL_REINVITE,
        .sdp = HEAD "m=audio 41000 RTP/AVP 18\r\na=label:1\r\nm=audio 41002 RTP/AVP 18\r\n",
        .metadata = DOCUMENT("complete", SESSION PERSON("a", "+4511111111")
                                             PERSON("c", "+4533333333") STREAM("x", "1")
                                                 STREAM("y", "2") SENDS("a", "x") SENDS("c", "y"))};

    assert_int_equal(world_update(call, &bad, true), STATUS_UNSUPPORTED);
    world_end(call, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_int_equal(told->documents, 2);
    assert_string_equal(told->end.called.number, "+4533333333");
}

/* --- metadata -----------------------------------------------------------------------------------
 */

static void every_document_is_kept_as_it_came_also_one_that_nobody_can_read(void **state)
{
    struct world *world = *state;
    struct sip_call *call = begin_siprec(world);
    const struct letter broken = {.message = SIP_CALL_UPDATE,
                                  .metadata = "<!DOCTYPE x [<!ENTITY a \"b\">]><recording/>"};
    const struct letter farewell = {.message = SIP_CALL_FAREWELL, .metadata = ANN_AND_BO};

    assert_int_equal(world_update(call, &broken, false), STATUS_OK);
    assert_int_equal(world_update(call, &farewell, false), STATUS_OK);
    world_end(call, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_int_equal(told->documents, 3);
    assert_int_equal(strncmp(told->document[0], "INVITE application/rs-metadata+xml <?xml", 40), 0);
    assert_string_equal(told->document[1], "UPDATE application/rs-metadata+xml "
                                           "<!DOCTYPE x [<!ENTITY a \"b\">]><recording/>");
    assert_int_equal(strncmp(told->document[2], "BYE ", 4), 0);
    assert_int_equal(told_facts(told, "deviation", "metadata could not be read"), 1);
}

static void party_that_comes_late_is_noted_and_becomes_the_called(void **state)
{
    struct world *world = *state;
    const struct letter letter = {
        .sdp = TWO,
        .siprec = SIPREC,
        .metadata = DOCUMENT("complete", SESSION PERSON("a", "+4511111111") STREAM("x", "1")
                                             STREAM("y", "2") SENDS("a", "x"))};
    const struct letter late = {.message = SIP_CALL_UPDATE, .metadata = ANN_AND_BO};
    struct sip_call *call = world_invite(world, &letter);

    world_ready(world, 0, STATUS_OK);
    assert_int_equal(world_update(call, &late, false), STATUS_OK);
    world_end(call, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_string_equal(told->called.number, "");
    assert_string_equal(told->end.caller.number, "+4511111111");
    assert_string_equal(told->end.called.number, "+4522222222");
    assert_true(told_fact(told, "party_joined", "1 +4522222222"));
    assert_int_equal(told_facts(told, "party_joined", NULL), 1);
}

static void party_that_leaves_in_a_partial_update_stays_who_called(void **state)
{
    struct world *world = *state;
    struct sip_call *call = begin_siprec(world);
    const struct letter transfer = {
        .message = SIP_CALL_UPDATE,
        .metadata = DOCUMENT(
            "partial",
            PERSON("c", "+4533333333")
                SENDS("c", "x") "<participantsessionassoc participant_id=\"a\" session_id=\"s\">"
                                "<disassociate-time>2026-01-01T10:00:00Z</disassociate-time></"
                                "participantsessionassoc>"
                                "<participantsessionassoc participant_id=\"c\" session_id=\"s\">"
                                "<associate-time>2026-01-01T10:00:00Z</associate-time></"
                                "participantsessionassoc>")};

    assert_int_equal(world_update(call, &transfer, false), STATUS_OK);
    world_end(call, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_string_equal(told->end.caller.number, "+4511111111");
    assert_string_equal(told->end.called.number, "+4522222222");
    assert_true(told_fact(told, "party_left", "+4511111111"));
    assert_true(told_fact(told, "party_joined", "0 +4533333333"));
    assert_int_equal(call->snapshots, 0);
}

static void partial_update_before_any_complete_one_is_asked_about_three_times(void **state)
{
    struct world *world = *state;
    const struct letter letter = {
        .sdp = TWO, .siprec = SIPREC, .metadata = DOCUMENT("partial", PERSON("a", "+4511111111"))};
    const struct letter again = {.message = SIP_CALL_UPDATE,
                                 .metadata = DOCUMENT("partial", PERSON("b", "+4522222222"))};
    const struct letter all = {.message = SIP_CALL_UPDATE, .metadata = ANN_AND_BO};
    struct sip_call *call = world_invite(world, &letter);

    world_ready(world, 0, STATUS_OK);
    assert_int_equal(call->snapshots, 1);
    for (int i = 0; i < 5; i++)
        assert_int_equal(world_update(call, &again, false), STATUS_OK);
    assert_int_equal(call->snapshots, CALL_METADATA_SNAPSHOTS_MAX);
    assert_int_equal(world_update(call, &all, false), STATUS_OK);
    assert_int_equal(world_update(call, &again, false), STATUS_OK);
    assert_int_equal(call->snapshots, CALL_METADATA_SNAPSHOTS_MAX);
    world_end(call, SIP_CALL_BYE);
    assert_int_equal(told_facts(world_ended(world, 0), "deviation", "partial update came"), 1);
}

/* --- built-in bridge ----------------------------------------------------------------------------
 */

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

/* --- end ----------------------------------------------------------------------------------------
 */

static void silent_call_is_not_alive_and_ends_expired(void **state)
{
    struct world *world = *state;
    struct sip_call *call = begin_siprec(world);
    struct sip_server_handler handler = calls_handler(world_calls(world));

    assert_false(handler.alive(handler.context, call->context));
    world_end(call, SIP_CALL_EXPIRED);
    assert_string_equal(world_ended(world, 0)->end_cause, "expired");
}

static void draining_recorder_lets_nobody_in_and_waits_for_its_calls(void **state)
{
    struct world *world = *state;
    struct sip_call *call = begin_siprec(world);
    struct sip_server_handler handler = calls_handler(world_calls(world));
    const struct sip_peer *peer = &call->identity.peer;
    mono_time now = clock_mono_now();
    mono_time until = {now.ns + 60 * CLOCK_NS_PER_S};

    assert_int_equal(handler.admit(handler.context, peer, "INVITE").code, 0);
    assert_false(calls_drained(world_calls(world), until));
    calls_drain(world_calls(world), until);
    assert_int_equal(handler.admit(handler.context, peer, "INVITE").code, 503);
    assert_int_equal(handler.admit(handler.context, peer, "OPTIONS").code, 503);
    assert_false(calls_drained(world_calls(world), now));
    assert_true(calls_drained(world_calls(world), until));
    world_end(call, SIP_CALL_BYE);
    assert_true(calls_drained(world_calls(world), now));
}

static void draining_recorder_waits_for_what_is_made_durable(void **state)
{
    struct world *world = *state;
    const struct letter letter = {.sdp = TWO, .siprec = SIPREC};
    mono_time now = clock_mono_now();

    (void)world_invite(world, &letter);
    calls_drain(world_calls(world), now);
    assert_false(calls_drained(world_calls(world), now));
    world_ready(world, 0, STATUS_OK);
    assert_true(calls_drained(world_calls(world), now));
}

#define IN_A_WORLD(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_WORLD(call_is_answered_when_its_recording_is_durable),
        IN_A_WORLD(store_that_fails_refuses_with_503_and_retry_after),
        IN_A_WORLD(call_cancelled_before_its_answer_is_dropped),
        IN_A_WORLD(call_without_a_usable_stream_is_answered_488),
        IN_A_WORLD(plain_call_is_recorded_only_from_a_source_configured_for_it),
        IN_A_WORLD(what_a_recording_session_lacks_is_noted_once_each),
        IN_A_WORLD(sources_own_limit_of_calls_is_answered_503),
        IN_A_WORLD(keys_that_anybody_can_read_are_taken_only_where_allowed),
        IN_A_WORLD(invite_without_an_offer_gets_ours_and_the_ack_answers_it),
        IN_A_WORLD(added_stream_gets_a_port_and_a_leg),
        cmocka_unit_test(added_stream_without_a_free_port_is_refused_and_the_call_goes_on),
        IN_A_WORLD(hold_is_answered_inactive_and_keeps_the_ports),
        IN_A_WORLD(reinvite_without_an_offer_gets_the_session_as_it_is),
        IN_A_WORLD(description_that_cannot_be_recorded_is_488_but_its_metadata_is_kept),
        IN_A_WORLD(every_document_is_kept_as_it_came_also_one_that_nobody_can_read),
        IN_A_WORLD(party_that_comes_late_is_noted_and_becomes_the_called),
        IN_A_WORLD(party_that_leaves_in_a_partial_update_stays_who_called),
        IN_A_WORLD(partial_update_before_any_complete_one_is_asked_about_three_times),
        IN_A_WORLD(two_halves_become_one_recording_with_two_channels),
        IN_A_WORLD(second_half_waits_for_the_recording_that_the_first_began),
        IN_A_WORLD(both_halves_are_refused_where_the_store_fails),
        IN_A_WORLD(first_half_cancelled_leaves_the_second_its_recording),
        IN_A_WORLD(halves_of_other_calls_are_kept_apart),
        IN_A_WORLD(pair_is_one_call_of_its_sources_limit),
        IN_A_WORLD(hold_of_one_half_leaves_the_other_heard),
        IN_A_WORLD(silent_call_is_not_alive_and_ends_expired),
        IN_A_WORLD(draining_recorder_lets_nobody_in_and_waits_for_its_calls),
        IN_A_WORLD(draining_recorder_waits_for_what_is_made_durable),
    };

    return cmocka_run_group_tests_name("calls", tests, NULL, NULL);
}
