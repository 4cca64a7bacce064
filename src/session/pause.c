#include "session/pause.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

void pause_begin(struct pause *pause, const struct recording_policy *policy)
{
    *pause = (struct pause){.max_ms = policy->pause_max_ms};
    (void)snprintf(pause->pause_code, sizeof pause->pause_code, "%s", policy->pause_code);
    (void)snprintf(pause->resume_code, sizeof pause->resume_code, "%s", policy->resume_code);
}

/* How long a pause may last: the lesser of the two limits that are set; 0: for ever. */
static int64_t limit_ms(const struct pause *pause, const struct recording_control *control)
{
    int64_t asked_ms = control->limit_ms;

    if (asked_ms <= 0)
        return pause->max_ms;
    return pause->max_ms > 0 && pause->max_ms < asked_ms ? pause->max_ms : asked_ms;
}

/* A limit that is too long for the clock is none. */
static int64_t until_ns(int64_t at_ns, int64_t limit)
{
    return limit > 0 && limit < (INT64_MAX - at_ns) / CLOCK_NS_PER_MS
               ? at_ns + limit * CLOCK_NS_PER_MS
               : INT64_MAX;
}

int64_t pause_apply(struct pause *pause, const struct recording_control *control, int64_t at_ns)
{
    if (at_ns < pause->last_ns)
        at_ns = pause->last_ns;
    pause->last_ns = at_ns;
    for (unsigned i = 0; i < PAUSE_CHANNELS; i++) {
        struct pause_channel *channel = &pause->channel[i];
        if (!(control->channels & 1U << i))
            continue;
        channel->paused = control->paused;
        channel->detail[0] = '\0';
        if (!control->paused)
            continue;
        channel->until_ns = until_ns(at_ns, limit_ms(pause, control));
        (void)snprintf(channel->detail, sizeof channel->detail, "%s",
                       control->detail ? control->detail : "");
    }
    return at_ns;
}

unsigned pause_expired(const struct pause *pause, int64_t now_ns, int64_t *at_ns)
{
    int64_t first_ns = INT64_MAX;
    unsigned channels = 0;

    for (unsigned i = 0; i < PAUSE_CHANNELS; i++) {
        const struct pause_channel *channel = &pause->channel[i];
        if (!channel->paused || channel->until_ns > now_ns || channel->until_ns > first_ns)
            continue;
        if (channel->until_ns < first_ns)
            channels = 0;
        first_ns = channel->until_ns;
        channels |= 1U << i;
    }
    if (channels)
        *at_ns = first_ns;
    return channels;
}

unsigned pause_channels(const struct pause *pause)
{
    unsigned channels = 0;

    for (unsigned i = 0; i < PAUSE_CHANNELS; i++)
        if (pause->channel[i].paused)
            channels |= 1U << i;
    return channels;
}

const char *pause_detail(const struct pause *pause, enum recording_channel channel)
{
    return pause->channel[channel].detail;
}

/* Whether the digits pressed last are a code's. */
static bool ends_with(const struct pause_pressed *pressed, const char *code)
{
    size_t digits = strlen(code);

    return digits && digits <= pressed->count &&
           !memcmp(pressed->digit + pressed->count - digits, code, digits);
}

static void add_digit(struct pause_pressed *pressed, char digit, int64_t at_ns)
{
    if (at_ns - pressed->last_ns > PAUSE_DIGIT_GAP_MS * CLOCK_NS_PER_MS)
        pressed->count = 0;
    if (pressed->count == sizeof pressed->digit)
        memmove(pressed->digit, pressed->digit + 1, --pressed->count);
    pressed->digit[pressed->count++] = digit;
    pressed->last_ns = at_ns;
}

enum pause_code pause_press(const struct pause *pause, struct pause_pressed *pressed, char digit,
                            int64_t at_ns, size_t *digits)
{
    bool all = pause_channels(pause) == RECORDING_BOTH;

    add_digit(pressed, digit, at_ns);
    bool pauses = ends_with(pressed, pause->pause_code);
    bool resumes = ends_with(pressed, pause->resume_code);
    /* where one ends like the other: what changes something is meant */
    if (pauses && resumes)
        pauses = !all;
    if (!pauses && !resumes)
        return PAUSE_CODE_NONE;
    pressed->count = 0;
    *digits = strlen(pauses ? pause->pause_code : pause->resume_code);
    return pauses ? PAUSE_CODE_PAUSE : PAUSE_CODE_RESUME;
}
