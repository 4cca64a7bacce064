/* call_streams: which m-lines are recorded, whose they are, on which side they are heard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/call_streams.h"

#define AUDIO(port, label)                                                                         \
    "m=audio " port " RTP/AVP 8 0\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"             \
    "a=sendonly\r\na=label:" label "\r\n"
#define HEAD "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"

/* Stream "A" is label 2 and Anna's, stream "B" is label 1 and Bo's; Anna stands first. */
static const char metadata_text[] =
    "<recording xmlns='urn:ietf:params:xml:ns:recording:1'><datamode>complete</datamode>"
    "<session session_id='s'/>"
    "<participant participant_id='p1'><nameID aor='sip:+4588000001@pbx'><name>Anna</name></nameID>"
    "</participant>"
    "<participant participant_id='p2'><nameID aor='sip:+4588000002@pbx'><name>Bo</name></nameID>"
    "</participant>"
    "<stream stream_id='A' session_id='s'><label>2</label></stream>"
    "<stream stream_id='B' session_id='s'><label>1</label></stream>"
    "<participantstreamassoc participant_id='p1'><send>A</send></participantstreamassoc>"
    "<participantstreamassoc participant_id='p2'><send>B</send></participantstreamassoc>"
    "</recording>";

struct fixture {
    struct sdp_offer offer;
    struct siprec_metadata *metadata;
    struct call_streams streams;
};

static void read_offer(struct fixture *fixture, const char *text)
{
    assert_int_equal(sdp_read_offer(text, strlen(text), &fixture->offer), STATUS_OK);
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    if (!fixture || siprec_metadata_read(metadata_text, sizeof metadata_text - 1,
                                         &fixture->metadata, NULL) != STATUS_OK)
        return -1;
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    siprec_metadata_destroy(fixture->metadata);
    free(fixture);
    return 0;
}

