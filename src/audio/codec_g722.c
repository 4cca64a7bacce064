/*
 * G.722 at 64 kbit/s, an octet for two samples at 16 kHz; its RTP clock is 8000 all the same
 * (RFC 3551 section 4.5.2). Decoded by libspandsp.
 */
#include "audio/codec_rows.h"

#include <spandsp/telephony.h>

#include <spandsp/g722.h>

enum { BITS_PER_S = 64000, SAMPLES_PER_OCTET = 2 };

static size_t samples_of(const struct audio_codec *codec, const uint8_t *payload,
                         size_t payload_bytes)
{
    (void)codec;
    (void)payload;
    return payload_bytes * SAMPLES_PER_OCTET;
}

static enum status open_state(const struct audio_codec *codec, const struct audio_setup *setup,
                              void **state)
{
    g722_decode_state_t *decoder = g722_decode_init(NULL, BITS_PER_S, 0);

    (void)codec;
    (void)setup;
    if (!decoder)
        return STATUS_NOMEM;
    *state = decoder;
    return STATUS_OK;
}

static void close_state(void *owned_state)
{
    (void)g722_decode_free(owned_state);
}

static enum status decode(void *state, const uint8_t *payload, size_t payload_bytes, int16_t *pcm)
{
    int samples = g722_decode(state, pcm, payload, (int)payload_bytes);

    return samples == (int)samples_of(&codec_g722, payload, payload_bytes) ? STATUS_OK
                                                                           : STATUS_INVALID;
}

/*
 * The impairment: ITU-T G.113 appendix IV has 13 for it, on the scale for wide bands, on which
 * G.711 has 36: on the scale here it is not worse than G.711. Lost packets are concealed alike.
 */
const struct audio_codec codec_g722 = {
    .name = "G722",
    .payload_type = 9,
    .clock_rate_hz = 8000,
    .rate_hz = 16000,
    .channels = 1,
    .kind = AUDIO_SOUND,
    .rank = 40,
    .impairment = 0,
    .robustness = 25.1,
    .samples = samples_of,
    .open = open_state,
    .close = close_state,
    .decode = decode,
};
