/**
 * session_cookie: the cookie that says who is signed in. Pure.
 */
#ifndef RECORDER_WEB_API_SESSION_COOKIE_H
#define RECORDER_WEB_API_SESSION_COOKIE_H

#include <stdint.h>

#include "base/status.h"
#include "storage/index/sessions.h"

#define SESSION_COOKIE_NAME "recorder_session"

enum { SESSION_COOKIE_BYTES = 160 };

/** Write a Set-Cookie value for a token. The caller wipes it. */
void session_cookie_format(const uint8_t token[static SESSION_TOKEN_BYTES],
                           char text[static SESSION_COOKIE_BYTES]);

/** A Set-Cookie value that removes the cookie; a static string. */
const char *session_cookie_clear(void);

/**
 * Read a cookie's value.
 *
 * STATUS_INVALID  not 64 hexadecimal digits; token untouched.
 */
enum status session_cookie_parse(const char *value,
                                 uint8_t token[static SESSION_TOKEN_BYTES]) MUST_CHECK;

#endif
