/* What the tests of src/rtp share: an SRTP peer of its own, over libsrtp2's sending side. */
#ifndef TESTS_UNIT_RTP_SUPPORT_H
#define TESTS_UNIT_RTP_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <srtp2/srtp.h>

#include "net/srtp_key.h"

enum { PEER_PACKET_BYTES = 512, PEER_PAYLOAD_BYTES = 40 };

struct peer {
    srtp_t session;
    struct srtp_key key;
};

/* One datagram as it comes off the wire. */
struct sealed {
    _Alignas(4) uint8_t data[PEER_PACKET_BYTES];
    size_t bytes;
};

/** A key of that suite, the same for the same seed; without an MKI. */
struct srtp_key key_of(enum srtp_suite suite, uint8_t seed);

/** Begin to send with a key; specific_ssrc 0: of any SSRC. */
void peer_open(struct peer *peer, const struct srtp_key *key, uint32_t specific_ssrc);
void peer_close(struct peer *peer);

/** An RTP packet of PEER_PAYLOAD_BYTES that its number tells, sealed. */
struct sealed peer_send(struct peer *peer, uint32_t ssrc, uint16_t number);

/** A receiver report of an SSRC, sealed. */
struct sealed peer_send_rtcp(struct peer *peer, uint32_t ssrc);

/** Whether that is what peer_send sealed, opened. */
bool is_packet_of(const uint8_t *data, size_t data_bytes, uint32_t ssrc, uint16_t number);

#endif
