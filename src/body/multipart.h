/**
 * multipart: split a MIME body (RFC 2046 section 5.1) into its parts without copying.
 *
 * Lenient where vendors are: quoted or bare boundary, blanks after a boundary, LF for CRLF, no line
 * end before a boundary, a missing closing boundary, a preamble and an epilogue, a boundary that
 * the Content-Type does not name. Boundaries alone say where a part ends, not a Content-Length in
 * it. Nested multiparts stay one opaque part. What has a transfer or content encoding is left as it
 * is; only of base64 and quoted-printable that is not noted, as it is legal. Pure.
 */
#ifndef RECORDER_BODY_MULTIPART_H
#define RECORDER_BODY_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/status.h"

/* A stretch of the body; not terminated. */
struct text_span {
    const char *text;
    size_t bytes;
};

struct multipart_part {
    /* Value without parameters, "application/sdp". Where the part has none: static text, of what it
     * looks like (SDP, metadata), else "". */
    struct text_span content_type;
    struct text_span content_disposition; /* value without parameters; "" where none */
    struct text_span body;                /* without the line end that belongs to the boundary */
    bool transfer_encoded; /* its header says base64 or quoted-printable (RFC 2045 section 6) */
};

struct multipart {
    size_t parts;
    struct multipart_part part[BOUND_MULTIPART_PARTS];
    uint64_t deviations; /* a set (deviation.h) */
};

/**
 * Split a body.
 *
 * content_type  whole value of the SIP Content-Type header, with its boundary parameter.
 * body          body_bytes bytes, borrowed; spans in *out point into it.
 *
 * STATUS_OK        at least one part.
 * STATUS_INVALID   no part is opened by the boundary parameter's value, nor by a first line of the
 *                  body that looks like a boundary and has a Content- header behind it.
 * STATUS_LIMIT     more than BOUND_MULTIPART_PARTS parts without both a description and metadata
 *                  among the first ones, which are enough otherwise; or a part's headers pass
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
