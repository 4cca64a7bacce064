#include "session/leg_account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/line.h"

void leg_account_init(struct leg_account *account)
{
    *account = (struct leg_account){.anchor = -1};
    facts_init(&account->told);
    facts_init(&account->facts);
    notes_init(&account->events, LEG_EVENTS_MAX);
}

void leg_account_deinit(struct leg_account *account)
{
    stretches_deinit(&account->heard);
    stretches_deinit(&account->masked);
    facts_deinit(&account->told);
    facts_deinit(&account->facts);
    notes_deinit(&account->events);
    for (size_t i = 0; i < account->details; i++)
        free(account->detail[i]);
    account->details = 0;
}

void leg_account_heard(struct leg_account *account, int64_t start, int64_t end)
{
    stretches_add(&account->heard, start, end);
    if (account->anchor < 0)
        account->anchor = start;
}

void leg_account_tell(struct leg_account *account, enum fact_cause cause, uint32_t detail,
                      int64_t start, int64_t end, uint64_t packets)
{
    facts_add(&account->told, cause, detail, start > account->begin ? start : account->begin, end,
              packets);
}

void leg_account_pressed(struct leg_account *account, int64_t start, int64_t end, bool over)
{
    struct leg_press *press = NULL;

    if (!over)
        end += (int64_t)LEG_PRESS_OPEN_MS * LINE_PER_MS;
    for (size_t i = 0; i < LEG_PRESSES_MAX && i < account->presses; i++)
        if (account->press[i].start == start)
            press = &account->press[i];
    if (!press)
        press = &account->press[account->presses++ % LEG_PRESSES_MAX];
    *press = (struct leg_press){start, end};
}

void leg_account_masked(struct leg_account *account, int64_t start, int64_t end)
{
    stretches_add(&account->masked, start, end);
}

uint32_t leg_account_detail(struct leg_account *account, const char *text)
{
    for (size_t i = 0; i < account->details; i++)
        if (!strcmp(account->detail[i], text))
            return (uint32_t)i + 1;
    char *copy = account->details < LEG_DETAILS_MAX ? strdup(text) : NULL;
    if (!copy)
        return 0;
    account->detail[account->details++] = copy;
    return (uint32_t)account->details;
}

/* Their names tell it; where these are the same, what else the SDP says of them. */
static void describe_change(const struct audio_codec *from, const struct audio_codec *to,
                            char *detail, size_t detail_bytes)
{
    if (strcmp(from->name, to->name) != 0)
        (void)snprintf(detail, detail_bytes, "%s -> %s", from->name, to->name);
    else
        (void)snprintf(detail, detail_bytes, "%s/%u/%u -> %s/%u/%u", from->name,
                       from->clock_rate_hz, from->channels, to->name, to->clock_rate_hz,
                       to->channels);
}

void leg_account_speaks(struct leg_account *account, uint32_t ssrc, const struct audio_codec *codec,
                        const struct audio_codec *before, int64_t position)
{
    char detail[LEG_DETAIL_BYTES];
    int64_t at_ms = position / LINE_PER_MS;
    const struct audio_codec *last = before ? before : account->codec;

    if (account->spoke && last != codec) {
        describe_change(last, codec, detail, sizeof detail);
        notes_add(&account->events, at_ms, -1, "codec_change", detail);
    }
    if (account->spoke && !before && ssrc != account->ssrc) {
        (void)snprintf(detail, sizeof detail, "%08x -> %08x", account->ssrc, ssrc);
        notes_add(&account->events, at_ms, -1, "ssrc_change", detail);
    }
    account->spoke = true;
    account->codec = codec;
    if (!before)
        account->ssrc = ssrc;
}

static int compare_facts(const void *left, const void *right)
{
    const struct fact *one = left;
    const struct fact *other = right;

    if (one->cause != other->cause)
        return one->cause < other->cause ? -1 : 1;
    return (one->start > other->start) - (one->start < other->start);
}

/* Add what a sorted set leaves of a fact, with as many of its packets as that is of it. */
static void add_rest(struct facts *facts, const struct fact *fact, const struct stretches *without)
{
    int64_t length = fact->end - fact->start;
    int64_t covered = 0;
    int64_t start = fact->start;
    size_t first = stretches_first_behind(without, fact->start);

    for (size_t i = first; i < without->count && without->list[i].start < fact->end; i++) {
        const struct stretch *stretch = &without->list[i];
        int64_t from = stretch->start > fact->start ? stretch->start : fact->start;
        covered += (stretch->end < fact->end ? stretch->end : fact->end) - from;
    }
    uint64_t packets = (uint64_t)((fact->count * (length - covered) + length / 2) / length);
    if (!packets && fact->count)
        packets = 1;
    for (size_t i = first; i < without->count && without->list[i].start < fact->end; i++) {
        if (without->list[i].start > start) {
            facts_add(facts, fact->cause, fact->detail, start, without->list[i].start, packets);
            packets = 0;
        }
        start = without->list[i].end;
    }
    facts_add(facts, fact->cause, fact->detail, start, fact->end, packets);
}

