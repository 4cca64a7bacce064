#include "session/holds.h"

#include <stdlib.h>

enum { HOLDS_CAP_FIRST = 8 };

void holds_deinit(struct holds *holds)
{
    free(holds->list);
    *holds = (struct holds){0};
}

static bool is_open(const struct holds *holds)
{
    return holds->count && holds->list[holds->count - 1].end_ns == INT64_MAX;
}

/* Room for one more; false where there is none. */
static bool reserve(struct holds *holds)
{
    if (holds->count < holds->cap)
        return true;
    if (holds->cap >= HOLDS_MAX)
        return false;
    size_t cap = holds->cap ? holds->cap * 2 : HOLDS_CAP_FIRST;
    if (cap > HOLDS_MAX)
        cap = HOLDS_MAX;
    struct hold *list = realloc(holds->list, cap * sizeof *list);
    if (!list)
        return false;
    holds->list = list;
    holds->cap = cap;
    return true;
}

static void begin(struct holds *holds, int64_t at_ns)
{
    struct hold *last = holds->count ? &holds->list[holds->count - 1] : NULL;

    if (last && at_ns <= last->end_ns) /* it never ended */
        last->end_ns = INT64_MAX;
    else if (reserve(holds))
        holds->list[holds->count++] = (struct hold){at_ns, INT64_MAX};
}

void holds_set(struct holds *holds, bool held, int64_t at_ns)
{
    if (held == is_open(holds))
        return;
    if (held) {
        begin(holds, at_ns);
        return;
    }
    struct hold *last = &holds->list[holds->count - 1];
    if (at_ns > last->start_ns)
        last->end_ns = at_ns;
    else
        holds->count--;
}

bool holds_at(const struct holds *holds, int64_t ns)
{
    /* from the end: what is asked about has just arrived */
    for (size_t i = holds->count; i > 0; i--)
        if (holds->list[i - 1].start_ns <= ns)
            return ns < holds->list[i - 1].end_ns;
    return false;
}

size_t holds_ended(const struct holds *holds, int64_t ns)
{
    size_t ended = holds->count;

    while (ended && holds->list[ended - 1].end_ns > ns)
        ended--;
    return ended;
}

int64_t holds_known(const struct holds *holds, int64_t horizon_ns)
{
    for (size_t i = holds->count; i > 0; i--) {
        const struct hold *hold = &holds->list[i - 1];
        if (hold->start_ns <= horizon_ns)
            return hold->end_ns < horizon_ns ? hold->end_ns : horizon_ns;
    }
    return 0;
}
