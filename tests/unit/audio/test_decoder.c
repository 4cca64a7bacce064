/* One source's packets of whatever codecs, and what is heard where some of them were lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <opus/opus.h>

#include "audio/decoder.h"
#include "unit/audio/support_sound.h"

enum { PACKETS = 25, PACKET_SAMPLES_MAX = 960 };

static const struct audio_setup nothing_shared;

static struct audio_decoder *make_decoder(void)
{
    struct audio_decoder *decoder = NULL;

    assert_int_equal(audio_decoder_create(&nothing_shared, &decoder), STATUS_OK);
    return decoder;
}

/* L16 is exact: what is heard is what was said, but for what is invented. */
static void decode_l16(struct audio_decoder *decoder, uint32_t rate_hz, const int16_t *said,
                       size_t samples, int16_t *heard)
{
    uint8_t payload[2 * 2 * PACKET_SAMPLES_MAX];

    for (size_t i = 0; i < samples; i++) {
        payload[2 * i] = (uint8_t)((uint16_t)said[i] >> 8);
        payload[2 * i + 1] = (uint8_t)said[i];
    }
    assert_int_equal(audio_decoder_decode(decoder, audio_codec_find("L16", rate_hz), payload,
                                          2 * samples, heard),
                     STATUS_OK);
}

static const uint32_t l16_rates[] = {8000, 16000, 48000};

enum { L16_RATES = sizeof l16_rates / sizeof *l16_rates };

/* A voice at a rate, with a packet of 20 ms lost in it. */
struct loss {
    uint32_t rate_hz;
    size_t packet; /* samples of one */
    int16_t said[PACKETS * PACKET_SAMPLES_MAX];
    int16_t heard[PACKETS * PACKET_SAMPLES_MAX];
};

enum { LOST = 20 };

/* What is said is in loss->said. */
static void hear(struct loss *loss, uint32_t rate_hz, size_t lost)
{
    struct audio_decoder *decoder = make_decoder();
    size_t packet = rate_hz / 50;

    loss->rate_hz = rate_hz;
    loss->packet = packet;
    for (size_t i = 0; i < PACKETS; i++) {
        if (i < LOST || i >= LOST + lost)
            decode_l16(decoder, rate_hz, loss->said + i * packet, packet, loss->heard + i * packet);
        else
            audio_decoder_conceal(decoder, packet, NULL, 0, loss->heard + i * packet);
    }
    assert_int_equal(audio_decoder_rate_hz(decoder), rate_hz);
    audio_decoder_destroy(decoder);
}

static void lose(struct loss *loss, uint32_t rate_hz, double pitch_hz, size_t lost)
{
    sound_voice(loss->said, PACKETS * rate_hz / 50, rate_hz, pitch_hz);
    hear(loss, rate_hz, lost);
}

/* The voice goes on in its pitch and its phase, whatever the rate: as it was in truth, nearly. */
static void voice_goes_on_where_a_packet_was_lost(void **state)
{
    (void)state;
    static struct loss loss;
    static const double pitches[] = {80, 100, 160};

    for (size_t i = 0; i < L16_RATES; i++) {
        for (size_t pitch = 0; pitch < sizeof pitches / sizeof *pitches; pitch++) {
            lose(&loss, l16_rates[i], pitches[pitch], 1);
            const int16_t *said = loss.said + LOST * loss.packet;
            const int16_t *heard = loss.heard + LOST * loss.packet;

            /* from the first sample on, and as loud; it fades by 40 % within the packet */
            assert_int_equal(sound_lag(said, heard, loss.packet, loss.rate_hz / 1000), 0);
            assert_true(sound_likeness(said, heard, loss.packet / 8) > 40);
            assert_true(sound_likeness(said, heard, loss.packet / 2) > 20);
            assert_true(sound_likeness(said, heard, loss.packet) > 8);
        }
    }
}

