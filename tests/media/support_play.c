#include "media/support.h"

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audio/line.h"
#include "session/sender_clock.h"
#include "session/track.h"

enum {
    FRAME = LINE_HZ / 50,
    FRAME_SAMPLES = RATE_HZ / 50,
    OPUS_HEAD_PRE_SKIP = 10, /* where it stands in the header (RFC 7845 section 5.1) */
};

static const struct sockaddr_storage nowhere = {.ss_family = AF_UNSPEC};

/* --- into a leg --------------------------------------------------------------------------------
 */

static void read_up_to(struct played_leg *played, int64_t position)
{
    size_t samples = (size_t)(position * RATE_HZ / LINE_HZ);

    if (samples <= played->samples)
        return;
    if (samples > played->cap) {
        played->cap = 2 * samples;
        played->pcm = realloc(played->pcm, played->cap * sizeof *played->pcm);
        assert_non_null(played->pcm);
    }
    leg_read(played->leg, RATE_HZ, played->pcm + played->samples, samples - played->samples);
    played->samples = samples;
}

/* As a track with this one leg does. */
static void advance_leg(struct played_leg *played, int64_t horizon_ns)
{
    int64_t window_ns = horizon_ns - RECORDING_REORDER_MS * CLOCK_NS_PER_MS;
    int64_t passed_ns = horizon_ns - TRACK_IDLE_MS * CLOCK_NS_PER_MS;

    leg_settle(played->leg, horizon_ns);
    int64_t due = leg_due(played->leg, window_ns);
    int64_t due_ns = (due + FRAME - 1) / FRAME * 20 * CLOCK_NS_PER_MS;
    if (due_ns > window_ns)
        due_ns = window_ns;
    if (due_ns > passed_ns)
        passed_ns = due_ns;
    for (;;) {
        int64_t position = (int64_t)(played->samples / FRAME_SAMPLES) * FRAME;
        if (position + FRAME > leg_ready(played->leg, passed_ns))
            break;
        read_up_to(played, position + FRAME);
    }
}

/* What signalling and senders told in the time up to now. */
static void tell_leg(const struct script *script, size_t leg, struct played_leg *played,
                     int64_t from_ms, int64_t to_ms)
{
    for (size_t i = 0; i < script->holds; i++) {
        const struct script_hold *hold = &script->hold[i];
        if (hold->leg != leg || hold->at_ms < from_ms || hold->at_ms >= to_ms)
            continue;
        if (hold->pause)
            leg_pause(played->leg, LEG_PAUSE_CONTROL, hold->held, "", hold->at_ms * NS_PER_MS);
        else
            leg_hold(played->leg, hold->held, hold->at_ms * NS_PER_MS);
    }
    for (size_t i = 0; i < script->reports; i++)
        if (script->report[i].leg == leg && script->report[i].at_ms >= from_ms &&
            script->report[i].at_ms < to_ms)
            leg_report(played->leg, &script->report[i].report, script->report[i].cname, &nowhere);
}

void script_play_leg(struct script *script, size_t leg, const struct recording_format *formats,
                     size_t format_count, int64_t stopped_ms, struct played_leg *played)
{
    size_t next = 0;

    *played = (struct played_leg){0};
    script_sort(script);
    assert_int_equal(leg_create(formats, format_count, &played->leg), STATUS_OK);
    leg_begin(played->leg, &test_setup, &played->senders, 0, 0);
    if (script->policy.mask_channels)
        leg_mask(played->leg);
    for (int64_t now_ms = SCRIPT_STEP_MS; now_ms <= stopped_ms; now_ms += SCRIPT_STEP_MS) {
        tell_leg(script, leg, played, now_ms - SCRIPT_STEP_MS, now_ms);
        for (; next < script->count && script->packet[next].arrival_ns < now_ms * NS_PER_MS;
             next++) {
            const struct script_packet *packet = &script->packet[next];
            if (packet->leg == leg && !packet->lost)
                leg_receive(played->leg, packet->data, packet->data_bytes, packet->arrival_ns);
        }
        advance_leg(played, now_ms * NS_PER_MS);
    }
    leg_settle(played->leg, INT64_MAX);
    int64_t end = stopped_ms * LINE_PER_MS;
    if (leg_audio_end(played->leg) > end)
        end = leg_audio_end(played->leg);
    read_up_to(played, end);
    leg_finish(played->leg, end);
}

