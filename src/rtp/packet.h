/**
 * packet: the fixed header of RTP and what surrounds it (RFC 3550 section 5.1).
 *
 * Pure; any thread. A parsed packet borrows the datagram it was read from.
 */
#ifndef RECORDER_RTP_PACKET_H
#define RECORDER_RTP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { RTP_HEADER_BYTES = 12 };

struct rtp_packet {
    bool marker;
    uint8_t payload_type; /* 0..127, never 64..95 (RTCP, RFC 5761 section 4) */
    uint16_t sequence;
    uint32_t timestamp;
    uint32_t ssrc;
    const uint8_t *payload; /* behind header, CSRC list and extension; inside the datagram */
    size_t payload_bytes;   /* without padding; may be 0 */
};

/**
 * Read one datagram.
 *
 * data    uint8_t[data_bytes], borrowed; packet->payload points into it.
 *
 * STATUS_OK           *packet set.
 * STATUS_INVALID      not version 2, or header, CSRC list, extension or padding pass its end;
 *                     *packet untouched.
 * STATUS_UNSUPPORTED  RTCP that came to the RTP port (RFC 5761); *packet untouched.
 */
enum status rtp_packet_parse(const uint8_t *data, size_t data_bytes,
                             struct rtp_packet *packet) MUST_CHECK;

#endif
