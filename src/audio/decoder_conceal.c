#include "audio/decoder_conceal.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <spandsp/telephony.h>

#include <spandsp/plc.h>

#include "audio/resample.h"

enum {
    RATE_HZ = 8000,   /* of libspandsp's plc */
    FACTOR_MAX = 6,   /* 48 kHz */
    FADE_PER_S = 400, /* 2.5 ms */
    PART = 80,        /* converted at once, in samples at RATE_HZ */
    /*
     * What is invented begins so much before the loss, in samples at RATE_HZ. The library blends
     * its first quarter of a period with what was heard last, in reverse: in phase it is only
     * behind that. It writes so much at least, however little is asked for.
     */
    LEAD = 32,
    HISTORY = PLC_HISTORY_LEN + LEAD,
    FADE_MAX = RATE_HZ * FACTOR_MAX / FADE_PER_S,
};

static_assert(LEAD >= PLC_PITCH_OVERLAP_MAX, "the first that is invented is its blending");

struct decoder_conceal {
    size_t factor; /* of the rate, to RATE_HZ */
    plc_state_t plc;
    struct resample *up; /* open while something is invented at a higher rate */
    bool inventing;
    int32_t step;      /* from what was invented to what was heard, at the begin of the loss */
    size_t step_left;  /* samples in which it is evened out */
    int16_t history[]; /* HISTORY * factor samples, the newest last */
};

static size_t history_samples(const struct decoder_conceal *conceal)
{
    return HISTORY * conceal->factor;
}

enum status decoder_conceal_create(uint32_t rate_hz, struct decoder_conceal **out)
{
    size_t factor = rate_hz / RATE_HZ;
    struct decoder_conceal *conceal;

    assert(factor >= 1 && factor <= FACTOR_MAX && rate_hz % RATE_HZ == 0);
    conceal = calloc(1, sizeof *conceal + HISTORY * factor * sizeof conceal->history[0]);
    if (!conceal)
        return STATUS_NOMEM;
    conceal->factor = factor;
    *out = conceal;
    return STATUS_OK;
}

/* What comes next follows what is heard, not what was invented. */
static void end_inventing(struct decoder_conceal *conceal)
{
    resample_close(conceal->up);
    conceal->up = NULL;
    conceal->inventing = false;
}

void decoder_conceal_destroy(struct decoder_conceal *owned_conceal)
{
    if (!owned_conceal)
        return;
    end_inventing(owned_conceal);
    free(owned_conceal);
}

static void remember(struct decoder_conceal *conceal, const int16_t *pcm, size_t samples)
{
    size_t all = history_samples(conceal);

    if (samples >= all) {
        memcpy(conceal->history, pcm + samples - all, all * sizeof *pcm);
        return;
    }
    memmove(conceal->history, conceal->history + samples, (all - samples) * sizeof *pcm);
    memcpy(conceal->history + all - samples, pcm, samples * sizeof *pcm);
}

static size_t fade_samples(const struct decoder_conceal *conceal)
{
    return RATE_HZ * conceal->factor / FADE_PER_S;
}

void decoder_conceal_hear(struct decoder_conceal *conceal, int16_t *pcm, size_t samples)
{
    if (conceal->inventing) {
        int16_t invented[FADE_MAX];
        size_t fade = fade_samples(conceal);

        if (fade > samples)
            fade = samples;
        decoder_conceal_invent(conceal, invented, fade);
        for (size_t i = 0; i < fade; i++)
            pcm[i] = (int16_t)((invented[i] * (int32_t)(fade - i) + pcm[i] * (int32_t)i) /
                               (int32_t)fade);
        end_inventing(conceal);
    }
    remember(conceal, pcm, samples);
}

/* So many samples at RATE_HZ that lie before the loss; *last is the last of them, at our rate. */
static void invent_lead(struct decoder_conceal *conceal, size_t samples, int16_t *last)
{
    int16_t low[2 * LEAD];
    int16_t high[2 * LEAD * FACTOR_MAX];

    assert(samples >= LEAD && samples <= sizeof low / sizeof low[0]);
    (void)plc_fillin(&conceal->plc, low, (int)samples);
    *last = low[samples - 1];
    if (conceal->factor == 1)
        return;
    resample_run(conceal->up, low, samples, high, samples * conceal->factor);
    *last = high[samples * conceal->factor - 1];
}

/*
 * At a higher rate: the history, converted down, ends before its end by the lag of that filter,
 * which is less than LEAD; and so much more is invented as the filter back up lags.
 */
static enum status begin_high(struct decoder_conceal *conceal, int16_t *last)
{
    int16_t low[HISTORY];
    int16_t high[HISTORY * FACTOR_MAX];
    struct resample *down = NULL;
    uint32_t rate_hz = (uint32_t)(RATE_HZ * conceal->factor);
    enum status status = resample_open(rate_hz, RATE_HZ, &down);

    if (status == STATUS_OK)
        status = resample_open(RATE_HZ, rate_hz, &conceal->up);
    if (status == STATUS_OK) {
        size_t kept = HISTORY - LEAD + resample_delay(down);

        assert(kept <= HISTORY);
        resample_run(down, conceal->history, history_samples(conceal), low, HISTORY);
        (void)plc_rx(&conceal->plc, low, (int)kept);
        resample_run(conceal->up, low, kept, high, kept * conceal->factor);
        invent_lead(conceal, LEAD + resample_delay(conceal->up) / conceal->factor, last);
    }
    resample_close(down);
    return status;
}

static enum status begin(struct decoder_conceal *conceal)
{
    enum status status = STATUS_OK;
    int16_t last = 0;

    (void)plc_init(&conceal->plc);
    if (conceal->factor > 1) {
        status = begin_high(conceal, &last);
    } else {
        (void)plc_rx(&conceal->plc, conceal->history, HISTORY - LEAD);
        invent_lead(conceal, LEAD, &last);
    }
    conceal->step = conceal->history[history_samples(conceal) - 1] - last;
    conceal->step_left = fade_samples(conceal);
    conceal->inventing = status == STATUS_OK;
    return status;
}

/* What was heard last and what is invented first need not meet: no click where they do not. */
static void even_out(struct decoder_conceal *conceal, int16_t *pcm, size_t samples)
{
    int32_t all = (int32_t)fade_samples(conceal);

    for (size_t i = 0; i < samples && conceal->step_left; i++, conceal->step_left--) {
        int32_t value = pcm[i] + conceal->step * (int32_t)conceal->step_left / all;

        pcm[i] = (int16_t)(value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);
    }
}

void decoder_conceal_invent(struct decoder_conceal *conceal, int16_t *pcm, size_t samples)
{
    size_t factor = conceal->factor;

    if (!conceal->inventing && begin(conceal) != STATUS_OK) {
        end_inventing(conceal);
        memset(pcm, 0, samples * sizeof *pcm);
        return;
    }
    while (samples) {
        int16_t low[PART];
        size_t part = samples < PART * factor ? samples : PART * factor;
        /* what is no whole sample at 8 kHz is cut: less than a period of what is heard */
        size_t part_low = (part + factor - 1) / factor;

        (void)plc_fillin(&conceal->plc, low, (int)part_low);
        if (factor == 1)
            memcpy(pcm, low, part * sizeof *pcm);
        else
            resample_run(conceal->up, low, part_low, pcm, part);
        even_out(conceal, pcm, part);
        pcm += part;
        samples -= part;
    }
}

void decoder_conceal_forget(struct decoder_conceal *conceal)
{
    end_inventing(conceal);
    memset(conceal->history, 0, history_samples(conceal) * sizeof conceal->history[0]);
}
