/* Encoders side by side: settings, determinism, rates of their own, own streams, silence. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <opus/opus.h>
#include <opus/opus_multistream.h>

#include "encode/ogg_page.h"
#include "encode/opus_bundle.h"
#include "encode/opus_stream.h"

enum {
    RATE = 8000,
    FRAME = RATE / OPUS_FRAMES_PER_SECOND,
    DECODED = OPUS_FRAME_SAMPLES_MAX, /* at 48 kHz */
    BARE_BYTES = 1500,                /* of a packet of libopus by itself */
};

static const uint32_t narrow[] = {RATE, RATE};
static const enum opus_application applications[] = {OPUS_LOW_DELAY, OPUS_SPEECH, OPUS_MUSIC};

/* --- a bundle and what it is given -------------------------------------------------------------
 */

struct rig {
    struct opus_bundle *bundle;
    unsigned random;
    int16_t pcm[BOUND_OPUS_STREAMS][DECODED];
    const int16_t *frame[BOUND_OPUS_STREAMS];
    uint8_t packet[BOUND_OPUS_PACKET_BYTES];
    size_t bytes;
};

static void rig_init_at(struct rig *rig, const uint32_t *rates_hz,
                        const struct opus_settings *settings, size_t own)
{
    *rig = (struct rig){.random = 1};
    for (size_t i = 0; i < BOUND_OPUS_STREAMS; i++)
        rig->frame[i] = rig->pcm[i];
    assert_int_equal(opus_bundle_open(rates_hz, &rig->bundle, NULL), STATUS_OK);
    if (settings)
        opus_bundle_configure(rig->bundle, settings, own);
}

static void rig_init(struct rig *rig, const struct opus_settings *settings, size_t own)
{
    rig_init_at(rig, narrow, settings, own);
}

static void rig_deinit(struct rig *rig)
{
    opus_bundle_close(rig->bundle);
}

static void noise(struct rig *rig, size_t stream, int loudness)
{
    for (size_t i = 0; i < DECODED; i++)
        rig->pcm[stream][i] = (int16_t)(rand_r(&rig->random) % loudness - loudness / 2);
}

static void tone(struct rig *rig, size_t stream, double hz, size_t number)
{
    size_t samples = opus_bundle_frame_samples(rig->bundle, stream);
    double step = 2 * M_PI * hz / opus_bundle_rate_hz(rig->bundle, stream);

    for (size_t i = 0; i < samples; i++)
        rig->pcm[stream][i] = (int16_t)(10000 * sin(step * (double)(number * samples + i)));
}

/* Like a voice of 120 Hz that speaks four syllables a second. */
static void voice(struct rig *rig, size_t stream, size_t number)
{
    const double pitch_hz = 120;
    const double syllable_hz = 4;
    size_t samples = opus_bundle_frame_samples(rig->bundle, stream);
    double step = 2 * M_PI / opus_bundle_rate_hz(rig->bundle, stream);

    for (size_t i = 0; i < samples; i++) {
        double at = step * (double)(number * samples + i);
        double sum = (double)(rand_r(&rig->random) % 400);
        for (int harmonic = 1; harmonic < 30; harmonic++)
            sum += 6000.0 / harmonic * sin(at * pitch_hz * harmonic + harmonic * harmonic);
        rig->pcm[stream][i] = (int16_t)(sum * (1 - cos(at * syllable_hz)) / 2);
    }
}

static void encode(struct rig *rig)
{
    assert_int_equal(opus_bundle_encode(rig->bundle, rig->frame, rig->packet, &rig->bytes),
                     STATUS_OK);
    assert_in_range(rig->bytes, 1, BOUND_OPUS_PACKET_BYTES);
}

/* A decoder of chosen streams, each in a channel of its own. */
static OpusMSDecoder *decoder_of(const struct rig *rig, size_t channels, const uint8_t *mapping)
{
    int error;
    OpusMSDecoder *decoder = opus_multistream_decoder_create(
        OPUS_RATE_HZ, (int)channels, (int)opus_bundle_streams(rig->bundle), 0, mapping, &error);

    assert_int_equal(error, OPUS_OK);
    return decoder;
}

static void decode(OpusMSDecoder *decoder, const struct rig *rig, int16_t *pcm)
{
    assert_int_equal(
        opus_multistream_decode(decoder, rig->packet, (opus_int32)rig->bytes, pcm, DECODED, 0),
        DECODED);
}

