#include "body/multipart.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "body/deviation.h"
#include "body/multipart_text.h"

/* What a line of the body is to the boundary. */
enum line_kind { LINE_CONTENT, LINE_DELIMITER, LINE_CLOSE };

/* Where reading stands; the line is the one last cut off. */
struct reader {
    struct text_span rest;
    struct text_span boundary;
    struct text_span line;
    char unescaped[BOUND_MULTIPART_BOUNDARY_BYTES]; /* the boundary, where it had to be unescaped */
};

/* What the headers of a part say beside what is kept of them. */
struct part_headers {
    bool encoded;      /* it would have to be decoded, in a way that a part has no need of */
    bool length_known; /* content_length was there and is a number */
    size_t content_length;
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

/*
 * The line that the reader stands at, where a delimiter follows its content without a line end:
 * "</recording>--cut--". *content_bytes: how much of it is content.
 */
static enum line_kind kind_of_end(const struct reader *reader, size_t *content_bytes)
{
    struct text_span line = reader->line;
    size_t length = reader->boundary.bytes + 2;
    enum line_kind kind = LINE_DELIMITER;

    while (line.bytes && text_span_is_blank(line.text[line.bytes - 1]))
        line.bytes--;
    for (int closes = 0; closes < 2; closes++, kind = LINE_CLOSE) {
        if (closes && (line.bytes < 2 || memcmp(line.text + line.bytes - 2, "--", 2) != 0))
            break;
        line.bytes -= closes ? 2 : 0;
        if (line.bytes <= length)
            break;
        const char *start = line.text + line.bytes - length;
        if (memcmp(start, "--", 2) == 0 &&
            memcmp(start + 2, reader->boundary.text, reader->boundary.bytes) == 0) {
            *content_bytes = line.bytes - length;
            return kind;
        }
    }
    return LINE_CONTENT;
}

/* Cut the next parameter off a header value; a semicolon in quotes does not end it. */
static struct text_span next_parameter(struct text_span *value)
{
    struct text_span parameter = *value;
    bool quoted = false;
    size_t i;

    for (i = 0; i < value->bytes; i++) {
        if (quoted && value->text[i] == '\\')
            i++; /* what is behind it is meant as it stands */
        else if (value->text[i] == '"')
            quoted = !quoted;
        else if (value->text[i] == ';' && !quoted)
            break;
    }
    if (i > value->bytes)
        i = value->bytes;
    parameter.bytes = i;
    *value = text_span_skip(*value, i < value->bytes ? i + 1 : i);
    return text_span_trim(parameter);
}

/* What stands between quotes, which `value` is behind the first of; empty where too long. */
static struct text_span unescape(struct text_span value, char *out)
{
    size_t used = 0;

