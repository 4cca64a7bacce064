#include "body/multipart_text.h"

#include <string.h>
#include <strings.h>

bool text_span_is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

struct text_span text_span_skip(struct text_span span, size_t count)
{
    if (count) /* an empty span may have no text at all */
        span = (struct text_span){.text = span.text + count, .bytes = span.bytes - count};
    return span;
}

struct text_span text_span_trim(struct text_span span)
{
    while (span.bytes && text_span_is_blank(span.text[0]))
        span = text_span_skip(span, 1);
    while (span.bytes && text_span_is_blank(span.text[span.bytes - 1]))
        span.bytes--;
    return span;
}

bool text_span_equal(struct text_span span, const char *word)
{
    if (span.bytes != strlen(word))
        return false;
    return !span.bytes || strncasecmp(span.text, word, span.bytes) == 0;
}

bool text_span_starts_with(struct text_span span, const char *word)
{
    size_t length = strlen(word);

    return span.bytes >= length && strncasecmp(span.text, word, length) == 0;
}

bool text_span_next_line(struct text_span *rest, struct text_span *line)
{
    if (!rest->bytes)
        return false;
    *line = text_span_cut(rest, '\n');
    if (line->bytes && line->text[line->bytes - 1] == '\r')
        line->bytes--;
    return true;
}

bool text_span_next_word(struct text_span *rest, struct text_span *word)
{
    struct text_span left = *rest;
    size_t length = 0;

    while (left.bytes && text_span_is_blank(left.text[0]))
        left = text_span_skip(left, 1);
    while (length < left.bytes && !text_span_is_blank(left.text[length]))
        length++;
    *rest = text_span_skip(left, length);
    if (!length)
        return false;
    *word = (struct text_span){.text = left.text, .bytes = length};
    return true;
}

struct text_span text_span_cut(struct text_span *rest, char separator)
{
    struct text_span first = *rest;
    const char *found = rest->bytes ? memchr(rest->text, separator, rest->bytes) : NULL;

    if (found) {
        first.bytes = (size_t)(found - rest->text);
        *rest = text_span_skip(*rest, first.bytes + 1);
    } else {
        *rest = text_span_skip(*rest, rest->bytes);
    }
    return first;
}
