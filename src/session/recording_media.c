#include "session/recording_media.h"

#include <stdlib.h>

enum { MOMENT_TRIES_MAX = 5 };

void recording_media_begin(struct recording *recording, const struct audio_setup *setup)
{
    track_begin(recording->track, setup, &recording->policy, recording->sink,
                recording->sink_handle);
}

/* On the recording's clock; what was told before it began counts from its beginning. */
static int64_t since_start(const struct recording *recording, mono_time at)
{
    int64_t ns = at.ns - recording->started_mono.ns;

    return ns > 0 ? ns : 0;
}

static void add_stream(struct recording *recording, struct recording_change *change, int64_t at_ns)
{
    struct media_stream *media = change->added_media;

    /* nothing came before: it does not keep the others waiting */
    media->socket[MEDIA_STREAM_CURRENT].received_ns = recording->horizon_ns;
    recording->streams[recording->stream_count++] = media;
    track_add(recording->track, change->added, change->added_leg, at_ns);
    change->added_media = NULL;
    change->added_leg = NULL;
}

static void hand_document(struct recording *recording, struct recording_document *document,
                          int64_t at_ms)
{
    const struct recording_sink *sink = recording->sink;

    document->at_ms = at_ms;
    /* what it does not keep the sink tells itself */
    (void)!sink->document(sink->context, recording->sink_handle, document);
}

static void update_streams(struct recording *recording, const struct recording_change *change,
                           int64_t at_ns)
{
    track_update(recording->track, change->streams, change->stream_count, at_ns);
    for (size_t i = 0; i < change->stream_count && i < recording->stream_count; i++)
        media_stream_update(recording->streams[i], &change->streams[i], recording->cname, at_ns);
}

static void apply(struct recording *recording, struct recording_change *change)
{
    int64_t at_ns = since_start(recording, change->at);
    int64_t at_ms = at_ns / CLOCK_NS_PER_MS;

    if (change->added)
        add_stream(recording, change, at_ns);
    if (change->moved)
        media_stream_move(recording->streams[change->moved_stream], change->moved,
                          recording->horizon_ns);
    update_streams(recording, change, at_ns);
    if (change->caller)
        recording->caller = *change->caller;
    if (change->called)
        recording->called = *change->called;
    track_name_parties(recording->track, change->caller, change->called);
    if (change->ties) {
        free(recording->ties);
        recording->ties = change->ties;
        change->ties = NULL;
    }
    if (change->document)
        hand_document(recording, change->document, at_ms);
    if (change->control)
        track_control(recording->track, change->control, at_ns);
    if (change->pressed)
        track_press(recording->track, change->pressed, at_ns);
    if (change->note_cause)
        notes_add(track_notes(recording->track), at_ms, change->note_stream, change->note_cause,
                  change->note_detail);
}

static void apply_changes(struct recording *recording)
{
    uint32_t notes_dropped;
    struct recording_change *change = changes_take(&recording->changes, &notes_dropped);

    while (change) {
        struct recording_change *next = change->next;
        apply(recording, change);
        change_destroy(change);
        change = next;
    }
    if (notes_dropped)
        notes_drop(track_notes(recording->track),
                   since_start(recording, clock_mono_now()) / CLOCK_NS_PER_MS, notes_dropped);
}

/* One moment on both clocks. */
struct moment {
    int64_t ns; /* from the recording's start */
    wall_time wall;
};

/*
 * The thread may be put aside between reading the one clock and the other. A first packet that was
 * anchored by the difference would lie too early for as long as the call lasts: so read again.
 */
static struct moment moment_now(const struct recording *recording)
{
    struct moment moment;
    int64_t apart_ns;
    int tries = 0;

    do {
        int64_t before_ns = clock_mono_now().ns;
        moment.wall = clock_wall_now();
        moment.ns = before_ns - recording->started_mono.ns;
        apart_ns = clock_mono_now().ns - before_ns;
    } while (apart_ns > CLOCK_NS_PER_MS && ++tries < MOMENT_TRIES_MAX);
    return moment;
}

/* When a datagram came, ns from the start, by the kernel's stamp; not after it was read. */
static int64_t stamp_ns(wall_time arrival, const struct moment *moment, int64_t read_ns)
{
    int64_t ns = arrival.ns ? moment->ns - (moment->wall.ns - arrival.ns) : moment->ns;

    return ns < read_ns ? ns : read_ns;
}

