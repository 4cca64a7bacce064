/**
 * rate_limit: how many events a second are let through, twice as many in a burst. Pure: the caller
 * tells the time.
 *
 * A token bucket, kept as the one moment at which it would be full again (the generic cell rate
 * algorithm of ITU-T I.371), so that a new rate holds from the next event on.
 */
#ifndef RECORDER_INGEST_RATE_LIMIT_H
#define RECORDER_INGEST_RATE_LIMIT_H

#include <stdbool.h>

#include "base/clock.h"

enum { RATE_LIMIT_BURST_S = 2 }; /* a burst is what comes in so many seconds */

/* Zero: a full bucket. */
struct rate_limit {
    mono_time full;
};

/**
 * Whether one more event is let through now; it is then counted.
 *
 * per_s  1..1000000000 events a second; 0: no limit, nothing is counted.
 * now    must not go backwards.
 */
bool rate_limit_take(struct rate_limit *limit, unsigned per_s, mono_time now);

#endif
