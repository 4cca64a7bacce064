/* G.711, A-law and mu-law: an octet a sample (RFC 3551 section 4.5.14). */
#include "tools/callgen/codec_rows.h"

#include "tools/callgen/g711.h"

enum { PACKET_SAMPLES = 160 };

static size_t encode_alaw(void *state, const int16_t *pcm, uint8_t *payload)
{
    (void)state;
    for (size_t i = 0; i < PACKET_SAMPLES; i++) {
        payload[i] = g711_alaw(pcm[i]);
    }
    return PACKET_SAMPLES;
}

static size_t encode_ulaw(void *state, const int16_t *pcm, uint8_t *payload)
{
    (void)state;
    for (size_t i = 0; i < PACKET_SAMPLES; i++) {
        payload[i] = g711_ulaw(pcm[i]);
    }
    return PACKET_SAMPLES;
}

const struct codec codec_pcma = {.name = "PCMA",
                                 .payload_type = 8,
                                 .clock_rate_hz = 8000,
                                 .rate_hz = 8000,
                                 .channels = 1,
                                 .suffix = "alaw",
                                 .encode = encode_alaw};

const struct codec codec_pcmu = {.name = "PCMU",
                                 .payload_type = 0,
                                 .clock_rate_hz = 8000,
                                 .rate_hz = 8000,
                                 .channels = 1,
                                 .suffix = "ulaw",
                                 .encode = encode_ulaw};
