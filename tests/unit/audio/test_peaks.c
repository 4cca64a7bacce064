/* The picture of the sound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audio/peaks.h"

enum { PIXEL_SAMPLES = 400 };

static const uint32_t rates[] = {8000, 8000};

static void pixel_holds_least_and_greatest_of_fifty_milliseconds(void **state)
{
    (void)state;
    struct peaks peaks;
    int16_t pcm[2 * PIXEL_SAMPLES] = {[0] = -32768, [399] = 32767, [400] = 255, [799] = -255};
    const int16_t flat[2 * PIXEL_SAMPLES] = {0};

    peaks_init(&peaks, rates);
    for (size_t i = 0; i < 2 * PIXEL_SAMPLES; i += 160) /* pixels end within frames */
        peaks_add(&peaks, 0, pcm + i, 160);
    assert_int_equal(peaks_pixels(&peaks), 0); /* the other channel has not come so far */
    peaks_add(&peaks, 1, flat, 2 * PIXEL_SAMPLES);
    assert_int_equal(peaks_pixels(&peaks), 2);
    const int8_t expected[] = {-128, 127, 0, 0, 0, 0, 0, 0};
    assert_memory_equal(peaks.data, expected, sizeof expected);
    peaks_deinit(&peaks);
}

static void last_pixel_may_be_short(void **state)
{
    (void)state;
    struct peaks peaks;
    const int16_t pcm[PIXEL_SAMPLES + 1] = {[400] = 12800};

    peaks_init(&peaks, rates);
    peaks_add(&peaks, 0, pcm, PIXEL_SAMPLES);
    peaks_add(&peaks, 1, pcm, PIXEL_SAMPLES + 1);
    peaks_add(&peaks, 0, pcm, 1);
    assert_int_equal(peaks_pixels(&peaks), 1);
    peaks_finish(&peaks);
    assert_int_equal(peaks_pixels(&peaks), 2);
    const int8_t expected[] = {0, 0, 0, 0, 0, 0, 50, 50};
    assert_memory_equal(peaks.data, expected, sizeof expected);
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
        const uint32_t both[] = {slow, slow};

        peaks_init(&peaks, both);
        for (size_t i = 0; i < 2400; i++)
            pcm[i] = 2560;
        peaks_add(&peaks, 0, pcm, slow / 50 * 3); /* 60 ms: one pixel and a fifth */
        for (size_t i = 0; i < 2400; i++)
            pcm[i] = 5120;
        peaks_set_rate(&peaks, 0, fast);
        peaks_add(&peaks, 0, pcm, fast / 50 * 2); /* the rest of the second */
        peaks_add(&peaks, 1, pcm, slow / 20);
        peaks_add(&peaks, 1, pcm, slow / 20);
        assert_int_equal(peaks_pixels(&peaks), 2);
        pcm[0] = 25600;
        peaks_add(&peaks, 0, pcm, 1); /* belongs to the third */
        assert_int_equal(peaks_pixels(&peaks), 2);
        const int8_t expected[] = {10, 10, 20, 20, 10, 20, 20, 20};
        assert_memory_equal(peaks.data, expected, sizeof expected);
        peaks_deinit(&peaks);
    }
}

static void picture_ends_at_its_maximum(void **state)
{
    (void)state;
    struct peaks peaks;
    const uint32_t slow[] = {PEAKS_PER_SECOND, PEAKS_PER_SECOND}; /* one sample is one pixel */
    const int16_t pcm[64] = {0};

    peaks_init(&peaks, slow);
    for (size_t i = 0; i < PEAKS_BYTES_MAX / 4 / 64 + 2; i++) {
        peaks_add(&peaks, 0, pcm, 64);
        peaks_add(&peaks, 1, pcm, 64);
    }
    assert_true(peaks_pixels(&peaks) <= PEAKS_BYTES_MAX / 4);
    assert_true(peaks_pixels(&peaks) >= PEAKS_BYTES_MAX / 4 - 1200 - 64);
    peaks_deinit(&peaks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixel_holds_least_and_greatest_of_fifty_milliseconds),
        cmocka_unit_test(last_pixel_may_be_short),
        cmocka_unit_test(rate_that_rises_keeps_the_pixels_in_place),
        cmocka_unit_test(picture_ends_at_its_maximum),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
