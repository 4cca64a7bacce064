#include "session/voice.h"

#include <stdlib.h>

#include "audio/line.h"
#include "session/voice_private.h"

enum {
    PACKETS_PER_SECOND = 50, /* where nobody knows how long a packet lasts */
    STEPS_PER_SECOND_MIN = 5,
    IN_ORDER_PACKETS = 50, /* a number so little ahead goes on, whatever its timestamp */
};

/* By what a packet's timestamp counts, as far as is known; 0: nobody knows. */
static uint32_t clock_in(const struct voice_run *run, const struct voice_packet *what)
{
    return tick_rate_of(&run->rate, what->codec, what->clock_hz);
}

/* How long a packet lasts by that. */
static uint32_t ticks_in(const struct voice_run *run, const struct voice_packet *what,
                         uint32_t ticks)
{
    return what->clock_hz ? (uint32_t)((uint64_t)ticks * clock_in(run, what) / what->clock_hz)
                          : ticks;
}

/*
 * Whether a number far ahead still continues a run: the timestamp went on by just as many packets,
 * as after a long outage of the network. Else the sender began anew.
 */
static bool continues(const struct voice_run *run, const struct rtp_packet *packet,
                      int64_t extended, uint32_t ticks)
{
    const struct placement_epoch *epoch = &run->placement.current;

    if (!ticks || !epoch->set || extended < run->sequence.highest)
        return false;
    uint32_t went = packet->timestamp - epoch->timestamp;
    return went == (uint64_t)(extended - epoch->sequence) * ticks;
}

/* Which of two runs is the one that its sender goes on with. */
static bool is_fresher(const struct voice_run *one, const struct voice_run *other)
{
    if (one->last_arrival_ns != other->last_arrival_ns)
        return one->last_arrival_ns > other->last_arrival_ns;
    return one->number > other->number;
}

/* Whether a packet may belong to a run. Its number alone says little where its sender begins anew
 * near it; its timestamp then is another too. Timestamps that jump while numbers go on are no new
 * run. */
static bool may_belong(const struct voice_run *run, const struct voice_packet *what, uint32_t ticks)
{
    const struct rtp_packet *packet = what->packet;
    int64_t extended = rtp_sequence_extend(&run->sequence, packet->sequence);
    int64_t ahead = extended - run->sequence.highest;

    if (!run->used || run->spurt != what->spurt)
        return false;
    if (continues(run, packet, extended, ticks_in(run, what, ticks)))
        return true;
    return !rtp_sequence_is_jump(&run->sequence, extended) &&
           ((ahead > 0 && ahead <= IN_ORDER_PACKETS) || !what->clock_hz ||
            placement_is_near(&run->placement, packet->timestamp, clock_in(run, what)));
}

/* Where several would take it, one whose timestamps are near, and of those the freshest. None goes
 * on over a hold. */
struct voice_run *voice_find_run(struct voice *voice, const struct voice_packet *what,
                                 uint32_t ticks)
{
    struct voice_run *found = NULL;
    bool found_near = false;

    for (size_t i = 0; i < VOICE_RUNS_MAX; i++) {
        struct voice_run *run = &voice->run[i];
        bool near =
            placement_is_near(&run->placement, what->packet->timestamp, clock_in(run, what));
        if (!may_belong(run, what, ticks) || (found_near && !near) ||
            (found && found_near == near && is_fresher(found, run)))
            continue;
        found = run;
        found_near = near;
    }
    return found;
}

/* Begin a run of numbers in a slot; the losses of the one before are kept. */
static void begin_run(struct voice *voice, struct voice_run *run, const struct voice_packet *what)
{
    if (run->held.count)
        voice_decide(voice, run);
    if (run->used)
        voice->leg.account->counts.lost += rtp_sequence_lost(&run->sequence);
    *run = (struct voice_run){
        .used = true,
        .number = ++voice->runs,
        .spurt = what->spurt,
    };
    rtp_sequence_init(&run->sequence, what->packet->sequence);
    placement_init(&run->placement);
}

