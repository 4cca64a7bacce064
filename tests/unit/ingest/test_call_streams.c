/* call_streams: which lines of a first offer are recorded, whose they are, on which side. */
#include "net/address.h"
#include "unit/ingest/streams_help.h"

static void speaker_comes_from_the_label_and_not_from_the_place(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    assert_int_equal(fixture->streams.count, 2);
    assert_string_equal(fixture->streams.stream[0].party.name, "Bo");
    assert_string_equal(fixture->streams.stream[1].party.number, "+4588000001");
}

static void the_callers_stream_is_heard_on_the_left(void **state)
{
    struct fixture *fixture = *state;

    fixture->metadata->participant[1].said_calling = true; /* Anna, who is on the second m-line */
    choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    assert_string_equal(fixture->streams.caller.name, "Anna");
    expect_streams(fixture, "RL");
}

static void all_streams_of_others_than_the_caller_are_right(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2") AUDIO("4004", "3"));
    expect_streams(fixture, "LRR");
}

static void without_metadata_the_first_stream_is_left(void **state)
{
    struct fixture *fixture = *state;

    siprec_metadata_destroy(fixture->metadata);
    fixture->metadata = NULL;
    choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2") AUDIO("4004", "3"));
    expect_streams(fixture, "LRR");
    assert_string_equal(fixture->streams.caller.number, "");
}

static void stream_of_the_called_party_alone_leaves_the_left_to_the_caller(void **state)
{
    struct fixture *fixture = *state;

    fixture->metadata->participant[0].said_called = true; /* Bo, label 1 */
    choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "words"));
    expect_streams(fixture, "RL");
    choose(fixture, HEAD AUDIO("4000", "1"));
    expect_streams(fixture, "R");
}

static void one_mixed_stream_is_left_and_nobodys(void **state)
{
    struct fixture *fixture = *state;
    static const char mixed[] =
        "<recording xmlns='urn:ietf:params:xml:ns:recording:1'><datamode>complete</datamode>"
        "<participant participant_id='p1'><nameID aor='sip:1@pbx'/></participant>"
        "<participant participant_id='p2'><nameID aor='sip:2@pbx'/></participant>"
        "<stream stream_id='A'><label>both</label></stream>"
        "<participantstreamassoc participant_id='p1'><send>A</send></participantstreamassoc>"
        "<participantstreamassoc participant_id='p2'><send>A</send></participantstreamassoc>"
        "</recording>";

    siprec_metadata_destroy(fixture->metadata);
    fixture->metadata = read_metadata(mixed);
    choose(fixture, HEAD "m=audio 4000 RTP/AVP 18 0\r\na=label:both\r\n");
    expect_streams(fixture, "L");
    assert_string_equal(fixture->streams.stream[0].format[0].codec, "PCMU");
    assert_string_equal(fixture->streams.stream[0].party.number, "");
    assert_string_equal(fixture->streams.caller.number, "1");
    assert_string_equal(fixture->streams.called.number, "2");
}

static void lines_that_cannot_be_recorded_are_answered_port_0_in_their_place(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture,
           HEAD "m=video 5000 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
                "m=audio 5002 RTP/AVP 18\r\nm=image 5004 udptl t38\r\n" AUDIO("4000", "x"));
    assert_int_equal(fixture->streams.count, 1);
    answer(fixture);
    assert_int_equal(fixture->local.media_lines, 4);
    assert_false(fixture->local.media[0].accepted);
    assert_false(fixture->local.media[1].accepted);
    assert_false(fixture->local.media[2].accepted);
    assert_true(fixture->local.media[3].accepted);
    assert_int_equal(fixture->local.media[3].port, 20000);
}

static void offer_of_nothing_recordable_is_unsupported(void **state)
{
    struct fixture *fixture = *state;

    fixture->streams.count = 77;
    read_offer(fixture, HEAD "m=audio 5002 RTP/AVP 18\r\n" AUDIO("0", "1"));
    assert_int_equal(call_streams_choose(&fixture->offer, NULL, &secure, &fixture->streams),
                     STATUS_UNSUPPORTED);
    assert_int_equal(fixture->streams.count, 77);
}

