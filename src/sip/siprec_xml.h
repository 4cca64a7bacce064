/**
 * siprec_xml: an XML document as a small tree of elements, private to the metadata reader.
 *
 * Names are local names: namespace and prefix are taken off, because vendors differ in them. Text
 * and attribute values are UTF-8, without blanks at their ends, cut at BOUND_METADATA_TEXT bytes.
 * All memory of a tree, and what its owner adds by siprec_xml_alloc, goes at once. Pure.
 */
#ifndef RECORDER_SIP_SIPREC_XML_H
#define RECORDER_SIP_SIPREC_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "base/status.h"

struct siprec_xml_attribute {
    char *name;
    char *value;
    struct siprec_xml_attribute *next;
};

struct siprec_xml_node {
    char *name;
    char *text; /* what stands directly in the element; "" where none */
    struct siprec_xml_attribute *attributes;
    struct siprec_xml_node *parent; /* NULL for the root */
    struct siprec_xml_node *child;  /* first */
    struct siprec_xml_node *next;   /* sibling */
};

struct siprec_xml {
    struct siprec_xml_node *root; /* never NULL */
    char *root_namespace;         /* "" where none */
    size_t nodes;
    unsigned deviations;            /* blanks before the document, texts cut, undeclared prefixes */
    struct siprec_xml_block *block; /* its memory */
};

/**
 * Read a document.
 *
 * xml    xml_bytes bytes, borrowed.
 * out    owned by the caller on STATUS_OK, freed by siprec_xml_destroy.
 *
 * STATUS_OK       *out set.
 * STATUS_INVALID  not well formed, or it has a DOCTYPE; fault names the line.
 * STATUS_LIMIT    over BOUND_METADATA_BYTES, _DEPTH or _NODES.
 * STATUS_NOMEM
 */
enum status siprec_xml_read(const char *xml, size_t xml_bytes, struct siprec_xml **out,
                            struct fault *fault) MUST_CHECK;

/** Free; NULL is accepted. */
void siprec_xml_destroy(struct siprec_xml *owned_document);

/** Zeroed memory that lives as long as the document, aligned for any type; NULL where none. */
void *siprec_xml_alloc(struct siprec_xml *document, size_t bytes);

/** Whether an element has that name, compared without case. */
bool siprec_xml_is(const struct siprec_xml_node *node, const char *name);

/** The first child of that name, compared without case; NULL where none. */
const struct siprec_xml_node *siprec_xml_child(const struct siprec_xml_node *node,
                                               const char *name);

/** The text of the first child of that name, borrowed; "" where none. */
char *siprec_xml_child_text(const struct siprec_xml_node *node, const char *name);

/**
 * The value of an attribute of that name, compared without case, borrowed; NULL where it has none.
 * One without a namespace prefix comes before one with.
 */
char *siprec_xml_attribute(const struct siprec_xml_node *node, const char *name);

/** The element after node, in document order, within top; NULL at the end. Start with top. */
const struct siprec_xml_node *siprec_xml_walk(const struct siprec_xml_node *node,
                                              const struct siprec_xml_node *top);

/** The first element of that name below top, at any depth; NULL where none. */
const struct siprec_xml_node *siprec_xml_find(const struct siprec_xml_node *top, const char *name);

#endif
