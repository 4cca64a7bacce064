/* What is not to be heard is not: pauses, and digits that are masked. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "media/support.h"

enum {
    END_MS = 4000,
    LEFT = 1 << RECORDING_LEFT,
    RIGHT = 1 << RECORDING_RIGHT,
    HEARD_MS_MAX = 40, /* of a tone's beginning */
    FRAME_MS = 20,
    DECAY_MS = 8, /* of the decoder behind what it heard */
};

/* Two legs of codecs, each with somebody who speaks. */
struct call {
    struct script script;
    struct speaker speaker[2];
    struct recording_stream streams[2];
    struct played played;
};

static void open_call(struct call *call, const struct media_codec *left,
                      const struct media_codec *right)
{
    *call = (struct call){.speaker = {speaker_of(0, left), speaker_of(1, right)}};
    call->streams[0] = media_stream_of(RECORDING_LEFT, &left, 1);
    call->streams[1] = media_stream_of(RECORDING_RIGHT, &right, 1);
    for (size_t i = 0; i < 2; i++) {
        struct recording_stream *stream = &call->streams[i];
        stream->format[stream->formats++] =
            (struct recording_format){101, "telephone-event", call->speaker[i].codec->clock_hz};
    }
}

static void play_call(struct call *call)
{
    script_play(&call->script, call->streams, 2, END_MS, &call->played);
}

static void close_call(struct call *call)
{
    for (size_t i = 0; i < 2; i++)
        speaker_deinit(&call->speaker[i]);
    played_deinit(&call->played);
    script_deinit(&call->script);
}

/* How loud it is in the loudest 10 ms, root of the mean square. */
static double loudest(const struct played *played, enum recording_channel channel, int64_t from_ms,
                      int64_t to_ms)
{
    enum { WINDOW_MS = 10, PER_MS = 48 };
    double most = 0;

    for (int64_t at_ms = from_ms; at_ms + WINDOW_MS <= to_ms; at_ms++) {
        double sum = 0;
        for (size_t i = 0; i < WINDOW_MS * PER_MS; i++) {
            double sample = played->pcm[2 * ((size_t)at_ms * PER_MS + i) + channel];
            sum += sample * sample;
        }
        most = fmax(most, sqrt(sum / (WINDOW_MS * PER_MS)));
    }
    return most;
}

/* --- pauses ------------------------------------------------------------------------------------
 */

static void paused(void **state)
{
    (void)state;
    for (const struct media_codec *codec = media_codecs; codec->name; codec++) {
        struct call call;
        open_call(&call, codec, codec);
        script_say(&call.script, &call.speaker[0], 0, END_MS);
        script_say(&call.script, &call.speaker[1], 0, END_MS);
        script_pause(&call.script, 1, 1000, 2200);
        play_call(&call);
        assert_said(&call.played, RECORDING_LEFT, &call.speaker[0], 200, END_MS - 200, 0);
        assert_said(&call.played, RECORDING_RIGHT, &call.speaker[1], 200, 900, 0);
        assert_quiet(&call.played, RECORDING_RIGHT, 1000 + codec->packet_ms + DECAY_MS, 2200);
        const struct recording_fact *fact = memory_sink_fact(&call.played.memory, "paused", 1);
        assert_non_null(fact);
        assert_string_equal(fact->detail, "201: card");
        assert_in_range(fact->start_ms, 1000, 1000 + codec->packet_ms);
        assert_int_equal(fact->end_ms, 2200);
        assert_int_equal(fact_ms(&call.played, "paused", 0), 0);
        assert_int_equal(fact_ms(&call.played, "lost", 1), 0);
        assert_int_equal(fact_ms(&call.played, "concealed", 1), 0);
        /* what is said again lies where it arrives: in packets that end as the pause did */
        double lag_ms =
            heard_lag_ms(&call.played, RECORDING_RIGHT, &call.speaker[1], 3000, 40, NULL);
        assert_true(fabs(lag_ms) <= codec->delay_ms + 1 + codec->packet_ms);
        close_call(&call);
    }
}

/* --- masks -------------------------------------------------------------------------------------
 */

/* Somebody speaks, presses a digit in band that begins at from_ms, and speaks again. */
static void say_digit(struct call *call, size_t leg, char digit, int64_t first_ms, int64_t from_ms,
                      int64_t to_ms)
{
    struct speaker *speaker = &call->speaker[leg];

    script_say(&call->script, speaker, first_ms, from_ms);
    speaker->digit = digit;
    script_say(&call->script, speaker, from_ms, to_ms);
    speaker->digit = 0;
    script_say(&call->script, speaker, to_ms, END_MS - 500);
}

