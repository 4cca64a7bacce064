/**
 * clock_offset: how far a sender's clock is from ours, from when its packets arrive: the quickest
 * of them tell, the others were delayed on their way. Pure; given the time.
 *
 * Embedded by value. The offset of a packet is its arrival less its place by the sender's clock.
 * Windows of CLOCK_OFFSET_WINDOW_MS keep the CLOCK_OFFSET_LEAST least of their offsets; the
 * greatest of those counts, so that a few packets with a wrong timestamp, which seem to come early,
 * move nothing. The estimate is the least of the last CLOCK_OFFSET_WINDOWS windows: it follows a
 * drift, and a path that has become longer once all windows have seen that.
 */
#ifndef RECORDER_AUDIO_CLOCK_OFFSET_H
#define RECORDER_AUDIO_CLOCK_OFFSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CLOCK_OFFSET_WINDOW_MS = 2000,
    CLOCK_OFFSET_WINDOWS = 8, /* of which the newest is being filled */
    CLOCK_OFFSET_LEAST = 3,
    CLOCK_OFFSET_FULL = 25, /* offsets that tell alone: half a second of packets of 20 ms */
};

struct clock_offset_window {
    uint32_t count;                    /* offsets seen */
    int64_t least[CLOCK_OFFSET_LEAST]; /* rising; as many as count says */
};

struct clock_offset {
    int64_t window; /* number of the newest: time / CLOCK_OFFSET_WINDOW_MS */
    struct clock_offset_window windows[CLOCK_OFFSET_WINDOWS]; /* by number, modulo */
};

/** Nothing is known. */
void clock_offset_init(struct clock_offset *clock);

/**
 * Take an offset, in any unit, the same always.
 *
 * at_ns  >= 0; one that went back counts as that before it.
 */
void clock_offset_add(struct clock_offset *clock, int64_t at_ns, int64_t offset);

/** The clock was set on purpose: what is known is so much greater (or less) now. */
void clock_offset_move(struct clock_offset *clock, int64_t by);

/**
 * The least that is known so far, by however little. false: fewer than CLOCK_OFFSET_LEAST offsets
 * in each window; *offset is untouched.
 */
bool clock_offset_least(const struct clock_offset *clock, int64_t *offset);

/**
 * The estimate over all windows, in the unit of the offsets, once CLOCK_OFFSET_FULL offsets tell:
 * all of a few may have been delayed. As clock_offset_least else.
 */
bool clock_offset_slow(const struct clock_offset *clock, int64_t *offset);

/**
 * Likewise over the newest two windows only, once the older of them has seen CLOCK_OFFSET_FULL
 * offsets and the newest half as many, so that one of the quickest is among them: follows a path
 * that has become longer within two windows and a half second. false too where there is a pause.
 */
bool clock_offset_fast(const struct clock_offset *clock, int64_t *offset);

#endif