/*
 * When a packet came. The kernel stamps by the wall clock, which may be set at any time; but it
 * cannot have come before what was received already, nor after it was read.
 */
static int64_t arrival_ns(const struct recording *recording, wall_time arrival,
                          const struct moment *moment, int64_t read_ns)
{
    int64_t ns = stamp_ns(arrival, moment, read_ns);

    if (ns < recording->horizon_ns)
        ns = recording->horizon_ns;
    return ns < read_ns ? ns : read_ns;
}

/* Hand what one socket brought to its stream. */
static void take_batch(struct recording *recording, size_t index, struct media_socket *socket,
                       const struct rtp_datagram *datagrams, size_t count,
                       const struct moment *moment)
{
    struct media_stream *media = recording->streams[index];
    int64_t read_ns = clock_mono_now().ns - recording->started_mono.ns;

    for (size_t i = 0; i < count; i++) {
        int64_t came_ns = arrival_ns(recording, datagrams[i].arrival, moment, read_ns);
        int64_t heard_before_ns = media->heard_ns;

        media_stream_take(media, &datagrams[i], came_ns, recording->track, index);
        if (!socket)
            continue;
        socket->received_ns = came_ns;
        media_stream_follow(media, socket, heard_before_ns);
    }
}

/* Take one batch of one socket. */
static void receive_batch(struct recording *recording, size_t index, int descriptor,
                          struct rtp_receiver *receiver, const struct moment *moment,
                          struct recording_swept *swept)
{
    struct media_stream *media = recording->streams[index];
    const struct rtp_datagram *datagrams;
    size_t count = 0;
    uint32_t dropped_before = media_stream_socket(media, descriptor)->dropped;
    uint32_t dropped = dropped_before;
    enum status status = rtp_receiver_read(receiver, descriptor, &datagrams, &count, &dropped);

    /* after reading: every change that came before one of these packets is there now */
    apply_changes(recording);
    /* which may have moved the stream, even twice: then it has this socket no longer */
    struct media_socket *socket = media_stream_socket(media, descriptor);
    if (status == STATUS_OK) {
        take_batch(recording, index, socket, datagrams, count, moment);
        swept->packets_received += count;
        swept->packets_kernel_dropped += dropped - dropped_before;
    }
    if (!socket)
        return;
    socket->dropped = dropped;
    socket->drained = status != STATUS_OK || count < RTP_RECEIVER_BATCH;
    if (socket->drained)
        socket->received_ns = moment->ns;
}

/* All that arrived before it was received, as far as the sockets go; at most before_ns. */
static int64_t received_ns(const struct recording *recording, int64_t before_ns, bool *more)
{
    for (size_t i = 0; i < recording->stream_count; i++) {
        for (size_t which = 0; which < MEDIA_STREAM_SOCKETS; which++) {
            const struct media_socket *socket = &recording->streams[i]->socket[which];

            if (socket->descriptor < 0)
                continue;
            *more = *more || !socket->drained;
            if (socket->received_ns < before_ns)
                before_ns = socket->received_ns;
        }
    }
    return before_ns;
}

/* Read a batch of each socket that may hold more; returns whether one still does. */
static bool receive_round(struct recording *recording, struct rtp_receiver *receiver,
                          struct recording_swept *swept)
{
    /* read per recording: a sweep of a thousand takes long enough to matter */
    const struct moment moment = moment_now(recording);
    bool more = false;

    /* reading may add streams: they are read in this round too; those it moves in the next */
    for (size_t i = 0; i < recording->stream_count; i++) {
        /* the former one first: what a sender sent before it followed came before */
        for (size_t which = MEDIA_STREAM_SOCKETS; which-- > 0;) {
            const struct media_socket *socket = &recording->streams[i]->socket[which];

            if (socket->descriptor >= 0 && !socket->drained)
                receive_batch(recording, i, socket->descriptor, receiver, &moment, swept);
        }
    }
    /* the reorder window counts from what was received, not from the clock: after a stall of this
     * thread the sockets hold audio that is old, but not late */
    int64_t horizon_ns = received_ns(recording, moment.ns, &more);
    if (horizon_ns > recording->horizon_ns)
        recording->horizon_ns = horizon_ns;
    track_advance(recording->track, recording->horizon_ns);
    return more;
}

