#include "session/leg_formats.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool same(const struct recording_format *one, const struct recording_format *other)
{
    return one->payload_type == other->payload_type && !strcmp(one->codec, other->codec) &&
           one->clock_rate_hz == other->clock_rate_hz;
}

void leg_formats_set(struct leg_formats *formats, const struct recording_format *list, size_t count)
{
    if (count > RECORDING_FORMATS_MAX)
        count = RECORDING_FORMATS_MAX;
    bool unchanged = count == formats->count;
    for (size_t i = 0; unchanged && i < count; i++)
        unchanged = same(&formats->now[i], &list[i]);
    if (unchanged) /* what was before stays known */
        return;
    memcpy(formats->before, formats->now, sizeof formats->before);
    formats->count_before = formats->count;
    memcpy(formats->now, list, count * sizeof *list);
    formats->count = count;
}

static const struct recording_format *find(const struct recording_format *list, size_t count,
                                           uint8_t payload_type)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].payload_type == payload_type)
            return &list[i];
    return NULL;
}

struct leg_payload leg_formats_find(const struct leg_formats *formats, uint8_t payload_type)
{
    const struct recording_format *format = find(formats->now, formats->count, payload_type);

    if (!format)
        format = find(formats->before, formats->count_before, payload_type);
    if (format)
        return (struct leg_payload){
            .codec = audio_codec_find(format->codec, format->clock_rate_hz),
            .format = format,
            .clock_hz = format->clock_rate_hz,
        };
    const struct audio_codec *codec = audio_codec_assigned(payload_type);
    return (struct leg_payload){.codec = codec, .clock_hz = codec ? codec->clock_rate_hz : 0};
}

/* As an SDP has it: "L16/8000/2". */
static void describe_format(const struct recording_format *format, uint8_t payload_type, char *text,
                            size_t text_bytes)
{
    size_t name_bytes = strcspn(format->codec, "*");
    const char *channels = format->codec[name_bytes] ? format->codec + name_bytes + 1 : "";

    (void)snprintf(text, text_bytes, "%u %.*s/%u%s%s (no decoder)", payload_type, (int)name_bytes,
                   format->codec, format->clock_rate_hz, channels[0] ? "/" : "", channels);
}

void leg_formats_describe(const struct leg_payload *payload, uint8_t payload_type, char *text,
                          size_t text_bytes)
{
    if (payload->codec)
        (void)snprintf(text, text_bytes, "%u %s/%u (does not decode)", payload_type,
                       payload->codec->name, payload->codec->clock_rate_hz);
    else if (payload->format)
        describe_format(payload->format, payload_type, text, text_bytes);
    else
        (void)snprintf(text, text_bytes, "payload type %u (not described)", payload_type);
}
