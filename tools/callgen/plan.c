#include "tools/callgen/plan.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

static int event_order(const void *left, const void *right)
{
    const struct plan_event *one = left;
    const struct plan_event *other = right;
    if (one->at_ms != other->at_ms) {
        return one->at_ms < other->at_ms ? -1 : 1;
    }
    return one->packet < other->packet ? -1 : one->packet > other->packet;
}

/* Always five draws a packet, used or not: one option does not move what another one drew. */
struct draws {
    double loss, duplicate, reorder;
    uint32_t jitter_ms, copy_ms;
};

static struct draws draw(const struct plan_impairment *impairment, struct random_lane *lane)
{
    struct draws draws;
    draws.loss = random_unit(lane);
    draws.duplicate = random_unit(lane);
    draws.reorder = random_unit(lane);
    draws.jitter_ms = random_upto(lane, impairment->jitter_ms);
    draws.copy_ms = random_upto(lane, PLAN_DUPLICATE_MS_MAX);
    return draws;
}

static uint8_t marks_of(const struct plan_impairment *impairment, const struct draws *draws,
                        bool edge)
{
    unsigned marks = 0;
    if (!edge && draws->loss < impairment->loss_share) {
        return PLAN_WITHHELD;
    }
    if (!edge && draws->reorder < impairment->reorder_share) {
        marks |= PLAN_REORDERED;
    }
    if (draws->duplicate < impairment->duplicate_share) {
        marks |= PLAN_DUPLICATED;
    }
    return (uint8_t)marks;
}

static void fill(const struct plan_impairment *impairment, struct random_lane *lane,
                 struct plan *plan)
{
    for (uint32_t i = 0; i < plan->packets; i++) {
        struct draws draws = draw(impairment, lane);
        bool edge = i == 0 || i == plan->packets - 1;
        plan->marks[i] = marks_of(impairment, &draws, edge);
        if (plan->marks[i] & PLAN_WITHHELD) {
            continue;
        }
        uint32_t at_ms = i * PLAN_PACKET_MS + (i == 0 ? 0 : draws.jitter_ms);
        if (plan->marks[i] & PLAN_REORDERED) {
            at_ms += impairment->reorder_ms;
        }
        plan->event[plan->events++] = (struct plan_event){at_ms, i};
        if (plan->marks[i] & PLAN_DUPLICATED) {
            plan->event[plan->events++] = (struct plan_event){at_ms + draws.copy_ms, i};
        }
    }
    qsort(plan->event, plan->events, sizeof(plan->event[0]), event_order);
}

enum status plan_make(const struct plan_impairment *impairment, uint32_t packets,
                      struct random_lane *lane, struct plan *plan)
{
    assert(packets > 0);
    struct plan made = {.packets = packets};
    made.marks = calloc(packets, sizeof(made.marks[0]));
    made.event = calloc((size_t)packets * 2, sizeof(made.event[0]));
    if (made.marks == NULL || made.event == NULL) {
        plan_deinit(&made);
        return STATUS_NOMEM;
    }
    fill(impairment, lane, &made);
    *plan = made;
    return STATUS_OK;
}

void plan_deinit(struct plan *plan)
{
    free(plan->marks);
    free(plan->event);
    *plan = (struct plan){0};
}
