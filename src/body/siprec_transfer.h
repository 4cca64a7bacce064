/**
 * siprec_transfer: metadata that comes in a transfer encoding of mail (RFC 2045 section 6), which
 * SIP has no need of, but which some put around it. Private to the metadata reader. Pure.
 */
#ifndef RECORDER_BODY_SIPREC_TRANSFER_H
#define RECORDER_BODY_SIPREC_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>

#include "body/multipart.h"

/**
 * Decode a text that is not well-formed XML as it stands, but is base64, or quoted-printable XML:
 * recognised by the text itself, as its part's headers are not always right, or there.
 *
 * out        char[text.bytes].
 * out_bytes  out; untouched where false.
 *
 * Returns whether it was decoded.
 */
bool siprec_transfer_decode(struct text_span text, char *out, size_t *out_bytes);

#endif
