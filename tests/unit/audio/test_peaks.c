/* The picture of the sound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audio/peaks.h"

enum { RATE_HZ = 8000, PIXEL_SAMPLES = 400 };

static void expect(const struct peaks *peaks, const int8_t *expected, size_t pixels)
{
    assert_int_equal(peaks->pixels, pixels);
    assert_memory_equal(peaks->data, expected, pixels * PEAKS_PIXEL_BYTES);
}

static void pixel_holds_least_and_greatest_of_fifty_milliseconds(void **state)
{
    (void)state;
    struct peaks peaks;
    int16_t pcm[2 * PIXEL_SAMPLES] = {[0] = -32768, [399] = 32767, [400] = 255, [799] = -255};

    peaks_init(&peaks, RATE_HZ);
    for (size_t i = 0; i < 2 * PIXEL_SAMPLES; i += 160) /* pixels end within frames */
        peaks_add(&peaks, pcm + i, 160);
    expect(&peaks, (const int8_t[]){-128, 127, 0, 0}, 2);
    peaks_deinit(&peaks);
}

static void last_pixel_may_be_short(void **state)
{
    (void)state;
    struct peaks peaks;
    const int16_t pcm[PIXEL_SAMPLES + 1] = {[400] = 12800};

    peaks_init(&peaks, RATE_HZ);
    peaks_add(&peaks, pcm, PIXEL_SAMPLES + 1);
    assert_int_equal(peaks.pixels, 1);
    peaks_finish(&peaks);
    expect(&peaks, (const int8_t[]){0, 0, 50, 50}, 2);
    peaks_deinit(&peaks);
}

/* A pixel is 50 ms however many samples that is: half of one at 8 kHz, half at 16 kHz. */
static void rate_that_rises_keeps_the_pixels_in_place(void **state)
{
    (void)state;
    static const uint32_t steps[][2] = {{8000, 16000}, {16000, 48000}, {8000, 48000}};

    for (size_t step = 0; step < sizeof steps / sizeof *steps; step++) {
        struct peaks peaks;
        uint32_t slow = steps[step][0];
        uint32_t fast = steps[step][1];
        int16_t pcm[2400];

        peaks_init(&peaks, slow);
        for (size_t i = 0; i < 2400; i++)
            pcm[i] = 2560;
        peaks_add(&peaks, pcm, slow / 50 * 3); /* 60 ms: one pixel and a fifth */
        for (size_t i = 0; i < 2400; i++)
            pcm[i] = 5120;
        peaks_set_rate(&peaks, fast);
        peaks_add(&peaks, pcm, fast / 50 * 2); /* the rest of the second */
        pcm[0] = 25600;
        peaks_add(&peaks, pcm, 1); /* belongs to the third */
        expect(&peaks, (const int8_t[]){10, 10, 10, 20}, 2);
        peaks_deinit(&peaks);
    }
}

static void picture_ends_at_its_maximum(void **state)
{
    (void)state;
    struct peaks peaks;
    const int16_t pcm[64] = {0};

    peaks_init(&peaks, PEAKS_PER_SECOND); /* one sample is one pixel */
    for (size_t i = 0; i < PEAKS_PIXELS_MAX / 64 + 2; i++)
        peaks_add(&peaks, pcm, 64);
    assert_true(peaks.pixels <= PEAKS_PIXELS_MAX);
    assert_true(peaks.pixels >= PEAKS_PIXELS_MAX - 1200);
    peaks_deinit(&peaks);
}

/* A pixel and a half. */
static void begin(struct peaks *peaks)
{
    int16_t pcm[PIXEL_SAMPLES * 3 / 2];

    for (size_t i = 0; i < PIXEL_SAMPLES * 3 / 2; i++)
        pcm[i] = 2560;
    peaks_init(peaks, RATE_HZ);
    peaks_add(peaks, pcm, PIXEL_SAMPLES * 3 / 2);
}

static void copy_goes_on_by_itself_from_where_it_was_made(void **state)
{
    (void)state;
    struct peaks one;
    struct peaks other;
    const int16_t rise[PIXEL_SAMPLES / 2] = {5120};
    const int16_t fall[PIXEL_SAMPLES / 2] = {-5120};

    begin(&one);
    peaks_init_copy(&other, &one);
    peaks_add(&one, rise, PIXEL_SAMPLES / 2);
    peaks_add(&other, fall, PIXEL_SAMPLES / 2);
    expect(&one, (const int8_t[]){10, 10, 0, 20}, 2);
    expect(&other, (const int8_t[]){10, 10, -20, 10}, 2);
    peaks_deinit(&one);
    peaks_deinit(&other);
}

static void flat_picture_is_as_long_and_silent(void **state)
{
    (void)state;
    struct peaks one;
    struct peaks other;
    int16_t pcm[PIXEL_SAMPLES];

    for (size_t i = 0; i < PIXEL_SAMPLES; i++)
        pcm[i] = -5120;
    begin(&one);
    peaks_init_flat(&other, &one);
    peaks_add(&other, pcm, PIXEL_SAMPLES / 2); /* half silent, half not */
    peaks_add(&other, pcm, PIXEL_SAMPLES);
    expect(&other, (const int8_t[]){0, 0, -20, 0, -20, -20}, 3);
    peaks_deinit(&other);
    peaks_deinit(&one);
    peaks_init(&one, RATE_HZ); /* of nothing: nothing */
    peaks_init_flat(&other, &one);
    peaks_add(&other, pcm, PIXEL_SAMPLES);
    expect(&other, (const int8_t[]){-20, -20}, 1);
    peaks_deinit(&other);
    peaks_deinit(&one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixel_holds_least_and_greatest_of_fifty_milliseconds),
        cmocka_unit_test(last_pixel_may_be_short),
        cmocka_unit_test(rate_that_rises_keeps_the_pixels_in_place),
        cmocka_unit_test(picture_ends_at_its_maximum),
        cmocka_unit_test(copy_goes_on_by_itself_from_where_it_was_made),
        cmocka_unit_test(flat_picture_is_as_long_and_silent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
