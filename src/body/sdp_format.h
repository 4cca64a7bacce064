/**
 * sdp_format: what a payload type of an m-line is, private to the sdp files. Pure.
 */
#ifndef RECORDER_BODY_SDP_FORMAT_H
#define RECORDER_BODY_SDP_FORMAT_H

#include <stdbool.h>

#include "body/multipart_text.h"
#include "body/sdp.h"

/**
 * The audio payload type as RFC 3551 table 4 fixes it, with 19 as CN, which it was before and some
 * still offer without an rtpmap; its encoding is "" where nothing is fixed.
 */
struct sdp_format sdp_format_fixed(uint8_t payload_type);

/**
 * Read the value of a=rtpmap, "0 PCMU/8000/1".
 *
 * format  out: all but its parameters; untouched on failure.
 */
bool sdp_format_read_map(struct text_span value, struct sdp_format *format);

/** The one of a payload type, borrowed from format[formats]; NULL where none. */
struct sdp_format *sdp_format_find(struct sdp_format *format, size_t formats,
                                   uint64_t payload_type);

#endif
