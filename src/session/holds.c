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

enum status holds_reserve(struct holds *holds)
{
    return reserve(holds) ? STATUS_OK : STATUS_NOMEM;
}

static void begin(struct holds *holds, uint32_t detail, bool firm, int64_t at_ns)
{
    struct hold *last = holds->count ? &holds->list[holds->count - 1] : NULL;

    if (last && at_ns < last->end_ns)
        at_ns = last->end_ns;
    if (last && at_ns == last->end_ns && detail == last->detail) /* it never ended */
        last->end_ns = INT64_MAX;
    else if (reserve(holds))
        holds->list[holds->count++] = (struct hold){at_ns, INT64_MAX, detail};
    else if (last && firm)
        last->end_ns = INT64_MAX;
}

static void end(struct holds *holds, int64_t at_ns)
{
    struct hold *last = &holds->list[holds->count - 1];

    if (at_ns > last->start_ns)
        last->end_ns = at_ns;
    else
        holds->count--;
}

static void set(struct holds *holds, bool held, uint32_t detail, bool firm, int64_t at_ns)
{
    if (is_open(holds)) {
        const struct hold *last = &holds->list[holds->count - 1];
        if (held && last->detail == detail)
            return;
        if (at_ns < last->start_ns)
            at_ns = last->start_ns;
        end(holds, at_ns);
    }
    if (held)
        begin(holds, detail, firm, at_ns);
}

void holds_set(struct holds *holds, bool held, int64_t at_ns)
{
    set(holds, held, 0, false, at_ns);
}

void holds_pause(struct holds *holds, bool held, uint32_t detail, int64_t at_ns)
{
    set(holds, held, detail, true, at_ns);
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
