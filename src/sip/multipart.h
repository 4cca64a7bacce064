/**
 * multipart: split a MIME body (RFC 2046 section 5.1) into its parts without copying.
 *
 * Lenient where vendors are: quoted or bare boundary, blanks after a boundary, LF for CRLF, a
 * Content-Length inside a part, a missing closing boundary, a preamble and an epilogue. Nested
 * multiparts stay one opaque part. Pure.
 */
#ifndef RECORDER_SIP_MULTIPART_H
#define RECORDER_SIP_MULTIPART_H

#include <stddef.h>

#include "base/bounds.h"
#include "base/status.h"

/* A stretch of the body; not terminated. */
struct text_span {
    const char *text;
    size_t bytes;
};

struct multipart_part {
    struct text_span content_type; /* value without parameters, "application/sdp"; "" where none */
    struct text_span content_disposition; /* value without parameters; "" where none */
    struct text_span body;                /* without the line end that belongs to the boundary */
};

struct multipart {
    size_t parts;
    struct multipart_part part[BOUND_MULTIPART_PARTS];
    unsigned deviations; /* departures from RFC 2046 that were put up with */
};

/**
 * Split a body.
 *
 * content_type  whole value of the SIP Content-Type header, with its boundary parameter.
 * body          body_bytes bytes, borrowed; spans in *out point into it.
 *
 * STATUS_OK        at least one part.
 * STATUS_INVALID   no boundary parameter, or it does not open a part in the body.
 * STATUS_LIMIT     more than BOUND_MULTIPART_PARTS parts, or a part's headers pass
 *                  BOUND_MULTIPART_HEADER_BYTES.
 */
enum status multipart_read(struct text_span content_type, const char *body, size_t body_bytes,
                           struct multipart *out) MUST_CHECK;

/**
 * Find the first part of a type, compared without case.
 *
 * STATUS_OK         *index set.
 * STATUS_NOT_FOUND  none.
 */
enum status multipart_find(const struct multipart *multipart, const char *content_type,
                           size_t *index) MUST_CHECK;

#endif
