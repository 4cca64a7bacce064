#include "audio/codec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "audio/codec_rows.h"

/* Of two rows with the same name and clock, the first is found by name. */
static const struct audio_codec *const rows[] = {
    &codec_g711_alaw,   &codec_g711_ulaw,    &codec_g722,       &codec_g729,
    &codec_gsm,         &codec_opus,         &codec_l16[0],     &codec_l16[1],
    &codec_l16[2],      &codec_l16[3],       &codec_l16[4],     &codec_l16[5],
    &codec_l16[6],      &codec_l16[7],       &codec_l16[8],     &codec_l16[9],
    &codec_l16[10],     &codec_l16[11],      &codec_l16[12],    &codec_l16[13],
    &codec_l16[14],     &codec_l16[15],      &codec_noise_8000, &codec_noise_16000,
    &codec_noise_48000, &codec_noise_of_old, &codec_event_8000, &codec_event_16000,
    &codec_event_48000,
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static_assert(CODEC_L16_ROWS == 16, "all are in the table");

const struct audio_codec *audio_codec_find(const char *name, uint32_t clock_rate_hz)
{
    size_t name_bytes = strcspn(name, "*");
    unsigned long channels = name[name_bytes] ? strtoul(name + name_bytes + 1, NULL, 10) : 0;

    for (size_t i = 0; i < ROWS; i++)
        if (rows[i]->clock_rate_hz == clock_rate_hz &&
            (!channels || rows[i]->channels == channels) && strlen(rows[i]->name) == name_bytes &&
            !strncasecmp(rows[i]->name, name, name_bytes))
            return rows[i];
    return NULL;
}

const struct audio_codec *audio_codec_assigned(uint8_t payload_type)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i]->payload_type == payload_type)
            return rows[i];
    return NULL;
}

int audio_codec_rank(const struct audio_codec *codec, const struct audio_setup *setup)
{
    if (codec == &codec_g729 && !setup->g729)
        return 0;
    return codec->rank;
}

size_t audio_codec_samples(const struct audio_codec *codec, const uint8_t *payload,
                           size_t payload_bytes)
{
    size_t samples = 0;

    if (codec->samples && payload_bytes)
        samples = codec->samples(codec, payload, payload_bytes);
    return samples > AUDIO_PACKET_SAMPLES_MAX ? 0 : samples;
}

uint32_t audio_codec_ticks(const struct audio_codec *codec, size_t samples)
{
    return (uint32_t)((uint64_t)samples * codec->clock_rate_hz / codec->rate_hz);
}
