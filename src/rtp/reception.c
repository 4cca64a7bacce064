#include "rtp/reception.h"

#include "base/clock.h"

enum {
    SEQUENCE_MOD = 1 << 16,
    /* RFC 3550 A.1 */
    DROPOUT_MAX = 3000,
    MISORDER_MAX = 100,
    /* one sample of jitter, so that 16 times its mean stays within 32 bits: hours at any rate */
    TRANSIT_CHANGE_MAX = 1 << 27,
};

/* What A.1 calls init_seq; a sender report of the same source is kept. */
static void begin(struct reception *reception, const struct rtp_packet *packet)
{
    bool same = reception->begun && reception->ssrc == packet->ssrc;
    struct reception fresh = {
        .begun = true,
        .ssrc = packet->ssrc,
        .base = packet->sequence,
        .highest = packet->sequence,
        .jitter = same ? reception->jitter : 0,
    };

    if (same) {
        fresh.has_sr = reception->has_sr;
        fresh.last_sr = reception->last_sr;
        fresh.last_sr_ns = reception->last_sr_ns;
    }
    *reception = fresh;
}

/* A.1's update_seq. false: the packet lies so far off that it counts only if the next follows it.
 */
static bool take_sequence(struct reception *reception, const struct rtp_packet *packet)
{
    uint16_t ahead = (uint16_t)(packet->sequence - (uint16_t)reception->highest);

    if (ahead < DROPOUT_MAX) {
        reception->highest += ahead; /* in order, also over the wrap */
        reception->has_stray = false;
        return true;
    }
    if (ahead > SEQUENCE_MOD - MISORDER_MAX)
        return true; /* duplicate or reordered */
    if (reception->has_stray && packet->sequence == reception->stray_next) {
        begin(reception, packet);
        return true;
    }
    reception->has_stray = true;
    reception->stray_next = (uint16_t)(packet->sequence + 1);
    return false;
}

static uint32_t ticks(int64_t time_ns, uint32_t clock_rate_hz)
{
    int64_t seconds = time_ns / CLOCK_NS_PER_S;
    int64_t rest_ns = time_ns % CLOCK_NS_PER_S;

    return (uint32_t)(seconds * clock_rate_hz + rest_ns * clock_rate_hz / CLOCK_NS_PER_S);
}

static void take_transit(struct reception *reception, uint32_t transit, uint32_t clock_rate_hz)
{
    bool comparable = reception->clock_rate_hz == clock_rate_hz;
    int64_t change = (int32_t)(transit - reception->transit);

    reception->transit = transit;
    reception->clock_rate_hz = clock_rate_hz;
    if (!comparable)
        return;
    if (change < 0)
        change = -change;
    if (change > TRANSIT_CHANGE_MAX)
        change = TRANSIT_CHANGE_MAX;
    reception->jitter += (uint32_t)change - ((reception->jitter + 8) >> 4);
}

void reception_packet(struct reception *reception, const struct rtp_packet *packet,
                      uint32_t clock_rate_hz, int64_t arrival_ns)
{
    if (!reception->begun || reception->ssrc != packet->ssrc)
        begin(reception, packet);
    else if (!take_sequence(reception, packet))
        return;
    reception->received++;
    take_transit(reception, ticks(arrival_ns, clock_rate_hz) - packet->timestamp, clock_rate_hz);
}

void reception_report(struct reception *reception, const struct rtcp_sender_report *report,
                      int64_t arrival_ns)
{
    if (!reception->begun || reception->ssrc != report->ssrc)
        return;
    reception->has_sr = true;
    reception->last_sr = (uint32_t)(report->ntp >> 16);
    reception->last_sr_ns = arrival_ns;
}

/* A.3: of 256; 0 where more came than was expected. */
static uint8_t fraction_lost(uint32_t expected, uint32_t received)
{
    if (!expected || received >= expected)
        return 0;
    uint64_t fraction = ((uint64_t)(expected - received) << 8) / expected;
    return fraction > UINT8_MAX ? UINT8_MAX : (uint8_t)fraction;
}

/* In units of 1/65536 s. */
static uint32_t delay_units(int64_t delay_ns)
{
    if (delay_ns < 0)
        return 0;
    uint64_t units = (uint64_t)(delay_ns / CLOCK_NS_PER_S) << 16 |
                     ((uint64_t)(delay_ns % CLOCK_NS_PER_S) << 16) / CLOCK_NS_PER_S;
    return units > UINT32_MAX ? UINT32_MAX : (uint32_t)units;
}

bool reception_block(struct reception *reception, int64_t now_ns, struct rtcp_block *block)
{
    if (!reception->begun || reception->received == reception->received_prior)
        return false;
    uint32_t expected = reception->highest - reception->base + 1;

    *block = (struct rtcp_block){
        .ssrc = reception->ssrc,
        .fraction_lost = fraction_lost(expected - reception->expected_prior,
                                       reception->received - reception->received_prior),
        .lost = (int32_t)(expected - reception->received),
        .highest = reception->highest,
        .jitter = reception->jitter >> 4,
        .last_sr = reception->has_sr ? reception->last_sr : 0,
        .delay_since_last_sr = reception->has_sr ? delay_units(now_ns - reception->last_sr_ns) : 0,
    };
    reception->expected_prior = expected;
    reception->received_prior = reception->received;
    return true;
}

double reception_jitter_ms(const struct reception *reception, uint32_t clock_rate_hz)
{
    return (double)reception->jitter / 16.0 * 1000.0 / (double)clock_rate_hz;
}
