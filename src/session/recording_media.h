/**
 * recording_media: the media threads' side of a recording. Private to this folder.
 *
 * What the two threads share is small: `change` and `end_cause`, both atomic. All else belongs to
 * signalling before recording_start and to the media thread after it; recording_start hands over
 * through the thread's locked inbox.
 */
#ifndef RECORDER_SESSION_RECORDING_MEDIA_H
#define RECORDER_SESSION_RECORDING_MEDIA_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "rtp/receiver.h"
#include "session/recording.h"
#include "session/source_gate.h"
#include "session/track.h"

enum {
    /* batches a socket is read in one sweep: 10,000 packets a second; the rest waits in its buffer
     */
    RECORDING_BATCHES_MAX = 16,
    RECORDING_BATCHES_LAST_MAX = 64, /* likewise in the last sweep: more than a buffer holds */
};

/* What signalling wants changed. */
struct recording_change {
    size_t stream_count;
    struct recording_stream streams[BOUND_CALL_STREAMS];
    char *metadata_xml; /* owned, NULL where none came */
    size_t metadata_xml_bytes;
};

struct recording_socket {
    int descriptor;
    uint16_t port;
    uint32_t dropped;    /* the kernel's count, as last told */
    int64_t received_ns; /* all that arrived before it has been read; from the start */
    bool drained;        /* in the present sweep */
    struct source_gate gate;
};

struct recording {
    struct track *track;
    size_t stream_count;
    struct recording_socket sockets[BOUND_CALL_STREAMS];
    struct port_range *ports;
    const struct recording_sink *sink;
    void *sink_handle;
    mono_time started_mono;
    wall_time started;
    /* media thread */
    struct recording *next;
    int64_t horizon_ns; /* all that arrived before it has been received */
    char *metadata_xml;
    size_t metadata_xml_bytes;
    /* shared */
    _Atomic(struct recording_change *) change;
    mono_time stopped;               /* set before end_cause */
    _Atomic(const char *) end_cause; /* NULL while it runs */
};

/* What one sweep of one recording counted. */
struct recording_swept {
    uint64_t packets_received;
    uint64_t packets_kernel_dropped;
};

/** Write the stream's headers; first call of the media thread. */
void recording_media_begin(struct recording *recording);

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
