/* calls: what becomes of SIP messages, with a server and a sink that only remember. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ingest/call_metadata.h"
#include "unit/ingest/letters_help.h"

#define ANN_GIVES_WAY_TO_CY                                                                        \
    DOCUMENT("partial",                                                                            \
             PERSON("c", "+4533333333") SENDS("c", "x") ATTENDS("a", "dis") ATTENDS("c", ""))
#define ATTENDS(person, end)                                                                       \
    "<participantsessionassoc participant_id=\"" person "\" session_id=\"s\">"                     \
    "<" end "associate-time>2026-01-01T10:00:00Z</" end                                            \
    "associate-time></participantsessionassoc>"

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
    assert_false(world_told(world, 0)->aborted);
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

static void session_without_metadata_is_of_those_in_its_headers_until_metadata_comes(void **state)
{
    struct world *world = *state;
    const struct letter letter = {.sdp = TWO,
                                  .siprec = SIP_SIPREC_REQUIRED,
                                  .from = "\"Ada\" <sip:+4577777777@127.0.0.1;x-refci=1;x-farend>"};
    const struct letter late = {
        .message = SIP_CALL_UPDATE,
        .metadata = DOCUMENT("complete", SESSION PERSON("a", "+4511111111") STREAM("x", "1")
                                             STREAM("y", "2") SENDS("a", "x"))};

    for (size_t i = 0; i < 2; i++) {
        struct sip_call *call = world_invite(world, &letter);

        world_ready(world, i, STATUS_OK);
        assert_string_equal(world_told(world, i)->caller.number, "+4577777777");
        if (i)
            assert_int_equal(world_update(call, &late, false), STATUS_OK);
        world_end(call, SIP_CALL_BYE);
        const struct told *told = world_ended(world, i);
        assert_string_equal(told->end.caller.number, i ? "+4511111111" : "+4577777777");
        assert_string_equal(told->end.leg[0].party.number, i ? "+4511111111" : "+4577777777");
        assert_int_equal(told->end.leg[0].channel, RECORDING_LEFT);
        if (i) {
            assert_string_equal(told->end.called.number, "");
            assert_string_equal(told->end.leg[1].party.number, "");
        }
    }
}

static void line_of_the_other_address_family_is_taken_on_an_address_of_its_own(void **state)
{
    struct world *world = *state;
    const struct letter letter = {.siprec = SIPREC,
                                  .sdp = HEAD ONE_LINE "m=audio 41002 RTP/AVP 0\r\n"
                                                       "c=IN IP6 ::1\r\na=label:2\r\n"};
    struct sip_call *call = world_invite(world, &letter);

    world_ready(world, 0, STATUS_OK);
    assert_int_equal(call->local.address.ss_family, AF_INET);
    assert_int_equal(call->local.media[0].address.ss_family, AF_UNSPEC);
    assert_int_equal(call->local.media[1].address.ss_family, AF_INET6);
    assert_true(call->local.media[1].port);
    /* its port is taken on that address, and not on the other */
    struct sockaddr_in6 address = {.sin6_family = AF_INET6,
                                   .sin6_port = htons(call->local.media[1].port),
                                   .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int descriptor = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(descriptor, (const struct sockaddr *)&address, sizeof address), -1);
    assert_int_equal(close(descriptor), 0);
    world_end(call, SIP_CALL_BYE);
    assert_int_equal(world_ended(world, 0)->end.legs, 2);
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
    assert_true(told_fact(told, "party_left", "+4522222222"));
    assert_string_equal(told->end.called.number, "+4522222222");
    assert_string_equal(told->end.leg[1].party.number, "+4533333333");
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
    const struct letter transfer = {.message = SIP_CALL_UPDATE, .metadata = ANN_GIVES_WAY_TO_CY};

    assert_int_equal(world_update(call, &transfer, false), STATUS_OK);
    world_end(call, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_string_equal(told->end.caller.number, "+4511111111");
    assert_string_equal(told->end.called.number, "+4522222222");
    assert_true(told_fact(told, "party_left", "+4511111111"));
    assert_true(told_fact(told, "party_joined", "0 +4533333333"));
    assert_int_equal(call->snapshots, 0);
}

