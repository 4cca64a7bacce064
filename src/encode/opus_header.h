/**
 * opus_header: the two packets an Ogg Opus stream begins with (RFC 7845 section 5).
 *
 * Two channels, channel mapping family 1 (section 5.1.1.2), of two mono streams or more: left is
 * the first one, right the second one, further ones are in no channel, and so decoded by nobody
 * whom no other header tells of them (section 5.1.1). Pure.
 */
#ifndef RECORDER_ENCODE_OPUS_HEADER_H
#define RECORDER_ENCODE_OPUS_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include "encode/opus_settings.h"

enum {
    OPUS_HEAD_BYTES = 23,
    OPUS_TAGS_BYTES_MAX = 320,
};

/**
 * The identification header.
 *
 * pre_skip       samples at 48 kHz.
 * input_rate_hz  of the original audio, for information only.
 * streams        in each packet, 2..255.
 */
void opus_header_identify(uint16_t pre_skip, uint32_t input_rate_hz, size_t streams,
                          uint8_t head[static OPUS_HEAD_BYTES]);

/**
 * The comment header: as vendor the encoder's library, as comments what made the file and with what
 * settings; nothing of the call. Returns its length.
 */
size_t opus_header_comment(const struct opus_settings *settings,
                           uint8_t tags[static OPUS_TAGS_BYTES_MAX]);

#endif