    for (size_t i = 0; i < value.bytes && value.text[i] != '"'; i++) {
        if (value.text[i] == '\\' && i + 1 < value.bytes)
            i++;
        if (used == BOUND_MULTIPART_BOUNDARY_BYTES)
            return (struct text_span){.text = "", .bytes = 0};
        out[used++] = value.text[i];
    }
    return (struct text_span){.text = out, .bytes = used};
}

/* Set the reader's boundary to that of the parameter, without quotes; empty where there is none. */
static void take_boundary(struct reader *reader, struct text_span content_type)
{
    reader->boundary = (struct text_span){.text = "", .bytes = 0};
    (void)next_parameter(&content_type); /* the type itself */
    while (content_type.bytes) {
        struct text_span value = next_parameter(&content_type);
        struct text_span name = text_span_trim(text_span_cut(&value, '='));

        if (!text_span_equal(name, "boundary"))
            continue;
        value = text_span_trim(value);
        if (!value.bytes || value.text[0] != '"') {
            (void)text_span_next_word(&value, &reader->boundary);
            return;
        }
        /* it does not end in a blank, of which a line may have more (RFC 2046 section 5.1.1) */
        reader->boundary = text_span_trim(unescape(text_span_skip(value, 1), reader->unescaped));
        return;
    }
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

static bool is_identity(struct text_span encoding)
{
    static const char *const names[] = {"7bit", "8bit", "binary", "identity"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (text_span_equal(encoding, names[i]))
            return true;
    }
    return false;
}

static bool is_transfer_encoding(struct text_span encoding)
{
    return text_span_equal(encoding, "base64") || text_span_equal(encoding, "quoted-printable");
}

static void keep_length(struct part_headers *headers, struct text_span value)
{
    size_t length = 0;

    value = text_span_trim(value);
    if (!value.bytes)
        return;
    for (size_t i = 0; i < value.bytes; i++) {
        if (!isdigit((unsigned char)value.text[i]) || length > BOUND_SIP_MESSAGE_BYTES)
            return;
        length = length * 10 + (size_t)(value.text[i] - '0');
    }
    headers->length_known = true;
    headers->content_length = length;
}

/* Compact names are SIP's (RFC 3261 section 7.3.3), but seen here as well. */
static void keep_header(struct multipart_part *part, struct part_headers *headers,
                        struct text_span header)
{
    struct text_span name = text_span_trim(text_span_cut(&header, ':'));
    struct text_span value = header;

    if (text_span_equal(name, "Content-Type") || text_span_equal(name, "c"))
        part->content_type = next_parameter(&header);
    else if (text_span_equal(name, "Content-Disposition"))
        part->content_disposition = next_parameter(&header);
    else if (text_span_equal(name, "Content-Length") || text_span_equal(name, "l"))
        keep_length(headers, header);
    else if (text_span_equal(name, "Content-Transfer-Encoding") &&
             is_transfer_encoding(next_parameter(&value)))
        part->transfer_encoded = true;
    else if (text_span_equal(name, "Content-Transfer-Encoding") ||
             text_span_equal(name, "Content-Encoding") || text_span_equal(name, "e"))
        headers->encoded = headers->encoded || !is_identity(next_parameter(&header));
}

/*
 * Read the header lines of a part. Afterwards the reader stands behind the blank line, or at the
 * first line that can be no header: a delimiter, or content that came without a blank line.
 */
static enum status read_headers(struct reader *reader, struct multipart *out,
                                struct multipart_part *part, struct part_headers *headers)
{
    const char *first = reader->rest.text;

    for (;;) {
        struct reader before = *reader;

        if (!next_line(reader))
            break;
        if (!reader->line.bytes)
            return STATUS_OK;
        if (kind_of(reader) != LINE_CONTENT || !is_header(reader->line)) {
            reader->rest = before.rest;
            reader->line = before.line;
            break;
        }
        keep_header(part, headers, unfold(reader));
        if ((size_t)(reader->line.text + reader->line.bytes - first) > BOUND_MULTIPART_HEADER_BYTES)
            return STATUS_LIMIT;
    }
    deviation_add(&out->deviations, DEVIATION_MULTIPART_HEADER); /* no blank line */
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
        size_t content_bytes;

        if (kind != LINE_CONTENT) {
            if (bare_feed(reader))
                deviation_add(&out->deviations, DEVIATION_MULTIPART_BOUNDARY);
            part->body = (struct text_span){.text = first, .bytes = (size_t)(end - first)};
            return kind;
        }
        kind = kind_of_end(reader, &content_bytes);
        if (kind != LINE_CONTENT) {
            deviation_add(&out->deviations, DEVIATION_MULTIPART_BOUNDARY);
            end = reader->line.text + content_bytes;
            part->body = (struct text_span){.text = first, .bytes = (size_t)(end - first)};
            return kind;
        }
        end = reader->line.text + reader->line.bytes;
    }
    part->body = (struct text_span){.text = first, .bytes = (size_t)(reader->rest.text - first)};
    return LINE_CONTENT;
}

/* What a part without a type is, by its first bytes; "" where it is neither of the two. */
static struct text_span guess_type(struct text_span body)
{
    static const char sdp[] = "application/sdp";
    static const char metadata[] = "application/rs-metadata+xml";

    body = text_span_trim(body);
    if (text_span_starts_with(body, "v=0"))
        return (struct text_span){.text = sdp, .bytes = sizeof sdp - 1};
    if (text_span_starts_with(body, "<") &&
        memmem(body.text, body.bytes, "recording", strlen("recording")))
        return (struct text_span){.text = metadata, .bytes = sizeof metadata - 1};
    return (struct text_span){.text = "", .bytes = 0};
}

/* What the headers of a part have to do with its body. */
static void check_part(struct multipart_part *part, const struct part_headers *headers,
                       struct multipart *out)
{
    struct text_span type = part->content_type;