/* Nothing that was said is moved, or changed but for the fading in. */
static void what_follows_a_loss_is_as_it_was_said(void **state)
{
    (void)state;
    static struct loss loss;

    for (size_t i = 0; i < L16_RATES; i++) {
        lose(&loss, l16_rates[i], 120, 3);
        size_t before = LOST * loss.packet;
        size_t behind = (LOST + 3) * loss.packet + loss.rate_hz / 400;

        assert_memory_equal(loss.heard, loss.said, before * sizeof(int16_t));
        assert_memory_equal(loss.heard + behind, loss.said + behind,
                            (PACKETS * loss.packet - behind) * sizeof(int16_t));
    }
}

/* Of a line, in any direction, within a part of it. */
static int steepest_step(const int16_t *pcm, size_t from, size_t to)
{
    int steepest = 0;

    for (size_t i = from + 1; i < to; i++) {
        int step = pcm[i] - pcm[i - 1];

        steepest = step > steepest ? step : -step > steepest ? -step : steepest;
    }
    return steepest;
}

/*
 * A sound that has no period, so that nothing that is invented goes on where it ended: where the
 * two meet there is no step beyond what the sound itself has, and what evens them out.
 */
static void joints_do_not_click(void **state)
{
    (void)state;
    static struct loss loss;

    for (size_t i = 0; i < L16_RATES; i++) {
        for (double hz = 30; hz < 600; hz *= 1.3) {
            sound_sweep(loss.said, PACKETS * l16_rates[i] / 50, l16_rates[i], hz, 2 * hz, 10000);
            hear(&loss, l16_rates[i], 1);
            int said = steepest_step(loss.said, 0, PACKETS * loss.packet);
            int heard =
                steepest_step(loss.heard, (LOST - 1) * loss.packet, (LOST + 2) * loss.packet);
            int evening = 20000 / (int)(l16_rates[i] / 400);

            assert_true(heard <= said + 2 * evening);
        }
    }
}

static void long_loss_fades_to_silence(void **state)
{
    (void)state;
    static struct loss loss;

    for (size_t i = 0; i < L16_RATES; i++) {
        lose(&loss, l16_rates[i], 120, 4);
        assert_true(sound_power(loss.heard + LOST * loss.packet, loss.packet) > 1e6);
        assert_true(sound_power(loss.heard + (LOST + 3) * loss.packet, loss.packet) < 10);
    }
}

static void before_any_packet_there_is_silence(void **state)
{
    (void)state;
    struct audio_decoder *decoder = make_decoder();
    int16_t pcm[160];
    const int16_t silence[160] = {0};

    memset(pcm, 0x55, sizeof pcm);
    assert_int_equal(audio_decoder_rate_hz(decoder), 0);
    audio_decoder_conceal(decoder, 160, NULL, 0, pcm);
    assert_memory_equal(pcm, silence, sizeof silence);
    audio_decoder_destroy(decoder);
    audio_decoder_destroy(NULL);
}

/* Behind a pause of the sender nothing goes on: of no codec, whoever conceals it. */
static void behind_a_pause_there_is_silence(void **state)
{
    (void)state;
    static int16_t voice[PACKET_SAMPLES_MAX];
    static const int16_t silence[PACKET_SAMPLES_MAX];
    static int16_t pcm[PACKET_SAMPLES_MAX];
    uint8_t packet[1500];
    int error = 0;
    OpusEncoder *encoder = opus_encoder_create(48000, 1, OPUS_APPLICATION_VOIP, &error);
    struct audio_decoder *decoder = make_decoder();

    sound_voice(voice, 160, 8000, 100);
    decode_l16(decoder, 8000, voice, 160, pcm);
    audio_decoder_conceal(decoder, 160, NULL, 0, pcm);
    assert_true(sound_power(pcm, 160) > 1e5);
    audio_decoder_pause(decoder);
    audio_decoder_conceal(decoder, 160, NULL, 0, pcm);
    assert_memory_equal(pcm, silence, 160 * sizeof *pcm);

    sound_voice(voice, 960, 48000, 100);
    int bytes = opus_encode(encoder, voice, 960, packet, sizeof packet);
    assert_int_equal(
        audio_decoder_decode(decoder, audio_codec_find("opus", 48000), packet, (size_t)bytes, pcm),
        STATUS_OK);
    audio_decoder_pause(decoder);
    memset(pcm, 0x55, sizeof pcm);
    audio_decoder_conceal(decoder, 960, packet, (size_t)bytes, pcm);
    assert_memory_equal(pcm, silence, sizeof silence);
    audio_decoder_destroy(decoder);
    opus_encoder_destroy(encoder);
}

