/**
 * opus_join: two Opus packets of equal duration into one packet of a two-stream Ogg Opus file.
 *
 * All streams but the last are written in the self-delimiting form (RFC 6716 appendix B, RFC 7845
 * section 3), which carries one length more than the plain form. Pure.
 */
#ifndef RECORDER_ENCODE_OPUS_JOIN_H
#define RECORDER_ENCODE_OPUS_JOIN_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { OPUS_LENGTH_BYTES_MAX = 2 }; /* what the self-delimiting form adds to a packet */

/**
 * Join two packets: the first in the self-delimiting form, then the second as it is.
 *
 * first    one whole Opus packet, codes 0 to 3, padding included.
 * second   likewise; not looked into.
 * out      uint8_t[out_bytes], not overlapping them.
 * written  set to the bytes of both, + 1 or + 2.
 *
 * STATUS_OK
 * STATUS_INVALID  one is empty, or the first one's lengths break RFC 6716 section 3.4.
 * STATUS_LIMIT    does not fit in out.
 * *written untouched but for STATUS_OK.
 */
enum status opus_join(const uint8_t *first, size_t first_bytes, const uint8_t *second,
                      size_t second_bytes, uint8_t *out, size_t out_bytes,
                      size_t *written) MUST_CHECK;

#endif
