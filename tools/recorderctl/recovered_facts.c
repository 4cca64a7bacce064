#include "tools/recorderctl/recovered_facts.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { PER_MS = JOURNAL_HZ / 1000 };

/* Facts on their way into a list that has room for all. */
struct list {
    struct index_fact *fact;
    size_t count;
    int64_t duration_ms;
};

static struct index_party party_of(const struct journal_party *party)
{
    struct index_party out;

    text_copy(out.number, sizeof out.number, party->number);
    text_copy(out.name, sizeof out.name, party->name);
    return out;
}

static void take_party(const struct journal_party *told, struct index_party *party)
{
    if (told->number[0] || told->name[0])
        *party = party_of(told);
}

static struct index_leg leg_of(const struct journal_leg *told)
{
    struct index_leg leg = {
        .right = told->right,
        .own_channel = told->own_channel,
        .party = party_of(&told->party),
        .packets_received = told->packets[0],
        .packets_lost = told->packets[1],
        .packets_late = told->packets[2],
        .packets_duplicate = told->packets[3],
        .packets_ignored = told->packets[4],
        .packets_refused = told->packets[5],
    };

    text_copy(leg.label, sizeof leg.label, told->label);
    text_copy(leg.codec, sizeof leg.codec, told->codec);
    return leg;
}

void recovered_legs(const struct journal_replay *replay, struct index_recording *row,
                    struct details_leg_media *media)
{
    const struct journal_entry *last = &replay->last;

    for (size_t i = 0; i < BOUND_CALL_STREAMS; i++)
        media[i] = (struct details_leg_media){.anchor_samples = -1};
    if (!replay->entries)
        return;
    take_party(&last->party[0], &row->caller);
    take_party(&last->party[1], &row->called);
    if (last->legs < row->legs)
        return; /* of another recording's making: what the row says is more */
    row->legs = last->legs;
    for (size_t i = 0; i < last->legs; i++) {
        row->leg[i] = leg_of(&last->leg[i]);
        media[i] = (struct details_leg_media){last->leg[i].rate_hz, last->leg[i].anchor_samples};
    }
}

static int64_t nearest_ms(int64_t position)
{
    return position < 0 ? 0 : (position + PER_MS / 2) / PER_MS;
}

static int64_t at_most(int64_t value, int64_t most)
{
    return value < most ? value : most;
}

/* Append one, cut to the recording. */
static void add(struct list *list, const struct index_fact *fact)
{
    struct index_fact *out = &list->fact[list->count++];

    *out = *fact;
    out->start_ms = at_most(fact->start_ms, list->duration_ms);
    out->end_ms = at_most(fact->end_ms, list->duration_ms);
}

static void add_own(struct list *list, const char *cause, int64_t start_ms, int64_t end_ms)
{
    struct index_fact fact = {.start_ms = start_ms, .end_ms = end_ms, .leg = -1};

    text_copy(fact.cause, sizeof fact.cause, cause);
    if (at_most(start_ms, list->duration_ms) < at_most(end_ms, list->duration_ms))
        add(list, &fact);
}

/* What lies behind the end was read, but is not of the recording; silence that is too short for a
 * millisecond is none (session/track_end.c says the same of those that end in time). */
static void add_told(struct list *list, const struct journal_fact *told)
{
    struct index_fact fact = {
        .start_ms = nearest_ms(told->start),
        .end_ms = told->open ? list->duration_ms : nearest_ms(told->end),
        .leg = told->leg,
        .count = told->count,
    };

    if (!told->numbered && (told->start >= list->duration_ms * PER_MS ||
                            (fact.start_ms == fact.end_ms && strcmp(told->cause, "silent") == 0)))
        return;
    if (fact.end_ms < fact.start_ms)
        fact.end_ms = fact.start_ms;
    text_copy(fact.cause, sizeof fact.cause, told->cause);
    text_copy(fact.detail, sizeof fact.detail, told->detail);
    add(list, &fact);
}

