#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sndfile.h>

#include "tools/callgen/sound.h"

static void bursts_are_where_they_are_said_to_be(void **state)
{
    (void)state;
    for (uint32_t rate_hz = 8000; rate_hz <= 16000; rate_hz += 8000) {
        struct sound sound = {0};
        assert_int_equal(sound_bursts(rate_hz, 1000, 600, 900, &sound), STATUS_OK);
        assert_int_equal(sound.rate_hz, rate_hz);
        assert_int_equal(sound.samples, 2 * rate_hz);
        int peak = 0;
        for (size_t i = 0; i < sound.samples; i++) {
            size_t ms = i % rate_hz / (rate_hz / 1000);
            if (ms < 600 || ms >= 900) {
                assert_int_equal(sound.sample[i], 0);
            }
            peak = abs(sound.sample[i]) > peak ? abs(sound.sample[i]) : peak;
        }
        assert_in_range(peak, 16000, 16384);
        sound_deinit(&sound);
    }
}

static void loop_repeats_and_starts_at_its_offset(void **state)
{
    (void)state;
    enum { PACKET = 160, SAMPLES = 3 * PACKET - 1 };
    int16_t samples[SAMPLES];
    struct sound_loop loop = {0};
    for (size_t i = 0; i < SAMPLES; i++) {
        samples[i] = (int16_t)(1000 * (1 + (int)(i / PACKET)));
    }
    struct sound sound = {samples, SAMPLES, 8000};
    assert_int_equal(sound_encode(&sound, codec_find("pcmu"), &loop), STATUS_OK);
    assert_int_equal(loop.packets, 3);
    assert_ptr_equal(sound_loop_packet(&loop, 0, 0), loop.payload);
    assert_ptr_equal(sound_loop_packet(&loop, 2, 5), loop.payload + 1);
    assert_ptr_equal(sound_loop_packet(&loop, UINT32_MAX, UINT32_MAX), loop.payload);
    /* the last packet is filled up with silence */
    assert_int_equal(loop.payload[2].octet[PACKET - 1], 0xff);
    sound_loop_deinit(&loop);
}

static void placed_sound_is_added_and_clipped(void **state)
{
    (void)state;
    struct sound sound = {.rate_hz = 8000};
    int16_t loud[] = {30000, -30000};
    struct sound other = {loud, 2, 8000};
    const size_t most = (size_t)SOUND_SECONDS_MAX * 8000;
    assert_int_equal(sound_place(&sound, 3, &other), STATUS_OK);
    assert_int_equal(sound.samples, 5);
    assert_int_equal(sound.sample[0], 0);
    assert_int_equal(sound_place(&sound, 3, &other), STATUS_OK);
    assert_int_equal(sound.sample[3], 32767);
    assert_int_equal(sound.sample[4], -32768);
    assert_int_equal(sound_place(&sound, most - 1, &other), STATUS_LIMIT);
    assert_int_equal(sound_extend(&sound, most + 1), STATUS_LIMIT);
    assert_int_equal(sound.samples, 5);
    sound_deinit(&sound);
}

static void write_file(const char *path, int rate_hz, sf_count_t frames)
{
    SF_INFO info = {
        .samplerate = rate_hz, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    assert_non_null(file);
    for (sf_count_t i = 0; i < frames; i++) {
        assert_int_equal(sf_write_short(file, (short[]){4000}, 1), 1);
    }
    sf_close(file);
}

static void other_rates_become_that_of_the_codec_in_the_same_length(void **state)
{
    (void)state;
    char path[] = "/tmp/callgen-test-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    static const int rates[] = {8000, 11025, 22050, 48000};
    for (size_t i = 0; i < 4; i++) {
        for (uint32_t rate_hz = 8000; rate_hz <= 16000; rate_hz += 8000) {
            struct sound sound = {0};
            struct fault fault = {0};
            write_file(path, rates[i], rates[i] / 2);
            assert_int_equal(sound_load(path, rate_hz, &sound, &fault), STATUS_OK);
            assert_in_range(sound.samples, rate_hz / 2 - 20, rate_hz / 2 + 1);
            assert_in_range(sound.sample[2000], 3990, 4010);
            sound_deinit(&sound);
        }
    }
    unlink(path);
}

static void what_is_no_sound_file_is_told(void **state)
{
    (void)state;
    char path[] = "/tmp/callgen-test-XXXXXX";
    int descriptor = mkstemp(path);
    struct sound sound = {0};
    struct fault fault = {0};
    assert_true(descriptor >= 0);
    assert_int_equal(sound_load(path, 8000, &sound, &fault), STATUS_IO);
    assert_non_null(strstr(fault.text, path));
    write_file(path, 8000, 0);
    assert_int_equal(sound_load(path, 8000, &sound, &fault), STATUS_INVALID);
    assert_int_equal(sound_load("/nowhere/x.wav", 8000, &sound, &fault), STATUS_IO);
    assert_null(sound.sample);
    close(descriptor);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bursts_are_where_they_are_said_to_be),
        cmocka_unit_test(loop_repeats_and_starts_at_its_offset),
        cmocka_unit_test(placed_sound_is_added_and_clipped),
        cmocka_unit_test(other_rates_become_that_of_the_codec_in_the_same_length),
        cmocka_unit_test(what_is_no_sound_file_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