static void assert_digit_masked(const struct call *call, size_t leg, char digit, int64_t from_ms,
                                int64_t to_ms)
{
    const struct media_codec *codec = call->speaker[leg].codec;
    enum recording_channel channel = call->streams[leg].channel;
    int64_t delay_ms = (int64_t)ceil(codec->delay_ms);
    int64_t masked_ms = fact_ms(&call->played, "masked", (int)leg);
    double heard = loudest(&call->played, channel, from_ms + HEARD_MS_MAX + DECAY_MS, to_ms - 5);

    if (heard > 100)
        fail_msg("%s at %lld ms: %c is heard, %.0f", codec->name, (long long)from_ms, digit, heard);
    /* no more than a frame of what is behind it, nor of what is before */
    assert_in_range(masked_ms, to_ms - from_ms - HEARD_MS_MAX,
                    to_ms - from_ms + FRAME_MS + delay_ms + 10);
    assert_said(&call->played, channel, &call->speaker[leg], 300, from_ms - 10, 0);
    assert_said(&call->played, channel, &call->speaker[leg], to_ms + FRAME_MS + delay_ms + 10,
                END_MS - 600, 0);
    /* each ms is heard or told of once */
    int64_t told_ms = masked_ms + fact_ms(&call->played, "silent", (int)leg);
    assert_in_range(END_MS - told_ms, 1, END_MS);
}

static void masked_in_band_of_every_codec_on_one_leg_only(void **state)
{
    (void)state;
    for (const struct media_codec *codec = media_codecs; codec->name; codec++) {
        /* from and to when whole packets are said */
        const int64_t from_ms = 1200 + 7;
        const int64_t to_ms = from_ms + 240;
        struct call call;
        open_call(&call, codec, codec);
        call.script.policy.mask_channels = RIGHT;
        say_digit(&call, 0, '7', 7, from_ms, to_ms);
        say_digit(&call, 1, '7', 7, from_ms, to_ms);
        play_call(&call);
        assert_digit_masked(&call, 1, '7', from_ms, to_ms);
        assert_true(loudest(&call.played, RECORDING_LEFT, from_ms + 30, to_ms - 30) > 4000);
        assert_int_equal(fact_ms(&call.played, "masked", 0), 0);
        assert_int_equal(memory_sink_facts(&call.played.memory, "dtmf", 1), 0);
        close_call(&call);
    }
}

static void masked_in_band_wherever_it_begins_at_8_16_and_48_khz(void **state)
{
    static const char digits[] = "0123456789*#ABCD";
    const struct media_codec *const codecs[] = {
        media_codec("PCMA", 8000), media_codec("G722", 16000), media_codec("L16", 48000)};

    (void)state;
    for (int64_t i = 0; i < FRAME_MS; i++) {
        const struct media_codec *codec = codecs[i % 3];
        int64_t from_ms = 1200 + i;
        int64_t to_ms = from_ms + 100;
        char digit = digits[i % 16];
        struct call call;
        open_call(&call, codec, codec);
        call.script.policy.mask_channels = LEFT;
        say_digit(&call, 0, digit, i, from_ms, to_ms);
        play_call(&call);
        assert_digit_masked(&call, 0, digit, from_ms, to_ms);
        close_call(&call);
    }
}

/* What is invented in place of a tone is like it, and does not look like one. */
static void masked_in_band_where_some_of_it_is_lost(void **state)
{
    enum { TONE_MS = 240 };
    static const int64_t behind_ms[] = {60, 80, 120};

    (void)state;
    for (const struct media_codec *codec = media_codecs; codec->name; codec++) {
        /* more than 60 ms in all is silence, behind which the tone begins anew */
        for (size_t i = 0; i < 9 && codec->packet_ms <= FRAME_MS; i++) {
            const int64_t from_ms = 1200 + 3 * (int64_t)i;
            const int64_t lost_ms = from_ms + behind_ms[i / 3];
            struct call call;
            open_call(&call, codec, codec);
            call.script.policy.mask_channels = LEFT;
            say_digit(&call, 0, "147"[i % 3], 3 * (int64_t)i, from_ms, from_ms + TONE_MS);
            script_lose(&call.script, 0, lost_ms, lost_ms + 60);
            play_call(&call);
            double heard = loudest(&call.played, RECORDING_LEFT, from_ms + HEARD_MS_MAX + DECAY_MS,
                                   from_ms + TONE_MS - FRAME_MS);
            /* a tenth of what it is: codecs smear what comes behind a loss */
            if (heard > 600)
                fail_msg("%s, lost at %lld ms: %.0f", codec->name, (long long)lost_ms, heard);
            assert_int_equal(fact_ms(&call.played, "concealed", 0), 0);
            assert_in_range(fact_ms(&call.played, "masked", 0), TONE_MS - HEARD_MS_MAX,
                            TONE_MS + FRAME_MS + 10);
            close_call(&call);
        }
    }
}

