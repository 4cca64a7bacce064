#include "session/track.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/line.h"
#include "encode/opus_frame.h"
#include "session/controls.h"
#include "session/leg.h"
#include "session/notes.h"
#include "session/track_encoder.h"
#include "session/track_end.h"
#include "session/track_journal.h"
#include "session/track_pages.h"

enum {
    MS_PER_S = 1000,
    FRAME_MS = MS_PER_S / OPUS_FRAMES_PER_SECOND,
    GRANULE_PER_MS = OPUS_RATE_HZ / MS_PER_S,
};

static_assert((int)LINE_HZ == (int)OPUS_RATE_HZ, "positions are granule positions");

struct track {
    size_t leg_count;
    struct leg *leg[BOUND_CALL_STREAMS];
    struct track_end_leg about[BOUND_CALL_STREAMS];
    bool mixed_only[BOUND_CALL_STREAMS]; /* told of the leg */
    const struct audio_setup *setup;
    struct sender_clocks senders;
    struct controls controls;
    struct track_encoder encoder;
    struct notes notes;
    struct track_journal journal;
    int64_t talk_over_ms;
    struct track_pages pages;
};

/* What is agreed for a stream; NULL where it cannot be heard. */
static const struct audio_codec *codec_of(const struct recording_stream *stream)
{
    const struct recording_format *format = &stream->format[0];
    const struct audio_codec *codec =
        stream->formats ? audio_codec_find(format->codec, format->clock_rate_hz) : NULL;

    return codec && codec->kind == AUDIO_SOUND ? codec : NULL;
}

bool track_accepts(const struct recording_stream *stream)
{
    return codec_of(stream) != NULL;
}

static enum status refuse(const struct recording_stream *stream, struct fault *fault)
{
    return fault_set(fault, STATUS_UNSUPPORTED, 0, "codec %s/%u", stream->format[0].codec,
                     stream->format[0].clock_rate_hz);
}

enum status track_make_leg(const struct recording_stream *stream, struct leg **out,
                           struct fault *fault)
{
    if (!track_accepts(stream))
        return refuse(stream, fault);
    enum status status = leg_create(stream->format, stream->formats, out);
    if (status != STATUS_OK)
        return fault_set(fault, status, 0, "make a leg");
    return STATUS_OK;
}

/* What is told of a leg at the end, as signalling knows it now; the channel stays. */
static void describe(struct track_end_leg *about, const struct recording_stream *stream)
{
    about->party = stream->party;
    (void)snprintf(about->label, sizeof about->label, "%s", stream->label);
}

static void put_leg(struct track *track, const struct recording_stream *stream,
                    struct leg *owned_leg, int64_t at_ns)
{
    assert(track->leg_count < BOUND_CALL_STREAMS);
    track_encoder_put(&track->encoder, stream->channel, owned_leg, track->leg_count);
    track->leg[track->leg_count] = owned_leg;
    track->about[track->leg_count].channel = stream->channel;
    describe(&track->about[track->leg_count], stream);
    track->leg_count++;
    controls_add(&track->controls, owned_leg, stream->channel, at_ns);
    controls_hold(&track->controls, track->leg_count - 1, stream, at_ns);
}

static enum status create_leg(struct track *track, const struct recording_stream *stream,
                              struct fault *fault)
{
    struct leg *leg = NULL;

    enum status status = track_make_leg(stream, &leg, fault);
    if (status == STATUS_OK)
        put_leg(track, stream, leg, 0);
    return status;
}

/* A channel begins at the highest rate that is agreed for its streams. */
static enum status set_rates(struct track *track, const struct recording_stream *streams,
                             size_t stream_count, struct fault *fault)
{
    for (size_t i = 0; i < stream_count; i++) {
        const struct audio_codec *codec = codec_of(&streams[i]);
        assert((size_t)streams[i].channel < OPUS_CHANNELS);
        if (!codec)
            return refuse(&streams[i], fault);
        track_encoder_want(&track->encoder, streams[i].channel, codec->rate_hz);
    }
    return STATUS_OK;
}

