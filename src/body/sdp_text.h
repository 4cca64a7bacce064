/**
 * sdp_text: fields of a description's line, private to the sdp files. Pure.
 */
#ifndef RECORDER_BODY_SDP_TEXT_H
#define RECORDER_BODY_SDP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "body/multipart_text.h"

/**
 * Copy a span as a terminated text.
 *
 * out  char[out_bytes]; untouched on failure.
 *
 * Returns false where it does not fit or is not all printable ASCII.
 */
bool sdp_text_copy(struct text_span span, char *out, size_t out_bytes);

/**
 * Read decimal digits and nothing else, at most max.
 *
 * Returns false, *number untouched, for an empty span too.
 */
bool sdp_text_number(struct text_span span, uint64_t max, uint64_t *number);

#endif
