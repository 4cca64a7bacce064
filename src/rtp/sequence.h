/**
 * sequence: one run of RTP sequence numbers: their extension beyond 16 bits, which of them came,
 * and how many did not (RFC 3550 sections 5.1 and A.1, A.3).
 *
 * Embedded by value, owned by one thread. Extended numbers of one run compare as integers.
 * Invariants: first <= highest; marked <= highest - first + 1; a number is marked at most once.
 */
#ifndef RECORDER_RTP_SEQUENCE_H
#define RECORDER_RTP_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    RTP_SEQUENCE_HISTORY = 1024, /* newest numbers of which each is remembered */
    RTP_SEQUENCE_JUMP = 3000,    /* MAX_DROPOUT of RFC 3550 A.1: farther is another run */
};

struct rtp_sequence {
    int64_t first;                               /* lowest number seen */
    int64_t highest;                             /* newest number seen */
    uint64_t marked;                             /* distinct numbers that came in time */
    uint64_t history[RTP_SEQUENCE_HISTORY / 64]; /* number n is bit n mod RTP_SEQUENCE_HISTORY */
};

/** Begin a run at the number of its first packet, which is not marked yet. */
void rtp_sequence_init(struct rtp_sequence *sequence, uint16_t number);

/** The extended number nearest to the newest one: at most 32768 away from it. */
int64_t rtp_sequence_extend(const struct rtp_sequence *sequence, uint16_t number);

/** Whether a number lies so far from the newest that it rather begins another run. */
bool rtp_sequence_is_jump(const struct rtp_sequence *sequence, int64_t extended);

/**
 * Whether a number was marked before. One that is older than the history counts as not seen: its
 * packet is late by any measure.
 */
bool rtp_sequence_seen(const struct rtp_sequence *sequence, int64_t extended);

/**
 * Stretch the run so that a number lies in it, without marking it: what came too late to be used is
 * expected, and lost.
 */
void rtp_sequence_note(struct rtp_sequence *sequence, int64_t extended);

/**
 * Note a number and mark it as come; the caller asked rtp_sequence_seen before. One older than the
 * history is only noted.
 */
void rtp_sequence_mark(struct rtp_sequence *sequence, int64_t extended);

/** Numbers strictly between two that never came; those older than the history count as missing. */
uint64_t rtp_sequence_missing(const struct rtp_sequence *sequence, int64_t after, int64_t before);

/** Numbers of the run that never came in time: expected less marked. */
uint64_t rtp_sequence_lost(const struct rtp_sequence *sequence);

#endif
