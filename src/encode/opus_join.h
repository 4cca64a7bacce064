/**
 * opus_join: Opus packets of equal duration into one packet of an Ogg Opus file of many streams.
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

struct opus_packet {
    const uint8_t *data; /* one whole Opus packet, codes 0 to 3, padding included; borrowed */
    size_t bytes;
};

/**
 * Join packets: all but the last in the self-delimiting form, the last one as it is.
 *
 * packets  struct opus_packet[count]; the last one is not looked into.
 * count    1 or more.
 * out      uint8_t[out_bytes], not overlapping them.
 * written  set to the bytes of all, + 1 or + 2 for each but the last.
 *
 * STATUS_OK
 * STATUS_INVALID  one is empty, or the lengths in one but the last break RFC 6716 section 3.4.
 * STATUS_LIMIT    does not fit in out.
 * *written untouched but for STATUS_OK.
 */
enum status opus_join(const struct opus_packet *packets, size_t count, uint8_t *out,
                      size_t out_bytes, size_t *written) MUST_CHECK;

#endif
