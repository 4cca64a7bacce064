#include "session/track.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/peaks.h"
#include "encode/ogg_page.h"
#include "encode/opus_header.h"
#include "encode/opus_pair.h"
#include "session/leg.h"
#include "session/mix.h"
#include "session/notes.h"
#include "session/track_end.h"

enum {
    MS_PER_S = 1000,
    FRAME_MS = MS_PER_S / OPUS_FRAMES_PER_SECOND,
    PAGE_FRAMES = RECORDING_PAGE_MS / FRAME_MS,
    GRANULE_PER_MS = OPUS_RATE_HZ / MS_PER_S,
};

/* Two streams without a coded frame (RFC 6716 section 3.1: CELT, narrowband, 20 ms, code 0), the
 * first self-delimited: keeps the time where libopus failed. */
static const uint8_t empty_packet[] = {0x98, 0x00, 0x98};

/* The legs that are heard on one channel. */
struct channel {
    uint32_t rate_hz; /* never changes: signalling reads it too */
    size_t leg_count;
    struct leg *leg[BOUND_CALL_STREAMS];
};

struct track {
    size_t leg_count;
    struct leg *leg[BOUND_CALL_STREAMS];
    struct track_end_leg about[BOUND_CALL_STREAMS];
    struct channel channel[OPUS_CHANNELS];
    struct opus_pair *encoder;
    struct peaks peaks;
    struct facts unwritten; /* in samples at OPUS_RATE_HZ */
    struct notes notes;
    const struct recording_sink *sink;
    void *handle;
    int64_t frames;      /* encoded */
    int64_t page_frames; /* encoded before the page being filled */
    struct ogg_page page;
};

static const struct audio_codec *codec_of(const struct recording_stream *stream)
{
    return audio_codec_find(stream->codec, stream->clock_rate_hz);
}

static_assert((int)RECORDING_OTHERS_MAX <= (int)LEG_OTHERS_MAX, "a leg takes all of a stream's");

static void set_others(struct leg *leg, const struct recording_stream *stream)
{
    struct leg_format others[RECORDING_OTHERS_MAX];
    size_t count = 0;

    for (size_t i = 0; i < stream->others && i < RECORDING_OTHERS_MAX; i++) {
        const struct audio_codec *codec =
            audio_codec_find(stream->other[i].codec, stream->clock_rate_hz);

        if (codec)
            others[count++] = (struct leg_format){codec, stream->other[i].payload_type};
    }
    leg_set_others(leg, others, count);
}

bool track_accepts(const struct track *track, enum recording_channel channel,
                   const struct recording_stream *stream)
{
    const struct audio_codec *codec = codec_of(stream);

    return codec && codec->rate_hz == track->channel[channel].rate_hz;
}

enum status track_make_leg(const struct track *track, const struct recording_stream *stream,
                           struct leg **out, struct fault *fault)
{
    if (!track_accepts(track, stream->channel, stream))
        return fault_set(fault, STATUS_UNSUPPORTED, 0, "codec %s/%u", stream->codec,
                         stream->clock_rate_hz);
    enum status status = leg_create(codec_of(stream), stream->payload_type, out);
    if (status != STATUS_OK)
        return fault_set(fault, status, 0, "make a leg");
    set_others(*out, stream);
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
    leg_join(owned_leg, begin_ns, track->frames * leg_rate_hz(owned_leg) / OPUS_FRAMES_PER_SECOND);
    put_leg(track, stream, owned_leg, begin_ns);
}

static enum status create_leg(struct track *track, const struct recording_stream *stream,
                              struct fault *fault)
{
    struct leg *leg = NULL;

    enum status status = track_make_leg(track, stream, &leg, fault);
    if (status == STATUS_OK)
        put_leg(track, stream, leg, 0);
    return status;
}

/*
 * The rate of a channel is that of its first stream, for the recording's life; one without a stream
 * costs least at the rate of the other.
 */
