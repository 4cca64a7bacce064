/* The pictures of sides and of legs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "audio/peaks.h"
#include "unit/session/support.h"

enum { SLOT_PACKETS = 50 }; /* a second, in which one leg alone speaks */

struct scene {
    struct memory_sink memory;
    struct track *track;
    size_t legs;
    struct recording_stream stream[BOUND_CALL_STREAMS];
};

static void begin(struct scene *scene, size_t legs, unsigned own)
{
    const struct recording_policy policy = {.channels = own};

    /* one on the left, all others on the right */
    *scene = (struct scene){.legs = legs};
    for (size_t i = 0; i < legs; i++)
        scene->stream[i] = stream_of(i ? RECORDING_RIGHT : RECORDING_LEFT, "PCMA");
    memory_sink_init(&scene->memory);
    assert_int_equal(track_create(scene->stream, legs, 7, &scene->track, NULL), STATUS_OK);
    track_begin(scene->track, &test_setup, &policy, &scene->memory.sink, &scene->memory);
}

static void add_right(struct scene *scene, int64_t at_ms)
{
    struct recording_stream *stream = &scene->stream[scene->legs++];
    struct leg *leg = NULL;

    *stream = stream_of(RECORDING_RIGHT, "PCMA");
    assert_int_equal(track_make_leg(stream, &leg, NULL), STATUS_OK);
    track_add(scene->track, stream, leg, at_ms * NS_PER_MS);
}

/* The leg speaks for a second, all others are still; then the line goes on. */
static void speak(struct scene *scene, size_t leg, int64_t from_ms)
{
    struct sender sender;

    sender_init(&sender, 8, SLOT_PACKETS, leg + 1);
    sender.ssrc += (uint32_t)(leg + 100 * (size_t)from_ms);
    for (size_t i = 0; i < SLOT_PACKETS; i++)
        sender_deliver(&sender, scene->track, leg, i, (from_ms + (int64_t)i * 20) * NS_PER_MS);
    track_advance(scene->track, (from_ms + 1000) * NS_PER_MS);
    sender_deinit(&sender);
}

/* In which seconds a line of pixels is loud, a bit for each, their edges left out. It is loud all
 * of the second or flat. */
static unsigned seconds_loud(const int8_t *pixel, size_t stride, size_t seconds)
{
    unsigned loud = 0;

    for (size_t second = 0; second < seconds; second++)
        for (size_t i = 2; i < PEAKS_PER_SECOND - 2; i++) {
            const int8_t *at = pixel + (second * PEAKS_PER_SECOND + i) * stride;
            bool is_loud = at[0] < -20 && at[1] > 20;
            assert_true(is_loud || (at[0] == 0 && at[1] == 0));
            assert_true(i == 2 || is_loud == (bool)(loud >> second & 1));
            loud |= (unsigned)is_loud << second;
        }
    return loud;
}

static unsigned leg_loud(const struct scene *scene, size_t leg, size_t seconds)
{
    assert_int_equal(scene->memory.end.peaks.leg_pixels, seconds * PEAKS_PER_SECOND);
    return seconds_loud(scene->memory.leg_peaks[leg], 2, seconds);
}

static unsigned side_loud(const struct scene *scene, size_t side, size_t seconds)
{
    assert_int_equal(scene->memory.end.peaks.pixels, seconds * PEAKS_PER_SECOND);
    return seconds_loud(scene->memory.peaks + 2 * side, 4, seconds);
}

static void each_leg_of_a_conference_has_its_own_picture(void **state)
{
    (void)state;
    struct scene scene;

    begin(&scene, 3, 0);
    for (size_t leg = 0; leg < 3; leg++)
        speak(&scene, leg, (int64_t)leg * 1000);
    finish(scene.track, 3000 * NS_PER_MS);
    assert_int_equal(side_loud(&scene, RECORDING_LEFT, 3), 1);
    assert_int_equal(side_loud(&scene, RECORDING_RIGHT, 3), 2 | 4);
    for (size_t leg = 0; leg < 3; leg++)
        assert_int_equal(leg_loud(&scene, leg, 3), 1 << leg);
    memory_sink_deinit(&scene.memory);
}