/* How much of a tone there is in a channel of a decoded frame, as its amplitude. */
static double amplitude(const int16_t *pcm, size_t channels, size_t channel, double hz)
{
    double cosine = 0;
    double sine = 0;

    for (size_t i = 0; i < DECODED; i++) {
        cosine += pcm[i * channels + channel] * cos(2 * M_PI * hz * (double)i / OPUS_RATE_HZ);
        sine += pcm[i * channels + channel] * sin(2 * M_PI * hz * (double)i / OPUS_RATE_HZ);
    }
    return 2 * hypot(cosine, sine) / DECODED;
}

/* --- libopus by itself -------------------------------------------------------------------------
 */

/* An encoder that is told all that `settings` say; dtx: whether it may leave out what is silent. */
static OpusEncoder *bare_encoder(uint32_t rate_hz, const struct opus_settings *settings, int dtx)
{
    const int told[] = {OPUS_APPLICATION_RESTRICTED_LOWDELAY, OPUS_APPLICATION_VOIP,
                        OPUS_APPLICATION_AUDIO};
    bool music = settings->application == OPUS_MUSIC;
    int error;
    OpusEncoder *bare =
        opus_encoder_create((opus_int32)rate_hz, 1, told[settings->application], &error);

    assert_int_equal(error, OPUS_OK);
    opus_encoder_ctl(bare, OPUS_SET_BITRATE(settings->bitrate));
    opus_encoder_ctl(bare, OPUS_SET_COMPLEXITY(settings->complexity));
    opus_encoder_ctl(bare, OPUS_SET_SIGNAL(music ? OPUS_AUTO : OPUS_SIGNAL_VOICE));
    opus_encoder_ctl(bare, OPUS_SET_DTX(dtx));
    return bare;
}

static size_t encode_bare(OpusEncoder *bare, const struct rig *rig, uint8_t packet[BARE_BYTES])
{
    size_t samples = opus_bundle_frame_samples(rig->bundle, 1);
    opus_int32 bytes = opus_encode(bare, rig->pcm[1], (int)samples, packet, BARE_BYTES);

    assert_true(bytes > 0);
    return (size_t)bytes;
}

/* Encode, and fail the test where right, the last of two streams, is not what a bare encoder makes
 * of it; returns its bytes. */
static size_t encode_as(struct rig *rig, OpusEncoder *bare)
{
    uint8_t alone[BARE_BYTES];
    size_t bytes = encode_bare(bare, rig, alone);

    encode(rig);
    assert_true(bytes < rig->bytes);
    assert_memory_equal(rig->packet + rig->bytes - bytes, alone, bytes);
    return bytes;
}

/* --- left and right ----------------------------------------------------------------------------
 */

static void same_samples_give_the_same_packets(void **state)
{
    (void)state;
    struct rig rigs[2];
    size_t total = 0;

    for (size_t i = 0; i < 2; i++) {
        rig_init(&rigs[i], NULL, 0);
        assert_int_equal(opus_bundle_frame_samples(rigs[i].bundle, 0), FRAME);
    }
    for (int frame = 0; frame < 500; frame++) {
        for (size_t i = 0; i < 2; i++) {
            noise(&rigs[i], 0, 60000);
            noise(&rigs[i], 1, 60000);
            encode(&rigs[i]);
        }
        assert_int_equal(rigs[0].bytes, rigs[1].bytes);
        assert_memory_equal(rigs[0].packet, rigs[1].packet, rigs[0].bytes);
        total += rigs[0].bytes;
    }
    /* two streams of 24 kb/s: 120 bytes of 20 ms, and one for the length */
    assert_in_range(total / 500, 100, 140);
    rig_deinit(&rigs[0]);
    rig_deinit(&rigs[1]);
}

/* Whatever is added for own streams, a recording without them is what libopus makes of it. */
static void left_and_right_are_what_libopus_makes_of_them(void **state)
{
    (void)state;
    const struct opus_settings told = {24000, 0, OPUS_LOW_DELAY};
    struct rig rig;
    OpusEncoder *bare = bare_encoder(RATE, &told, 0);

    rig_init(&rig, NULL, 0);
    for (int frame = 0; frame < 300; frame++) {
        noise(&rig, 1, frame / 50 % 2 ? 1 : 20000); /* digital silence too */
        (void)encode_as(&rig, bare);
    }
    opus_encoder_destroy(bare);
    rig_deinit(&rig);
}

