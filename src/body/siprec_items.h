/**
 * siprec_items: brings the items of a document to where RFC 7865 section 9 has them. Private to the
 * metadata reader. Pure.
 */
#ifndef RECORDER_BODY_SIPREC_ITEMS_H
#define RECORDER_BODY_SIPREC_ITEMS_H

#include <stdbool.h>

#include "body/siprec_xml.h"

/**
 * Move items that stand in a session, a group or a list element of a vendor ("participants") behind
 * it, to the root: they are told there in the same order. What says no more than an id is no
 * description but a reference, and stays; so does all that stands in other elements.
 *
 * Returns whether there were any.
 */
bool siprec_items_raise(struct siprec_xml_node *root);

#endif
