/* call_streams: what later offers and answers make of the streams of a call. */
#include "net/address.h"
#include "unit/ingest/streams_help.h"

static void codec_address_and_label_follow_and_the_channel_stays(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    update(fixture, HEAD "m=audio 0 RTP/AVP 8\r\n"
                         "m=audio 5002 RTP/AVP 0\r\nc=IN IP6 2001:db8::1\r\na=label:2\r\n");
    expect_streams(fixture, "-R");
    const struct recording_stream *stream = fixture->streams.stream;
    assert_string_equal(stream[0].label, "1");
    assert_true(stream[0].held);
    assert_string_equal(stream[1].format[0].codec, "PCMU");
    assert_int_equal(stream[1].format[0].payload_type, 0);
    assert_int_equal(stream[1].sender.ss_family, AF_INET6);
    assert_string_equal(stream[1].party.name, "Anna");
    answer(fixture);
    assert_false(fixture->local.media[0].accepted);
    assert_int_equal(fixture->local.media[1].port, 20002);
}

static void label_that_an_update_leaves_out_is_kept(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "1"));
    update(fixture, HEAD "m=audio 4000 RTP/AVP 8\r\n");
    assert_string_equal(fixture->streams.stream[0].label, "1");
    update(fixture, HEAD AUDIO("4000", "9"));
    assert_string_equal(fixture->streams.stream[0].label, "9");
}

/* A hold by port 0: refused, the source would believe that its streams still run. */
static void update_that_withdraws_all_streams_is_accepted(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    update(fixture, HEAD AUDIO("0", "1") AUDIO("0", "2"));
    expect_streams(fixture, "--");
}

static void update_to_nothing_that_can_be_recorded_changes_nothing(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    read_offer(fixture, HEAD AUDIO("0", "1") "m=audio 4002 RTP/AVP 18\r\na=label:2\r\n");
    assert_int_equal(
        call_streams_update(&fixture->streams, &fixture->offer, fixture->metadata, &secure),
        STATUS_UNSUPPORTED);
    expect_streams(fixture, "LR");
    read_offer(fixture, HEAD SECURE("4000", "1", CRYPTO_80) SECURE("4002", "2", CRYPTO_80));
    assert_int_equal(
        call_streams_update(&fixture->streams, &fixture->offer, fixture->metadata, &plain),
        STATUS_DENIED);
    expect_streams(fixture, "LR");
    assert_string_equal(fixture->streams.stream[1].format[0].codec, "PCMA");
}

static void one_stream_that_cannot_be_recorded_any_more_leaves_the_other(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    update(fixture, HEAD AUDIO("4000", "1") "m=audio 4002 RTP/AVP 18\r\na=label:2\r\n");
    expect_streams(fixture, "L-");
    assert_string_equal(fixture->streams.stream[1].format[0].codec, "PCMA");
}

static void withdrawn_line_that_comes_back_is_the_same_stream(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    update(fixture, HEAD AUDIO("0", "1") AUDIO("4002", "2"));
    expect_streams(fixture, "-R");
    update(fixture, HEAD AUDIO("4008", "1") AUDIO("4002", "2"));
    expect_streams(fixture, "LR");
    answer(fixture);
    assert_int_equal(fixture->local.media[0].port, 20000);
}

