/* call_formats: which codec is taken, what a stream is told of its line, what we ask for. */
#include <stdio.h>

#include "unit/ingest/streams_help.h"

static void expect_format(const struct recording_stream *stream, size_t index, uint8_t payload_type,
                          const char *codec, uint32_t clock_rate_hz)
{
    assert_true(index < stream->formats);
    assert_int_equal(stream->format[index].payload_type, payload_type);
    assert_string_equal(stream->format[index].codec, codec);
    assert_int_equal(stream->format[index].clock_rate_hz, clock_rate_hz);
}

static void whatever_else_a_line_offers_is_known_and_what_can_be_heard_comes_first(void **state)
{
    struct fixture *fixture = *state;
    const struct recording_stream *stream = fixture->streams.stream;

    choose(fixture, HEAD "m=audio 4000 RTP/AVP 98 97 99 96 18 101 13 120\r\n"
                         "a=rtpmap:97 pcma/8000\r\na=rtpmap:98 AMR-WB/16000\r\n"
                         "a=rtpmap:99 L16/16000/2\r\na=rtpmap:96 OPUS/48000/2\r\n"
                         "a=rtpmap:101 telephone-event/8000\r\n");
    assert_int_equal(stream->formats, 7);
    expect_format(stream, 0, 97, "PCMA", 8000);
    expect_format(stream, 1, 99, "L16*2", 16000); /* stereo is not taken for mono */
    expect_format(stream, 2, 96, "opus", 48000);
    expect_format(stream, 3, 18, "G729", 8000);
    expect_format(stream, 4, 101, "telephone-event", 8000);
    expect_format(stream, 5, 13, "CN", 8000);
    expect_format(stream, 6, 98, "AMR-WB", 16000);
    update(fixture, HEAD "m=audio 4000 RTP/AVP 97\r\na=rtpmap:97 PCMA/8000\r\n");
    assert_int_equal(stream->formats, 1);
}

static void line_of_many_formats_keeps_those_that_can_be_heard(void **state)
{
    struct fixture *fixture = *state;
    const struct recording_stream *stream = fixture->streams.stream;
    char text[4096] = HEAD "m=audio 4000 RTP/AVP";
    size_t used = strlen(text);

    for (unsigned type = 96; type < 126; type++)
        used += (size_t)snprintf(text + used, sizeof text - used, " %u", type);
    used += (size_t)snprintf(text + used, sizeof text - used, " 9 101\r\n");
    for (unsigned type = 96; type < 126; type++)
        used += (size_t)snprintf(text + used, sizeof text - used, "a=rtpmap:%u X-%u/8000\r\n", type,
                                 type);
    choose(fixture, text);
    assert_int_equal(stream->formats, RECORDING_FORMATS_MAX);
    expect_format(stream, 0, 9, "G722", 8000);
    expect_format(stream, 1, 96, "X-96", 8000);
}

/* What a source speaks is what it offers first; anything else it would have to transcode. */
static void first_codec_of_a_line_that_can_be_recorded_is_answered(void **state)
{
    static const struct {
        const char *media_line;
        const char *codec;
        uint32_t clock_rate_hz;
        const char *parameters;
    } lines[] = {
        {"m=audio 4 RTP/AVP 9 0\r\n", "G722", 8000, NULL},
        {"m=audio 4 RTP/AVP 0 9\r\n", "PCMU", 8000, NULL},
        {"m=audio 4 RTP/AVP 18 3 0\r\na=fmtp:18 annexb=no\r\n", "GSM", 8000, NULL},
        {"m=audio 4 RTP/AVP 11\r\n", "L16", 44100, NULL},
        {"m=audio 4 RTP/AVP 10 96\r\na=rtpmap:96 L16/16000\r\n", "L16*2", 44100, NULL},
        {"m=audio 4 RTP/AVP 96\r\na=rtpmap:96 l16/16000/2\r\n", "L16*2", 16000, NULL},
        {"m=audio 4 RTP/AVP 96\r\na=rtpmap:96 L16/11025\r\n", "L16", 11025, NULL},
        {"m=audio 4 RTP/AVP 96 97\r\na=rtpmap:96 L16/16000/3\r\na=rtpmap:97 L16/32000\r\n", "L16",
         32000, NULL},
        {"m=audio 4 RTP/AVP 96 8\r\na=rtpmap:96 L16*2/16000\r\n", "PCMA", 8000, NULL},
        {"m=audio 4 RTP/AVP 107\r\na=rtpmap:107 opus/48000/2\r\n", "opus", 48000, "useinbandfec=1"},
        {"m=audio 4 RTP/AVP 107\r\na=rtpmap:107 OPUS/48000\r\n", "opus", 48000, "useinbandfec=1"},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char text[512];

        (void)snprintf(text, sizeof text, HEAD "%s", lines[i].media_line);
        choose(fixture, text);
        expect_format(fixture->streams.stream, 0, fixture->streams.stream->format[0].payload_type,
                      lines[i].codec, lines[i].clock_rate_hz);
        answer(fixture);
        if (lines[i].parameters)
            assert_string_equal(fixture->local.media[0].parameters, lines[i].parameters);
        else
            assert_null(fixture->local.media[0].parameters);
    }
}