static void streams_may_have_rates_of_their_own(void **state)
{
    (void)state;
    struct rig rig;
    int16_t pcm[2 * DECODED];

    rig_init_at(&rig, (const uint32_t[]){8000, 16000}, NULL, 0);
    assert_int_equal(opus_bundle_frame_samples(rig.bundle, 1), 320);
    OpusMSDecoder *decoder = decoder_of(&rig, 2, (const uint8_t[]){0, 1});
    for (size_t frame = 0; frame < 50; frame++) {
        tone(&rig, 0, 500, frame);
        tone(&rig, 1, 6000, frame);
        encode(&rig);
        decode(decoder, &rig, pcm);
    }
    assert_true(amplitude(pcm, 2, 0, 500) > 8000);
    assert_true(amplitude(pcm, 2, 1, 6000) > 8000);
    opus_multistream_decoder_destroy(decoder);
    rig_deinit(&rig);
}

static void rate_that_opus_does_not_take_is_refused(void **state)
{
    (void)state;
    struct opus_bundle *bundle = NULL;
    struct fault fault;

    assert_int_equal(opus_bundle_open((const uint32_t[]){8000, 11025}, &bundle, &fault),
                     STATUS_INVALID);
    assert_null(bundle);
    assert_non_null(strstr(fault.text, "11025"));
    opus_bundle_close(NULL);
}

/* What decoders hear goes on: as long, and nothing louder than what was encoded. */
static void raised_rate_goes_on_where_the_lower_one_ended(void **state)
{
    (void)state;
    const uint32_t raised_hz[] = {16000, 48000};

    for (size_t round = 0; round < 2; round++) {
        struct rig rig;
        int16_t pcm[2 * DECODED];
        int worst[2] = {0}; /* of what is raised, and what is not */
        rig_init(&rig, NULL, 0);
        OpusMSDecoder *decoder = decoder_of(&rig, 2, (const uint8_t[]){1, 0});
        uint16_t pre_skip = opus_bundle_pre_skip(rig.bundle);
        for (int frame = 0; frame < 100; frame++) {
            if (frame == 50)
                assert_int_equal(
                    opus_bundle_raise(rig.bundle, 1, raised_hz[round], raised_hz[round]),
                    STATUS_OK);
            assert_int_equal(opus_bundle_frame_samples(rig.bundle, 1),
                             frame < 50 ? FRAME : raised_hz[round] / 50);
            for (size_t stream = 0; stream < 2; stream++)
                noise(&rig, stream, frame < 50 ? 60000 : 600);
            encode(&rig);
            decode(decoder, &rig, pcm);
            /* what was before sounds into the first 5 ms, and coarsens what is coded with it */
            for (size_t i = frame > 50 ? 0 : 480; frame >= 50 && i < 2 * DECODED; i++)
                if (abs(pcm[i]) > worst[i % 2])
                    worst[i % 2] = abs(pcm[i]);
        }
        assert_in_range(worst[0], 300, 2 * worst[1]);
        assert_int_equal(opus_bundle_pre_skip(rig.bundle), pre_skip);
        assert_int_equal(opus_bundle_rate_hz(rig.bundle, 0), RATE);
        assert_int_equal(opus_bundle_rate_hz(rig.bundle, 1), raised_hz[round]);
        assert_int_equal(opus_bundle_raise(rig.bundle, 1, 49000, 49000), STATUS_INVALID);
        assert_int_equal(opus_bundle_raise(rig.bundle, 1, 8000, 8000), STATUS_OK);
        assert_int_equal(opus_bundle_rate_hz(rig.bundle, 1), raised_hz[round]);
        opus_multistream_decoder_destroy(decoder);
        rig_deinit(&rig);
    }
}

/* How far a stretch of a decoded tone of 10000 is from it, as the loudness of the difference. */
static double difference(const int16_t *pcm, size_t from, size_t samples, double hz, size_t delay)
{
    double sum = 0;

    for (size_t i = from; i < from + samples; i++) {
        double said = 10000 * sin(2 * M_PI * hz * ((double)i - (double)delay) / OPUS_RATE_HZ);
        sum += (pcm[i] - said) * (pcm[i] - said);
    }
    return sqrt(sum / (double)samples);
}

