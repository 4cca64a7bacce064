/**
 * source_lock: whose packets a stream listens to, so that nobody else can speak into a recording.
 *
 * Locked first to the address that the SDP names, then to where packets really come from and to
 * their SSRC. The address that the SDP names is heard at once. Any other address, and any further
 * SSRC, is heard only after probation: SOURCE_LOCK_SEQUENTIAL packets with consecutive numbers
 * (RFC 3550 section A.1), in whatever order they come, for networks reorder; they are kept
 * meanwhile, so that a genuine source loses nothing.
 *
 * Many senders do not send from the address that their SDP names: while that has not sent, another
 * is taken after probation; as soon as it sends, it takes over. Likewise the host that the SDP
 * names, from another port, takes over from any other host, after probation.
 *
 * One address is heard at a time; it yields to another that stands no higher only when it has been
 * quiet for SOURCE_LOCK_HOLD_MS. What another sent since the locked one's last packet is kept until
 * then, so that a sender whose address changes loses nothing either; as soon as the locked one goes
 * on, it is refused. One that had to yield so has its place back as soon as it goes on: who speaks
 * into a pause does not shut it out.
 *
 * Where the address that the SDP names has spoken (at least SOURCE_LOCK_SPOKEN packets since
 * another was heard, no mere sign of life), the SDP tells the truth, and senders pause often; what
 * else comes then may be what is left of another call. Unless it goes on with an SSRC of that
 * address, it waits for SOURCE_LOCK_STRANGE_MS of quiet, of which only the last SOURCE_LOCK_KEPT
 * packets are not lost should it be genuine. So does another host where the one that is named has
 * spoken from another port. Several SSRCs of the locked address may send at a time.
 *
 * With SRTP the key is the proof: authentic packets are admitted from anywhere, without probation.
 *
 * On the heap; owned by one thread; given the time, by any clock: one that is set back shuts nobody
 * out. Every packet offered is exactly one of admitted, kept, or refused; a kept one becomes
 * admitted or refused later.
 */
#ifndef RECORDER_RTP_SOURCE_LOCK_H
#define RECORDER_RTP_SOURCE_LOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/status.h"

enum {
    SOURCE_LOCK_SEQUENTIAL = 2, /* MIN_SEQUENTIAL of RFC 3550 */
    /* known at a time; the one quiet longest makes room, but none that was heard within
     * SOURCE_LOCK_HOLD_MS, so that forged ones never drive out one that speaks */
    SOURCE_LOCK_SSRCS = 8,
    SOURCE_LOCK_CANDIDATES = 8, /* on probation at a time; the one quiet longest makes room */
    SOURCE_LOCK_KEPT = 64,      /* packets of each; the oldest is refused for one more */
    /* likewise: as many of 20 ms of 48 kHz in 16 bits; strangers must not fill the memory */
    SOURCE_LOCK_KEPT_BYTES = 128 * 1024,
    SOURCE_LOCK_HOLD_MS = 500,
    SOURCE_LOCK_STRANGE_MS = 10000,
    SOURCE_LOCK_SPOKEN = 50,         /* a second of speech */
    SOURCE_LOCK_PROBATION_MS = 2000, /* a candidate that has not gone on for so long is forgotten */
};

/* One datagram, already found to be RTP; all borrowed. */
struct source_lock_packet {
    const struct sockaddr_storage *from;
    uint32_t ssrc;
    uint16_t sequence;
    bool authentic; /* opened by SRTP */
    const uint8_t *data;
    size_t data_bytes;
    int64_t arrival_ns;
};

struct source_lock;

/** STATUS_OK (*out set), STATUS_NOMEM. */
enum status source_lock_create(struct source_lock **out) MUST_CHECK;

/** Free, with what is kept; NULL is accepted. */
void source_lock_destroy(struct source_lock *owned_lock);

/**
 * Name the sender, by an SDP's address and port; an unspecified address or port 0 names nobody.
 * Naming the same again changes nothing. Naming another: it is heard at once, and the old one until
 * then.
 */
void source_lock_name(struct source_lock *lock, const struct sockaddr_storage *named);

/**
 * Decide on a packet.
 *
 * admit   called, in order of arrival, for every packet that is heard from now on: kept ones that
 *         passed probation, then this one. The packet and its data are borrowed for the call, which
 *         must not offer another. May come SOURCE_LOCK_PROBATION_MS after the packet's arrival.
 * refused out: added to, by packets refused for good, kept ones that were given up included.
 */
void source_lock_offer(struct source_lock *lock, const struct source_lock_packet *packet,
                       void (*admit)(void *context, const struct source_lock_packet *packet),
                       void *context, uint64_t *refused);

/**
 * Whether an address is the sender's, as far as is known: it is the one that is heard, or of the
 * host that the SDP names.
 */
bool source_lock_expects(const struct source_lock *lock, const struct sockaddr_storage *from);

/** Nothing more will come: what is still kept is refused. Returns how many. */
uint64_t source_lock_finish(struct source_lock *lock);

#endif
