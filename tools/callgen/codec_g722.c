/*
 * G.722 at 64 kbit/s by libspandsp; its RTP clock is 8000 though it samples at 16000 (RFC 3551
 * section 4.5.2).
 */
#include "tools/callgen/codec_rows.h"

#include <spandsp/telephony.h>

#include <spandsp/g722.h>

enum { BITS_PER_S = 64000, PACKET_SAMPLES = 320 };

static enum status open_state(void **state)
{
    g722_encode_state_t *encoder = g722_encode_init(NULL, BITS_PER_S, 0);
    if (encoder == NULL) {
        return STATUS_NOMEM;
    }
    *state = encoder;
    return STATUS_OK;
}

static void close_state(void *owned_state)
{
    (void)g722_encode_free(owned_state);
}

static size_t encode(void *state, const int16_t *pcm, uint8_t *payload)
{
    int bytes = g722_encode(state, payload, pcm, PACKET_SAMPLES);
    return bytes > 0 ? (size_t)bytes : 0;
}

const struct codec codec_g722 = {.name = "G722",
                                 .payload_type = 9,
                                 .clock_rate_hz = 8000,
                                 .rate_hz = 16000,
                                 .channels = 1,
                                 .suffix = "g722",
                                 .open = open_state,
                                 .close = close_state,
                                 .encode = encode};
