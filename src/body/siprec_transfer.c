#include "body/siprec_transfer.h"

#include <stdint.h>
#include <string.h>

#include "body/multipart_text.h"

enum { NO_DIGIT = -1, PAD = -2 };

static int base64_digit(char byte)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = byte ? strchr(digits, byte) : NULL;

    if (byte == '=')
        return PAD;
    return found ? (int)(found - digits) : NO_DIGIT;
}

/* RFC 2045 section 6.8, where nothing else is in the text. */
static bool decode_base64(struct text_span text, char *out, size_t *out_bytes)
{
    uint32_t bits = 0;
    unsigned pending = 0;
    size_t used = 0;
    bool ended = false;

    for (size_t i = 0; i < text.bytes; i++) {
        int digit = base64_digit(text.text[i]);

        if (text_span_is_blank(text.text[i]))
            continue;
        ended = ended || digit == PAD;
        if (digit == NO_DIGIT || (ended && digit != PAD))
            return false;
        if (ended)
            continue;
        bits = bits << 6 | (uint32_t)digit;
        pending += 6;
        if (pending >= 8) {
            pending -= 8;
            out[used++] = (char)(bits >> pending & 0xFF);
        }
    }
    *out_bytes = used;
    return used > 0;
}

static int hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte = (char)(byte | 0x20);
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : NO_DIGIT;
}

/* XML in it has every attribute's '=' encoded. */
static bool is_quoted_printable(struct text_span text)
{
    return memmem(text.text, text.bytes, "=3D\"", 4) || memmem(text.text, text.bytes, "=3D'", 4);
}

/* Bytes of a line end, with blanks before it, that the text starts with; 0 where it does not. */
static size_t line_end(struct text_span text)
{
    size_t i = 0;

    while (i < text.bytes && (text.text[i] == ' ' || text.text[i] == '\t' || text.text[i] == '\r'))
        i++;
    return i < text.bytes && text.text[i] == '\n' ? i + 1 : 0;
}

/* RFC 2045 section 6.7; what is no escape stays as it is. */
static bool decode_quoted_printable(struct text_span text, char *out, size_t *out_bytes)
{
    size_t used = 0;

    while (text.bytes) {
        int high = text.bytes > 2 ? hex_digit(text.text[1]) : NO_DIGIT;
        int low = text.bytes > 2 ? hex_digit(text.text[2]) : NO_DIGIT;
        size_t end = text.text[0] == '=' ? line_end(text_span_skip(text, 1)) : 0;

        if (text.text[0] == '=' && high >= 0 && low >= 0) {
            out[used++] = (char)(high * 16 + low);
            text = text_span_skip(text, 3);
        } else if (end) {
            text = text_span_skip(text, 1 + end);
        } else {
            out[used++] = text.text[0];
            text = text_span_skip(text, 1);
        }
    }
    *out_bytes = used;
    return true;
}

bool siprec_transfer_decode(struct text_span text, char *out, size_t *out_bytes)
{
    if (decode_base64(text, out, out_bytes))
        return true;
    return is_quoted_printable(text) && decode_quoted_printable(text, out, out_bytes);
}
