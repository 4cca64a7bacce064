/**
 * siprec_xml: an XML document as a small tree of elements, private to the metadata reader.
 *
 * Names are local names: namespace and prefix are taken off, because vendors differ in them. Text
 * and attribute values are UTF-8, without blanks at their ends, cut at BOUND_METADATA_TEXT bytes.
 * All memory of a tree is its arena's. Pure.
 */
#ifndef RECORDER_BODY_SIPREC_XML_H
#define RECORDER_BODY_SIPREC_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "base/status.h"
#include "body/siprec_arena.h"

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
    bool text_cut;  /* a text was longer than BOUND_METADATA_TEXT */
    bool cut;       /* over BOUND_METADATA_BYTES, _DEPTH or _NODES: what is past them is left out */
    bool malformed; /* not well-formed, read by siprec_salvage */
    bool encoded;   /* it came in a transfer encoding, which was taken off */
    bool doctype;   /* it has a DOCTYPE, which is passed over: entities stay as they are written */
};

/**
 * Read a document: strictly by expat, and where that fails, as siprec_salvage reads it. What is
 * past a limit is left out, and so is a DOCTYPE: nothing in it is ever declared or expanded. The
 * encoding is what its byte order mark or declaration says, except that text which is UTF-8 is read
 * as UTF-8 whatever it declares. A transfer encoding around it is taken off (siprec_transfer.h).
 *
 * xml    xml_bytes bytes, borrowed.
 * arena  empty; lends all memory of *out. The caller frees it, after a failure too.
 *
 * STATUS_OK       *out set.
 * STATUS_INVALID  no element at all; fault names the line.
 * STATUS_NOMEM
 */
enum status siprec_xml_read(const char *xml, size_t xml_bytes, struct siprec_arena *arena,
                            struct siprec_xml *out, struct fault *fault) MUST_CHECK;

/** Whether an element has that name, compared without case. */
bool siprec_xml_is(const struct siprec_xml_node *node, const char *name);

/** The first child of that name, compared without case; NULL where none. */
const struct siprec_xml_node *siprec_xml_child(const struct siprec_xml_node *node,
                                               const char *name);

/** The text of the first child of that name that has one, borrowed; "" where none. */
char *siprec_xml_child_text(const struct siprec_xml_node *node, const char *name);

/**
 * The value of an attribute of that name, compared without case, borrowed; NULL where it has none.
 * One without a namespace prefix comes before one with.
 */
char *siprec_xml_attribute(const struct siprec_xml_node *node, const char *name);

/** The element after node, in document order, within top; NULL at the end. Start with top. */
struct siprec_xml_node *siprec_xml_walk(const struct siprec_xml_node *node,
                                        const struct siprec_xml_node *top);

/** The first element of that name below top, at any depth; NULL where none. */
const struct siprec_xml_node *siprec_xml_find(const struct siprec_xml_node *top, const char *name);

#endif
