#include "base/text.h"

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
