/**
 * text: copying texts of peers into fields of fixed size, and whether they are text at all.
 */
#ifndef RECORDER_BASE_TEXT_H
#define RECORDER_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Copy a text; one that is too long is cut behind its last whole UTF-8 character that fits.
 *
 * to    char[to_bytes], to_bytes >= 1; always terminated.
 * from  terminated; must not overlap to.
 */
void text_copy(char *to, size_t to_bytes, const char *from);

/** Whether a text is well-formed UTF-8 (RFC 3629 section 4). */
bool text_is_utf8(const char *text);

#endif
