#include "session/leg.h"

#include <assert.h>
#include <stdlib.h>

#include "audio/placement.h"
#include "audio/timeline.h"
#include "base/clock.h"
#include "rtp/packet.h"
#include "rtp/sequence.h"
#include "session/recording.h"

enum { MS_PER_S = 1000 };

/* One run of sequence numbers of one SSRC. */
struct source {
    bool used;
    uint32_t ssrc;
    uint32_t run; /* never the same twice in a leg */
    int64_t last_arrival_ns;
    int64_t late_since_ns; /* since when every new packet is late; -1 while they are not */
    struct rtp_sequence sequence;
    struct placement placement;
};

struct leg {
    const struct audio_codec *codec;
    uint8_t payload_type;
    uint32_t runs;
    struct source sources[LEG_SOURCES_MAX];
    struct timeline *timeline;
    struct facts facts;
    struct leg_counts counts; /* lost: of sources that had to make room */
    int64_t anchor_samples;
};

enum status leg_create(const struct audio_codec *codec, uint8_t payload_type, struct leg **out)
{
    struct leg *leg = calloc(1, sizeof *leg);

    if (!leg)
        return STATUS_NOMEM;
    leg->codec = codec;
    leg->payload_type = payload_type;
    leg->anchor_samples = -1;
    facts_init(&leg->facts);
    enum status status =
        timeline_create((int64_t)codec->rate_hz * RECORDING_REORDER_MS / MS_PER_S, &leg->timeline);
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
    timeline_destroy(owned_leg->timeline);
    facts_deinit(&owned_leg->facts);
    free(owned_leg);
}

void leg_set_codec(struct leg *leg, const struct audio_codec *codec, uint8_t payload_type)
{
    assert(codec->rate_hz == leg->codec->rate_hz);
    leg->codec = codec;
    leg->payload_type = payload_type;
}

static int64_t samples_of(const struct leg *leg, int64_t ns)
{
    /* split, so that hours of nanoseconds times a rate do not pass 63 bits */
    int64_t seconds = ns / CLOCK_NS_PER_S;
    int64_t rest_ns = ns % CLOCK_NS_PER_S;

    return seconds * leg->codec->rate_hz + rest_ns * leg->codec->rate_hz / CLOCK_NS_PER_S;
}

static uint32_t packet_ticks(const struct leg *leg, const struct rtp_packet *packet)
{
    size_t samples = audio_codec_samples(leg->codec, packet->payload_bytes);

    return (uint32_t)(samples * leg->codec->clock_rate_hz / leg->codec->rate_hz);
}

/*
 * Whether a number far ahead still continues a run: the timestamp went on by just as many packets,
 * as after a long outage of the network. Else the sender began anew.
 */
static bool continues(const struct leg *leg, const struct source *source,
                      const struct rtp_packet *packet, int64_t extended)
{
    const struct placement_epoch *epoch = &source->placement.current;

    if (!epoch->set || extended < source->sequence.highest)
        return false;
    uint32_t ticks = packet->timestamp - epoch->timestamp;
    return ticks == (uint64_t)(extended - epoch->sequence) * packet_ticks(leg, packet);
}

static struct source *find_source(struct leg *leg, const struct rtp_packet *packet)
{
    for (size_t i = 0; i < LEG_SOURCES_MAX; i++) {
        struct source *source = &leg->sources[i];
        if (!source->used || source->ssrc != packet->ssrc)
            continue;
        int64_t extended = rtp_sequence_extend(&source->sequence, packet->sequence);
        if (!rtp_sequence_is_jump(&source->sequence, extended) ||
            continues(leg, source, packet, extended))
            return source;
    }
    return NULL;
}

/* A place for a new run; the source that was quiet longest makes room, its losses are kept. */
static struct source *open_source(struct leg *leg, const struct rtp_packet *packet)
{
    struct source *source = &leg->sources[0];

    for (size_t i = 0; i < LEG_SOURCES_MAX; i++) {
        struct source *other = &leg->sources[i];
        if (!other->used) {
            source = other;
            break;
        }
        if (other->last_arrival_ns < source->last_arrival_ns)
            source = other;
    }
    if (source->used)
        leg->counts.lost += rtp_sequence_lost(&source->sequence);
    *source = (struct source){
        .used = true,
        .ssrc = packet->ssrc,
        .run = ++leg->runs,
        .late_since_ns = -1,
    };
    rtp_sequence_init(&source->sequence, packet->sequence);
    placement_init(&source->placement, leg->codec->rate_hz, leg->codec->clock_rate_hz);
    return source;
}

/*
 * A packet that is the newest of its source can be late only because its source runs late as a
 * whole: a stall that passes, or an anchor that no longer holds (clocks that drifted apart, a new
 * and longer path). The latter is known by how long it lasts, and anchored again.
 */
static bool anchor_is_wrong(struct source *source, int64_t arrival_ns)
{
    if (source->late_since_ns < 0)
        source->late_since_ns = arrival_ns;
    return arrival_ns - source->late_since_ns >= LEG_LATE_RESTART_MS * CLOCK_NS_PER_MS;
}

