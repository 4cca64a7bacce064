/**
 * srtp: one SRTP sender's packets opened, and our RTCP sealed (RFC 3711, RFC 7714), over libsrtp2.
 *
 * A packet that does not authenticate, or that was opened before, changes nothing: neither the
 * rollover counter, nor the replay window, nor the sources that are known. On the heap; owned by
 * one thread; different ones may be made and used by different threads at a time. libsrtp2 stays
 * behind this folder.
 */
#ifndef RECORDER_RTP_SRTP_H
#define RECORDER_RTP_SRTP_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "net/srtp_key.h"

struct srtp_receiver;

/**
 * remote  what is opened: suite not NONE. Copied; wiped when freed. Any SSRC. By a spare of it that
 *         a packet names by its MKI, that packet and all later ones are opened as by the first:
 *         rollover counters go on, and which is used changes as often as the sender likes.
 *
 * STATUS_OK           *out set, freed by srtp_receiver_destroy.
 * STATUS_UNSUPPORTED  a suite that this libsrtp2 was built without.
 * STATUS_NOMEM
 */
enum status srtp_receiver_create(const struct srtp_key *remote, struct srtp_receiver **out,
                                 struct fault *fault) MUST_CHECK;

/** Wipe and free; NULL is accepted. */
void srtp_receiver_destroy(struct srtp_receiver *owned_receiver);

/**
 * A new key (re-INVITE). The same key again changes nothing: the rollover counter goes on. The old
 * one still opens what comes until the new one has opened SRTP_OLD_KEY_PACKETS. Back to the old
 * one: it goes on where it was. Under the new one a source may go on counting its rollovers (RFC
 * 3711 section 3.3.1) or begin at zero (RFC 4568 section 7.1.4).
 *
 * STATUS_OK, or as srtp_receiver_create and the old one stays.
 */
enum status srtp_receiver_rekey(struct srtp_receiver *receiver, const struct srtp_key *remote,
                                struct fault *fault) MUST_CHECK;

/**
 * Open a packet in place.
 *
 * data        uint8_t[*data_bytes], an SRTP packet; an RTP packet afterwards. Unchanged where it
 *             fails.
 * data_bytes  in and out.
 *
 * STATUS_OK
 * STATUS_DENIED     not authentic, of another key or MKI.
 * STATUS_DUPLICATE  opened before, or too old to tell.
 * STATUS_INVALID    no RTP header, too short, or longer than BOUND_RTP_PACKET_BYTES.
 * STATUS_NOMEM      authentic, but there was no memory for its source.
 */
enum status srtp_receiver_open(struct srtp_receiver *receiver, uint8_t *data,
                               size_t *data_bytes) MUST_CHECK;

/** As srtp_receiver_open, for SRTCP. A packet that is not encrypted (E bit 0) is denied. */
enum status srtp_receiver_open_rtcp(struct srtp_receiver *receiver, uint8_t *data,
                                    size_t *data_bytes) MUST_CHECK;

enum { SRTP_OLD_KEY_PACKETS = 256, SRTP_OVERHEAD_BYTES_MAX = 16 + 4 + SRTP_MKI_BYTES_MAX };

struct srtp_sender; /* of RTCP */

/** As srtp_receiver_create. */
enum status srtp_sender_create(const struct srtp_key *local, struct srtp_sender **out,
                               struct fault *fault) MUST_CHECK;

/** Wipe and free; NULL is accepted. */
void srtp_sender_destroy(struct srtp_sender *owned_sender);

/**
 * Seal a compound RTCP packet of at most RTCP_PACKET_BYTES_MAX in place.
 *
 * data        uint8_t[*data_bytes + SRTP_OVERHEAD_BYTES_MAX].
 * data_bytes  in and out.
 *
 * STATUS_OK, STATUS_INVALID (too short or too long, or 2^31 were sealed; nothing changed).
 */
enum status srtp_sender_seal_rtcp(struct srtp_sender *sender, uint8_t *data,
                                  size_t *data_bytes) MUST_CHECK;

#endif
