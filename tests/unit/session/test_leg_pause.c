/* A leg that is paused: nothing that arrives in a pause is kept, and what is told of it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <opus/opus.h>

#include "audio/line.h"
#include "session/leg.h"
#include "unit/session/support.h"

enum {
    SAMPLE = LINE_HZ / RATE_HZ, /* of 8 kHz, in positions */
    PCMA_TYPE = 8,
    EVENT_TYPE = 101,
    SSRC = 0x1111,
    LINE_MS = 3000,
    LINE_SAMPLES = LINE_MS * RATE_HZ / 1000,
    OPEN = 0x2a,   /* what is said when it is to be heard */
    SECRET = 0x11, /* and when it is not */
};

/* A leg, and what was read of it. */
struct scene {
    struct leg *leg;
    int16_t pcm[LINE_SAMPLES];
    size_t read;
};

static void open_scene(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    scene->leg = leg_of("PCMA");
}

/* The packet whose turn it is at said_ms; number and timestamp follow that. */
static void say(struct scene *scene, uint32_t ssrc, int64_t said_ms, int64_t arrival_ns,
                uint8_t byte)
{
    uint8_t payload[PACKET_SAMPLES];
    uint8_t datagram[12 + PACKET_SAMPLES];

    memset(payload, byte, sizeof payload);
    size_t bytes = rtp_build(datagram, PCMA_TYPE, (uint16_t)(100 + said_ms / 20),
                             (uint32_t)(4000 + said_ms * 8), ssrc, payload, sizeof payload);
    leg_receive(scene->leg, datagram, bytes, arrival_ns);
}

static void press_by(struct scene *scene, uint32_t ssrc, uint8_t event, int64_t began_ms,
                     int64_t arrival_ms, bool end)
{
    uint16_t duration = (uint16_t)((arrival_ms - began_ms) * 8);
    const uint8_t payload[] = {event, end ? 0x8a : 0x0a, (uint8_t)(duration >> 8),
                               (uint8_t)duration};
    uint8_t datagram[12 + sizeof payload];
    size_t bytes = rtp_build(datagram, EVENT_TYPE, (uint16_t)(100 + arrival_ms / 20),
                             (uint32_t)(4000 + began_ms * 8), ssrc, payload, sizeof payload);

    leg_receive(scene->leg, datagram, bytes, arrival_ms * NS_PER_MS);
}

static void press(struct scene *scene, uint8_t event, int64_t began_ms, int64_t arrival_ms,
                  bool end)
{
    press_by(scene, SSRC, event, began_ms, arrival_ms, end);
}

static void say_until(struct scene *scene, int64_t from_ms, int64_t to_ms, uint8_t byte)
{
    for (int64_t ms = from_ms; ms < to_ms; ms += 20)
        say(scene, SSRC, ms, ms * NS_PER_MS, byte);
}

static void pause_at(struct scene *scene, bool paused, int64_t at_ns)
{
    leg_pause(scene->leg, LEG_PAUSE_CONTROL, paused, "201: card", at_ns);
}

static void finish_scene(struct scene *scene)
{
    leg_settle(scene->leg, INT64_MAX);
    leg_read(scene->leg, RATE_HZ, scene->pcm, LINE_SAMPLES);
    leg_finish(scene->leg, (int64_t)LINE_SAMPLES * SAMPLE);
}

static int16_t value_of(uint8_t byte)
{
    int16_t value;

    assert_int_equal(audio_codec_find("PCMA", RATE_HZ)->decode(NULL, &byte, 1, &value), STATUS_OK);
    return value;
}

static void assert_heard(const struct scene *scene, int64_t from_ms, int64_t to_ms, int16_t value)
{
    for (int64_t i = from_ms * 8; i < to_ms * 8; i++)
        if (scene->pcm[i] != value)
            fail_msg("%d at %.3f ms instead of %d", scene->pcm[i], (double)i / 8, value);
}

/* Nothing like what was said in a pause is anywhere. */
static void assert_secret_kept(const struct scene *scene)
{
    for (size_t i = 0; i < LINE_SAMPLES; i++)
        assert_int_not_equal(scene->pcm[i], value_of(SECRET));
}

