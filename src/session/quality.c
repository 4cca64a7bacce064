#include "session/quality.h"

#include <stdio.h>

#include "audio/stretches.h"
#include "base/clock.h"

enum { PERCENT = 100, US_PER_S = 1000000, NS_PER_US = 1000, JITTER_SHARE = 16 };

static const double r_default = 93.2;    /* G.107 section 7.7: R of the default values */
static const double impairment_max = 95; /* the same, in equation 7-29 */
static const double mos_best = 4.5;

/*
 * BurstR: how long bursts are, against those of loss that falls at random. Loss that is spread more
 * evenly than by chance is no better.
 */
static double burst_ratio(const struct quality_loss *loss)
{
    double share = (double)loss->lost / (double)(loss->heard + loss->lost);
    double mean = (double)loss->lost / (double)(loss->bursts ? loss->bursts : 1);
    double ratio = mean * (1 - share);

    return ratio > 1 ? ratio : 1;
}

double quality_loss_percent(const struct quality_loss *loss)
{
    uint64_t sent = loss->heard + loss->lost;

    return sent ? PERCENT * (double)loss->lost / (double)sent : 0;
}

double quality_r_factor(const struct audio_codec *codec, const struct quality_loss *loss)
{
    double percent = quality_loss_percent(loss);
    double effective = codec->impairment;

    if (percent > 0)
        effective += (impairment_max - codec->impairment) * percent /
                     (percent / burst_ratio(loss) + codec->robustness);
    return effective < r_default ? r_default - effective : 0;
}

double quality_mos(double r_factor)
{
    if (r_factor <= 0)
        return 1;
    if (r_factor >= PERCENT)
        return mos_best;
    double mos = 1 + 0.035 * r_factor + r_factor * (r_factor - 60) * (100 - r_factor) * 7e-6;
    return mos < 1 ? 1 : mos; /* between 0 and 6.5 the cubic dips below the scale */
}

size_t quality_bursts(const struct facts *facts)
{
    struct stretches missing = {0};

    for (size_t i = 0; i < facts->count; i++) {
        const struct fact *fact = &facts->list[i];
        bool is_loss =
            fact->cause == FACT_LOST || fact->cause == FACT_LATE || fact->cause == FACT_CONCEALED;
        if (is_loss)
            stretches_add(&missing, fact->start, fact->end);
    }
    stretches_sort(&missing);
    size_t bursts = missing.count;
    stretches_deinit(&missing);
    return bursts;
}

/* The source of a packet; one that is new takes the place of the oldest. */
static struct quality_source *find_source(struct quality_jitter *jitter, uint32_t ssrc)
{
    for (size_t i = 0; i < QUALITY_SOURCES; i++)
        if (jitter->source[i].used && jitter->source[i].ssrc == ssrc)
            return &jitter->source[i];
    struct quality_source *fresh = &jitter->source[jitter->next];
    jitter->next = (jitter->next + 1) % QUALITY_SOURCES;
    *fresh = (struct quality_source){.ssrc = ssrc};
    return fresh;
}

/* By how much a packet came later than the one before it says; false: they do not compare. */
static bool transit_change_us(const struct quality_source *source, const struct rtp_packet *packet,
                              uint32_t clock_rate_hz, int64_t arrival_ns, double *change_us)
{
    if (!source->used || source->clock_rate_hz != clock_rate_hz)
        return false;
    double said_us =
        (double)(int32_t)(packet->timestamp - source->timestamp) * US_PER_S / (double)clock_rate_hz;
    double change = (double)(arrival_ns - source->arrival_ns) / NS_PER_US - said_us;
    *change_us = change < 0 ? -change : change;
    return *change_us <= QUALITY_PAUSE_US;
}

void quality_jitter_packet(struct quality_jitter *jitter, const struct rtp_packet *packet,
                           uint32_t clock_rate_hz, int64_t arrival_ns)
{
    double change_us;

    if (!clock_rate_hz)
        return;
    struct quality_source *source = find_source(jitter, packet->ssrc);
    if (transit_change_us(source, packet, clock_rate_hz, arrival_ns, &change_us)) {
        source->jitter_us += (change_us - source->jitter_us) / JITTER_SHARE;
        jitter->sum_us += source->jitter_us;
        jitter->packets++;
    }
    source->used = true;
    source->clock_rate_hz = clock_rate_hz;
    source->timestamp = packet->timestamp;
    source->arrival_ns = arrival_ns;
}

uint32_t quality_jitter_us(const struct quality_jitter *jitter)
{
    return jitter->packets ? (uint32_t)(jitter->sum_us / (double)jitter->packets + 0.5) : 0;
}

void quality_text(double r_factor, const struct quality_loss *loss, uint32_t jitter_us, char *text)
{
    (void)snprintf(text, QUALITY_TEXT_BYTES, "R %.1f MOS %.2f loss %.2f %% jitter %.1f ms",
                   r_factor, quality_mos(r_factor), quality_loss_percent(loss),
                   (double)jitter_us / 1000);
}
