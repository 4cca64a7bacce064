/**
 * placement: where the RTP timestamps of one source lie on the recording's clock.
 *
 * Embedded by value, owned by one thread. The first packet of a source lies where it arrived, what
 * follows lies by its timestamp. A timestamp that jumps by more than PLACEMENT_JUMP_MS, or that
 * would put the audio more than PLACEMENT_AHEAD_MS before its own arrival, begins a new epoch,
 * anchored by arrival again. The epoch before is kept, for packets that were overtaken by the jump.
 *
 * Invariant: within one epoch, position is a function of the timestamp alone (mod 2^32 ticks).
 */
#ifndef RECORDER_AUDIO_PLACEMENT_H
#define RECORDER_AUDIO_PLACEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

enum {
    PLACEMENT_JUMP_MS = 10000,
    PLACEMENT_AHEAD_MS = 1000,
};

/* Timestamps that belong together, known by the newest of them. */
struct placement_epoch {
    bool set;
    int64_t anchor_samples; /* position of the first packet */
    int64_t ticks;          /* from the first packet to the newest */
    uint32_t timestamp;     /* of the newest */
    int64_t sequence;       /* of the newest */
    int64_t sequence_first; /* of the first that came */
};

struct placement {
    uint32_t rate_hz;  /* of positions */
    uint32_t clock_hz; /* of timestamps */
    struct placement_epoch current;
    struct placement_epoch before;
};

/* One packet, as far as its place is concerned. */
struct placement_packet {
    int64_t sequence;        /* extended, of the source's run */
    uint32_t timestamp;      /* of its first sample */
    uint32_t ticks;          /* how long it lasts, timestamp units */
    int64_t arrival_samples; /* when it came, on the recording's clock; >= 0 */
    int64_t occupied_end;    /* end of all that is placed or written on the leg so far */
};

/** A source of which nothing came yet. Rates above 0. */
void placement_init(struct placement *placement, uint32_t rate_hz, uint32_t clock_hz);

/**
 * The place of a packet's first sample. May be below 0, for what was overtaken by the first one.
 *
 * STATUS_OK    *position_samples set; the packet is the newest known where its number is highest.
 * STATUS_LATE  an old number with a timestamp that fits no known epoch; nothing changed.
 */
enum status placement_find(struct placement *placement, const struct placement_packet *packet,
                           int64_t *position_samples) MUST_CHECK;

/**
 * The anchor was wrong: begin a new epoch with this packet, anchored by its arrival but not before
 * occupied_end, and forget the epochs before.
 *
 * Returns its place.
 */
int64_t placement_restart(struct placement *placement, const struct placement_packet *packet);

#endif
