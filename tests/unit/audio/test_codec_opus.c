/* Opus against libopus's encoder: every frame size, stereo, silence, and loss with and without a
 * copy of what was lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <opus/opus.h>

#include "audio/decoder.h"
#include "unit/audio/support_sound.h"

enum { RATE_HZ = 48000, FRAME = 960, PACKET_BYTES_MAX = 1500, LAG_MAX = 400 };

static const struct audio_setup nothing_shared;

static const struct audio_codec *opus(void)
{
    return audio_codec_find("opus", RATE_HZ);
}

static struct audio_decoder *make_decoder(void)
{
    struct audio_decoder *decoder = NULL;

    assert_int_equal(audio_decoder_create(&nothing_shared, &decoder), STATUS_OK);
    return decoder;
}

static OpusEncoder *make_encoder(int channels, int application)
{
    int error = 0;
    OpusEncoder *encoder = opus_encoder_create(RATE_HZ, channels, application, &error);

    assert_int_equal(error, OPUS_OK);
    return encoder;
}

static void every_length_of_packet_is_heard_as_it_was(void **state)
{
    (void)state;
    static const int frames[] = {120, 240, 480, 960, 1920, 2880, 3840, 4800, 5760};
    static int16_t pcm[RATE_HZ];
    static int16_t got[RATE_HZ];

    sound_voice(pcm, RATE_HZ, RATE_HZ, 150);
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        OpusEncoder *encoder = make_encoder(1, OPUS_APPLICATION_AUDIO);
        struct audio_decoder *decoder = make_decoder();
        int done = 0;

        assert_int_equal(opus_encoder_ctl(encoder, OPUS_SET_BITRATE(96000)), OPUS_OK);
        for (; done + frames[i] <= RATE_HZ; done += frames[i]) {
            uint8_t packet[6 * PACKET_BYTES_MAX];
            int bytes = opus_encode(encoder, pcm + done, frames[i], packet, sizeof packet);

            assert_true(bytes > 2);
            assert_int_equal(audio_codec_samples(opus(), packet, (size_t)bytes), frames[i]);
            assert_int_equal(
                audio_decoder_decode(decoder, opus(), packet, (size_t)bytes, got + done),
                STATUS_OK);
        }
        size_t lag = sound_lag(pcm + 4800, got + 4800, (size_t)done - 4800, LAG_MAX);
        assert_true(lag >= 100 && lag <= 320); /* of the encoder: 2.5 ms and 4 ms at most */
        assert_true(sound_likeness(pcm + 4800, got + 4800 + lag, (size_t)done - 4800 - lag) > 20);
        audio_decoder_destroy(decoder);
        opus_encoder_destroy(encoder);
    }
}

/* The left speaks, the right is silent: what is heard is half of the one. */
static void stereo_packets_are_heard_as_one(void **state)
{
    (void)state;
    static int16_t stereo[2 * RATE_HZ];
    static int16_t got[RATE_HZ];
    static int16_t left[RATE_HZ];
    OpusEncoder *encoder = make_encoder(2, OPUS_APPLICATION_AUDIO);
    struct audio_decoder *decoder = make_decoder();
    double amplitude;

    sound_sweep(left, RATE_HZ, RATE_HZ, 440, 440, 12000);
    for (size_t i = 0; i < RATE_HZ; i++)
        stereo[2 * i] = left[i];
    assert_int_equal(opus_encoder_ctl(encoder, OPUS_SET_BITRATE(128000)), OPUS_OK);
    assert_int_equal(opus_encoder_ctl(encoder, OPUS_SET_FORCE_CHANNELS(2)), OPUS_OK);
    for (size_t i = 0; i < RATE_HZ; i += FRAME) {
        uint8_t packet[PACKET_BYTES_MAX];
        int bytes = opus_encode(encoder, stereo + 2 * i, FRAME, packet, sizeof packet);

        assert_int_equal(opus_packet_get_nb_channels(packet), 2);
        assert_int_equal(audio_codec_samples(opus(), packet, (size_t)bytes), FRAME);
        assert_int_equal(audio_decoder_decode(decoder, opus(), packet, (size_t)bytes, got + i),
                         STATUS_OK);
    }
    assert_true(sound_is_tone(got + 9600, 38400, RATE_HZ, 440, &amplitude) > 0.99);
    assert_true(amplitude > 5700 && amplitude < 6300);
    audio_decoder_destroy(decoder);
    opus_encoder_destroy(encoder);
}

