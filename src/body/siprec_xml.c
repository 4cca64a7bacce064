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

enum {
    /* how many elements past the limits may be open within each other: expat keeps memory for each
       of them, the lenient reader none */
    LEFT_OUT_MAX = 1024,
};

/* What came of a strict reading. */
enum outcome {
    OUTCOME_READ,
    OUTCOME_STOPPED, /* by a DOCTYPE, or too deep; well-formed so far */
    OUTCOME_MALFORMED,
    OUTCOME_NO_MEMORY
};

struct reader {
    XML_Parser parser;
    struct siprec_tree *tree;
    bool doctype;
    bool deep;
};

static struct text_span span_of(const char *text)
{
    return (struct text_span){.text = text, .bytes = strlen(text)};
}

static void XMLCALL start_element(void *context, const char *name, const char **names_and_values)
{
    struct reader *reader = context;
    struct siprec_tree *tree = reader->tree;

    siprec_tree_open(tree, span_of(name));
    for (; !tree->no_memory && names_and_values[0]; names_and_values += 2)
        siprec_tree_attribute(tree, span_of(names_and_values[0]), span_of(names_and_values[1]));
    reader->deep = tree->left_out > LEFT_OUT_MAX;
    if (reader->deep || tree->no_memory)
        (void)XML_StopParser(reader->parser, XML_FALSE);
}

static void XMLCALL end_element(void *context, const char *name)
{
    struct reader *reader = context;

    (void)name;
    siprec_tree_close(reader->tree);
    if (reader->tree->no_memory)
        (void)XML_StopParser(reader->parser, XML_FALSE);
}

static void XMLCALL character_data(void *context, const char *text, int text_bytes)
{
    struct reader *reader = context;

    siprec_tree_text(reader->tree, (struct text_span){.text = text, .bytes = (size_t)text_bytes});
}

/* Called before anything in it is declared, so that no entity ever is. */
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

/* Run expat over the text; fault says what stopped it. */
static enum outcome parse(struct reader *reader, struct text_span text, struct fault *fault)
{
    XML_SetUserData(reader->parser, reader);
    XML_SetElementHandler(reader->parser, start_element, end_element);
    XML_SetCharacterDataHandler(reader->parser, character_data);
    XML_SetStartDoctypeDeclHandler(reader->parser, start_doctype);
    enum XML_Status parsed = XML_Parse(reader->parser, text.text, (int)text.bytes, XML_TRUE);
    enum XML_Error error = XML_GetErrorCode(reader->parser);
    unsigned long line = (unsigned long)XML_GetCurrentLineNumber(reader->parser);

    if (reader->tree->no_memory || error == XML_ERROR_NO_MEMORY)
        return OUTCOME_NO_MEMORY;
    if (parsed == XML_STATUS_OK)
        return OUTCOME_READ;
    (void)fault_set(fault, STATUS_INVALID, 0, "metadata line %lu: %s", line,
                    reader->doctype ? "a DOCTYPE is not accepted" : XML_ErrorString(error));
    return reader->doctype || reader->deep ? OUTCOME_STOPPED : OUTCOME_MALFORMED;
}

/*
 * Read well-formed text. What is UTF-8 is read as such: those who declare another encoding and send
 * UTF-8 all the same are many, texts in ISO 8859-1 that happen to be UTF-8 are none.
 */
static enum outcome read_strictly(struct text_span text, struct siprec_arena *arena,
                                  struct siprec_xml *out, struct fault *fault)
{
    const char *encoding = siprec_utf8_is_text(text) ? "UTF-8" : NULL;
    struct reader reader = {.tree = siprec_tree_create(arena)};
    enum outcome outcome = OUTCOME_NO_MEMORY;

    if (reader.tree)
        reader.parser = XML_ParserCreateNS(encoding, SIPREC_TREE_SEPARATOR);
    if (reader.parser)
        outcome = parse(&reader, text, fault);
    if (outcome == OUTCOME_READ)
        *out = reader.tree->document;
    else
        siprec_arena_deinit(arena); /* of what was read so far */
    XML_ParserFree(reader.parser);
    free(reader.tree);
    return outcome;
}

/* Read any text as far as it makes sense; fault stays where there is no element in it. */
static enum status read_leniently(struct text_span text, struct siprec_arena *arena,
                                  struct siprec_xml *out, struct fault *fault)
{
    struct siprec_tree *tree = siprec_tree_create(arena);
    enum status status = tree ? siprec_salvage(text, tree) : STATUS_NOMEM;

    if (status == STATUS_NOMEM)
        (void)fault_set(fault, status, 0, "metadata: out of memory");
    else if (!tree->document.root)
        status = STATUS_INVALID;
    else
        *out = tree->document;
    free(tree);
    if (status == STATUS_OK)
        fault_clear(fault);
    return status;
}

/* Read strictly; where that fails, what a transfer encoding hides; where that fails, leniently. */
static enum status read_text(struct text_span text, struct siprec_arena *arena,
                             struct siprec_xml *out, struct fault *fault)
{
    enum outcome outcome = read_strictly(text, arena, out, fault);
    enum status status = STATUS_OK;
    bool encoded = false;
    char *plain = NULL;

    if (outcome == OUTCOME_MALFORMED) {
        plain = malloc(text.bytes);
        if (!plain)
            outcome = OUTCOME_NO_MEMORY;
        else if (siprec_transfer_decode(text, plain, &text.bytes)) {
            encoded = true;
            text.text = plain;
            outcome = read_strictly(text, arena, out, fault);
        }
    }
    if (outcome == OUTCOME_NO_MEMORY)
        status = fault_set(fault, STATUS_NOMEM, 0, "metadata: out of memory");
    else if (outcome == OUTCOME_READ)
        fault_clear(fault);
    else
        status = read_leniently(text, arena, out, fault);
    free(plain);
    if (status == STATUS_OK) {
        out->malformed = outcome == OUTCOME_MALFORMED;
        out->encoded = encoded;
    }
    return status;
}

enum status siprec_xml_read(const char *xml, size_t xml_bytes, struct siprec_arena *arena,
                            struct siprec_xml *out, struct fault *fault)
{
    static const char declaration[] = "<?xml";
    bool cut = xml_bytes > BOUND_METADATA_BYTES;
    struct text_span text = {.text = xml, .bytes = cut ? BOUND_METADATA_BYTES : xml_bytes};
    enum status status;

    while (text.bytes && text_span_is_blank(text.text[0]))
        text = text_span_skip(text, 1);
    if (!text.bytes)
        return fault_set(fault, STATUS_INVALID, 0, "metadata: empty");
    if (cut) { /* in the middle of anything */
        (void)fault_set(fault, STATUS_INVALID, 0, "metadata: no element in the first %d bytes",
                        BOUND_METADATA_BYTES);
        status = read_leniently(text, arena, out, fault);
    } else {
        status = read_text(text, arena, out, fault);
    }
    if (status != STATUS_OK)
        return status;
    out->cut = out->cut || cut;
    /* XML wants its declaration first (XML 1.0 section 2.8); some send a blank line before it. */
    if (text.text != xml && text.bytes >= strlen(declaration) &&
        memcmp(text.text, declaration, strlen(declaration)) == 0)
        out->malformed = true;
    return STATUS_OK;
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

struct siprec_xml_node *siprec_xml_walk(const struct siprec_xml_node *node,
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