static void key_over_a_bare_transport_is_denied_but_a_plain_stream_beside_it_is_taken(void **state)
{
    struct fixture *fixture = *state;

    fixture->streams.count = 77;
    read_offer(fixture, HEAD SECURE("4000", "1", CRYPTO_80) "m=audio 5002 RTP/AVP 18\r\n");
    assert_int_equal(call_streams_choose(&fixture->offer, NULL, &plain, &fixture->streams),
                     STATUS_DENIED);
    assert_int_equal(fixture->streams.count, 77);
    read_offer(fixture, HEAD SECURE("4000", "1", CRYPTO_80) AUDIO("4002", "2"));
    assert_int_equal(call_streams_choose(&fixture->offer, NULL, &plain, &fixture->streams),
                     STATUS_OK);
    assert_int_equal(fixture->streams.count, 1);
    assert_int_equal(fixture->streams.media_line[0], 1);
}

static void inactive_stream_is_accepted_held_and_answered_inactive(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture,
           HEAD "m=audio 4000 RTP/AVP 0\r\na=inactive\r\na=label:1\r\n" AUDIO("4002", "2"));
    expect_streams(fixture, "lR");
    answer(fixture);
    assert_true(fixture->local.media[0].accepted);
    assert_int_equal(fixture->local.media[0].port, 20000);
    assert_true(fixture->local.media[0].inactive);
    assert_false(fixture->local.media[1].inactive);
}

/* It sends only and needs nothing back: what it sends is audio. */
static void client_that_never_names_an_address_is_heard(void **state)
{
    struct fixture *fixture = *state;
    static const char offer[] = "v=0\r\nc=IN IP4 0.0.0.0\r\n" AUDIO("4000", "1") AUDIO("4002", "2");

    choose(fixture, offer);
    expect_streams(fixture, "LR");
    assert_int_equal(fixture->streams.stream[0].sender.ss_family, AF_UNSPEC);
    update(fixture, offer);
    expect_streams(fixture, "LR");
    answer(fixture);
    assert_false(fixture->local.media[0].inactive);
}

static void discard_port_and_multiplexing_are_taken_as_they_are(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD "m=audio 9 RTP/AVPF 0\r\na=rtcp-mux\r\na=label:1\r\n");
    assert_true(fixture->streams.stream[0].rtcp_mux);
    answer(fixture);
    assert_true(fixture->local.media[0].accepted);
    assert_true(fixture->local.media[0].rtcp_mux);
}

static void reports_address_comes_from_the_description(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "1") "a=rtcp:4444\r\n");
    assert_int_equal(address_port(&fixture->streams.stream[0].rtcp), 4444);
    assert_false(fixture->streams.stream[0].rtcp_mux);
}

static void as_many_streams_as_allowed_are_taken_and_one_more_is_refused(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2") AUDIO("4004", "3") AUDIO("4006", "4")
                        AUDIO("4008", "5") AUDIO("4010", "6") AUDIO("4012", "7") AUDIO("4014", "8")
                            AUDIO("4016", "9"));
    assert_int_equal(fixture->streams.count, BOUND_CALL_STREAMS);
    answer(fixture);
    assert_true(fixture->local.media[BOUND_CALL_STREAMS - 1].accepted);
    assert_false(fixture->local.media[BOUND_CALL_STREAMS].accepted);
}

static void secure_stream_gets_the_peers_key_and_a_fresh_one_of_ours(void **state)
{
    struct fixture *fixture = *state;
    const struct recording_stream *stream = fixture->streams.stream;

    choose(fixture, HEAD SECURE("4000", "1", CRYPTO_80) SECURE("4002", "2", CRYPTO_32));
    assert_int_equal(stream[0].remote_key.suite, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80);
    assert_int_equal(stream[0].remote_key.key[29], 29);
    assert_int_equal(stream[0].local_key.suite, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80);
    assert_false(srtp_key_equal(&stream[0].remote_key, &stream[0].local_key));
    assert_int_equal(stream[1].local_key.suite, SRTP_SUITE_AES_CM_128_HMAC_SHA1_32);
    answer(fixture);
    assert_int_equal(fixture->local.media[0].crypto.tag, 1);
    assert_true(srtp_key_equal(&fixture->local.media[0].crypto.key, &stream[0].local_key));
    assert_int_equal(fixture->local.media[1].crypto.tag, 3);
}

static void plain_line_with_a_key_is_answered_without_one(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "1") "a=crypto:" CRYPTO_80 "\r\n");
    assert_int_equal(fixture->streams.stream[0].remote_key.suite, SRTP_SUITE_NONE);
    answer(fixture);
    assert_int_equal(fixture->local.media[0].crypto.key.suite, SRTP_SUITE_NONE);
}

