/**
 * holds: the stretches of time in which a leg is on hold or paused: what arrives in them is not to
 * be heard, or not to be kept.
 *
 * Embedded by value, owned by one thread; all zero is a leg that never was. All times are
 * nanoseconds from the recording's start; a stretch includes its start and not its end.
 *
 * Invariants: stretches are not empty, in order, and two of one detail do not touch; only the last
 * may be open.
 */
#ifndef RECORDER_SESSION_HOLDS_H
#define RECORDER_SESSION_HOLDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { HOLDS_MAX = 1000 };

struct hold {
    int64_t start_ns;
    int64_t end_ns;  /* INT64_MAX while it lasts */
    uint32_t detail; /* what it means is the caller's */
};

struct holds {
    struct hold *list;
    size_t count;
    size_t cap;
};

/**
 * Make room for the first ones, so that holds_pause cannot fail; of an empty list.
 *
 * STATUS_OK, STATUS_NOMEM.
 */
enum status holds_reserve(struct holds *holds) MUST_CHECK;

/** Free; the list is empty and usable again. */
void holds_deinit(struct holds *holds);

/**
 * On hold, or not, from that moment on; as it is already: nothing changes. A moment before the last
 * change counts as that of the last change. Past HOLDS_MAX, or without memory, a hold is left out:
 * rather too much is heard than too little.
 */
void holds_set(struct holds *holds, bool held, int64_t at_ns);

/**
 * As holds_set, but never left out, of a list that was reserved: where there is no room for one
 * more the last is opened again, so that rather too little is heard than too much.
 *
 * detail  of what begins; another than that of the open one ends it and begins a new one.
 */
void holds_pause(struct holds *holds, bool held, uint32_t detail, int64_t at_ns);

/** Whether that moment lies in a hold. */
bool holds_at(const struct holds *holds, int64_t ns);

/** How many holds had ended by that moment: what was sent in between belongs together. */
size_t holds_ended(const struct holds *holds, int64_t ns);

/**
 * Until when it is known that nothing more will be heard, of a leg of which all was received that
 * arrived before horizon_ns: the end of the last hold that has begun by then, or the horizon where
 * that has not ended; 0 where none has begun.
 */
int64_t holds_known(const struct holds *holds, int64_t horizon_ns);

#endif
