/**
 * srtp_context: one key's state in libsrtp2: the sources that it opened packets of, their rollover
 * counters and replay windows. Private to src/rtp/srtp.c, which decides between keys.
 *
 * MKIs are taken out and put in here: libsrtp2 looks for one at the wrong place of SRTCP where
 * RTP's tag is shorter. Where a packet leaves out the agreed MKI, its tag decides all the same.
 */
#ifndef RECORDER_RTP_SRTP_CONTEXT_H
#define RECORDER_RTP_SRTP_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/fault.h"
#include "base/status.h"
#include "net/srtp_key.h"

enum {
    SRTP_CONTEXT_SOURCES = 32,  /* SSRCs known at a time; the one quiet longest makes room */
    SRTP_CONTEXT_WINDOW = 1024, /* packets behind the newest that are told from replays */
    /* what sealing adds at most: tag, SRTCP's index, MKI */
    SRTP_CONTEXT_OVERHEAD_BYTES = 16 + 4 + SRTP_MKI_BYTES_MAX,
    SRTP_CONTEXT_WORK_BYTES = BOUND_RTP_PACKET_BYTES + SRTP_CONTEXT_OVERHEAD_BYTES,
};

struct srtp_context;

/** For opening, or for sealing RTCP. Statuses as srtp_receiver_create. */
enum status srtp_context_create(const struct srtp_key *key, bool sealing, struct srtp_context **out,
                                struct fault *fault) MUST_CHECK;

/** Wipe and free; NULL is accepted. */
void srtp_context_destroy(struct srtp_context *owned_context);

/** Its key; borrowed. */
const struct srtp_key *srtp_context_key(const struct srtp_context *context);

/** Whether a packet of such a key carries its MKI. */
bool srtp_context_key_is_named(const struct srtp_key *key, bool rtcp, const uint8_t *data,
                               size_t data_bytes);

/** Whether an RTP packet, of its header at least, is newer than all of its source that this one
 * opened. */
bool srtp_context_is_ahead(const struct srtp_context *context, const uint8_t *data);

/** Whether it ever opened a packet. */
bool srtp_context_was_used(const struct srtp_context *context);

/**
 * Let the sources of the key before go on under this one. Whether their rollover counters do too is
 * not agreed: RFC 3711 section 3.3.1 keeps them, RFC 4568 section 7.1.4 begins at zero, senders do
 * either. So both are tried until a packet shows it.
 *
 * STATUS_OK, STATUS_NOMEM.
 */
enum status srtp_context_carry(struct srtp_context *context, const struct srtp_context *before,
                               struct fault *fault) MUST_CHECK;

/**
 * Open one packet into another buffer.
 *
 * rtcp        SRTCP, or SRTP.
 * work        uint8_t[SRTP_CONTEXT_WORK_BYTES], aligned to 4; the opened packet where STATUS_OK.
 * work_bytes  out; untouched where it fails.
 *
 * Statuses as srtp_receiver_open.
 */
enum status srtp_context_open(struct srtp_context *context, bool rtcp, const uint8_t *data,
                              size_t data_bytes, uint8_t *work, size_t *work_bytes) MUST_CHECK;

/**
 * Seal one compound RTCP packet in place.
 *
 * work        uint8_t[*work_bytes + SRTP_CONTEXT_OVERHEAD_BYTES], aligned to 4.
 * work_bytes  in and out.
 *
 * STATUS_OK, STATUS_INVALID (no RTCP, or no more index for another packet).
 */
enum status srtp_context_seal_rtcp(struct srtp_context *context, uint8_t *work,
                                   size_t *work_bytes) MUST_CHECK;

#endif