static void nothing_is_lost_where_a_rate_is_raised(void **state)
{
    (void)state;
    enum { FRAMES = 20, RAISED = 10, PART = 60, HZ = 310 };
    const uint32_t raised_hz[] = {16000, 48000};
    const struct opus_settings settings[] = {{0}, {.application = OPUS_MUSIC}};

    for (size_t round = 0; round < 4; round++) {
        struct rig rig;
        int16_t pcm[FRAMES * DECODED];
        rig_init(&rig, &settings[round / 2], 0);
        OpusMSDecoder *decoder = decoder_of(&rig, 1, (const uint8_t[]){1});
        for (size_t frame = 0; frame < FRAMES; frame++) {
            uint32_t rate_hz = frame < RAISED ? RATE : raised_hz[round % 2];
            assert_int_equal(opus_bundle_raise(rig.bundle, 1, rate_hz, rate_hz), STATUS_OK);
            tone(&rig, 1, HZ, frame);
            encode(&rig);
            decode(decoder, &rig, pcm + frame * DECODED);
        }
        for (size_t from = RAISED * DECODED - DECODED / 2; from < (RAISED + 1) * DECODED;
             from += PART)
            assert_true(difference(pcm, from, PART, HZ, opus_bundle_pre_skip(rig.bundle)) < 1000);
        opus_multistream_decoder_destroy(decoder);
        rig_deinit(&rig);
    }
}

/* --- settings ----------------------------------------------------------------------------------
 */

/* RFC 6716 section 3.1: configurations below 12 are SILK, from 16 on CELT. */
static unsigned configuration(const struct rig *rig)
{
    return rig->packet[0] >> 3;
}

static void settings_choose_the_mode_and_the_delay_and_stay_when_a_rate_is_raised(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const struct opus_settings settings = {.application = applications[i]};
        struct rig rig;
        int16_t pcm[2 * DECODED];
        rig_init(&rig, &settings, 0);
        OpusMSDecoder *decoder = decoder_of(&rig, 2, (const uint8_t[]){0, 1});
        uint16_t pre_skip = opus_bundle_pre_skip(rig.bundle);
        assert_int_equal(pre_skip, applications[i] == OPUS_LOW_DELAY ? 120 : 312);
        for (size_t frame = 0; frame < 100; frame++) {
            if (frame == 50)
                assert_int_equal(opus_bundle_raise(rig.bundle, 0, 16000, 16000), STATUS_OK);
            tone(&rig, 0, 600, frame);
            encode(&rig);
            decode(decoder, &rig, pcm);
            if (applications[i] == OPUS_LOW_DELAY)
                assert_true(configuration(&rig) >= 16);
            if (applications[i] == OPUS_SPEECH)
                assert_true(configuration(&rig) < 12);
            if (frame > 3) /* the tone goes on through the change */
                assert_in_range((int)amplitude(pcm, 2, 0, 600), 6000, 12000);
        }
        assert_int_equal(opus_bundle_pre_skip(rig.bundle), pre_skip);
        opus_multistream_decoder_destroy(decoder);
        rig_deinit(&rig);
    }
}

static void bitrate_is_kept_to(void **state)
{
    (void)state;
    const int bitrates[] = {6000, 12000, 64000, 128000};

    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < 3; k++) {
            const struct opus_settings settings = {bitrates[i], 0, applications[k]};
            struct rig rig;
            size_t total = 0;
            rig_init(&rig, &settings, 0);
            for (int frame = 0; frame < 200; frame++) {
                noise(&rig, 0, 20000);
                noise(&rig, 1, 20000);
                encode(&rig);
                total += rig.bytes;
            }
            /* of each stream; SILK asks for no more than about 40 kb/s at 8 kHz */
            int measured = (int)(total * 8 * 50 / 200 / 2);
            assert_in_range(measured, 1, bitrates[i] * 5 / 4 + 1000);
            if (bitrates[i] < 64000 || applications[k] == OPUS_LOW_DELAY)
                assert_in_range(measured, bitrates[i] / 2, bitrates[i] * 5 / 4 + 1000);
            rig_deinit(&rig);
        }
}