/* Move what was told of a cause to the facts, less what a set covers; add it to another set. */
static void settle(struct leg_account *account, enum fact_cause cause, struct stretches *without,
                   struct stretches *covered)
{
    size_t from = account->facts.count;

    stretches_sort(without);
    for (size_t i = 0; i < account->told.count; i++)
        if (account->told.list[i].cause == cause)
            add_rest(&account->facts, &account->told.list[i], without);
    for (size_t i = from; i < account->facts.count; i++)
        stretches_add(covered, account->facts.list[i].start, account->facts.list[i].end);
}

static void unite(struct stretches *set, const struct stretches *more)
{
    for (size_t i = 0; i < more->count; i++)
        stretches_add(set, more->list[i].start, more->list[i].end);
}

static void add_all(struct facts *facts, enum fact_cause cause, const struct stretches *set)
{
    for (size_t i = 0; i < set->count; i++)
        facts_add(facts, cause, 0, set->list[i].start, set->list[i].end, 0);
}

/*
 * What was silenced is not heard, nor what was invented there; where nothing was to be heard
 * anyhow, nothing was silenced.
 */
static void settle_masked(struct leg_account *account)
{
    struct stretches masked = {0};
    struct stretches rest = {0};

    if (!account->masked.count)
        return;
    unite(&masked, &account->heard);
    for (size_t i = 0; i < account->told.count; i++)
        if (account->told.list[i].cause == FACT_CONCEALED)
            stretches_add(&masked, account->told.list[i].start, account->told.list[i].end);
    unite(&rest, &masked);
    stretches_subtract(&rest, &account->masked);
    stretches_subtract(&masked, &rest);
    stretches_deinit(&rest);
    stretches_deinit(&account->masked);
    account->masked = masked;
    stretches_subtract(&account->heard, &account->masked);
    add_all(&account->facts, FACT_MASKED, &account->masked);
}

static void add_holds(struct stretches *set, const struct holds *holds, int64_t end)
{
    for (size_t i = 0; i < holds->count; i++) {
        const struct hold *hold = &holds->list[i];
        int64_t last = hold->end_ns == INT64_MAX ? end : line_of_ns(hold->end_ns);
        stretches_add(set, line_of_ns(hold->start_ns), last < end ? last : end);
    }
}

/* What of the line is left, and was paused. */
static void settle_paused(struct leg_account *account, struct stretches *covered,
                          const struct holds *pauses, int64_t end)
{
    stretches_sort(covered);
    for (size_t i = 0; i < pauses->count; i++) {
        const struct hold *pause = &pauses->list[i];
        int64_t last = pause->end_ns == INT64_MAX ? end : line_of_ns(pause->end_ns);
        struct fact fact = {
            .start = line_of_ns(pause->start_ns),
            .end = last < end ? last : end,
            .cause = FACT_PAUSED,
            .detail = pause->detail,
        };
        if (fact.start < account->begin)
            fact.start = account->begin;
        if (fact.start < fact.end)
            add_rest(&account->facts, &fact, covered);
    }
    add_holds(covered, pauses, end);
}

/* The rest of the line is not heard because nothing was to be heard, or nothing was sent. */
static void settle_quiet(struct leg_account *account, struct stretches *covered,
                         const struct holds *holds, int64_t end)
{
    struct stretches held = {0};
    struct stretches silent = {0};
    struct stretches on_hold = {0};

    stretches_add(&held, account->begin, end);
    stretches_add(&silent, account->begin, end);
    add_holds(&on_hold, holds, end);
    stretches_subtract(&held, covered);
    stretches_subtract(&silent, covered);
    stretches_subtract(&silent, &on_hold);
    stretches_subtract(&held, &silent);
    add_all(&account->facts, FACT_SILENT, &silent);
    add_all(&account->facts, FACT_HELD, &held);
    stretches_deinit(&held);
    stretches_deinit(&silent);
    stretches_deinit(&on_hold);
}

void leg_account_finish(struct leg_account *account, const struct holds *holds,
                        const struct holds *pauses, int64_t end)
{
    struct stretches nothing = {0};
    struct stretches covered = {0}; /* heard, or told */
    struct stretches late = {0};

    if (account->told.count)
        qsort(account->told.list, account->told.count, sizeof *account->told.list, compare_facts);
    settle_masked(account);
    unite(&covered, &account->heard);
    unite(&covered, &account->masked);
    settle(account, FACT_CONCEALED, &account->masked, &covered);
    settle(account, FACT_UNDECODABLE, &nothing, &covered);
    settle(account, FACT_LATE, &covered, &late);
    settle(account, FACT_LOST, &late, &covered);
    unite(&covered, &late);
    settle(account, FACT_OVERLAID, &nothing, &nothing);
    settle_paused(account, &covered, pauses, end);
    settle_quiet(account, &covered, holds, end);
    stretches_deinit(&nothing);
    stretches_deinit(&covered);
    stretches_deinit(&late);
}