static void stream_added_without_metadata_is_whose_earlier_metadata_says(void **state)
{
    struct world *world = *state;
    const struct letter letter = {.sdp = HEAD TWO_LINE, .siprec = SIPREC, .metadata = ANN_AND_BO};
    const struct letter more = {.message = SIP_CALL_REINVITE, .sdp = HEAD TWO_LINE ONE_LINE};
    struct sip_call *call = world_invite(world, &letter);

    world_ready(world, 0, STATUS_OK);
    assert_int_equal(world_update(call, &more, true), STATUS_OK);
    world_end(call, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_int_equal(told->end.legs, 2);
    assert_string_equal(told->end.leg[0].party.number, "+4522222222");
    assert_string_equal(told->end.leg[1].party.number, "+4511111111");
    assert_string_equal(told->end.caller.number, told->caller.number);
    assert_string_equal(told->end.called.number, told->called.number);
}

static void description_alone_does_not_change_who_called_in_a_transferred_call(void **state)
{
    struct world *world = *state;
    struct sip_call *call = begin_siprec(world);
    const struct letter transfer = {.message = SIP_CALL_UPDATE, .metadata = ANN_GIVES_WAY_TO_CY};
    const struct letter hold = {.message = SIP_CALL_REINVITE, .sdp = HELD_TWO};

    assert_int_equal(world_update(call, &transfer, false), STATUS_OK);
    assert_int_equal(world_update(call, &hold, true), STATUS_OK);
    world_end(call, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_string_equal(told->end.caller.number, "+4511111111");
    assert_string_equal(told->end.called.number, "+4522222222");
    assert_string_equal(told->end.leg[0].party.number, "+4533333333");
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

/* A client that is refused tries another recorder; one that is answered and hung up on does not. */
static void call_that_begins_when_time_is_over_is_refused_and_waited_for(void **state)
{
    struct world *world = *state;
    const struct letter letter = {.sdp = TWO, .siprec = SIPREC};
    struct sip_call *call = world_invite(world, &letter);
    mono_time now = clock_mono_now();

    calls_drain(world_calls(world), now);
    assert_false(calls_drained(world_calls(world), now));
    world_ready(world, 0, STATUS_OK);
    assert_false(call->accepted);
    assert_int_equal(call->code, 503);
    assert_true(call->retry_after_s > 0);
    assert_true(world_told(world, 0)->aborted);
    assert_true(calls_drained(world_calls(world), now));
}

static void call_that_begins_while_there_is_time_is_recorded(void **state)
{
    struct world *world = *state;
    const struct letter letter = {.sdp = TWO, .siprec = SIPREC};
    struct sip_call *call = world_invite(world, &letter);
    mono_time now = clock_mono_now();

    calls_drain(world_calls(world), (mono_time){now.ns + 60 * CLOCK_NS_PER_S});
    assert_false(calls_drained(world_calls(world), now));
    world_ready(world, 0, STATUS_OK);
    assert_true(call->accepted);
    assert_false(calls_drained(world_calls(world), now));
    world_end(call, SIP_CALL_BYE);
    assert_true(calls_drained(world_calls(world), now));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_WORLD(call_is_answered_when_its_recording_is_durable),
        IN_A_WORLD(store_that_fails_refuses_with_503_and_retry_after),
        IN_A_WORLD(call_cancelled_before_its_answer_is_dropped),
        IN_A_WORLD(call_without_a_usable_stream_is_answered_488),
        IN_A_WORLD(plain_call_is_recorded_only_from_a_source_configured_for_it),
        IN_A_WORLD(what_a_recording_session_lacks_is_noted_once_each),
        IN_A_WORLD(session_without_metadata_is_of_those_in_its_headers_until_metadata_comes),
        IN_A_WORLD(line_of_the_other_address_family_is_taken_on_an_address_of_its_own),
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
        IN_A_WORLD(stream_added_without_metadata_is_whose_earlier_metadata_says),
        IN_A_WORLD(description_alone_does_not_change_who_called_in_a_transferred_call),
        IN_A_WORLD(partial_update_before_any_complete_one_is_asked_about_three_times),
        IN_A_WORLD(silent_call_is_not_alive_and_ends_expired),
        IN_A_WORLD(draining_recorder_lets_nobody_in_and_waits_for_its_calls),
        IN_A_WORLD(call_that_begins_when_time_is_over_is_refused_and_waited_for),
        IN_A_WORLD(call_that_begins_while_there_is_time_is_recorded),
    };

    return cmocka_run_group_tests_name("calls", tests, NULL, NULL);
}
