#include "audio/facts.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

enum { FACTS_CAP_FIRST = 16 };

void facts_init(struct facts *facts)
{
    *facts = (struct facts){0};
}

void facts_deinit(struct facts *facts)
{
    free(facts->list);
    facts_init(facts);
}

/* Room for one more, or NULL. */
static struct fact *reserve(struct facts *facts)
{
    if (facts->count < facts->cap)
        return &facts->list[facts->count];
    if (facts->cap == FACTS_MAX)
        return NULL;
    size_t cap = facts->cap ? facts->cap * 2 : FACTS_CAP_FIRST;
    if (cap > FACTS_MAX)
        cap = FACTS_MAX;
    struct fact *list = realloc(facts->list, cap * sizeof *list);
    if (!list)
        return NULL;
    facts->list = list;
    facts->cap = cap;
    return &facts->list[facts->count];
}

static uint32_t add_saturated(uint32_t count, uint64_t packets)
{
    return packets > UINT32_MAX - count ? UINT32_MAX : count + (uint32_t)packets;
}

void facts_add(struct facts *facts, enum fact_cause cause, uint32_t detail, int64_t start,
               int64_t end, uint64_t packets)
{
    assert(cause < FACT_CAUSES);
    if (start >= end)
        return;
    size_t last = facts->last_of[cause];
    bool prolongs =
        last && facts->list[last - 1].end == start && facts->list[last - 1].detail == detail;
    struct fact *fresh = prolongs ? NULL : reserve(facts);

    if (fresh) {
        *fresh = (struct fact){
            .start = start,
            .end = end,
            .cause = cause,
            .detail = detail,
            .count = add_saturated(0, packets),
        };
        facts->last_of[cause] = ++facts->count;
        return;
    }
    if (!last)
        return;
    struct fact *newest = &facts->list[last - 1];
    if (start < newest->start)
        newest->start = start;
    if (end > newest->end)
        newest->end = end;
    newest->count = add_saturated(newest->count, packets);
}

const char *fact_cause_name(enum fact_cause cause)
{
    static const char *const names[FACT_CAUSES] = {
        [FACT_LOST] = "lost",           [FACT_LATE] = "late",
        [FACT_CONCEALED] = "concealed", [FACT_SILENT] = "silent",
        [FACT_HELD] = "held",           [FACT_PAUSED] = "paused",
        [FACT_MASKED] = "masked",       [FACT_UNDECODABLE] = "undecodable",
        [FACT_OVERLAID] = "overlaid",   [FACT_UNWRITTEN] = "unwritten",
    };

    assert(cause < FACT_CAUSES);
    return names[cause];
}
