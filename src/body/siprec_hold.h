/**
 * siprec_hold: whether metadata tells of a hold. Pure.
 */
#ifndef RECORDER_BODY_SIPREC_HOLD_H
#define RECORDER_BODY_SIPREC_HOLD_H

#include <stdbool.h>

#include "body/siprec_metadata.h"

/**
 * Whether a document says of participants which streams are theirs, and of none that it sends one:
 * that is how clients tell of a call on hold (RFC 8068 section 3.2.2). One that associates nothing
 * says nothing of who sends.
 *
 * document  from siprec_metadata_read: of one message, not merged.
 */
bool siprec_tells_hold(const struct siprec_metadata *document);

#endif
