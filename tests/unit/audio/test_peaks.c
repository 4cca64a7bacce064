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
        cmocka_unit_test(picture_ends_at_its_maximum),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
