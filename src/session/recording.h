/**
 * recording: one call being recorded: its sockets, legs and timelines, its encoder and its sink.
 *
 * Life: the signalling thread creates it (sockets are bound, so that the SDP answer can name the
 * ports), waits for the sink to be ready, starts it (a media thread owns its media from then on),
 * may update it, and stops it. After recording_stop the signalling thread must not touch it; the
 * media thread drains the sockets, encodes what is left, calls sink->end and frees it.
 *
 * The common clock of a recording starts (position 0) when its INVITE was taken. A leg's first
 * packet lies where it arrived on that clock; what follows lies by its RTP timestamp.
 *
 * Latency budget (the promise of 2 s, see ARCHITECTURE.md): sweep MEDIA_SWEEP_MS + reorder window
 * RECORDING_REORDER_MS, from the arrival of what waits, + the store's sync period; what lies behind
 * no gap is encoded at once.
 */
#ifndef RECORDER_SESSION_RECORDING_H
#define RECORDER_SESSION_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/fault.h"
#include "base/status.h"
#include "net/port_range.h"
#include "session/recording_sink.h"

enum {
    MEDIA_SWEEP_MS = 100,
    RECORDING_REORDER_MS = 1000,
    /* an Ogg page is closed when this much audio is in it, or at the last sweep before the sink
       syncs */
    RECORDING_PAGE_MS = 1000,
    RECORDING_PAGE_LEAD_MS = MEDIA_SWEEP_MS + 20,
};

struct media_pool;
struct recording;

/**
 * Start the media threads.
 *
 * threads  1..64, one per core.
 *
 * STATUS_OK, STATUS_NOMEM, STATUS_IO.
 */
enum status media_pool_create(unsigned threads, struct media_pool **out,
                              struct fault *fault) MUST_CHECK;

/** Stop every recording still running (end_cause "shutdown"), join the threads; NULL is accepted.
 */
void media_pool_destroy(struct media_pool *owned_pool);

/* Counters over the pool's life, for status and metrics. */
struct media_pool_counts {
    uint64_t recordings_running;
    uint64_t packets_received;
    uint64_t packets_kernel_dropped; /* SO_RXQ_OVFL */
    uint64_t sweep_late_ms_max;      /* worst lateness of a sweep since the last call */
};

/** Read the counters; any thread. */
struct media_pool_counts media_pool_counts(struct media_pool *pool);

/* One stream as signalling knows it. */
struct recording_stream {
    char label[BOUND_LABEL_BYTES];
    struct recording_party party; /* who speaks on it */
    enum recording_channel channel;
    char codec[32];                 /* "PCMU" or "PCMA" */
    uint8_t payload_type;           /* that it comes with */
    uint32_t clock_rate_hz;         /* RTP clock, 8000 */
    struct sockaddr_storage sender; /* that the SDP names, with its port; AF_UNSPEC where none */
};

/**
 * Make a recording and bind a socket for each stream.
 *
 * begin    copied.
 * streams  1..BOUND_CALL_STREAMS, copied; no two on one channel.
 * address  local address to bind, port ignored.
 * ports    lends the ports; outlives the recording.
 * sink     borrowed, outlives the recording.
 *
 * STATUS_OK           *out set.
 * STATUS_FULL         no free port.
 * STATUS_UNSUPPORTED  a codec that audio/codec.h does not know; fault names it.
 * STATUS_NOMEM, STATUS_IO.
 */
enum status recording_create(const struct recording_begin *begin,
                             const struct recording_stream *streams, size_t stream_count,
                             const struct sockaddr_storage *address, struct port_range *ports,
                             const struct recording_sink *sink, struct recording **out,
                             struct fault *fault) MUST_CHECK;

/** Free one that was never started: its ports go back. The sink is not called. NULL is accepted. */
void recording_destroy(struct recording *owned_recording);

/** The local port of a stream. */
uint16_t recording_port(const struct recording *recording, size_t stream);

/**
 * Hand it to the pool's least busy thread.
 *
 * sink_handle  from sink->begin, whose ready came with STATUS_OK.
 * now, started position 0: the same moment on both clocks, not in the future.
 */
void recording_start(struct recording *recording, struct media_pool *pool, void *sink_handle,
                     mono_time now, wall_time started);

/**
 * New parties, labels, codecs or payload types, after a re-INVITE or UPDATE; applied by the media
 * thread at its next sweep. The streams keep their sockets, channels and timelines.
 *
 * streams       in the order of recording_create; fewer than there are leave the rest as they are,
 *               more are not looked at.
 * metadata_xml  raw document that came with it, copied; NULL and 0 where none (the last one stays).
 *
 * STATUS_OK
 * STATUS_UNSUPPORTED  a codec that is not known, or of another rate; nothing changed.
 * STATUS_NOMEM        nothing changed.
 */
enum status recording_update(struct recording *recording, const struct recording_stream *streams,
                             size_t stream_count, const char *metadata_xml,
                             size_t metadata_xml_bytes) MUST_CHECK;

/**
 * End it. end_cause is a static string. Consumes the recording.
 */
void recording_stop(struct recording *owned_recording, const char *end_cause);

#endif
