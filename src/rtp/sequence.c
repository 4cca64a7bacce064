#include "rtp/sequence.h"

#include <string.h>

enum { WORD_BITS = 64 };

static unsigned bit_index(int64_t extended)
{
    return (unsigned)((uint64_t)extended % RTP_SEQUENCE_HISTORY);
}

static bool bit_get(const struct rtp_sequence *sequence, int64_t extended)
{
    unsigned index = bit_index(extended);

    return sequence->history[index / WORD_BITS] >> (index % WORD_BITS) & 1;
}

static void bit_set(struct rtp_sequence *sequence, int64_t extended, bool value)
{
    unsigned index = bit_index(extended);
    uint64_t mask = UINT64_C(1) << (index % WORD_BITS);

    if (value)
        sequence->history[index / WORD_BITS] |= mask;
    else
        sequence->history[index / WORD_BITS] &= ~mask;
}

/* Whether the history still tells about a number. */
static bool remembered(const struct rtp_sequence *sequence, int64_t extended)
{
    return extended <= sequence->highest && extended > sequence->highest - RTP_SEQUENCE_HISTORY;
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

bool rtp_sequence_seen(const struct rtp_sequence *sequence, int64_t extended)
{
    return remembered(sequence, extended) && bit_get(sequence, extended);
}

void rtp_sequence_note(struct rtp_sequence *sequence, int64_t extended)
{
    if (extended < sequence->first)
        sequence->first = extended;
    if (extended <= sequence->highest)
        return;
    if (extended - sequence->highest >= RTP_SEQUENCE_HISTORY)
        memset(sequence->history, 0, sizeof sequence->history);
    else
        for (int64_t number = sequence->highest + 1; number <= extended; number++)
            bit_set(sequence, number, false);
    sequence->highest = extended;
}

void rtp_sequence_mark(struct rtp_sequence *sequence, int64_t extended)
{
    rtp_sequence_note(sequence, extended);
    if (!remembered(sequence, extended))
        return;
    bit_set(sequence, extended, true);
    sequence->marked++;
}

uint64_t rtp_sequence_missing(const struct rtp_sequence *sequence, int64_t after, int64_t before)
{
    if (before <= after + 1)
        return 0;
    uint64_t missing = (uint64_t)(before - after - 1);
    int64_t oldest = sequence->highest - RTP_SEQUENCE_HISTORY + 1;

    for (int64_t number = after + 1 > oldest ? after + 1 : oldest; number < before; number++)
        if (rtp_sequence_seen(sequence, number))
            missing--;
    return missing;
}

uint64_t rtp_sequence_lost(const struct rtp_sequence *sequence)
{
    uint64_t expected = (uint64_t)(sequence->highest - sequence->first) + 1;

    return expected - sequence->marked;
}