static void of_one_stream_offered_secure_and_plain_the_secure_one_is_recorded(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "1") SECURE("4000", "1", CRYPTO_80)
                        SECURE("4002", "2", CRYPTO_80) AUDIO("4002", "2"));
    assert_int_equal(fixture->streams.count, 2);
    assert_int_equal(fixture->streams.media_line[0], 1);
    assert_int_equal(fixture->streams.media_line[1], 2);
    answer(fixture);
    assert_false(fixture->local.media[0].accepted);
    assert_false(fixture->local.media[3].accepted);
}

static void of_one_stream_offered_twice_the_one_that_can_be_recorded_is(void **state)
{
    struct fixture *fixture = *state;

    read_offer(fixture, HEAD SECURE("4000", "", CRYPTO_80) AUDIO("4000", ""));
    assert_int_equal(call_streams_choose(&fixture->offer, NULL, &plain, &fixture->streams),
                     STATUS_OK);
    assert_int_equal(fixture->streams.count, 1);
    assert_int_equal(fixture->streams.media_line[0], 1);
    choose(fixture, HEAD LINE("4000", "RTP/SAVP", "") AUDIO("4000", ""));
    assert_int_equal(fixture->streams.count, 1);
    assert_int_equal(fixture->streams.media_line[0], 1);
}

/* A client that gives all its streams the same label loses none of them. */
static void lines_of_one_label_and_one_transport_are_streams_each(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "1"));
    assert_int_equal(fixture->streams.count, 2);
}

static void proposal_has_a_line_for_each_stream_that_metadata_names(void **state)
{
    struct fixture *fixture = *state;
    struct call_streams *streams = &fixture->streams;

    call_streams_propose(fixture->metadata, true, streams);
    assert_int_equal(streams->count, 2);
    assert_string_equal(streams->stream[0].label, "2");
    assert_string_equal(streams->stream[0].party.name, "Anna");
    assert_string_equal(streams->stream[1].party.name, "Bo");
    expect_streams(fixture, "RL"); /* Bo called */
    call_streams_offer(streams, ports, &fixture->local);
    assert_int_equal(fixture->local.media_lines, 2);
    assert_true(fixture->local.media[1].accepted);
    assert_int_equal(fixture->local.media[1].port, 20002);
    assert_string_equal(fixture->local.media[1].label, "1");
    assert_int_equal(fixture->local.media[1].formats, 4);
    assert_string_equal(fixture->local.media[1].offered[0].encoding, "PCMA");
    assert_string_equal(fixture->local.media[1].offered[1].encoding, "PCMU");
    assert_string_equal(fixture->local.media[1].offered[2].encoding, "G722");
    assert_string_equal(fixture->local.media[1].offered[3].encoding, "telephone-event");
    assert_string_equal(fixture->local.media[1].offered[3].parameters, "0-16");
}

static void proposal_of_a_plain_call_is_one_line(void **state)
{
    struct fixture *fixture = *state;

    call_streams_propose(NULL, false, &fixture->streams);
    expect_streams(fixture, "L");
    call_streams_offer(&fixture->streams, ports, &fixture->local);
    assert_int_equal(fixture->local.media_lines, 1);
    assert_string_equal(fixture->local.media[0].label, "");
}

static void proposal_of_a_recording_session_without_metadata_is_two_lines(void **state)
{
    struct fixture *fixture = *state;

    call_streams_propose(NULL, true, &fixture->streams);
    expect_streams(fixture, "LR");
    call_streams_offer(&fixture->streams, ports, &fixture->local);
    assert_int_equal(fixture->local.media_lines, 2);
}

/* Nobody associates anything: the second line is the second participant's though the first cannot
 * be recorded. */
static void refused_line_keeps_its_place_in_the_order(void **state)
{
    static const char unassociated[] =
        "<recording xmlns='urn:ietf:params:xml:ns:recording:1'><datamode>complete</datamode>"
        "<participant participant_id='p1'><nameID aor='sip:1@pbx'/></participant>"
        "<participant participant_id='p2'><nameID aor='sip:2@pbx'/></participant></recording>";
    struct fixture *fixture = *state;

    siprec_metadata_destroy(fixture->metadata);
    fixture->metadata = read_metadata(unassociated);
    choose(fixture, HEAD "m=audio 4000 RTP/AVP 18\r\na=label:1\r\n" AUDIO("4002", "2"));
    assert_string_equal(fixture->streams.stream[0].party.number, "2");
    expect_streams(fixture, "R");
}

