#include "audio/placement.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>

#include "audio/line.h"

enum {
    MS_PER_S = 1000,
    AHEAD = PLACEMENT_AHEAD_MS * LINE_PER_MS,
    PAUSE = PLACEMENT_PAUSE_MS * LINE_PER_MS,
};

void placement_init(struct placement *placement)
{
    *placement = (struct placement){0};
}

/* Ticks from the epoch's newest packet to this one; RFC 3550's timestamps wrap at 2^32. */
static int64_t ticks_after(const struct placement_epoch *epoch,
                           const struct placement_packet *packet)
{
    return (int32_t)(packet->timestamp - epoch->timestamp);
}

static bool is_jump(int64_t ticks, uint32_t clock_hz)
{
    return llabs(ticks) > (int64_t)clock_hz * PLACEMENT_JUMP_MS / MS_PER_S;
}

/*
 * How badly a packet fits an epoch: ticks between its timestamp and the one that its number would
 * have without a pause; -1 where the timestamp is out of reach, or of another clock.
 */
static int64_t misfit(const struct placement_epoch *epoch, const struct placement_packet *packet)
{
    if (!epoch->set || epoch->clock_hz != packet->clock_hz)
        return -1;
    int64_t ticks = ticks_after(epoch, packet);
    if (is_jump(ticks, epoch->clock_hz))
        return -1;
    return llabs(ticks - (packet->sequence - epoch->sequence) * (int64_t)packet->ticks);
}

static bool is_near(const struct placement_epoch *epoch, uint32_t timestamp, uint32_t clock_hz)
{
    return epoch->set && (epoch->clock_hz != clock_hz ||
                          !is_jump((int32_t)(timestamp - epoch->timestamp), clock_hz));
}

bool placement_is_near(const struct placement *placement, uint32_t timestamp, uint32_t clock_hz)
{
    return !placement->current.set || is_near(&placement->current, timestamp, clock_hz) ||
           is_near(&placement->before, timestamp, clock_hz);
}

/* Rounded toward 0; what ends and what begins at one tick meet in one place. */
static int64_t line_of_ticks(int64_t ticks, uint32_t clock_hz)
{
    return ticks * LINE_HZ / clock_hz;
}

static int64_t position_of(const struct placement_epoch *epoch, int64_t ticks)
{
    return epoch->anchor + line_of_ticks(ticks, epoch->clock_hz);
}

static struct placement_place place_in(const struct placement_epoch *epoch,
                                       const struct placement_packet *packet)
{
    int64_t ticks = epoch->ticks + ticks_after(epoch, packet);
    struct placement_place place = {
        .start = position_of(epoch, ticks),
        .end = position_of(epoch, ticks + packet->ticks),
    };

    if (place.end == place.start) /* ticks of a clock that is faster than the line */
        place.end++;
    return place;
}

static void advance(struct placement_epoch *epoch, const struct placement_packet *packet)
{
    if (packet->sequence <= epoch->sequence)
        return;
    epoch->ticks += ticks_after(epoch, packet);
    epoch->timestamp = packet->timestamp;
    epoch->newest_ticks = packet->ticks;
    epoch->sequence = packet->sequence;
}

/* A gap that ends in the future: no network is that early, so the sender's timestamps jumped. */
static bool jumps_ahead(const struct placement_packet *packet, int64_t position)
{
    return position - packet->arrival > AHEAD && position - packet->occupied_end > AHEAD;
}

/* Begin an epoch at a position, or behind what is there. */
static struct placement_place begin_epoch(struct placement *placement,
                                          const struct placement_packet *packet, int64_t position)
{
    int64_t anchor = line_on_grid(position);

    assert(packet->clock_hz > 0);
    if (anchor < packet->occupied_end)
        anchor = line_on_grid(packet->occupied_end + LINE_GRID - 1);
    placement->before = placement->current;
    placement->current = (struct placement_epoch){
        .set = true,
        .clock_hz = packet->clock_hz,
        .anchor = anchor,
        .timestamp = packet->timestamp,
        .newest_ticks = packet->ticks,
        .sequence = packet->sequence,
        .sequence_first = packet->sequence,
    };
    return place_in(&placement->current, packet);
}

/*
 * Where a timestamp of another clock says that it lies: RFC 7160 has it go on from the
 * packet before by the time since then, counted by the new clock; others count by the old one.
 * Behind a pause, the one that is nearer to the arrival is meant.
 *
 * next  where it lies if there was none; returned where either clock says so.
 */
