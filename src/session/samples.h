/**
 * samples: the recording's clock in samples of a leg. Pure. Private to this folder.
 */
#ifndef RECORDER_SESSION_SAMPLES_H
#define RECORDER_SESSION_SAMPLES_H

#include <stdint.h>

#include "base/clock.h"

/** Samples at rate_hz that lie before a moment, ns from the start; rounded toward 0. */
static inline int64_t samples_before(int64_t ns, uint32_t rate_hz)
{
    /* split, so that hours of nanoseconds times a rate do not pass 63 bits */
    int64_t seconds = ns / CLOCK_NS_PER_S;
    int64_t rest_ns = ns % CLOCK_NS_PER_S;

    return seconds * rate_hz + rest_ns * rate_hz / CLOCK_NS_PER_S;
}

#endif
