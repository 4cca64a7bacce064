#include "session/recording.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/bytes.h"
#include "net/address.h"
#include "session/media_pool.h"
#include "session/recording_media.h"

/* A name that says nothing, for this recording only (RFC 7022 section 4.2). */
static enum status make_cname(struct recording *recording, struct fault *fault)
{
    uint64_t random[2];

    if (getrandom(random, sizeof random, 0) != sizeof random)
        return fault_set(fault, STATUS_IO, errno, "random bytes for a CNAME");
    (void)snprintf(recording->cname, sizeof recording->cname, "%016llx%08llx@recorder",
                   (unsigned long long)random[0], (unsigned long long)(random[1] & UINT32_MAX));
    return STATUS_OK;
}

static void know_stream(struct recording *recording, const struct media_stream *media)
{
    struct recording_known *known = &recording->known;

    known->port[known->count] = media->socket[MEDIA_STREAM_CURRENT].port;
    known->local[known->count] = media->socket[MEDIA_STREAM_CURRENT].local;
    known->count++;
}

static enum status open_streams(struct recording *recording, const struct recording_stream *streams,
                                size_t count, const struct sockaddr_storage *address,
                                struct fault *fault)
{
    for (size_t i = 0; i < count; i++) {
        struct media_stream *media;
        enum status status =
            media_stream_open(&streams[i], address, recording->ports, &media, fault);
        if (status != STATUS_OK)
            return status;
        recording->streams[recording->stream_count++] = media;
        know_stream(recording, media);
    }
    return STATUS_OK;
}

static enum status copy_begin(struct recording *recording, const struct recording_begin *begin,
                              struct fault *fault)
{
    recording->caller = begin->caller;
    recording->called = begin->called;
    track_name_parties(recording->track, &begin->caller, &begin->called);
    recording->ties = ties_copy(&begin->ties);
    if (!recording->ties)
        return fault_set(fault, STATUS_NOMEM, 0, "make a recording");
    return STATUS_OK;
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
    if (changes_init(&recording->changes) != STATUS_OK) {
        free(recording);
        return fault_set(fault, STATUS_NOMEM, 0, "make a recording");
    }
    recording->ports = ports;
    recording->sink = sink;
    for (size_t i = 0; i < BOUND_CALL_STREAMS; i++)
        atomic_init(&recording->sockets[i], RECORDING_SOCKETS_USED);
    atomic_init(&recording->heard, 0);
    atomic_init(&recording->end_cause, NULL);
    /* the last bytes of the id are random, which is what a serial number wants */
    uint32_t serial = bytes_get_u32(begin->id.b + UUID_BYTES - sizeof serial);
    recording->sweeps = serial % RECORDING_RTCP_SWEEPS; /* not all recordings in one sweep */
    enum status status = track_create(streams, stream_count, serial, &recording->track, fault);
    if (status == STATUS_OK)
        status = make_cname(recording, fault);
    if (status == STATUS_OK)
        status = copy_begin(recording, begin, fault);
    if (status == STATUS_OK)
        status = open_streams(recording, streams, stream_count, address, fault);
    if (status != STATUS_OK) {
        recording_destroy(recording);
        return status;
    }
    *out = recording;
    return STATUS_OK;
}

void recording_destroy(struct recording *owned_recording)
{
    if (!owned_recording)
        return;
    for (size_t i = 0; i < owned_recording->stream_count; i++)
        media_stream_close(owned_recording->streams[i]);
    changes_deinit(&owned_recording->changes);
    track_destroy(owned_recording->track);
    free(owned_recording->ties);
    free(owned_recording);
}

uint16_t recording_port(const struct recording *recording, size_t stream)
{
    assert(stream < recording->known.count);
    return recording->known.port[stream];
}

void recording_start(struct recording *recording, struct media_pool *pool, void *sink_handle,
                     const struct recording_policy *policy, mono_time now, wall_time started)
{
    recording->sink_handle = sink_handle;
    recording->policy = *policy;
    recording->started_mono = now;
    recording->started = started;
    media_pool_take(pool, recording);
}

/* Make what a new stream needs; on failure the change holds what was made. */
static enum status fill_added(struct recording *recording, const struct recording_stream *stream,
                              const struct sockaddr_storage *address,
                              struct recording_change *change, struct fault *fault)
{
    change->added = malloc(sizeof *change->added);
    if (!change->added) {
        (void)fault_set(fault, STATUS_NOMEM, 0, "add a stream");
        return STATUS_NOMEM;
    }
    *change->added = *stream;
    enum status status = track_make_leg(stream, &change->added_leg, fault);
    if (status == STATUS_OK)
        status = media_stream_open(stream, address, recording->ports, &change->added_media, fault);
    return status;
}

