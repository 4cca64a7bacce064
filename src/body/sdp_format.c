#include "body/sdp_format.h"

#include <stdio.h>

#include "body/sdp_text.h"

/* RFC 3551 table 4 */
static const struct {
    uint8_t payload_type;
    uint8_t channels;
    uint32_t clock_rate_hz;
    const char *encoding;
} fixed[] = {
    {0, 1, 8000, "PCMU"},  {3, 1, 8000, "GSM"},   {4, 1, 8000, "G723"},   {5, 1, 8000, "DVI4"},
    {6, 1, 16000, "DVI4"}, {7, 1, 8000, "LPC"},   {8, 1, 8000, "PCMA"},   {9, 1, 8000, "G722"},
    {10, 2, 44100, "L16"}, {11, 1, 44100, "L16"}, {12, 1, 8000, "QCELP"}, {13, 1, 8000, "CN"},
    {14, 1, 90000, "MPA"}, {15, 1, 8000, "G728"}, {16, 1, 11025, "DVI4"}, {17, 1, 22050, "DVI4"},
    {18, 1, 8000, "G729"}, {19, 1, 8000, "CN"},
};

struct sdp_format sdp_format_fixed(uint8_t payload_type)
{
    struct sdp_format format = {.payload_type = payload_type, .channels = 1};

    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        if (fixed[i].payload_type != payload_type)
            continue;
        (void)snprintf(format.encoding, sizeof format.encoding, "%s", fixed[i].encoding);
        format.clock_rate_hz = fixed[i].clock_rate_hz;
        format.channels = fixed[i].channels;
    }
    return format;
}

bool sdp_format_read_map(struct text_span value, struct sdp_format *format)
{
    struct text_span word;
    uint64_t payload_type;
    uint64_t clock_rate_hz;
    uint64_t channels = 1;
    char encoding[sizeof format->encoding];

    if (!text_span_next_word(&value, &word) || !sdp_text_number(word, 127, &payload_type))
        return false;
    if (!text_span_next_word(&value, &word))
        return false;
    struct text_span name = text_span_cut(&word, '/');
    if (!name.bytes || !sdp_text_copy(name, encoding, sizeof encoding) ||
        !sdp_text_number(text_span_cut(&word, '/'), UINT32_MAX, &clock_rate_hz))
        return false;
    /* encoding parameters: for audio the channels (RFC 8866 section 6.6) */
    if (word.bytes && (!sdp_text_number(word, UINT8_MAX, &channels) || !channels))
        return false;
    format->payload_type = (uint8_t)payload_type;
    format->clock_rate_hz = (uint32_t)clock_rate_hz;
    format->channels = (uint8_t)channels;
    (void)snprintf(format->encoding, sizeof format->encoding, "%s", encoding);
    return true;
}

struct sdp_format *sdp_format_find(struct sdp_format *format, size_t formats, uint64_t payload_type)
{
    for (size_t i = 0; i < formats; i++) {
        if (format[i].payload_type == payload_type)
            return &format[i];
    }
    return NULL;
}
