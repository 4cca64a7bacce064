/**
 * placement: where the RTP timestamps of one source lie on the recording's clock.
 *
 * Embedded by value, owned by one thread. Positions are those of audio/line.h. The first packet of
 * a source lies where it arrived, what follows lies by its timestamp. A timestamp that jumps by
 * more than PLACEMENT_JUMP_MS, or that would put the audio more than PLACEMENT_AHEAD_MS before its
 * own arrival, begins a new epoch, anchored by arrival again. The epoch before is kept, for packets
 * that were overtaken by the jump.
 *
 * Timestamps may change their clock with the payload type (RFC 7160). That begins a new epoch,
 * which goes on where the one before ended, with room for the packets between that have not come.
 * Senders do not agree how such a timestamp goes on: a pause that it tells is believed where it
 * agrees with the arrival within PLACEMENT_PAUSE_MS, counted by the new clock or the old one; else
 * the arrival tells, where it shows a pause of more than that.
 *
 * Invariants: within one epoch, position is a function of the timestamp alone (mod 2^32 ticks),
 * moved only by placement_shift and placement_recount; what one packet's ticks end at, the next
 * begins at; an epoch's anchor lies on LINE_GRID.
 */
#ifndef RECORDER_AUDIO_PLACEMENT_H
#define RECORDER_AUDIO_PLACEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

enum {
    PLACEMENT_JUMP_MS = 10000,
    PLACEMENT_AHEAD_MS = 1000,
    PLACEMENT_PAUSE_MS = 200,
};

/* Timestamps that belong together, known by the newest of them. */
struct placement_epoch {
    bool set;
    uint32_t clock_hz;      /* of its timestamps */
    int64_t anchor;         /* position of the first packet */
    int64_t ticks;          /* from the first packet to the newest */
    uint32_t timestamp;     /* of the newest */
    uint32_t newest_ticks;  /* how long the newest lasts */
    int64_t sequence;       /* of the newest */
    int64_t sequence_first; /* of the first that came */
};

struct placement {
    struct placement_epoch current;
    struct placement_epoch before;
};

/* One packet, as far as its place is concerned. */
struct placement_packet {
    int64_t sequence;     /* extended, of the source's run */
    uint32_t clock_hz;    /* of its payload type; > 0 */
    uint32_t timestamp;   /* of its first sample */
    uint32_t ticks;       /* how long it lasts, timestamp units; 1..65535 */
    int64_t arrival;      /* when it came; >= 0 */
    int64_t occupied_end; /* end of all that is placed or read of the source so far */
};

struct placement_place {
    int64_t start; /* may be below 0, for what was overtaken by the first packet; on LINE_GRID where
                      the clock is 8000, else between where the timestamps say so */
    int64_t end;   /* > start */
};

/** A source of which nothing came yet. */
void placement_init(struct placement *placement);

/**
 * The place of a packet.
 *
 * STATUS_OK    *place set; the packet is the newest known where its number is highest.
 * STATUS_LATE  an old number with a timestamp that fits no known epoch; nothing changed.
 */
enum status placement_find(struct placement *placement, const struct placement_packet *packet,
                           struct placement_place *place) MUST_CHECK;

/**
 * Whether a timestamp is near those of an epoch that is known, or cannot be compared with them:
 * there is none, or its clock is another.
 */
bool placement_is_near(const struct placement *placement, uint32_t timestamp, uint32_t clock_hz);

/**
 * The anchor was wrong: begin a new epoch with this packet, anchored by its arrival but not before
 * occupied_end, and forget the epochs before.
 */
struct placement_place placement_restart(struct placement *placement,
                                         const struct placement_packet *packet);

/**
 * The timestamps of the current epoch count by another clock than was thought: its places lie
 * closer, or farther, from its first packet from now on. Nothing where there is none.
 */
void placement_recount(struct placement *placement, uint32_t clock_hz);

/**
 * The clocks drifted apart: all places lie so much later (or earlier) from now on.
 *
 * by  a multiple of LINE_GRID.
 */
void placement_shift(struct placement *placement, int64_t by);

#endif
