/* Digits are silenced where they sound. */
#include "session/leg.h"

#include <string.h>

#include "audio/line.h"
#include "session/leg_private.h"

void leg_mask(struct leg *leg)
{
    leg->account.mask = true;
}

static void silence(struct leg *leg, uint32_t rate_hz, int16_t *pcm, size_t from, size_t until)
{
    int64_t unit = LINE_HZ / rate_hz;

    memset(pcm + from, 0, (until - from) * sizeof *pcm);
    leg_account_masked(&leg->account, leg->position + (int64_t)from * unit,
                       leg->position + (int64_t)until * unit);
}

/* Which sample of what is read next lies at a position, or the nearest. */
static size_t sample_at(const struct leg *leg, int64_t position, uint32_t rate_hz, size_t samples)
{
    int64_t unit = LINE_HZ / rate_hz;
    int64_t ahead = position - leg->position;

    if (ahead <= 0)
        return 0;
    return ahead / unit < (int64_t)samples ? (size_t)(ahead / unit) : samples;
}

static void silence_presses(struct leg *leg, uint32_t rate_hz, int16_t *pcm, size_t samples)
{
    const struct leg_account *account = &leg->account;

    for (size_t i = 0; i < account->presses && i < LEG_PRESSES_MAX; i++) {
        size_t from = sample_at(leg, account->press[i].start, rate_hz, samples);
        size_t until = sample_at(leg, account->press[i].end, rate_hz, samples);
        if (from < until)
            silence(leg, rate_hz, pcm, from, until);
    }
}

/* Whether something of what was read from the leg's position on is like what was lost there. */
static bool is_invented(const struct leg *leg)
{
    for (size_t i = 0; i < LEG_VOICES_MAX; i++)
        if (leg->voice[i] && voice_invented_end(leg->voice[i]) > leg->position)
            return true;
    return false;
}

void leg_mask_frame(struct leg *leg, uint32_t rate_hz, int16_t *pcm, size_t samples)
{
    char pressed;
    bool on = tone_mask_is_on(&leg->mask);
    bool found = tone_mask_take(&leg->mask, pcm, samples, rate_hz, &pressed);

    if (is_invented(leg))
        found = tone_mask_prolong(&leg->mask, on, &pressed);
    /* a sender of events may send their sound too: that is the same digit */
    if (pressed && !leg->digits.any)
        leg->pressed = pressed;
    if (found)
        silence(leg, rate_hz, pcm, 0, samples);
    else
        silence_presses(leg, rate_hz, pcm, samples);
}
