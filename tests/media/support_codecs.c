/* Encoders of what the recorder decodes: those of other libraries, and our own where it is trivial.
 */
#include "media/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsm.h>
#include <opus/opus.h>
#include <spandsp.h>

enum {
    MS_PER_S = 1000,
    PCMA_TYPE = 8,
    G722_TYPE = 9,
    GSM_TYPE = 3,
    DYNAMIC_TYPE = 96,
    WIDE_HZ = 16000,
    GSM_SAMPLES = 160,
    OPUS_BYTES_MAX = 400,
};

double media_sound(unsigned speaker, double at_ms)
{
    /* a pitch that goes up and down between these, each speaker at another pace */
    const double lowest_hz = 300;
    const double highest_hz = 1500;
    const double period_s = 0.131 + 0.017 * speaker;
    double periods = at_ms / MS_PER_S / period_s;
    double part = periods - floor(periods);
    double risen = part < 0.5 ? part * part : 2 * part - part * part - 0.5;
    double turns = period_s * (floor(periods) * (lowest_hz + highest_hz) / 2 + lowest_hz * part +
                               (highest_hz - lowest_hz) * risen);

    return sin(2 * M_PI * turns);
}

double media_digit(char digit, double at_ms)
{
    static const char digits[] = "123A456B789C*0#D";
    static const double low_hz[] = {697, 770, 852, 941};
    static const double high_hz[] = {1209, 1336, 1477, 1633};
    const double amplitude = 0.247; /* -9 dBm0, where 0 dBm0 is 3.14 dB below what fits */
    size_t which = (size_t)(strchr(digits, digit) - digits);
    double turns = 2 * M_PI * at_ms / MS_PER_S;

    return amplitude * (sin(turns * low_hz[which / 4]) + sin(turns * high_hz[which % 4]));
}

static size_t encode_ulaw(void *state, const int16_t *pcm, size_t samples, uint8_t *payload)
{
    (void)state;
    for (size_t i = 0; i < samples; i++)
        payload[i] = linear_to_ulaw(pcm[i]);
    return samples;
}

static size_t encode_alaw(void *state, const int16_t *pcm, size_t samples, uint8_t *payload)
{
    (void)state;
    for (size_t i = 0; i < samples; i++)
        payload[i] = linear_to_alaw(pcm[i]);
    return samples;
}

static size_t encode_l16(void *state, const int16_t *pcm, size_t samples, uint8_t *payload)
{
    (void)state;
    for (size_t i = 0; i < samples; i++) {
        payload[2 * i] = (uint8_t)((uint16_t)pcm[i] >> 8);
        payload[2 * i + 1] = (uint8_t)pcm[i];
    }
    return 2 * samples;
}

static void *open_g722(void)
{
    enum { BITS_PER_S = 64000 };

    return g722_encode_init(NULL, BITS_PER_S, 0);
}

static void close_g722(void *state)
{
    (void)g722_encode_free(state);
}

static size_t encode_g722(void *state, const int16_t *pcm, size_t samples, uint8_t *payload)
{
    return (size_t)g722_encode(state, payload, pcm, (int)samples);
}

static void *open_gsm(void)
{
    return gsm_create();
}

static void close_gsm(void *state)
{
    gsm_destroy(state);
}

static size_t encode_gsm(void *state, const int16_t *pcm, size_t samples, uint8_t *payload)
{
    gsm_signal frame[GSM_SAMPLES];
    size_t bytes = 0;

    for (size_t i = 0; i + GSM_SAMPLES <= samples; i += GSM_SAMPLES) {
        memcpy(frame, pcm + i, sizeof frame);
        gsm_encode(state, frame, payload + bytes);
        bytes += sizeof(gsm_frame);
    }
    return bytes;
}

static void *open_opus(void)
{
    enum { LOSS_PERCENT = 20 };
    int error;
    OpusEncoder *encoder = opus_encoder_create(48000, 1, OPUS_APPLICATION_VOIP, &error);

    assert_int_equal(error, OPUS_OK);
    (void)opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(1));
    (void)opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(LOSS_PERCENT));
    return encoder;
}

