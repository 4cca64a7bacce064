#include "session/recording.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "session/media_pool.h"
#include "session/recording_media.h"

enum { MOMENT_TRIES_MAX = 5 };

static enum status open_sockets(struct recording *recording, size_t count,
                                const struct sockaddr_storage *address, struct fault *fault)
{
    for (size_t i = 0; i < count; i++) {
        struct recording_socket *media = &recording->sockets[i];
        enum status status =
            port_range_open(recording->ports, address, &media->descriptor, &media->port, fault);
        if (status != STATUS_OK)
            return status;
        recording->stream_count++;
    }
    return STATUS_OK;
}

static void name_senders(struct recording *recording, const struct recording_stream *streams,
                         size_t stream_count)
{
    for (size_t i = 0; i < stream_count && i < recording->stream_count; i++)
        source_gate_name(&recording->sockets[i].gate, &streams[i].sender);
}

enum status recording_create(const struct recording_begin *begin,
                             const struct recording_stream *streams, size_t stream_count,
                             const struct sockaddr_storage *address, struct port_range *ports,
                             const struct recording_sink *sink, struct recording **out,
                             struct fault *fault)
{
    struct recording *recording = calloc(1, sizeof *recording);

    if (!recording)
        return fault_set(fault, STATUS_NOMEM, 0, "make a recording");
    recording->ports = ports;
    recording->sink = sink;
    atomic_init(&recording->change, NULL);
    atomic_init(&recording->end_cause, NULL);
    /* the last bytes of the id are random, which is what a serial number wants */
    uint32_t serial = bytes_get_u32(begin->id.b + UUID_BYTES - sizeof serial);
    enum status status = track_create(streams, stream_count, serial, &recording->track, fault);
    if (status == STATUS_OK)
        status = open_sockets(recording, stream_count, address, fault);
    name_senders(recording, streams, stream_count);
    if (status != STATUS_OK) {
        recording_destroy(recording);
        return status;
    }
    *out = recording;
    return STATUS_OK;
}

static void change_destroy(struct recording_change *owned_change)
{
    if (!owned_change)
        return;
    free(owned_change->metadata_xml);
    free(owned_change);
}

void recording_destroy(struct recording *owned_recording)
{
    if (!owned_recording)
        return;
    for (size_t i = 0; i < owned_recording->stream_count; i++)
        port_range_close(owned_recording->ports, owned_recording->sockets[i].descriptor,
                         owned_recording->sockets[i].port);
    change_destroy(atomic_load(&owned_recording->change));
    track_destroy(owned_recording->track);
    free(owned_recording->metadata_xml);
    free(owned_recording);
}

uint16_t recording_port(const struct recording *recording, size_t stream)
{
    assert(stream < recording->stream_count);
    return recording->sockets[stream].port;
}

void recording_start(struct recording *recording, struct media_pool *pool, void *sink_handle,
                     mono_time now, wall_time started)
{
    recording->sink_handle = sink_handle;
    recording->started_mono = now;
    recording->started = started;
    media_pool_take(pool, recording);
}

static struct recording_change *change_create(const struct recording_stream *streams,
                                              size_t stream_count, const char *metadata_xml,
                                              size_t metadata_xml_bytes)
{
    struct recording_change *change = calloc(1, sizeof *change);

    if (!change)
        return NULL;
    change->stream_count = stream_count < BOUND_CALL_STREAMS ? stream_count : BOUND_CALL_STREAMS;
    for (size_t i = 0; i < change->stream_count; i++)
        change->streams[i] = streams[i];
    if (!metadata_xml || !metadata_xml_bytes)
        return change;
    change->metadata_xml = malloc(metadata_xml_bytes);
    if (!change->metadata_xml) {
        free(change);
        return NULL;
    }
    memcpy(change->metadata_xml, metadata_xml, metadata_xml_bytes);
    change->metadata_xml_bytes = metadata_xml_bytes;
    return change;
}

/* What an earlier change, not applied yet, says beyond the newer one. */
static void change_inherit(struct recording_change *change, struct recording_change *earlier)
{
    for (size_t i = change->stream_count; i < earlier->stream_count; i++)
        change->streams[i] = earlier->streams[i];
    if (change->stream_count < earlier->stream_count)
        change->stream_count = earlier->stream_count;
    if (change->metadata_xml)
        return;
    change->metadata_xml = earlier->metadata_xml;
    change->metadata_xml_bytes = earlier->metadata_xml_bytes;
    earlier->metadata_xml = NULL;
}

enum status recording_update(struct recording *recording, const struct recording_stream *streams,
                             size_t stream_count, const char *metadata_xml,
                             size_t metadata_xml_bytes)
{
    if (!track_accepts(recording->track, streams, stream_count))
        return STATUS_UNSUPPORTED;
    struct recording_change *change =
        change_create(streams, stream_count, metadata_xml, metadata_xml_bytes);
    if (!change)
        return STATUS_NOMEM;
    struct recording_change *earlier = atomic_exchange(&recording->change, NULL);
    if (earlier)
        change_inherit(change, earlier);
    change_destroy(earlier);
    atomic_store(&recording->change, change);
    return STATUS_OK;
}