/* Discontinuous transmission: packets of 1 or 2 bytes are a frame of silence. */
static void packets_of_a_silent_sender_are_quiet(void **state)
{
    (void)state;
    OpusEncoder *encoder = make_encoder(1, OPUS_APPLICATION_VOIP);
    struct audio_decoder *decoder = make_decoder();
    int16_t silence[FRAME] = {0};
    size_t small = 0;

    assert_int_equal(opus_encoder_ctl(encoder, OPUS_SET_DTX(1)), OPUS_OK);
    for (size_t i = 0; i < 100; i++) {
        uint8_t packet[PACKET_BYTES_MAX];
        int16_t got[FRAME];
        int bytes = opus_encode(encoder, silence, FRAME, packet, sizeof packet);

        assert_true(bytes > 0);
        if (bytes > 2)
            continue;
        small++;
        assert_int_equal(audio_codec_samples(opus(), packet, (size_t)bytes), FRAME);
        assert_int_equal(audio_decoder_decode(decoder, opus(), packet, (size_t)bytes, got),
                         STATUS_OK);
        assert_true(sound_power(got, FRAME) < 100);
    }
    assert_true(small > 20);
    audio_decoder_destroy(decoder);
    opus_encoder_destroy(encoder);
}

enum { PACKETS = 50, LOST = 30 };

struct coded {
    uint8_t packet[PACKETS][PACKET_BYTES_MAX];
    size_t bytes[PACKETS];
};

/* A tone that begins with the packet that will be lost: nothing before tells of it. */
static void encode_with_copies(struct coded *coded)
{
    static int16_t pcm[PACKETS * FRAME];
    OpusEncoder *encoder = make_encoder(1, OPUS_APPLICATION_VOIP);

    sound_voice(pcm, LOST * FRAME, RATE_HZ, 110);
    sound_sweep(pcm + LOST * FRAME, FRAME * (PACKETS - LOST), RATE_HZ, 700, 700, 12000);
    assert_int_equal(opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(1)), OPUS_OK);
    assert_int_equal(opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(30)), OPUS_OK);
    assert_int_equal(opus_encoder_ctl(encoder, OPUS_SET_BITRATE(32000)), OPUS_OK);
    assert_int_equal(opus_encoder_ctl(encoder, OPUS_SET_BANDWIDTH(OPUS_BANDWIDTH_WIDEBAND)),
                     OPUS_OK);
    for (size_t i = 0; i < PACKETS; i++) {
        int bytes =
            opus_encode(encoder, pcm + i * FRAME, FRAME, coded->packet[i], PACKET_BYTES_MAX);

        assert_true(bytes > 2);
        coded->bytes[i] = (size_t)bytes;
    }
    opus_encoder_destroy(encoder);
}

/* What is heard where packets were lost: `lost` of them, up to number LOST. */
static void hear_loss(const struct coded *coded, size_t lost, bool with_next, int16_t *pcm)
{
    struct audio_decoder *decoder = make_decoder();
    int16_t before[FRAME];

    for (size_t i = 0; i + lost <= LOST; i++)
        assert_int_equal(
            audio_decoder_decode(decoder, opus(), coded->packet[i], coded->bytes[i], before),
            STATUS_OK);
    audio_decoder_conceal(decoder, lost * FRAME, with_next ? coded->packet[LOST + 1] : NULL,
                          coded->bytes[LOST + 1], pcm);
    audio_decoder_destroy(decoder);
}