/* Reports would reach whoever has that port next. */
static void stream_that_is_withdrawn_or_refused_is_not_reported_on(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2") AUDIO("4004", "3"));
    assert_int_equal(address_port(&fixture->streams.stream[0].rtcp), 4001);
    update(fixture, HEAD AUDIO("0", "1") AUDIO("4002", "2") "m=audio 4004 RTP/AVP 18\r\n");
    assert_int_equal(fixture->streams.stream[0].rtcp.ss_family, AF_UNSPEC);
    assert_int_equal(address_port(&fixture->streams.stream[1].rtcp), 4003);
    assert_int_equal(fixture->streams.stream[2].rtcp.ss_family, AF_UNSPEC);
    update(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    assert_int_equal(address_port(&fixture->streams.stream[0].rtcp), 4001);
}

static void dialog_that_is_over_leaves_its_streams_held_and_unreported(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    call_streams_withdraw(&fixture->streams);
    expect_streams(fixture, "--");
    for (size_t i = 0; i < 2; i++) {
        assert_true(fixture->streams.stream[i].held);
        assert_int_equal(fixture->streams.stream[i].rtcp.ss_family, AF_UNSPEC);
    }
}

static void lines_that_are_missing_are_held_and_noted(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    assert_int_equal(fixture->streams.deviations, 0);
    update(fixture, HEAD AUDIO("4000", "1"));
    expect_streams(fixture, "L-");
    assert_true(fixture->streams.stream[1].held);
    assert_true(deviation_has(fixture->streams.deviations, DEVIATION_SDP_LINES_MISSING));
    answer(fixture);
    assert_int_equal(fixture->local.media_lines, 1);
    update(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    expect_streams(fixture, "LR");
    assert_int_equal(fixture->streams.deviations, 0);
}

static void each_way_of_holding_holds_and_lets_go(void **state)
{
    static const char *const holds[] = {
        HEAD "m=audio 4000 RTP/AVP 8\r\na=label:1\r\na=inactive\r\n",
        HEAD "m=audio 4000 RTP/AVP 8\r\na=label:1\r\na=recvonly\r\n",
        HEAD "m=audio 4000 RTP/AVP 8\r\na=label:1\r\nc=IN IP4 0.0.0.0\r\n",
        "v=0\r\nc=IN IP4 0.0.0.0\r\nm=audio 4000 RTP/AVP 8\r\na=label:1\r\n",
        "v=0\r\nc=IN IP6 ::\r\nm=audio 4000 RTP/AVP 8\r\na=label:1\r\na=sendonly\r\n",
        "v=0\r\nc=IN IP4 192.0.2.1\r\na=inactive\r\nm=audio 4000 RTP/AVP 8\r\na=label:1\r\n",
    };
    struct fixture *fixture = *state;

    choose(fixture, HEAD "m=audio 4000 RTP/AVP 8\r\na=label:1\r\n");
    for (size_t i = 0; i < sizeof holds / sizeof *holds; i++) {
        update(fixture, holds[i]);
        expect_streams(fixture, "l");
        update(fixture, holds[i]); /* a refresh */
        expect_streams(fixture, "l");
        answer(fixture);
        assert_true(fixture->local.media[0].accepted);
        assert_true(fixture->local.media[0].inactive);
        update(fixture, HEAD "m=audio 4000 RTP/AVP 8\r\na=label:1\r\n");
        expect_streams(fixture, "L");
        answer(fixture);
        assert_false(fixture->local.media[0].inactive);
    }
}

/* The usual state of a recording client, and what a phone says that plays music on hold. */
static void sendonly_goes_on_being_heard(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD "m=audio 4000 RTP/AVP 8\r\na=sendrecv\r\na=label:1\r\n");
    update(fixture, HEAD "m=audio 4000 RTP/AVP 8\r\na=sendonly\r\na=label:1\r\n");
    expect_streams(fixture, "L");
}

static void added_stream_goes_to_the_side_where_nobody_is(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "1"));
    expect_streams(fixture, "L");
    update(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    expect_streams(fixture, "LR");
    assert_string_equal(fixture->streams.stream[1].party.name, "Anna");
    assert_int_equal(fixture->streams.media_line[1], 1);
    answer(fixture);
    assert_int_equal(fixture->local.media[1].port, 20002);
}