enum status track_create(const struct recording_stream *streams, size_t stream_count,
                         uint32_t serial, struct track **out, struct fault *fault)
{
    struct track *track = calloc(1, sizeof *track);

    assert(stream_count >= 1 && stream_count <= BOUND_CALL_STREAMS);
    if (!track)
        return fault_set(fault, STATUS_NOMEM, 0, "make a track");
    notes_init(&track->notes, BOUND_NOTES);
    track_encoder_init(&track->encoder);
    track_pages_init(&track->pages, serial);
    enum status status = set_rates(track, streams, stream_count, fault);
    for (size_t i = 0; i < stream_count && status == STATUS_OK; i++)
        status = create_leg(track, &streams[i], fault);
    if (status == STATUS_OK)
        status = track_encoder_open(&track->encoder, fault);
    if (status != STATUS_OK) {
        track_destroy(track);
        return status;
    }
    *out = track;
    return STATUS_OK;
}

void track_destroy(struct track *owned_track)
{
    if (!owned_track)
        return;
    for (size_t i = 0; i < owned_track->leg_count; i++)
        leg_destroy(owned_track->leg[i]);
    sender_clocks_deinit(&owned_track->senders);
    track_encoder_deinit(&owned_track->encoder);
    track_pages_deinit(&owned_track->pages);
    notes_deinit(&owned_track->notes);
    free(owned_track);
}

/* Legs on the channel of a leg, itself included. */
static size_t heard_together(const struct track *track, size_t leg)
{
    return track->encoder.channel[track->about[leg].channel].leg_count;
}

/* Whether each leg is alone on its side anyway. */
static bool sides_suffice(const struct track *track)
{
    for (size_t i = 0; i < track->leg_count; i++)
        if (heard_together(track, i) > 1)
            return false;
    return true;
}

/*
 * How many streams of legs alone there are, for good: as many as its source asks for, or else a few
 * for whoever comes later, and one at least for each leg it begins with where sides do not suffice.
 */
static size_t own_streams(const struct track *track, const struct recording_policy *policy)
{
    size_t own = policy->channels ? policy->channels : TRACK_SPARE_CHANNELS;

    if (!sides_suffice(track) && own < track->leg_count)
        own = track->leg_count;
    return own < OPUS_OWN_MAX ? own : OPUS_OWN_MAX;
}

/* Who can be heard among others only, from now on, is told. */
static void tell_mixed(struct track *track, int64_t at_ms)
{
    for (size_t i = 0; i < track->leg_count; i++) {
        if (track->mixed_only[i] || heard_together(track, i) < 2 ||
            track_encoder_is_own(&track->encoder, i))
            continue;
        track->mixed_only[i] = true;
        notes_add(&track->notes, at_ms, (int)i, "mixed_only", "");
    }
}

void track_begin(struct track *track, const struct audio_setup *setup,
                 const struct recording_policy *policy, const struct recording_sink *sink,
                 void *handle)
{
    track->setup = setup;
    for (size_t i = 0; i < track->leg_count; i++)
        leg_begin(track->leg[i], setup, &track->senders, 0, 0);
    controls_begin(&track->controls, policy, sink, handle);
    track_pages_begin(&track->pages, sink, handle);
    bool spare = !policy->channels && sides_suffice(track);
    track_encoder_begin(&track->encoder, &policy->encoder, own_streams(track, policy), spare,
                        &track->pages);
    for (size_t i = 0; i < track->leg_count && !spare; i++)
        track_encoder_open_own(&track->encoder, i);
    tell_mixed(track, 0);
}

/* Have a leg that came later alone, and with it, where it is the first to share a side, all. */
static void open_own(struct track *track, size_t leg)
{
    if (!track_encoder_is_spare(&track->encoder)) {
        track_encoder_open_own(&track->encoder, leg);
    } else if (!sides_suffice(track)) {
        track_encoder_wake(&track->encoder);
        notes_add(&track->notes, track->pages.frames * FRAME_MS, -1, "own_channels", "");
    }
}

