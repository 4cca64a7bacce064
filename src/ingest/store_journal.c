#include "ingest/store_journal.h"

#include <assert.h>
#include <stdlib.h>

#include "base/text.h"

static struct journal_party party_of(const struct recording_party *party)
{
    struct journal_party out;

    text_copy(out.number, sizeof out.number, party->number);
    text_copy(out.name, sizeof out.name, party->name);
    return out;
}

static struct journal_leg leg_of(const struct recording_leg *leg, int64_t from)
{
    struct journal_leg out = {
        .right = leg->channel == RECORDING_RIGHT,
        .own_channel = leg->own_channel,
        .party = party_of(&leg->party),
        .rate_hz = leg->rate_hz,
        .anchor_samples = leg->anchor_samples,
        .packets = {leg->packets_received, leg->packets_lost, leg->packets_late,
                    leg->packets_duplicate, leg->packets_ignored, leg->packets_refused},
        .from = from,
    };

    text_copy(out.label, sizeof out.label, leg->label);
    text_copy(out.codec, sizeof out.codec, leg->codec);
    return out;
}

static struct journal_fact fact_of(const struct recording_journal_fact *fact)
{
    struct journal_fact out = {
        .start = fact->start,
        .end = fact->end,
        .leg = fact->leg,
        .numbered = fact->numbered,
        .open = fact->open,
        .index = fact->number,
        .count = fact->count,
    };

    text_copy(out.cause, sizeof out.cause, fact->cause);
    text_copy(out.detail, sizeof out.detail, fact->detail);
    return out;
}

enum status store_journal(struct recording_writer *writer, const struct recording_journal *journal)
{
    struct journal_entry entry = {.number = journal->number,
                                  .until = journal->until,
                                  .party = {party_of(&journal->caller), party_of(&journal->called)},
                                  .legs = journal->legs,
                                  .facts = journal->facts};
    struct journal_fact *facts = calloc(journal->facts + 1, sizeof *facts);

    if (!facts)
        return STATUS_NOMEM;
    assert(journal->legs <= BOUND_CALL_STREAMS);
    for (size_t i = 0; i < journal->legs; i++)
        entry.leg[i] = leg_of(&journal->leg[i], journal->from[i]);
    for (size_t i = 0; i < journal->facts; i++)
        facts[i] = fact_of(&journal->fact[i]);
    enum status status = recording_writer_journal(writer, &entry, facts);
    free(facts);
    return status;
}