static void speaker_comes_from_the_label_and_not_from_the_place(void **state)
{
    struct fixture *fixture = *state;

    read_offer(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    assert_int_equal(call_streams_choose(&fixture->offer, fixture->metadata, &fixture->streams),
                     STATUS_OK);
    assert_int_equal(fixture->streams.count, 2);
    assert_string_equal(fixture->streams.stream[0].party.name, "Bo");
    assert_string_equal(fixture->streams.stream[1].party.number, "+4588000001");
}

static void the_callers_stream_is_heard_on_the_left(void **state)
{
    struct fixture *fixture = *state;

    fixture->metadata->participant[0].said_calling = true; /* Anna, who is on the second m-line */
    read_offer(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    assert_int_equal(call_streams_choose(&fixture->offer, fixture->metadata, &fixture->streams),
                     STATUS_OK);
    assert_string_equal(fixture->streams.caller.name, "Anna");
    assert_int_equal(fixture->streams.stream[0].channel, RECORDING_RIGHT);
    assert_int_equal(fixture->streams.stream[1].channel, RECORDING_LEFT);
}

static void without_metadata_the_first_stream_is_left(void **state)
{
    struct fixture *fixture = *state;

    read_offer(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    assert_int_equal(call_streams_choose(&fixture->offer, NULL, &fixture->streams), STATUS_OK);
    assert_int_equal(fixture->streams.stream[0].channel, RECORDING_LEFT);
    assert_int_equal(fixture->streams.stream[1].channel, RECORDING_RIGHT);
    assert_string_equal(fixture->streams.caller.number, "");
}

static void lines_that_cannot_be_recorded_are_answered_port_0_in_their_place(void **state)
{
    struct fixture *fixture = *state;
    struct sdp_answer answer;
    const uint16_t ports[] = {20000};

    read_offer(fixture, HEAD "m=video 5000 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
                             "m=audio 5002 RTP/AVP 18\r\n" AUDIO("4000", "x"));
    assert_int_equal(call_streams_choose(&fixture->offer, NULL, &fixture->streams), STATUS_OK);
    assert_int_equal(fixture->streams.count, 1);
    call_streams_answer(&fixture->streams, &fixture->offer, ports, NULL, &answer);
    assert_int_equal(answer.media_lines, 3);
    assert_false(answer.media[0].accepted);
    assert_false(answer.media[1].accepted);
    assert_true(answer.media[2].accepted);
    assert_int_equal(answer.media[2].port, 20000);
}

static void offer_of_nothing_recordable_is_unsupported(void **state)
{
    struct fixture *fixture = *state;

    read_offer(fixture, HEAD "m=audio 5002 RTP/AVP 18\r\n");
    assert_int_equal(call_streams_choose(&fixture->offer, NULL, &fixture->streams),
                     STATUS_UNSUPPORTED);
}

static void inactive_offer_is_answered_inactive(void **state)
{
    struct fixture *fixture = *state;
    struct sdp_answer answer;
    const uint16_t ports[] = {20000};

    read_offer(fixture, HEAD "m=audio 4000 RTP/AVP 0\r\na=inactive\r\n");
    assert_int_equal(call_streams_choose(&fixture->offer, NULL, &fixture->streams), STATUS_OK);
    call_streams_answer(&fixture->streams, &fixture->offer, ports, NULL, &answer);
    assert_true(answer.media[0].inactive);
}

static void update_keeps_channels_and_follows_label_and_codec(void **state)
{
    struct fixture *fixture = *state;
    bool accepted[BOUND_CALL_STREAMS];

    read_offer(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    assert_int_equal(call_streams_choose(&fixture->offer, fixture->metadata, &fixture->streams),
                     STATUS_OK);
    enum recording_channel before = fixture->streams.stream[1].channel;
    read_offer(fixture, HEAD "m=audio 0 RTP/AVP 8\r\n"
                             "m=audio 4002 RTP/AVP 0\r\na=label:9\r\n");
    assert_int_equal(call_streams_update(&fixture->streams, &fixture->offer, NULL, accepted),
                     STATUS_OK);
    assert_false(accepted[0]);
    assert_true(accepted[1]);
    assert_string_equal(fixture->streams.stream[0].label, "1");
    assert_string_equal(fixture->streams.stream[1].label, "9");
    assert_string_equal(fixture->streams.stream[1].codec, "PCMU");
    assert_string_equal(fixture->streams.stream[1].party.name, "Anna");
    assert_int_equal(fixture->streams.stream[1].channel, before);
}

/* A hold by port 0: refused, the source would believe that its streams still run. */
static void update_that_withdraws_all_streams_is_accepted(void **state)
{
    struct fixture *fixture = *state;
    bool accepted[BOUND_CALL_STREAMS];

    read_offer(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    assert_int_equal(call_streams_choose(&fixture->offer, fixture->metadata, &fixture->streams),
                     STATUS_OK);
    read_offer(fixture, HEAD AUDIO("0", "1") AUDIO("0", "2"));
    assert_int_equal(call_streams_update(&fixture->streams, &fixture->offer, NULL, accepted),
                     STATUS_OK);
    assert_false(accepted[0] || accepted[1]);
    read_offer(fixture, HEAD AUDIO("0", "1") "m=audio 4002 RTP/AVP 18\r\na=label:2\r\n");
    assert_int_equal(call_streams_update(&fixture->streams, &fixture->offer, NULL, accepted),
                     STATUS_UNSUPPORTED);
}

static void partial_metadata_without_associations_moves_nobody(void **state)
{
    static const char partial[] =
        "<recording xmlns='urn:ietf:params:xml:ns:recording:1'><datamode>partial</datamode>"
        "<participant participant_id='p1'><nameID aor='sip:+4588000001@pbx'/></participant>"
        "<participant participant_id='p2'><nameID aor='sip:+4588000002@pbx'/></participant>"
        "</recording>";
    struct fixture *fixture = *state;
    struct siprec_metadata *update = NULL;

    read_offer(fixture, HEAD AUDIO("4000", "1") AUDIO("4002", "2"));
    assert_int_equal(call_streams_choose(&fixture->offer, fixture->metadata, &fixture->streams),
                     STATUS_OK);
    assert_int_equal(siprec_metadata_read(partial, sizeof partial - 1, &update, NULL), STATUS_OK);
    call_streams_parties(&fixture->streams, update);
    siprec_metadata_destroy(update);
    assert_string_equal(fixture->streams.stream[0].party.name, "Bo");
    assert_string_equal(fixture->streams.stream[1].party.name, "Anna");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(speaker_comes_from_the_label_and_not_from_the_place, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_callers_stream_is_heard_on_the_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_metadata_the_first_stream_is_left, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            lines_that_cannot_be_recorded_are_answered_port_0_in_their_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(offer_of_nothing_recordable_is_unsupported, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(inactive_offer_is_answered_inactive, set_up, tear_down),
        cmocka_unit_test_setup_teardown(update_keeps_channels_and_follows_label_and_codec, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(update_that_withdraws_all_streams_is_accepted, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(partial_metadata_without_associations_moves_nobody, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests_name("call_streams", tests, NULL, NULL);
}