void track_add(struct track *track, const struct recording_stream *stream, struct leg *owned_leg,
               int64_t begin_ns)
{
    leg_begin(owned_leg, track->setup, &track->senders, begin_ns,
              track->pages.frames * OPUS_FRAME_GRANULE);
    put_leg(track, stream, owned_leg, begin_ns);
    open_own(track, track->leg_count - 1);
    tell_mixed(track, begin_ns / CLOCK_NS_PER_MS);
}

void track_update(struct track *track, const struct recording_stream *streams, size_t stream_count,
                  int64_t at_ns)
{
    for (size_t i = 0; i < stream_count && i < track->leg_count; i++) {
        if (!track_accepts(&streams[i]))
            continue;
        leg_set_formats(track->leg[i], streams[i].format, streams[i].formats);
        controls_hold(&track->controls, i, &streams[i], at_ns);
        describe(&track->about[i], &streams[i]);
    }
}

void track_receive(struct track *track, size_t leg, const uint8_t *data, size_t data_bytes,
                   int64_t arrival_ns)
{
    assert(leg < track->leg_count);
    controls_pass(&track->controls, arrival_ns);
    leg_receive(track->leg[leg], data, data_bytes, arrival_ns);
    controls_press(&track->controls, leg);
}

void track_control(struct track *track, const struct recording_control *control, int64_t at_ns)
{
    controls_apply(&track->controls, control, at_ns);
}

void track_press(struct track *track, char digit, int64_t at_ns)
{
    controls_told_press(&track->controls, digit, at_ns);
}

void track_report(struct track *track, size_t leg, const struct rtcp_sender_report *report,
                  const char *cname, const struct sockaddr_storage *from)
{
    assert(leg < track->leg_count);
    leg_report(track->leg[leg], report, cname, from);
}

void track_count(struct track *track, size_t leg, enum leg_outcome outcome, uint64_t datagrams)
{
    assert(leg < track->leg_count);
    leg_count(track->leg[leg], outcome, datagrams);
}

void track_name_parties(struct track *track, const struct recording_party *caller,
                        const struct recording_party *called)
{
    if (caller)
        track->journal.caller = *caller;
    if (called)
        track->journal.called = *called;
}

struct notes *track_notes(struct track *track)
{
    return &track->notes;
}

/* Whether somebody on the channel spoke in what was read last. */
static bool speaks(const struct track *track, enum recording_channel channel)
{
    for (size_t i = 0; i < track->leg_count; i++)
        if (track->about[i].channel == channel && speech_is_on(leg_speech(track->leg[i])))
            return true;
    return false;
}

/* Encode the next 20 ms; the page they are on stays open. */
static void encode_frame(struct track *track)
{
    track_encoder_frame(&track->encoder, &track->pages);
    for (size_t i = 0; i < track->leg_count; i++)
        controls_press(&track->controls, i);
    if (speaks(track, RECORDING_LEFT) && speaks(track, RECORDING_RIGHT))
        track->talk_over_ms += FRAME_MS;
}

/*
 * Before when gaps are waited for no more: audio that has waited for the reorder window must go on,
 * but never past the window itself, or it would cut off another leg that is in time.
 */
static int64_t passed_ns(const struct track *track, int64_t horizon_ns)
{
    int64_t window_ns = horizon_ns - RECORDING_REORDER_MS * CLOCK_NS_PER_MS;
    int64_t passed = horizon_ns - TRACK_IDLE_MS * CLOCK_NS_PER_MS;

    for (size_t i = 0; i < track->leg_count; i++) {
        int64_t due = leg_due(track->leg[i], window_ns);
        int64_t frames = (due + OPUS_FRAME_GRANULE - 1) / OPUS_FRAME_GRANULE;
        int64_t due_ns = frames * FRAME_MS * CLOCK_NS_PER_MS;
        if (due_ns > window_ns)
            due_ns = window_ns;
        if (due_ns > passed)
            passed = due_ns;
    }
    return passed;
}

/* Frames that all legs are ready for. */
static int64_t ready_frames(const struct track *track, int64_t passed)
{
    int64_t frames = INT64_MAX;

    for (size_t i = 0; i < track->leg_count; i++) {
        int64_t ready = leg_ready(track->leg[i], passed) / OPUS_FRAME_GRANULE;
        if (ready < frames)
            frames = ready;
    }
    return frames;
}

