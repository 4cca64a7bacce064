/**
 * siprec_tree: builds a struct siprec_xml from the outside in, for whoever reads the text. Private
 * to the metadata reader.
 *
 * What stands deeper than BOUND_METADATA_DEPTH or comes after BOUND_METADATA_NODES elements is left
 * out, with all that is in it, and document.cut is set; vendors' own elements already after
 * SIPREC_TREE_NODES_OF_ALL, so that they do not displace names that come behind them. Where there
 * was no memory, no_memory is set and further calls change nothing. Names may carry a namespace,
 * "urn:x" SIPREC_TREE_SEPARATOR "local", or a prefix, "p:local".
 */
#ifndef RECORDER_BODY_SIPREC_TREE_H
#define RECORDER_BODY_SIPREC_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bounds.h"
#include "body/siprec_xml.h"

/*
 * Between namespace and local name in what expat hands over. No document can hold this character,
 * not even by reference, so it cannot be forged.
 */
#define SIPREC_TREE_SEPARATOR '\x01'

enum { SIPREC_TREE_NODES_OF_ALL = BOUND_METADATA_NODES / 2 };

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
    bool no_memory;
    size_t left_out; /* elements that are open within each other and not kept */
    size_t depth;    /* those that are open and kept */
    struct siprec_tree_element open[BOUND_METADATA_DEPTH];
};

/** An empty tree in heap memory, freed by free(); NULL where there is no memory. arena is borrowed.
 */
struct siprec_tree *siprec_tree_create(struct siprec_arena *arena);

/** Open an element within the one that is open. There is one root: none is opened after it closed.
 *  One that is left out is opened and closed like any other.
 */
void siprec_tree_open(struct siprec_tree *tree, struct text_span name);

/** Give the open element an attribute; xmlns and xmlns:p only tell the root's namespace. */
void siprec_tree_attribute(struct siprec_tree *tree, struct text_span name, struct text_span value);

/** Add text to the open element; outside of all it is dropped. */
void siprec_tree_text(struct siprec_tree *tree, struct text_span text);

/** Close the open element; there must be one, unless no_memory. */
void siprec_tree_close(struct siprec_tree *tree);

#endif