static enum status place(struct leg *leg, struct source *source, const struct rtp_packet *packet,
                         int64_t extended, int64_t arrival_ns)
{
    bool newest = extended > source->sequence.highest;
    const struct placement_packet where = {
        .sequence = extended,
        .timestamp = packet->timestamp,
        .ticks = packet_ticks(leg, packet),
        .arrival_samples = samples_of(leg, arrival_ns),
        .occupied_end = timeline_occupied_end(leg->timeline),
    };
    struct timeline_packet what = {
        .run = source->run,
        .sequence = extended,
        .marker = packet->marker,
        .codec = leg->codec,
        .payload = packet->payload,
        .payload_bytes = packet->payload_bytes,
    };
    enum status status = placement_find(&source->placement, &where, &what.position);

    if (status != STATUS_OK)
        return status;
    status = timeline_place(leg->timeline, &what);
    if (status == STATUS_LATE && newest && anchor_is_wrong(source, arrival_ns)) {
        what.position = placement_restart(&source->placement, &where);
        status = timeline_place(leg->timeline, &what);
    }
    if (status == STATUS_LATE)
        facts_add(&leg->facts, FACT_LATE, what.position < 0 ? 0 : what.position,
                  what.position + (int64_t)audio_codec_samples(leg->codec, packet->payload_bytes),
                  1);
    else if (newest)
        source->late_since_ns = -1;
    return status;
}

static void receive_audio(struct leg *leg, const struct rtp_packet *packet, int64_t arrival_ns)
{
    struct source *source = find_source(leg, packet);

    if (!source)
        source = open_source(leg, packet);
    source->last_arrival_ns = arrival_ns;
    int64_t extended = rtp_sequence_extend(&source->sequence, packet->sequence);
    if (rtp_sequence_seen(&source->sequence, extended)) {
        leg->counts.duplicate++;
        return;
    }
    enum status status = place(leg, source, packet, extended, arrival_ns);
    if (status == STATUS_OK || status == STATUS_EXISTS)
        rtp_sequence_mark(&source->sequence, extended);
    else
        rtp_sequence_note(&source->sequence, extended);
    if (status == STATUS_OK)
        leg->counts.placed++;
    else if (status == STATUS_LATE)
        leg->counts.late++;
    else /* its place is taken, or there is no memory, or too many wait */
        leg->counts.ignored++;
}

/* Events and comfort noise share the numbers of the audio, so that they are not missed as lost. */
static void receive_other(struct leg *leg, const struct rtp_packet *packet)
{
    struct source *source = find_source(leg, packet);

    leg->counts.ignored++;
    if (!source)
        return;
    int64_t extended = rtp_sequence_extend(&source->sequence, packet->sequence);
    if (!rtp_sequence_seen(&source->sequence, extended))
        rtp_sequence_mark(&source->sequence, extended);
}

void leg_receive(struct leg *leg, const uint8_t *data, size_t data_bytes, bool truncated,
                 int64_t arrival_ns)
{
    struct rtp_packet packet;

    if (truncated || rtp_packet_parse(data, data_bytes, &packet) != STATUS_OK)
        leg->counts.ignored++;
    else if (packet.payload_type == leg->payload_type &&
             audio_codec_samples(leg->codec, packet.payload_bytes))
        receive_audio(leg, &packet, arrival_ns < 0 ? 0 : arrival_ns);
    else
        receive_other(leg, &packet);
}

int64_t leg_ready(const struct leg *leg, int64_t horizon_ns)
{
    return timeline_ready(leg->timeline, samples_of(leg, horizon_ns));
}

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

/*
 * Why there is a gap in front of a packet. Missing numbers tell how much of it was lost; the rest
 * was never sent. Which end was lost is told by the marker: it stands on the first packet after a
 * silence, so where it is there the loss came before the silence.
 */
static void explain_gap(struct leg *leg, const struct timeline_entry *entry)
{
    int64_t gap = entry->gap_end - entry->gap_start;
    uint64_t missing = missing_between(leg, entry);

    if (gap <= 0)
        return;
    int64_t lost =
        missing > (uint64_t)(gap / entry->samples) ? gap : (int64_t)missing * entry->samples;
    if (entry->marker) {
        facts_add(&leg->facts, FACT_LOST, entry->gap_start, entry->gap_start + lost, missing);
        facts_add(&leg->facts, FACT_SILENT, entry->gap_start + lost, entry->gap_end, 0);
    } else {
        facts_add(&leg->facts, FACT_SILENT, entry->gap_start, entry->gap_end - lost, 0);
        facts_add(&leg->facts, FACT_LOST, entry->gap_end - lost, entry->gap_end, missing);
    }
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
            explain_gap(leg, &entry);
        }
        pcm += count;
        samples -= count;
    }
}

void leg_finish(struct leg *leg, int64_t end_samples)
{
    uint64_t waiting = timeline_waiting(leg->timeline);

    facts_add(&leg->facts, FACT_SILENT, timeline_audio_end(leg->timeline), end_samples, 0);
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
