/**
 * siprec_tree: builds a struct siprec_xml from the outside in, for whoever reads the text. Private
 * to the metadata reader.
 *
 * After a call that passed a limit or found no memory, status says so and further calls change
 * nothing. Names may carry a namespace, "urn:x" SIPREC_TREE_SEPARATOR "local", or a prefix,
 * "p:local".
 */
#ifndef RECORDER_SIP_SIPREC_TREE_H
#define RECORDER_SIP_SIPREC_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bounds.h"
#include "base/status.h"
#include "body/siprec_xml.h"

/*
 * Between namespace and local name in what expat hands over. No document can hold this character,
 * not even by reference, so it cannot be forged.
 */
#define SIPREC_TREE_SEPARATOR '\x01'

/* One element that is open, with the text that stood in it so far. */
struct siprec_tree_element {
    struct siprec_xml_node *node;
    struct siprec_xml_node **link;            /* where its next child goes */
    struct siprec_xml_attribute **attributes; /* where its next prefixed attribute goes */
    struct text_span prefix;                  /* "p:" of its name, in the arena; empty where none */
    size_t used;
    bool cut;
    char text[BOUND_METADATA_TEXT];
};

struct siprec_tree {
    struct siprec_arena *arena;
    struct siprec_xml document; /* root NULL until the first element */
    enum status status;         /* STATUS_OK, STATUS_LIMIT or STATUS_NOMEM */
    const char *why;            /* static, where status is not STATUS_OK */
    size_t depth;
    struct siprec_tree_element open[BOUND_METADATA_DEPTH];
};

/** An empty tree in heap memory, freed by free(); NULL where there is no memory. arena is borrowed.
 */
struct siprec_tree *siprec_tree_create(struct siprec_arena *arena);

/** Open an element within the one that is open. There is one root: none is opened after it closed.
 */
void siprec_tree_open(struct siprec_tree *tree, struct text_span name);

/** Give the open element an attribute; xmlns and xmlns:p only tell the root's namespace. */
void siprec_tree_attribute(struct siprec_tree *tree, struct text_span name, struct text_span value);

/** Add text to the open element; outside of all it is dropped. */
void siprec_tree_text(struct siprec_tree *tree, struct text_span text);

/** Close the open element; there must be one, unless status is not STATUS_OK. */
void siprec_tree_close(struct siprec_tree *tree);

#endif