/* The facts of a cause, and only these, "from-to detail," in ms. */
static void assert_facts(const struct scene *scene, enum fact_cause cause, const char *wanted)
{
    const struct facts *facts = leg_facts(scene->leg);
    char text[1024] = "";
    size_t length = 0;

    for (size_t i = 0; i < facts->count; i++)
        if (facts->list[i].cause == cause)
            length += (size_t)snprintf(text + length, sizeof text - length, "%lld-%lld %s,",
                                       (long long)(facts->list[i].start / LINE_PER_MS),
                                       (long long)(facts->list[i].end / LINE_PER_MS),
                                       leg_fact_detail(scene->leg, &facts->list[i]));
    assert_string_equal(text, wanted);
}

/* Every sample is heard or is told of, once. */
static void assert_covered(const struct scene *scene)
{
    static uint8_t covered[LINE_SAMPLES];
    const struct facts *facts = leg_facts(scene->leg);

    memset(covered, 0, sizeof covered);
    for (size_t i = 0; i < facts->count; i++)
        for (int64_t at = facts->list[i].start / SAMPLE; at < facts->list[i].end / SAMPLE; at++)
            covered[at]++;
    for (size_t i = 0; i < LINE_SAMPLES; i++)
        assert_int_equal(covered[i] + (scene->pcm[i] == value_of(OPEN)), 1);
}

static void close_scene(struct scene *scene)
{
    assert_secret_kept(scene);
    leg_destroy(scene->leg);
}

/* --- when it begins and ends -------------------------------------------------------------------
 */

static void what_arrives_at_the_moment_of_a_pause_is_not_kept_and_before_it_is(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    say_until(&scene, 0, 980, OPEN);
    pause_at(&scene, true, 1000 * NS_PER_MS);
    say(&scene, SSRC, 980, 1000 * NS_PER_MS - 1, OPEN);
    say(&scene, SSRC, 1000, 1000 * NS_PER_MS, SECRET);
    say_until(&scene, 1020, 1980, SECRET);
    pause_at(&scene, false, 2000 * NS_PER_MS);
    say(&scene, SSRC, 1980, 2000 * NS_PER_MS - 1, SECRET);
    say_until(&scene, 2000, LINE_MS, OPEN);
    finish_scene(&scene);
    assert_heard(&scene, 0, 1000, value_of(OPEN));
    assert_heard(&scene, 1000, 2000, 0);
    assert_heard(&scene, 2000, LINE_MS, value_of(OPEN));
    assert_facts(&scene, FACT_PAUSED, "1000-2000 201: card,");
    assert_facts(&scene, FACT_LOST, "");
    assert_facts(&scene, FACT_SILENT, "");
    assert_facts(&scene, FACT_HELD, "");
    assert_covered(&scene);
    assert_int_equal(leg_counts(scene.leg).lost, 0);
    assert_int_equal(leg_counts(scene.leg).ignored, 50);
    assert_in_range(speech_ms(leg_speech(scene.leg)), 1900, 2120); /* read in pieces of 120 ms */
    close_scene(&scene);
}

/* It was said before, but nobody can tell: the pause is kept rather than the packet. */
static void what_was_overtaken_by_a_pause_is_not_kept(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    say_until(&scene, 0, 940, OPEN);
    say(&scene, SSRC, 960, 960 * NS_PER_MS, OPEN);
    say(&scene, SSRC, 980, 980 * NS_PER_MS, OPEN);
    pause_at(&scene, true, 1000 * NS_PER_MS);
    say(&scene, SSRC, 940, 1010 * NS_PER_MS, SECRET);
    pause_at(&scene, false, 2000 * NS_PER_MS);
    say_until(&scene, 2000, LINE_MS, OPEN);
    finish_scene(&scene);
    assert_heard(&scene, 0, 940, value_of(OPEN));
    assert_heard(&scene, 940, 960, 0);
    assert_heard(&scene, 960, 1000, value_of(OPEN));
    assert_facts(&scene, FACT_PAUSED, "1000-2000 201: card,");
    assert_facts(&scene, FACT_SILENT, "940-960 ,");
    assert_facts(&scene, FACT_CONCEALED, "");
    assert_covered(&scene);
    close_scene(&scene);
}

static void what_came_before_a_pause_is_heard_though_it_lies_in_it(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    say(&scene, SSRC, 0, 0, OPEN);
    /* a burst, as after a stall: it lies where its timestamps say */
    for (int64_t ms = 20; ms < 1100; ms += 20)
        say(&scene, SSRC, ms, (ms < 1000 ? ms : 990) * NS_PER_MS, OPEN);
    pause_at(&scene, true, 1000 * NS_PER_MS);
    say_until(&scene, 1100, 1500, SECRET);
    finish_scene(&scene);
    assert_heard(&scene, 0, 1100, value_of(OPEN));
    assert_heard(&scene, 1100, LINE_MS, 0);
    assert_facts(&scene, FACT_PAUSED, "1100-3000 201: card,");
    assert_covered(&scene);
    close_scene(&scene);
}