void recording_stop(struct recording *owned_recording, const char *end_cause)
{
    owned_recording->stopped = clock_mono_now();
    atomic_store(&owned_recording->end_cause, end_cause);
}

void recording_media_begin(struct recording *recording)
{
    track_begin(recording->track, recording->sink, recording->sink_handle);
}

static void apply_change(struct recording *recording)
{
    struct recording_change *change = atomic_exchange(&recording->change, NULL);

    if (!change)
        return;
    track_update(recording->track, change->streams, change->stream_count);
    name_senders(recording, change->streams, change->stream_count);
    if (change->metadata_xml) {
        free(recording->metadata_xml);
        recording->metadata_xml = change->metadata_xml;
        recording->metadata_xml_bytes = change->metadata_xml_bytes;
        change->metadata_xml = NULL;
    }
    change_destroy(change);
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

/*
 * When a datagram came, ns from the start. The kernel stamps by the wall clock, which may be set
 * at any time; but it cannot have come before what was received already, nor after it was read.
 */
static int64_t arrival_ns(const struct recording *recording, wall_time arrival,
                          const struct moment *moment, int64_t read_ns)
{
    int64_t ns = arrival.ns ? moment->ns - (moment->wall.ns - arrival.ns) : moment->ns;

    if (ns < recording->horizon_ns)
        ns = recording->horizon_ns;
    return ns < read_ns ? ns : read_ns;
}

/* Take one batch of one socket. */
static void receive_batch(struct recording *recording, size_t index, struct rtp_receiver *receiver,
                          const struct moment *moment, struct recording_swept *swept)
{
    struct recording_socket *media = &recording->sockets[index];
    const struct rtp_datagram *datagrams;
    size_t count;
    uint32_t dropped = media->dropped;

    if (rtp_receiver_read(receiver, media->descriptor, &datagrams, &count, &dropped) != STATUS_OK) {
        media->drained = true;
        media->received_ns = moment->ns;
        return;
    }
    int64_t read_ns = clock_mono_now().ns - recording->started_mono.ns;
    for (size_t i = 0; i < count; i++) {
        const struct rtp_datagram *datagram = &datagrams[i];
        media->received_ns = arrival_ns(recording, datagram->arrival, moment, read_ns);
        if (source_gate_admits(&media->gate, datagram->from, media->received_ns))
            track_receive(recording->track, index, datagram->data, datagram->data_bytes,
                          datagram->truncated, media->received_ns);
        else
            track_ignore(recording->track, index);
    }
    media->drained = count < RTP_RECEIVER_BATCH;
    if (media->drained)
        media->received_ns = moment->ns;
    swept->packets_received += count;
    swept->packets_kernel_dropped += dropped - media->dropped;
    media->dropped = dropped;
}

/* Read a batch of each socket that may hold more; returns whether one still does. */
static bool receive_round(struct recording *recording, struct rtp_receiver *receiver,
                          struct recording_swept *swept)
{
    /* read per recording: a sweep of a thousand takes long enough to matter */
    const struct moment moment = moment_now(recording);
    int64_t horizon_ns = moment.ns;
    bool more = false;

    for (size_t i = 0; i < recording->stream_count; i++) {
        struct recording_socket *media = &recording->sockets[i];
        if (!media->drained)
            receive_batch(recording, i, receiver, &moment, swept);
        if (!media->drained)
            more = true;
        if (media->received_ns < horizon_ns)
            horizon_ns = media->received_ns;
    }
    /* the reorder window counts from what was received, not from the clock: after a stall of this
     * thread the sockets hold audio that is old, but not late */
    if (horizon_ns > recording->horizon_ns)
        recording->horizon_ns = horizon_ns;
    track_advance(recording->track, recording->horizon_ns);
    return more;
}

bool recording_media_sweep(struct recording *recording, struct rtp_receiver *receiver,
                           struct recording_swept *swept)
{
    bool stopped = atomic_load(&recording->end_cause) != NULL;
    int rounds = stopped ? RECORDING_BATCHES_LAST_MAX : RECORDING_BATCHES_MAX;

    apply_change(recording);
    for (size_t i = 0; i < recording->stream_count; i++)
        recording->sockets[i].drained = false;
    for (int round = 0; round < rounds; round++)
        if (!receive_round(recording, receiver, swept))
            break;
    return stopped;
}

void recording_media_end(struct recording *owned_recording)
{
    const struct track_ending ending = {
        .started = owned_recording->started,
        .stopped_ns = owned_recording->stopped.ns - owned_recording->started_mono.ns,
        .end_cause = atomic_load(&owned_recording->end_cause),
        .metadata_xml = owned_recording->metadata_xml,
        .metadata_xml_bytes = owned_recording->metadata_xml_bytes,
    };

    track_finish(owned_recording->track, &ending);
    recording_destroy(owned_recording);
}
