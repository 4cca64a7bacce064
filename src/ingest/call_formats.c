#include "ingest/call_formats.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

static_assert(sizeof((struct sdp_format *)0)->encoding <=
                  sizeof((struct recording_format *)0)->codec,
              "a name fits");

/* The row of a format; NULL where it cannot be decoded. */
static const struct audio_codec *find(const char *encoding, uint32_t clock_rate_hz,
                                      uint8_t channels)
{
    enum { NAME_BYTES = 48 };
    const struct audio_codec *codec = audio_codec_find(encoding, clock_rate_hz);
    char name[NAME_BYTES];

    if (strchr(encoding, '*')) /* it stands before a number of channels here */
        return NULL;
    if (!codec || channels <= codec->channels)
        return codec;
    (void)snprintf(name, sizeof name, "%s*%u", encoding, channels);
    return audio_codec_find(name, clock_rate_hz);
}

/* Under its name alone, another row would be found. */
static bool needs_channels(const struct audio_codec *codec)
{
    return audio_codec_find(codec->name, codec->clock_rate_hz) != codec;
}

bool call_formats_records(const void *setup, const char *encoding, uint32_t clock_rate_hz,
                          uint8_t channels)
{
    const struct audio_codec *codec = find(encoding, clock_rate_hz, channels);

    return codec && audio_codec_rank(codec, setup) > 0;
}

/* Under its canonical name where it is known; one with other channels must not be taken for it. */
static void take(const struct sdp_format *format, struct recording_stream *stream)
{
    const struct audio_codec *codec =
        find(format->encoding, format->clock_rate_hz, format->channels);
    struct recording_format *taken = &stream->format[stream->formats++];

    *taken = (struct recording_format){.payload_type = format->payload_type,
                                       .clock_rate_hz = format->clock_rate_hz};
    if (codec && !needs_channels(codec))
        text_copy(taken->codec, sizeof taken->codec, codec->name);
    else if (format->channels > 1)
        (void)snprintf(taken->codec, sizeof taken->codec, "%.20s*%u",
                       codec ? codec->name : format->encoding, format->channels);
    else
        text_copy(taken->codec, sizeof taken->codec, format->encoding);
}

static void take_others(const struct sdp_media *media, size_t chosen, bool decoded,
                        struct recording_stream *stream)
{
    for (size_t i = 0; i < media->formats && stream->formats < RECORDING_FORMATS_MAX; i++) {
        const struct sdp_format *format = &media->format[i];
        bool known = find(format->encoding, format->clock_rate_hz, format->channels) != NULL;

        if (i != chosen && format->encoding[0] && known == decoded)
            take(format, stream);
    }
}

void call_formats_take(const struct sdp_media *media, size_t chosen,
                       struct recording_stream *stream)
{
    stream->formats = 0;
    take(&media->format[chosen], stream);
    take_others(media, chosen, true, stream);
    take_others(media, chosen, false, stream);
}

void call_formats_propose(struct recording_stream *stream)
{
    stream->formats = 1;
    stream->format[0] =
        (struct recording_format){.payload_type = 8, .codec = "PCMA", .clock_rate_hz = 8000};
}

const char *call_formats_parameters(const struct recording_format *format)
{
    const struct audio_codec *codec = audio_codec_find(format->codec, format->clock_rate_hz);

    return codec ? codec->parameters : NULL;
}

static void offer(struct sdp_local_media *media, const char *encoding, uint8_t payload_type,
                  uint32_t clock_rate_hz)
{
    const struct audio_codec *codec = audio_codec_find(encoding, clock_rate_hz);
    struct sdp_format *format = &media->offered[media->formats];

    if (codec)
        encoding = codec->name;
    for (size_t i = 0; i < media->formats; i++) {
        if (media->offered[i].payload_type == payload_type ||
            strcasecmp(media->offered[i].encoding, encoding) == 0)
            return;
    }
    text_copy(format->encoding, sizeof format->encoding, encoding);
    format->payload_type = payload_type;
    format->clock_rate_hz = clock_rate_hz;
    format->channels = codec ? codec->channels : 1;
    if (codec && codec->parameters)
        text_copy(format->parameters, sizeof format->parameters, codec->parameters);
    media->formats++;
}

void call_formats_offer(const struct recording_stream *stream, uint8_t events_type,
                        struct sdp_local_media *media)
{
    static const uint8_t assigned[] = {8, 0, 9};
    const struct recording_format *used = &stream->format[0];

    offer(media, used->codec, used->payload_type, used->clock_rate_hz);
    for (size_t i = 0; i < sizeof assigned / sizeof *assigned; i++) {
        const struct audio_codec *codec = audio_codec_assigned(assigned[i]);

        if (!events_type || assigned[i] != events_type)
            offer(media, codec->name, assigned[i], codec->clock_rate_hz);
    }
    if (events_type)
        offer(media, "telephone-event", events_type, used->clock_rate_hz);
}
