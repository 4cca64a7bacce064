#include "session/leg_account.h"

#include <stdio.h>

#include "session/gap_facts.h"
#include "session/leg_private.h"
#include "session/samples.h"

/* Numbers missing between two packets of one run; 0 where they cannot be compared. */
static uint64_t missing_between(const struct leg *leg, const struct timeline_entry *entry)
{
    if (entry->first || entry->run != entry->run_before)
        return 0;
    for (size_t i = 0; i < LEG_SOURCES_MAX; i++)
        if (leg->sources[i].used && leg->sources[i].run == entry->run)
            return rtp_sequence_missing(&leg->sources[i].sequence, entry->sequence_before,
                                        entry->sequence);
    return 0;
}

static struct gap_leg gap_leg_of(const struct leg *leg)
{
    return (struct gap_leg){
        .rate_hz = leg->codec->rate_hz,
        .begin_samples = samples_before(leg->begin_ns, leg->codec->rate_hz),
        .holds = &leg->holds,
    };
}

static void explain_gap(struct leg *leg, const struct timeline_entry *entry)
{
    const struct gap_leg known = gap_leg_of(leg);

    gap_facts_add(&leg->facts, &known, entry, missing_between(leg, entry));
}

/* Audio goes on by another codec, or from a source that was not heard before. */
static void tell_changes(struct leg *leg, const struct timeline_entry *entry)
{
    enum { DETAIL_BYTES = 64, MS_PER_S = 1000 };
    char detail[DETAIL_BYTES];
    int64_t at_ms = entry->gap_end * MS_PER_S / leg->codec->rate_hz;
    bool fresh = entry->run > leg->run_told;

    if (fresh)
        leg->run_told = entry->run;
    if (entry->first)
        return;
    if (entry->codec != entry->codec_before) {
        (void)snprintf(detail, sizeof detail, "%s -> %s", entry->codec_before->name,
                       entry->codec->name);
        notes_add(&leg->events, at_ms, -1, "codec_change", detail);
    }
    if (fresh && entry->ssrc != entry->ssrc_before) {
        (void)snprintf(detail, sizeof detail, "%08x -> %08x", entry->ssrc_before, entry->ssrc);
        notes_add(&leg->events, at_ms, -1, "ssrc_change", detail);
    }
}

void leg_account_entry(struct leg *leg, const struct timeline_entry *entry)
{
    explain_gap(leg, entry);
    tell_changes(leg, entry);
}

void leg_account_tail(struct leg *leg, int64_t end_samples)
{
    const struct gap_leg known = gap_leg_of(leg);

    gap_facts_quiet(&leg->facts, &known, timeline_audio_end(leg->timeline), end_samples);
}
