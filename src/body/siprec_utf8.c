#include "body/siprec_utf8.h"

#include "body/multipart_text.h"

/* RFC 3629 section 4: how many bytes the first one announces, and what the second may be. */
struct lead {
    unsigned char from;
    unsigned char to;
    unsigned char bytes;
    unsigned char second_from;
    unsigned char second_to;
};

static const struct lead leads[] = {
    {0x00, 0x7F, 1, 0, 0},       {0xC2, 0xDF, 2, 0x80, 0xBF}, {0xE0, 0xE0, 3, 0xA0, 0xBF},
    {0xE1, 0xEC, 3, 0x80, 0xBF}, {0xED, 0xED, 3, 0x80, 0x9F}, {0xEE, 0xEF, 3, 0x80, 0xBF},
    {0xF0, 0xF0, 4, 0x90, 0xBF}, {0xF1, 0xF3, 4, 0x80, 0xBF}, {0xF4, 0xF4, 4, 0x80, 0x8F},
};

static bool continues(const struct lead *lead, const unsigned char *byte)
{
    if (lead->bytes > 1 && (byte[1] < lead->second_from || byte[1] > lead->second_to))
        return false;
    for (size_t i = 2; i < lead->bytes; i++) {
        if ((byte[i] & 0xC0) != 0x80)
            return false;
    }
    return true;
}

size_t siprec_utf8_length(struct text_span text)
{
    const unsigned char *byte = (const unsigned char *)text.text;

    for (size_t i = 0; text.bytes && i < sizeof leads / sizeof *leads; i++) {
        const struct lead *lead = &leads[i];

        if (byte[0] >= lead->from && byte[0] <= lead->to)
            return text.bytes >= lead->bytes && continues(lead, byte) ? lead->bytes : 0;
    }
    return 0;
}

bool siprec_utf8_is_text(struct text_span text)
{
    for (size_t i = 0; i < text.bytes;) {
        unsigned char byte = (unsigned char)text.text[i];

        if (byte > 0 && byte < 0x80) { /* nearly all of any document */
            i++;
            continue;
        }
        size_t length = byte ? siprec_utf8_length(text_span_skip(text, i)) : 0;
        if (!length)
            return false;
        i += length;
    }
    return true;
}

/* XML 1.0 section 2.2 */
static bool is_character(uint32_t code)
{
    return code == '\t' || code == '\n' || code == '\r' || (code >= 0x20 && code <= 0xD7FF) ||
           (code >= 0xE000 && code <= 0xFFFD) || (code >= 0x10000 && code <= 0x10FFFF);
}

size_t siprec_utf8_write(uint32_t code, char out[static 4])
{
    if (!is_character(code))
        return 0;
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}
