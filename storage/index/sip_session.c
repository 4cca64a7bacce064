#include "storage/index/sip_session.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static void take_half(const char *text, size_t length, char half[static SIP_SESSION_BYTES])
{
    size_t used = 0;
    bool nil = true;

    half[0] = '\0';
    for (size_t i = 0; i < length; i++) {
        unsigned char sign = (unsigned char)text[i];
        if (sign == '-' || sign == ' ' || sign == '\t')
            continue;
        if (used == SIP_SESSION_BYTES - 1) {
            half[0] = '\0';
            return;
        }
        half[used++] = (char)tolower(sign);
        nil &= sign == '0';
    }
    half[nil ? 0 : used] = '\0';
}

void sip_session_split(const char *text, struct sip_session *session)
{
    static const char remote[] = "remote=";
    size_t length = strcspn(text, ";");

    take_half(text, length, session->local);
    session->remote[0] = '\0';
    for (const char *at = text + length; *at; at += length) {
        at += 1 + strspn(at + 1, " \t"); /* past the semicolon */
        length = strcspn(at, ";");
        if (strncasecmp(at, remote, sizeof remote - 1) == 0)
            take_half(at + sizeof remote - 1, length - (sizeof remote - 1), session->remote);
    }
}