static void default_is_24_kilobits_for_8_khz_and_32_for_any_higher_rate(void **state)
{
    (void)state;
    enum { FRAMES = 500 };
    const uint32_t rates_hz[] = {8000, 16000, 48000};
    const int bitrates[] = {24000, 32000, 32000};

    for (size_t i = 0; i < 3; i++) {
        const struct opus_settings told = {bitrates[i], 0, OPUS_LOW_DELAY};
        OpusEncoder *bare = bare_encoder(rates_hz[i], &told, 0);
        struct rig rig;
        size_t total = 0;
        rig_init_at(&rig, (const uint32_t[]){RATE, rates_hz[i]}, NULL, 0);
        for (size_t frame = 0; frame < FRAMES; frame++) {
            voice(&rig, 1, frame);
            total += encode_as(&rig, bare);
        }
        int measured = (int)(total * 8 * OPUS_FRAMES_PER_SECOND / FRAMES);
        assert_in_range(measured, bitrates[i] * 9 / 10, bitrates[i] * 11 / 10);
        opus_encoder_destroy(bare);
        rig_deinit(&rig);
    }
}

/* Half a second of a voice, then what a line is like on which nobody speaks, or no sound at all. */
static void next_of_a_pause(struct rig *rig, bool digital, size_t frame)
{
    if (frame < OPUS_FRAMES_PER_SECOND / 2)
        voice(rig, 1, frame);
    else
        noise(rig, 1, digital ? 1 : 20);
}

/* Fails the test where a packet is without sound; returns how many an encoder that may leave out
 * what is silent would have left out. */
static size_t assert_sound_in_each(const struct opus_settings *settings, uint32_t rate_hz,
                                   bool digital)
{
    enum { FRAMES = 150, LEFT_OUT_BYTES = 2 };
    OpusEncoder *bare = bare_encoder(rate_hz, settings, 0);
    OpusEncoder *sparing = bare_encoder(rate_hz, settings, 1);
    struct rig rig;
    size_t left_out = 0;

    rig_init_at(&rig, (const uint32_t[]){RATE, rate_hz}, settings, 0);
    for (size_t frame = 0; frame < FRAMES; frame++) {
        uint8_t spared[BARE_BYTES];
        next_of_a_pause(&rig, digital, frame);
        size_t bytes = encode_as(&rig, bare);
        const uint8_t *packet = rig.packet + rig.bytes - bytes;
        assert_true(bytes > LEFT_OUT_BYTES);
        assert_int_equal(opus_packet_get_nb_frames(packet, (opus_int32)bytes), 1);
        left_out += encode_bare(sparing, &rig, spared) <= LEFT_OUT_BYTES;
    }
    opus_encoder_destroy(sparing);
    opus_encoder_destroy(bare);
    rig_deinit(&rig);
    return left_out;
}

static void silence_and_noise_have_sound_in_each_packet_of_every_application(void **state)
{
    (void)state;
    const uint32_t rates_hz[] = {8000, 16000, 48000};

    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 3; k++)
            for (int digital = 0; digital < 2; digital++) {
                const struct opus_settings usual = {24000, 0, applications[k]};
                const struct opus_settings least = {12000, 10, applications[k]};
                (void)assert_sound_in_each(&usual, rates_hz[i], digital);
                size_t left_out = assert_sound_in_each(&least, rates_hz[i], digital);
                /* it would be seen here */
                assert_true(left_out > 0 || applications[k] == OPUS_LOW_DELAY);
            }
}

static void complexity_changes_what_is_coded_of_the_same_voice(void **state)
{
    (void)state;
    enum { FRAMES = 100, LEAST = 0, MIDDLE = 5, MOST = OPUS_SETTINGS_COMPLEXITY_MAX };
    const int complexities[] = {LEAST, MIDDLE, MOST};

    for (size_t k = 0; k < 3; k++) {
        struct rig rigs[3];
        OpusEncoder *bare[3];
        size_t differ = 0;
        for (size_t i = 0; i < 3; i++) {
            const struct opus_settings settings = {24000, complexities[i], applications[k]};
            rig_init(&rigs[i], &settings, 0);
            bare[i] = bare_encoder(RATE, &settings, 0);
        }
        for (size_t frame = 0; frame < FRAMES; frame++) {
            for (size_t i = 0; i < 3; i++) {
                voice(&rigs[i], 1, frame);
                (void)encode_as(&rigs[i], bare[i]);
            }
            differ += rigs[0].bytes != rigs[2].bytes ||
                      memcmp(rigs[0].packet, rigs[2].packet, rigs[0].bytes) != 0;
        }
        assert_true(differ > FRAMES / 2);
        for (size_t i = 0; i < 3; i++) {
            opus_encoder_destroy(bare[i]);
            rig_deinit(&rigs[i]);
        }
    }
}

