#include "session/tick_rate.h"

#include <stdbool.h>

#include "base/clock.h"

enum { PERCENT = 100 };

/* By what a step from one packet to the next counts; 0 where it is none of the known ways. */
static uint32_t told_by(const struct tick_packet *from, const struct tick_packet *to)
{
    uint32_t step = to->timestamp - from->timestamp;
    uint32_t clock_hz = from->codec->clock_rate_hz;

    if (step == from->ticks)
        return clock_hz;
    if (step == 2 * from->ticks)
        return 2 * clock_hz;
    return 2 * step == from->ticks ? clock_hz / 2 : 0;
}

/* Whether what is suspected came at the pace of what it holds. */
static bool came_at_pace(const struct tick_rate *rate, const struct tick_packet *packet)
{
    int64_t came_ns = packet->arrival_ns - rate->since_ns;
    int64_t held_ns = rate->ticks * CLOCK_NS_PER_S / packet->codec->clock_rate_hz;
    int64_t apart_ns = came_ns < held_ns ? held_ns - came_ns : came_ns - held_ns;

    return apart_ns <= held_ns * TICK_RATE_APART_PERCENT / PERCENT;
}

static void suspect(struct tick_rate *rate, const struct tick_packet *packet, uint32_t told_hz)
{
    if (told_hz != rate->suspected_hz) {
        rate->suspected_hz = told_hz;
        rate->steps = 0;
        rate->since_ns = rate->newest.arrival_ns;
        rate->ticks = 0;
    }
    rate->steps++;
    rate->ticks += rate->newest.ticks;
    if (rate->steps < TICK_RATE_STEPS || !came_at_pace(rate, packet))
        return;
    rate->clock_hz = told_hz;
    rate->suspected_hz = 0;
}

uint32_t tick_rate_see(struct tick_rate *rate, const struct tick_packet *packet)
{
    if (packet->codec != rate->newest.codec) {
        *rate = (struct tick_rate){
            .newest = *packet, .first = packet->sequence, .clock_hz = packet->codec->clock_rate_hz};
        return rate->clock_hz;
    }
    if (packet->sequence <= rate->newest.sequence)
        return rate->clock_hz;
    uint32_t told_hz =
        packet->sequence == rate->newest.sequence + 1 ? told_by(&rate->newest, packet) : 0;
    if (told_hz && told_hz != rate->clock_hz)
        suspect(rate, packet, told_hz);
    else
        rate->suspected_hz = 0;
    rate->newest = *packet;
    return rate->clock_hz;
}

uint32_t tick_rate_of(const struct tick_rate *rate, const struct audio_codec *codec,
                      uint32_t clock_hz)
{
    return codec && codec == rate->newest.codec ? rate->clock_hz : clock_hz;
}
