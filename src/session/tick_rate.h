/**
 * tick_rate: how fast the timestamps of a run really count. Private to this folder.
 *
 * Some senders count by another clock than their codec's: old telephones step G.722 by the 16000 Hz
 * of its audio where RFC 3551 section 4.5.2 says 8000, others by half. It is found where the steps
 * from number to number are twice, or half, what the packets last, while packets come at the pace
 * of what they hold: a sender that leaves out every other packet comes at the pace of its steps.
 *
 * Embedded by value, owned by one thread; all zero knows nothing.
 */
#ifndef RECORDER_SESSION_TICK_RATE_H
#define RECORDER_SESSION_TICK_RATE_H

#include <stdint.h>

#include "audio/codec.h"

enum {
    TICK_RATE_STEPS = 5,         /* in a row, at least, show another clock */
    TICK_RATE_APART_PERCENT = 25 /* at most, of what they hold from what passes while they come */
};

struct tick_packet {
    const struct audio_codec *codec; /* of kind SOUND */
    uint32_t ticks;                  /* how long it lasts, by the codec's clock; > 0 */
    int64_t sequence;                /* extended */
    uint32_t timestamp;
    int64_t arrival_ns;
};

struct tick_rate {
    struct tick_packet newest; /* codec NULL: none */
    int64_t first;             /* number of the first in this codec */
    uint32_t clock_hz;         /* that its timestamps count by; 0: none came */
    uint32_t suspected_hz;     /* by what the last steps count, where that is another; else 0 */
    uint32_t steps;            /* so many of them */
    int64_t since_ns;          /* when they began to come */
    int64_t ticks;             /* that they last */
};

/** A packet came; those of old numbers change nothing. Returns by what its timestamp counts, Hz. */
uint32_t tick_rate_see(struct tick_rate *rate, const struct tick_packet *packet);

/** By what timestamps of a codec count, Hz, as far as is known; codec NULL: clock_hz. */
uint32_t tick_rate_of(const struct tick_rate *rate, const struct audio_codec *codec,
                      uint32_t clock_hz);

#endif
