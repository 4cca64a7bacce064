#include "session/track_end.h"

#include <stdio.h>
#include <stdlib.h>

#include "audio/line.h"
#include "session/quality.h"

enum { MS_PER_S = 1000 };

/* What is worked out of a leg beside its counts. */
struct measured {
    struct quality_loss loss;
    double r_factor;
    char text[QUALITY_TEXT_BYTES]; /* of the fact that tells it; "" where nothing was heard */
};

/* Packets that were placed, and are silence all the same. */
static uint64_t undecodable(const struct facts *facts)
{
    uint64_t packets = 0;

    for (size_t i = 0; i < facts->count; i++)
        if (facts->list[i].cause == FACT_UNDECODABLE)
            packets += facts->list[i].count;
    return packets;
}

static struct measured measure(const struct leg *leg)
{
    struct leg_counts counts = leg_counts(leg);
    uint64_t silent = undecodable(leg_facts(leg));
    struct measured measured = {
        .loss = {.heard = counts.placed > silent ? counts.placed - silent : 0,
                 .lost = counts.lost + counts.late},
    };
    struct quality_loss *loss = &measured.loss;

    if (!loss->heard)
        return measured;
    loss->bursts = quality_bursts(leg_facts(leg));
    if (loss->bursts > loss->lost)
        loss->bursts = loss->lost;
    measured.r_factor = quality_r_factor(leg_codec(leg), loss);
    quality_text(measured.r_factor, loss, leg_jitter_us(leg), measured.text);
    return measured;
}

static struct recording_quality quality_of(const struct leg *leg, const struct measured *measured)
{
    if (!measured->loss.heard)
        return (struct recording_quality){0};
    return (struct recording_quality){
        .r_tenths = (uint32_t)(measured->r_factor * 10 + 0.5),
        .mos_hundredths = (uint32_t)(quality_mos(measured->r_factor) * 100 + 0.5),
        .jitter_us = leg_jitter_us(leg),
    };
}

/* What lies behind the recording's end was read too, but is not of it. */
static int64_t at_most(int64_t value_ms, int64_t most_ms)
{
    return value_ms < most_ms ? value_ms : most_ms;
}

void track_end_describe(struct recording_leg *out, const struct leg *leg,
                        const struct track_end_leg *about, size_t index)
{
    struct leg_counts counts = leg_counts(leg);
    int64_t anchor = leg_anchor(leg);

    *out = (struct recording_leg){
        .channel = about->channel,
        .own_channel = about->own ? (unsigned)index + 1 : 0,
        .party = about->party,
        .rate_hz = leg_rate_hz(leg),
        .anchor_samples = anchor < 0 ? -1 : anchor * leg_rate_hz(leg) / LINE_HZ,
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

/* How it was heard and spoke, which is known at the end. */
static void add_sound(struct recording_leg *out, const struct leg *leg,
                      const struct measured *measured, int64_t duration_ms)
{
    out->quality = quality_of(leg, measured);
    out->speech_ms = at_most(speech_ms(leg_speech(leg)), duration_ms);
    out->longest_silence_ms = at_most(speech_longest_silence_ms(leg_speech(leg)), duration_ms);
}

static int64_t nearest_ms(int64_t position)
{
    return (position + LINE_PER_MS / 2) / LINE_PER_MS;
}

/*
 * Append facts as milliseconds, cut to the recording. Where one ends and another begins is the same
 * millisecond; silence that is too short for one is none.
 *
 * leg  NULL: they are of the recording, and index is -1.
 */
static size_t append_facts(struct recording_fact *out, const struct facts *facts,
                           const struct leg *leg, int index, int64_t duration_ms)
{
    size_t count = 0;

    for (size_t i = 0; i < facts->count; i++) {
        const struct fact *fact = &facts->list[i];
        int64_t start = nearest_ms(fact->start);
        int64_t end = nearest_ms(fact->end);
        if (fact->start >= duration_ms * LINE_PER_MS ||
            (start == end && fact->cause == FACT_SILENT))
            continue;
        out[count++] = (struct recording_fact){
            .start_ms = at_most(start, duration_ms),
            .end_ms = at_most(end, duration_ms),
            .leg = index,
            .cause = fact_cause_name(fact->cause),
            .count = fact->count,
            .detail = leg ? leg_fact_detail(leg, fact) : "",
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

/* Append how a leg was heard, if it was. */
static size_t append_quality(struct recording_fact *out, const struct measured *measured, int leg,
                             int64_t duration_ms)
{
    if (!measured->text[0])
        return 0;
    *out = (struct recording_fact){
        .start_ms = duration_ms,
        .end_ms = duration_ms,
        .leg = leg,
        .cause = "quality",
        .detail = measured->text,
    };
    return 1;
}

/* All facts in one list; NULL and 0 where there is no memory. */
static struct recording_fact *gather_facts(const struct track_end_input *input,
                                           const struct measured *measured, size_t *count)
{
    size_t most = input->unwritten->count + input->notes->count + 1;

    for (size_t i = 0; i < input->leg_count; i++)
        most += leg_facts(input->leg[i])->count + leg_events(input->leg[i])->count + 2;
    struct recording_fact *list = calloc(most, sizeof *list);
    *count = 0;
    if (!list)
        return NULL;
    for (size_t i = 0; i < input->leg_count; i++) {
        *count += append_facts(list + *count, leg_facts(input->leg[i]), input->leg[i], (int)i,
                               input->duration_ms);
        *count +=
            append_notes(list + *count, leg_events(input->leg[i]), (int)i, input->duration_ms);
        *count += append_quality(list + *count, &measured[i], (int)i, input->duration_ms);
    }
    *count += append_notes(list + *count, input->notes, -1, input->duration_ms);
    *count += append_facts(list + *count, input->unwritten, NULL, -1, input->duration_ms);
    qsort(list, *count, sizeof *list, compare_facts);
    return list;
}

/* Pixels that cover the recording. */
static size_t covering_pixels(int64_t duration_ms)
{
    return (size_t)((duration_ms * PEAKS_PER_SECOND + MS_PER_S - 1) / MS_PER_S);
}

void track_end_report(const struct track_end_input *input, const struct recording_sink *sink,
                      void *handle)
{
    const struct track_ending *ending = input->ending;
    struct measured measured[BOUND_CALL_STREAMS] = {0};
    size_t fact_count;

    for (size_t i = 0; i < input->leg_count; i++)
        measured[i] = measure(input->leg[i]);
    struct recording_fact *facts = gather_facts(input, measured, &fact_count);
    struct recording_end end = {
        .ended = {ending->started.ns + input->duration_ms * CLOCK_NS_PER_MS},
        .duration_ms = input->duration_ms,
        .legs = input->leg_count,
        .facts = fact_count,
        .fact = facts,
        .caller = ending->caller,
        .called = ending->called,
        .ties = ending->ties,
        .talk_over_ms = at_most(input->talk_over_ms, input->duration_ms),
        .end_cause = ending->end_cause,
    };

    for (size_t i = 0; i < input->leg_count; i++) {
        track_end_describe(&end.leg[i], input->leg[i], &input->about[i], i);
        add_sound(&end.leg[i], input->leg[i], &measured[i], input->duration_ms);
    }
    end.peaks =
        track_peaks_report(input->peaks, end.leg, end.legs, covering_pixels(input->duration_ms));
    sink->end(sink->context, handle, &end);
    free(facts);
}
