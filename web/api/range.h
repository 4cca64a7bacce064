/**
 * range: which bytes of a representation a request asks for (RFC 9110 section 14). Pure.
 *
 * One range is served; several in one request are answered by the whole, as section 14.2 allows.
 */
#ifndef RECORDER_WEB_API_RANGE_H
#define RECORDER_WEB_API_RANGE_H

#include <stdint.h>

enum range_kind {
    RANGE_WHOLE,         /* no range, one we ignore, or several: answer 200 */
    RANGE_PART,          /* answer 206 */
    RANGE_UNSATISFIABLE, /* answer 416 */
};

/* Both ends inclusive; first <= last. */
struct range {
    uint64_t first;
    uint64_t last;
};

/**
 * Read a Range field against a representation of total_bytes.
 *
 * text   the field's value, NULL where the request has none. Malformed text and unknown units are
 *        ignored (RFC 9110 section 14.2), numbers past 64 bits count as the largest.
 * range  set for RANGE_PART, untouched otherwise; last is cut to the representation.
 */
enum range_kind range_parse(const char *text, uint64_t total_bytes, struct range *range);

#endif
