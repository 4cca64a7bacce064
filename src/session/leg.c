#include "session/leg.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "rtp/packet.h"
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
    return samples_before(ns, leg->codec->rate_hz);
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

/* The run that a packet belongs to; where several would take it, the freshest. None goes on over a
 * hold. */
static struct source *find_source(struct leg *leg, const struct rtp_packet *packet)
{
    struct source *found = NULL;

    for (size_t i = 0; i < LEG_SOURCES_MAX; i++) {
        struct source *source = &leg->sources[i];
        if (!source->used || source->ssrc != packet->ssrc || source->spurt != leg->spurt ||
            (found && is_fresher(found, source)))
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
        .ssrc = source->ssrc,
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
    *source = (struct source){
        .used = true,
        .ssrc = packet->ssrc,
        .run = ++leg->runs,
        .spurt = leg->spurt,
    };
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
static void keep_late(struct leg *leg, struct source *source, const struct held_packet *what)
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
        keep_late(leg, source, what);
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

/*
 * What comes on hold is not heard, and not expected either; only where it fills a gap among what
 * came before the hold, it is not missing there.
 */
static void receive_held(struct leg *leg, const struct rtp_packet *packet)
{
    struct source *source = find_source(leg, packet);

    leg->counts.ignored++;
    if (!source)
        return;
    int64_t extended = rtp_sequence_extend(&source->sequence, packet->sequence);
    if (extended < source->sequence.highest && !rtp_sequence_seen(&source->sequence, extended))
        rtp_sequence_mark(&source->sequence, extended);
}

void leg_count(struct leg *leg, enum leg_outcome outcome, uint64_t datagrams)
{
    switch (outcome) {
    case LEG_IGNORED:
        leg->counts.ignored += datagrams;
        break;
    case LEG_DUPLICATE:
        leg->counts.duplicate += datagrams;
        break;
    case LEG_REFUSED:
        leg->counts.refused += datagrams;
        break;
    }
}

void leg_receive(struct leg *leg, const uint8_t *data, size_t data_bytes, bool truncated,
                 int64_t arrival_ns)
{
    struct rtp_packet packet;

    if (truncated || rtp_packet_parse(data, data_bytes, &packet) != STATUS_OK) {
        leg->counts.ignored++;
        return;
    }
    if (arrival_ns < 0)
        arrival_ns = 0;
    leg->spurt = holds_ended(&leg->holds, arrival_ns);
    if (holds_at(&leg->holds, arrival_ns)) {
        receive_held(leg, &packet);
        return;
    }
    const struct audio_codec *codec = codec_of(leg, packet.payload_type);
    if (codec && audio_codec_samples(codec, packet.payload_bytes))
        receive_audio(leg, codec, &packet, arrival_ns);
    else
        receive_other(leg, &packet);
}

void leg_settle(struct leg *leg, int64_t horizon_ns)
{
    leg->horizon_ns = horizon_ns;
    for (size_t i = 0; i < LEG_SOURCES_MAX; i++) {
        const struct held_packet *held = leg->sources[i].held.first;
        if (!held)
            continue;
        /* nothing follows on hold that could show it to be a stall */
        if (held->arrival_ns <= horizon_ns - LEG_LATE_RESTART_MS * CLOCK_NS_PER_MS ||
            holds_at(&leg->holds, horizon_ns))
            anchor_again(leg, &leg->sources[i]);
    }
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
        give_up_held(leg, &leg->sources[i]);
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
