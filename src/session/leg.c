#include "session/leg.h"

#include <assert.h>
#include <stdlib.h>

#include "session/leg_account.h"
#include "session/leg_private.h"
#include "session/samples.h"

enum status leg_create(const struct audio_codec *codec, uint8_t payload_type, struct leg **out)
{
    struct leg *leg = calloc(1, sizeof *leg);

    if (!leg)
        return STATUS_NOMEM;
    leg->codec = codec;
    leg->payload_type = payload_type;
    leg->anchor_samples = -1;
    facts_init(&leg->facts);
    notes_init(&leg->events, LEG_EVENTS_MAX);
    enum status status = timeline_create(&leg->timeline);
    if (status != STATUS_OK) {
        free(leg);
        return status;
    }
    *out = leg;
    return STATUS_OK;
}

void leg_destroy(struct leg *owned_leg)
{
    if (!owned_leg)
        return;
    for (size_t i = 0; i < LEG_SOURCES_MAX; i++)
        for (struct held_packet *held; (held = held_packets_take(&owned_leg->sources[i].held));)
            free(held);
    timeline_destroy(owned_leg->timeline);
    facts_deinit(&owned_leg->facts);
    notes_deinit(&owned_leg->events);
    holds_deinit(&owned_leg->holds);
    free(owned_leg);
}

void leg_join(struct leg *leg, int64_t begin_ns, int64_t read_samples)
{
    leg->begin_ns = begin_ns;
    timeline_begin(leg->timeline, read_samples);
}

void leg_hold(struct leg *leg, bool held, int64_t at_ns)
{
    holds_set(&leg->holds, held, at_ns);
}

void leg_turn(struct leg *leg)
{
    for (size_t i = 0; i < LEG_SOURCES_MAX; i++)
        leg->sources[i].turned = leg->sources[i].used;
}

void leg_set_codec(struct leg *leg, const struct audio_codec *codec, uint8_t payload_type)
{
    assert(codec->rate_hz == leg->codec->rate_hz);
    if (codec != leg->codec || payload_type != leg->payload_type) {
        leg->codec_before = leg->codec;
        leg->payload_type_before = leg->payload_type;
    }
    leg->codec = codec;
    leg->payload_type = payload_type;
}

void leg_set_others(struct leg *leg, const struct leg_format *others, size_t count)
{
    assert(count <= LEG_OTHERS_MAX);
    leg->others = 0;
    for (size_t i = 0; i < count; i++) {
        if (others[i].codec->rate_hz == leg->codec->rate_hz)
            leg->other[leg->others++] = others[i];
    }
}

static int64_t samples_of(const struct leg *leg, int64_t ns)
{
    return samples_before(ns, leg->codec->rate_hz);
}

int64_t leg_ready(const struct leg *leg, int64_t passed_ns)
{
    int64_t known_ns = holds_known(&leg->holds, leg->horizon_ns);

    if (known_ns < leg->begin_ns)
        known_ns = leg->begin_ns;
    return timeline_ready(leg->timeline,
                          samples_of(leg, known_ns > passed_ns ? known_ns : passed_ns));
}

int64_t leg_due(const struct leg *leg, int64_t arrival_ns)
{
    return timeline_due(leg->timeline, samples_of(leg, arrival_ns));
}

void leg_read(struct leg *leg, int16_t *pcm, size_t samples)
{
    while (samples) {
        struct timeline_entry entry;
        bool reached;
        size_t count = timeline_read(leg->timeline, pcm, samples, &reached, &entry);
        if (reached) {
            if (entry.first)
                leg->anchor_samples = entry.gap_end;
            leg_account_entry(leg, &entry);
        }
        pcm += count;
        samples -= count;
    }
}

void leg_finish(struct leg *leg, int64_t end_samples)
{
    uint64_t waiting = timeline_waiting(leg->timeline);

    for (size_t i = 0; i < LEG_SOURCES_MAX; i++)
        leg_give_up_held(leg, &leg->sources[i]);
    leg_account_tail(leg, end_samples);
    leg->counts.placed -= waiting;
    leg->counts.late += waiting;
}

int64_t leg_audio_end(const struct leg *leg)
{
    return timeline_waiting(leg->timeline) ? timeline_occupied_end(leg->timeline)
                                           : timeline_audio_end(leg->timeline);
}

int64_t leg_anchor(const struct leg *leg)
{
    return leg->anchor_samples;
}

uint32_t leg_rate_hz(const struct leg *leg)
{
    return leg->codec->rate_hz;
}

const struct audio_codec *leg_codec(const struct leg *leg)
{
    return leg->codec;
}

struct leg_counts leg_counts(const struct leg *leg)
{
    struct leg_counts counts = leg->counts;

    for (size_t i = 0; i < LEG_SOURCES_MAX; i++)
        if (leg->sources[i].used)
            counts.lost += rtp_sequence_lost(&leg->sources[i].sequence);
    return counts;
}

const struct facts *leg_facts(const struct leg *leg)
{
    return &leg->facts;
}

const struct notes *leg_events(const struct leg *leg)
{
    return &leg->events;
}
