/*
 * Opus: RFC 7587, RFC 6716. Always decoded to mono at 48 kHz, whatever a packet holds; libopus adds
 * the two channels of a stereo packet up. What it conceals, it conceals itself: from the copy of
 * the lost frame that the packet behind may carry, else by its own means.
 */
#include "audio/codec_rows.h"

#include <opus/opus.h>
#include <string.h>

enum {
    RATE_HZ = 48000,
    CONCEAL_STEP = RATE_HZ / 400,       /* 2.5 ms: libopus invents multiples of it */
    CONCEAL_MAX = RATE_HZ / 1000 * 120, /* what it invents at once */
};

static size_t samples_of(const struct audio_codec *codec, const uint8_t *payload,
                         size_t payload_bytes)
{
    int samples = opus_packet_get_nb_samples(payload, (opus_int32)payload_bytes, RATE_HZ);

    (void)codec;
    return samples > 0 ? (size_t)samples : 0;
}

static enum status open_state(const struct audio_codec *codec, const struct audio_setup *setup,
                              void **state)
{
    int error = OPUS_OK;
    OpusDecoder *decoder = opus_decoder_create(RATE_HZ, 1, &error);

    (void)codec;
    (void)setup;
    if (!decoder)
        return STATUS_NOMEM;
    *state = decoder;
    return STATUS_OK;
}

static void close_state(void *owned_state)
{
    opus_decoder_destroy(owned_state);
}

static enum status decode(void *state, const uint8_t *payload, size_t payload_bytes, int16_t *pcm)
{
    size_t samples = samples_of(&codec_opus, payload, payload_bytes);
    int decoded = opus_decode(state, payload, (opus_int32)payload_bytes, pcm, (int)samples, 0);

    return samples && decoded == (int)samples ? STATUS_OK : STATUS_INVALID;
}

static enum status conceal(void *state, size_t samples, const uint8_t *payload,
                           size_t payload_bytes, int16_t *pcm)
{
    if (payload && !samples_of(&codec_opus, payload, payload_bytes))
        payload = NULL;
    while (samples) {
        int16_t invented[CONCEAL_MAX];
        size_t part = samples < CONCEAL_MAX ? samples : CONCEAL_MAX;
        size_t whole = (part + CONCEAL_STEP - 1) / CONCEAL_STEP * CONCEAL_STEP;
        /* the copy is of what lies right before that packet: of the last part */
        const uint8_t *copy = part == samples ? payload : NULL;
        int decoded = opus_decode(state, copy, copy ? (opus_int32)payload_bytes : 0, invented,
                                  (int)whole, copy ? 1 : 0);

        if (decoded != (int)whole)
            return STATUS_INVALID;
        memcpy(pcm, invented, part * sizeof *pcm);
        pcm += part;
        samples -= part;
    }
    return STATUS_OK;
}

/*
 * ITU-T G.113 has no figures for it. At the bit rates of telephony (16 kbit/s and up) listening
 * tests put it above G.711, so no impairment is counted; its own concealment and its copies are
 * better than what is done for G.711, whose robustness is taken as the least that it has.
 */
const struct audio_codec codec_opus = {
    .name = "opus",
    .payload_type = -1,
    .clock_rate_hz = RATE_HZ,
    .rate_hz = RATE_HZ,
    .channels = 2,
    .kind = AUDIO_SOUND,
    .rank = 60,
    .parameters = "useinbandfec=1",
    .impairment = 0,
    .robustness = 25.1,
    .samples = samples_of,
    .open = open_state,
    .close = close_state,
    .decode = decode,
    .conceal = conceal,
};
