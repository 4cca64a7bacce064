#include "rtp/sequence.h"

#include <string.h>

enum { WORD_BITS = 64 };

static unsigned bit_index(int64_t extended)
{
    return (unsigned)((uint64_t)extended % RTP_SEQUENCE_HISTORY);
}

static bool bit_get(const uint64_t *bits, int64_t extended)
{
    unsigned index = bit_index(extended);

    return bits[index / WORD_BITS] >> (index % WORD_BITS) & 1;
}

static void bit_set(uint64_t *bits, int64_t extended, bool value)
{
    unsigned index = bit_index(extended);
    uint64_t mask = UINT64_C(1) << (index % WORD_BITS);

    if (value)
        bits[index / WORD_BITS] |= mask;
    else
        bits[index / WORD_BITS] &= ~mask;
}

/* Whether the history still tells about a number. */
static bool remembered(const struct rtp_sequence *sequence, int64_t extended)
{
    return extended <= sequence->highest && extended > sequence->highest - RTP_SEQUENCE_HISTORY;
}

/* Farther behind than any network delays. */
static bool is_stray(const struct rtp_sequence *sequence, int64_t extended)
{
    return extended < sequence->highest - RTP_SEQUENCE_MISORDER;
}

void rtp_sequence_init(struct rtp_sequence *sequence, uint16_t number)
{
    *sequence = (struct rtp_sequence){.first = number, .highest = number};
}

int64_t rtp_sequence_extend(const struct rtp_sequence *sequence, uint16_t number)
{
    uint16_t ahead = (uint16_t)(number - (uint16_t)sequence->highest);

    return sequence->highest + (int16_t)ahead;
}

bool rtp_sequence_is_jump(const struct rtp_sequence *sequence, int64_t extended)
{
    return extended > sequence->highest + RTP_SEQUENCE_JUMP ||
           extended < sequence->highest - RTP_SEQUENCE_JUMP;
}

bool rtp_sequence_is_restart(struct rtp_sequence *sequence, int64_t extended)
{
    bool stray = is_stray(sequence, extended);
    bool restart = stray && sequence->stray_set && sequence->stray_next == extended;

    sequence->stray_set = stray;
    sequence->stray_next = extended + 1;
    return restart;
}

bool rtp_sequence_seen(const struct rtp_sequence *sequence, int64_t extended)
{
    return remembered(sequence, extended) && bit_get(sequence->history, extended);
}

void rtp_sequence_note(struct rtp_sequence *sequence, int64_t extended)
{
    if (extended < sequence->first && !is_stray(sequence, extended))
        sequence->first = extended;
    if (extended <= sequence->highest)
        return;
    if (extended - sequence->highest >= RTP_SEQUENCE_HISTORY) {
        memset(sequence->history, 0, sizeof sequence->history);
        memset(sequence->late, 0, sizeof sequence->late);
    } else {
        for (int64_t number = sequence->highest + 1; number <= extended; number++) {
            bit_set(sequence->history, number, false);
            bit_set(sequence->late, number, false);
        }
    }
    sequence->highest = extended;
}

void rtp_sequence_mark(struct rtp_sequence *sequence, int64_t extended)
{
    rtp_sequence_note(sequence, extended);
    if (!remembered(sequence, extended) || extended < sequence->first)
        return;
    bit_set(sequence->history, extended, true);
    sequence->came++;
}

void rtp_sequence_mark_late(struct rtp_sequence *sequence, int64_t extended)
{
    if (!rtp_sequence_seen(sequence, extended))
        rtp_sequence_mark(sequence, extended);
    if (rtp_sequence_seen(sequence, extended))
        bit_set(sequence->late, extended, true);
}

uint64_t rtp_sequence_missing(const struct rtp_sequence *sequence, int64_t after, int64_t before)
{
    if (before <= after + 1)
        return 0;
    uint64_t missing = (uint64_t)(before - after - 1);
    int64_t oldest = sequence->highest - RTP_SEQUENCE_HISTORY + 1;

    for (int64_t number = after + 1 > oldest ? after + 1 : oldest; number < before; number++)
        if (rtp_sequence_seen(sequence, number) && !bit_get(sequence->late, number))
            missing--;
    return missing;
}

uint64_t rtp_sequence_lost(const struct rtp_sequence *sequence)
{
    uint64_t expected = (uint64_t)(sequence->highest - sequence->first) + 1;

    return expected - sequence->came;
}
