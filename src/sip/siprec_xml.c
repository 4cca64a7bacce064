#include "sip/siprec_xml.h"

#include <expat.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/bounds.h"
#include "sip/multipart_text.h"

enum { BLOCK_BYTES = 8192 };

/*
 * Between namespace and local name in what expat hands over. No document can hold this character,
 * not even by reference, so it cannot be forged.
 */
#define NAMESPACE_SEPARATOR '\x01'

struct siprec_xml_block {
    struct siprec_xml_block *next;
    size_t used;
    size_t cap;
    _Alignas(max_align_t) unsigned char data[];
};

/* One element that is open, with the text that stood in it so far. */
struct open_element {
    struct siprec_xml_node *node;
    struct siprec_xml_node **link; /* where its next child goes */
    size_t used;
    bool cut;
    char text[BOUND_METADATA_TEXT];
};

struct builder {
    XML_Parser parser;
    struct siprec_xml *document;
    enum status status; /* why it was stopped; STATUS_OK while it runs */
    struct fault *fault;
    size_t depth;
    struct open_element open[BOUND_METADATA_DEPTH];
};

void *siprec_xml_alloc(struct siprec_xml *document, size_t bytes)
{
    struct siprec_xml_block *block = document->block;
    size_t align = _Alignof(max_align_t);

    bytes = (bytes + align - 1) / align * align;
    if (!block || bytes > block->cap - block->used) {
        size_t cap = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;

        block = calloc(1, sizeof *block + cap);
        if (!block)
            return NULL;
        block->cap = cap;
        block->next = document->block;
        document->block = block;
    }
    void *memory = block->data + block->used;
    block->used += bytes;
    return memory;
}

static char *copy_span(struct siprec_xml *document, struct text_span span)
{
    char *copy = siprec_xml_alloc(document, span.bytes + 1);

    if (copy && span.bytes)
        memcpy(copy, span.text, span.bytes);
    return copy;
}

/* At most BOUND_METADATA_TEXT bytes, never half a UTF-8 character. */
static struct text_span cut_text(struct siprec_xml *document, struct text_span span)
{
    if (span.bytes > BOUND_METADATA_TEXT) {
        span.bytes = BOUND_METADATA_TEXT;
        while (span.bytes && ((unsigned char)span.text[span.bytes] & 0xC0) == 0x80)
            span.bytes--;
        document->deviations++;
    }
    return span;
}

static void stop(struct builder *builder, enum status status, const char *what)
{
    if (builder->status != STATUS_OK)
        return;
    builder->status = fault_set(builder->fault, status, 0, "metadata line %lu: %s",
                                (unsigned long)XML_GetCurrentLineNumber(builder->parser), what);
    (void)XML_StopParser(builder->parser, XML_FALSE);
}

/* The name behind namespace or prefix. */
static struct text_span local_name(const char *name)
{
    const char *separator = strrchr(name, NAMESPACE_SEPARATOR);

    if (!separator)
        separator = strrchr(name, ':');
    if (separator)
        name = separator + 1;
    return (struct text_span){.text = name, .bytes = strlen(name)};
}

static char *namespace_of(struct siprec_xml *document, const char *name)
{
    const char *separator = strrchr(name, NAMESPACE_SEPARATOR);
    struct text_span span = {.text = name, .bytes = separator ? (size_t)(separator - name) : 0};

    return copy_span(document, cut_text(document, span));
}

/*
 * An attribute without a prefix is in front of those with one, which may be a vendor's own. *end is
 * where the last one's next lies: a message may bring thousands, so the list is never walked here.
 */
static bool add_attribute(struct siprec_xml *document, struct siprec_xml_node *node,
                          struct siprec_xml_attribute ***end, const char *name, const char *value)
{
    struct siprec_xml_attribute *attribute = siprec_xml_alloc(document, sizeof *attribute);
    struct text_span local = local_name(name);
    struct text_span whole = {.text = value, .bytes = strlen(value)};