static enum status set_rates(struct track *track, const struct recording_stream *streams,
                             size_t stream_count, struct fault *fault)
{
    for (size_t i = 0; i < stream_count; i++) {
        const struct audio_codec *codec = codec_of(&streams[i]);
        assert((size_t)streams[i].channel < OPUS_CHANNELS);
        if (!codec)
            return fault_set(fault, STATUS_UNSUPPORTED, 0, "codec %s/%u", streams[i].codec,
                             streams[i].clock_rate_hz);
        uint32_t *rate_hz = &track->channel[streams[i].channel].rate_hz;
        if (!*rate_hz)
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
    facts_init(&track->unwritten);
    notes_init(&track->notes, BOUND_NOTES);
    ogg_page_init(&track->page, serial);
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
    opus_pair_close(owned_track->encoder);
    peaks_deinit(&owned_track->peaks);
    facts_deinit(&owned_track->unwritten);
    notes_deinit(&owned_track->notes);
    free(owned_track);
}

/* Close the page. One that the sink does not take is gone, and becomes a fact. */
static void write_page(struct track *track, int64_t granule, bool last)
{
    const uint8_t *bytes;
    size_t page_bytes = ogg_page_close(&track->page, granule, last, &bytes);

    if (track->sink->write(track->sink->context, track->handle, bytes, page_bytes, granule) !=
        STATUS_OK)
        facts_add(&track->unwritten, FACT_UNWRITTEN, track->page_frames * OPUS_FRAME_GRANULE,
                  track->frames * OPUS_FRAME_GRANULE, 0);
    track->page_frames = track->frames;
}

static void write_header(struct track *track, const uint8_t *packet, size_t packet_bytes)
{
    const uint8_t *bytes;
    enum status status = ogg_page_add(&track->page, packet, packet_bytes);

    assert(status == STATUS_OK); /* an empty page takes any packet */
    size_t page_bytes = ogg_page_close(&track->page, 0, false, &bytes);
    if (track->sink->write(track->sink->context, track->handle, bytes, page_bytes, -1) != STATUS_OK)
        facts_add(&track->unwritten, FACT_UNWRITTEN, 0, 1, 0);
}

void track_begin(struct track *track, const struct recording_sink *sink, void *handle)
{
    uint8_t head[OPUS_HEAD_BYTES];
    uint8_t tags[OPUS_TAGS_BYTES_MAX];

    track->sink = sink;
    track->handle = handle;
    opus_header_identify(opus_pair_pre_skip(track->encoder), track->channel[RECORDING_LEFT].rate_hz,
                         head);
    write_header(track, head, sizeof head);
    write_header(track, tags, opus_header_comment(tags));
}

void track_update(struct track *track, const struct recording_stream *streams, size_t stream_count,
                  int64_t at_ns)
{
    for (size_t i = 0; i < stream_count && i < track->leg_count; i++) {
        if (!track_accepts(track, track->about[i].channel, &streams[i]))
            continue;
        leg_set_codec(track->leg[i], codec_of(&streams[i]), streams[i].payload_type);
        set_others(track->leg[i], &streams[i]);
        leg_hold(track->leg[i], streams[i].held, at_ns);
        describe(&track->about[i], &streams[i]);
    }
}

void track_turn(struct track *track, size_t leg)
{
    assert(leg < track->leg_count);
    leg_turn(track->leg[leg]);
}

void track_receive(struct track *track, size_t leg, const uint8_t *data, size_t data_bytes,
                   int64_t arrival_ns)
{
    assert(leg < track->leg_count);
    leg_receive(track->leg[leg], data, data_bytes, arrival_ns);
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

static void add_packet(struct track *track, const uint8_t *packet, size_t packet_bytes)
{
    enum status status = ogg_page_add(&track->page, packet, packet_bytes);

    if (status == STATUS_OK)
        return;
    write_page(track, track->frames * OPUS_FRAME_GRANULE, false);
    status = ogg_page_add(&track->page, packet, packet_bytes);
    assert(status == STATUS_OK); /* an empty page takes any packet */
}

/* Encode the next 20 ms; the page they are on stays open. */
static void encode_frame(struct track *track)
{
    int16_t pcm[OPUS_CHANNELS][OPUS_FRAME_SAMPLES_MAX];
    uint8_t packet[BOUND_OPUS_PACKET_BYTES];
    size_t packet_bytes;

    for (size_t i = 0; i < OPUS_CHANNELS; i++) {
        const struct channel *channel = &track->channel[i];
        size_t samples = opus_pair_frame_samples(track->encoder, i);
        mix_read(channel->leg, channel->leg_count, pcm[i], samples);
        peaks_add(&track->peaks, i, pcm[i], samples);
    }
    if (opus_pair_encode(track->encoder, pcm[0], pcm[1], packet, &packet_bytes) == STATUS_OK)
        add_packet(track, packet, packet_bytes);
    else
        add_packet(track, empty_packet, sizeof empty_packet);
    track->frames++;
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
        int64_t rate_hz = leg_rate_hz(track->leg[i]);
        int64_t due = leg_due(track->leg[i], window_ns);
        int64_t frames = (due * OPUS_FRAMES_PER_SECOND + rate_hz - 1) / rate_hz;
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
        int64_t ready =
            leg_ready(track->leg[i], passed) * OPUS_FRAMES_PER_SECOND / leg_rate_hz(track->leg[i]);
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
    while (track->frames < ready_frames(track, passed)) {
        encode_frame(track);
        if (track->frames - track->page_frames >= PAGE_FRAMES)
            write_page(track, track->frames * OPUS_FRAME_GRANULE, false);
    }
    /* what is on a page when the sink syncs would wait for the next time */
    if (ogg_page_packets(&track->page) &&
        track->sink->sync_in_ms(track->sink->context) <= RECORDING_PAGE_LEAD_MS)
        write_page(track, track->frames * OPUS_FRAME_GRANULE, false);
}

/* Where the recording ends. Whole milliseconds, so that its length is exact in every unit. */
static int64_t end_ms(const struct track *track, int64_t stopped_ns)
{
    int64_t stopped_ms = (stopped_ns + CLOCK_NS_PER_MS - 1) / CLOCK_NS_PER_MS;
    int64_t end = stopped_ms > track->frames * FRAME_MS ? stopped_ms : track->frames * FRAME_MS;

    for (size_t i = 0; i < track->leg_count; i++) {
        int64_t rate_hz = leg_rate_hz(track->leg[i]);
        int64_t leg_ms = (leg_audio_end(track->leg[i]) * MS_PER_S + rate_hz - 1) / rate_hz;
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

    while (track->frames < frames) {
        encode_frame(track);
        if (track->frames == frames)
            write_page(track, granule, true);
        else if (track->frames - track->page_frames >= PAGE_FRAMES)
            write_page(track, track->frames * OPUS_FRAME_GRANULE, false);
    }
    for (size_t i = 0; i < track->leg_count; i++)
        leg_finish(track->leg[i], duration_ms * leg_rate_hz(track->leg[i]) / MS_PER_S);
    peaks_finish(&track->peaks);
    struct track_end_input input = {
        .leg_count = track->leg_count,
        .duration_ms = duration_ms,
        .about = track->about,
        .peaks = &track->peaks,
        .unwritten = &track->unwritten,
        .notes = &track->notes,
        .ending = ending,
    };
    for (size_t i = 0; i < track->leg_count; i++)
        input.leg[i] = track->leg[i];
    track_end_report(&input, track->sink, track->handle);
}
