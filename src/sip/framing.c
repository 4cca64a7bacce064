#include "sip/framing.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/bounds.h"
#include "sip/header_line.h"

/* What the headers say about the body. */
struct body_length {
    size_t bytes;
    bool told;
    bool unreadable; /* no number, or two different ones */
    bool typed;      /* there is a Content-Type: a body is meant */
};

static struct framing framing_of(enum framing_kind kind, size_t bytes)
{
    return (struct framing){.kind = kind, .bytes = bytes};
}

static struct framing next_blank(const char *data, size_t bytes)
{
    static const char ping[] = "\r\n\r\n";
    size_t same = 0;

    while (same < bytes && same < sizeof ping - 1 && data[same] == ping[same])
        same++;
    if (same == sizeof ping - 1)
        return framing_of(FRAMING_PING, same);
    if (same == bytes)
        return framing_of(FRAMING_MORE, 0);
    /* "\r\n\r" and something else: the single line end goes, the rest is looked at again */
    return framing_of(FRAMING_BLANK, same >= 2 ? 2 : 1);
}

/* Bytes up to the end of the empty line, 0 where there is none yet. */
static size_t head_length(const char *data, size_t bytes, size_t *scanned)
{
    size_t from = *scanned < 3 ? 0 : *scanned - 3;

    for (size_t i = from; i + 1 < bytes; i++) {
        if (data[i] != '\n')
            continue;
        if (data[i + 1] == '\n')
            return i + 2;
        if (data[i + 1] == '\r' && i + 2 < bytes && data[i + 2] == '\n')
            return i + 3;
    }
    *scanned = bytes;
    return 0;
}

/* In any case (RFC 3261 section 7.1). */
static bool names_protocol(const char *line, size_t bytes)
{
    for (size_t i = 0; i + 4 <= bytes; i++) {
        if (strncasecmp(line + i, "SIP/", 4) == 0)
            return true;
    }
    return false;
}

/* A first line begins with a method (RFC 3261 section 25.1: token) or the protocol, which it names
 * once it is there. */
static bool first_line_is_sip(const char *data, size_t bytes)
{
    const char *end = memchr(data, '\n', bytes);

    if (!isalnum((unsigned char)*data) && (*data == '\0' || !strchr("-.!%*_+`'~", *data)))
        return false;
    return !end || names_protocol(data, (size_t)(end - data));
}

/* Digits only. */
static void length_note(struct body_length *length, struct text_span value)
{
    size_t number = 0;
    bool readable = value.bytes > 0;

    for (size_t i = 0; i < value.bytes && readable; i++) {
        readable = value.text[i] >= '0' && value.text[i] <= '9';
        if (number <= SIZE_MAX / 16)
            number = number * 10 + (size_t)(value.text[i] - '0');
    }
    if (!readable || (length->told && length->bytes != number))
        length->unreadable = true;
    length->told = true;
    length->bytes = number;
}

static struct body_length length_read(const char *data, size_t head_bytes)
{
    struct text_span rest = {.text = data, .bytes = head_bytes};
    struct body_length length = {0};
    struct text_span start;
    struct header_line line;

    if (!header_line_start(&rest, &start))
        return length;
    while (header_line_next(&rest, &line)) {
        if (header_line_is(&line, "Content-Length", 'l'))
            length_note(&length, line.value);
        else if (header_line_is(&line, "Content-Type", 'c'))
            length.typed = true;
    }
    return length;
}

struct framing framing_next(const char *data, size_t bytes, size_t *scanned)
{
    if (*data == '\r' || *data == '\n')
        return next_blank(data, bytes);
    if (!first_line_is_sip(data, bytes))
        return framing_of(FRAMING_LOST, 0);
    size_t head_bytes = head_length(data, bytes, scanned);
    if (head_bytes == 0 || head_bytes > BOUND_SIP_STREAM_HEAD_BYTES)
        return framing_of(head_bytes > 0 || bytes >= BOUND_SIP_STREAM_HEAD_BYTES ? FRAMING_LOST
                                                                                 : FRAMING_MORE,
                          0);
    struct body_length length = length_read(data, head_bytes);
    struct framing framing = {
        .kind = FRAMING_NO_LENGTH, .bytes = head_bytes, .head_bytes = head_bytes};
    if (length.unreadable || (!length.told && length.typed))
        return framing;
    framing.bytes = length.bytes < SIZE_MAX - head_bytes ? head_bytes + length.bytes : SIZE_MAX;
    if (framing.bytes > BOUND_SIP_STREAM_MESSAGE_BYTES)
        framing.kind = FRAMING_TOO_LARGE;
    else
        framing.kind = framing.bytes <= bytes ? FRAMING_MESSAGE : FRAMING_MORE;
    return framing;
}
