/**
 * cursor: the place in a list where the next page begins, as opaque text. Pure.
 *
 * base64url of the big-endian microseconds and the id of the last row shown. It names a row but
 * grants nothing: whose rows are listed comes from the session.
 */
#ifndef RECORDER_WEB_API_CURSOR_H
#define RECORDER_WEB_API_CURSOR_H

#include "base/clock.h"
#include "base/status.h"
#include "base/uuid.h"

enum { CURSOR_TEXT_BYTES = 33 };

/** Write a cursor: 32 characters and a zero. */
void cursor_format(wall_time started, struct uuid id, char text[static CURSOR_TEXT_BYTES]);

/**
 * Read a cursor.
 *
 * STATUS_INVALID  no text of cursor_format; outputs untouched.
 */
enum status cursor_parse(const char *text, wall_time *started, struct uuid *id) MUST_CHECK;

#endif
