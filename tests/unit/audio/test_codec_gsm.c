/* GSM full rate against libgsm's encoder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <gsm.h>

#include "audio/decoder.h"
#include "unit/audio/support_sound.h"

enum { RATE_HZ = 8000, FRAMES = 50, FRAME_BYTES = 33, FRAME_SAMPLES = 160 };

static const struct audio_setup nothing_shared;

static void encode(int16_t *pcm, uint8_t *coded)
{
    gsm encoder = gsm_create();

    for (size_t i = 0; i < FRAMES; i++)
        gsm_encode(encoder, pcm + i * FRAME_SAMPLES, coded + i * FRAME_BYTES);
    gsm_destroy(encoder);
}

/* Decoded in packets of so many frames. */
static void decode(const uint8_t *coded, size_t frames, int16_t *pcm)
{
    struct audio_decoder *decoder = NULL;
    const struct audio_codec *codec = audio_codec_find("GSM", 8000);

    assert_int_equal(audio_decoder_create(&nothing_shared, &decoder), STATUS_OK);
    for (size_t i = 0; i < FRAMES; i += frames) {
        const uint8_t *payload = coded + i * FRAME_BYTES;

        assert_int_equal(audio_codec_samples(codec, payload, frames * FRAME_BYTES),
                         frames * FRAME_SAMPLES);
        assert_int_equal(audio_decoder_decode(decoder, codec, payload, frames * FRAME_BYTES,
                                              pcm + i * FRAME_SAMPLES),
                         STATUS_OK);
    }
    audio_decoder_destroy(decoder);
}

static void voice_is_heard_as_it_was(void **state)
{
    (void)state;
    static int16_t pcm[RATE_HZ];
    static int16_t got[RATE_HZ];
    uint8_t coded[FRAMES * FRAME_BYTES];

    sound_voice(pcm, RATE_HZ, RATE_HZ, 125);
    encode(pcm, coded);
    decode(coded, 1, got);
    assert_true(sound_lag(pcm, got, RATE_HZ, 20) <= 1);
    assert_true(sound_likeness(pcm, got, RATE_HZ) > 5); /* 13 kbit/s: its own noise is loud */
}

static void several_frames_in_a_packet_are_the_same_sound(void **state)
{
    (void)state;
    static int16_t pcm[RATE_HZ];
    static int16_t one[RATE_HZ];
    static int16_t five[RATE_HZ];
    uint8_t coded[FRAMES * FRAME_BYTES];

    sound_voice(pcm, RATE_HZ, RATE_HZ, 125);
    encode(pcm, coded);
    decode(coded, 1, one);
    decode(coded, 5, five);
    assert_memory_equal(one, five, sizeof one);
}

static void frames_of_wav_files_and_other_lengths_are_refused(void **state)
{
    (void)state;
    const struct audio_codec *codec = audio_codec_find("GSM", 8000);
    uint8_t payload[66];

    memset(payload, 0xd1, sizeof payload);
    assert_int_equal(audio_codec_samples(codec, payload, 33), 160);
    assert_int_equal(audio_codec_samples(codec, payload, 66), 320);
    assert_int_equal(audio_codec_samples(codec, payload, 65), 0); /* two frames of a WAV file */
    assert_int_equal(audio_codec_samples(codec, payload, 32), 0);
    assert_int_equal(audio_codec_samples(codec, payload, 34), 0);
    payload[33] = 0xc1; /* no signature */
    assert_int_equal(audio_codec_samples(codec, payload, 66), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(voice_is_heard_as_it_was),
        cmocka_unit_test(several_frames_in_a_packet_are_the_same_sound),
        cmocka_unit_test(frames_of_wav_files_and_other_lengths_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
