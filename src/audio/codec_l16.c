/*
 * L16: samples of 16 bits in network order, mono (RFC 3551 section 4.5.11). What comes at 44.1 kHz
 * is decoded to 48 kHz, and lies half a millisecond late by the filter that does it.
 */
#include "audio/codec_rows.h"

#include "audio/resample.h"

enum {
    SAMPLE_BYTES = 2,
    /* 48000 to 44100 in lowest terms */
    RATIO_OUT = 160,
    RATIO_IN = 147,
    SAMPLES_IN_MAX = AUDIO_PACKET_SAMPLES_MAX / RATIO_OUT * RATIO_IN,
};

static size_t samples_of(const uint8_t *payload, size_t payload_bytes)
{
    (void)payload;
    return payload_bytes % SAMPLE_BYTES ? 0 : payload_bytes / SAMPLE_BYTES;
}

static enum status decode(void *state, const uint8_t *payload, size_t payload_bytes, int16_t *pcm)
{
    (void)state;
    for (size_t i = 0; i < payload_bytes / SAMPLE_BYTES; i++)
        pcm[i] = (int16_t)(payload[2 * i] << 8 | payload[2 * i + 1]);
    return STATUS_OK;
}

static size_t samples_of_44100(const uint8_t *payload, size_t payload_bytes)
{
    size_t samples = samples_of(payload, payload_bytes);

    return (samples * RATIO_OUT + RATIO_IN - 1) / RATIO_IN;
}

static enum status open_44100(const struct audio_setup *setup, void **state)
{
    struct resample *resample = NULL;
    enum status status = resample_open(44100, 48000, &resample);

    (void)setup;
    if (status == STATUS_OK)
        *state = resample;
    return status;
}

static void close_44100(void *owned_state)
{
    resample_close(owned_state);
}

static enum status decode_44100(void *state, const uint8_t *payload, size_t payload_bytes,
                                int16_t *pcm)
{
    int16_t in[SAMPLES_IN_MAX];

    if (payload_bytes > sizeof in)
        return STATUS_LIMIT;
    (void)decode(NULL, payload, payload_bytes, in);
    resample_run(state, in, payload_bytes / SAMPLE_BYTES, pcm,
                 samples_of_44100(payload, payload_bytes));
    return STATUS_OK;
}

/*
 * Nothing is coded away, and lost packets are concealed as those of G.711: its figures in ITU-T
 * G.113 appendix I hold.
 */
#define L16_ROW(hz, audio_hz, type, how_well)                                                      \
    .name = "L16", .payload_type = (type), .clock_rate_hz = (hz), .rate_hz = (audio_hz),           \
    .channels = 1, .kind = AUDIO_SOUND, .rank = (how_well), .impairment = 0, .robustness = 25.1

const struct audio_codec codec_l16_8000 = {
    L16_ROW(8000, 8000, -1, 10),
    .samples = samples_of,
    .decode = decode,
};

const struct audio_codec codec_l16_16000 = {
    L16_ROW(16000, 16000, -1, 45),
    .samples = samples_of,
    .decode = decode,
};

const struct audio_codec codec_l16_44100 = {
    L16_ROW(44100, 48000, 11, 50), .samples = samples_of_44100, .open = open_44100,
    .close = close_44100,          .decode = decode_44100,
};

const struct audio_codec codec_l16_48000 = {
    L16_ROW(48000, 48000, -1, 50),
    .samples = samples_of,
    .decode = decode,
};
