/* When nothing of a leg is to be heard, and which digits are pressed on it. */
#include "session/leg.h"

#include "audio/codec_event.h"
#include "session/leg_private.h"

static bool is_paused(const struct leg *leg)
{
    return leg->paused[LEG_PAUSE_SOURCE] || leg->paused[LEG_PAUSE_CONTROL];
}

/* Nothing is to be heard, or is again; what is paused is so for certain. */
static void mute(struct leg *leg, int64_t at_ns)
{
    if (is_paused(leg))
        holds_pause(&leg->holds, true, 0, at_ns);
    else
        holds_set(&leg->holds, leg->held, at_ns);
}

void leg_hold(struct leg *leg, bool held, int64_t at_ns)
{
    leg->held = held;
    mute(leg, at_ns);
}

void leg_pause(struct leg *leg, enum leg_pause whose, bool paused, const char *detail,
               int64_t at_ns)
{
    if (!paused && !leg->paused[whose])
        return;
    leg->paused[whose] = paused;
    leg->pause_detail[whose] = paused ? leg_account_detail(&leg->account, detail) : 0;
    uint32_t now = leg->paused[LEG_PAUSE_CONTROL] ? leg->pause_detail[LEG_PAUSE_CONTROL]
                                                  : leg->pause_detail[LEG_PAUSE_SOURCE];
    holds_pause(&leg->pauses, is_paused(leg), now, at_ns);
    mute(leg, at_ns);
}

/* What other voices pressed before is told before it: so they are in order. */
static void end_presses(struct leg *leg, uint32_t ssrc, int64_t arrival_ns)
{
    for (size_t i = 0; i < LEG_VOICES_MAX; i++)
        if (leg->voice[i] && voice_ssrc(leg->voice[i]) != ssrc)
            voice_end_event(leg->voice[i], arrival_ns);
}

bool leg_follow_press(struct leg *leg, const struct voice_packet *what)
{
    const struct rtp_packet *packet = what->packet;
    uint32_t clock_hz = what->clock_hz ? what->clock_hz : leg_codec(leg)->clock_rate_hz;
    bool paused = holds_at(&leg->pauses, what->arrival_ns);
    struct codec_event event;

    if (codec_event_parse(packet->payload, packet->payload_bytes, &event) != STATUS_OK)
        return !paused;
    if (digits_take(&leg->digits, packet->ssrc, packet->timestamp, clock_hz, &event)) {
        const char *name = codec_event_name(event.event);
        end_presses(leg, packet->ssrc, what->arrival_ns);
        leg->digits.untold = paused;
        leg->told = leg->told << 1 | !holds_at(&leg->holds, what->arrival_ns);
        leg->pressed = '\0';
        if (name && !name[1])
            leg->pressed = name[0];
    }
    return !leg->digits.untold;
}

char leg_take_pressed(struct leg *leg)
{
    char pressed = leg->pressed;

    leg->pressed = '\0';
    return pressed;
}

void leg_hide_pressed(struct leg *leg, size_t count)
{
    size_t told = 0;

    for (size_t i = 0; i < count; i++)
        told += leg->told >> i & 1;
    /* a voice tells one when the next begins, its own or another's */
    for (size_t i = 0; i < LEG_VOICES_MAX && told; i++)
        if (leg->voice[i] && voice_hide_event(leg->voice[i]))
            told--;
    notes_hide(&leg->account.events, "dtmf", told);
}
