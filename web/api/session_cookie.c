#include "web/api/session_cookie.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define COOKIE_ATTRIBUTES "; Path=/; HttpOnly; SameSite=Strict"

enum { TOKEN_HEX_BYTES = 2 * SESSION_TOKEN_BYTES };

void session_cookie_format(const uint8_t token[static SESSION_TOKEN_BYTES],
                           char text[static SESSION_COOKIE_BYTES])
{
    char hex[TOKEN_HEX_BYTES + 1];

    (void)sodium_bin2hex(hex, sizeof hex, token, SESSION_TOKEN_BYTES);
    (void)snprintf(text, SESSION_COOKIE_BYTES, SESSION_COOKIE_NAME "=%s" COOKIE_ATTRIBUTES, hex);
    sodium_memzero(hex, sizeof hex);
}

const char *session_cookie_clear(void)
{
    return SESSION_COOKIE_NAME "=; Max-Age=0" COOKIE_ATTRIBUTES;
}

enum status session_cookie_parse(const char *value, uint8_t token[static SESSION_TOKEN_BYTES])
{
    uint8_t read[SESSION_TOKEN_BYTES];
    size_t read_bytes = 0;

    if (strlen(value) != TOKEN_HEX_BYTES)
        return STATUS_INVALID;
    if (sodium_hex2bin(read, sizeof read, value, TOKEN_HEX_BYTES, NULL, &read_bytes, NULL) != 0 ||
        read_bytes != sizeof read)
        return STATUS_INVALID;
    memcpy(token, read, sizeof read);
    sodium_memzero(read, sizeof read);
    return STATUS_OK;
}
