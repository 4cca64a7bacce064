#include "audio/codec.h"

#include <strings.h>

#include "audio/g711.h"

static const struct audio_codec codecs[] = {
    {"PCMA", 8, 8000, 8000, 1, 10, g711_alaw_decode},
    {"PCMU", 0, 8000, 8000, 1, 10, g711_ulaw_decode},
};

const struct audio_codec *audio_codec_find(const char *name, uint32_t clock_rate_hz)
{
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
        if (codecs[i].clock_rate_hz == clock_rate_hz && !strcasecmp(codecs[i].name, name))
            return &codecs[i];
    return NULL;
}

const struct audio_codec *audio_codec_assigned(uint8_t payload_type)
{
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
        if (codecs[i].payload_type == payload_type)
            return &codecs[i];
    return NULL;
}

size_t audio_codec_samples(const struct audio_codec *codec, size_t payload_bytes)
{
    size_t samples = payload_bytes / codec->bytes_per_sample;

    if (payload_bytes % codec->bytes_per_sample || samples > AUDIO_PACKET_SAMPLES_MAX)
        return 0;
    return samples;
}
