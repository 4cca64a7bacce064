#include "audio/placement.h"

#include <stddef.h>

enum { MS_PER_S = 1000 };

void placement_init(struct placement *placement, uint32_t rate_hz, uint32_t clock_hz)
{
    *placement = (struct placement){.rate_hz = rate_hz, .clock_hz = clock_hz};
}

static int64_t absolute(int64_t value)
{
    return value < 0 ? -value : value;
}

/* Ticks from the epoch's newest packet to this one; RFC 3550's timestamps wrap at 2^32. */
static int64_t ticks_after(const struct placement_epoch *epoch,
                           const struct placement_packet *packet)
{
    return (int32_t)(packet->timestamp - epoch->timestamp);
}

/*
 * How badly a packet fits an epoch: ticks between its timestamp and the one that its number would
 * have without a pause; -1 where the timestamp is out of reach.
 */
static int64_t misfit(const struct placement *placement, const struct placement_epoch *epoch,
                      const struct placement_packet *packet)
{
    if (!epoch->set)
        return -1;
    int64_t ticks = ticks_after(epoch, packet);
    if (absolute(ticks) > (int64_t)placement->clock_hz * PLACEMENT_JUMP_MS / MS_PER_S)
        return -1;
    return absolute(ticks - (packet->sequence - epoch->sequence) * (int64_t)packet->ticks);
}

static int64_t position_in(const struct placement *placement, const struct placement_epoch *epoch,
                           const struct placement_packet *packet)
{
    int64_t ticks = epoch->ticks + ticks_after(epoch, packet);

    return epoch->anchor_samples + ticks * placement->rate_hz / placement->clock_hz;
}

static void advance(struct placement_epoch *epoch, const struct placement_packet *packet)
{
    if (packet->sequence <= epoch->sequence)
        return;
    epoch->ticks += ticks_after(epoch, packet);
    epoch->timestamp = packet->timestamp;
    epoch->sequence = packet->sequence;
}

/* A gap that ends in the future: no network is that early, so the sender's timestamps jumped. */
static bool jumps_ahead(const struct placement *placement, const struct placement_packet *packet,
                        int64_t position)
{
    int64_t ahead = (int64_t)placement->rate_hz * PLACEMENT_AHEAD_MS / MS_PER_S;

    return position - packet->arrival_samples > ahead && position - packet->occupied_end > ahead;
}

static int64_t begin_epoch(struct placement *placement, const struct placement_packet *packet)
{
    int64_t anchor = packet->arrival_samples > packet->occupied_end ? packet->arrival_samples
                                                                    : packet->occupied_end;

    placement->before = placement->current;
    placement->current = (struct placement_epoch){
        .set = true,
        .anchor_samples = anchor,
        .timestamp = packet->timestamp,
        .sequence = packet->sequence,
        .sequence_first = packet->sequence,
    };
    return anchor;
}

/* The epoch that a packet fits best, or NULL. */
static struct placement_epoch *best_epoch(struct placement *placement,
                                          const struct placement_packet *packet)
{
    int64_t misfit_current = misfit(placement, &placement->current, packet);
    int64_t misfit_before = misfit(placement, &placement->before, packet);

    if (misfit_current < 0)
        return misfit_before < 0 ? NULL : &placement->before;
    if (misfit_before < 0)
        return &placement->current;
    /* what the jump overtook belongs to where it fits better; what follows the jump goes on in the
     * new epoch, unless it continues the old one to the tick: then the jump was one stray packet */
    bool overtaken = packet->sequence < placement->current.sequence_first;
    bool back = overtaken ? misfit_before < misfit_current : !misfit_before && misfit_current;
    return back ? &placement->before : &placement->current;
}

enum status placement_find(struct placement *placement, const struct placement_packet *packet,
                           int64_t *position_samples)
{
    struct placement_epoch *epoch = best_epoch(placement, packet);
    bool newest = !placement->current.set || packet->sequence > placement->current.sequence;

    if (!epoch && !newest)
        return STATUS_LATE;
    if (!epoch ||
        (newest && jumps_ahead(placement, packet, position_in(placement, epoch, packet)))) {
        *position_samples = begin_epoch(placement, packet);
        return STATUS_OK;
    }
    *position_samples = position_in(placement, epoch, packet);
    advance(epoch, packet);
    if (newest && epoch == &placement->before) {
        struct placement_epoch stray = placement->current;
        placement->current = placement->before;
        placement->before = stray;
    }
    return STATUS_OK;
}

int64_t placement_restart(struct placement *placement, const struct placement_packet *packet)
{
    int64_t position = begin_epoch(placement, packet);

    placement->before = (struct placement_epoch){0};
    return position;
}
