#include "body/siprec_salvage.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "body/multipart_text.h"
#include "body/siprec_names.h"
#include "body/siprec_salvage_tag.h"
#include "body/siprec_utf8.h"

enum {
    /* how often, on average, a byte may be looked at in vain */
    PATIENCE = 8,
    /* the most that one byte becomes in UTF-8, where it is taken for ISO 8859-1 */
    CLEAN_BYTES_PER_BYTE = 2,
    REFERENCE_BYTES_MAX = 12, /* "&#x10FFFF;" and some leading zeros */
};

struct scanner {
    struct text_span rest;
    struct siprec_tree *tree;
    char *value;     /* room for one attribute's value */
    size_t patience; /* bytes that may still be looked at in vain */
};

/* The text as UTF-8 without control characters. Returns its bytes. */
static size_t clean(struct text_span text, char *out)
{
    size_t used = 0;

    while (text.bytes) {
        unsigned char byte = (unsigned char)text.text[0];
        size_t length = siprec_utf8_length(text);

        if (length > 1 || (length && (byte >= ' ' || text_span_is_blank((char)byte)))) {
            memcpy(out + used, text.text, length);
            used += length;
        } else if (byte >= 0xA0) {
            used += siprec_utf8_write(byte, out + used);
        } else if (byte >= 0x80) {
            out[used++] = '?'; /* no character in ISO 8859-1 */
        }
        text = text_span_skip(text, length ? length : 1);
    }
    return used;
}

/* The number in "#38" or "#x26"; 0, which is no character, where it is none. */
static uint32_t code_of(struct text_span digits)
{
    uint32_t code = 0;
    unsigned base = 10;

    digits = text_span_skip(digits, 1);
    if (text_span_starts_with(digits, "x")) {
        digits = text_span_skip(digits, 1);
        base = 16;
    }
    for (size_t i = 0; i < digits.bytes; i++) {
        char byte = digits.text[i];

        if (!isxdigit((unsigned char)byte) || (base == 10 && !isdigit((unsigned char)byte)))
            return 0;
        code = code * base + (isdigit((unsigned char)byte) ? (uint32_t)(byte - '0')
                                                           : (uint32_t)((byte | 0x20) - 'a') + 10);
        if (code > 0x10FFFF)
            return 0;
    }
    return code;
}

/* Cut a reference off *rest. Returns the bytes of what it stands for; 0 where it is none. */
static size_t cut_reference(struct text_span *rest, char out[static 4])
{
    static const struct {
        const char *name;
        char character;
    } known[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    struct text_span left = text_span_skip(*rest, 1);
    size_t written = 0;

    if (left.bytes > REFERENCE_BYTES_MAX)
        left.bytes = REFERENCE_BYTES_MAX;
    struct text_span name = text_span_cut(&left, ';');
    if (name.text + name.bytes == left.text) /* no semicolon */
        return 0;
    if (text_span_starts_with(name, "#"))
        written = siprec_utf8_write(code_of(name), out);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (text_span_equal(name, known[i].name)) {
            out[0] = known[i].character;
            written = 1;
        }
    }
    if (written)
        *rest = text_span_skip(*rest, name.bytes + 2);
    return written;
}

/* Read text up to the next markup; what stands first is text even where it looks like markup. */
static void read_text(struct scanner *scanner)
{
    struct text_span text = {.text = scanner->rest.text, .bytes = 1};
    char character[4];
    size_t written = 0;

    if (text.text[0] == '&')
        written = cut_reference(&scanner->rest, character);
    if (written) {
        siprec_tree_text(scanner->tree, (struct text_span){.text = character, .bytes = written});
        return;
    }
    while (text.bytes < scanner->rest.bytes && text.text[text.bytes] != '<' &&
           text.text[text.bytes] != '&')
        text.bytes++;
    siprec_tree_text(scanner->tree, text);
    scanner->rest = text_span_skip(scanner->rest, text.bytes);
}

