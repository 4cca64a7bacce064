#include "session/digits.h"

enum {
    JOINS_PER_SECOND = 50, /* a segment that begins 20 ms behind the one before goes on with it */
    OVERTAKEN_S = 5,       /* farther back a timestamp is of another beginning */
};

/* A segment goes on with the press before; each has a timestamp of its own. */
static bool goes_on(const struct digits *digits, uint32_t ahead, uint32_t clock_hz,
                    const struct codec_event *event)
{
    return !digits->ended && digits->event == event->event &&
           ahead <= digits->duration + clock_hz / JOINS_PER_SECOND;
}

bool digits_take(struct digits *digits, uint32_t ssrc, uint32_t timestamp, uint32_t clock_hz,
                 const struct codec_event *event)
{
    uint32_t ahead = timestamp - digits->timestamp;
    bool same = digits->any && digits->ssrc == ssrc;

    if (same && -ahead <= OVERTAKEN_S * clock_hz && ahead)
        return false;
    bool known = same && (!ahead || goes_on(digits, ahead, clock_hz, event));
    if (!known)
        *digits = (struct digits){.any = true, .ssrc = ssrc, .event = event->event};
    digits->timestamp = timestamp;
    digits->duration = event->duration;
    digits->ended = digits->ended || event->end;
    return !known;
}