static void assert_encoder(const struct opus_stream *stream, const struct opus_settings *settings)
{
    opus_int32 complexity = -1;
    opus_int32 bitrate = -1;
    opus_int32 dtx = -1;

    assert_int_equal(opus_encoder_ctl(stream->encoder, OPUS_GET_COMPLEXITY(&complexity)), OPUS_OK);
    assert_int_equal(opus_encoder_ctl(stream->encoder, OPUS_GET_BITRATE(&bitrate)), OPUS_OK);
    assert_int_equal(opus_encoder_ctl(stream->encoder, OPUS_GET_DTX(&dtx)), OPUS_OK);
    assert_int_equal(complexity, settings->complexity);
    assert_int_equal(bitrate, settings->bitrate);
    assert_int_equal(dtx, 0);
}

/* As opened, as changed, as raised, and of a stream that goes on with it. */
static void settings_are_those_of_the_encoder(void **state)
{
    (void)state;
    const struct opus_settings settings[] = {{16000, 10, OPUS_SPEECH}, {64000, 3, OPUS_MUSIC}};
    struct opus_stream stream = {0};
    struct opus_stream branch = {0};

    assert_int_equal(opus_stream_open(&stream, RATE, RATE, &settings[0]), STATUS_OK);
    assert_encoder(&stream, &settings[0]);
    assert_int_equal(opus_stream_configure(&stream, &settings[1]), STATUS_OK);
    assert_encoder(&stream, &settings[1]);
    assert_int_equal(opus_stream_raise(&stream, 16000, 16000), STATUS_OK);
    assert_encoder(&stream, &settings[1]);
    assert_int_equal(opus_stream_branch(&branch, &stream, 48000, 48000), STATUS_OK);
    assert_encoder(&branch, &settings[1]);
    opus_stream_close(&branch);
    opus_stream_close(&stream);
}

static void setting_out_of_its_range_counts_as_none(void **state)
{
    (void)state;
    const struct opus_settings wrong[] = {
        {OPUS_SETTINGS_BITRATE_MIN - 1, 0, 0},
        {OPUS_SETTINGS_BITRATE_MAX + 1, 0, 0},
        {-1, -1, 0},
        {0, OPUS_SETTINGS_COMPLEXITY_MAX + 1, 0},
        {0, 0, (enum opus_application)3},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct rig rig;
        rig_init(&rig, &wrong[i], 0);
        const struct opus_settings *settings = opus_bundle_settings(rig.bundle);
        assert_int_equal(settings->bitrate, 0);
        assert_int_equal(settings->complexity, 0);
        assert_int_equal(settings->application, OPUS_LOW_DELAY);
        encode(&rig);
        rig_deinit(&rig);
    }
}

static void audio_of_a_lower_rate_is_coded_no_wider_than_it_is(void **state)
{
    (void)state;
    const struct opus_settings none = {0};
    struct rig rig;

    rig_init(&rig, &none, 0);
    assert_int_equal(opus_bundle_raise(rig.bundle, 0, 16000, 8000), STATUS_OK);
    tone(&rig, 0, 600, 0);
    encode(&rig);
    assert_int_equal(configuration(&rig), 19); /* CELT, narrowband, 20 ms */
    assert_int_equal(opus_bundle_raise(rig.bundle, 0, 16000, 16000), STATUS_OK);
    for (size_t frame = 1; frame < 4; frame++) {
        tone(&rig, 0, 600, frame);
        encode(&rig);
    }
    assert_int_equal(configuration(&rig), 23); /* wideband */
    rig_deinit(&rig);
}

/* --- own streams -------------------------------------------------------------------------------
 */

