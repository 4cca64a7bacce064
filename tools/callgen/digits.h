/**
 * digits: keys that a caller presses, as named events in place of audio (RFC 4733). Pure.
 *
 * The first is pressed in the second second, then one every 400 ms, for 100 ms each; its end is
 * told three times (section 2.5.1.4).
 */
#ifndef RECORDER_CALLGEN_DIGITS_H
#define RECORDER_CALLGEN_DIGITS_H

#include <stdbool.h>
#include <stdint.h>

enum {
    DIGITS_PAYLOAD_TYPE = 101,
    DIGITS_MAX = 32,
    DIGITS_FIRST_PACKET = 50,
    DIGITS_STEP_PACKETS = 20,
    DIGITS_PRESSED_PACKETS = 5,
    DIGITS_PAYLOAD_BYTES = 4,
};

/* One packet of an event. */
struct digits_packet {
    bool begins;           /* its first: the marker */
    uint32_t began_packet; /* whose timestamp it has */
    uint8_t payload[DIGITS_PAYLOAD_BYTES];
};

/** Whether a text is of keys alone, 1 to DIGITS_MAX of 0-9, *, #, A-D. */
bool digits_are_valid(const char *digits);

/**
 * What a packet of the stream is instead of audio.
 *
 * digits        valid ones, or NULL.
 * packet_ticks  timestamp units of 20 ms.
 *
 * Returns false, *out untouched, for one that is audio.
 */
bool digits_packet(const char *digits, uint32_t packet_ticks, uint32_t packet,
                   struct digits_packet *out);

#endif
