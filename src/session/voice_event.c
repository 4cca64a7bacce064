/* Digits pressed (RFC 4733): when, how long, and which. */
#include "session/voice.h"

#include <stdio.h>
#include <stdlib.h>

#include "audio/codec_event.h"
#include "audio/line.h"
#include "session/voice_private.h"

enum {
    EVENT_JOIN_MS = 20, /* a segment that begins so near the end of one before goes on with it */
    EVENT_ASTRAY_MS = 2000, /* a timestamp that is so far from the arrival tells nothing */
    EVENT_TEXT_BYTES = 16,
};

void voice_event_over(struct voice *voice)
{
    struct voice_event *event = &voice->event;
    char number[EVENT_TEXT_BYTES];
    bool masked = event->hidden || voice->leg.account->mask;
    const char *name = masked ? "*" : codec_event_name(event->event);

    if (!event->set || event->told)
        return;
    (void)snprintf(number, sizeof number, "event %u", (unsigned)event->event);
    notes_add_stretch(&voice->leg.account->events, event->start / LINE_PER_MS,
                      event->end / LINE_PER_MS, -1, "dtmf", name ? name : number);
    event->told = true;
}

void voice_end_event(struct voice *voice, int64_t arrival_ns)
{
    const struct voice_event *event = &voice->event;

    if (event->ended ||
        event->end + (int64_t)LEG_PRESS_OPEN_MS * LINE_PER_MS < line_of_ns(arrival_ns))
        voice_event_over(voice);
}

/* Where a timestamp lies on the line, as the audio beside it does. */
static int64_t position_of(const struct voice_run *run, uint32_t timestamp, int64_t duration,
                           int64_t arrival)
{
    const struct placement_epoch *epoch = run ? &run->placement.current : NULL;

    int64_t by_arrival = arrival > duration ? arrival - duration : 0;

    if (!epoch || !epoch->set)
        return by_arrival;
    int64_t ticks = epoch->ticks + (int32_t)(timestamp - epoch->timestamp);
    int64_t position = epoch->anchor + ticks * LINE_HZ / (int64_t)epoch->clock_hz;
    bool astray = llabs(position + duration - arrival) > (int64_t)EVENT_ASTRAY_MS * LINE_PER_MS;
    return astray || position < 0 ? by_arrival : position;
}

/* A segment goes on with the event before; each has a timestamp of its own. */
static bool goes_on(const struct voice_event *event, const struct codec_event *parsed,
                    uint32_t timestamp, int64_t start)
{
    return !event->ended && event->event == parsed->event &&
           (int32_t)(timestamp - event->timestamp) > 0 &&
           start <= event->end + (int64_t)EVENT_JOIN_MS * LINE_PER_MS;
}

static void take_event(struct voice *voice, const struct codec_event *parsed, uint32_t timestamp,
                       int64_t start, int64_t duration)
{
    struct voice_event *event = &voice->event;
    bool known = event->set && timestamp == event->timestamp;

    if (event->set && (int32_t)(timestamp - event->timestamp) < 0)
        return; /* overtaken by the one behind */
    if (event->set && !known && goes_on(event, parsed, timestamp, start)) {
        event->timestamp = timestamp;
        event->segment = start;
        known = true;
    }
    if (!known) {
        voice_event_over(voice);
        *event = (struct voice_event){
            .set = true,
            .event = parsed->event,
            .timestamp = timestamp,
            .start = start,
            .segment = start,
            .end = start,
        };
    }
    int64_t end = event->segment + duration;
    event->end = end > event->end ? end : event->end;
    event->ended = event->ended || parsed->end;
    leg_account_pressed(voice->leg.account, event->start, event->end, event->ended);
}

bool voice_hide_event(struct voice *voice)
{
    voice->event.hidden = true;
    return voice->event.set && !voice->event.told;
}

void voice_receive_event(struct voice *voice, const struct voice_packet *what)
{
    const struct rtp_packet *packet = what->packet;
    struct voice_run *run = voice_find_run(voice, what, 0);
    struct codec_event parsed;

    voice_receive_other(voice, what);
    if (codec_event_parse(packet->payload, packet->payload_bytes, &parsed) != STATUS_OK)
        return;
    uint32_t clock_hz = what->clock_hz ? what->clock_hz : voice->leg.clock_hz;
    if (run && run->placement.current.set)
        clock_hz = run->placement.current.clock_hz;
    int64_t duration = (int64_t)parsed.duration * LINE_HZ / (int64_t)clock_hz;
    take_event(voice, &parsed, packet->timestamp,
               position_of(run, packet->timestamp, duration, line_of_ns(what->arrival_ns)),
               duration);
}