    if (!attribute)
        return false;
    attribute->name = copy_span(document, cut_text(document, local));
    attribute->value = copy_span(document, cut_text(document, text_span_trim(whole)));
    if (!attribute->name || !attribute->value)
        return false;
    struct siprec_xml_attribute **link = local.text == name ? &node->attributes : *end;
    attribute->next = *link;
    *link = attribute;
    if (link == *end)
        *end = &attribute->next;
    return true;
}

/* A new element below the one that is open; NULL where there is no memory. */
static struct siprec_xml_node *add_node(struct builder *builder, const char *name,
                                        const char **names_and_values)
{
    struct siprec_xml *document = builder->document;
    struct siprec_xml_node *node = siprec_xml_alloc(document, sizeof *node);

    if (!node)
        return NULL;
    node->name = copy_span(document, cut_text(document, local_name(name)));
    if (!node->name)
        return NULL;
    struct siprec_xml_attribute **end = &node->attributes;
    for (; names_and_values[0]; names_and_values += 2) {
        if (strncmp(names_and_values[0], "xmlns", strlen("xmlns")) != 0 &&
            !add_attribute(document, node, &end, names_and_values[0], names_and_values[1]))
            return NULL;
    }
    if (builder->depth) {
        struct open_element *parent = &builder->open[builder->depth - 1];

        node->parent = parent->node;
        *parent->link = node;
        parent->link = &node->next;
    } else {
        document->root_namespace = namespace_of(document, name);
        if (!document->root_namespace)
            return NULL;
        document->root = node;
    }
    document->nodes++;
    return node;
}

static void XMLCALL start_element(void *context, const char *name, const char **names_and_values)
{
    struct builder *builder = context;

    if (builder->status != STATUS_OK)
        return;
    if (builder->depth == BOUND_METADATA_DEPTH) {
        stop(builder, STATUS_LIMIT, "elements too deep in each other");
        return;
    }
    if (builder->document->nodes == BOUND_METADATA_NODES) {
        stop(builder, STATUS_LIMIT, "too many elements");
        return;
    }
    struct siprec_xml_node *node = add_node(builder, name, names_and_values);
    if (!node) {
        stop(builder, STATUS_NOMEM, "out of memory");
        return;
    }
    struct open_element *element = &builder->open[builder->depth++];
    element->node = node;
    element->link = &node->child;
    element->used = 0;
    element->cut = false;
}

static void XMLCALL end_element(void *context, const char *name)
{
    struct builder *builder = context;

    (void)name;
    if (builder->status != STATUS_OK)
        return;
    struct open_element *element = &builder->open[--builder->depth];
    struct text_span text = {.text = element->text, .bytes = element->used};

    element->node->text = copy_span(builder->document, text_span_trim(text));
    if (!element->node->text)
        stop(builder, STATUS_NOMEM, "out of memory");
}

/* Blanks before the text are not kept, so that indentation does not use up its room. */
static void XMLCALL character_data(void *context, const char *text, int text_bytes)
{
    struct builder *builder = context;
    struct text_span span = {.text = text, .bytes = (size_t)text_bytes};

    if (builder->status != STATUS_OK || !builder->depth)
        return;
    struct open_element *element = &builder->open[builder->depth - 1];
    while (!element->used && span.bytes && text_span_is_blank(span.text[0]))
        span = text_span_skip(span, 1);
    if (!span.bytes || element->cut)
        return;
    size_t room = sizeof element->text - element->used;
    if (span.bytes > room) {
        size_t kept = room;

        while (kept && ((unsigned char)span.text[kept] & 0xC0) == 0x80)
            kept--;
        span.bytes = kept;
        element->cut = true;
        builder->document->deviations++;
    }
    memcpy(element->text + element->used, span.text, span.bytes);
    element->used += span.bytes;
}

static void XMLCALL start_doctype(void *context, const char *name, const char *system_id,
                                  const char *public_id, int has_internal_subset)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_internal_subset;
    stop(context, STATUS_INVALID, "a DOCTYPE is not accepted");
}

