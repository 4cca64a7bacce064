#include "session/track.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "audio/peaks.h"
#include "encode/ogg_page.h"
#include "encode/opus_header.h"
#include "encode/opus_pair.h"
#include "session/leg.h"
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

struct track {
    size_t leg_count;
    struct leg *leg[BOUND_CALL_STREAMS];
    uint32_t rate_hz[BOUND_CALL_STREAMS]; /* never changes: signalling reads it too */
    struct recording_stream stream[BOUND_CALL_STREAMS];
    struct leg *channel[OPUS_CHANNELS]; /* whose leg is heard there, NULL where none */
    struct opus_pair *encoder;
    struct peaks peaks;
    struct facts unwritten; /* in samples at OPUS_RATE_HZ */
    const struct recording_sink *sink;
    void *handle;
    int64_t frames;      /* encoded */
    int64_t page_frames; /* encoded before the page being filled */
    struct ogg_page page;
};

static enum status create_leg(struct track *track, size_t index,
                              const struct recording_stream *stream, struct fault *fault)
{
    const struct audio_codec *codec = audio_codec_find(stream->codec, stream->clock_rate_hz);

    assert((size_t)stream->channel < OPUS_CHANNELS && !track->channel[stream->channel]);
    if (!codec)
        return fault_set(fault, STATUS_UNSUPPORTED, 0, "codec %s/%u", stream->codec,
                         stream->clock_rate_hz);
    enum status status = leg_create(codec, stream->payload_type, &track->leg[index]);
    if (status != STATUS_OK)
        return fault_set(fault, status, 0, "make a leg");
    track->rate_hz[index] = codec->rate_hz;
    track->stream[index] = *stream;
    track->channel[stream->channel] = track->leg[index];
    track->leg_count++;
    return STATUS_OK;
}

static enum status open_encoder(struct track *track, struct fault *fault)
{
    uint32_t rates_hz[OPUS_CHANNELS];

    /* a channel without a leg costs least at the rate of the other */
    for (size_t i = 0; i < OPUS_CHANNELS; i++)
        rates_hz[i] = leg_rate_hz(track->channel[i] ? track->channel[i] : track->leg[0]);
    peaks_init(&track->peaks, track->leg_count, track->rate_hz);
    return opus_pair_open(rates_hz, &track->encoder, fault);
}

enum status track_create(const struct recording_stream *streams, size_t stream_count,
                         uint32_t serial, struct track **out, struct fault *fault)
{
    struct track *track = calloc(1, sizeof *track);
    enum status status = STATUS_OK;

    assert(stream_count >= 1 && stream_count <= BOUND_CALL_STREAMS);
    if (!track)
        return fault_set(fault, STATUS_NOMEM, 0, "make a track");
    facts_init(&track->unwritten);
    ogg_page_init(&track->page, serial);
    for (size_t i = 0; i < stream_count && status == STATUS_OK; i++)
        status = create_leg(track, i, &streams[i], fault);
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
    opus_header_identify(opus_pair_pre_skip(track->encoder), leg_rate_hz(track->leg[0]), head);
    write_header(track, head, sizeof head);
    write_header(track, tags, opus_header_comment(tags));
}

static bool accepts(const struct track *track, size_t index, const struct recording_stream *stream)
{
    const struct audio_codec *codec = audio_codec_find(stream->codec, stream->clock_rate_hz);

    return codec && codec->rate_hz == track->rate_hz[index];
}

bool track_accepts(const struct track *track, const struct recording_stream *streams,
                   size_t stream_count)
{
    for (size_t i = 0; i < stream_count && i < track->leg_count; i++)
        if (!accepts(track, i, &streams[i]))
            return false;
    return true;
}

void track_update(struct track *track, const struct recording_stream *streams, size_t stream_count)
{
    for (size_t i = 0; i < stream_count && i < track->leg_count; i++) {
        enum recording_channel channel = track->stream[i].channel;
        if (!accepts(track, i, &streams[i]))
            continue;
        leg_set_codec(track->leg[i], audio_codec_find(streams[i].codec, streams[i].clock_rate_hz),
                      streams[i].payload_type);
        track->stream[i] = streams[i];
        track->stream[i].channel = channel;
    }
}

void track_receive(struct track *track, size_t leg, const uint8_t *data, size_t data_bytes,
                   bool truncated, int64_t arrival_ns)
{
    assert(leg < track->leg_count);
    leg_receive(track->leg[leg], data, data_bytes, truncated, arrival_ns);
}

void track_ignore(struct track *track, size_t leg)
{
    leg_ignore(track->leg[leg]);
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
        size_t samples = opus_pair_frame_samples(track->encoder, i);
        if (track->channel[i])
            leg_read(track->channel[i], pcm[i], samples);
        else
            memset(pcm[i], 0, samples * sizeof pcm[i][0]);
    }
    for (size_t i = 0; i < track->leg_count; i++) {
        size_t channel = track->stream[i].channel;
        peaks_add(&track->peaks, i, pcm[channel], opus_pair_frame_samples(track->encoder, channel));
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

/* Frames that both legs are ready for. */
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
        .streams = track->stream,
        .peaks = &track->peaks,
        .unwritten = &track->unwritten,
        .ending = ending,
    };
    for (size_t i = 0; i < track->leg_count; i++)
        input.leg[i] = track->leg[i];
    track_end_report(&input, track->sink, track->handle);
}
