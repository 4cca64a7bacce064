/**
 * siprec_utf8: what of a text is UTF-8 (RFC 3629). Private to the readers of metadata and of
 * addresses in headers. Pure.
 */
#ifndef RECORDER_BODY_SIPREC_UTF8_H
#define RECORDER_BODY_SIPREC_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "body/multipart.h"

/** Bytes of the character that text starts with; 0 where it is none: not UTF-8, cut, or no text. */
size_t siprec_utf8_length(struct text_span text);

/** Whether all of it is UTF-8 without a zero byte. */
bool siprec_utf8_is_text(struct text_span text);

/**
 * Write one character.
 *
 * Returns its bytes; 0, with nothing written, where the code is no character that XML allows.
 */
size_t siprec_utf8_write(uint32_t code, char out[static 4]);

#endif