/* An attribute's value with its references resolved, in scanner->value. */
static struct text_span resolve(struct scanner *scanner, struct text_span value)
{
    size_t used = 0;

    while (value.bytes) {
        size_t written = value.text[0] == '&' ? cut_reference(&value, scanner->value + used) : 0;

        if (!written) {
            scanner->value[used] = value.text[0];
            value = text_span_skip(value, 1);
            written = 1;
        }
        used += written;
    }
    return (struct text_span){.text = scanner->value, .bytes = used};
}

/* Pass over all up to and with `end`; over all that is left where that does not come. */
static void skip_past(struct scanner *scanner, const char *end)
{
    const char *found = memmem(scanner->rest.text, scanner->rest.bytes, end, strlen(end));
    size_t bytes = found ? (size_t)(found - scanner->rest.text) + strlen(end) : scanner->rest.bytes;

    scanner->rest = text_span_skip(scanner->rest, bytes);
}

/* Whether the open elements but the root are all of the metadata's own, not a vendor's. */
static bool within_own(const struct siprec_tree *tree)
{
    for (size_t i = 1; i < tree->depth; i++) {
        const char *name = tree->open[i].node->name;

        if (!siprec_names_own((struct text_span){.text = name, .bytes = strlen(name)}))
            return false;
    }
    return true;
}

static void close_down_to(struct siprec_tree *tree, size_t depth)
{
    while ((tree->left_out || tree->depth > depth) && !tree->no_memory)
        siprec_tree_close(tree);
}

/* Read a start tag. Returns false, with nothing changed but patience, where it is none. */
static bool read_start(struct scanner *scanner)
{
    struct siprec_salvage_tag tag;
    struct text_span rest = text_span_skip(scanner->rest, 1);
    struct siprec_tree *tree = scanner->tree;

    if (!siprec_salvage_cut_tag(&rest, &tag, &scanner->patience))
        return false;
    /* the end tag of the one before is missing: these stand in the root only */
    if (siprec_names_item(tag.local) && within_own(tree))
        close_down_to(tree, 1);
    siprec_tree_open(tree, tag.name);
    struct text_span attributes = tag.attributes;
    struct text_span name;
    struct text_span value;
    while (!tree->no_memory &&
           siprec_salvage_cut_attribute(&attributes, &name, &value, &scanner->patience))
        siprec_tree_attribute(tree, name, resolve(scanner, value));
    if (tag.empty)
        siprec_tree_close(tree);
    scanner->rest = rest;
    return true;
}

/*
 * Close what an end tag names and all within that; one that names nothing is passed over, or is
 * that of an element that was left out.
 */
static bool read_end(struct scanner *scanner)
{
    struct text_span rest = text_span_skip(scanner->rest, 2);
    struct siprec_tree *tree = scanner->tree;
    struct text_span name = siprec_salvage_cut_name(&rest);

    if (!name.bytes)
        return false;
    struct text_span local = siprec_salvage_local(name);
    size_t depth = tree->depth;
    while (depth && !text_span_equal(local, tree->open[depth - 1].node->name))
        depth--;
    if (depth)
        close_down_to(tree, depth - 1);
    else if (tree->left_out)
        siprec_tree_close(tree);
    while (rest.bytes && text_span_is_blank(rest.text[0]))
        rest = text_span_skip(rest, 1);
    if (rest.bytes && rest.text[0] == '>')
        rest = text_span_skip(rest, 1);
    scanner->rest = rest;
    return true;
}

/* The bytes of a comment; all that is left where it does not end. */
static size_t comment_bytes(struct text_span text)
{
    struct text_span inner = text_span_skip(text, strlen("<!--"));
    const char *end = memmem(inner.text, inner.bytes, "-->", strlen("-->"));

    return end ? (size_t)(end - text.text) + strlen("-->") : text.bytes;
}

