/* L16 at 16 kHz: samples in network order (RFC 3551 section 4.5.11). */
#include "tools/callgen/codec_rows.h"

enum { PACKET_SAMPLES = 320 };

static size_t encode(void *state, const int16_t *pcm, uint8_t *payload)
{
    (void)state;
    for (size_t i = 0; i < PACKET_SAMPLES; i++) {
        uint16_t bits = (uint16_t)pcm[i];
        payload[2 * i] = (uint8_t)(bits >> 8);
        payload[2 * i + 1] = (uint8_t)bits;
    }
    return sizeof(int16_t) * PACKET_SAMPLES;
}

const struct codec codec_l16 = {.name = "L16",
                                .payload_type = 96,
                                .clock_rate_hz = 16000,
                                .rate_hz = 16000,
                                .channels = 1,
                                .suffix = "s16be",
                                .encode = encode};
