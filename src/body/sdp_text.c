#include "body/sdp_text.h"

#include <string.h>

bool sdp_text_copy(struct text_span span, char *out, size_t out_bytes)
{
    if (span.bytes >= out_bytes)
        return false;
    for (size_t i = 0; i < span.bytes; i++) {
        if (span.text[i] < ' ' || span.text[i] > '~')
            return false;
    }
    if (span.bytes)
        memcpy(out, span.text, span.bytes);
    out[span.bytes] = '\0';
    return true;
}

bool sdp_text_number(struct text_span span, uint64_t max, uint64_t *number)
{
    uint64_t value = 0;

    if (!span.bytes)
        return false;
    for (size_t i = 0; i < span.bytes; i++) {
        if (span.text[i] < '0' || span.text[i] > '9')
            return false;
        uint64_t digit = (uint64_t)(span.text[i] - '0');
        if (digit > max || value > (max - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *number = value;
    return true;
}
