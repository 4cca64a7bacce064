/**
 * key_text: secrets as text that a person writes down and types: Bech32m (BIP 350), in groups of
 * four letters. It has no letters that look alike, and finds any four wrong letters, and every
 * other mistake but one in 2^30. Private to seal. Pure.
 */
#ifndef RECORDER_STORAGE_SEAL_KEY_TEXT_H
#define RECORDER_STORAGE_SEAL_KEY_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum {
    KEY_TEXT_DATA_BYTES = 40, /* at most; Bech32m is made for 90 letters */
    KEY_TEXT_PREFIX_LETTERS = 8,
    KEY_TEXT_BYTES = 128, /* of a text with its spaces and its zero */
};

/**
 * prefix  what says what it is, 1 to KEY_TEXT_PREFIX_LETTERS lower-case letters.
 * data    1 to KEY_TEXT_DATA_BYTES.
 */
void key_text_encode(const char *prefix, const uint8_t *data, size_t data_bytes,
                     char text[static KEY_TEXT_BYTES]);

/**
 * Read one; spaces, hyphens and whether letters are large are no matter.
 *
 * data  out, exactly data_bytes; untouched on failure.
 *
 * STATUS_OK, STATUS_NOT_FOUND (it begins otherwise), STATUS_INVALID (a letter that is none, too
 * short or too long, or the checksum does not fit).
 */
enum status key_text_decode(const char *prefix, const char *text, uint8_t *data,
                            size_t data_bytes) MUST_CHECK;

#endif
