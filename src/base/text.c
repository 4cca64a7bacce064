#include "base/text.h"

#include <stdint.h>
#include <string.h>

enum { CONTINUATION_BYTES_MAX = 3 }; /* of one UTF-8 character, RFC 3629 section 3 */

void text_copy(char *to, size_t to_bytes, const char *from)
{
    size_t length = strnlen(from, to_bytes);

    if (length == to_bytes) {
        length--;
        for (int i = 0; i < CONTINUATION_BYTES_MAX && length > 0; i++) {
            if (((unsigned char)from[length] & 0xC0) != 0x80)
                break;
            length--;
        }
    }
    memcpy(to, from, length);
    to[length] = '\0';
}

/* Bytes of the character that begins here, 0 where none does; a terminating zero is none of them.
 */
static size_t character_bytes(const unsigned char *text)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; /* by length: no longer form */
    size_t bytes = text[0] < 0x80             ? 1
                   : (text[0] & 0xe0) == 0xc0 ? 2
                   : (text[0] & 0xf0) == 0xe0 ? 3
                   : (text[0] & 0xf8) == 0xf0 ? 4
                                              : 0;
    uint32_t code = bytes > 1 ? text[0] & (0xffU >> (bytes + 1)) : text[0];

    for (size_t i = 1; i < bytes; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (text[i] & 0x3fU);
    }
    if (bytes && (code < least[bytes] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)))
        return 0;
    return bytes;
}

bool text_is_utf8(const char *text)
{
    while (*text) {
        size_t bytes = character_bytes((const unsigned char *)text);
        if (!bytes)
            return false;
        text += bytes;
    }
    return true;
}
