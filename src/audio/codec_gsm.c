/*
 * GSM full rate, 06.10: frames of 33 octets, each beginning with the signature 0xD (RFC 3551
 * section 4.5.8), 20 ms each, any number of them in a packet. Two frames in 65 octets, as WAV files
 * have them, are another format and refused. Decoded by libgsm.
 */
#include "audio/codec_rows.h"

#include <gsm.h>
#include <string.h>

enum { FRAME_BYTES = sizeof(gsm_frame), FRAME_SAMPLES = 160 };

static size_t samples_of(const struct audio_codec *codec, const uint8_t *payload,
                         size_t payload_bytes)
{
    (void)codec;
    if (payload_bytes % FRAME_BYTES)
        return 0;
    for (size_t i = 0; i < payload_bytes; i += FRAME_BYTES)
        if (payload[i] >> 4 != GSM_MAGIC)
            return 0;
    return payload_bytes / FRAME_BYTES * FRAME_SAMPLES;
}

static enum status open_state(const struct audio_codec *codec, const struct audio_setup *setup,
                              void **state)
{
    gsm decoder = gsm_create();

    (void)codec;
    (void)setup;
    if (!decoder)
        return STATUS_NOMEM;
    *state = decoder;
    return STATUS_OK;
}

static void close_state(void *owned_state)
{
    gsm_destroy(owned_state);
}

static enum status decode(void *state, const uint8_t *payload, size_t payload_bytes, int16_t *pcm)
{
    for (size_t i = 0; i < payload_bytes; i += FRAME_BYTES) {
        gsm_frame frame; /* the library's argument is not const */

        memcpy(frame, payload + i, sizeof frame);
        if (gsm_decode(state, frame, pcm) != 0)
            return STATUS_INVALID;
        pcm += FRAME_SAMPLES;
    }
    return STATUS_OK;
}

/*
 * The impairment is that of ITU-T G.113 appendix I. No robustness is published for it: 10
 * is that of the enhanced full rate codec, whose frames are as long and depend on each other alike.
 */
const struct audio_codec codec_gsm = {
    .name = "GSM",
    .payload_type = 3,
    .clock_rate_hz = 8000,
    .rate_hz = 8000,
    .channels = 1,
    .kind = AUDIO_SOUND,
    .rank = 5,
    .impairment = 20,
    .robustness = 10,
    .samples = samples_of,
    .open = open_state,
    .close = close_state,
    .decode = decode,
};
