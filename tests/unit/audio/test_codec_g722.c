/* G.722 against encoders: libspandsp's own, and another one's vector. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <spandsp/telephony.h>

#include <spandsp/g722.h>

#include "audio/decoder.h"
#include "unit/audio/support_sound.h"

enum { RATE_HZ = 16000, PACKET_BYTES = 160, PACKET_SAMPLES = 320, DELAY_MAX = 64 };

static const struct audio_setup nothing_shared;

/* Whole packets of 20 ms, one behind the other. */
static void decode_all(const uint8_t *coded, size_t bytes, int16_t *pcm)
{
    struct audio_decoder *decoder = NULL;
    const struct audio_codec *codec = audio_codec_find("G722", 8000);

    assert_int_equal(audio_decoder_create(&nothing_shared, &decoder), STATUS_OK);
    for (size_t i = 0; i + PACKET_BYTES <= bytes; i += PACKET_BYTES) {
        assert_int_equal(audio_codec_samples(codec, coded + i, PACKET_BYTES), PACKET_SAMPLES);
        assert_int_equal(audio_decoder_decode(decoder, codec, coded + i, PACKET_BYTES, pcm + 2 * i),
                         STATUS_OK);
    }
    assert_int_equal(audio_decoder_rate_hz(decoder), RATE_HZ);
    audio_decoder_destroy(decoder);
}

static void sweep_over_the_voice_band_is_heard_as_it_was(void **state)
{
    (void)state;
    static int16_t pcm[RATE_HZ];
    static int16_t got[RATE_HZ];
    static uint8_t coded[RATE_HZ / 2];
    g722_encode_state_t *encoder = g722_encode_init(NULL, 64000, 0);

    sound_sweep(pcm, RATE_HZ, RATE_HZ, 200, 3400, 10000);
    assert_int_equal(g722_encode(encoder, coded, pcm, RATE_HZ), RATE_HZ / 2);
    (void)g722_encode_free(encoder);
    decode_all(coded, sizeof coded, got);
    size_t lag = sound_lag(pcm, got, RATE_HZ, DELAY_MAX);
    assert_true(lag < 32); /* its two filters */
    assert_true(sound_likeness(pcm, got + lag, RATE_HZ - lag) > 100);
}

/* What 8 kHz cannot hold is heard too. */
static void tone_above_4_khz_is_kept(void **state)
{
    (void)state;
    static int16_t pcm[RATE_HZ];
    static int16_t got[RATE_HZ];
    static uint8_t coded[RATE_HZ / 2];
    g722_encode_state_t *encoder = g722_encode_init(NULL, 64000, 0);
    double amplitude;

    sound_sweep(pcm, RATE_HZ, RATE_HZ, 6000, 6000, 10000);
    assert_int_equal(g722_encode(encoder, coded, pcm, RATE_HZ), RATE_HZ / 2);
    (void)g722_encode_free(encoder);
    decode_all(coded, sizeof coded, got);
    assert_true(sound_is_tone(got + 320, RATE_HZ - 320, RATE_HZ, 6000, &amplitude) > 0.95);
    assert_true(amplitude > 9000 && amplitude < 11000);
}

static void vector_of_another_encoder_is_its_tone(void **state)
{
    (void)state;
    size_t bytes;
    uint8_t *coded = sound_vector("tone.g722", &bytes);
    int16_t got[3200];
    double amplitude;

    assert_int_equal(bytes, 1600);
    decode_all(coded, bytes, got);
    assert_true(sound_is_tone(got + 320, 2880, RATE_HZ, 1000, &amplitude) > 0.99);
    assert_true(amplitude > 8000 && amplitude < 8400);
    free(coded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sweep_over_the_voice_band_is_heard_as_it_was),
        cmocka_unit_test(tone_above_4_khz_is_kept),
        cmocka_unit_test(vector_of_another_encoder_is_its_tone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
