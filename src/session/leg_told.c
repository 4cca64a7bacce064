#include "session/leg_told.h"

#include <string.h>

#include "session/leg_account.h"

static bool is_same(const struct fact *one, const struct fact *other)
{
    return one->start == other->start && one->end == other->end && one->count == other->count;
}

/* Where the first lies of those that are new, or have grown since. */
static int64_t first_news(const struct facts *facts, const struct leg_told *before, int64_t from)
{
    for (size_t i = 0; i < FACT_CAUSES; i++) {
        const struct fact *newest =
            before->last_of[i] ? &facts->list[before->last_of[i] - 1] : NULL;
        if (newest && newest->start < from && !is_same(newest, &before->newest[i]))
            from = newest->start;
    }
    for (size_t i = before->facts; i < facts->count; i++)
        if (facts->list[i].start < from)
            from = facts->list[i].start;
    return from;
}

/* What was told of as a whole is not cut: its packets are spread over what is left of it. */
static int64_t before_crossing(const struct facts *facts, int64_t from)
{
    bool moved;

    do {
        moved = false;
        for (size_t i = facts->count; i-- > 0;) {
            const struct fact *fact = &facts->list[i];
            if (fact->start < from && fact->end > from) {
                from = fact->start;
                moved = true;
            }
        }
    } while (moved);
    return from;
}

/* What of a set lies behind a position. */
static enum status copy_set(struct stretches *set, int64_t from, struct stretches *copy)
{
    stretches_sort(set);
    for (size_t i = stretches_first_behind(set, from); i < set->count; i++) {
        int64_t start = set->list[i].start;
        stretches_add(copy, start > from ? start : from, set->list[i].end);
    }
    return copy->crowded && !set->crowded ? STATUS_NOMEM : STATUS_OK;
}

static void add_runs(const struct leg_told_line *line, int64_t from, struct stretches *heard)
{
    for (size_t i = 0; i < line->runs; i++) {
        int64_t start = line->run[i].start;
        stretches_add(heard, start > from ? start : from, line->run[i].end);
    }
}

static void copy_told(const struct facts *told, int64_t from, struct facts *copy)
{
    for (size_t i = 0; i < told->count; i++) {
        const struct fact *fact = &told->list[i];
        if (fact->end > from)
            facts_add(copy, fact->cause, fact->detail, fact->start, fact->end, fact->count);
    }
}

static bool is_open(const struct holds *holds)
{
    return holds->count && holds->list[holds->count - 1].end_ns == INT64_MAX;
}

static void remember(const struct leg_told_line *line, struct leg_told *told)
{
    const struct facts *facts = &line->account->told;

    *told = (struct leg_told){.until = line->until, .facts = facts->count};
    for (size_t i = 0; i < FACT_CAUSES; i++) {
        told->last_of[i] = facts->last_of[i];
        if (facts->last_of[i])
            told->newest[i] = facts->list[facts->last_of[i] - 1];
    }
}

enum status leg_told_news(const struct leg_told_line *line, const struct leg_told *before,
                          struct leg_news *news)
{
    struct leg_account *account = line->account;
    struct leg_account part; /* of it, that is not final yet */
    int64_t from = before->until > account->begin ? before->until : account->begin;

    from = before_crossing(&account->told, first_news(&account->told, before, from));
    leg_account_init(&part);
    part.begin = from;
    enum status status = copy_set(&account->heard, from, &part.heard);
    if (status == STATUS_OK)
        status = copy_set(&account->masked, from, &part.masked);
    if (status == STATUS_OK) {
        add_runs(line, from, &part.heard);
        copy_told(&account->told, from, &part.told);
        leg_account_finish(&part, line->holds, line->pauses, line->until);
        *news = (struct leg_news){.from = from,
                                  .facts = part.facts,
                                  .held = is_open(line->holds),
                                  .paused = is_open(line->pauses)};
        remember(line, &news->told);
        facts_init(&part.facts); /* they are the news' now */
    }
    leg_account_deinit(&part);
    return status;
}