static void a_pause_lasts_over_new_sources_and_up_to_the_end(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    say_until(&scene, 0, 500, OPEN);
    pause_at(&scene, true, 500 * NS_PER_MS);
    for (int64_t ms = 500; ms < LINE_MS; ms += 20)
        say(&scene, 0x2000 + (uint32_t)(ms / 100), ms, ms * NS_PER_MS, SECRET);
    finish_scene(&scene);
    assert_facts(&scene, FACT_PAUSED, "500-3000 201: card,");
    assert_int_equal(leg_events(scene.leg)->count, 0);
    assert_covered(&scene);
    close_scene(&scene);
}

static void what_comes_after_a_pause_lies_where_it_arrives(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    say_until(&scene, 0, 500, OPEN);
    pause_at(&scene, true, 500 * NS_PER_MS);
    pause_at(&scene, false, 1500 * NS_PER_MS);
    /* its clock stood still, and its numbers went on: nothing is lost */
    for (int64_t ms = 1600; ms < 2600; ms += 20)
        say(&scene, SSRC, ms - 1100, ms * NS_PER_MS, OPEN);
    finish_scene(&scene);
    assert_heard(&scene, 1600, 2600, value_of(OPEN));
    assert_facts(&scene, FACT_PAUSED, "500-1500 201: card,");
    assert_facts(&scene, FACT_SILENT, "1500-1600 ,2600-3000 ,");
    assert_covered(&scene);
    close_scene(&scene);
}

static void what_is_held_and_paused_is_paused(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    say_until(&scene, 0, 500, OPEN);
    leg_hold(scene.leg, true, 500 * NS_PER_MS);
    pause_at(&scene, true, 1000 * NS_PER_MS);
    leg_pause(scene.leg, LEG_PAUSE_SOURCE, true, "inactive", 1200 * NS_PER_MS);
    leg_hold(scene.leg, false, 1400 * NS_PER_MS);
    say_until(&scene, 1400, 1600, SECRET);
    pause_at(&scene, false, 1600 * NS_PER_MS);
    say_until(&scene, 1600, 2000, SECRET);
    leg_pause(scene.leg, LEG_PAUSE_SOURCE, false, "", 2000 * NS_PER_MS);
    say_until(&scene, 2000, LINE_MS, OPEN);
    finish_scene(&scene);
    assert_facts(&scene, FACT_HELD, "500-1000 ,");
    assert_facts(&scene, FACT_PAUSED, "1000-1600 201: card,1600-2000 inactive,");
    assert_heard(&scene, 2000, LINE_MS, value_of(OPEN));
    assert_covered(&scene);
    close_scene(&scene);
}

static void hundreds_of_pauses_keep_what_was_said_in_them(void **state)
{
    enum { PAUSES = 1200 };
    struct scene scene;

    (void)state;
    open_scene(&scene);
    for (int64_t i = 0; i < PAUSES; i++) {
        pause_at(&scene, true, (2 * i) * NS_PER_MS);
        say(&scene, SSRC, i * 20, (2 * i) * NS_PER_MS, SECRET);
        pause_at(&scene, false, (2 * i + 1) * NS_PER_MS);
    }
    finish_scene(&scene);
    assert_int_equal(leg_counts(scene.leg).ignored, PAUSES);
    assert_covered(&scene);
    close_scene(&scene);
}

/* --- digits ------------------------------------------------------------------------------------
 */

static void assert_digits(const struct scene *scene, const char *wanted)
{
    const struct notes *events = leg_events(scene->leg);
    char text[256] = "";

    for (size_t i = 0; i < events->count; i++)
        if (!strcmp(events->list[i].cause, "dtmf"))
            strcat(text, events->list[i].detail);
    assert_string_equal(text, wanted);
}

static void press_whole(struct scene *scene, uint8_t event, int64_t at_ms)
{
    for (int64_t ms = at_ms + 20; ms <= at_ms + 80; ms += 20)
        press(scene, event, at_ms, ms, ms == at_ms + 80);
}

