#include "session/leg.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "rtp/packet.h"
#include "session/leg_private.h"
#include "session/samples.h"

enum { MS_PER_S = 1000 };

/*
 * What a payload type is decoded by, NULL where it is no audio: as signalled now; as offered beside
 * it, because some send whatever they offered, not what was answered; as signalled before, because
 * a sender follows a change when it likes; or as assigned to it for good.
 */
static const struct audio_codec *codec_of(const struct leg *leg, uint8_t payload_type)
{
    assert(leg->codec); /* a leg is never without one */
    if (payload_type == leg->payload_type)
        return leg->codec;
    for (size_t i = 0; i < leg->others; i++) {
        if (payload_type == leg->other[i].payload_type)
            return leg->other[i].codec;
    }
    if (leg->codec_before && payload_type == leg->payload_type_before)
        return leg->codec_before;
    const struct audio_codec *assigned = audio_codec_assigned(payload_type);
    return assigned && assigned->rate_hz == leg->codec->rate_hz ? assigned : NULL;
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
        .arrival_samples = samples_before(what->arrival_ns, leg->codec->rate_hz),
        .occupied_end = timeline_occupied_end(leg->timeline),
    };
}

/* Tell that a packet is not heard, where its sound would lie. */
static void tell_unheard(struct leg *leg, enum fact_cause cause, const struct held_packet *what)
{
    size_t samples = audio_codec_samples(what->codec, what->packet.payload_bytes);

    facts_add(&leg->facts, cause, what->position < 0 ? 0 : what->position,
              what->position + (int64_t)samples, 1);
}

/* Put a packet at its position, and count it; a late one is not counted yet. */
static enum status place(struct leg *leg, struct source *source, const struct held_packet *what)
{
    const struct timeline_packet line = {
        .position = what->position,
        .arrival = samples_before(what->arrival_ns, leg->codec->rate_hz),
        .run = source->run,
        .ssrc = source->ssrc,
        .sequence = what->extended,
        .marker = what->packet.marker,
        .codec = what->codec,
        .payload = what->packet.payload,
        .payload_bytes = what->packet.payload_bytes,
    };
    enum status status = timeline_place(leg->timeline, &line);

    if (status == STATUS_OK) {
        leg->counts.placed++;
    } else if (status == STATUS_EXISTS) {
        leg->counts.displaced++;
        tell_unheard(leg, FACT_OVERLAID, what);
    } else if (status != STATUS_LATE) { /* there is no memory, or too many wait */
        leg->counts.ignored++;
    }
    return status;
}

/* The packet is too late, and nothing of it will be heard. */
static void give_up(struct leg *leg, struct source *source, const struct held_packet *what)
{
    rtp_sequence_mark_late(&source->sequence, what->extended);
    leg->counts.late++;
    tell_unheard(leg, FACT_LATE, what);
}

void leg_give_up_held(struct leg *leg, struct source *source)
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

/* Where a packet lies; what comes back with a clock that stood still lies where it arrived. */
static enum status find_position(const struct leg *leg, struct source *source, bool newest,
                                 struct held_packet *what)
{
    const struct placement_packet where = where_of(leg, what);
    int64_t lag_samples = (int64_t)leg->codec->rate_hz * LEG_RETURN_LAG_MS / MS_PER_S;
    enum status status = placement_find(&source->placement, &where, &what->position);

    if (!newest)
        return status;
    if (source->turned && status == STATUS_OK &&
        where.arrival_samples - what->position > lag_samples)
        what->position = placement_restart(&source->placement, &where);
    source->turned = false;
    return status;
}

static void receive_new(struct leg *leg, struct source *source, struct held_packet *what)
{
    const struct held_packet *held = source->held.first;
    bool newest = what->extended > source->sequence.highest;
    enum status status = find_position(leg, source, newest, what);

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
        leg_give_up_held(leg, source);
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

void leg_receive(struct leg *leg, const uint8_t *data, size_t data_bytes, int64_t arrival_ns)
{
    struct rtp_packet packet;

    if (rtp_packet_parse(data, data_bytes, &packet) != STATUS_OK) {
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
