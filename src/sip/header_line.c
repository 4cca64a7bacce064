#include "sip/header_line.h"

#include <string.h>

#include "body/multipart_text.h"

bool header_line_start(struct text_span *rest, struct text_span *line)
{
    if (!rest->bytes || !memchr(rest->text, '\n', rest->bytes))
        return false;
    return text_span_next_line(rest, line);
}

/* The end of a header that begins here: a line that begins with a blank belongs to the one before.
 */
static size_t whole_bytes(struct text_span text)
{
    const char *end = text.text + text.bytes;
    const char *next = text.text;

    do {
        const char *line_end = memchr(next, '\n', (size_t)(end - next));
        next = line_end ? line_end + 1 : end;
    } while (next < end && (*next == ' ' || *next == '\t'));
    return (size_t)(next - text.text);
}

bool header_line_next(struct text_span *rest, struct header_line *line)
{
    struct text_span whole = *rest;

    if (!rest->bytes || *rest->text == '\n' ||
        (*rest->text == '\r' && rest->bytes > 1 && rest->text[1] == '\n'))
        return false;
    whole.bytes = whole_bytes(*rest);
    *rest = text_span_skip(*rest, whole.bytes);
    line->whole = whole.text[whole.bytes - 1] == '\n';
    if (memchr(whole.text, ':', whole.bytes))
        line->name = text_span_trim(text_span_cut(&whole, ':'));
    else
        line->name = (struct text_span){.text = whole.text};
    line->value = text_span_trim(whole);
    return true;
}

bool header_line_is(const struct header_line *line, const char *name, char compact)
{
    if (line->name.bytes == 1)
        return compact && (*line->name.text | 0x20) == compact;
    return text_span_equal(line->name, name);
}