    /* the line end before the boundary is counted by some */
    if (headers->encoded || (headers->length_known && headers->content_length != part->body.bytes &&
                             headers->content_length != part->body.bytes + strlen("\r\n")))
        deviation_add(&out->deviations, DEVIATION_MULTIPART_HEADER);
    if (text_span_equal(text_span_cut(&type, '/'), "multipart"))
        deviation_add(&out->deviations, DEVIATION_NESTED_MULTIPART);
    if (!part->content_type.bytes) {
        part->content_type = guess_type(part->body);
        if (part->content_type.bytes)
            deviation_add(&out->deviations, DEVIATION_MULTIPART_HEADER);
    }
}

/* Pass over the preamble. Returns the kind of the line that ended it. */
static enum line_kind skip_preamble(struct reader *reader)
{
    enum line_kind kind = LINE_CONTENT;

    while (kind == LINE_CONTENT && next_line(reader))
        kind = kind_of(reader);
    return kind;
}

/* Whether what a recorder needs is there. */
static bool has_both(const struct multipart *parts)
{
    size_t index;

    return multipart_find(parts, "application/sdp", &index) == STATUS_OK &&
           (multipart_find(parts, "application/rs-metadata+xml", &index) == STATUS_OK ||
            multipart_find(parts, "application/rs-metadata", &index) == STATUS_OK);
}

static enum status read_parts(struct reader *reader, struct multipart *out)
{
    enum line_kind kind = skip_preamble(reader);
    struct text_span empty = {.text = "", .bytes = 0};

    if (kind != LINE_DELIMITER)
        return STATUS_INVALID;
    while (kind == LINE_DELIMITER && reader->rest.bytes) {
        struct multipart_part part = {empty, empty, empty, false};
        struct part_headers headers = {.encoded = false};
        enum status status = read_headers(reader, out, &part, &headers);

        if (status != STATUS_OK)
            return status;
        kind = read_body(reader, out, &part);
        check_part(&part, &headers, out);
        if (out->parts == BOUND_MULTIPART_PARTS)
            return has_both(out) ? STATUS_OK : STATUS_LIMIT;
        out->part[out->parts++] = part;
    }
    if (kind != LINE_CLOSE)
        deviation_add(&out->deviations, DEVIATION_MULTIPART_BOUNDARY);
    return out->parts ? STATUS_OK : STATUS_INVALID;
}

/*
 * The boundary that a body uses, whatever its Content-Type says: its first line, where that starts
 * with "--" and a header of a part follows. Empty where not.
 */
static struct text_span guess_boundary(struct text_span body)
{
    struct text_span none = {.text = "", .bytes = 0};
    struct text_span line;
    struct text_span header;

    while (body.bytes && text_span_is_blank(body.text[0]))
        body = text_span_skip(body, 1);
    if (!text_span_next_line(&body, &line) || !text_span_next_line(&body, &header))
        return none;
    line = text_span_trim(line);
    header = text_span_trim(text_span_cut(&header, ':'));
    header.bytes = header.bytes < strlen("Content-") ? 0 : strlen("Content-");
    if (!text_span_starts_with(line, "--") || !text_span_equal(header, "Content-"))
        return none;
    return text_span_skip(line, strlen("--"));
}

enum status multipart_read(struct text_span content_type, const char *body, size_t body_bytes,
                           struct multipart *out)
{
    struct reader reader = {.rest = {.text = body, .bytes = body_bytes}};
    struct multipart read = {.parts = 0};
    enum status status = STATUS_INVALID;

    take_boundary(&reader, content_type);
    if (reader.boundary.bytes)
        status = read_parts(&reader, &read);
    if (status == STATUS_INVALID) {
        reader.rest = (struct text_span){.text = body, .bytes = body_bytes};
        reader.boundary = guess_boundary(reader.rest);
        read = (struct multipart){.parts = 0};
        deviation_add(&read.deviations, DEVIATION_MULTIPART_BOUNDARY);
        if (reader.boundary.bytes)
            status = read_parts(&reader, &read);
    }
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
