/**
 * sequence: one run of RTP sequence numbers: their extension beyond 16 bits, which of them came,
 * and how many did not (RFC 3550 sections 5.1 and A.1, A.3).
 *
 * Embedded by value, owned by one thread. Extended numbers of one run compare as integers.
 * Invariants: first <= highest; came <= highest - first + 1; a number is marked at most once; a
 * late one is also seen.
 */
#ifndef RECORDER_RTP_SEQUENCE_H
#define RECORDER_RTP_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    RTP_SEQUENCE_HISTORY = 1024, /* newest numbers of which each is remembered */
    RTP_SEQUENCE_JUMP = 3000,    /* MAX_DROPOUT of RFC 3550 A.1: farther is another run */
    /* MAX_MISORDER of RFC 3550 A.1, raised: no network delays by more than 3 s of 20 ms each */
    RTP_SEQUENCE_MISORDER = 150,
};

struct rtp_sequence {
    int64_t first;                               /* lowest number seen */
    int64_t highest;                             /* newest number seen */
    uint64_t came;                               /* distinct numbers, late ones included */
    uint64_t history[RTP_SEQUENCE_HISTORY / 64]; /* number n is bit n mod RTP_SEQUENCE_HISTORY */
    uint64_t late[RTP_SEQUENCE_HISTORY / 64];    /* likewise, of those that came too late */
    bool stray_set;                              /* the last number was far behind the newest */
    int64_t stray_next;                          /* what would follow that one */
};

/** Begin a run at the number of its first packet, which is not marked yet. */
void rtp_sequence_init(struct rtp_sequence *sequence, uint16_t number);

/** The extended number nearest to the newest one: at most 32768 away from it. */
int64_t rtp_sequence_extend(const struct rtp_sequence *sequence, uint16_t number);

/** Whether a number lies so far from the newest that it rather begins another run. */
bool rtp_sequence_is_jump(const struct rtp_sequence *sequence, int64_t extended);

/**
 * Whether a number shows that its sender counts anew: the second in a row that is more than
 * RTP_SEQUENCE_MISORDER behind the newest (RFC 3550 A.1). Ask once for each packet, in the order in
 * which they came.
 */
bool rtp_sequence_is_restart(struct rtp_sequence *sequence, int64_t extended);

/**
 * Whether a number was marked before. One that is older than the history counts as not seen: its
 * packet is late by any measure.
 */
bool rtp_sequence_seen(const struct rtp_sequence *sequence, int64_t extended);

/**
 * Stretch the run so that a number lies in it, without marking it: what could not be kept is
 * expected, and lost. One that lies before the first and more than RTP_SEQUENCE_MISORDER behind the
 * newest is not of this run, and stretches nothing.
 */
void rtp_sequence_note(struct rtp_sequence *sequence, int64_t extended);

/**
 * Note a number and mark it as come; the caller asked rtp_sequence_seen before. One older than the
 * history, or not of this run, is only noted.
 */
void rtp_sequence_mark(struct rtp_sequence *sequence, int64_t extended);

/** As rtp_sequence_mark, or for a number marked before: it came too late to be heard. */
void rtp_sequence_mark_late(struct rtp_sequence *sequence, int64_t extended);

/**
 * Numbers strictly between two that did not come in time; those older than the history count as
 * missing.
 */
uint64_t rtp_sequence_missing(const struct rtp_sequence *sequence, int64_t after, int64_t before);

/** Numbers of the run that never came: expected less come. */
uint64_t rtp_sequence_lost(const struct rtp_sequence *sequence);

#endif