/* 0 is the payload type of G.711 u-law, and says that a line has no events. */
static void we_offer_both_laws_of_g711_with_and_without_events(void **state)
{
    struct fixture *fixture = *state;
    const struct sdp_local_media *media = &fixture->local.media[0];

    choose(fixture, HEAD "m=audio 4000 RTP/AVP 9\r\n");
    call_streams_offer(&fixture->streams, ports, &fixture->local);
    assert_int_equal(media->formats, 3);
    assert_string_equal(media->offered[0].encoding, "G722");
    assert_string_equal(media->offered[1].encoding, "PCMA");
    assert_string_equal(media->offered[2].encoding, "PCMU");
    choose(fixture, HEAD "m=audio 4000 RTP/AVP 9 101\r\na=rtpmap:101 telephone-event/8000\r\n");
    call_streams_offer(&fixture->streams, ports, &fixture->local);
    assert_int_equal(media->formats, 4);
    assert_string_equal(media->offered[2].encoding, "PCMU");
    assert_string_equal(media->offered[3].encoding, "telephone-event");
}

/* Nothing is asked of the helper to know that it is there. */
static void g729_is_recorded_where_its_helper_is(void **state)
{
    char helper = 0;
    const struct audio_setup with_helper = {.g729 = (struct g729_service *)(void *)&helper};

    (void)state;
    assert_true(call_formats_records(&with_helper, "g729", 8000, 1));
    assert_false(call_formats_records(&without_helpers, "G729", 8000, 1));
}

static void what_is_no_sound_or_has_too_many_channels_is_not_recorded(void **state)
{
    (void)state;
    assert_true(call_formats_records(&without_helpers, "pcmu", 8000, 1));
    assert_false(call_formats_records(&without_helpers, "PCMU", 8000, 2));
    assert_false(call_formats_records(&without_helpers, "PCMU", 16000, 1));
    assert_true(call_formats_records(&without_helpers, "L16", 44100, 2));
    assert_false(call_formats_records(&without_helpers, "L16", 44100, 3));
    assert_false(call_formats_records(&without_helpers, "L16", 12000, 1));
    assert_false(call_formats_records(&without_helpers, "opus", 48000, 3));
    assert_false(call_formats_records(&without_helpers, "telephone-event", 8000, 1));
    assert_false(call_formats_records(&without_helpers, "CN", 8000, 1));
    assert_false(call_formats_records(&without_helpers, "AMR-WB", 16000, 1));
    assert_false(call_formats_records(&without_helpers, "", 0, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(g729_is_recorded_where_its_helper_is),
        cmocka_unit_test(what_is_no_sound_or_has_too_many_channels_is_not_recorded),
        cmocka_unit_test_setup_teardown(
            whatever_else_a_line_offers_is_known_and_what_can_be_heard_comes_first, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(line_of_many_formats_keeps_those_that_can_be_heard, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(first_codec_of_a_line_that_can_be_recorded_is_answered,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(we_offer_both_laws_of_g711_with_and_without_events, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