/* A place for a new run; the one that was quiet longest makes room. */
static struct voice_run *open_run(struct voice *voice, const struct voice_packet *what)
{
    struct voice_run *run = &voice->run[0];

    for (size_t i = 0; i < VOICE_RUNS_MAX; i++) {
        struct voice_run *other = &voice->run[i];
        if (!other->used) {
            run = other;
            break;
        }
        if (other->last_arrival_ns < run->last_arrival_ns)
            run = other;
    }
    begin_run(voice, run, what);
    return run;
}

static void learn_step(struct voice_run *run, const struct held_packet *what)
{
    const struct placement_epoch *epoch = &run->placement.current;
    uint32_t went = what->packet.timestamp - epoch->timestamp;

    if (!epoch->set || epoch->clock_hz != what->clock_hz)
        run->step_ticks = 0;
    else if (what->extended == epoch->sequence + 1 && went &&
             went <= what->clock_hz / STEPS_PER_SECOND_MIN)
        run->step_ticks = went;
}

/* The place of a packet by its timestamp; STATUS_LATE: nobody knows where it belongs. */
static enum status find_place(struct voice *voice, struct voice_run *run,
                              const struct voice_packet *came, struct held_packet *what)
{
    learn_step(run, what);
    if (!what->codec)
        what->ticks = run->step_ticks ? run->step_ticks : what->clock_hz / PACKETS_PER_SECOND;
    struct placement_packet where = voice_where(voice, what);
    bool first = voice->runs == 1 && !run->placement.current.set;
    /* a sender that goes on by another number is heard behind itself, not over itself */
    if (first && came->others_end > where.occupied_end &&
        came->others_end - where.arrival <= (int64_t)VOICE_FOLLOW_MS * LINE_PER_MS)
        where.occupied_end = came->others_end;
    return placement_find(&run->placement, &where, &what->place);
}

/* It comes so much later than the one before that its sender or the path stalled. */
static bool is_stalled(const struct voice_run *run, const struct held_packet *what)
{
    int64_t most_ms = run->took_over ? VOICE_FOLLOW_MS : VOICE_STALL_MS;

    return run->in_step && voice_lateness(what) - run->last_offset > most_ms * LINE_PER_MS;
}

static void receive_new(struct voice *voice, struct voice_run *run, const struct voice_packet *came,
                        struct held_packet *what)
{
    const struct held_packet *held = run->held.first;
    bool newest = what->extended > run->sequence.highest || !run->sequence.came;
    bool behind_held = held && what->extended > held->extended;

    if (find_place(voice, run, came, what) != STATUS_OK) { /* so it is no fact */
        rtp_sequence_mark_late(&run->sequence, what->extended);
        voice->leg.account->counts.late++;
        return;
    }
    voice_follow_epoch(voice, run, what);
    if ((newest || behind_held) && is_stalled(run, what)) {
        voice_keep(voice, run, what);
        return;
    }
    enum status status = voice_place(voice, run, what);
    if (status == STATUS_LATE && (newest || behind_held)) {
        voice_keep(voice, run, what);
        return;
    }
    if (status == STATUS_LATE)
        voice_give_up(voice, run, what);
    else if (status == STATUS_OK || status == STATUS_EXISTS)
        rtp_sequence_mark(&run->sequence, what->extended);
    else
        rtp_sequence_note(&run->sequence, what->extended);
    if (status == STATUS_OK && newest) {
        voice_note_step(run, what);
        voice_clock_packet(&voice->clock, what->packet.timestamp, what->place.start,
                           what->arrival_ns);
    }
    if (status != STATUS_LATE && newest)
        voice_release(voice, run);
}

