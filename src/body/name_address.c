#include "body/name_address.h"

#include <string.h>

#include "base/text.h"
#include "body/multipart_text.h"
#include "body/siprec_number.h"
#include "body/siprec_utf8.h"

enum { URI_BYTES = 512, RAW_NAME_BYTES = 512 };

/* Where a byte stands outside of a quoted string; all of the span where it does not. */
static size_t find_outside_quotes(struct text_span span, char byte)
{
    bool quoted = false;

    for (size_t i = 0; i < span.bytes; i++) {
        if (quoted && span.text[i] == '\\')
            i++;
        else if (span.text[i] == '"')
            quoted = !quoted;
        else if (!quoted && span.text[i] == byte)
            return i;
    }
    return span.bytes;
}

static struct text_span span_of(const char *text, size_t bytes)
{
    return (struct text_span){.text = text, .bytes = bytes};
}

void name_address_read(const char *value, struct name_address *read)
{
    struct text_span all = text_span_trim(span_of(value, strlen(value)));
    size_t open = find_outside_quotes(all, '<');

    if (open == all.bytes) { /* addr-spec: what follows ';' is the header's (RFC 3261 20.10) */
        all.bytes = find_outside_quotes(all, ',');
        size_t end = find_outside_quotes(all, ';');
        read->name = span_of(value, 0);
        read->uri = text_span_trim(span_of(all.text, end));
        read->parameters = text_span_skip(all, end);
        return;
    }
    struct text_span inner = text_span_skip(all, open + 1);
    read->name = text_span_trim(span_of(all.text, open));
    read->uri = text_span_trim(text_span_cut(&inner, '>'));
    inner.bytes = find_outside_quotes(inner, ',');
    read->parameters = text_span_trim(inner);
}

static void copy_span(char *to, size_t to_bytes, struct text_span span)
{
    size_t bytes = span.bytes < to_bytes ? span.bytes : to_bytes - 1;

    memcpy(to, span.text, bytes);
    to[bytes] = '\0';
}

void name_address_number(const struct name_address *address, char number[static BOUND_NUMBER_BYTES])
{
    char uri[URI_BYTES];
    char user[URI_BYTES];

    copy_span(uri, sizeof uri, address->uri);
    siprec_number_of_aor(uri, user);
    text_copy(number, BOUND_NUMBER_BYTES, user);
}

/* out: char[2 * raw.bytes + 1] */
static void clean(struct text_span raw, char *out)
{
    size_t used = 0;

    while (raw.bytes) {
        unsigned char byte = (unsigned char)raw.text[0];
        size_t bytes = siprec_utf8_length(raw);
        if (bytes == 0) {
            out[used++] = (char)(0xc0 | byte >> 6);
            out[used++] = (char)(0x80 | (byte & 0x3f));
            bytes = 1;
        } else if (byte >= ' ' && byte != 0x7f) {
            memcpy(out + used, raw.text, bytes);
            used += bytes;
        }
        raw = text_span_skip(raw, bytes);
    }
    out[used] = '\0';
}

void name_address_name(const struct name_address *address, char name[static BOUND_NAME_BYTES])
{
    struct text_span span = address->name;
    char raw[RAW_NAME_BYTES];
    char text[2 * RAW_NAME_BYTES + 1];
    size_t used = 0;
    bool quoted = span.bytes && span.text[0] == '"';

    for (size_t i = quoted; i < span.bytes && used < sizeof raw; i++) {
        if (quoted && span.text[i] == '"')
            break;
        if (quoted && span.text[i] == '\\' && i + 1 < span.bytes)
            i++;
        raw[used++] = span.text[i];
    }
    clean(span_of(raw, used), text);
    text_copy(name, BOUND_NAME_BYTES, text);
}

/* ";x-nearend;x-refci=27" */
static bool find_parameter(struct text_span list, const char *name, struct text_span *value)
{
    while (list.bytes) {
        size_t end = find_outside_quotes(list, ';');
        struct text_span one = text_span_trim(span_of(list.text, end));
        struct text_span key = text_span_trim(text_span_cut(&one, '='));
        list = text_span_skip(list, end < list.bytes ? end + 1 : end);
        if (!text_span_equal(key, name))
            continue;
        *value = text_span_trim(one);
        return true;
    }
    return false;
}

bool name_address_parameter(const struct name_address *address, const char *name, char *value,
                            size_t value_bytes)
{
    struct text_span rest = address->uri;
    struct text_span found;
    struct text_span user = text_span_cut(&rest, '@'); /* may hold ';' and '?' itself */

    if (!rest.bytes)
        rest = user;
    rest = text_span_cut(&rest, '?');
    (void)text_span_cut(&rest, ';');
    if (!find_parameter(rest, name, &found) && !find_parameter(address->parameters, name, &found))
        return false;
    if (found.bytes > 1 && found.text[0] == '"' && found.text[found.bytes - 1] == '"')
        found = span_of(found.text + 1, found.bytes - 2);
    copy_span(value, value_bytes, found);
    return true;
}
