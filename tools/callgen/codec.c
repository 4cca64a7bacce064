#include "tools/callgen/codec.h"

#include <strings.h>

#include "tools/callgen/codec_rows.h"

static const struct codec *const rows[] = {&codec_pcma, &codec_pcmu, &codec_g722,
                                           &codec_l16,  &codec_gsm,  &codec_opus};

const struct codec *codec_find(const char *name)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcasecmp(rows[i]->name, name) == 0) {
            return rows[i];
        }
    }
    return NULL;
}

const char *codec_names(void)
{
    return "pcma, pcmu, g722, l16, gsm or opus";
}

size_t codec_packet_samples(const struct codec *codec)
{
    return codec->rate_hz / CODEC_PACKETS_PER_S;
}

uint32_t codec_packet_ticks(const struct codec *codec)
{
    return codec->clock_rate_hz / CODEC_PACKETS_PER_S;
}
