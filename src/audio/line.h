/**
 * line: the unit of all positions: 1/48000 s from the recording's start, whatever the codec. Every
 * rate that is decoded to divides it, so that a position is a whole sample of each.
 */
#ifndef RECORDER_AUDIO_LINE_H
#define RECORDER_AUDIO_LINE_H

#include <stdint.h>

#include "base/clock.h"

enum {
    LINE_HZ = 48000,
    LINE_PER_MS = LINE_HZ / 1000,
    /* positions of anchors and corrections are whole samples of the lowest rate, 8 kHz */
    LINE_GRID = 6,
};

/** The position of a moment, ns from the start; rounded toward 0. */
static inline int64_t line_of_ns(int64_t ns)
{
    /* split, so that hours of nanoseconds times the rate do not pass 63 bits */
    return ns / CLOCK_NS_PER_S * LINE_HZ + ns % CLOCK_NS_PER_S * LINE_HZ / CLOCK_NS_PER_S;
}

/** The greatest whole sample of the lowest rate that is not above a position; >= 0. */
static inline int64_t line_on_grid(int64_t position)
{
    return position - position % LINE_GRID;
}

#endif
