/* Packets that come later than their timestamps say: a stall, or a clock that stood still. */
#include "session/voice.h"

#include <stdlib.h>

#include "audio/line.h"
#include "session/voice_private.h"

enum {
    /* so many packets at one pace show that it is not the path that stalled */
    PACE_PACKETS = 5,
    PACE_PACKETS_BACK = 3, /* of one that comes back after others were heard */
    PACE_MS = 120,
    PACE_MS_FEW = 40, /* of fewer than PACE_PACKETS */
};

void voice_release(struct voice *voice, struct voice_run *run)
{
    for (struct held_packet *held; (held = held_packets_take(&run->held)); free(held))
        if (voice_place(voice, run, held) == STATUS_LATE)
            voice_give_up(voice, run, held);
}

void voice_give_up_held(struct voice *voice)
{
    for (size_t i = 0; i < VOICE_RUNS_MAX; i++) {
        struct voice_run *run = &voice->run[i];
        for (struct held_packet *held; (held = held_packets_take(&run->held)); free(held))
            voice_give_up(voice, run, held);
    }
}

/*
 * The anchor no longer holds: the sender's clock stood still in a pause, or the path became longer.
 * What was held is placed from where its first packet arrived.
 */
static void anchor_again(struct voice *voice, struct voice_run *run)
{
    bool first = true;

    for (struct held_packet *held; (held = held_packets_take(&run->held)); free(held)) {
        const struct placement_packet where = voice_where(voice, held);
        enum status status = STATUS_OK;
        if (first) {
            held->place = placement_restart(&run->placement, &where);
            voice_clock_restart(&voice->clock, held->clock_hz);
        } else {
            status = placement_find(&run->placement, &where, &held->place);
        }
        if (status == STATUS_OK)
            status = voice_place(voice, run, held);
        if (status == STATUS_LATE) {
            voice_give_up(voice, run, held);
        } else {
            voice_follow_epoch(voice, run, held);
            voice_note_step(run, held);
        }
        first = false;
    }
}

/* Whether what is held goes on at the pace of its timestamps, only later. */
static bool at_pace(const struct held_packets *held, size_t packets)
{
    int64_t least = INT64_MAX;
    int64_t greatest = INT64_MIN;

    for (const struct held_packet *packet = held->first; packet; packet = packet->next) {
        int64_t offset = voice_lateness(packet);
        least = offset < least ? offset : least;
        greatest = offset > greatest ? offset : greatest;
    }
    int64_t most_ms = held->count < PACE_PACKETS ? PACE_MS_FEW : PACE_MS;
    if (!held->first || held->count < packets || greatest - least > most_ms * LINE_PER_MS)
        return false;
    const struct held_packet *first = held->first;
    const struct held_packet *last = held->last;
    int64_t came = line_of_ns(last->arrival_ns - first->arrival_ns);
    return came >= (last->place.start - first->place.start) / 2; /* not at once */
}

void voice_decide(struct voice *voice, struct voice_run *run)
{
    size_t pace_packets = run->came_back ? PACE_PACKETS_BACK : PACE_PACKETS;
    const struct held_packet *first = run->held.first;
    bool late = run->held.late || (first && first->place.end <= timeline_position(voice->timeline));

    /* what is late where it should lie is heard rather where it arrived than not at all */
    if (late || at_pace(&run->held, pace_packets))
        anchor_again(voice, run);
    else
        voice_release(voice, run);
}

/* Whether what is held would soon come too late for its place. A few tell nothing of a pace: they
 * wait for one sweep more. */
static bool is_pressed(const struct held_packets *held, int64_t horizon_ns)
{
    const int64_t sweep_ns = MEDIA_SWEEP_MS * CLOCK_NS_PER_MS;
    int64_t passed_ns = horizon_ns - RECORDING_REORDER_MS * CLOCK_NS_PER_MS + 2 * sweep_ns;
    bool few = held->count < PACE_PACKETS;

    return !held->late && held->first->place.start < line_of_ns(passed_ns) &&
           (!few || held->first->arrival_ns <= horizon_ns - sweep_ns);
}

/* Whether what is held has waited long enough. */
static bool is_ripe(const struct held_packets *held, int64_t horizon_ns)
{
    return held->first->arrival_ns <= horizon_ns - LEG_LATE_RESTART_MS * CLOCK_NS_PER_MS;
}

/* The next run to decide about; what came first lies before what others held. */
static struct voice_run *next_ripe(struct voice *voice, int64_t horizon_ns, bool now)
{
    struct voice_run *found = NULL;

    for (size_t i = 0; i < VOICE_RUNS_MAX; i++) {
        struct voice_run *run = &voice->run[i];
        const struct held_packets *held = &run->held;
        if (held->count && (now || is_ripe(held, horizon_ns) || is_pressed(held, horizon_ns)) &&
            (!found || held->first->arrival_ns < found->held.first->arrival_ns))
            found = run;
    }
    return found;
}

void voice_settle(struct voice *voice, int64_t horizon_ns, bool now)
{
    const int64_t settled_ns = voice->anchor.arrival_ns + VOICE_SETTLE_MS * CLOCK_NS_PER_MS;

    voice->closing = horizon_ns == INT64_MAX;
    if (voice->anchor.fresh && (now || settled_ns <= horizon_ns))
        voice_settle_anchor(voice);
    for (struct voice_run *run; (run = next_ripe(voice, horizon_ns, now));)
        voice_decide(voice, run);
}

void voice_keep(struct voice *voice, struct voice_run *run, struct held_packet *what)
{
    what->late = what->place.end <= timeline_position(voice->timeline);
    if (held_packets_add(&run->held, what) != STATUS_OK) {
        if (voice_place(voice, run, what) == STATUS_LATE)
            voice_give_up(voice, run, what);
        else
            rtp_sequence_mark(&run->sequence, what->extended);
        return;
    }
    rtp_sequence_mark(&run->sequence, what->extended);
    if (run->held.count < HELD_PACKETS_MAX)
        return;
    /* so many at once of which none is late are a stall; but no network keeps more back */
    if (run->held.late)
        anchor_again(voice, run);
    else
        voice_release(voice, run);
}