/* Run expat over the text. *unbound says that only an undeclared prefix was in the way. */
static enum status parse(struct builder *builder, struct text_span text, bool *unbound)
{
    XML_SetUserData(builder->parser, builder);
    XML_SetElementHandler(builder->parser, start_element, end_element);
    XML_SetCharacterDataHandler(builder->parser, character_data);
    XML_SetStartDoctypeDeclHandler(builder->parser, start_doctype);
    if (XML_Parse(builder->parser, text.text, (int)text.bytes, XML_TRUE) == XML_STATUS_OK)
        return builder->status;
    if (builder->status != STATUS_OK)
        return builder->status;
    enum XML_Error error = XML_GetErrorCode(builder->parser);
    if (error == XML_ERROR_NO_MEMORY)
        return fault_set(builder->fault, STATUS_NOMEM, 0, "metadata: out of memory");
    *unbound = error == XML_ERROR_UNBOUND_PREFIX;
    return fault_set(builder->fault, STATUS_INVALID, 0, "metadata line %lu: %s",
                     (unsigned long)XML_GetCurrentLineNumber(builder->parser),
                     XML_ErrorString(error));
}

static enum status build(struct text_span text, bool namespaces, struct siprec_xml **out,
                         bool *unbound, struct fault *fault)
{
    struct builder *builder = calloc(1, sizeof *builder);
    struct siprec_xml *document = calloc(1, sizeof *document);
    enum status status = STATUS_NOMEM;

    if (!builder || !document)
        goto out;
    builder->parser =
        namespaces ? XML_ParserCreateNS(NULL, NAMESPACE_SEPARATOR) : XML_ParserCreate(NULL);
    if (!builder->parser)
        goto out;
    builder->document = document;
    builder->fault = fault;
    status = parse(builder, text, unbound);
    if (status == STATUS_OK) {
        *out = document;
        document = NULL;
    }
out:
    if (builder && builder->parser)
        XML_ParserFree(builder->parser);
    else
        (void)fault_set(fault, STATUS_NOMEM, 0, "metadata: out of memory");
    free(builder);
    siprec_xml_destroy(document);
    return status;
}

enum status siprec_xml_read(const char *xml, size_t xml_bytes, struct siprec_xml **out,
                            struct fault *fault)
{
    struct text_span text = {.text = xml, .bytes = xml_bytes};
    bool unbound = false;
    unsigned deviations = 0;

    if (xml_bytes > BOUND_METADATA_BYTES)
        return fault_set(fault, STATUS_LIMIT, 0, "metadata: %zu bytes, at most %d are read",
                         xml_bytes, BOUND_METADATA_BYTES);
    /* XML wants its declaration first (XML 1.0 section 2.8); some send a blank line before it. */
    while (text.bytes && text_span_is_blank(text.text[0]))
        text = text_span_skip(text, 1);
    if (!text.bytes)
        return fault_set(fault, STATUS_INVALID, 0, "metadata: empty");
    if (text.text != xml)
        deviations++;
    enum status status = build(text, true, out, &unbound, fault);
    if (unbound) {
        deviations++;
        status = build(text, false, out, &unbound, fault);
        if (status == STATUS_OK)
            fault_clear(fault);
    }
    if (status == STATUS_OK)
        (*out)->deviations += deviations;
    return status;
}

void siprec_xml_destroy(struct siprec_xml *owned_document)
{
    if (!owned_document)
        return;
    while (owned_document->block) {
        struct siprec_xml_block *block = owned_document->block;

        owned_document->block = block->next;
        free(block);
    }
    free(owned_document);
}

bool siprec_xml_is(const struct siprec_xml_node *node, const char *name)
{
    return strcasecmp(node->name, name) == 0;
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
    const struct siprec_xml_node *child = siprec_xml_child(node, name);

    return child ? child->text : "";
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