static uint32_t clock_of(const struct voice *voice, const struct voice_packet *what,
                         const struct voice_run *run)
{
    if (what->clock_hz)
        return clock_in(run, what);
    return run->placement.current.set ? run->placement.current.clock_hz : voice->leg.clock_hz;
}

/* Find out by what the timestamps of a run count, from one more packet of sound. */
static void follow_rate(struct voice *voice, struct voice_run *run, const struct voice_packet *what,
                        int64_t extended, uint32_t ticks)
{
    const struct tick_packet packet = {
        .codec = what->codec,
        .ticks = ticks,
        .sequence = extended,
        .timestamp = what->packet->timestamp,
        .arrival_ns = what->arrival_ns,
    };
    uint32_t before_hz = clock_in(run, what);
    uint32_t clock_hz = tick_rate_see(&run->rate, &packet);

    if (clock_hz != before_hz)
        voice_recount(voice, run, clock_hz, line_of_ns(what->arrival_ns));
}

/* Who was heard while nothing of a run came. */
static void note_others(const struct voice *voice, struct voice_run *run,
                        const struct voice_packet *what)
{
    int64_t own_ns = voice_last_arrival_ns(voice);
    int64_t last_ns = what->last_arrival_ns > own_ns ? what->last_arrival_ns : own_ns;

    run->came_back = last_ns - run->last_arrival_ns > VOICE_STALL_MS * CLOCK_NS_PER_MS;
    run->took_over = own_ns - run->last_arrival_ns > VOICE_FOLLOW_MS * CLOCK_NS_PER_MS;
}

void voice_receive(struct voice *voice, const struct voice_packet *what)
{
    const struct rtp_packet *packet = what->packet;
    size_t samples =
        what->codec ? audio_codec_samples(what->codec, packet->payload, packet->payload_bytes) : 0;
    uint32_t ticks = samples ? audio_codec_ticks(what->codec, samples) : 0;
    struct voice_run *run = voice_find_run(voice, what, ticks);

    if (!run)
        run = open_run(voice, what);
    int64_t extended = rtp_sequence_extend(&run->sequence, packet->sequence);
    if (rtp_sequence_is_restart(&run->sequence, extended)) {
        begin_run(voice, run, what);
        extended = packet->sequence;
    }
    if (!run->held.count)
        note_others(voice, run, what);
    run->last_arrival_ns = what->arrival_ns;
    if (samples)
        follow_rate(voice, run, what, extended, ticks);
    struct held_packet line = {
        .codec = samples ? what->codec : NULL,
        .clock_hz = clock_of(voice, what, run),
        .ticks = ticks_in(run, what, ticks),
        .packet = *packet,
        .extended = extended,
        .arrival_ns = what->arrival_ns,
    };
    if (rtp_sequence_seen(&run->sequence, extended))
        voice->leg.account->counts.duplicate++;
    else
        receive_new(voice, run, what, &line);
}

/* What shares the numbers of the audio is not missed as lost. */
void voice_receive_other(struct voice *voice, const struct voice_packet *what)
{
    struct voice_run *run = voice_find_run(voice, what, 0);

    voice->leg.account->counts.ignored++;
    if (!run)
        return;
    int64_t extended = rtp_sequence_extend(&run->sequence, what->packet->sequence);
    if (!rtp_sequence_seen(&run->sequence, extended))
        rtp_sequence_mark(&run->sequence, extended);
}

/*
 * What comes on hold is not heard, and not expected either; only where it fills a gap among what
 * came before the hold, it is not missing there.
 */
void voice_receive_held(struct voice *voice, const struct voice_packet *what)
{
    struct voice_run *run = voice_find_run(voice, what, 0);

    voice->leg.account->counts.ignored++;
    if (!run)
        return;
    int64_t extended = rtp_sequence_extend(&run->sequence, what->packet->sequence);
    if (extended > run->sequence.first && extended < run->sequence.highest &&
        !rtp_sequence_seen(&run->sequence, extended))
        rtp_sequence_mark(&run->sequence, extended);
}
