/**
 * plan: when each packet of a stream is sent, and which are withheld, sent twice or held back.
 *
 * Made before the first packet leaves, from a seed alone, so a run can be repeated. The first and
 * the last packet are always sent, in their place: a receiver cannot know of a loss before the
 * first packet it hears or after the last, so every planned loss is one it must be able to count.
 */
#ifndef RECORDER_CALLGEN_PLAN_H
#define RECORDER_CALLGEN_PLAN_H

#include <stdint.h>

#include "base/status.h"
#include "tools/callgen/random.h"

enum {
    PLAN_PACKET_MS = 20,
    PLAN_DUPLICATE_MS_MAX = 40, /* a copy follows its packet within this time */
};

/* marks of one packet */
enum {
    PLAN_WITHHELD = 1,
    PLAN_DUPLICATED = 2,
    PLAN_REORDERED = 4,
    PLAN_SENT = 8,        /* set by the sender: it left at least once */
    PLAN_SENT_TWICE = 16, /* set by the sender */
};

/* What is done to a stream; shares are 0..1 of its packets. */
struct plan_impairment {
    double loss_share;
    double duplicate_share;
    double reorder_share;
    uint32_t reorder_ms; /* how late a held-back packet is sent */
    uint32_t jitter_ms;  /* each packet is late by 0..jitter_ms */
};

/* One sending of a packet. */
struct plan_event {
    uint32_t at_ms; /* after the start of the stream */
    uint32_t packet;
};

struct plan {
    uint32_t packets;
    uint8_t *marks; /* uint8_t[packets] */
    uint32_t events;
    struct plan_event *event; /* by time, then by packet */
};

/**
 * Draw a plan.
 *
 * packets  at least 1.
 * lane     the stream's own; what is drawn depends on nothing else.
 * plan     out, owned by the caller, freed by plan_deinit.
 *
 * STATUS_OK, STATUS_NOMEM (*plan untouched).
 */
enum status plan_make(const struct plan_impairment *impairment, uint32_t packets,
                      struct random_lane *lane, struct plan *plan) MUST_CHECK;

/** Free what it holds; a zeroed plan is accepted. */
void plan_deinit(struct plan *plan);

#endif
