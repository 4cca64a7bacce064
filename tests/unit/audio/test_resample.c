/* Tones and sweeps through libspeexdsp: in their place, whole, and without images. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "audio/resample.h"
#include "unit/audio/support_sound.h"

enum { SECOND_MAX = 48000 };

static void convert(uint32_t from_hz, uint32_t to_hz, const int16_t *in, size_t in_samples,
                    int16_t *out, size_t out_samples, size_t *delay)
{
    struct resample *resample = NULL;

    assert_int_equal(resample_open(from_hz, to_hz, &resample), STATUS_OK);
    resample_run(resample, in, in_samples, out, out_samples);
    if (delay)
        *delay = resample_delay(resample);
    resample_close(resample);
}

/* What is made of a sweep is the sweep at the other rate, so late as resample_delay says. */
static void voice_band_keeps_its_form_and_its_place(void **state)
{
    (void)state;
    static const uint32_t rates[][2] = {{8000, 16000},  {8000, 48000}, {16000, 48000},
                                        {44100, 48000}, {16000, 8000}, {48000, 8000},
                                        {48000, 16000}};
    static int16_t in[SECOND_MAX];
    static int16_t wanted[SECOND_MAX];
    static int16_t got[SECOND_MAX];

    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        size_t delay = 0;

        sound_sweep(in, rates[i][0], rates[i][0], 200, 3000, 10000);
        sound_sweep(wanted, rates[i][1], rates[i][1], 200, 3000, 10000);
        convert(rates[i][0], rates[i][1], in, rates[i][0], got, rates[i][1], &delay);
        assert_true(delay > 0 && delay < rates[i][1] / 200);
        assert_int_equal(sound_lag(wanted, got, rates[i][1], rates[i][1] / 200), delay);
        /* at 44.1 kHz the lag is no whole number of samples */
        assert_true(sound_likeness(wanted, got + delay, rates[i][1] - delay) >
                    (rates[i][0] == 44100 ? 1000 : 1000000));
    }
}

/* 3.4 kHz keeps its strength within half a decibel; its image at 4.6 kHz is 40 dB below. */
static void band_edge_is_kept_and_has_no_image(void **state)
{
    (void)state;
    static int16_t in[8000];
    static int16_t out[16000];
    double kept;
    double image;

    sound_sweep(in, 8000, 8000, 3400, 3400, 10000);
    convert(8000, 16000, in, 8000, out, 16000, NULL);
    (void)sound_is_tone(out + 400, 15600, 16000, 3400, &kept);
    (void)sound_is_tone(out + 400, 15600, 16000, 4600, &image);
    assert_true(kept > 9440 && kept < 10590);
    assert_true(image < 100);
}

static void pieces_make_the_same_line_as_the_whole(void **state)
{
    (void)state;
    static int16_t in[8000];
    static int16_t whole[48000];
    static int16_t pieces[48000];
    struct resample *resample = NULL;
    size_t done = 0;

    sound_voice(in, 8000, 8000, 140);
    convert(8000, 48000, in, 8000, whole, 48000, NULL);
    assert_int_equal(resample_open(8000, 48000, &resample), STATUS_OK);
    for (size_t piece = 1; done < 8000; piece = piece * 7 % 331) {
        size_t part = piece < 8000 - done ? piece : 8000 - done;

        resample_run(resample, in + done, part, pieces + 6 * done, 6 * part);
        done += part;
    }
    assert_memory_equal(pieces, whole, sizeof whole);
    resample_close(resample);
}

/* 882 samples at 44.1 kHz are 960 at 48: for hours, without a step. */
static void packets_at_44100_come_out_evenly(void **state)
{
    (void)state;
    static int16_t in[44100];
    static int16_t wanted[48000];
    static int16_t got[48000];
    struct resample *resample = NULL;
    /* 30 samples are 32.65 at 48 kHz: each packet is rounded up, as codec.h says */
    enum { SHORT = 30, SHORT_OUT = 33 };

    sound_sweep(in, 44100, 44100, 300, 300, 10000);
    sound_sweep(wanted, 48000, 48000, 300, 300, 10000);
    assert_int_equal(resample_open(44100, 48000, &resample), STATUS_OK);
    for (size_t i = 0; i < 50; i++)
        resample_run(resample, in + i * 882, 882, got + i * 960, 960);
    size_t delay = resample_delay(resample);
    assert_true(sound_likeness(wanted, got + delay, 48000 - delay) > 300);
    for (size_t i = 0; i < 1000; i++) {
        int16_t out[SHORT_OUT];

        memset(out, 0x55, sizeof out);
        resample_run(resample, in + i * SHORT, SHORT, out, SHORT_OUT);
        /* no sample is left as it was: 0x5555 is louder than the tone */
        for (size_t k = 0; k < SHORT_OUT; k++)
            assert_true(out[k] > -11000 && out[k] < 11000);
    }
    resample_close(resample);
}

static void nothing_to_close_is_accepted(void **state)
{
    (void)state;
    resample_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(voice_band_keeps_its_form_and_its_place),
        cmocka_unit_test(band_edge_is_kept_and_has_no_image),
        cmocka_unit_test(pieces_make_the_same_line_as_the_whole),
        cmocka_unit_test(packets_at_44100_come_out_evenly),
        cmocka_unit_test(nothing_to_close_is_accepted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