/* One sample, and none, are invented too; none beyond what was asked for. */
static void loss_of_any_length_is_filled_exactly(void **state)
{
    (void)state;
    static int16_t voice[PACKET_SAMPLES_MAX];
    static int16_t pcm[20000];

    for (size_t i = 0; i < L16_RATES; i++) {
        static const size_t lengths[] = {0, 1, 7, 79, 80, 81, 961, 4801, 19999};

        for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
            struct audio_decoder *decoder = make_decoder();

            sound_voice(voice, 480, l16_rates[i], 100);
            decode_l16(decoder, l16_rates[i], voice, 480, pcm);
            memset(pcm, 0x55, sizeof pcm);
            audio_decoder_conceal(decoder, lengths[k], NULL, 0, pcm);
            for (size_t sample = 0; sample < 20000; sample++)
                assert_int_equal(pcm[sample] == 0x5555, sample >= lengths[k]);
            decode_l16(decoder, l16_rates[i], voice, 1, pcm);
            audio_decoder_destroy(decoder);
        }
    }
}

/* The codec changes inside the call: each packet is heard, at the rate of its codec. */
static void codecs_may_change_from_packet_to_packet(void **state)
{
    (void)state;
    struct audio_decoder *decoder = make_decoder();
    int16_t pcm[PACKET_SAMPLES_MAX];
    uint8_t alaw[160];
    uint8_t ulaw[160];

    memset(alaw, 0x2a, sizeof alaw);
    memset(ulaw, 0x00, sizeof ulaw);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(
            audio_decoder_decode(decoder, audio_codec_find("PCMA", 8000), alaw, 160, pcm),
            STATUS_OK);
        assert_int_equal(pcm[0], -32256);
        assert_int_equal(
            audio_decoder_decode(decoder, audio_codec_find("PCMU", 8000), ulaw, 160, pcm),
            STATUS_OK);
        assert_int_equal(pcm[0], -32124);
        assert_int_equal(
            audio_decoder_decode(decoder, audio_codec_find("G722", 8000), ulaw, 160, pcm),
            STATUS_OK);
        assert_int_equal(audio_decoder_rate_hz(decoder), 16000);
        audio_decoder_conceal(decoder, 320, NULL, 0, pcm);
        decode_l16(decoder, 48000, pcm, 960, pcm);
        assert_int_equal(audio_decoder_rate_hz(decoder), 48000);
    }
    audio_decoder_destroy(decoder);
}

/* The voice behind a change from A-law to u-law is the same voice: a loss is concealed from it. */
static void loss_behind_a_change_goes_on_from_before_it(void **state)
{
    (void)state;
    struct audio_decoder *decoder = make_decoder();
    static int16_t voice[480];
    int16_t pcm[480];
    uint8_t quiet[8];

    sound_voice(voice, 480, 8000, 100);
    decode_l16(decoder, 8000, voice, 480, pcm);
    memset(quiet, 0xff, sizeof quiet); /* 1 ms of u-law silence */
    assert_int_equal(
        audio_decoder_decode(decoder, audio_codec_find("PCMU", 8000), quiet, sizeof quiet, pcm),
        STATUS_OK);
    audio_decoder_conceal(decoder, 160, NULL, 0, pcm);
    assert_true(sound_power(pcm, 160) > 1e5);
    audio_decoder_destroy(decoder);
}