/* Tell signalling when something was last heard. */
static void publish_heard(struct recording *recording)
{
    int64_t heard_ns = -1;

    for (size_t i = 0; i < recording->stream_count; i++)
        if (recording->streams[i]->heard_ns > heard_ns)
            heard_ns = recording->streams[i]->heard_ns;
    if (heard_ns >= 0)
        atomic_store_explicit(&recording->heard, recording->started_mono.ns + heard_ns,
                              memory_order_relaxed);
}

/* One batch of a stream's RTCP; more than that each half second is nobody's report. */
static void receive_rtcp(struct recording *recording, size_t index, struct rtp_receiver *receiver,
                         const struct moment *moment)
{
    const struct rtp_datagram *datagrams;
    size_t count;
    struct media_stream *media = recording->streams[index];
    uint32_t dropped = 0;

    if (media->rtcp.descriptor < 0 || rtp_receiver_read(receiver, media->rtcp.descriptor,
                                                        &datagrams, &count, &dropped) != STATUS_OK)
        return;
    int64_t read_ns = clock_mono_now().ns - recording->started_mono.ns;
    for (size_t i = 0; i < count; i++)
        media_stream_take_rtcp(media, &datagrams[i],
                               stamp_ns(datagrams[i].arrival, moment, read_ns), recording->track,
                               index);
}

static void sweep_rtcp(struct recording *recording, struct rtp_receiver *receiver)
{
    const struct moment moment = moment_now(recording);

    for (size_t i = 0; i < recording->stream_count; i++) {
        struct media_stream *media = recording->streams[i];
        receive_rtcp(recording, i, receiver, &moment);
        stream_rtcp_tick(&media->rtcp, recording->cname, moment.ns);
    }
}

/* Close what is needed no longer, unless signalling has just taken it back. */
static void close_sockets(struct recording *recording)
{
    int64_t now_ns = clock_mono_now().ns - recording->started_mono.ns;

    for (size_t i = 0; i < recording->stream_count; i++) {
        struct media_stream *media = recording->streams[i];
        int expected = RECORDING_SOCKETS_IDLE;

        media_stream_tick(media, now_ns);
        if (media_stream_is_done(media, now_ns) &&
            atomic_compare_exchange_strong(&recording->sockets[i], &expected,
                                           RECORDING_SOCKETS_CLOSED))
            media_stream_rest(media);
    }
}

static void begin_sweep(struct recording *recording)
{
    for (size_t i = 0; i < recording->stream_count; i++) {
        for (size_t which = 0; which < MEDIA_STREAM_SOCKETS; which++)
            recording->streams[i]->socket[which].drained = false;
    }
}

bool recording_media_sweep(struct recording *recording, struct rtp_receiver *receiver,
                           struct recording_swept *swept)
{
    bool stopped = atomic_load(&recording->end_cause) != NULL;
    int rounds = stopped ? RECORDING_BATCHES_LAST_MAX : RECORDING_BATCHES_MAX;

    /* also where no stream has a socket: then nothing is read that would bring them */
    apply_changes(recording);
    begin_sweep(recording);
    for (int round = 0; round < rounds; round++)
        if (!receive_round(recording, receiver, swept))
            break;
    publish_heard(recording);
    if (++recording->sweeps % RECORDING_RTCP_SWEEPS == 0)
        sweep_rtcp(recording, receiver);
    close_sockets(recording);
    return stopped;
}

void recording_media_end(struct recording *owned_recording)
{
    const struct track_ending ending = {
        .started = owned_recording->started,
        .stopped_ns = owned_recording->stopped.ns - owned_recording->started_mono.ns,
        .end_cause = atomic_load(&owned_recording->end_cause),
        .caller = owned_recording->caller,
        .called = owned_recording->called,
        .ties = *owned_recording->ties,
    };

    for (size_t i = 0; i < owned_recording->stream_count; i++) {
        struct media_stream *media = owned_recording->streams[i];
        media_stream_finish(media, owned_recording->track, i);
        stream_rtcp_bye(&media->rtcp, owned_recording->cname, ending.stopped_ns);
    }
    track_finish(owned_recording->track, &ending);
    recording_destroy(owned_recording);
}
