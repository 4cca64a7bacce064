/* Opus, mono, named as stereo at 48 kHz as all of it is (RFC 7587 section 7), by libopus. */
#include "tools/callgen/codec_rows.h"

#include <opus/opus.h>

enum { RATE_HZ = 48000, PACKET_SAMPLES = RATE_HZ / CODEC_PACKETS_PER_S, BITS_PER_S = 40000 };

static enum status open_state(void **state)
{
    int error = OPUS_OK;
    OpusEncoder *encoder = opus_encoder_create(RATE_HZ, 1, OPUS_APPLICATION_VOIP, &error);
    if (encoder == NULL) {
        return STATUS_NOMEM;
    }
    (void)opus_encoder_ctl(encoder, OPUS_SET_BITRATE(BITS_PER_S));
    *state = encoder;
    return STATUS_OK;
}

static void close_state(void *owned_state)
{
    opus_encoder_destroy(owned_state);
}

static size_t encode(void *state, const int16_t *pcm, uint8_t *payload)
{
    opus_int32 bytes = opus_encode(state, pcm, PACKET_SAMPLES, payload, CODEC_PAYLOAD_BYTES_MAX);
    return bytes > 0 ? (size_t)bytes : 0;
}

const struct codec codec_opus = {.name = "opus",
                                 .payload_type = 107,
                                 .clock_rate_hz = RATE_HZ,
                                 .rate_hz = RATE_HZ,
                                 .channels = 2,
                                 .suffix = "opus-packets",
                                 .open = open_state,
                                 .close = close_state,
                                 .encode = encode};
