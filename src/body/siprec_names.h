/**
 * siprec_names: which elements are the metadata's own (RFC 7865 section 9, and the drafts before
 * it), compared without namespace and case. Private to the metadata reader. Pure.
 */
#ifndef RECORDER_BODY_SIPREC_NAMES_H
#define RECORDER_BODY_SIPREC_NAMES_H

#include <stdbool.h>

#include "body/multipart.h"

/** Whether an element of that local name stands in the root only: participant, stream, ... */
bool siprec_names_item(struct text_span local);

/** Whether it is such an item or what RFC 7865 has in one: nameID, label, ...; others are vendors'.
 */
bool siprec_names_own(struct text_span local);

#endif