static void in_a_call_of_two_a_legs_picture_is_its_sides(void **state)
{
    (void)state;

    for (unsigned own = 0; own <= 2; own += 2) { /* also where each is kept alone */
        struct scene scene;
        begin(&scene, 2, own);
        speak(&scene, 1, 0);
        finish(scene.track, 1000 * NS_PER_MS);
        assert_int_equal(scene.memory.end.leg[1].own_channel, own);
        assert_int_equal(scene.memory.end.peaks.leg_pixels, 0);
        assert_int_equal(side_loud(&scene, RECORDING_RIGHT, 1), 1);
        memory_sink_deinit(&scene.memory);
    }
}

static void who_was_alone_on_a_side_keeps_its_picture_and_who_joins_was_silent(void **state)
{
    (void)state;
    struct scene scene;

    begin(&scene, 2, 0);
    speak(&scene, 1, 0);
    speak(&scene, 0, 1000);
    add_right(&scene, 2000);
    speak(&scene, 2, 2000);
    speak(&scene, 1, 3000);
    finish(scene.track, 4000 * NS_PER_MS);
    assert_int_equal(side_loud(&scene, RECORDING_RIGHT, 4), 1 | 4 | 8);
    assert_int_equal(leg_loud(&scene, 0, 4), 2);
    assert_int_equal(leg_loud(&scene, 1, 4), 1 | 8);
    assert_int_equal(leg_loud(&scene, 2, 4), 4);
    memory_sink_deinit(&scene.memory);
}

/* Wherever within a pixel it is: the pictures of all legs stay in step with their side's. */
static void who_joins_within_a_pixel_moves_nothing(void **state)
{
    (void)state;

    for (int64_t late_ms = 0; late_ms < 100; late_ms += 20) {
        struct scene scene;
        begin(&scene, 2, 0);
        speak(&scene, 1, 0);
        track_advance(scene.track, (1000 + late_ms + 3000) * NS_PER_MS);
        add_right(&scene, 4000 + late_ms);
        speak(&scene, 2, 5000);
        finish(scene.track, 6000 * NS_PER_MS);
        assert_int_equal(leg_loud(&scene, 1, 6), 1);
        assert_int_equal(leg_loud(&scene, 2, 6), 32);
        for (size_t pixel = 0; pixel < 120; pixel++) {
            const int8_t *leg = scene.memory.leg_peaks[pixel < 60 ? 1 : 2];
            assert_memory_equal(leg + 2 * pixel, scene.memory.peaks + 4 * pixel + 2, 2);
        }
        memory_sink_deinit(&scene.memory);
    }
}

/* The same line at another rate: also who is narrow is drawn at the side's. */
static void side_that_becomes_wide_draws_all_its_legs_in_place(void **state)
{
    (void)state;
    struct recording_stream wide = {.channel = RECORDING_RIGHT, .formats = 1};
    struct scene scene;
    struct leg *leg = NULL;

    wide.format[0] = (struct recording_format){96, "L16", 16000};
    begin(&scene, 3, 0);
    speak(&scene, 1, 0);
    assert_int_equal(track_make_leg(&wide, &leg, NULL), STATUS_OK);
    track_add(scene.track, &wide, leg, 1000 * NS_PER_MS);
    for (size_t i = 0; i < SLOT_PACKETS; i++) {
        uint8_t payload[640];
        uint8_t datagram[700];
        for (size_t k = 0; k < 640; k++)
            payload[k] = k / 16 % 2 ? 0x40 : 0xc0; /* 1 kHz, at a quarter of full scale */
        size_t bytes =
            rtp_build(datagram, 96, (uint16_t)i, (uint32_t)i * 320, 99, payload, sizeof payload);
        track_receive(scene.track, 3, datagram, bytes, (1000 + (int64_t)i * 20) * NS_PER_MS);
    }
    track_advance(scene.track, 2000 * NS_PER_MS);
    speak(&scene, 2, 2000);
    finish(scene.track, 3000 * NS_PER_MS);
    assert_int_equal(side_loud(&scene, RECORDING_RIGHT, 3), 7);
    for (size_t i = 1; i < 4; i++)
        assert_int_equal(leg_loud(&scene, i, 3), i == 1 ? 1 : i == 2 ? 4 : 2);
    memory_sink_deinit(&scene.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_leg_of_a_conference_has_its_own_picture),
        cmocka_unit_test(in_a_call_of_two_a_legs_picture_is_its_sides),
        cmocka_unit_test(who_was_alone_on_a_side_keeps_its_picture_and_who_joins_was_silent),
        cmocka_unit_test(who_joins_within_a_pixel_moves_nothing),
        cmocka_unit_test(side_that_becomes_wide_draws_all_its_legs_in_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
