#include "session/track.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/line.h"
#include "audio/peaks.h"
#include "encode/opus_header.h"
#include "encode/opus_pair.h"
#include "session/leg.h"
#include "session/mix.h"
#include "session/notes.h"
#include "session/track_end.h"
#include "session/track_pages.h"

enum {
    MS_PER_S = 1000,
    FRAME_MS = MS_PER_S / OPUS_FRAMES_PER_SECOND,
    GRANULE_PER_MS = OPUS_RATE_HZ / MS_PER_S,
};

static_assert((int)LINE_HZ == (int)OPUS_RATE_HZ, "positions are granule positions");

/* Two streams without a coded frame (RFC 6716 section 3.1: CELT, narrowband, 20 ms, code 0), the
 * first self-delimited: keeps the time where libopus failed. */
static const uint8_t empty_packet[] = {0x98, 0x00, 0x98};

/* The legs that are heard on one channel. */
struct channel {
    uint32_t rate_hz; /* only rises */
    size_t leg_count;
    struct leg *leg[BOUND_CALL_STREAMS];
};

struct track {
    size_t leg_count;
    struct leg *leg[BOUND_CALL_STREAMS];
    struct track_end_leg about[BOUND_CALL_STREAMS];
    struct channel channel[OPUS_CHANNELS];
    const struct audio_setup *setup;
    struct sender_clocks senders;
    struct opus_pair *encoder;
    struct peaks peaks;
    struct notes notes;
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
    struct channel *channel = &track->channel[stream->channel];

    assert(track->leg_count < BOUND_CALL_STREAMS);
    track->leg[track->leg_count] = owned_leg;
    track->about[track->leg_count].channel = stream->channel;
    describe(&track->about[track->leg_count], stream);
    track->leg_count++;
    channel->leg[channel->leg_count++] = owned_leg;
    leg_hold(owned_leg, stream->held, at_ns);
}

