/**
 * timeline: the packets of one source in the order of their places, waiting to be heard. Pure
 * ordering: it decodes nothing.
 *
 * Positions are those of audio/line.h. Owned by one thread.
 *
 * Invariants: waiting packets do not overlap and all end after the read position; the read position
 * only grows; count <= BOUND_REORDER_PACKETS.
 */
#ifndef RECORDER_AUDIO_TIMELINE_H
#define RECORDER_AUDIO_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/codec.h"
#include "base/bounds.h"
#include "base/status.h"

/* One packet with a place. */
struct timeline_packet {
    int64_t start;    /* of its first sample; may be below 0, or below the read position */
    int64_t end;      /* of its last; > start */
    int64_t arrival;  /* when it came, as a position */
    int64_t sequence; /* extended, comparable within a run */
    uint32_t run;     /* which run of sequence numbers, chosen by the caller */
    bool marker;      /* first after a silence, by its sender */
    uint8_t payload_type;
    const struct audio_codec *codec; /* NULL: one that cannot be decoded */
    const uint8_t *payload;          /* borrowed by timeline_place, copied before return */
    size_t payload_bytes;
};

/* A packet that waits, or was taken out: what of it is heard, [heard_start, heard_end) of it. */
struct timeline_entry {
    struct timeline_packet packet; /* its payload lies with the entry */
    int64_t heard_start;           /* >= packet.start: what lies before is others' */
    int64_t heard_end;             /* <= packet.end */
};

struct timeline;

/** STATUS_OK (*out set), STATUS_NOMEM. */
enum status timeline_create(struct timeline **out) MUST_CHECK;

/** Free it with what waits; NULL is accepted. */
void timeline_destroy(struct timeline *owned_timeline);

/**
 * Begin the line at a position instead of at 0; before anything is placed or read.
 *
 * position  >= 0.
 */
void timeline_begin(struct timeline *timeline, int64_t position);

/**
 * Put one packet in its place. Where packets overlap, those that came first stay; a packet is kept
 * in one piece. One that cannot be decoded is put on the grid (LINE_GRID), rounded down: its clock
 * may be any, and what lies beside it is cut by it.
 *
 * STATUS_OK     it waits, at least in part.
 * STATUS_LATE   it ends at or before the read position.
 * STATUS_EXISTS its whole place is taken by others that wait, or empty on the grid.
 * STATUS_LIMIT  BOUND_REORDER_PACKETS wait already.
 * STATUS_NOMEM
 * Nothing changed but for STATUS_OK.
 */
enum status timeline_place(struct timeline *timeline,
                           const struct timeline_packet *packet) MUST_CHECK;

/**
 * Up to where the line may be read: to the first gap, or to `passed`, before which no gap is waited
 * for any more, whichever is later.
 */
int64_t timeline_ready(const struct timeline *timeline, int64_t passed);

/** End of the waiting audio that came by `arrival`; the read position where none did. */
int64_t timeline_due(const struct timeline *timeline, int64_t arrival);

/** The first packet that waits, borrowed; NULL where none does. */
const struct timeline_entry *timeline_head(const struct timeline *timeline);

/**
 * Take the first packet out; its heard_start must be the read position, which moves to its
 * heard_end. To be freed with timeline_free.
 */
struct timeline_entry *timeline_take(struct timeline *timeline);

/** Free a packet that was taken out; NULL is accepted. */
void timeline_free(struct timeline_entry *owned_entry);

/**
 * Read on over nothing.
 *
 * position  >= the read position, and not behind the heard_start of the first packet that waits.
 */
void timeline_pass(struct timeline *timeline, int64_t position);

/**
 * Move all that waits by so much, with what is placed from now on left to the caller
 * (placement_shift). The read position stays; what then lies before it is cut off, whole packets of
 * it are dropped.
 *
 * by  a multiple of LINE_GRID; below 0 is earlier.
 *
 * Returns how many packets were dropped.
 */
size_t timeline_shift(struct timeline *timeline, int64_t by);

/**
 * Put what waits of a run closer together, or farther apart: what lies at a distance from `origin`
 * lies at from_hz / to_hz of it; how long packets last stays. What overlaps then, or lies before
 * the read position, is cut off or dropped, as timeline_place would.
 *
 * Returns how many packets were dropped.
 */
size_t timeline_recount(struct timeline *timeline, uint32_t run, int64_t origin, uint32_t from_hz,
                        uint32_t to_hz);

/** The read position: all before it was taken out or passed. */
int64_t timeline_position(const struct timeline *timeline);

/** End of all that waits, or the read position where that is later: nothing lies behind it. */
int64_t timeline_occupied_end(const struct timeline *timeline);

/** Packets that wait. */
size_t timeline_waiting(const struct timeline *timeline);

#endif