static int64_t position_told(const struct placement_epoch *epoch,
                             const struct placement_packet *packet, int64_t next)
{
    int64_t ticks = ticks_after(epoch, packet);
    int64_t newest = position_of(epoch, epoch->ticks);
    int64_t by_new = newest + line_of_ticks(ticks, packet->clock_hz);
    int64_t by_old = newest + line_of_ticks(ticks, epoch->clock_hz);

    if (llabs(by_new - next) <= LINE_GRID || llabs(by_old - next) <= LINE_GRID)
        return next;
    return llabs(by_new - packet->arrival) <= llabs(by_old - packet->arrival) ? by_new : by_old;
}

/* Where a packet lies by its number, if there was no pause. */
static int64_t position_by_number(const struct placement_epoch *epoch,
                                  const struct placement_packet *packet)
{
    int64_t apart = packet->sequence - epoch->sequence;

    return position_of(epoch, epoch->ticks + apart * epoch->newest_ticks);
}

/* Where an epoch begins by the arrival of its first packet: behind those that are still on their
 * way to the one before, if they may be. */
static int64_t position_by_arrival(const struct placement_epoch *epoch,
                                   const struct placement_packet *packet)
{
    if (!epoch->set || packet->sequence <= epoch->sequence)
        return packet->arrival;
    int64_t next = position_by_number(epoch, packet);
    return next > packet->arrival && next - packet->arrival <= AHEAD ? next : packet->arrival;
}

/* Where the first packet of another clock lies. */
static int64_t position_after(const struct placement_epoch *epoch,
                              const struct placement_packet *packet)
{
    int64_t next = position_by_number(epoch, packet);
    int64_t told = position_told(epoch, packet, next);

    if (jumps_ahead(packet, next)) /* numbers were left out, not lost */
        return packet->arrival;
    if (packet->arrival <= next || told == next)
        return next;
    if (told < next || told - packet->arrival > PAUSE)
        told = next;
    return packet->arrival < told || packet->arrival - told > PAUSE ? packet->arrival : told;
}

/* The epoch that a packet fits best, or NULL. */
static struct placement_epoch *best_epoch(struct placement *placement,
                                          const struct placement_packet *packet)
{
    int64_t misfit_current = misfit(&placement->current, packet);
    int64_t misfit_before = misfit(&placement->before, packet);

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

/* Find the place of a packet whose clock is that of the newest one, or of an older packet. */
static enum status find_by_timestamp(struct placement *placement,
                                     const struct placement_packet *packet, bool newest,
                                     struct placement_place *place)
{
    struct placement_epoch *epoch = best_epoch(placement, packet);

    if (!epoch && !newest)
        return STATUS_LATE;
    if (!epoch || (newest && jumps_ahead(packet, place_in(epoch, packet).start))) {
        int64_t position = position_by_arrival(&placement->current, packet);
        *place = begin_epoch(placement, packet, position);
        return STATUS_OK;
    }
    *place = place_in(epoch, packet);
    advance(epoch, packet);
    if (newest && epoch == &placement->before) {
        struct placement_epoch stray = placement->current;
        placement->current = placement->before;
        placement->before = stray;
    }
    return STATUS_OK;
}

enum status placement_find(struct placement *placement, const struct placement_packet *packet,
                           struct placement_place *place)
{
    const struct placement_epoch *current = &placement->current;
    bool newest = !current->set || packet->sequence > current->sequence;

    if (newest && current->set && current->clock_hz != packet->clock_hz) {
        *place = begin_epoch(placement, packet, position_after(current, packet));
        return STATUS_OK;
    }
    return find_by_timestamp(placement, packet, newest, place);
}

struct placement_place placement_restart(struct placement *placement,
                                         const struct placement_packet *packet)
{
    struct placement_place place = begin_epoch(placement, packet, packet->arrival);

    placement->before = (struct placement_epoch){0};
    return place;
}

void placement_recount(struct placement *placement, uint32_t clock_hz)
{
    struct placement_epoch *epoch = &placement->current;

    if (!epoch->set)
        return;
    epoch->newest_ticks = (uint32_t)((uint64_t)epoch->newest_ticks * clock_hz / epoch->clock_hz);
    epoch->clock_hz = clock_hz;
}

void placement_shift(struct placement *placement, int64_t by)
{
    assert(by % LINE_GRID == 0);
    placement->current.anchor += by;
    placement->before.anchor += by;
}
