#include "sip/framing.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/bounds.h"

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

/* A first line, once it is there, names the protocol. */
static bool first_line_is_sip(const char *data, size_t bytes)
{
    const char *end = memchr(data, '\n', bytes);

    if ((*data < 'A' || *data > 'Z') && (*data < 'a' || *data > 'z'))
        return false;
    return !end || memmem(data, (size_t)(end - data), "SIP/", 4);
}

static bool name_is(const char *name, size_t name_bytes, const char *whole, char compact)
{
    if (name_bytes == 1)
        return (*name | 0x20) == compact;
    return name_bytes == strlen(whole) && strncasecmp(name, whole, name_bytes) == 0;
}

static const char *skip_blanks(const char *text, const char *end)
{
    while (text < end && (*text == ' ' || *text == '\t' || *text == '\r' || *text == '\n'))
        text++;
    return text;
}

static void length_note(struct body_length *length, const char *value, const char *end)
{
    size_t number = 0;
    bool digits = false;

    for (value = skip_blanks(value, end); value < end && *value >= '0' && *value <= '9'; value++) {
        digits = true;
        if (number <= SIZE_MAX / 16)
            number = number * 10 + (size_t)(*value - '0');
    }
    if (!digits || skip_blanks(value, end) < end || (length->told && length->bytes != number))
        length->unreadable = true;
    length->told = true;
    length->bytes = number;
}

static void header_note(struct body_length *length, const char *line, const char *end)
{
    const char *colon = memchr(line, ':', (size_t)(end - line));
    size_t name_bytes = colon ? (size_t)(colon - line) : 0;

    while (name_bytes > 0 && (line[name_bytes - 1] == ' ' || line[name_bytes - 1] == '\t'))
        name_bytes--;
    if (name_bytes == 0)
        return;
    if (name_is(line, name_bytes, "Content-Length", 'l'))
        length_note(length, colon + 1, end);
    else if (name_is(line, name_bytes, "Content-Type", 'c'))
        length->typed = true;
}

/* The end of a header that begins here: a line that begins with a blank belongs to the one before.
 */
static const char *header_end(const char *line, const char *end)
{
    const char *next = line;

    do {
        const char *line_end = memchr(next, '\n', (size_t)(end - next));
        next = line_end ? line_end + 1 : end;
    } while (next < end && (*next == ' ' || *next == '\t'));
    return next;
}

static struct body_length length_read(const char *data, size_t head_bytes)
{
    struct body_length length = {0};
    const char *end = data + head_bytes;
    const char *line = header_end(data, end);

    while (line < end) {
        const char *next = header_end(line, end);
        header_note(&length, line, next);
        line = next;
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
    framing.length_missing = !length.told;
    framing.bytes = length.bytes < SIZE_MAX - head_bytes ? head_bytes + length.bytes : SIZE_MAX;
    if (framing.bytes > BOUND_SIP_STREAM_MESSAGE_BYTES)
        framing.kind = FRAMING_TOO_LARGE;
    else
        framing.kind = framing.bytes <= bytes ? FRAMING_MESSAGE : FRAMING_MORE;
    return framing;
}
