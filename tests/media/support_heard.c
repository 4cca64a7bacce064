/* What is heard in a recording, and what facts tell of it. */
#include "media/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "audio/line.h"

enum {
    WINDOW_MS = 100,
    STRIDE = 8, /* samples of 48 kHz: 6 kHz are enough for what speakers say */
    CHANNELS = 2,
};

static const double lag_step_ms = 0.125;

/* How alike what is heard from then on is to what a speaker said so long before: -1 to 1. */
static double likeness(const struct played *played, enum recording_channel channel,
                       const struct speaker *speaker, int64_t at_ms, double lag_ms)
{
    double product = 0;
    double wanted_power = 0;
    double heard_power = 1;

    for (size_t i = 0; i < WINDOW_MS * LINE_PER_MS; i += STRIDE) {
        size_t frame = (size_t)at_ms * LINE_PER_MS + i;
        if (frame >= played->frames)
            break;
        double heard = played->pcm[frame * CHANNELS + channel];
        double wanted =
            media_sound(speaker->sound, (double)at_ms + (double)i / LINE_PER_MS - lag_ms);
        product += heard * wanted;
        wanted_power += wanted * wanted;
        heard_power += heard * heard;
    }
    return product / sqrt(wanted_power * heard_power);
}

double heard_lag_ms(const struct played *played, enum recording_channel channel,
                    const struct speaker *speaker, int64_t at_ms, double lag_ms_max,
                    double *likeness_best)
{
    double best_ms = 0;
    double best = -1;

    for (double lag_ms = -lag_ms_max; lag_ms <= lag_ms_max; lag_ms += lag_step_ms) {
        double now = likeness(played, channel, speaker, at_ms, lag_ms);
        if (now > best) {
            best = now;
            best_ms = lag_ms;
        }
    }
    if (likeness_best)
        *likeness_best = best;
    return best_ms;
}

void assert_said(const struct played *played, enum recording_channel channel,
                 const struct speaker *speaker, int64_t from_ms, int64_t to_ms, double later_ms)
{
    const double tolerance_ms = 1;
    const double most_ms = 12;
    double delay_ms = speaker->codec->delay_ms;

    for (int64_t at_ms = from_ms; at_ms + WINDOW_MS <= to_ms; at_ms += WINDOW_MS) {
        double best;
        double lag_ms =
            heard_lag_ms(played, channel, speaker, at_ms, fabs(later_ms) + most_ms, &best);
        if (best < speaker->codec->likeness || lag_ms < later_ms - tolerance_ms ||
            lag_ms > later_ms + delay_ms + tolerance_ms)
            fail_msg("%s at %lld ms: likeness %.2f, %.2f ms later", speaker->codec->name,
                     (long long)at_ms, best, lag_ms);
    }
}

void assert_quiet(const struct played *played, enum recording_channel channel, int64_t from_ms,
                  int64_t to_ms)
{
    enum { QUIET = 100 }; /* root of the mean square; -50 dBov */

    assert_true(to_ms * LINE_PER_MS <= (int64_t)played->frames);
    double sum = energy(played->pcm, (size_t)(from_ms * LINE_PER_MS), (size_t)(to_ms * LINE_PER_MS),
                        channel);
    double power = sum / (double)((to_ms - from_ms) * LINE_PER_MS);
    if (power > QUIET * QUIET)
        fail_msg("from %lld to %lld ms: %.0f", (long long)from_ms, (long long)to_ms, sqrt(power));
}

uint64_t fact_packets(const struct played *played, const char *cause, int leg)
{
    uint64_t packets = 0;

    for (size_t i = 0; i < played->memory.end.facts; i++)
        if (played->memory.facts[i].leg == leg && !strcmp(played->memory.facts[i].cause, cause))
            packets += played->memory.facts[i].count;
    return packets;
}

int64_t fact_ms(const struct played *played, const char *cause, int leg)
{
    int64_t length_ms = 0;

    for (size_t i = 0; i < played->memory.end.facts; i++)
        if (played->memory.facts[i].leg == leg && !strcmp(played->memory.facts[i].cause, cause))
            length_ms += played->memory.facts[i].end_ms - played->memory.facts[i].start_ms;
    return length_ms;
}

void assert_fact(const struct played *played, const char *cause, int leg, int64_t start_ms,
                 int64_t end_ms, uint32_t packets)
{
    for (size_t i = 0; i < played->memory.end.facts; i++) {
        const struct recording_fact *fact = &played->memory.facts[i];
        if (fact->leg == leg && !strcmp(fact->cause, cause) && fact->start_ms == start_ms &&
            fact->end_ms == end_ms && fact->count == packets)
            return;
    }
    for (size_t i = 0; i < played->memory.end.facts; i++) {
        const struct recording_fact *fact = &played->memory.facts[i];
        print_message("fact of %d: %s %lld-%lld ms, %u packets, %s\n", fact->leg, fact->cause,
                      (long long)fact->start_ms, (long long)fact->end_ms, fact->count,
                      fact->detail);
    }
    fail_msg("no fact: %s %lld-%lld ms, %u packets", cause, (long long)start_ms, (long long)end_ms,
             packets);
}

void assert_heard_ms(const struct played *played, int leg, int64_t heard_ms)
{
    static const char *const stretches[] = {"lost",   "late",   "concealed",   "silent",   "held",
                                            "paused", "masked", "undecodable", "unwritten"};
    int64_t told_ms = 0;

    for (size_t i = 0; i < sizeof stretches / sizeof *stretches; i++)
        told_ms += fact_ms(played, stretches[i], leg);
    assert_int_equal(told_ms + heard_ms, played->memory.end.duration_ms);
}
