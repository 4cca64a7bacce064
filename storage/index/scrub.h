/**
 * scrub: when each finished recording's file was last read from end to end, and what was found.
 *
 * Statuses common to all as in recordings.h.
 */
#ifndef RECORDER_STORAGE_INDEX_SCRUB_H
#define RECORDER_STORAGE_INDEX_SCRUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/index/index.h"

/* What was found. Stored. */
enum scrub_result {
    SCRUB_NEVER,  /* it was not read yet */
    SCRUB_WHOLE,  /* every byte is as it was sealed, and as the row says */
    SCRUB_BAD,    /* it is not, or it is gone */
    SCRUB_NO_KEY, /* its key is not here: nothing can be said of it */
    SCRUB_RESULTS,
};

enum { SCRUB_LIST_MAX = 64 };

/* Recordings that are due, those first that were never read, then those found bad, which may have
 * been repaired, then by how long ago it is. */
struct scrub_list {
    size_t count;
    struct uuid recording[SCRUB_LIST_MAX];
};

/* Where a turn through all that is due stands; zero: before the first. One of which nothing could
 * be said stays due, and is met again in the next turn: it keeps no other from being read. */
struct scrub_turn {
    size_t place; /* in the order of results */
    bool within;  /* behind these: */
    int64_t scrubbed_us;
    struct uuid recording;
    bool ended; /* there are no more */
};

/**
 * List what is due and was not listed in this turn, at most SCRUB_LIST_MAX; that costs the same
 * however many there are.
 *
 * before      read before that moment is due again.
 * bad_before  likewise of those that were found bad.
 */
enum status scrub_due(struct index *index, wall_time before, wall_time bad_before,
                      struct scrub_turn *turn, struct scrub_list *list,
                      struct fault *fault) MUST_CHECK;

/** Write what was found, WHOLE, BAD or NO_KEY. One that is gone by now, or not finished: nothing
 * happens. */
enum status scrub_write(struct index *index, struct uuid recording, wall_time at,
                        enum scrub_result result, struct fault *fault) MUST_CHECK;

struct scrub_counts {
    uint64_t of[SCRUB_RESULTS]; /* finished recordings */
    bool any;
    wall_time oldest; /* for so long the one that waits longest was not read: when that was, or when
                         it began where it never was; where there is any */
};

/** Count all finished recordings. */
enum status scrub_count(struct index *index, struct scrub_counts *counts,
                        struct fault *fault) MUST_CHECK;

#endif