/* The bytes of a "<!X ...>" with what it has in brackets and quotes; 0 where it does not end. */
static size_t declaration_bytes(struct text_span text, size_t *patience)
{
    bool bracket = false;
    char quote = '\0';

    for (size_t i = 2; i < text.bytes && *patience; i++, --*patience) {
        char byte = text.text[i];

        if (quote) {
            quote = byte == quote ? '\0' : quote;
        } else if (byte == '"' || byte == '\'') {
            quote = byte;
        } else if (byte == '[' || byte == ']') {
            bracket = byte == '[';
        } else if (byte == '>' && !bracket) {
            return i + 1;
        } else if (byte == '<' && text_span_starts_with(text_span_skip(text, i), "<!--")) {
            size_t bytes = comment_bytes(text_span_skip(text, i));

            i += bytes - 1;
            *patience -= bytes < *patience ? bytes - 1 : *patience - 1;
        }
    }
    return 0;
}

/* Pass over a DOCTYPE, or what may stand in one only. Returns false where it is neither. */
static bool skip_doctype(struct scanner *scanner)
{
    static const char *const starts[] = {"<!DOCTYPE", "<!ENTITY",   "<!ELEMENT",
                                         "<!ATTLIST", "<!NOTATION", "<!["};

    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (!text_span_starts_with(scanner->rest, starts[i]))
            continue;
        size_t bytes = declaration_bytes(scanner->rest, &scanner->patience);

        scanner->rest = text_span_skip(scanner->rest, bytes ? bytes : 1);
        while (!bytes && scanner->rest.bytes && scanner->rest.text[0] != '<')
            scanner->rest = text_span_skip(scanner->rest, 1);
        scanner->tree->document.doctype = true;
        return true;
    }
    return false;
}

/* Read what starts with "<!". Returns false where that is text. */
static bool read_declaration(struct scanner *scanner)
{
    struct text_span text = scanner->rest;

    if (text_span_starts_with(text, "<!--")) {
        scanner->rest = text_span_skip(text, comment_bytes(text));
        return true;
    }
    if (!text_span_starts_with(text, "<![CDATA["))
        return skip_doctype(scanner);
    text = text_span_skip(text, strlen("<![CDATA["));
    scanner->rest = text;
    skip_past(scanner, "]]>");
    text.bytes -= scanner->rest.bytes;
    if (text.bytes >= 3 && memcmp(text.text + text.bytes - 3, "]]>", 3) == 0)
        text.bytes -= 3;
    siprec_tree_text(scanner->tree, text);
    return true;
}

/* Read markup at the '<' that comes next. Returns false where that is text. */
static bool read_markup(struct scanner *scanner)
{
    char next = scanner->rest.bytes > 1 ? scanner->rest.text[1] : '\0';

    if (next == '!')
        return read_declaration(scanner);
    if (next == '?') {
        skip_past(scanner, ">"); /* "?>", and also where the '?' was forgotten */
        return true;
    }
    return next == '/' ? read_end(scanner) : read_start(scanner);
}

static void scan(struct scanner *scanner)
{
    struct siprec_tree *tree = scanner->tree;

    while (scanner->rest.bytes && !tree->no_memory && (tree->depth || !tree->document.root)) {
        if (scanner->rest.text[0] != '<' || !read_markup(scanner))
            read_text(scanner);
    }
    close_down_to(tree, 0);
}

enum status siprec_salvage(struct text_span text, struct siprec_tree *tree)
{
    char *cleaned = malloc(text.bytes * CLEAN_BYTES_PER_BYTE + 1);
    char *value = malloc(text.bytes * CLEAN_BYTES_PER_BYTE + 1);
    enum status status = STATUS_NOMEM;

    if (!cleaned || !value)
        goto out;
    struct scanner scanner = {
        .rest = {.text = cleaned, .bytes = clean(text, cleaned)},
        .tree = tree,
        .value = value,
        .patience = text.bytes * PATIENCE,
    };
    scan(&scanner);
    if (!tree->no_memory)
        status = STATUS_OK;
out:
    free(value);
    free(cleaned);
    return status;
}
