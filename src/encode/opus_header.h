/**
 * opus_header: the two packets an Ogg Opus stream begins with (RFC 7845 section 5).
 *
 * Two channels as two streams, none coupled: channel mapping family 1 (section 5.1.1.2). Pure.
 */
#ifndef RECORDER_ENCODE_OPUS_HEADER_H
#define RECORDER_ENCODE_OPUS_HEADER_H

#include <stddef.h>
#include <stdint.h>

enum {
    OPUS_HEAD_BYTES = 23,
    OPUS_TAGS_BYTES_MAX = 128,
};

/**
 * The identification header.
 *
 * pre_skip       samples at 48 kHz.
 * input_rate_hz  of the original audio, for information only.
 */
void opus_header_identify(uint16_t pre_skip, uint32_t input_rate_hz,
                          uint8_t head[static OPUS_HEAD_BYTES]);

/** The comment header: a vendor text and no comments. Returns its length. */
size_t opus_header_comment(uint8_t tags[static OPUS_TAGS_BYTES_MAX]);

#endif