/* The sound goes on beside it, as of another source on the same leg. */
static void masked_by_event(void **state)
{
    const struct media_codec *codec = media_codec("PCMA", 8000);
    struct call call;

    (void)state;
    open_call(&call, codec, codec);
    call.script.policy.mask_channels = LEFT;
    for (size_t i = 0; i < 2; i++) {
        struct speaker keys = speaker_of(i, codec);
        keys.ssrc += 0x100;
        script_say(&call.script, &call.speaker[i], 0, END_MS - 500);
        script_press(&call.script, &keys, '5', 1000, 1200);
        script_press(&call.script, &keys, '6', 1500, 1580);
        speaker_deinit(&keys);
    }
    play_call(&call);
    for (size_t i = 0; i < call.played.memory.end.facts; i++) {
        const struct recording_fact *fact = &call.played.memory.facts[i];
        if (!strcmp(fact->cause, "dtmf"))
            assert_string_equal(fact->detail, !fact->leg ? "*" : fact->start_ms < 1400 ? "5" : "6");
    }
    assert_int_equal(memory_sink_facts(&call.played.memory, "dtmf", 0), 2);
    assert_int_equal(memory_sink_facts(&call.played.memory, "dtmf", 1), 2);
    assert_fact(&call.played, "masked", 0, 1000, 1200, 0);
    assert_fact(&call.played, "masked", 0, 1500, 1580, 0);
    /* but for what the encoder smears of what comes behind it */
    assert_quiet(&call.played, RECORDING_LEFT, 1000 + DECAY_MS, 1200 - FRAME_MS);
    assert_said(&call.played, RECORDING_LEFT, &call.speaker[0], 200, 1000, 0);
    assert_said(&call.played, RECORDING_LEFT, &call.speaker[0], 1600, END_MS - 600, 0);
    assert_said(&call.played, RECORDING_RIGHT, &call.speaker[1], 200, END_MS - 600, 0);
    assert_heard_ms(&call.played, 0, END_MS - 500 - 280);
    close_call(&call);
}

/* The encoder only ever saw zeros: it is the same whatever the digit was. */
static void what_is_masked_leaves_no_trace(void **state)
{
    const struct media_codec *codec = media_codec("PCMU", 8000);
    struct played_leg played[2];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct recording_format formats[] = {{0, "PCMU", RATE_HZ}};
        struct call call;
        open_call(&call, codec, codec);
        say_digit(&call, 0, i ? '9' : '4', 0, 1200, 1400);
        call.script.policy.mask_channels = LEFT;
        script_play_leg(&call.script, 0, formats, 1, END_MS, &played[i]);
        script_deinit(&call.script);
        for (size_t leg = 0; leg < 2; leg++)
            speaker_deinit(&call.speaker[leg]);
    }
    assert_int_equal(played[0].samples, played[1].samples);
    assert_memory_equal(played[0].pcm, played[1].pcm, played[0].samples * sizeof *played[0].pcm);
    for (size_t i = 0; i < 2; i++)
        played_leg_deinit(&played[i]);
}

static void speech_beside_a_mask_is_heard_whole(void **state)
{
    const struct media_codec *codec = media_codec("PCMA", 8000);
    struct call call;

    (void)state;
    open_call(&call, codec, codec);
    call.script.policy.mask_channels = RECORDING_BOTH;
    script_say(&call.script, &call.speaker[0], 0, END_MS);
    script_say(&call.script, &call.speaker[1], 0, END_MS);
    play_call(&call);
    assert_int_equal(fact_ms(&call.played, "masked", 0), 0);
    assert_int_equal(fact_ms(&call.played, "masked", 1), 0);
    assert_heard_ms(&call.played, 0, END_MS);
    close_call(&call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paused),
        cmocka_unit_test(masked_in_band_of_every_codec_on_one_leg_only),
        cmocka_unit_test(masked_in_band_wherever_it_begins_at_8_16_and_48_khz),
        cmocka_unit_test(masked_in_band_where_some_of_it_is_lost),
        cmocka_unit_test(masked_by_event),
        cmocka_unit_test(what_is_masked_leaves_no_trace),
        cmocka_unit_test(speech_beside_a_mask_is_heard_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
