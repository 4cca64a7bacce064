#include "session/gap_facts.h"

#include "session/samples.h"

void gap_facts_quiet(struct facts *facts, const struct gap_leg *leg, int64_t start, int64_t end)
{
    int64_t told = start > leg->begin_samples ? start : leg->begin_samples;

    for (size_t i = 0; i < leg->holds->count && told < end; i++) {
        const struct hold *hold = &leg->holds->list[i];
        int64_t from = samples_before(hold->start_ns, leg->rate_hz);
        int64_t to = hold->end_ns == INT64_MAX ? end : samples_before(hold->end_ns, leg->rate_hz);
        if (from < told)
            from = told;
        if (to > end)
            to = end;
        if (from >= to)
            continue;
        facts_add(facts, FACT_SILENT, told, from, 0);
        facts_add(facts, FACT_HELD, from, to, 0);
        told = to;
    }
    facts_add(facts, FACT_SILENT, told, end, 0);
}

void gap_facts_add(struct facts *facts, const struct gap_leg *leg,
                   const struct timeline_entry *entry, uint64_t missing)
{
    int64_t start = entry->gap_start > leg->begin_samples ? entry->gap_start : leg->begin_samples;
    int64_t end = entry->gap_end;
    int64_t gap = end - start;

    if (gap <= 0)
        return;
    int64_t lost =
        missing > (uint64_t)(gap / entry->samples) ? gap : (int64_t)missing * entry->samples;
    if (entry->marker) {
        facts_add(facts, FACT_LOST, start, start + lost, missing);
        gap_facts_quiet(facts, leg, start + lost, end);
    } else {
        gap_facts_quiet(facts, leg, start, end - lost);
        facts_add(facts, FACT_LOST, end - lost, end, missing);
    }
}