static void every_stream_of_ten_is_heard_alone_where_a_header_maps_it(void **state)
{
    (void)state;
    const struct opus_settings none = {0};
    const uint8_t stereo[] = {0, 1};
    struct rig rig;
    OpusMSDecoder *alone[BOUND_OPUS_STREAMS];
    int16_t pcm[2 * DECODED];

    rig_init(&rig, &none, OPUS_OWN_MAX);
    OpusMSDecoder *both = decoder_of(&rig, 2, stereo);
    for (size_t i = 0; i < BOUND_OPUS_STREAMS; i++) {
        assert_int_equal(opus_bundle_raise(rig.bundle, i, i % 2 ? 16000 : 8000, 8000), STATUS_OK);
        alone[i] = decoder_of(&rig, 1, (const uint8_t[]){(uint8_t)i});
    }
    for (size_t frame = 0; frame < 20; frame++) {
        for (size_t i = 0; i < BOUND_OPUS_STREAMS; i++)
            tone(&rig, i, 500 + 300 * (double)i, frame);
        encode(&rig);
        decode(both, &rig, pcm);
        for (size_t i = 0; frame > 3 && i < 2; i++)
            assert_in_range((int)amplitude(pcm, 2, i, 500 + 300 * (double)i), 8000, 12000);
        for (size_t i = 0; i < BOUND_OPUS_STREAMS; i++) {
            decode(alone[i], &rig, pcm);
            if (frame > 3)
                assert_in_range((int)amplitude(pcm, 1, 0, 500 + 300 * (double)i), 8000, 12000);
        }
    }
    for (size_t i = 0; i < BOUND_OPUS_STREAMS; i++)
        opus_multistream_decoder_destroy(alone[i]);
    opus_multistream_decoder_destroy(both);
    rig_deinit(&rig);
}

/* No noise is invented where nobody speaks, and what is said afterwards is heard from its start. */
static void silence_of_an_own_stream_costs_little_and_is_silence(void **state)
{
    (void)state;
    enum { TALK = 25, SILENT = 100, SETTLED = 5, ROUNDS = 3 };

    for (size_t k = 0; k < 3; k++) {
        const struct opus_settings settings = {.application = applications[k]};
        struct rig rig;
        int16_t pcm[DECODED];
        rig_init(&rig, &settings, 1);
        OpusMSDecoder *decoder = decoder_of(&rig, 1, (const uint8_t[]){2});
        assert_int_equal(opus_bundle_raise(rig.bundle, 2, RATE, RATE), STATUS_OK);
        for (size_t frame = 0; frame < ROUNDS * (TALK + SILENT); frame++) {
            size_t at = frame % (TALK + SILENT);
            memset(rig.pcm[2], 0, sizeof rig.pcm[2]);
            if (at < TALK)
                tone(&rig, 2, 700, frame);
            encode(&rig);
            decode(decoder, &rig, pcm);
            if (at > 1 && at < TALK) /* the delay lies in the first frame */
                assert_in_range((int)amplitude(pcm, 1, 0, 700), 8000, 12000);
            for (size_t i = 0; at >= TALK + SETTLED && i < DECODED; i++)
                assert_int_equal(pcm[i], 0);
            if (at >= TALK + SETTLED) /* of it, and of the silence of left and right */
                assert_true(applications[k] == OPUS_SPEECH || rig.bytes < 12);
        }
        opus_multistream_decoder_destroy(decoder);
        rig_deinit(&rig);
    }
}

static void own_stream_that_is_not_open_is_silent_and_may_open_later(void **state)
{
    (void)state;
    const struct opus_settings none = {0};
    struct rig rig;
    int16_t pcm[DECODED];

    rig_init(&rig, &none, 3);
    OpusMSDecoder *decoder = decoder_of(&rig, 1, (const uint8_t[]){4});
    assert_int_equal(opus_bundle_rate_hz(rig.bundle, 4), 0);
    rig.frame[4] = NULL;
    for (size_t frame = 0; frame < 50; frame++) {
        encode(&rig);
        decode(decoder, &rig, pcm);
        for (size_t i = 0; i < DECODED; i++)
            assert_int_equal(pcm[i], 0);
    }
    rig.frame[4] = rig.pcm[4];
    assert_int_equal(opus_bundle_raise(rig.bundle, 4, 16000, 8000), STATUS_OK);
    for (size_t frame = 0; frame < 10; frame++) {
        tone(&rig, 4, 900, frame);
        encode(&rig);
        decode(decoder, &rig, pcm);
    }
    assert_in_range((int)amplitude(pcm, 1, 0, 900), 8000, 12000);
    opus_multistream_decoder_destroy(decoder);
    rig_deinit(&rig);
}

