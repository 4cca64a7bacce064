/**
 * uuid: 128-bit identifiers, RFC 9562. New ones are version 7, so they sort by creation time.
 */
#ifndef RECORDER_BASE_UUID_H
#define RECORDER_BASE_UUID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/status.h"

enum { UUID_BYTES = 16, UUID_TEXT_BYTES = 37 };

struct uuid {
    uint8_t b[UUID_BYTES];
};

/** A new version 7 UUID of that moment; 74 bits of the kernel's randomness. */
struct uuid uuid_new(wall_time now);

/** Canonical text, lower case, 36 characters and a zero. */
void uuid_format(struct uuid uuid, char text[static UUID_TEXT_BYTES]);

/**
 * Read canonical text, either case.
 *
 * STATUS_INVALID  anything else, also a longer text; *uuid untouched.
 */
enum status uuid_parse(const char *text, struct uuid *uuid) MUST_CHECK;

/** Whether two are the same. */
bool uuid_equal(struct uuid a, struct uuid b);

#endif
