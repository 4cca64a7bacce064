/**
 * credentials: the body of a sign-in. Pure.
 */
#ifndef RECORDER_WEB_API_CREDENTIALS_H
#define RECORDER_WEB_API_CREDENTIALS_H

#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/status.h"

enum { CREDENTIALS_PIN_BYTES = 129 };

struct credentials {
    char customer[BOUND_NUMBER_BYTES];
    char pin[CREDENTIALS_PIN_BYTES];
};

/**
 * Read {"customer": "...", "pin": "..."}; other members are ignored.
 *
 * STATUS_OK       *credentials set; the caller wipes it.
 * STATUS_INVALID  no such object, or a text is empty or too long; *credentials untouched and
 *                 *reason a static sentence.
 */
enum status credentials_parse(const uint8_t *body, size_t body_bytes,
                              struct credentials *credentials, const char **reason) MUST_CHECK;

#endif