static void digits_pressed_in_a_pause_are_not_told(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    press_whole(&scene, 1, 100);
    assert_int_equal(leg_take_pressed(scene.leg), '1');
    assert_int_equal(leg_take_pressed(scene.leg), 0);
    pause_at(&scene, true, 500 * NS_PER_MS);
    press_whole(&scene, 2, 600);
    assert_int_equal(leg_take_pressed(scene.leg), '2'); /* it may be part of a code */
    press(&scene, 3, 900, 940, false);
    pause_at(&scene, false, 950 * NS_PER_MS);
    press(&scene, 3, 900, 960, false); /* nor when they last longer than the pause */
    press(&scene, 3, 900, 1000, true);
    press_whole(&scene, 10, 1200);
    finish_scene(&scene);
    assert_digits(&scene, "1*");
    close_scene(&scene);
}

static void digits_of_a_code_are_told_as_stars(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    press_whole(&scene, 4, 100);
    press_whole(&scene, 7, 300);
    press_whole(&scene, 8, 500);
    press(&scene, 9, 700, 720, false);
    leg_hide_pressed(scene.leg, 3);
    press(&scene, 9, 700, 800, true);
    press_whole(&scene, 5, 1000);
    finish_scene(&scene);
    assert_digits(&scene, "4***5");
    close_scene(&scene);
}

/* A source that goes on under another number leaves its last digit to be told. */
static void digits_of_a_code_that_another_source_presses_are_told_as_stars(void **state)
{
    enum { OTHER = 0x2222 };
    struct scene scene;

    (void)state;
    open_scene(&scene);
    press_whole(&scene, 4, 100);
    for (uint8_t i = 0; i < 3; i++) {
        press_by(&scene, OTHER, (uint8_t)(7 + i), 500 + 200 * i, 540 + 200 * i, false);
        press_by(&scene, OTHER, (uint8_t)(7 + i), 500 + 200 * i, 580 + 200 * i, true);
        press(&scene, 4, 100, 590, true); /* its end once more, late */
    }
    leg_hide_pressed(scene.leg, 3);
    finish_scene(&scene);
    assert_digits(&scene, "4***");
    close_scene(&scene);
}

/* Only those of the code that were pressed before the pause are there to hide. */
static void a_code_pressed_in_a_pause_hides_no_digit_from_before(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    press_whole(&scene, 4, 100);
    press_whole(&scene, 7, 300);
    pause_at(&scene, true, 500 * NS_PER_MS);
    press_whole(&scene, 8, 600);
    press_whole(&scene, 9, 800);
    leg_hide_pressed(scene.leg, 2);
    finish_scene(&scene);
    assert_digits(&scene, "47");
    close_scene(&scene);
}

static void digits_of_a_masked_leg_are_told_as_stars_each_with_its_time(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    leg_mask(scene.leg);
    press_whole(&scene, 4, 100);
    press_whole(&scene, 7, 300);
    finish_scene(&scene);
    assert_digits(&scene, "**");
    const struct notes *events = leg_events(scene.leg);
    assert_int_equal(events->list[1].end_ms - events->list[1].start_ms, 80);
    assert_facts(&scene, FACT_MASKED, ""); /* there was nothing to silence */
    close_scene(&scene);
}

static void sound_beside_an_event_is_silenced_as_far_as_it_lasts(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    leg_mask(scene.leg);
    say_until(&scene, 0, LINE_MS, OPEN);
    /* its numbers are those of packets that came too: only its time matters */
    press_whole(&scene, 5, 1000);
    finish_scene(&scene);
    assert_facts(&scene, FACT_MASKED, "1000-1080 ,");
    assert_heard(&scene, 0, 1000, value_of(OPEN));
    assert_heard(&scene, 1000, 1080, 0);
    assert_heard(&scene, 1080, LINE_MS, value_of(OPEN));
    assert_covered(&scene);
    close_scene(&scene);
}

/* --- concealment -------------------------------------------------------------------------------
 */

/* Opus that carries each frame once more in the next packet; returns its bytes. */
static size_t encode(OpusEncoder *encoder, double hz, int64_t ms, uint8_t *payload)
{
    enum { SAMPLES = 320, BYTES_MAX = 400 };
    int16_t pcm[SAMPLES];

    for (int i = 0; i < SAMPLES; i++) {
        double turns = ((double)ms / 1000 + (double)i / 16000) * hz;
        pcm[i] = (int16_t)(turns - floor(turns) < 0.5 ? 9000 : -9000);
    }
    opus_int32 bytes = opus_encode(encoder, pcm, SAMPLES, payload, BYTES_MAX);
    assert_true(bytes > 2);
    return (size_t)bytes;
}

