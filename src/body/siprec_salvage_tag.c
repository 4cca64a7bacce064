#include "body/siprec_salvage_tag.h"

#include <ctype.h>

#include "base/bounds.h"
#include "body/multipart_text.h"

static bool is_name_byte(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_' || byte == '-' || byte == '.' || byte == ':';
}

struct text_span siprec_salvage_cut_name(struct text_span *rest)
{
    struct text_span name = {.text = rest->text, .bytes = 0};

    if (!rest->bytes || !(isalpha((unsigned char)rest->text[0]) || rest->text[0] == '_'))
        return name;
    while (name.bytes < rest->bytes && is_name_byte(name.text[name.bytes]))
        name.bytes++;
    *rest = text_span_skip(*rest, name.bytes);
    return name;
}

struct text_span siprec_salvage_local(struct text_span name)
{
    for (size_t i = name.bytes; i > 0; i--) {
        if (name.text[i - 1] == ':')
            return text_span_skip(name, i);
    }
    return name;
}

/* "sip:bob" is an address, not an element bob of a namespace sip. */
static bool is_address(struct text_span name)
{
    static const char *const schemes[] = {"sip", "sips", "tel", "mailto", "h323", "im", "pres"};
    struct text_span rest = name;
    struct text_span scheme = text_span_cut(&rest, ':');

    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (scheme.bytes < name.bytes && text_span_equal(scheme, schemes[i]))
            return true;
    }
    return false;
}

static struct text_span skip_blanks(struct text_span text)
{
    while (text.bytes && text_span_is_blank(text.text[0]))
        text = text_span_skip(text, 1);
    return text;
}

static bool pay(size_t *patience)
{
    if (*patience)
        --*patience;
    return *patience > 0;
}

/* Whether what is behind a quote shows that the value has ended there. */
static bool is_behind_value(struct text_span text)
{
    struct text_span rest = skip_blanks(text);

    if (!rest.bytes || rest.text[0] == '>' || rest.text[0] == '/' || rest.text[0] == '?')
        return true;
    if (rest.text == text.text)
        return false; /* attributes are apart */
    struct text_span name = siprec_salvage_cut_name(&rest);
    rest = skip_blanks(rest);
    return name.bytes && rest.bytes && rest.text[0] == '=';
}

/* The bytes of a value up to its closing quote; false where that is missing. */
static bool find_quote(struct text_span text, char quote, size_t *length, size_t *patience)
{
    size_t most = text.bytes < BOUND_METADATA_TEXT ? text.bytes : BOUND_METADATA_TEXT;

    for (size_t i = 0; i < most && pay(patience); i++) {
        if (text.text[i] == quote && is_behind_value(text_span_skip(text, i + 1))) {
            *length = i;
            return true;
        }
        /* no value holds the start of an end tag: the quote was forgotten */
        if (text.text[i] == '<' && i + 1 < text.bytes && text.text[i + 1] == '/')
            return false;
    }
    return false;
}

/* A value up to a blank or the end of the tag. */
static size_t bare_length(struct text_span text, size_t *patience)
{
    size_t length = 0;

    while (length < text.bytes && pay(patience) && !text_span_is_blank(text.text[length]) &&
           text.text[length] != '>' && text.text[length] != '<')
        length++;
    if (length && length < text.bytes && text.text[length] == '>' && text.text[length - 1] == '/')
        length--;
    return length;
}

static struct text_span cut_value(struct text_span *rest, size_t *patience)
{
    struct text_span value = *rest;
    char quote = value.bytes ? value.text[0] : '\0';
    size_t length;

    if (quote == '"' || quote == '\'') {
        value = text_span_skip(value, 1);
        if (find_quote(value, quote, &length, patience)) {
            *rest = text_span_skip(value, length + 1);
            value.bytes = length;
            return value;
        }
    }
    value.bytes = bare_length(value, patience);
    *rest =
        (struct text_span){.text = value.text + value.bytes,
                           .bytes = rest->bytes - (size_t)(value.text - rest->text) - value.bytes};
    return value;
}

bool siprec_salvage_cut_attribute(struct text_span *rest, struct text_span *name,
                                  struct text_span *value, size_t *patience)
{
    struct text_span left = skip_blanks(*rest);
    struct text_span found = siprec_salvage_cut_name(&left);

    *rest = left;
    if (!found.bytes)
        return false;
    *name = found;
    *value = (struct text_span){.text = "", .bytes = 0};
    left = skip_blanks(left);
    if (left.bytes && left.text[0] == '=') {
        left = skip_blanks(text_span_skip(left, 1));
        *value = cut_value(&left, patience);
        *rest = left;
    }
    return true;
}

bool siprec_salvage_cut_tag(struct text_span *rest, struct siprec_salvage_tag *tag,
                            size_t *patience)
{
    struct text_span left = *rest;
    struct siprec_salvage_tag found = {.name = siprec_salvage_cut_name(&left)};
    struct text_span name;
    struct text_span value;

    if (!found.name.bytes || is_address(found.name) || !*patience)
        return false;
    found.local = siprec_salvage_local(found.name);
    found.attributes = left;
    if (left.bytes && !text_span_is_blank(left.text[0]) && left.text[0] != '/' &&
        left.text[0] != '>')
        return false;
    while (siprec_salvage_cut_attribute(&left, &name, &value, patience)) {
        if (!pay(patience))
            return false;
    }
    if (left.bytes && left.text[0] == '/') {
        found.empty = true;
        left = skip_blanks(text_span_skip(left, 1));
    }
    if (!left.bytes || left.text[0] != '>')
        return false;
    found.attributes.bytes = (size_t)(left.text - found.attributes.text);
    *rest = text_span_skip(left, 1);
    *tag = found;
    return true;
}
