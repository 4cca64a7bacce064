#include "body/siprec_xml.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/bounds.h"
#include "body/multipart_text.h"
#include "body/siprec_salvage.h"
#include "body/siprec_transfer.h"
#include "body/siprec_tree.h"
#include "body/siprec_utf8.h"

struct reader {
    XML_Parser parser;
    struct siprec_tree *tree;
    bool doctype;
};

static struct text_span span_of(const char *text)
{
    return (struct text_span){.text = text, .bytes = strlen(text)};
}

static void stop_where_failed(struct reader *reader)
{
    if (reader->tree->status != STATUS_OK)
        (void)XML_StopParser(reader->parser, XML_FALSE);
}

static void XMLCALL start_element(void *context, const char *name, const char **names_and_values)
{
    struct reader *reader = context;

    siprec_tree_open(reader->tree, span_of(name));
    for (; reader->tree->status == STATUS_OK && names_and_values[0]; names_and_values += 2)
        siprec_tree_attribute(reader->tree, span_of(names_and_values[0]),
                              span_of(names_and_values[1]));
    stop_where_failed(reader);
}

static void XMLCALL end_element(void *context, const char *name)
{
    struct reader *reader = context;

    (void)name;
    siprec_tree_close(reader->tree);
    stop_where_failed(reader);
}

static void XMLCALL character_data(void *context, const char *text, int text_bytes)
{
    struct reader *reader = context;

    siprec_tree_text(reader->tree, (struct text_span){.text = text, .bytes = (size_t)text_bytes});
}

static void XMLCALL start_doctype(void *context, const char *name, const char *system_id,
                                  const char *public_id, int has_internal_subset)
{
    struct reader *reader = context;

    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_internal_subset;
    reader->doctype = true;
    (void)XML_StopParser(reader->parser, XML_FALSE);
}

/*
 * Run expat over the text. *malformed says that it is not well-formed, which another reader may put
 * up with.
 */
static enum status parse(struct reader *reader, struct text_span text, bool *malformed,
                         struct fault *fault)
{
    XML_SetUserData(reader->parser, reader);
    XML_SetElementHandler(reader->parser, start_element, end_element);
    XML_SetCharacterDataHandler(reader->parser, character_data);
    XML_SetStartDoctypeDeclHandler(reader->parser, start_doctype);
    enum XML_Status parsed = XML_Parse(reader->parser, text.text, (int)text.bytes, XML_TRUE);
    enum status status = reader->tree->status;

    if (parsed == XML_STATUS_OK && status == STATUS_OK)
        return STATUS_OK;
    enum XML_Error error = XML_GetErrorCode(reader->parser);
    unsigned long line = (unsigned long)XML_GetCurrentLineNumber(reader->parser);
    if (status != STATUS_OK)
        return fault_set(fault, status, 0, "metadata line %lu: %s", line, reader->tree->why);
    if (reader->doctype)
        return fault_set(fault, STATUS_INVALID, 0, "metadata line %lu: a DOCTYPE is not accepted",
                         line);
    if (error == XML_ERROR_NO_MEMORY)
        return fault_set(fault, STATUS_NOMEM, 0, "metadata: out of memory");
    *malformed = true;
    return fault_set(fault, STATUS_INVALID, 0, "metadata line %lu: %s", line,
                     XML_ErrorString(error));
}

/*
 * Read well-formed text. What is UTF-8 is read as such: those who declare another encoding and send
 * UTF-8 all the same are many, texts in ISO 8859-1 that happen to be UTF-8 are none.
 */
static enum status read_strictly(struct text_span text, struct siprec_tree *tree, bool *malformed,
                                 struct fault *fault)
{
    const char *encoding = siprec_utf8_is_text(text) ? "UTF-8" : NULL;
    struct reader reader = {.parser = XML_ParserCreateNS(encoding, SIPREC_TREE_SEPARATOR),
                            .tree = tree};

    if (!reader.parser)
        return fault_set(fault, STATUS_NOMEM, 0, "metadata: out of memory");
    enum status status = parse(&reader, text, malformed, fault);
    XML_ParserFree(reader.parser);
    return status;
}

/* Read text that is not well-formed; fault says where, and stays where there is nothing in it. */
static enum status read_leniently(struct text_span text, struct siprec_tree *tree,
                                  struct fault *fault)
{
    enum status status = siprec_salvage(text, tree);

    if (status == STATUS_INVALID)
        return fault_set(fault, status, 0, "metadata: a DOCTYPE is not accepted");
    if (status == STATUS_OK && !tree->document.root)
        return STATUS_INVALID;
    if (status != STATUS_OK)
        return fault_set(fault, status, 0, "metadata: %s", tree->why ? tree->why : "out of memory");
    return STATUS_OK;
}

