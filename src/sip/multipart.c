#include "sip/multipart.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "sip/multipart_text.h"

/* What a line of the body is to the boundary. */
enum line_kind { LINE_CONTENT, LINE_DELIMITER, LINE_CLOSE };

/* Where reading stands; the line is the one last cut off. */
struct reader {
    struct text_span rest;
    struct text_span boundary;
    struct text_span line;
};

static bool next_line(struct reader *reader)
{
    return text_span_next_line(&reader->rest, &reader->line);
}

/* Whether the line was ended by LF alone. */
static bool bare_feed(const struct reader *reader)
{
    const char *end = reader->line.text + reader->line.bytes;

    return end != reader->rest.text && *end == '\n'; /* the last line may have no end */
}

/* RFC 2046 section 5.1.1: "--" boundary, "--" again at the close, then only blanks. */
static enum line_kind kind_of(const struct reader *reader)
{
    struct text_span line = reader->line;
    size_t length = reader->boundary.bytes;

    if (line.bytes < 2 || memcmp(line.text, "--", 2) != 0 || line.bytes - 2 < length ||
        memcmp(line.text + 2, reader->boundary.text, length) != 0)
        return LINE_CONTENT;
    line = text_span_trim(text_span_skip(line, 2 + length));
    if (!line.bytes)
        return LINE_DELIMITER;
    return text_span_equal(line, "--") ? LINE_CLOSE : LINE_CONTENT;
}

/* Cut the next parameter off a header value; a semicolon in quotes does not end it. */
static struct text_span next_parameter(struct text_span *value)
{
    struct text_span parameter = *value;
    bool quoted = false;
    size_t i;

    for (i = 0; i < value->bytes; i++) {
        if (value->text[i] == '"')
            quoted = !quoted;
        else if (value->text[i] == ';' && !quoted)
            break;
    }
    parameter.bytes = i;
    *value = text_span_skip(*value, i < value->bytes ? i + 1 : i);
    return text_span_trim(parameter);
}

/* The value of the boundary parameter, without quotes; empty where there is none. */
static struct text_span boundary_of(struct text_span content_type)
{
    struct text_span none = {.text = "", .bytes = 0};

    (void)next_parameter(&content_type); /* the type itself */
    while (content_type.bytes) {
        struct text_span value = next_parameter(&content_type);
        struct text_span name = text_span_trim(text_span_cut(&value, '='));

        if (!text_span_equal(name, "boundary"))
            continue;
        value = text_span_trim(value);
        if (!value.bytes || value.text[0] != '"') {
            (void)text_span_next_word(&value, &none);
            return none;
        }
        value = text_span_skip(value, 1);
        return text_span_cut(&value, '"');
    }
    return none;
}

/*
 * The whole line with the folded lines after it (RFC 5322 section 2.2.3); they lie one after the
 * other in the body, so the span just grows over them.
 */
static struct text_span unfold(struct reader *reader)
{
    struct text_span header = reader->line;

    while (reader->rest.bytes && (reader->rest.text[0] == ' ' || reader->rest.text[0] == '\t') &&
           next_line(reader))
        header.bytes = (size_t)(reader->line.text + reader->line.bytes - header.text);
    return header;
}

/* Whether a line starts "Name:"; neither XML nor SDP does. */
static bool is_header(struct text_span line)
{
    struct text_span name = text_span_cut(&line, ':');
    bool colon = line.text != name.text + name.bytes;

    name = text_span_trim(name);
    for (size_t i = 0; i < name.bytes; i++) {
        if (!isalnum((unsigned char)name.text[i]) && name.text[i] != '-' && name.text[i] != '_')
            return false;
    }
    return colon && name.bytes;
}

static void keep_header(struct multipart_part *part, struct text_span header)
{
    struct text_span name = text_span_trim(text_span_cut(&header, ':'));

    if (text_span_equal(name, "Content-Type"))
        part->content_type = next_parameter(&header);
    else if (text_span_equal(name, "Content-Disposition"))
        part->content_disposition = next_parameter(&header);
}

/*
 * Read the header lines of a part. Afterwards the reader stands behind the blank line, or at the
 * first line that can be no header: a delimiter, or content that came without a blank line.
 */
static enum status read_headers(struct reader *reader, struct multipart *out,
                                struct multipart_part *part)
{
    const char *first = reader->rest.text;

    for (;;) {
        struct reader before = *reader;

        if (!next_line(reader))
            break;
        if (!reader->line.bytes)
            return STATUS_OK;
        if (kind_of(reader) != LINE_CONTENT || !is_header(reader->line)) {
            *reader = before;
            break;
        }
        keep_header(part, unfold(reader));
        if ((size_t)(reader->line.text + reader->line.bytes - first) > BOUND_MULTIPART_HEADER_BYTES)
            return STATUS_LIMIT;
    }
    out->deviations++; /* no blank line */
    return STATUS_OK;
}

/* The body up to the next delimiter; the line end before that belongs to the delimiter. */
static enum line_kind read_body(struct reader *reader, struct multipart *out,
                                struct multipart_part *part)
{
    const char *first = reader->rest.text;
    const char *end = first;

    while (next_line(reader)) {
        enum line_kind kind = kind_of(reader);

        if (kind != LINE_CONTENT) {
            out->deviations += bare_feed(reader);
            part->body = (struct text_span){.text = first, .bytes = (size_t)(end - first)};
            return kind;
        }
        end = reader->line.text + reader->line.bytes;
    }
    part->body = (struct text_span){.text = first, .bytes = (size_t)(reader->rest.text - first)};
    return LINE_CONTENT;
}

/* Pass over the preamble. Returns the kind of the line that ended it. */
static enum line_kind skip_preamble(struct reader *reader)
{
    while (next_line(reader)) {
        enum line_kind kind = kind_of(reader);
        if (kind != LINE_CONTENT)
            return kind;
    }
    return LINE_CONTENT;
}

static enum status read_parts(struct reader *reader, struct multipart *out)
{
    enum line_kind kind = skip_preamble(reader);
    struct text_span empty = {.text = "", .bytes = 0};

    if (kind != LINE_DELIMITER)
        return STATUS_INVALID;
    while (kind == LINE_DELIMITER && reader->rest.bytes) {
        struct multipart_part part = {empty, empty, empty};
        enum status status = read_headers(reader, out, &part);

        if (status != STATUS_OK)
            return status;
        kind = read_body(reader, out, &part);
        if (out->parts == BOUND_MULTIPART_PARTS)
            return STATUS_LIMIT;
        out->part[out->parts++] = part;
    }
    if (kind != LINE_CLOSE)
        out->deviations++;
    return out->parts ? STATUS_OK : STATUS_INVALID;
}

enum status multipart_read(struct text_span content_type, const char *body, size_t body_bytes,
                           struct multipart *out)
{
    struct reader reader = {.rest = {.text = body, .bytes = body_bytes},
                            .boundary = boundary_of(content_type)};
    struct multipart read = {.parts = 0};

    if (!reader.boundary.bytes)
        return STATUS_INVALID;
    enum status status = read_parts(&reader, &read);
    if (status == STATUS_OK)
        *out = read;
    return status;
}

enum status multipart_find(const struct multipart *multipart, const char *content_type,
                           size_t *index)
{
    for (size_t i = 0; i < multipart->parts; i++) {
        if (text_span_equal(multipart->part[i].content_type, content_type)) {
            *index = i;
            return STATUS_OK;
        }
    }
    return STATUS_NOT_FOUND;
}