static void caller_who_is_added_later_is_left(void **state)
{
    struct fixture *fixture = *state;

    fixture->metadata->participant[1].said_calling = true; /* Anna, label 2 */
    choose(fixture, HEAD AUDIO("4000", "1"));
    expect_streams(fixture, "R");
    update(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    expect_streams(fixture, "RL");
}

static void added_stream_of_a_third_party_joins_the_right(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    update(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2") AUDIO("4004", "3"));
    expect_streams(fixture, "LRR");
}

/* Transfer on the caller's side: the line is given up and another takes its place. */
static void stream_that_replaces_a_withdrawn_one_takes_its_side(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    update(fixture, HEAD AUDIO("0", "1") AUDIO("4002", "2") AUDIO("4004", "3"));
    expect_streams(fixture, "-RL");
}

/* Nothing obliges a client to reuse the line (RFC 3264 section 8.1). */
static void label_that_goes_on_by_another_line_is_the_same_stream(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    update(fixture, HEAD AUDIO("4000", "1") AUDIO("0", "2") AUDIO("4004", "2"));
    expect_streams(fixture, "LR");
    assert_int_equal(fixture->streams.media_line[1], 2);
    assert_false(fixture->streams.stream[1].withdrawn);
    answer(fixture);
    assert_false(fixture->local.media[1].accepted);
    assert_int_equal(fixture->local.media[2].port, 20002);
    /* the line that it left may come for another */
    update(fixture, HEAD AUDIO("4000", "1") AUDIO("4008", "9") AUDIO("4004", "2"));
    expect_streams(fixture, "LRR");
    assert_int_equal(fixture->streams.media_line[2], 1);
    assert_string_equal(fixture->streams.stream[2].party.number, "");
}

#define SIX_MORE                                                                                   \
    AUDIO("4004", "3")                                                                             \
    AUDIO("4006", "4") AUDIO("4008", "5") AUDIO("4010", "6") AUDIO("4012", "7") AUDIO("4014", "8")

static void stream_that_is_withdrawn_makes_room_where_there_is_none(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2") SIX_MORE);
    assert_int_equal(fixture->streams.refused, 0);
    update(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2") SIX_MORE AUDIO("4016", "9"));
    assert_int_equal(fixture->streams.count, BOUND_CALL_STREAMS);
    assert_int_equal(fixture->streams.refused, 1 << 8);
    /* Bo, who is label 1 and left, gives way to one of whom nothing is known */
    update(fixture, HEAD AUDIO("0", "1") AUDIO("4002", "2") SIX_MORE AUDIO("4016", "9"));
    expect_streams(fixture, "LRRRRRRR");
    assert_int_equal(fixture->streams.refused, 0);
    assert_int_equal(fixture->streams.media_line[0], 8);
    assert_string_equal(fixture->streams.stream[0].label, "9");
    assert_string_equal(fixture->streams.stream[0].party.number, "");
    answer(fixture);
    assert_false(fixture->local.media[0].accepted);
    assert_int_equal(fixture->local.media[8].port, 20000);
}

static void caller_who_takes_the_place_of_another_is_left(void **state)
{
    struct fixture *fixture = *state;

    fixture->metadata->participant[1].said_calling = true; /* Anna, label 2 */
    choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4016", "9") SIX_MORE);
    expect_streams(fixture, "RLRRRRRR"); /* nobody else is known to be the caller */
    update(fixture, HEAD AUDIO("0", "1") AUDIO("4016", "9") SIX_MORE AUDIO("4002", "2"));
    expect_streams(fixture, "LLRRRRRR");
    assert_string_equal(fixture->streams.stream[0].party.name, "Anna");
}

static void stream_that_is_refused_after_all_is_withdrawn_and_said_to_be(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD "m=video 9 RTP/AVP 96\r\n" AUDIO("4000", "1") AUDIO("4002", "2"));
    call_streams_refuse(&fixture->streams, 0);
    expect_streams(fixture, "-R");
    assert_true(fixture->streams.stream[0].withdrawn);
    assert_int_equal(fixture->streams.refused, 1 << 1);
}

static void second_stream_of_one_speaker_is_heard_where_the_first_is(void **state)
{
    struct fixture *fixture = *state;
    static const char two_of_anna[] =
        "<recording xmlns='urn:ietf:params:xml:ns:recording:1'><datamode>complete</datamode>"
        "<participant participant_id='p1'><nameID aor='sip:1@pbx'/></participant>"
        "<stream stream_id='A'><label>1</label></stream>"
        "<stream stream_id='B'><label>2</label></stream>"
        "<participantstreamassoc participant_id='p1'><send>A</send><send>B</send>"
        "</participantstreamassoc></recording>";

    siprec_metadata_destroy(fixture->metadata);
    fixture->metadata = read_metadata(two_of_anna);
    choose(fixture, HEAD AUDIO("4000", "1"));
    update(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    expect_streams(fixture, "LL");
}

static void line_that_could_not_be_recorded_at_first_is_added_when_it_can(void **state)
{
    struct fixture *fixture = *state;

    choose(fixture, HEAD "m=audio 4000 RTP/AVP 18\r\na=label:1\r\n" AUDIO("4002", "2"));
    assert_string_equal(fixture->streams.caller.name, "Bo");
    expect_streams(fixture, "R"); /* the caller's line is the refused one */
    update(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    expect_streams(fixture, "RL");
    assert_int_equal(fixture->streams.media_line[1], 0);
    assert_string_equal(fixture->streams.stream[1].party.name, "Bo");
    answer(fixture);
    assert_int_equal(fixture->local.media[0].port, 20002);
    assert_int_equal(fixture->local.media[1].port, 20000);
}

static void second_way_of_a_stream_stays_refused_when_the_call_goes_on(void **state)
{
    static const char offer[] = HEAD SECURE("4000", "1", CRYPTO_80) AUDIO("4000", "1");
    struct fixture *fixture = *state;

    choose(fixture, offer);
    update(fixture, offer);
    assert_int_equal(fixture->streams.count, 1);
    assert_true(fixture->streams.accepted[0]);
}

static void our_key_stays_while_the_suite_stays(void **state)
{
    struct fixture *fixture = *state;
    const struct recording_stream *stream = fixture->streams.stream;

    choose(fixture, HEAD SECURE("4000", "1", CRYPTO_80));
    struct srtp_key ours = stream->local_key;
    struct srtp_key theirs = stream->remote_key;
    update(fixture, HEAD SECURE("4000", "1", CRYPTO_80_NEXT));
    assert_true(srtp_key_equal(&stream->local_key, &ours));
    assert_false(srtp_key_equal(&stream->remote_key, &theirs));
    answer(fixture);
    assert_int_equal(fixture->local.media[0].crypto.tag, 2);
    update(fixture, HEAD SECURE("4000", "1", CRYPTO_32));
    assert_int_equal(stream->local_key.suite, SRTP_SUITE_AES_CM_128_HMAC_SHA1_32);
    update(fixture, HEAD AUDIO("4000", "1"));
    assert_int_equal(stream->remote_key.suite, SRTP_SUITE_NONE);
    assert_int_equal(stream->local_key.suite, SRTP_SUITE_NONE);
}

static void answer_to_our_proposal_settles_codec_and_sender(void **state)
{
    struct fixture *fixture = *state;

    call_streams_propose(fixture->metadata, true, &fixture->streams);
    update(fixture, HEAD "m=audio 4000 RTP/AVP 0\r\na=sendonly\r\n"
                         "m=audio 4002 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n");
    expect_streams(fixture, "RL");
    const struct recording_stream *stream = fixture->streams.stream;
    assert_string_equal(stream[0].format[0].codec, "PCMU");
    assert_string_equal(stream[0].label, "2");
    assert_int_equal(stream[0].sender.ss_family, AF_INET);
    assert_string_equal(stream[1].format[0].codec, "PCMA");
    assert_string_equal(stream[1].party.name, "Bo");
}

static void answer_may_refuse_or_leave_out_a_line_that_we_proposed(void **state)
{
    struct fixture *fixture = *state;

    call_streams_propose(fixture->metadata, true, &fixture->streams);
    update(fixture, HEAD "m=audio 4000 RTP/AVP 8\r\nm=audio 0 RTP/AVP 8\r\n");
    expect_streams(fixture, "R-");
    call_streams_propose(fixture->metadata, true, &fixture->streams);
    update(fixture, HEAD "m=audio 4000 RTP/AVP 8\r\n");
    expect_streams(fixture, "R-");
}

static void our_offer_repeats_the_session_line_by_line(void **state)
{
    struct fixture *fixture = *state;
    const struct sdp_local_media *media = fixture->local.media;

    choose(fixture, HEAD "m=video 5000 RTP/AVPF 96\r\n"
                         "m=audio 4000 RTP/AVPF 96 100\r\na=rtpmap:96 PCMU/8000\r\na=label:1\r\n"
                         "a=rtpmap:100 telephone-event/8000\r\na=rtcp-mux\r\na=inactive\r\n" SECURE(
                             "4002", "2", CRYPTO_80) AUDIO("4004", "3"));
    update(fixture, HEAD "m=video 5000 RTP/AVPF 96\r\n"
                         "m=audio 4000 RTP/AVPF 96 100\r\na=rtpmap:96 PCMU/8000\r\na=label:1\r\n"
                         "a=rtpmap:100 telephone-event/8000\r\na=rtcp-mux\r\na=inactive\r\n" SECURE(
                             "4002", "2", CRYPTO_80) AUDIO("0", "3"));
    call_streams_offer(&fixture->streams, ports, &fixture->local);
    assert_int_equal(fixture->local.media_lines, 4);
    assert_false(media[0].accepted);
    assert_string_equal(media[0].kind, "video");
    assert_string_equal(media[0].protocol, "RTP/AVPF");
    assert_true(media[1].accepted);
    assert_false(media[1].inactive); /* it can go on */
    assert_true(media[1].rtcp_mux);
    assert_string_equal(media[1].protocol, "RTP/AVPF");
    assert_string_equal(media[1].label, "1");
    assert_int_equal(media[1].formats, 4);
    assert_int_equal(media[1].offered[0].payload_type, 96);
    assert_string_equal(media[1].offered[0].encoding, "PCMU");
    assert_int_equal(media[1].offered[1].payload_type, 8);
    assert_int_equal(media[1].offered[2].payload_type, 9);
    assert_int_equal(media[1].offered[3].payload_type, 100);
    assert_int_equal(media[2].crypto.tag, 1);
    assert_true(srtp_key_equal(&media[2].crypto.key, &fixture->streams.stream[1].local_key));
    assert_false(media[3].accepted);
    assert_int_equal(media[3].port, 0);
}

static void parties_change_by_metadata_alone(void **state)
{
    struct fixture *fixture = *state;

    siprec_metadata_destroy(fixture->metadata);
    fixture->metadata = NULL;
    choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    struct siprec_metadata *late = read_metadata(two_parties);
    call_streams_parties(&fixture->streams, late);
    siprec_metadata_destroy(late);
    assert_string_equal(fixture->streams.stream[0].party.name, "Bo");
    assert_string_equal(fixture->streams.stream[1].party.name, "Anna");
    assert_string_equal(fixture->streams.caller.name, "Bo");
    expect_streams(fixture, "LR");
}

static void partial_metadata_without_associations_moves_nobody(void **state)
{
    static const char partial[] =
        "<recording xmlns='urn:ietf:params:xml:ns:recording:1'><datamode>partial</datamode>"
        "<participant participant_id='p1'><nameID aor='sip:+4588000001@pbx'/></participant>"
        "<participant participant_id='p2'><nameID aor='sip:+4588000002@pbx'/></participant>"
        "</recording>";
    struct fixture *fixture = *state;

    choose(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    struct siprec_metadata *late = read_metadata(partial);
    call_streams_parties(&fixture->streams, late);
    siprec_metadata_destroy(late);
    assert_string_equal(fixture->streams.stream[0].party.name, "Bo");
    assert_string_equal(fixture->streams.stream[1].party.name, "Anna");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(codec_address_and_label_follow_and_the_channel_stays,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(label_that_an_update_leaves_out_is_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(update_that_withdraws_all_streams_is_accepted, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(update_to_nothing_that_can_be_recorded_changes_nothing,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            one_stream_that_cannot_be_recorded_any_more_leaves_the_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(withdrawn_line_that_comes_back_is_the_same_stream, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(stream_that_is_withdrawn_or_refused_is_not_reported_on,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(dialog_that_is_over_leaves_its_streams_held_and_unreported,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(lines_that_are_missing_are_held_and_noted, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(each_way_of_holding_holds_and_lets_go, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sendonly_goes_on_being_heard, set_up, tear_down),
        cmocka_unit_test_setup_teardown(added_stream_goes_to_the_side_where_nobody_is, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(caller_who_is_added_later_is_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(added_stream_of_a_third_party_joins_the_right, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(label_that_goes_on_by_another_line_is_the_same_stream,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(stream_that_is_withdrawn_makes_room_where_there_is_none,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(caller_who_takes_the_place_of_another_is_left, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            stream_that_is_refused_after_all_is_withdrawn_and_said_to_be, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stream_that_replaces_a_withdrawn_one_takes_its_side, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(second_stream_of_one_speaker_is_heard_where_the_first_is,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            line_that_could_not_be_recorded_at_first_is_added_when_it_can, set_up, tear_down),
        cmocka_unit_test_setup_teardown(second_way_of_a_stream_stays_refused_when_the_call_goes_on,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(our_key_stays_while_the_suite_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(answer_to_our_proposal_settles_codec_and_sender, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(answer_may_refuse_or_leave_out_a_line_that_we_proposed,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(our_offer_repeats_the_session_line_by_line, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(parties_change_by_metadata_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(partial_metadata_without_associations_moves_nobody, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests_name("call_streams_update", tests, NULL, NULL);
}