static void ten_streams_at_the_highest_bitrate_fit_in_packet_and_page(void **state)
{
    (void)state;
    const struct opus_settings most = {OPUS_SETTINGS_BITRATE_MAX, 0, OPUS_LOW_DELAY};
    static struct ogg_page page;
    struct rig rig;
    size_t most_bytes = 0;

    rig_init(&rig, &most, OPUS_OWN_MAX);
    ogg_page_init(&page, 1);
    for (size_t i = 0; i < BOUND_OPUS_STREAMS; i++)
        assert_int_equal(opus_bundle_raise(rig.bundle, i, 48000, 48000), STATUS_OK);
    for (int frame = 0; frame < 200; frame++) {
        const uint8_t *bytes;
        for (size_t i = 0; i < BOUND_OPUS_STREAMS; i++)
            noise(&rig, i, frame % 3 ? 60000 : 2); /* bursts: what VBR spends most on */
        encode(&rig);
        most_bytes = rig.bytes > most_bytes ? rig.bytes : most_bytes;
        assert_int_equal(ogg_page_add(&page, rig.packet, rig.bytes), STATUS_OK);
        (void)ogg_page_close(&page, 0, false, &bytes);
    }
    /* 10 times 320 bytes are what was asked for */
    assert_in_range(most_bytes, 3000, BOUND_OPUS_PACKET_BYTES);
    print_message("longest packet of ten streams: %zu bytes\n", most_bytes);
    rig_deinit(&rig);
}

static void packet_of_silence_stands_for_one_that_failed(void **state)
{
    (void)state;
    const struct opus_settings none = {0};
    struct rig rig;
    int16_t pcm[2 * DECODED];

    rig_init(&rig, &none, 3);
    OpusMSDecoder *decoder = decoder_of(&rig, 2, (const uint8_t[]){1, 4});
    assert_int_equal(opus_bundle_raise(rig.bundle, 4, RATE, RATE), STATUS_OK);
    for (size_t frame = 0; frame < 10; frame++) {
        tone(&rig, 1, 500, frame);
        tone(&rig, 4, 900, frame);
        encode(&rig);
        decode(decoder, &rig, pcm);
    }
    for (size_t frame = 0; frame < 10; frame++) {
        rig.bytes = opus_bundle_silence(rig.bundle, rig.packet);
        decode(decoder, &rig, pcm);
        for (size_t i = frame ? 0 : 480; i < 2 * DECODED; i++) /* what was before fades in 5 ms */
            assert_in_range(abs(pcm[i]), 0, frame ? 0 : 20);
    }
    opus_multistream_decoder_destroy(decoder);
    rig_deinit(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_samples_give_the_same_packets),
        cmocka_unit_test(left_and_right_are_what_libopus_makes_of_them),
        cmocka_unit_test(streams_may_have_rates_of_their_own),
        cmocka_unit_test(rate_that_opus_does_not_take_is_refused),
        cmocka_unit_test(raised_rate_goes_on_where_the_lower_one_ended),
        cmocka_unit_test(nothing_is_lost_where_a_rate_is_raised),
        cmocka_unit_test(settings_choose_the_mode_and_the_delay_and_stay_when_a_rate_is_raised),
        cmocka_unit_test(bitrate_is_kept_to),
        cmocka_unit_test(default_is_24_kilobits_for_8_khz_and_32_for_any_higher_rate),
        cmocka_unit_test(silence_and_noise_have_sound_in_each_packet_of_every_application),
        cmocka_unit_test(complexity_changes_what_is_coded_of_the_same_voice),
        cmocka_unit_test(settings_are_those_of_the_encoder),
        cmocka_unit_test(setting_out_of_its_range_counts_as_none),
        cmocka_unit_test(audio_of_a_lower_rate_is_coded_no_wider_than_it_is),
        cmocka_unit_test(every_stream_of_ten_is_heard_alone_where_a_header_maps_it),
        cmocka_unit_test(silence_of_an_own_stream_costs_little_and_is_silence),
        cmocka_unit_test(own_stream_that_is_not_open_is_silent_and_may_open_later),
        cmocka_unit_test(ten_streams_at_the_highest_bitrate_fit_in_packet_and_page),
        cmocka_unit_test(packet_of_silence_stands_for_one_that_failed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
