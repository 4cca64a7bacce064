/**
 * siprec_salvage: makes what sense there is of metadata that is not well-formed XML, or that a
 * strict reader must not go on with. Private to the metadata reader.
 *
 * Seen in the field, and read as it was meant: '<' and '&' that nobody escaped ("Bob
 * <sip:bob@pbx>", "AT&T"), in text and in attributes; prefixes nobody declared; end tags that are
 * missing, crossed or too many; a document that ends in the middle; attributes without quotes or
 * twice; text in front of the document or behind it; bytes that are no UTF-8 (taken for ISO 8859-1)
 * and control characters (left out); a declaration of an encoding that it is not in.
 *
 * A DOCTYPE and what may stand in one are passed over, whatever they declare: of references only
 * those of characters and XML's own five are resolved, all others stay as they are written, so that
 * a text never becomes longer than it came.
 *
 * Takes time in proportion to the text, whatever that holds: after a bounded amount of looking
 * ahead in vain every further '<' is text.
 */
#ifndef RECORDER_BODY_SIPREC_SALVAGE_H
#define RECORDER_BODY_SIPREC_SALVAGE_H

#include "base/status.h"
#include "body/siprec_tree.h"

/**
 * Read a text into an empty tree.
 *
 * STATUS_OK     the tree holds what was found; its root is NULL where there is no element.
 * STATUS_NOMEM
 */
enum status siprec_salvage(struct text_span text, struct siprec_tree *tree) MUST_CHECK;

#endif