void track_add(struct track *track, const struct recording_stream *stream, struct leg *owned_leg,
               int64_t begin_ns)
{
    leg_begin(owned_leg, track->setup, &track->senders, begin_ns,
              track->pages.frames * OPUS_FRAME_GRANULE);
    put_leg(track, stream, owned_leg, begin_ns);
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

/*
 * A channel begins at the highest rate that is agreed for its streams; one without a stream costs
 * least at the rate of the other.
 */
static enum status set_rates(struct track *track, const struct recording_stream *streams,
                             size_t stream_count, struct fault *fault)
{
    for (size_t i = 0; i < stream_count; i++) {
        const struct audio_codec *codec = codec_of(&streams[i]);
        assert((size_t)streams[i].channel < OPUS_CHANNELS);
        if (!codec)
            return refuse(&streams[i], fault);
        uint32_t *rate_hz = &track->channel[streams[i].channel].rate_hz;
        if (codec->rate_hz > *rate_hz)
            *rate_hz = codec->rate_hz;
    }
    for (size_t i = 0; i < OPUS_CHANNELS; i++)
        if (!track->channel[i].rate_hz)
            track->channel[i].rate_hz = track->channel[!i].rate_hz;
    return STATUS_OK;
}

static enum status open_encoder(struct track *track, struct fault *fault)
{
    const uint32_t rates_hz[OPUS_CHANNELS] = {track->channel[0].rate_hz, track->channel[1].rate_hz};

    peaks_init(&track->peaks, rates_hz);
    return opus_pair_open(rates_hz, &track->encoder, fault);
}

enum status track_create(const struct recording_stream *streams, size_t stream_count,
                         uint32_t serial, struct track **out, struct fault *fault)
{
    struct track *track = calloc(1, sizeof *track);

    assert(stream_count >= 1 && stream_count <= BOUND_CALL_STREAMS);
    if (!track)
        return fault_set(fault, STATUS_NOMEM, 0, "make a track");
    notes_init(&track->notes, BOUND_NOTES);
    track_pages_init(&track->pages, serial);
    enum status status = set_rates(track, streams, stream_count, fault);
    for (size_t i = 0; i < stream_count && status == STATUS_OK; i++)
        status = create_leg(track, &streams[i], fault);
    if (status == STATUS_OK)
        status = open_encoder(track, fault);
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
    opus_pair_close(owned_track->encoder);
    peaks_deinit(&owned_track->peaks);
    track_pages_deinit(&owned_track->pages);
    notes_deinit(&owned_track->notes);
    free(owned_track);
}

void track_begin(struct track *track, const struct audio_setup *setup,
                 const struct recording_sink *sink, void *handle)
{
    uint8_t head[OPUS_HEAD_BYTES];
    uint8_t tags[OPUS_TAGS_BYTES_MAX];

    track->setup = setup;
    for (size_t i = 0; i < track->leg_count; i++)
        leg_begin(track->leg[i], setup, &track->senders, 0, 0);
    track_pages_begin(&track->pages, sink, handle);
    opus_header_identify(opus_pair_pre_skip(track->encoder), track->channel[RECORDING_LEFT].rate_hz,
                         head);
    track_pages_add_header(&track->pages, head, sizeof head);
    track_pages_add_header(&track->pages, tags, opus_header_comment(tags));
}

void track_update(struct track *track, const struct recording_stream *streams, size_t stream_count,
                  int64_t at_ns)
{
    for (size_t i = 0; i < stream_count && i < track->leg_count; i++) {
        if (!track_accepts(&streams[i]))
            continue;
        leg_set_formats(track->leg[i], streams[i].format, streams[i].formats);
        leg_hold(track->leg[i], streams[i].held, at_ns);
        describe(&track->about[i], &streams[i]);
    }
}

void track_receive(struct track *track, size_t leg, const uint8_t *data, size_t data_bytes,
                   int64_t arrival_ns)
{
    assert(leg < track->leg_count);
    leg_receive(track->leg[leg], data, data_bytes, arrival_ns);
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

struct notes *track_notes(struct track *track)
{
    return &track->notes;
}

/* A leg brought audio of a higher rate than its channel has: that is not to be lost. */
static void raise_rate(struct track *track, size_t index)
{
    struct channel *channel = &track->channel[index];
    uint32_t rate_hz = channel->rate_hz;

    for (size_t i = 0; i < channel->leg_count; i++)
        if (leg_rate_hz(channel->leg[i]) > rate_hz)
            rate_hz = leg_rate_hz(channel->leg[i]);
    channel->rate_hz = rate_hz;
    /* without memory it is tried again with the next frame */
    if (opus_pair_rate_hz(track->encoder, index) < rate_hz &&
        opus_pair_raise(track->encoder, index, rate_hz) == STATUS_OK)
        peaks_set_rate(&track->peaks, index, rate_hz);
}

/* Read the next 20 ms of a channel at the rate of its encoder. */
static void read_channel(const struct track *track, size_t index, int16_t *pcm)
{
    const struct channel *channel = &track->channel[index];
    size_t samples = channel->rate_hz / OPUS_FRAMES_PER_SECOND;
    size_t wanted = opus_pair_frame_samples(track->encoder, index);

    mix_read(channel->leg, channel->leg_count, channel->rate_hz, pcm, samples);
    /* there was no memory for an encoder of that rate: not as it should sound, but heard */
    for (size_t i = 0; wanted < samples && i < wanted; i++)
        pcm[i] = pcm[i * samples / wanted];
}

/* Whether somebody on the channel spoke in what was read last. */
static bool speaks(const struct channel *channel)
{
    for (size_t i = 0; i < channel->leg_count; i++)
        if (speech_is_on(leg_speech(channel->leg[i])))
            return true;
    return false;
}

/* Encode the next 20 ms; the page they are on stays open. */
static void encode_frame(struct track *track)
{
    int16_t pcm[OPUS_CHANNELS][OPUS_FRAME_SAMPLES_MAX];
    uint8_t packet[BOUND_OPUS_PACKET_BYTES];
    size_t packet_bytes;

    for (size_t i = 0; i < OPUS_CHANNELS; i++) {
        raise_rate(track, i);
        read_channel(track, i, pcm[i]);
        peaks_add(&track->peaks, i, pcm[i], opus_pair_frame_samples(track->encoder, i));
    }
    if (speaks(&track->channel[RECORDING_LEFT]) && speaks(&track->channel[RECORDING_RIGHT]))
        track->talk_over_ms += FRAME_MS;
    if (opus_pair_encode(track->encoder, pcm[0], pcm[1], packet, &packet_bytes) == STATUS_OK)
        track_pages_add(&track->pages, packet, packet_bytes);
    else
        track_pages_add(&track->pages, empty_packet, sizeof empty_packet);
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

void track_advance(struct track *track, int64_t horizon_ns)
{
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
    int64_t granule = duration_ms * GRANULE_PER_MS + opus_pair_pre_skip(track->encoder);
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
    peaks_finish(&track->peaks);
    struct track_end_input input = {
        .leg_count = track->leg_count,
        .duration_ms = duration_ms,
        .talk_over_ms = track->talk_over_ms,
        .about = track->about,
        .peaks = &track->peaks,
        .unwritten = &track->pages.unwritten,
        .notes = &track->notes,
        .ending = ending,
    };
    for (size_t i = 0; i < track->leg_count; i++)
        input.leg[i] = track->leg[i];
    track_end_report(&input, track->pages.sink, track->pages.handle);
}
