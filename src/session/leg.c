#include "session/leg.h"

#include <assert.h>
#include <stdlib.h>

#include "audio/placement.h"
#include "audio/timeline.h"
#include "base/clock.h"
#include "rtp/packet.h"
#include "rtp/sequence.h"
#include "session/held_packets.h"

/* One run of sequence numbers of one SSRC. */
struct source {
    bool used;
    uint32_t ssrc;
    uint32_t run; /* never the same twice in a leg */
    int64_t last_arrival_ns;
    struct held_packets held; /* the newest, where all of them are late */
    struct rtp_sequence sequence;
    struct placement placement;
};

struct leg {
    const struct audio_codec *codec;
    uint8_t payload_type;
    const struct audio_codec *codec_before; /* of the last change; NULL where there was none */
    uint8_t payload_type_before;
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
    free(owned_leg);
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

/*
 * What a payload type is decoded by, NULL where it is no audio: as signalled now; as signalled
 * before, because a sender follows a change when it likes; or as assigned to it for good, because
 * some send whatever they offered, not what was answered.
 */
static const struct audio_codec *codec_of(const struct leg *leg, uint8_t payload_type)
{
    assert(leg->codec); /* a leg is never without one */
    if (payload_type == leg->payload_type)
        return leg->codec;
    if (leg->codec_before && payload_type == leg->payload_type_before)
        return leg->codec_before;
    const struct audio_codec *assigned = audio_codec_assigned(payload_type);
    return assigned && assigned->rate_hz == leg->codec->rate_hz ? assigned : NULL;
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

/* Which of two runs is the one that its sender goes on with. */
static bool is_fresher(const struct source *one, const struct source *other)
{
    if (one->last_arrival_ns != other->last_arrival_ns)
        return one->last_arrival_ns > other->last_arrival_ns;
    return one->run > other->run;
}

/* The run that a packet belongs to; where several would take it, the freshest. */
static struct source *find_source(struct leg *leg, const struct rtp_packet *packet)
{
    struct source *found = NULL;

    for (size_t i = 0; i < LEG_SOURCES_MAX; i++) {
        struct source *source = &leg->sources[i];
        if (!source->used || source->ssrc != packet->ssrc || (found && is_fresher(found, source)))
            continue;
        int64_t extended = rtp_sequence_extend(&source->sequence, packet->sequence);
        if (!rtp_sequence_is_jump(&source->sequence, extended) ||
            continues(leg, source, packet, extended))
            found = source;
    }
    return found;
}

/* Where a packet's number and timestamp lie, as placement wants to know it. */
static struct placement_packet where_of(const struct leg *leg, const struct held_packet *what)
{
    return (struct placement_packet){
        .sequence = what->extended,
        .timestamp = what->packet.timestamp,
        .ticks = packet_ticks(leg, &what->packet),
        .arrival_samples = samples_of(leg, what->arrival_ns),
        .occupied_end = timeline_occupied_end(leg->timeline),
    };
}

/* Put a packet at its position, and count it; a late one is not counted yet. */
static enum status place(struct leg *leg, struct source *source, const struct held_packet *what)
{
    const struct timeline_packet line = {
        .position = what->position,
        .arrival = samples_of(leg, what->arrival_ns),
        .run = source->run,
        .sequence = what->extended,
        .marker = what->packet.marker,
        .codec = what->codec,
        .payload = what->packet.payload,
        .payload_bytes = what->packet.payload_bytes,
    };
    enum status status = timeline_place(leg->timeline, &line);

    if (status == STATUS_OK)
        leg->counts.placed++;
    else if (status == STATUS_EXISTS)
        leg->counts.displaced++;
    else if (status != STATUS_LATE) /* there is no memory, or too many wait */
        leg->counts.ignored++;
    return status;
}

/* The packet is too late, and nothing of it will be heard. */
static void give_up(struct leg *leg, struct source *source, const struct held_packet *what)
{
    size_t samples = audio_codec_samples(what->codec, what->packet.payload_bytes);

    rtp_sequence_mark_late(&source->sequence, what->extended);
    leg->counts.late++;
    facts_add(&leg->facts, FACT_LATE, what->position < 0 ? 0 : what->position,
              what->position + (int64_t)samples, 1);
}

/* It was a stall that passed: the packets that were held are late, the anchor is right. */
static void give_up_held(struct leg *leg, struct source *source)
{
    for (struct held_packet *held; (held = held_packets_take(&source->held)); free(held))
        give_up(leg, source, held);
}

/*
 * The anchor no longer holds: the sender's clock stood still in a pause, or runs slower than ours,
 * or the path became longer. What was held is placed from where its first packet arrived.
 */
static void anchor_again(struct leg *leg, struct source *source)
{
    bool first = true;

    for (struct held_packet *held; (held = held_packets_take(&source->held)); free(held)) {
        const struct placement_packet where = where_of(leg, held);
        enum status status = STATUS_OK;
        if (first)
            held->position = placement_restart(&source->placement, &where);
        else
            status = placement_find(&source->placement, &where, &held->position);
        if (status == STATUS_OK)
            status = place(leg, source, held);
        if (status == STATUS_LATE)
            give_up(leg, source, held);
        first = false;
    }
}

/* Begin a run of numbers in a slot; the losses of the one before are kept. */
static void begin_run(struct leg *leg, struct source *source, const struct rtp_packet *packet)
{
    anchor_again(leg, source);
    if (source->used)
        leg->counts.lost += rtp_sequence_lost(&source->sequence);
    *source = (struct source){.used = true, .ssrc = packet->ssrc, .run = ++leg->runs};
    rtp_sequence_init(&source->sequence, packet->sequence);
    placement_init(&source->placement, leg->codec->rate_hz, leg->codec->clock_rate_hz);
}

/* A place for a new run; the source that was quiet longest makes room. */
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
    begin_run(leg, source, packet);
    return source;
}

/*
 * A late packet that is the newest of its source shows that the source runs late as a whole. It is
 * held until that has passed, or has lasted so long that it is the anchor that is wrong.
 */
static void hold(struct leg *leg, struct source *source, const struct held_packet *what)
{
    if (held_packets_add(&source->held, what) != STATUS_OK) {
        give_up(leg, source, what);
        return;
    }
    rtp_sequence_mark(&source->sequence, what->extended);
    if (source->held.count == HELD_PACKETS_MAX)
        anchor_again(leg, source);
}

static void receive_new(struct leg *leg, struct source *source, struct held_packet *what)
{
    const struct held_packet *held = source->held.first;
    bool newest = what->extended > source->sequence.highest;
    const struct placement_packet where = where_of(leg, what);
    enum status status = placement_find(&source->placement, &where, &what->position);

    if (status != STATUS_OK) { /* nobody knows where it belongs, so it is no fact */
        rtp_sequence_mark_late(&source->sequence, what->extended);
        leg->counts.late++;
        return;
    }
    status = place(leg, source, what);
    if (status == STATUS_LATE && (newest || (held && what->extended > held->extended)))
        hold(leg, source, what);
    else if (status == STATUS_LATE)
        give_up(leg, source, what);
    else if (status == STATUS_OK || status == STATUS_EXISTS)
        rtp_sequence_mark(&source->sequence, what->extended);
    else
        rtp_sequence_note(&source->sequence, what->extended);
    if (status != STATUS_LATE && newest)
        give_up_held(leg, source);
}

static void receive_audio(struct leg *leg, const struct audio_codec *codec,
                          const struct rtp_packet *packet, int64_t arrival_ns)
{
    struct source *source = find_source(leg, packet);

    if (!source)
        source = open_source(leg, packet);
    int64_t extended = rtp_sequence_extend(&source->sequence, packet->sequence);
    if (rtp_sequence_is_restart(&source->sequence, extended)) {
        begin_run(leg, source, packet);
        extended = packet->sequence;
    }
    source->last_arrival_ns = arrival_ns;
    struct held_packet what = {
        .codec = codec,
        .packet = *packet,
        .extended = extended,
        .arrival_ns = arrival_ns,
    };
    if (rtp_sequence_seen(&source->sequence, extended))
        leg->counts.duplicate++;
    else
        receive_new(leg, source, &what);
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

void leg_ignore(struct leg *leg)
{
    leg->counts.ignored++;
}

void leg_receive(struct leg *leg, const uint8_t *data, size_t data_bytes, bool truncated,
                 int64_t arrival_ns)
{
    struct rtp_packet packet;

    if (truncated || rtp_packet_parse(data, data_bytes, &packet) != STATUS_OK) {
        leg->counts.ignored++;
        return;
    }
    const struct audio_codec *codec = codec_of(leg, packet.payload_type);
    if (codec && audio_codec_samples(codec, packet.payload_bytes))
        receive_audio(leg, codec, &packet, arrival_ns < 0 ? 0 : arrival_ns);
    else
        receive_other(leg, &packet);
}

void leg_settle(struct leg *leg, int64_t horizon_ns)
{
    for (size_t i = 0; i < LEG_SOURCES_MAX; i++) {
        const struct held_packet *held = leg->sources[i].held.first;
        if (held && held->arrival_ns <= horizon_ns - LEG_LATE_RESTART_MS * CLOCK_NS_PER_MS)
            anchor_again(leg, &leg->sources[i]);
    }
}

int64_t leg_ready(const struct leg *leg, int64_t passed_ns)
{
    return timeline_ready(leg->timeline, samples_of(leg, passed_ns));
}

int64_t leg_due(const struct leg *leg, int64_t arrival_ns)
{
    return timeline_due(leg->timeline, samples_of(leg, arrival_ns));
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

    for (size_t i = 0; i < LEG_SOURCES_MAX; i++)
        give_up_held(leg, &leg->sources[i]);
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