static void tell_journal(struct track *track)
{
    const struct track_journal_input input = {
        .until = track->pages.frames * OPUS_FRAME_GRANULE,
        .leg_count = track->leg_count,
        .leg = track->leg,
        .about = track->about,
        .notes = &track->notes,
        .unwritten = &track->pages.unwritten,
    };

    for (size_t i = 0; i < track->leg_count; i++)
        track->about[i].own = track_encoder_is_own(&track->encoder, i);
    track_journal_tell(&track->journal, &input, track->pages.sink, track->pages.handle);
}

void track_advance(struct track *track, int64_t horizon_ns)
{
    controls_pass(&track->controls, horizon_ns);
    for (size_t i = 0; i < track->leg_count; i++)
        leg_settle(track->leg[i], horizon_ns);
    int64_t passed = passed_ns(track, horizon_ns);
    /* asked again each time: behind a gap that has been passed, all may be complete */
    while (track->pages.frames < ready_frames(track, passed)) {
        encode_frame(track);
        if (track_pages_is_full(&track->pages))
            track_pages_close(&track->pages);
    }
    if (track_pages_is_due(&track->pages))
        track_pages_close(&track->pages);
    if (track_journal_is_due(&track->journal, track->pages.frames * OPUS_FRAME_GRANULE))
        tell_journal(track);
}

/* Where the recording ends. Whole milliseconds, so that its length is exact in every unit. */
static int64_t end_ms(const struct track *track, int64_t stopped_ns)
{
    int64_t stopped_ms = (stopped_ns + CLOCK_NS_PER_MS - 1) / CLOCK_NS_PER_MS;
    int64_t end =
        stopped_ms > track->pages.frames * FRAME_MS ? stopped_ms : track->pages.frames * FRAME_MS;

    for (size_t i = 0; i < track->leg_count; i++) {
        int64_t leg_ms = (leg_audio_end(track->leg[i]) + LINE_PER_MS - 1) / LINE_PER_MS;
        if (leg_ms > stopped_ms + TRACK_TAIL_MS)
            leg_ms = stopped_ms + TRACK_TAIL_MS;
        if (leg_ms > end)
            end = leg_ms;
    }
    return end;
}

void track_finish(struct track *track, const struct track_ending *ending)
{
    for (size_t i = 0; i < track->leg_count; i++)
        leg_settle(track->leg[i], INT64_MAX);
    int64_t duration_ms = end_ms(track, ending->stopped_ns);
    /* RFC 7845 section 4.4: the decoder drops the pre-skip and trims to the last granule position,
     * so frames are needed until both are covered: always at least one more than before */
    int64_t granule = duration_ms * GRANULE_PER_MS + opus_bundle_pre_skip(track->encoder.bundle);
    int64_t frames = (granule + OPUS_FRAME_GRANULE - 1) / OPUS_FRAME_GRANULE;

    while (track->pages.frames < frames) {
        encode_frame(track);
        if (track->pages.frames == frames)
            track_pages_close_last(&track->pages, granule);
        else if (track_pages_is_full(&track->pages))
            track_pages_close(&track->pages);
    }
    for (size_t i = 0; i < track->leg_count; i++)
        leg_finish(track->leg[i], duration_ms * LINE_PER_MS);
    track_peaks_finish(&track->encoder.peaks);
    struct track_end_input input = {
        .leg_count = track->leg_count,
        .duration_ms = duration_ms,
        .talk_over_ms = track->talk_over_ms,
        .about = track->about,
        .peaks = &track->encoder.peaks,
        .unwritten = &track->pages.unwritten,
        .notes = &track->notes,
        .ending = ending,
    };
    for (size_t i = 0; i < track->leg_count; i++) {
        input.leg[i] = track->leg[i];
        track->about[i].own = track_encoder_is_own(&track->encoder, i);
    }
    track_end_report(&input, track->pages.sink, track->pages.handle);
}
