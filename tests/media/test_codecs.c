/* Each codec, from packets to what is heard: in its place, through loss and changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "media/support.h"

enum { STOP_MS = 4000, NOISE_TYPE = 13, EVENT_TYPE = 101, UNKNOWN_TYPE = 120 };

static void play_one(struct script *script, const struct recording_stream *stream,
                     struct played *played)
{
    script_play(script, stream, 1, STOP_MS, played);
}

static void every_codec_is_heard_in_its_place_and_behind_a_loss(void **state)
{
    (void)state;
    for (const struct media_codec *codec = media_codecs; codec->name; codec++) {
        struct script script = {0};
        struct played played;
        struct speaker speaker = speaker_of(0, codec);
        const struct recording_stream stream = media_stream_of(RECORDING_RIGHT, &codec, 1);

        script_say(&script, &speaker, 200, 2000);
        script_say(&script, &speaker, 2400, 3400);
        script_lose(&script, 0, 1000, 1040);
        script_lose(&script, 0, 2800, 3000);
        play_one(&script, &stream, &played);
        print_message("%s of %u Hz\n", codec->name, codec->rate_hz);
        assert_said(&played, RECORDING_RIGHT, &speaker, 200, 1000, 0);
        assert_said(&played, RECORDING_RIGHT, &speaker, 1100, 2000, 0);
        assert_said(&played, RECORDING_RIGHT, &speaker, 2400, 2800, 0);
        assert_said(&played, RECORDING_RIGHT, &speaker, 3100, 3400, 0);
        assert_quiet(&played, RECORDING_RIGHT, 2050, 2390);
        assert_quiet(&played, RECORDING_RIGHT, 2830, 2990);
        assert_fact(&played, "concealed", 0, 1000, 1040, 40 / codec->packet_ms);
        assert_fact(&played, "lost", 0, 2800, 3000, 200 / codec->packet_ms);
        assert_heard_ms(&played, 0, 1800 + 1000 - 240);
        assert_int_equal(
            strncmp(played.memory.end.leg[0].codec, codec->name, strcspn(codec->name, "*")), 0);
        played_deinit(&played);
        script_deinit(&script);
        speaker_deinit(&speaker);
    }
}

static void codec_that_changes_inside_a_call_is_heard_without_a_gap(void **state)
{
    (void)state;
    struct script script = {0};
    struct played played;
    const struct media_codec *const codecs[] = {
        media_codec("PCMU", 8000), media_codec("G722", 16000), media_codec("PCMA", 8000),
        media_codec("L16", 16000), media_codec("GSM", 8000),
    };
    /* what is raised to the channel's rate lags by that */
    enum { RAISED_MS = 3, CODECS = sizeof codecs / sizeof *codecs, EACH_MS = 600 };
    struct speaker speaker = speaker_of(0, codecs[0]);
    const struct recording_stream stream = media_stream_of(RECORDING_LEFT, codecs, CODECS);
    int64_t at_ms = 200;

    for (size_t i = 0; i < CODECS; i++, at_ms += EACH_MS) {
        speaker_change(&speaker, codecs[i]);
        script_say(&script, &speaker, at_ms, at_ms + EACH_MS);
    }
    play_one(&script, &stream, &played);
    for (size_t i = 0; i < CODECS; i++) {
        int64_t begin_ms = 200 + (int64_t)i * EACH_MS;
        speaker_change(&speaker, codecs[i]);
        assert_said(&played, RECORDING_LEFT, &speaker, begin_ms + 100, begin_ms + EACH_MS,
                    codecs[i]->rate_hz == RATE_HZ ? RAISED_MS : 0);
        if (i)
            assert_fact(&played, "codec_change", 0, begin_ms, begin_ms, 0);
    }
    assert_string_equal(memory_sink_fact(&played.memory, "codec_change", 0)->detail,
                        "PCMU -> G722");
    assert_heard_ms(&played, 0, (int64_t)CODECS * EACH_MS);
    assert_int_equal(played.memory.end.leg[0].packets_lost, 0);
    played_deinit(&played);
    script_deinit(&script);
    speaker_deinit(&speaker);
}

static void comfort_noise_is_silence_and_no_loss(void **state)
{
    enum { OLD_NOISE_TYPE = 19, SILENCE_TICKS = 1600 };
    const uint8_t level = 60;
    (void)state;
    for (int old = 0; old < 2; old++) {
        struct script script = {0};
        struct played played;
        const struct media_codec *codec = media_codec("PCMA", 8000);
        struct speaker speaker = speaker_of(0, codec);
        const struct recording_stream stream = media_stream_of(RECORDING_LEFT, &codec, 1);

        script_say(&script, &speaker, 200, 1000);
        for (int64_t at_ms = 1000; at_ms < 2000; at_ms += 200)
            script_send(&script, &speaker, at_ms, old ? OLD_NOISE_TYPE : NOISE_TYPE, &level, 1,
                        SILENCE_TICKS);
        script_say(&script, &speaker, 2000, 3000);
        play_one(&script, &stream, &played);
        assert_said(&played, RECORDING_LEFT, &speaker, 200, 1000, 0);
        assert_said(&played, RECORDING_LEFT, &speaker, 2000, 3000, 0);
        assert_quiet(&played, RECORDING_LEFT, 1020, 1990);
        assert_fact(&played, "silent", 0, 1000, 2000, 0);
        assert_int_equal(played.memory.end.leg[0].packets_lost, 0);
        assert_heard_ms(&played, 0, 1800);
        played_deinit(&played);
        script_deinit(&script);
        speaker_deinit(&speaker);
    }
}

