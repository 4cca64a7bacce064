/**
 * codec_event: payloads of telephone-event: digits pressed (RFC 4733). Pure; any thread.
 */
#ifndef RECORDER_AUDIO_CODEC_EVENT_H
#define RECORDER_AUDIO_CODEC_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* RFC 4733 section 2.3. */
struct codec_event {
    uint8_t event;     /* its number; codec_event_name */
    bool end;          /* it is over */
    uint8_t volume;    /* 0 to 63: dB below 0 dBm0 */
    uint16_t duration; /* so far, in timestamp units, from the packet's timestamp on */
};

/**
 * Read a payload. Octets behind the first event are left out: they belong to none of section 2.
 *
 * STATUS_OK, STATUS_INVALID (less than one event; *event untouched).
 */
enum status codec_event_parse(const uint8_t *payload, size_t payload_bytes,
                              struct codec_event *event) MUST_CHECK;

/**
 * "0" to "9", "*", "#", "A" to "D" for the events of RFC 4733 section 3.2, and "flash"; NULL for
 * any other. Static.
 */
const char *codec_event_name(uint8_t event);

#endif