static void close_opus(void *state)
{
    opus_encoder_destroy(state);
}

static size_t encode_opus(void *state, const int16_t *pcm, size_t samples, uint8_t *payload)
{
    opus_int32 bytes = opus_encode(state, pcm, (int)samples, payload, OPUS_BYTES_MAX);

    assert_true(bytes > 0);
    return (size_t)bytes;
}

/* One channel of silence: the mean is half as loud. */
static size_t encode_l16_stereo(void *state, const int16_t *pcm, size_t samples, uint8_t *payload)
{
    (void)state;
    for (size_t i = 0; i < samples; i++) {
        (void)encode_l16(NULL, pcm + i, 1, payload + 4 * i);
        memset(payload + 4 * i + 2, 0, 2);
    }
    return 4 * samples;
}

const struct media_codec media_codecs[] = {
    {"PCMU", 0, 8000, 8000, 20, 0.9, 0, NULL, NULL, encode_ulaw},
    {"PCMA", PCMA_TYPE, 8000, 8000, 20, 0.9, 0, NULL, NULL, encode_alaw},
    {"G722", G722_TYPE, 8000, WIDE_HZ, 20, 0.9, 2, open_g722, close_g722, encode_g722},
    {"GSM", GSM_TYPE, 8000, 8000, 20, 0.7, 1, open_gsm, close_gsm, encode_gsm},
    {"L16", DYNAMIC_TYPE, 8000, 8000, 20, 0.9, 0, NULL, NULL, encode_l16},
    {"L16", DYNAMIC_TYPE + 1, WIDE_HZ, WIDE_HZ, 20, 0.9, 0, NULL, NULL, encode_l16},
    {"L16", DYNAMIC_TYPE + 2, 44100, 44100, 20, 0.9, 1, NULL, NULL, encode_l16},
    {"L16", DYNAMIC_TYPE + 3, 48000, 48000, 20, 0.9, 0, NULL, NULL, encode_l16},
    {"opus", DYNAMIC_TYPE + 4, 48000, 48000, 20, 0.7, 7, open_opus, close_opus, encode_opus},
    {"L16", DYNAMIC_TYPE + 5, 11025, 11025, 40, 0.9, 3, NULL, NULL, encode_l16},
    {"L16", DYNAMIC_TYPE + 6, 22050, 22050, 20, 0.9, 2, NULL, NULL, encode_l16},
    {"L16", DYNAMIC_TYPE + 7, 24000, 24000, 20, 0.9, 1, NULL, NULL, encode_l16},
    {"L16", DYNAMIC_TYPE + 8, 32000, 32000, 20, 0.9, 1, NULL, NULL, encode_l16},
    {"L16*2", DYNAMIC_TYPE + 9, WIDE_HZ, WIDE_HZ, 20, 0.9, 0, NULL, NULL, encode_l16_stereo},
    {"L16*2", DYNAMIC_TYPE + 10, 22050, 22050, 20, 0.9, 2, NULL, NULL, encode_l16_stereo},
    {.name = NULL},
};

const struct media_codec *media_codec(const char *name, uint32_t rate_hz)
{
    const struct media_codec *codec = media_codecs;

    while (codec->name && (strcmp(codec->name, name) || codec->rate_hz != rate_hz))
        codec++;
    assert_non_null(codec->name);
    return codec;
}

struct recording_stream media_stream_of(enum recording_channel channel,
                                        const struct media_codec *const *codecs, size_t count)
{
    struct recording_stream stream = stream_of(channel, "PCMU");

    assert_in_range(count, 1, RECORDING_FORMATS_MAX);
    stream.formats = count;
    for (size_t i = 0; i < count; i++) {
        stream.format[i].payload_type = codecs[i]->payload_type;
        stream.format[i].clock_rate_hz = codecs[i]->clock_hz;
        strcpy(stream.format[i].codec, codecs[i]->name);
    }
    return stream;
}
