#include "tools/callgen/sip_message.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/bounds.h"

/* compact forms, RFC 3261 section 7.3.3 */
static const struct {
    char letter;
    const char *name;
} compact[] = {
    {'i', "Call-ID"},        {'m', "Contact"}, {'e', "Content-Encoding"},
    {'l', "Content-Length"}, {'f', "From"},    {'c', "Content-Type"},
    {'k', "Supported"},      {'t', "To"},      {'v', "Via"},
};

static struct sip_span trimmed(const char *start, size_t bytes)
{
    while (bytes > 0 && isspace((unsigned char)start[0])) {
        start++;
        bytes--;
    }
    while (bytes > 0 && isspace((unsigned char)start[bytes - 1])) {
        bytes--;
    }
    return (struct sip_span){start, bytes};
}

static bool name_is(struct sip_span found, const char *name)
{
    if (found.bytes == strlen(name)) {
        return strncasecmp(found.start, name, found.bytes) == 0;
    }
    for (size_t i = 0; found.bytes == 1 && i < sizeof(compact) / sizeof(compact[0]); i++) {
        if (tolower((unsigned char)found.start[0]) == compact[i].letter) {
            return strcasecmp(compact[i].name, name) == 0;
        }
    }
    return false;
}

bool sip_span_is(struct sip_span span, const char *text)
{
    return span.start != NULL && span.bytes == strlen(text) &&
           memcmp(span.start, text, span.bytes) == 0;
}

/* Take one line with its continuation lines off the front of rest. */
static struct sip_span take_line(struct sip_span *rest)
{
    size_t length = 0;
    while (length < rest->bytes) {
        if (rest->start[length++] == '\n' &&
            (length == rest->bytes ||
             (rest->start[length] != ' ' && rest->start[length] != '\t'))) {
            break;
        }
    }
    struct sip_span line = {rest->start, length};
    rest->start += length;
    rest->bytes -= length;
    return line;
}

static struct sip_span find_header(struct sip_span headers, const char *name, size_t index)
{
    while (headers.bytes > 0) {
        struct sip_span line = take_line(&headers);
        const char *colon = memchr(line.start, ':', line.bytes);
        if (colon == NULL || !name_is(trimmed(line.start, (size_t)(colon - line.start)), name)) {
            continue;
        }
        if (index-- == 0) {
            return trimmed(colon + 1, line.bytes - (size_t)(colon + 1 - line.start));
        }
    }
    return (struct sip_span){0};
}

struct sip_span sip_message_header(const struct sip_message *message, const char *name,
                                   size_t index)
{
    return find_header(message->headers, name, index);
}

/* Decimal digits at the start of a span, at most nine; the number of digits, 0 where none. */
static size_t read_number(struct sip_span span, unsigned long *number)
{
    size_t digits = 0;
    unsigned long value = 0;
    while (digits < span.bytes && isdigit((unsigned char)span.start[digits])) {
        if (digits == 10) {
            return 0;
        }
        value = value * 10 + (unsigned long)(span.start[digits++] - '0');
    }
    if (digits > 0) {
        *number = value;
    }
    return digits;
}

/* First line, headers and the rest; false where there is no empty line. */
static bool split(const char *text, size_t text_bytes, struct sip_span *first,
                  struct sip_span *headers, struct sip_span *rest)
{
    const char *end = memmem(text, text_bytes, "\r\n\r\n", 4);
    if (end == NULL) {
        return false;
    }
    size_t head = (size_t)(end - text) + 2;
    const char *line_end = memmem(text, head, "\r\n", 2);
    *first = (struct sip_span){text, (size_t)(line_end - text)};
    *headers = (struct sip_span){line_end + 2, head - (size_t)(line_end + 2 - text)};
    *rest = (struct sip_span){end + 4, text_bytes - head - 2};
    return true;
}

enum status sip_message_frame(const char *text, size_t text_bytes, size_t *message_bytes)
{
    struct sip_span first;
    struct sip_span headers;
    struct sip_span rest;
    unsigned long length = 0;
    if (!split(text, text_bytes, &first, &headers, &rest)) {
        return text_bytes > BOUND_SIP_MESSAGE_BYTES ? STATUS_INVALID : STATUS_BUSY;
    }
    struct sip_span value = find_header(headers, "Content-Length", 0);
    if (read_number(value, &length) == 0 || length > BOUND_SIP_MESSAGE_BYTES) {
        return STATUS_INVALID;
    }
    if (length > rest.bytes) {
        return STATUS_BUSY;
    }
    *message_bytes = (size_t)(rest.start - text) + length;
    return STATUS_OK;
}

static bool read_first_line(struct sip_span line, struct sip_message *message)
{
    static const char version[] = "SIP/2.0";
    const size_t version_bytes = sizeof(version) - 1;
    if (line.bytes >= version_bytes + 4 && memcmp(line.start, version, version_bytes) == 0) {
        struct sip_span code = {line.start + version_bytes + 1, 3};
        unsigned long number = 0;
        bool readable = read_number(code, &number) == 3 && number >= 100 && number < 700;
        message->status_code = (unsigned)number;
        return readable;
    }
    const char *blank = memchr(line.start, ' ', line.bytes);
    if (blank == NULL || blank == line.start || line.bytes <= version_bytes ||
        memcmp(line.start + line.bytes - version_bytes, version, version_bytes) != 0) {
        return false;
    }
    message->method = (struct sip_span){line.start, (size_t)(blank - line.start)};
    return true;
}

static bool read_cseq(struct sip_message *message)
{
    struct sip_span value = find_header(message->headers, "CSeq", 0);
    size_t digits = read_number(value, &message->cseq);
    if (digits == 0) {
        return false;
    }
    struct sip_span method = trimmed(value.start + digits, value.bytes - digits);
    if (message->status_code != 0) {
        message->method = method;
    }
    return method.bytes > 0;
}

enum status sip_message_read(const char *text, size_t text_bytes, struct sip_message *message)
{
    struct sip_message read = {0};
    struct sip_span first;
    if (!split(text, text_bytes, &first, &read.headers, &read.body)) {
        return STATUS_INVALID;
    }
    read.call_id = find_header(read.headers, "Call-ID", 0);
    if (!read_first_line(first, &read) || read.call_id.bytes == 0 || !read_cseq(&read)) {
        return STATUS_INVALID;
    }
    struct sip_span stated = find_header(read.headers, "Content-Length", 0);
    unsigned long length = 0;
    if (read_number(stated, &length) > 0) {
        if (length > read.body.bytes) {
            return STATUS_INVALID;
        }
        read.body.bytes = length;
    }
    *message = read;
    return STATUS_OK;
}

struct sip_span sip_span_uri(struct sip_span value)
{
    const char *open = value.bytes == 0 ? NULL : memchr(value.start, '<', value.bytes);
    if (open != NULL) {
        size_t left = value.bytes - (size_t)(open + 1 - value.start);
        const char *close = memchr(open + 1, '>', left);
        return (struct sip_span){open + 1, close == NULL ? left : (size_t)(close - open - 1)};
    }
    const char *end = value.bytes == 0 ? NULL : memchr(value.start, ';', value.bytes);
    return trimmed(value.start, end == NULL ? value.bytes : (size_t)(end - value.start));
}
