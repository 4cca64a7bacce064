#include "storage/recording/journal_replay.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FACTS_CAP_FIRST = 64 };

static void add_gap(struct journal_replay *replay, int64_t start, int64_t end)
{
    if (start >= end)
        return;
    if (replay->gaps == JOURNAL_GAPS_MAX)
        replay->gap[JOURNAL_GAPS_MAX - 1].end = end;
    else
        replay->gap[replay->gaps++] = (struct journal_gap){start, end};
}

/* What an entry tells anew of the legs' lines goes. */
static void cut(struct journal_replay *replay, const struct journal_entry *entry)
{
    size_t kept = 0;

    for (size_t i = 0; i < replay->facts; i++) {
        struct journal_fact *fact = &replay->fact[i];
        bool of_line = !fact->numbered && (size_t)fact->leg < entry->legs;
        int64_t from = of_line ? entry->leg[fact->leg].from : INT64_MAX;
        if (fact->start >= from)
            continue;
        if (fact->end > from)
            fact->end = from;
        if (of_line) /* where it goes on, that is told anew */
            fact->open = false;
        replay->fact[kept++] = *fact;
    }
    replay->facts = kept;
}

static struct journal_fact *find_numbered(struct journal_replay *replay,
                                          const struct journal_fact *told)
{
    for (size_t i = replay->facts; i-- > 0;) {
        struct journal_fact *fact = &replay->fact[i];
        if (fact->numbered && fact->leg == told->leg && fact->index == told->index)
            return fact;
    }
    return NULL;
}

static enum status add_fact(struct journal_replay *replay, const struct journal_fact *told)
{
    struct journal_fact *fact = told->numbered ? find_numbered(replay, told) : NULL;

    if (!fact && replay->facts == replay->cap) {
        size_t cap = replay->cap ? replay->cap * 2 : FACTS_CAP_FIRST;
        struct journal_fact *list = reallocarray(replay->fact, cap, sizeof *list);
        if (!list)
            return STATUS_NOMEM;
        replay->fact = list;
        replay->cap = cap;
    }
    if (!fact)
        fact = &replay->fact[replay->facts++];
    *fact = *told;
    return STATUS_OK;
}

/* Where entries before this one are missing: from where they are known to where it tells anew. */
static void note_missing(struct journal_replay *replay, const struct journal_entry *entry)
{
    int64_t known = replay->entries ? replay->last.until : 0;
    int64_t from = entry->legs ? 0 : entry->until;

    for (size_t i = 0; i < entry->legs; i++)
        if (entry->leg[i].from > from)
            from = entry->leg[i].from;
    add_gap(replay, known, from);
}

static enum status take_facts(struct journal_replay *replay, const struct bytes *entries,
                              struct journal_reader *reader)
{
    struct journal_fact fact;
    enum status status = STATUS_OK;

    while (status == STATUS_OK && (status = journal_next_fact(entries, reader, &fact)) == STATUS_OK)
        if (fact.numbered || (fact.leg >= 0 && (size_t)fact.leg < replay->last.legs))
            status = add_fact(replay, &fact);
    return status == STATUS_NOMEM ? status : STATUS_OK;
}

static int compare_facts(const void *left, const void *right)
{
    const struct journal_fact *one = left;
    const struct journal_fact *other = right;

    if (one->leg != other->leg)
        return one->leg < other->leg ? -1 : 1;
    if (one->numbered != other->numbered)
        return one->numbered ? 1 : -1;
    if (one->numbered)
        return (one->index > other->index) - (one->index < other->index);
    int cause = strcmp(one->cause, other->cause);
    if (cause)
        return cause;
    return (one->start > other->start) - (one->start < other->start);
}

static bool goes_on_in(const struct journal_fact *one, const struct journal_fact *next)
{
    return !one->numbered && !next->numbered && one->leg == next->leg && one->end == next->start &&
           !strcmp(one->cause, next->cause) && !strcmp(one->detail, next->detail);
}

/* What was told in pieces, because an entry ended there, is one. */
static void join(struct journal_replay *replay)
{
    size_t kept = 0;

    if (!replay->facts)
        return;
    qsort(replay->fact, replay->facts, sizeof *replay->fact, compare_facts);
    for (size_t i = 1; i < replay->facts; i++) {
        struct journal_fact *last = &replay->fact[kept];
        const struct journal_fact *next = &replay->fact[i];
        if (!goes_on_in(last, next)) {
            replay->fact[++kept] = *next;
            continue;
        }
        last->end = next->end;
        last->open = next->open;
        last->count =
            next->count > UINT32_MAX - last->count ? UINT32_MAX : last->count + next->count;
    }
    replay->facts = kept + 1;
}

enum status journal_replay(const struct bytes *entries, struct journal_replay *out)
{
    struct journal_replay replay = {0};
    struct journal_reader reader = {0};
    struct journal_entry entry;
    enum status status = STATUS_OK;

    while (status == STATUS_OK && journal_next(entries, &reader, &entry) == STATUS_OK) {
        uint32_t next = replay.entries ? replay.last.number + 1 : 0;
        if (entry.number < next)
            continue;
        if (entry.number > next)
            note_missing(&replay, &entry);
        cut(&replay, &entry);
        replay.last = entry;
        replay.entries++;
        status = take_facts(&replay, entries, &reader);
    }
    if (status != STATUS_OK) {
        journal_replay_deinit(&replay);
        return status;
    }
    join(&replay);
    *out = replay;
    return STATUS_OK;
}

void journal_replay_deinit(struct journal_replay *replay)
{
    free(replay->fact);
    *replay = (struct journal_replay){0};
}