/* The first of those told that says of a part of the stretch that the store never took it: that was
 * not lost by a disk. NULL: none does. */
static const struct index_fact *first_unwritten(const struct index_fact *told, size_t count,
                                                int64_t start_ms, int64_t end_ms)
{
    const struct index_fact *first = NULL;

    for (size_t i = 0; i < count; i++)
        if (strcmp(told[i].cause, "unwritten") == 0 && told[i].start_ms < told[i].end_ms &&
            told[i].end_ms > start_ms && told[i].start_ms < end_ms &&
            (!first || told[i].start_ms < first->start_ms))
            first = &told[i];
    return first;
}

/* Behind what was told; each that was not written makes one piece more at most. */
static void add_holes(struct list *list, const struct recover_found *found)
{
    size_t told = list->count;

    for (size_t i = 0; i < found->holes; i++) {
        int64_t start_ms = nearest_ms(found->hole[i].start - found->pre_skip);
        int64_t end_ms = nearest_ms(found->hole[i].end - found->pre_skip);
        while (start_ms < end_ms) {
            const struct index_fact *unwritten =
                first_unwritten(list->fact, told, start_ms, end_ms);
            add_own(list, FACT_UNREADABLE, start_ms,
                    unwritten ? at_most(unwritten->start_ms, end_ms) : end_ms);
            start_ms = unwritten ? unwritten->end_ms : end_ms;
        }
    }
}

static void add_unaccounted(struct list *list, const struct journal_replay *replay)
{
    for (size_t i = 0; i < replay->gaps; i++)
        add_own(list, FACT_UNACCOUNTED, nearest_ms(replay->gap[i].start),
                nearest_ms(replay->gap[i].end));
    add_own(list, FACT_UNACCOUNTED, replay->entries ? nearest_ms(replay->last.until) : 0,
            list->duration_ms);
}

static int compare_facts(const void *left, const void *right)
{
    const struct index_fact *one = left;
    const struct index_fact *other = right;

    if (one->start_ms != other->start_ms)
        return one->start_ms < other->start_ms ? -1 : 1;
    return (one->leg > other->leg) - (one->leg < other->leg);
}

enum status recovered_facts(const struct journal_replay *replay, const struct recover_found *found,
                            int64_t duration_ms, struct index_fact **facts, size_t *fact_count)
{
    size_t most = 2 * replay->facts + found->holes + replay->gaps + 1;
    struct list list = {.fact = calloc(most, sizeof *list.fact), .duration_ms = duration_ms};

    if (!list.fact)
        return STATUS_NOMEM;
    for (size_t i = 0; i < replay->facts; i++)
        add_told(&list, &replay->fact[i]);
    add_holes(&list, found);
    add_unaccounted(&list, replay);
    assert(list.count <= most);
    qsort(list.fact, list.count, sizeof *list.fact, compare_facts);
    *facts = list.fact;
    *fact_count = list.count;
    return STATUS_OK;
}

enum status recovered_more_facts(const struct index_fact *told, size_t told_count,
                                 const struct recover_found *found, int64_t duration_ms,
                                 struct index_fact **facts, size_t *fact_count)
{
    struct list list = {.fact = calloc(2 * told_count + found->holes + 1, sizeof *list.fact),
                        .duration_ms = duration_ms};

    if (!list.fact)
        return STATUS_NOMEM;
    for (size_t i = 0; i < told_count; i++)
        add(&list, &told[i]);
    add_holes(&list, found);
    qsort(list.fact, list.count, sizeof *list.fact, compare_facts);
    *facts = list.fact;
    *fact_count = list.count;
    return STATUS_OK;
}

int64_t recovered_lost_ms(const struct index_fact *facts, size_t fact_count)
{
    int64_t lost_ms = 0;

    for (size_t i = 0; i < fact_count; i++)
        if (strcmp(facts[i].cause, FACT_UNREADABLE) == 0)
            lost_ms += facts[i].end_ms - facts[i].start_ms;
    return lost_ms;
}
