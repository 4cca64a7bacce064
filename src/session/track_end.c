#include "session/track_end.h"

#include <stdio.h>
#include <stdlib.h>

#include "encode/opus_pair.h"

enum { MS_PER_S = 1000 };

static void fill_leg(struct recording_leg *out, const struct leg *leg,
                     const struct track_end_leg *about)
{
    struct leg_counts counts = leg_counts(leg);

    *out = (struct recording_leg){
        .channel = about->channel,
        .party = about->party,
        .rate_hz = leg_rate_hz(leg),
        .anchor_samples = leg_anchor(leg),
        .packets_received = counts.placed + counts.late + counts.duplicate + counts.displaced,
        .packets_lost = counts.lost,
        .packets_late = counts.late,
        .packets_duplicate = counts.duplicate,
        .packets_ignored = counts.ignored,
        .packets_refused = counts.refused,
    };
    (void)snprintf(out->label, sizeof out->label, "%s", about->label);
    (void)snprintf(out->codec, sizeof out->codec, "%s", leg_codec(leg)->name);
}

/* Append facts as milliseconds, cut to the recording: a fact covers what it is about. */
static size_t append_facts(struct recording_fact *out, const struct facts *facts, int64_t rate_hz,
                           int leg, int64_t duration_ms)
{
    size_t count = 0;

    for (size_t i = 0; i < facts->count; i++) {
        const struct fact *fact = &facts->list[i];
        int64_t start = fact->start_samples * MS_PER_S / rate_hz;
        int64_t end = (fact->end_samples * MS_PER_S + rate_hz - 1) / rate_hz;
        if (start >= duration_ms)
            continue;
        out[count++] = (struct recording_fact){
            .start_ms = start,
            .end_ms = end < duration_ms ? end : duration_ms,
            .leg = leg,
            .cause = fact_cause_name(fact->cause),
            .count = fact->count,
            .detail = "",
        };
    }
    return count;
}

/* Append events; one of the last moment is still told. */
static size_t append_notes(struct recording_fact *out, const struct notes *notes, int leg,
                           int64_t duration_ms)
{
    size_t count = 0;

    for (size_t i = 0; i < notes->count; i++)
        out[count++] = notes->list[i];
    if (notes->dropped.count)
        out[count++] = notes->dropped;
    for (size_t i = 0; i < count; i++) {
        if (leg >= 0)
            out[i].leg = leg;
        if (out[i].start_ms > duration_ms)
            out[i].start_ms = duration_ms;
        if (out[i].end_ms > duration_ms)
            out[i].end_ms = duration_ms;
    }
    return count;
}

static int compare_facts(const void *left, const void *right)
{
    const struct recording_fact *one = left;
    const struct recording_fact *other = right;

    if (one->start_ms != other->start_ms)
        return one->start_ms < other->start_ms ? -1 : 1;
    return (one->leg > other->leg) - (one->leg < other->leg);
}

/* All facts in one list; NULL and 0 where there is no memory. */
static struct recording_fact *gather_facts(const struct track_end_input *input, size_t *count)
{
    size_t most = input->unwritten->count + input->notes->count + 1;

    for (size_t i = 0; i < input->leg_count; i++)
        most += leg_facts(input->leg[i])->count + leg_events(input->leg[i])->count + 1;
    struct recording_fact *list = calloc(most, sizeof *list);
    *count = 0;
    if (!list)
        return NULL;
    for (size_t i = 0; i < input->leg_count; i++) {
        *count += append_facts(list + *count, leg_facts(input->leg[i]), leg_rate_hz(input->leg[i]),
                               (int)i, input->duration_ms);
        *count +=
            append_notes(list + *count, leg_events(input->leg[i]), (int)i, input->duration_ms);
    }
    *count += append_notes(list + *count, input->notes, -1, input->duration_ms);
    *count += append_facts(list + *count, input->unwritten, OPUS_RATE_HZ, -1, input->duration_ms);
    qsort(list, *count, sizeof *list, compare_facts);
    return list;
}

static size_t pixels_of(const struct peaks *peaks, int64_t duration_ms)
{
    size_t covering = (size_t)((duration_ms * PEAKS_PER_SECOND + MS_PER_S - 1) / MS_PER_S);
    size_t pixels = peaks_pixels(peaks);

    return pixels < covering ? pixels : covering;
}

void track_end_report(const struct track_end_input *input, const struct recording_sink *sink,
                      void *handle)
{
    const struct track_ending *ending = input->ending;
    size_t fact_count;
    struct recording_fact *facts = gather_facts(input, &fact_count);
    struct recording_end end = {
        .ended = {ending->started.ns + input->duration_ms * CLOCK_NS_PER_MS},
        .duration_ms = input->duration_ms,
        .legs = input->leg_count,
        .facts = fact_count,
        .fact = facts,
        .peaks = {pixels_of(input->peaks, input->duration_ms), input->peaks->data},
        .caller = ending->caller,
        .called = ending->called,
        .ties = ending->ties,
        .end_cause = ending->end_cause,
    };

    for (size_t i = 0; i < input->leg_count; i++)
        fill_leg(&end.leg[i], input->leg[i], &input->about[i]);
    sink->end(sink->context, handle, &end);
    free(facts);
}