/* RFC 4733: updates with one timestamp, the last three times. */
static void press(struct script *script, struct speaker *speaker, int64_t at_ms, uint8_t digit,
                  int64_t length_ms)
{
    enum { END = 0x80, VOLUME = 10, UPDATE_MS = 20, ENDS = 3, TICKS_PER_MS = 8 };
    int64_t now_ms = at_ms;

    for (int64_t pressed_ms = UPDATE_MS; pressed_ms <= length_ms + (ENDS - 1) * UPDATE_MS;
         pressed_ms += UPDATE_MS, now_ms += UPDATE_MS) {
        int64_t ticks = (pressed_ms < length_ms ? pressed_ms : length_ms) * TICKS_PER_MS;
        const uint8_t payload[] = {digit, pressed_ms >= length_ms ? END | VOLUME : VOLUME,
                                   (uint8_t)(ticks >> 8), (uint8_t)ticks};
        if (now_ms == at_ms)
            speaker->marker = true;
        else
            speaker->clock_ms = now_ms; /* the timestamp stays */
        script_send(script, speaker, now_ms, EVENT_TYPE, payload, sizeof payload, 0);
    }
    speaker->clock_ms = at_ms;
}

static void digits_are_told_when_and_how_long_and_are_no_loss(void **state)
{
    (void)state;
    struct script script = {0};
    struct played played;
    const struct media_codec *codec = media_codec("PCMU", 8000);
    struct speaker speaker = speaker_of(0, codec);
    struct recording_stream stream = media_stream_of(RECORDING_LEFT, &codec, 1);

    stream.format[stream.formats++] =
        (struct recording_format){EVENT_TYPE, "telephone-event", RATE_HZ};
    script_say(&script, &speaker, 200, 1000);
    press(&script, &speaker, 1000, 5, 160);
    script_say(&script, &speaker, 1300, 2000);
    press(&script, &speaker, 2000, 11, 100);
    script_say(&script, &speaker, 2300, 3000);
    play_one(&script, &stream, &played);
    assert_said(&played, RECORDING_LEFT, &speaker, 200, 1000, 0);
    assert_said(&played, RECORDING_LEFT, &speaker, 1300, 2000, 0);
    assert_said(&played, RECORDING_LEFT, &speaker, 2300, 3000, 0);
    assert_fact(&played, "dtmf", 0, 1000, 1160, 0);
    assert_fact(&played, "dtmf", 0, 2000, 2100, 0);
    assert_string_equal(memory_sink_fact(&played.memory, "dtmf", 0)->detail, "5");
    assert_int_equal(memory_sink_facts(&played.memory, "dtmf", 0), 2);
    assert_int_equal(played.memory.end.leg[0].packets_lost, 0);
    assert_heard_ms(&played, 0, 800 + 700 + 700);
    played_deinit(&played);
    script_deinit(&script);
    speaker_deinit(&speaker);
}

static void what_cannot_be_decoded_is_named_and_counted(void **state)
{
    (void)state;
    struct script script = {0};
    struct played played;
    const uint8_t payload[33] = {0};
    const struct media_codec *codec = media_codec("PCMU", 8000);
    struct speaker speaker = speaker_of(0, codec);
    struct recording_stream stream = media_stream_of(RECORDING_LEFT, &codec, 1);

    stream.format[stream.formats++] = (struct recording_format){UNKNOWN_TYPE, "AMR", RATE_HZ};
    script_say(&script, &speaker, 200, 1000);
    for (int64_t at_ms = 1000; at_ms < 1500; at_ms += 20)
        script_send(&script, &speaker, at_ms, UNKNOWN_TYPE, payload, sizeof payload, 160);
    script_say(&script, &speaker, 1500, 2500);
    for (int64_t at_ms = 2500; at_ms < 3000; at_ms += 20) /* nobody described it */
        script_send(&script, &speaker, at_ms, UNKNOWN_TYPE + 1, payload, sizeof payload, 160);
    play_one(&script, &stream, &played);
    assert_said(&played, RECORDING_LEFT, &speaker, 200, 1000, 0);
    assert_said(&played, RECORDING_LEFT, &speaker, 1500, 2500, 0);
    assert_quiet(&played, RECORDING_LEFT, 1010, 1490);
    assert_fact(&played, "undecodable", 0, 1000, 1500, 25);
    assert_fact(&played, "undecodable", 0, 2500, 3000, 25);
    assert_non_null(
        strstr(memory_sink_fact(&played.memory, "undecodable", 0)->detail, "120 AMR/8000"));
    assert_heard_ms(&played, 0, 800 + 1000);
    played_deinit(&played);
    script_deinit(&script);
    speaker_deinit(&speaker);
}