void played_leg_deinit(struct played_leg *played)
{
    leg_destroy(played->leg);
    sender_clocks_deinit(&played->senders);
    free(played->pcm);
}

/* --- into a track ------------------------------------------------------------------------------
 */

static void tell_track(const struct script *script, struct track *track,
                       struct recording_stream *streams, size_t stream_count, int64_t from_ms,
                       int64_t to_ms)
{
    for (size_t i = 0; i < script->holds; i++) {
        const struct script_hold *hold = &script->hold[i];
        if (hold->at_ms < from_ms || hold->at_ms >= to_ms)
            continue;
        if (hold->pause) {
            const struct recording_control control = {
                .paused = hold->held,
                .channels = 1U << streams[hold->leg].channel,
                .by = RECORDING_CONTROL_API,
                .detail = "201: card",
            };
            track_control(track, &control, hold->at_ms * NS_PER_MS);
            continue;
        }
        streams[hold->leg].held = hold->held;
        track_update(track, streams, stream_count, hold->at_ms * NS_PER_MS);
    }
    for (size_t i = 0; i < script->reports; i++) {
        const struct script_report *report = &script->report[i];
        if (report->at_ms >= from_ms && report->at_ms < to_ms)
            track_report(track, report->leg, &report->report, report->cname, &nowhere);
    }
}

/* Without the pre-skip, and cut to the length that the last page names. */
static void decode_played(struct played *played)
{
    struct ogg_packets packets;
    size_t frames;
    int16_t *pcm = decode_stream(&played->memory, &frames);

    ogg_split(&played->memory.stream, &packets);
    const uint8_t *skip = packets.data[0] + OPUS_HEAD_PRE_SKIP;
    size_t pre_skip = (size_t)skip[0] | (size_t)skip[1] << 8;
    size_t length = (size_t)packets.last_granule;
    assert_true(packets.ended);
    assert_true(length <= frames * FRAME && length >= pre_skip);
    ogg_packets_deinit(&packets);
    played->frames = length - pre_skip;
    memmove(pcm, pcm + pre_skip * 2, played->frames * 2 * sizeof *pcm);
    played->pcm = pcm;
}

void script_play(struct script *script, const struct recording_stream *streams, size_t stream_count,
                 int64_t stopped_ms, struct played *played)
{
    struct recording_stream now[BOUND_CALL_STREAMS];
    struct track *track = NULL;
    size_t next = 0;

    memcpy(now, streams, stream_count * sizeof *now);
    memory_sink_init(&played->memory);
    script_sort(script);
    assert_int_equal(track_create(streams, stream_count, 1, &track, NULL), STATUS_OK);
    track_begin(track, &test_setup, &script->policy, &played->memory.sink, &played->memory);
    for (int64_t now_ms = SCRIPT_STEP_MS; now_ms <= stopped_ms; now_ms += SCRIPT_STEP_MS) {
        tell_track(script, track, now, stream_count, now_ms - SCRIPT_STEP_MS, now_ms);
        for (; next < script->count && script->packet[next].arrival_ns < now_ms * NS_PER_MS;
             next++) {
            const struct script_packet *packet = &script->packet[next];
            if (!packet->lost)
                track_receive(track, packet->leg, packet->data, packet->data_bytes,
                              packet->arrival_ns);
        }
        track_advance(track, now_ms * NS_PER_MS);
    }
    assert_int_equal(next, script->count);
    finish(track, stopped_ms * NS_PER_MS);
    decode_played(played);
    assert_int_equal(played->frames, played->memory.end.duration_ms * LINE_PER_MS);
}

void played_deinit(struct played *played)
{
    memory_sink_deinit(&played->memory);
    free(played->pcm);
}