static void what_cannot_be_decoded_is_zeros_and_the_call_goes_on(void **state)
{
    (void)state;
    struct audio_decoder *decoder = make_decoder();
    const struct audio_codec *g729 = audio_codec_find("G729", 8000);
    const uint8_t payload[20] = {0};
    const int16_t silence[160] = {0};
    static int16_t voice[160];
    int16_t pcm[160];

    sound_voice(voice, 160, 8000, 100);
    decode_l16(decoder, 8000, voice, 160, pcm);
    for (int i = 0; i < 2; i++) {
        memset(pcm, 0x55, sizeof pcm);
        assert_int_equal(audio_decoder_decode(decoder, g729, payload, sizeof payload, pcm),
                         STATUS_UNSUPPORTED);
        assert_memory_equal(pcm, silence, sizeof silence);
        memset(pcm, 0x55, sizeof pcm);
        audio_decoder_conceal(decoder, 160, payload, sizeof payload, pcm);
        assert_memory_equal(pcm, silence, sizeof silence);
    }
    decode_l16(decoder, 8000, voice, 160, pcm);
    assert_memory_equal(pcm, voice, sizeof pcm);
    audio_decoder_destroy(decoder);
}

/* One that audio_codec_samples refuses is not looked at, and what came before goes on. */
static void malformed_payload_changes_nothing(void **state)
{
    (void)state;
    struct audio_decoder *decoder = make_decoder();
    static int16_t voice[480];
    int16_t pcm[480];
    const uint8_t payload[34] = {0xd0};

    sound_voice(voice, 480, 8000, 100);
    decode_l16(decoder, 8000, voice, 480, pcm);
    memset(pcm, 0x55, sizeof pcm);
    assert_int_equal(
        audio_decoder_decode(decoder, audio_codec_find("GSM", 8000), payload, sizeof payload, pcm),
        STATUS_INVALID);
    assert_int_equal(pcm[0], 0x5555);
    audio_decoder_conceal(decoder, 160, NULL, 0, pcm);
    assert_true(sound_power(pcm, 160) > 1e5);
    audio_decoder_destroy(decoder);
}

/* What has a rate that is none of the line's is heard at 48 kHz: in its pitch. */
static void l16_of_other_rates_is_heard_in_its_pitch(void **state)
{
    (void)state;
    static int16_t said[44100];
    static int16_t heard[48000];
    static const uint32_t rates[] = {11025, 22050, 24000, 32000, 44100};
    double amplitude;

    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct audio_decoder *decoder = make_decoder();
        size_t packet = rates[i] / 25; /* 40 ms are whole samples of each */

        sound_sweep(said, rates[i], rates[i], 1000, 1000, 10000);
        for (size_t at = 0; at < 25; at++)
            decode_l16(decoder, rates[i], said + packet * at, packet, heard + 1920 * at);
        assert_int_equal(audio_decoder_rate_hz(decoder), 48000);
        assert_true(sound_is_tone(heard + 480, 47520, 48000, 1000, &amplitude) > 0.9999);
        assert_true(amplitude > 9950 && amplitude < 10050);
        audio_decoder_destroy(decoder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(voice_goes_on_where_a_packet_was_lost),
        cmocka_unit_test(what_follows_a_loss_is_as_it_was_said),
        cmocka_unit_test(joints_do_not_click),
        cmocka_unit_test(long_loss_fades_to_silence),
        cmocka_unit_test(before_any_packet_there_is_silence),
        cmocka_unit_test(behind_a_pause_there_is_silence),
        cmocka_unit_test(loss_of_any_length_is_filled_exactly),
        cmocka_unit_test(codecs_may_change_from_packet_to_packet),
        cmocka_unit_test(loss_behind_a_change_goes_on_from_before_it),
        cmocka_unit_test(what_cannot_be_decoded_is_zeros_and_the_call_goes_on),
        cmocka_unit_test(malformed_payload_changes_nothing),
        cmocka_unit_test(l16_of_other_rates_is_heard_in_its_pitch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
