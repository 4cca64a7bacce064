/*
 * L16: samples of 16 bits in network order (RFC 3551 section 4.5.11). Of two channels, the mean of
 * both is heard. What comes at a rate that is none of the line's is decoded to 48 kHz, and lies
 * late by the filter that does it: 24 samples of its own rate.
 */
#include "audio/codec_rows.h"

#include <stdlib.h>

#include "audio/resample.h"

enum {
    SAMPLE_BYTES = 2,
    LINE_RATE_HZ = 48000,
};

/* Of one that is not decoded at its own rate. */
struct state {
    struct resample *resample;
    uint8_t channels;
    uint32_t from_hz;
};

/* At its own rate. */
static size_t samples_in(unsigned channels, const uint8_t *payload, size_t payload_bytes)
{
    size_t frame_bytes = (size_t)channels * SAMPLE_BYTES;

    (void)payload;
    return payload_bytes % frame_bytes ? 0 : payload_bytes / frame_bytes;
}

static size_t made_of(size_t samples, uint32_t from_hz, uint32_t to_hz)
{
    return (size_t)(((uint64_t)samples * to_hz + from_hz - 1) / from_hz);
}

static size_t samples_of(const struct audio_codec *codec, const uint8_t *payload,
                         size_t payload_bytes)
{
    return made_of(samples_in(codec->channels, payload, payload_bytes), codec->clock_rate_hz,
                   codec->rate_hz);
}

static int16_t sample_at(const uint8_t *payload, size_t index)
{
    return (int16_t)(payload[2 * index] << 8 | payload[2 * index + 1]);
}

static enum status decode_mono(void *state, const uint8_t *payload, size_t payload_bytes,
                               int16_t *pcm)
{
    (void)state;
    for (size_t i = 0; i < payload_bytes / SAMPLE_BYTES; i++)
        pcm[i] = sample_at(payload, i);
    return STATUS_OK;
}

static enum status decode_stereo(void *state, const uint8_t *payload, size_t payload_bytes,
                                 int16_t *pcm)
{
    (void)state;
    for (size_t i = 0; i < payload_bytes / (2 * SAMPLE_BYTES); i++)
        pcm[i] = (int16_t)((sample_at(payload, 2 * i) + sample_at(payload, 2 * i + 1)) / 2);
    return STATUS_OK;
}

static enum status open_state(const struct audio_codec *codec, const struct audio_setup *setup,
                              void **out)
{
    struct state *state = calloc(1, sizeof *state);

    (void)setup;
    if (!state)
        return STATUS_NOMEM;
    state->channels = codec->channels;
    state->from_hz = codec->clock_rate_hz;
    enum status status = resample_open(codec->clock_rate_hz, codec->rate_hz, &state->resample);
    if (status == STATUS_OK)
        *out = state;
    else
        free(state);
    return status;
}

static void close_state(void *owned_state)
{
    struct state *state = owned_state;

    resample_close(state->resample);
    free(state);
}

static enum status decode_resampled(void *codec_state, const uint8_t *payload, size_t payload_bytes,
                                    int16_t *pcm)
{
    const struct state *state = codec_state;
    int16_t in[AUDIO_PACKET_SAMPLES_MAX]; /* none is faster than the line */
    size_t samples = samples_in(state->channels, payload, payload_bytes);

    if (samples > AUDIO_PACKET_SAMPLES_MAX)
        return STATUS_LIMIT;
    (void)(state->channels > 1 ? decode_stereo : decode_mono)(NULL, payload, payload_bytes, in);
    resample_run(state->resample, in, samples, pcm, made_of(samples, state->from_hz, LINE_RATE_HZ));
    return STATUS_OK;
}

/*
 * Nothing is coded away, and lost packets are concealed as those of G.711: its figures in ITU-T
 * G.113 appendix I hold.
 */
#define L16_ROW(hz, audio_hz, channel_count, type, how_well)                                       \
    .name = "L16", .payload_type = (type), .clock_rate_hz = (hz), .rate_hz = (audio_hz),           \
    .channels = (channel_count), .kind = AUDIO_SOUND, .rank = (how_well), .impairment = 0,         \
    .robustness = 25.1, .samples = samples_of

#define L16_PLAIN(hz, how_well)                                                                    \
    {L16_ROW(hz, hz, 1, -1, how_well), .decode = decode_mono},                                     \
    {                                                                                              \
        L16_ROW(hz, hz, 2, -1, how_well), .decode = decode_stereo                                  \
    }

#define L16_RESAMPLED(hz, channel_count, type, how_well)                                           \
    {                                                                                              \
        L16_ROW(hz, LINE_RATE_HZ, channel_count, type, how_well),                                  \
            .open = open_state, .close = close_state, .decode = decode_resampled                   \
    }

const struct audio_codec codec_l16[CODEC_L16_ROWS] = {
    L16_PLAIN(8000, 10),
    L16_RESAMPLED(11025, 1, -1, 42),
    L16_RESAMPLED(11025, 2, -1, 42),
    L16_PLAIN(16000, 45),
    L16_RESAMPLED(22050, 1, -1, 46),
    L16_RESAMPLED(22050, 2, -1, 46),
    L16_RESAMPLED(24000, 1, -1, 47),
    L16_RESAMPLED(24000, 2, -1, 47),
    L16_RESAMPLED(32000, 1, -1, 48),
    L16_RESAMPLED(32000, 2, -1, 48),
    L16_RESAMPLED(44100, 1, 11, 50),
    L16_RESAMPLED(44100, 2, 10, 50),
    L16_PLAIN(48000, 50),
};
