#include "session/controls.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"

static const char source_detail[] = "inactive";

static unsigned bit_of(enum recording_channel channel)
{
    return 1U << channel;
}

static void mask_leg(const struct controls *controls, const struct controlled_leg *leg)
{
    if (controls->mask_channels & bit_of(leg->channel))
        leg_mask(leg->leg);
}

void controls_begin(struct controls *controls, const struct recording_policy *policy,
                    const struct recording_sink *sink, void *handle)
{
    controls->sink = sink;
    controls->handle = handle;
    controls->mask_channels = policy->mask_channels;
    pause_begin(&controls->pause, policy);
    for (size_t i = 0; i < controls->legs; i++)
        mask_leg(controls, &controls->leg[i]);
}

void controls_add(struct controls *controls, struct leg *leg, enum recording_channel channel,
                  int64_t at_ns)
{
    assert(controls->legs < BOUND_CALL_STREAMS);
    struct controlled_leg *added = &controls->leg[controls->legs++];

    *added = (struct controlled_leg){.leg = leg, .channel = channel};
    mask_leg(controls, added);
    if (pause_channels(&controls->pause) & bit_of(channel))
        leg_pause(leg, LEG_PAUSE_CONTROL, true, pause_detail(&controls->pause, channel), at_ns);
}

static void tell(const struct controls *controls, const struct recording_control *control,
                 int64_t at_ns)
{
    /* before it begins nobody is told: what its streams begin with is no change */
    if (controls->sink && controls->sink->controlled)
        controls->sink->controlled(controls->sink->context, controls->handle, control,
                                   at_ns / CLOCK_NS_PER_MS);
}

/* Whether the source paused all that it sends on a channel. */
static bool source_paused(const struct controls *controls, enum recording_channel channel)
{
    bool paused = false;

    for (size_t i = 0; i < controls->legs; i++) {
        const struct controlled_leg *leg = &controls->leg[i];
        if (leg->channel != channel || leg->withdrawn)
            continue;
        if (!leg->source_paused)
            return false;
        paused = true;
    }
    return paused;
}

static void tell_source(struct controls *controls, enum recording_channel channel, int64_t at_ns)
{
    const struct recording_control control = {
        .paused = source_paused(controls, channel),
        .channels = bit_of(channel),
        .by = RECORDING_CONTROL_SIP,
        .detail = source_detail,
    };

    if (control.paused == ((controls->source_channels & control.channels) != 0))
        return;
    controls->source_channels ^= control.channels;
    tell(controls, &control, at_ns);
}

void controls_hold(struct controls *controls, size_t leg, const struct recording_stream *stream,
                   int64_t at_ns)
{
    struct controlled_leg *of = &controls->leg[leg];
    bool paused = stream->held && stream->hold_is_pause && !stream->withdrawn;

    /* paused first, held no longer after: nothing is heard between the two */
    if (paused)
        leg_pause(of->leg, LEG_PAUSE_SOURCE, true, source_detail, at_ns);
    leg_hold(of->leg, stream->held, at_ns);
    if (!paused)
        leg_pause(of->leg, LEG_PAUSE_SOURCE, false, "", at_ns);
    of->source_paused = paused;
    of->withdrawn = stream->withdrawn;
    tell_source(controls, of->channel, at_ns);
}

static void apply(struct controls *controls, const struct recording_control *control, int64_t at_ns)
{
    const char *detail = control->detail ? control->detail : "";

    at_ns = pause_apply(&controls->pause, control, at_ns);
    for (size_t i = 0; i < controls->legs; i++)
        if (control->channels & bit_of(controls->leg[i].channel))
            leg_pause(controls->leg[i].leg, LEG_PAUSE_CONTROL, control->paused, detail, at_ns);
    tell(controls, control, at_ns);
}

/* Pauses whose limit is over by then end, when it was over. */
static void expire(struct controls *controls, int64_t now_ns)
{
    struct recording_control control = {.by = RECORDING_CONTROL_LIMIT, .detail = "limit"};
    int64_t at_ns;

    while ((control.channels = pause_expired(&controls->pause, now_ns, &at_ns)))
        apply(controls, &control, at_ns);
}

void controls_apply(struct controls *controls, const struct recording_control *control,
                    int64_t at_ns)
{
    /* a limit may have been over since the last sweep: what is read next may have come then */
    expire(controls, at_ns);
    apply(controls, control, at_ns);
}

void controls_pass(struct controls *controls, int64_t now_ns)
{
    expire(controls, now_ns);
    if (now_ns > controls->arrived_ns)
        controls->arrived_ns = now_ns;
}

/*
 * Apply a code. Some clients tell a press twice, by their signalling and by an event, or on two
 * legs: what completes a code soon after it came another way is the same press.
 *
 * way  a leg's index, or CONTROLS_SIGNALLING.
 */
static void apply_code(struct controls *controls, enum pause_code code, size_t way, int64_t at_ns)
{
    bool one_code = !strcmp(controls->pause.pause_code, controls->pause.resume_code);
    bool again = (one_code || code == controls->code) && controls->code != PAUSE_CODE_NONE &&
                 way != controls->code_way &&
                 at_ns - controls->code_ns < CONTROLS_SAME_MS * CLOCK_NS_PER_MS;
    const struct recording_control control = {
        .paused = code == PAUSE_CODE_PAUSE,
        .channels = RECORDING_BOTH,
        .by = RECORDING_CONTROL_DIGITS,
        .detail = "digits",
    };

    if (again)
        return;
    controls->code = code;
    controls->code_way = way;
    controls->code_ns = at_ns;
    controls_apply(controls, &control, at_ns);
}

void controls_told_press(struct controls *controls, char digit, int64_t at_ns)
{
    size_t digits;
    enum pause_code code = pause_press(&controls->pause, &controls->told, digit, at_ns, &digits);

    if (code != PAUSE_CODE_NONE)
        apply_code(controls, code, CONTROLS_SIGNALLING, at_ns);
}

void controls_press(struct controls *controls, size_t leg)
{
    struct controlled_leg *of = &controls->leg[leg];
    char pressed = leg_take_pressed(of->leg);
    size_t digits;

    if (!pressed)
        return;
    enum pause_code code =
        pause_press(&controls->pause, &of->pressed, pressed, controls->arrived_ns, &digits);
    if (code == PAUSE_CODE_NONE)
        return;
    leg_hide_pressed(of->leg, digits);
    /* others' packets that arrived later than this one may have been taken in already */
    apply_code(controls, code, leg, controls->arrived_ns);
}
