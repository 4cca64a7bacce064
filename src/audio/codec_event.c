#include "audio/codec_event.h"

#include "audio/codec_rows.h"

enum { EVENT_BYTES = 4, END_BIT = 0x80, VOLUME_BITS = 0x3f };

static const char *const names[] = {"0", "1", "2", "3", "4", "5", "6", "7",    "8",
                                    "9", "*", "#", "A", "B", "C", "D", "flash"};

enum status codec_event_parse(const uint8_t *payload, size_t payload_bytes,
                              struct codec_event *event)
{
    if (payload_bytes < EVENT_BYTES)
        return STATUS_INVALID;
    *event = (struct codec_event){
        .event = payload[0],
        .end = payload[1] & END_BIT,
        .volume = payload[1] & VOLUME_BITS,
        .duration = (uint16_t)(payload[2] << 8 | payload[3]),
    };
    return STATUS_OK;
}

const char *codec_event_name(uint8_t event)
{
    return event < sizeof names / sizeof *names ? names[event] : NULL;
}

#define EVENT_ROW(hz)                                                                              \
    {                                                                                              \
        .name = "telephone-event", .payload_type = -1, .clock_rate_hz = (hz), .channels = 1,       \
        .kind = AUDIO_EVENT, .parameters = "0-16",                                                 \
    }

const struct audio_codec codec_event_8000 = EVENT_ROW(8000);
const struct audio_codec codec_event_16000 = EVENT_ROW(16000);
const struct audio_codec codec_event_48000 = EVENT_ROW(48000);
