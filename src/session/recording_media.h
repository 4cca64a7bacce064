/**
 * recording_media: a recording as its media thread sees it. Private to this folder.
 *
 * What two threads share is small: `changes` (locked inside), `heard`, `sockets` and `end_cause`
 * (atomic). All else belongs to signalling before recording_start and to the media thread after it,
 * but for `known`, which is signalling's always; recording_start hands over through the thread's
 * locked inbox. Streams and sockets that are added later come as changes.
 */
#ifndef RECORDER_SESSION_RECORDING_MEDIA_H
#define RECORDER_SESSION_RECORDING_MEDIA_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "rtp/receiver.h"
#include "session/changes.h"
#include "session/media_stream.h"
#include "session/recording.h"
#include "session/track.h"

enum {
    /* batches a socket is read in one sweep: 10,000 packets a second; the rest waits in its buffer
     */
    RECORDING_BATCHES_MAX = 16,
    RECORDING_BATCHES_LAST_MAX = 64, /* likewise in the last sweep: more than a buffer holds */
    /* RTCP is looked at in every fifth sweep: it comes each few seconds, and is stamped on arrival
     */
    RECORDING_RTCP_SWEEPS = 5,
};

/*
 * The sockets of a stream, as signalling and the media thread agree on them. IDLE: it is withdrawn,
 * and whoever is first either closes them (the media thread) or takes them back into use
 * (signalling). From CLOSED only a new socket leads back, which comes as a change.
 */
enum recording_sockets {
    RECORDING_SOCKETS_USED,
    RECORDING_SOCKETS_IDLE,
    RECORDING_SOCKETS_CLOSED,
};

/* What signalling knows of the streams, in the order of their indexes. */
struct recording_known {
    size_t count;
    uint16_t port[BOUND_CALL_STREAMS];
    struct sockaddr_storage local[BOUND_CALL_STREAMS]; /* that the socket is bound to */
};

struct recording {
    struct recording_known known;
    struct track *track;
    size_t stream_count;
    struct media_stream *streams[BOUND_CALL_STREAMS];
    struct port_range *ports;
    const struct recording_sink *sink;
    void *sink_handle;
    struct recording_policy policy;
    mono_time started_mono;
    wall_time started;
    char cname[STREAM_RTCP_CNAME_BYTES];
    /* media thread */
    struct recording *next;
    int64_t horizon_ns; /* all that arrived before it has been received */
    unsigned sweeps;
    struct recording_party caller; /* as last told */
    struct recording_party called;
    struct recording_ties *ties;
    /* shared */
    struct changes changes;
    atomic_int sockets[BOUND_CALL_STREAMS]; /* enum recording_sockets, of each stream */
    atomic_int_fast64_t heard;       /* mono_time of the last packet taken in, 0 where none was */
    mono_time stopped;               /* set before end_cause */
    _Atomic(const char *) end_cause; /* NULL while it runs */
};

/* What one sweep of one recording counted. */
struct recording_swept {
    uint64_t packets_received;
    uint64_t packets_kernel_dropped;
};

/** Write the stream's headers; first call of the media thread. setup: of decoders, borrowed. */
void recording_media_begin(struct recording *recording, const struct audio_setup *setup);

/**
 * Apply changes, receive all that waits, encode what is complete.
 *
 * receiver  of the calling thread.
 * swept     counts are added.
 *
 * Returns whether the recording was stopped before the sweep began: everything that came before
 * the stop has then been received, and recording_media_end must follow.
 */
bool recording_media_sweep(struct recording *recording, struct rtp_receiver *receiver,
                           struct recording_swept *swept) MUST_CHECK;

/** Write the end of a stopped recording, give its ports back, free it. */
void recording_media_end(struct recording *owned_recording);

#endif