static OpusEncoder *open_encoder(void)
{
    int error;
    OpusEncoder *encoder = opus_encoder_create(16000, 1, OPUS_APPLICATION_VOIP, &error);

    assert_non_null(encoder);
    (void)opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(1));
    (void)opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(30));
    (void)opus_encoder_ctl(encoder, OPUS_SET_BITRATE(32000));
    return encoder;
}

/* The line of a leg whose sender speaks up to 500 ms and from 1000 ms on, and whose packets in
 * between, all but the last, come or do not: it is read to 1500 ms. */
static void play_opus(bool comes, int16_t *pcm, size_t samples)
{
    static struct sender_clocks senders;
    const struct recording_format format = {96, "opus", 48000};
    OpusEncoder *encoder = open_encoder();
    struct leg *leg;

    assert_int_equal(leg_create(&format, 1, &leg), STATUS_OK);
    leg_begin(leg, &test_setup, &senders, 0, 0);
    leg_pause(leg, LEG_PAUSE_CONTROL, true, "", 500 * NS_PER_MS);
    leg_pause(leg, LEG_PAUSE_CONTROL, false, "", 1000 * NS_PER_MS);
    for (int64_t ms = 0; ms < 1500; ms += 20) {
        bool paused = ms >= 500 && ms < 1000;
        uint8_t payload[400];
        uint8_t datagram[12 + sizeof payload];
        size_t payload_bytes = encode(encoder, paused ? 400 : 300, ms, payload);
        size_t bytes = rtp_build(datagram, 96, (uint16_t)(ms / 20), (uint32_t)(ms * 48), SSRC,
                                 payload, payload_bytes);
        if (!paused || comes)
            leg_receive(leg, datagram, bytes, ms * NS_PER_MS);
    }
    leg_settle(leg, INT64_MAX);
    leg_read(leg, 48000, pcm, samples);
    leg_finish(leg, (int64_t)samples);
    assert_int_equal(leg_counts(leg).lost, 0);
    for (size_t i = 0; i < leg_facts(leg)->count; i++)
        assert_int_not_equal(leg_facts(leg)->list[i].cause, FACT_CONCEALED);
    leg_destroy(leg);
    opus_encoder_destroy(encoder);
}

/* Whatever came in the pause, not a sample of the line depends on it. */
static void nothing_of_a_pause_is_recovered_from_what_comes_behind_it(void **state)
{
    enum { SAMPLES = 1500 * LINE_PER_MS };
    int16_t *came = calloc(SAMPLES, sizeof *came);
    int16_t *did_not = calloc(SAMPLES, sizeof *did_not);

    (void)state;
    play_opus(true, came, SAMPLES);
    play_opus(false, did_not, SAMPLES);
    assert_memory_equal(came, did_not, SAMPLES * sizeof *came);
    for (size_t i = 520 * LINE_PER_MS; i < 1000 * LINE_PER_MS; i++)
        assert_int_equal(came[i], 0);
    int64_t sum = 0;
    for (size_t i = 1100 * LINE_PER_MS; i < SAMPLES; i++)
        sum += abs(came[i]);
    assert_true(sum / (400 * LINE_PER_MS) > 1000);
    free(came);
    free(did_not);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_arrives_at_the_moment_of_a_pause_is_not_kept_and_before_it_is),
        cmocka_unit_test(what_was_overtaken_by_a_pause_is_not_kept),
        cmocka_unit_test(what_came_before_a_pause_is_heard_though_it_lies_in_it),
        cmocka_unit_test(a_pause_lasts_over_new_sources_and_up_to_the_end),
        cmocka_unit_test(what_comes_after_a_pause_lies_where_it_arrives),
        cmocka_unit_test(what_is_held_and_paused_is_paused),
        cmocka_unit_test(hundreds_of_pauses_keep_what_was_said_in_them),
        cmocka_unit_test(digits_pressed_in_a_pause_are_not_told),
        cmocka_unit_test(digits_of_a_code_are_told_as_stars),
        cmocka_unit_test(digits_of_a_code_that_another_source_presses_are_told_as_stars),
        cmocka_unit_test(a_code_pressed_in_a_pause_hides_no_digit_from_before),
        cmocka_unit_test(digits_of_a_masked_leg_are_told_as_stars_each_with_its_time),
        cmocka_unit_test(sound_beside_an_event_is_silenced_as_far_as_it_lasts),
        cmocka_unit_test(nothing_of_a_pause_is_recovered_from_what_comes_behind_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
