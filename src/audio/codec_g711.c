/* G.711, A-law and u-law: RFC 3551 sections 4.5.14 (PCMA, PCMU) and 6. */
#include "audio/codec_rows.h"
#include "audio/g711.h"

/* ITU-T G.113 appendix I: random loss, concealed; without, its robustness were 4.3. */
enum { IMPAIRMENT = 0 };
#define ROBUSTNESS 25.1

static size_t samples_of(const struct audio_codec *codec, const uint8_t *payload,
                         size_t payload_bytes)
{
    (void)codec;
    (void)payload;
    return payload_bytes;
}

static enum status alaw_decode(void *state, const uint8_t *payload, size_t payload_bytes,
                               int16_t *pcm)
{
    (void)state;
    g711_alaw_decode(payload, payload_bytes, pcm);
    return STATUS_OK;
}

static enum status ulaw_decode(void *state, const uint8_t *payload, size_t payload_bytes,
                               int16_t *pcm)
{
    (void)state;
    g711_ulaw_decode(payload, payload_bytes, pcm);
    return STATUS_OK;
}

const struct audio_codec codec_g711_alaw = {
    .name = "PCMA",
    .payload_type = 8,
    .clock_rate_hz = 8000,
    .rate_hz = 8000,
    .channels = 1,
    .kind = AUDIO_SOUND,
    .rank = 10,
    .impairment = IMPAIRMENT,
    .robustness = ROBUSTNESS,
    .samples = samples_of,
    .decode = alaw_decode,
};

const struct audio_codec codec_g711_ulaw = {
    .name = "PCMU",
    .payload_type = 0,
    .clock_rate_hz = 8000,
    .rate_hz = 8000,
    .channels = 1,
    .kind = AUDIO_SOUND,
    .rank = 10,
    .impairment = IMPAIRMENT,
    .robustness = ROBUSTNESS,
    .samples = samples_of,
    .decode = ulaw_decode,
};