static void lost_packet_is_heard_from_the_copy_in_the_next(void **state)
{
    (void)state;
    static struct coded coded;
    int16_t copy[FRAME];
    int16_t invented[FRAME];

    encode_with_copies(&coded);
    hear_loss(&coded, 1, true, copy);
    hear_loss(&coded, 1, false, invented);
    /* the second half: the first is of the change, and of the encoder's delay */
    assert_true(sound_is_tone(copy + 480, 480, RATE_HZ, 700, NULL) > 0.8);
    assert_true(sound_is_tone(invented + 480, 480, RATE_HZ, 700, NULL) < 0.5);
}

/* The copy is of the last one lost: it is heard in its place, at the end. */
static void copy_lies_at_the_end_of_a_longer_loss(void **state)
{
    (void)state;
    static struct coded coded;
    int16_t heard[3 * FRAME];

    encode_with_copies(&coded);
    hear_loss(&coded, 3, true, heard);
    assert_true(sound_is_tone(heard + 2 * FRAME + 480, 480, RATE_HZ, 700, NULL) > 0.8);
    assert_true(sound_is_tone(heard, 2 * FRAME, RATE_HZ, 700, NULL) < 0.5);
}

static void loss_without_a_copy_goes_on_as_before(void **state)
{
    (void)state;
    OpusEncoder *encoder = make_encoder(1, OPUS_APPLICATION_VOIP);
    struct audio_decoder *decoder = make_decoder();
    static int16_t pcm[20 * FRAME];
    int16_t got[FRAME + 1];
    uint8_t packet[PACKET_BYTES_MAX];

    sound_sweep(pcm, 20 * FRAME, RATE_HZ, 500, 500, 10000);
    for (size_t i = 0; i < 20; i++) {
        int bytes = opus_encode(encoder, pcm + i * FRAME, FRAME, packet, sizeof packet);

        assert_int_equal(audio_decoder_decode(decoder, opus(), packet, (size_t)bytes, got),
                         STATUS_OK);
    }
    /* a length that libopus does not know: one sample more than 20 ms */
    audio_decoder_conceal(decoder, FRAME + 1, NULL, 0, got);
    assert_true(sound_is_tone(got, FRAME + 1, RATE_HZ, 500, NULL) > 0.9);
    assert_true(sound_power(got, FRAME + 1) > 10e6);
    audio_decoder_destroy(decoder);
    opus_encoder_destroy(encoder);
}

static void malformed_packets_have_no_samples(void **state)
{
    (void)state;
    const uint8_t uneven[] = {1, 2, 3, 4};         /* two equal frames in an odd number of bytes */
    const uint8_t nothing[] = {0xff, 0x00};        /* code 3 without a frame */
    const uint8_t too_long[] = {0x1b, 0x03, 0, 0}; /* three frames of 60 ms */

    assert_int_equal(audio_codec_samples(opus(), NULL, 0), 0);
    assert_int_equal(audio_codec_samples(opus(), nothing, sizeof nothing), 0);
    assert_int_equal(audio_codec_samples(opus(), too_long, sizeof too_long), 0);
    int16_t pcm[AUDIO_PACKET_SAMPLES_MAX];
    struct audio_decoder *decoder = make_decoder();
    size_t samples = audio_codec_samples(opus(), uneven, sizeof uneven);

    memset(pcm, 0x55, sizeof pcm);
    assert_int_not_equal(audio_decoder_decode(decoder, opus(), uneven, sizeof uneven, pcm),
                         STATUS_OK);
    for (size_t i = 0; i < samples; i++)
        assert_int_equal(pcm[i], 0);
    audio_decoder_destroy(decoder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_length_of_packet_is_heard_as_it_was),
        cmocka_unit_test(stereo_packets_are_heard_as_one),
        cmocka_unit_test(packets_of_a_silent_sender_are_quiet),
        cmocka_unit_test(lost_packet_is_heard_from_the_copy_in_the_next),
        cmocka_unit_test(copy_lies_at_the_end_of_a_longer_loss),
        cmocka_unit_test(loss_without_a_copy_goes_on_as_before),
        cmocka_unit_test(malformed_packets_have_no_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