static void caller_who_is_described_first_is_left_whatever_the_labels(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "2") AUDIO("4002", "1"));
    assert_string_equal(fixture->streams.caller.name, "Bo");
    expect_streams(fixture, "RL");
}

#define MIXED_STREAM(senders)                                                                      \
    "<recording xmlns='urn:ietf:params:xml:ns:recording:1'><datamode>complete</datamode>"          \
    "<participant participant_id='p1'><nameID aor='sip:1@pbx'/></participant>"                     \
    "<participant participant_id='p2'><nameID aor='sip:2@pbx'/></participant>"                     \
    "<stream stream_id='A'><label>1</label></stream>"                                              \
    "<stream stream_id='B'><label>2</label></stream>"                                              \
    "<stream stream_id='M'><label>3</label><mode>mixed</mode></stream>"                            \
    "<participantstreamassoc participant_id='p1'><send>A</send>" senders                           \
    "</participantstreamassoc>"                                                                    \
    "<participantstreamassoc participant_id='p2'><send>B</send>" senders                           \
    "</participantstreamassoc></recording>"

static void mix_of_those_who_are_heard_alone_is_not_recorded_beside_them(void **state)
{
    static const char *const documents[] = {MIXED_STREAM(""), MIXED_STREAM("<send>M</send>")};
    struct fixture *fixture = *state;

    for (size_t i = 0; i < 2; i++) {
        siprec_metadata_destroy(fixture->metadata);
        fixture->metadata = read_metadata(documents[i]);
        choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2") AUDIO("4004", "3"));
        expect_streams(fixture, "LR");
        answer(fixture);
        assert_false(fixture->local.media[2].accepted);
        /* where one of them is not heard without it, it is recorded */
        choose(fixture, HEAD AUDIO("4000", "1") AUDIO("0", "2") AUDIO("4004", "3"));
        expect_streams(fixture, "LR");
        choose(fixture, HEAD AUDIO("4000", "1") "m=audio 4002 RTP/AVP 8\r\na=inactive\r\n"
                                                "a=label:2\r\n" AUDIO("4004", "3"));
        expect_streams(fixture, "LrR");
        update(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2") AUDIO("4004", "3"));
        expect_streams(fixture, "LRR");
    }
}

static void wiped_streams_hold_no_key(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD SECURE("4000", "1", CRYPTO_80));
    call_streams_wipe(&fixture->streams);
    assert_int_equal(fixture->streams.stream[0].remote_key.suite, SRTP_SUITE_NONE);
    assert_int_equal(fixture->streams.stream[0].remote_key.key[29], 0);
    assert_int_equal(fixture->streams.stream[0].local_key.suite, SRTP_SUITE_NONE);
    call_streams_wipe(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(speaker_comes_from_the_label_and_not_from_the_place, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_callers_stream_is_heard_on_the_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_streams_of_others_than_the_caller_are_right, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(without_metadata_the_first_stream_is_left, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            stream_of_the_called_party_alone_leaves_the_left_to_the_caller, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_mixed_stream_is_left_and_nobodys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            lines_that_cannot_be_recorded_are_answered_port_0_in_their_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(offer_of_nothing_recordable_is_unsupported, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            key_over_a_bare_transport_is_denied_but_a_plain_stream_beside_it_is_taken, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(inactive_stream_is_accepted_held_and_answered_inactive,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(client_that_never_names_an_address_is_heard, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(discard_port_and_multiplexing_are_taken_as_they_are, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(reports_address_comes_from_the_description, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            as_many_streams_as_allowed_are_taken_and_one_more_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(secure_stream_gets_the_peers_key_and_a_fresh_one_of_ours,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(plain_line_with_a_key_is_answered_without_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            of_one_stream_offered_secure_and_plain_the_secure_one_is_recorded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(of_one_stream_offered_twice_the_one_that_can_be_recorded_is,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(lines_of_one_label_and_one_transport_are_streams_each,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(proposal_has_a_line_for_each_stream_that_metadata_names,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(proposal_of_a_plain_call_is_one_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            proposal_of_a_recording_session_without_metadata_is_two_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refused_line_keeps_its_place_in_the_order, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(caller_who_is_described_first_is_left_whatever_the_labels,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            mix_of_those_who_are_heard_alone_is_not_recorded_beside_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wiped_streams_hold_no_key, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("call_streams", tests, NULL, NULL);
}