/* A codec whose timestamps its sender counts by a clock of its own. */
static struct media_codec counted_by(const struct media_codec *codec, uint32_t clock_hz)
{
    struct media_codec counted = *codec;

    counted.clock_hz = clock_hz;
    return counted;
}

/* Old telephones count G.722 by 16000; others by half of what they should. */
static void sender_that_counts_by_another_clock_is_heard_in_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t rate_hz;
        uint32_t clock_hz;
    } wrong[] = {{"G722", 16000, 16000},
                 {"PCMA", 8000, 16000},
                 {"L16", 16000, 8000},
                 {"opus", 48000, 24000},
                 {"G722", 16000, 4000}};

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct script script = {0};
        struct played played;
        const struct media_codec *codec = media_codec(wrong[i].name, wrong[i].rate_hz);
        const struct media_codec counted = counted_by(codec, wrong[i].clock_hz);
        struct speaker speaker = speaker_of(0, &counted);
        const struct recording_stream stream = media_stream_of(RECORDING_LEFT, &codec, 1);

        print_message("%s counted by %u Hz\n", codec->name, counted.clock_hz);
        script_say(&script, &speaker, 200, 1400);
        script_say(&script, &speaker, 2000, 3400); /* a silence lasts as long, by its clock */
        script_lose(&script, 0, 2800, 3000);
        play_one(&script, &stream, &played);
        assert_said(&played, RECORDING_LEFT, &speaker, 200, 1400, 0);
        assert_said(&played, RECORDING_LEFT, &speaker, 2000, 2800, 0);
        assert_said(&played, RECORDING_LEFT, &speaker, 3100, 3400, 0);
        assert_quiet(&played, RECORDING_LEFT, 1450, 1990);
        assert_fact(&played, "lost", 0, 2800, 3000, 10);
        assert_heard_ms(&played, 0, 1200 + 1400 - 200);
        assert_int_equal(memory_sink_facts(&played.memory, "deviation", 0), 1);
        assert_int_equal(memory_sink_facts(&played.memory, "clock_corrected", 0), 0);
        played_deinit(&played);
        script_deinit(&script);
        speaker_deinit(&speaker);
    }
}

/* It is what its timestamps say that is right: what lies between was silent. */
static void sender_that_leaves_out_every_other_packet_has_silence_between(void **state)
{
    (void)state;
    struct script script = {0};
    struct played played;
    const struct media_codec *codec = media_codec("PCMA", 8000);
    struct speaker speaker = speaker_of(0, codec);
    const struct recording_stream stream = media_stream_of(RECORDING_LEFT, &codec, 1);

    for (int64_t at_ms = 200; at_ms < 3400; at_ms += 40)
        script_say(&script, &speaker, at_ms, at_ms + 20);
    play_one(&script, &stream, &played);
    assert_heard_ms(&played, 0, 1600);
    assert_int_equal(memory_sink_facts(&played.memory, "deviation", 0), 0);
    played_deinit(&played);
    script_deinit(&script);
    speaker_deinit(&speaker);
}

static void sender_that_changes_to_a_codec_it_counts_wrongly_is_heard(void **state)
{
    (void)state;
    struct script script = {0};
    struct played played;
    const struct media_codec *const codecs[] = {media_codec("PCMA", 8000),
                                                media_codec("G722", 16000)};
    const struct media_codec counted = counted_by(codecs[1], 16000);
    struct speaker speaker = speaker_of(0, codecs[0]);
    const struct recording_stream stream = media_stream_of(RECORDING_LEFT, codecs, 2);

    script_say(&script, &speaker, 200, 1000);
    speaker_change(&speaker, &counted);
    script_say(&script, &speaker, 1000, 2000);
    speaker.clock_ms = -1; /* what was silent is not counted; then the line is put right */
    script_say(&script, &speaker, 2500, 3500);
    play_one(&script, &stream, &played);
    assert_said(&played, RECORDING_LEFT, &speaker, 2600, 3500, 0);
    assert_int_equal(memory_sink_facts(&played.memory, "deviation", 0), 1);
    played_deinit(&played);
    script_deinit(&script);
    speaker_deinit(&speaker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_codec_is_heard_in_its_place_and_behind_a_loss),
        cmocka_unit_test(codec_that_changes_inside_a_call_is_heard_without_a_gap),
        cmocka_unit_test(comfort_noise_is_silence_and_no_loss),
        cmocka_unit_test(digits_are_told_when_and_how_long_and_are_no_loss),
        cmocka_unit_test(what_cannot_be_decoded_is_named_and_counted),
        cmocka_unit_test(sender_that_counts_by_another_clock_is_heard_in_its_place),
        cmocka_unit_test(sender_that_leaves_out_every_other_packet_has_silence_between),
        cmocka_unit_test(sender_that_changes_to_a_codec_it_counts_wrongly_is_heard),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
