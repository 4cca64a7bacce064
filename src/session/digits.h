/**
 * digits: when a new digit is pressed on a leg, told by the packets of its events (RFC 4733), of
 * which there are several for each. Private to this folder.
 *
 * Embedded by value, owned by one thread; all zero: none was pressed.
 */
#ifndef RECORDER_SESSION_DIGITS_H
#define RECORDER_SESSION_DIGITS_H

#include <stdbool.h>
#include <stdint.h>

#include "audio/codec_event.h"

struct digits {
    bool any;
    bool untold; /* the newest was pressed while the leg was paused */
    bool ended;  /* its sender said so */
    uint8_t event;
    uint16_t duration;
    uint32_t ssrc;
    uint32_t timestamp; /* of its newest segment (RFC 4733 section 2.5.1.3) */
};

/**
 * Take one packet of an event.
 *
 * clock_hz  of its timestamp.
 *
 * Returns whether a press begins with it: the others are of one that is known, or was overtaken.
 */
bool digits_take(struct digits *digits, uint32_t ssrc, uint32_t timestamp, uint32_t clock_hz,
                 const struct codec_event *event);

#endif
