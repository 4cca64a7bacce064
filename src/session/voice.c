#include "session/voice.h"

#include <stdlib.h>

#include "audio/line.h"
#include "session/voice_private.h"

enum status voice_create(const struct voice_leg *leg, uint32_t ssrc, int64_t position,
                         struct voice **out)
{
    struct voice *voice = calloc(1, sizeof *voice);

    if (!voice)
        return STATUS_NOMEM;
    voice->leg = *leg;
    voice->ssrc = ssrc;
    voice->position = position;
    voice_clock_init(&voice->clock, leg->senders, leg->number);
    enum status status = timeline_create(&voice->timeline);
    if (status != STATUS_OK) {
        free(voice);
        return status;
    }
    timeline_begin(voice->timeline, position);
    *out = voice;
    return STATUS_OK;
}

void voice_destroy(struct voice *owned_voice)
{
    if (!owned_voice)
        return;
    for (size_t i = 0; i < VOICE_RUNS_MAX; i++)
        for (struct held_packet *held; (held = held_packets_take(&owned_voice->run[i].held));)
            free(held);
    timeline_destroy(owned_voice->timeline);
    audio_decoder_destroy(owned_voice->decoder);
    voice_output_deinit(&owned_voice->output);
    free(owned_voice->pcm);
    free(owned_voice);
}

uint32_t voice_ssrc(const struct voice *voice)
{
    return voice->ssrc;
}

int64_t voice_last_arrival_ns(const struct voice *voice)
{
    int64_t last_ns = -1;

    for (size_t i = 0; i < VOICE_RUNS_MAX; i++)
        if (voice->run[i].used && voice->run[i].last_arrival_ns > last_ns)
            last_ns = voice->run[i].last_arrival_ns;
    return last_ns;
}

void voice_shift(struct voice *voice, int64_t by)
{
    for (size_t i = 0; i < VOICE_RUNS_MAX; i++) {
        placement_shift(&voice->run[i].placement, by);
        held_packets_shift(&voice->run[i].held, by);
        voice->run[i].last_offset -= by;
    }
    voice->anchor.start += by;
    voice_clock_shift(&voice->clock, by);
    /* what is dropped here came, and was placed: it is cut off because it came too late */
    (void)timeline_shift(voice->timeline, by);
}

void voice_report(struct voice *voice, struct sender_clock *sender,
                  const struct rtcp_sender_report *report)
{
    if (voice->clock.clock_hz)
        voice_clock_report(&voice->clock, sender, report);
}

bool voice_holds(const struct voice *voice)
{
    for (size_t i = 0; i < VOICE_RUNS_MAX; i++)
        if (voice->run[i].held.count)
            return true;
    return false;
}

int64_t voice_ready(const struct voice *voice, int64_t passed)
{
    int64_t ready = timeline_ready(voice->timeline, passed);

    if (voice->anchor.fresh && ready > voice->anchor.start)
        ready = voice->anchor.start > passed ? voice->anchor.start : passed;
    return ready;
}

int64_t voice_due(const struct voice *voice, int64_t arrival)
{
    int64_t due = timeline_due(voice->timeline, arrival);

    /* of a packet that is being read, the rest does not wait */
    return due > timeline_position(voice->timeline) ? due : voice->position;
}

size_t voice_waiting(const struct voice *voice)
{
    return timeline_waiting(voice->timeline);
}

int64_t voice_audio_end(const struct voice *voice)
{
    if (timeline_waiting(voice->timeline))
        return timeline_occupied_end(voice->timeline);
    return voice->last.any ? voice->last.end : 0;
}

int64_t voice_invented_end(const struct voice *voice)
{
    return voice->invented_to;
}

uint64_t voice_lost(const struct voice *voice)
{
    uint64_t lost = 0;

    for (size_t i = 0; i < VOICE_RUNS_MAX; i++)
        if (voice->run[i].used)
            lost += rtp_sequence_lost(&voice->run[i].sequence);
    return lost;
}