enum status recording_add_stream(struct recording *recording, const struct recording_stream *stream,
                                 const struct sockaddr_storage *address, size_t *index,
                                 struct fault *fault)
{
    if (recording->known.count >= BOUND_CALL_STREAMS)
        return fault_set(fault, STATUS_LIMIT, 0, "%d streams are recorded already",
                         BOUND_CALL_STREAMS);
    struct recording_change *change = calloc(1, sizeof *change);
    if (!change)
        return fault_set(fault, STATUS_NOMEM, 0, "add a stream");
    enum status status = fill_added(recording, stream, address, change, fault);
    if (status != STATUS_OK) {
        change_destroy(change);
        return status;
    }
    *index = recording->known.count;
    know_stream(recording, change->added_media);
    changes_push(&recording->changes, change);
    return STATUS_OK;
}

/* From IDLE to USED: the media thread leaves them open. Returns whether it was IDLE. */
static bool take_back(struct recording *recording, size_t index)
{
    int expected = RECORDING_SOCKETS_IDLE;

    return atomic_compare_exchange_strong(&recording->sockets[index], &expected,
                                          RECORDING_SOCKETS_USED);
}

/* The media thread may close them. */
static void give_up(struct recording *recording, size_t index)
{
    int expected = RECORDING_SOCKETS_USED;

    (void)atomic_compare_exchange_strong(&recording->sockets[index], &expected,
                                         RECORDING_SOCKETS_IDLE);
}

static enum status bind_moved(struct recording *recording, size_t index,
                              const struct sockaddr_storage *address, struct fault *fault)
{
    struct recording_change *change = calloc(1, sizeof *change);
    struct media_socket *moved = malloc(sizeof *moved);

    if (!change || !moved) {
        free(change);
        free(moved);
        return fault_set(fault, STATUS_NOMEM, 0, "move a stream");
    }
    enum status status = media_socket_open(recording->ports, address, moved, fault);
    if (status != STATUS_OK) {
        free(change);
        free(moved);
        return status;
    }
    recording->known.port[index] = moved->port;
    recording->known.local[index] = moved->local;
    change->moved = moved;
    change->moved_stream = index;
    changes_push(&recording->changes, change);
    return STATUS_OK;
}

enum status recording_move_stream(struct recording *recording, size_t index,
                                  const struct recording_stream *stream,
                                  const struct sockaddr_storage *address, struct fault *fault)
{
    assert(index < recording->known.count);
    if (stream->local.ss_family != AF_UNSPEC)
        address = &stream->local;
    bool idle = take_back(recording, index);
    if (atomic_load(&recording->sockets[index]) == RECORDING_SOCKETS_USED &&
        address_same_host(address, &recording->known.local[index]))
        return STATUS_OK;
    enum status status = bind_moved(recording, index, address, fault);
    if (status == STATUS_OK)
        atomic_store(&recording->sockets[index], RECORDING_SOCKETS_USED);
    else if (idle)
        give_up(recording, index);
    return status;
}

/* A stream that comes back within its time has its sockets still. */
static void agree_on_sockets(struct recording *recording, const struct recording_news *news,
                             bool withdrawn)
{
    for (size_t i = 0; news->streams && i < news->stream_count && i < recording->known.count; i++) {
        if (news->streams[i].withdrawn != withdrawn)
            continue;
        if (withdrawn)
            give_up(recording, i);
        else
            (void)take_back(recording, i);
    }
}

enum status recording_update(struct recording *recording, const struct recording_news *news)
{
    const struct recording_known *known = &recording->known;
    struct recording_change *change;

    for (size_t i = 0; news->streams && i < news->stream_count && i < known->count; i++)
        if (!track_accepts(&news->streams[i]))
            return STATUS_UNSUPPORTED;
    enum status status = change_of_news(news, &change);
    if (status != STATUS_OK)
        return status;
    /* taken back before the media thread hears of it, given up after */
    agree_on_sockets(recording, news, false);
    changes_push(&recording->changes, change);
    agree_on_sockets(recording, news, true);
    return STATUS_OK;
}

void recording_note(struct recording *recording, const struct recording_note *note)
{
    struct recording_change *change = calloc(1, sizeof *change);

    if (change) {
        change->note_cause = note->cause;
        change->note_stream = note->stream < (int)recording->known.count ? note->stream : -1;
        change->note_detail = strndup(note->detail ? note->detail : "", BOUND_FACT_DETAIL_BYTES);
        if (!change->note_detail) {
            change_destroy(change);
            change = NULL;
        }
    }
    changes_push_note(&recording->changes, change);
}

enum status recording_control(struct recording *recording, const struct recording_control *control)
{
    struct recording_change *change;
    enum status status = change_of_control(control, &change);

    return status == STATUS_OK ? changes_push_control(&recording->changes, change) : status;
}

enum status recording_press(struct recording *recording, char digit)
{
    struct recording_change *change = calloc(1, sizeof *change);

    if (!change)
        return STATUS_NOMEM;
    change->pressed = digit;
    return changes_push_control(&recording->changes, change);
}

mono_time recording_heard(const struct recording *recording)
{
    return (mono_time){atomic_load(&recording->heard)};
}

void recording_stop(struct recording *owned_recording, const char *end_cause)
{
    owned_recording->stopped = clock_mono_now();
    atomic_store(&owned_recording->end_cause, end_cause);
}
