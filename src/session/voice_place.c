/* Where packets lie, and that they lie there. */
#include "session/voice.h"

#include <stdio.h>

#include "audio/line.h"
#include "session/voice_private.h"

struct placement_packet voice_where(const struct voice *voice, const struct held_packet *what)
{
    return (struct placement_packet){
        .sequence = what->extended,
        .clock_hz = what->clock_hz,
        .timestamp = what->packet.timestamp,
        .ticks = what->ticks,
        .arrival = line_of_ns(what->arrival_ns),
        .occupied_end = timeline_occupied_end(voice->timeline),
    };
}

enum status voice_place(struct voice *voice, const struct voice_run *run,
                        const struct held_packet *what)
{
    struct leg_account *account = voice->leg.account;
    const struct timeline_packet line = {
        .start = what->place.start,
        .end = what->place.end,
        .arrival = line_of_ns(what->arrival_ns),
        .run = run->number,
        .sequence = what->extended,
        .marker = what->packet.marker,
        .payload_type = what->packet.payload_type,
        .codec = what->codec,
        .payload = what->packet.payload,
        .payload_bytes = what->packet.payload_bytes,
    };
    enum status status = timeline_place(voice->timeline, &line);

    if (status == STATUS_OK) {
        account->counts.placed++;
        if (what->codec && what->codec->rate_hz > account->rate_hz)
            account->rate_hz = what->codec->rate_hz;
    } else if (status == STATUS_EXISTS) {
        account->counts.displaced++;
        leg_account_tell(account, FACT_OVERLAID, 0, what->place.start, what->place.end, 1);
    } else if (status != STATUS_LATE) { /* there is no memory, or too many wait */
        account->counts.ignored++;
    }
    return status;
}

void voice_give_up(struct voice *voice, struct voice_run *run, const struct held_packet *what)
{
    rtp_sequence_mark_late(&run->sequence, what->extended);
    voice->leg.account->counts.late++;
    leg_account_tell(voice->leg.account, FACT_LATE, 0, what->place.start, what->place.end, 1);
}

void voice_follow_epoch(struct voice *voice, struct voice_run *run, const struct held_packet *what)
{
    const struct placement_epoch *epoch = &run->placement.current;

    run->in_step = run->in_step && run->epoch_first == epoch->sequence_first;
    run->epoch_first = epoch->sequence_first;
    if (voice->clock_run == run->number && voice->clock_first == epoch->sequence_first &&
        voice->clock.clock_hz == epoch->clock_hz)
        return;
    voice->clock_run = run->number;
    voice->clock_first = epoch->sequence_first;
    voice_clock_restart(&voice->clock, epoch->clock_hz);
    voice->anchor = (struct voice_anchor){
        .fresh = true, .start = what->place.start, .arrival_ns = what->arrival_ns};
}

static void tell_recount(struct voice *voice, const struct tick_rate *rate, int64_t position)
{
    char detail[LEG_DETAIL_BYTES];

    (void)snprintf(detail, sizeof detail, "timestamps of %s count %u Hz", rate->newest.codec->name,
                   rate->clock_hz);
    notes_add(&voice->leg.account->events, position / LINE_PER_MS, -1, "deviation", detail);
}

void voice_recount(struct voice *voice, struct voice_run *run, uint32_t clock_hz, int64_t position)
{
    const struct placement_epoch *epoch = &run->placement.current;
    uint32_t before_hz = epoch->clock_hz;

    tell_recount(voice, &run->rate, position);
    if (!voice->anchor.fresh || voice->clock_run != run->number || run->held.count || !epoch->set ||
        epoch->sequence_first < run->rate.first || voice->clock_first != epoch->sequence_first)
        return;
    placement_recount(&run->placement, clock_hz);
    (void)timeline_recount(voice->timeline, run->number, epoch->anchor, before_hz, clock_hz);
    voice_clock_restart(&voice->clock, clock_hz);
}

int64_t voice_lateness(const struct held_packet *what)
{
    return line_of_ns(what->arrival_ns) - what->place.start;
}

void voice_note_step(struct voice_run *run, const struct held_packet *what)
{
    run->in_step = true;
    run->last_offset = voice_lateness(what);
}