/* One reading, strict or, where malformed is NULL, lenient. */
static enum status read_once(struct text_span text, struct siprec_arena *arena, bool *malformed,
                             struct siprec_xml *out, struct fault *fault)
{
    struct siprec_tree *tree = siprec_tree_create(arena);

    if (!tree) {
        (void)fault_set(fault, STATUS_NOMEM, 0, "metadata: out of memory");
        return STATUS_NOMEM;
    }
    enum status status =
        malformed ? read_strictly(text, tree, malformed, fault) : read_leniently(text, tree, fault);
    if (status == STATUS_OK)
        *out = tree->document;
    free(tree);
    return status;
}

/* Read a text strictly; where it is not well-formed, leniently. */
static enum status read_plain(struct text_span text, struct siprec_arena *arena,
                              struct siprec_xml *out, struct fault *fault)
{
    bool malformed = false;
    enum status status = read_once(text, arena, &malformed, out, fault);

    if (malformed) {
        siprec_arena_deinit(arena); /* of what was read so far */
        status = read_once(text, arena, NULL, out, fault);
    }
    return status;
}

/* Read a text that is not well-formed: what a transfer encoding hides, or as far as it makes sense.
 */
static enum status read_malformed(struct text_span text, struct siprec_arena *arena,
                                  struct siprec_xml *out, struct fault *fault)
{
    char *plain = malloc(text.bytes);
    size_t plain_bytes;
    enum status status;

    if (!plain)
        return fault_set(fault, STATUS_NOMEM, 0, "metadata: out of memory");
    if (siprec_transfer_decode(text, plain, &plain_bytes))
        status =
            read_plain((struct text_span){.text = plain, .bytes = plain_bytes}, arena, out, fault);
    else
        status = read_once(text, arena, NULL, out, fault);
    free(plain);
    if (status != STATUS_OK)
        return status;
    fault_clear(fault);
    out->malformed = true;
    return STATUS_OK;
}

static enum status read_text(struct text_span text, struct siprec_arena *arena,
                             struct siprec_xml *out, struct fault *fault)
{
    bool malformed = false;
    enum status status = read_once(text, arena, &malformed, out, fault);

    if (malformed) {
        siprec_arena_deinit(arena);
        status = read_malformed(text, arena, out, fault);
    }
    return status;
}

enum status siprec_xml_read(const char *xml, size_t xml_bytes, struct siprec_arena *arena,
                            struct siprec_xml *out, struct fault *fault)
{
    static const char declaration[] = "<?xml";
    struct text_span text = {.text = xml, .bytes = xml_bytes};

    if (xml_bytes > BOUND_METADATA_BYTES)
        return fault_set(fault, STATUS_LIMIT, 0, "metadata: %zu bytes, at most %d are read",
                         xml_bytes, BOUND_METADATA_BYTES);
    while (text.bytes && text_span_is_blank(text.text[0]))
        text = text_span_skip(text, 1);
    if (!text.bytes)
        return fault_set(fault, STATUS_INVALID, 0, "metadata: empty");
    enum status status = read_text(text, arena, out, fault);
    /* XML wants its declaration first (XML 1.0 section 2.8); some send a blank line before it. */
    if (status == STATUS_OK && text.text != xml && text.bytes >= strlen(declaration) &&
        memcmp(text.text, declaration, strlen(declaration)) == 0)
        out->malformed = true;
    return status;
}

/* Most names differ in their first letter; a document is walked for many names. */
bool siprec_xml_is(const struct siprec_xml_node *node, const char *name)
{
    return ((node->name[0] ^ name[0]) & ~0x20) == 0 && strcasecmp(node->name, name) == 0;
}

const struct siprec_xml_node *siprec_xml_child(const struct siprec_xml_node *node, const char *name)
{
    const struct siprec_xml_node *child = node->child;

    while (child && !siprec_xml_is(child, name))
        child = child->next;
    return child;
}

char *siprec_xml_child_text(const struct siprec_xml_node *node, const char *name)
{
    for (const struct siprec_xml_node *child = node->child; child; child = child->next) {
        if (child->text[0] && siprec_xml_is(child, name))
            return child->text;
    }
    return "";
}

char *siprec_xml_attribute(const struct siprec_xml_node *node, const char *name)
{
    for (const struct siprec_xml_attribute *one = node->attributes; one; one = one->next) {
        if (strcasecmp(one->name, name) == 0)
            return one->value;
    }
    return NULL;
}

const struct siprec_xml_node *siprec_xml_walk(const struct siprec_xml_node *node,
                                              const struct siprec_xml_node *top)
{
    if (node->child)
        return node->child;
    while (node != top && !node->next)
        node = node->parent;
    return node == top ? NULL : node->next;
}

const struct siprec_xml_node *siprec_xml_find(const struct siprec_xml_node *top, const char *name)
{
    const struct siprec_xml_node *node = siprec_xml_walk(top, top);

    while (node && !siprec_xml_is(node, name))
        node = siprec_xml_walk(node, top);
    return node;
}
