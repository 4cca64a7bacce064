/**
 * gap_facts: why a stretch of a leg holds no audio. Pure. Private to this folder.
 */
#ifndef RECORDER_SESSION_GAP_FACTS_H
#define RECORDER_SESSION_GAP_FACTS_H

#include <stdint.h>

#include "audio/facts.h"
#include "audio/timeline.h"
#include "session/holds.h"

/* What is known of the leg. */
struct gap_leg {
    uint32_t rate_hz;
    int64_t begin_samples; /* where it joined: before, nothing is told */
    const struct holds *holds;
};

/** Nothing was heard from start to end, in samples: on hold where it was, else nothing was sent. */
void gap_facts_quiet(struct facts *facts, const struct gap_leg *leg, int64_t start, int64_t end);

/**
 * Explain the gap in front of a packet. Missing numbers tell how much of it was lost; the rest was
 * never sent. Which end was lost is told by the marker: it stands on the first packet after a
 * silence, so where it is there the loss came before the silence.
 *
 * missing  numbers between the packet before and this one that never came.
 */
void gap_facts_add(struct facts *facts, const struct gap_leg *leg,
                   const struct timeline_entry *entry, uint64_t missing);

#endif
