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
 * no gap is encoded at once, but for the first of what is anchored by arrival (session/voice.h).
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
#include "net/srtp_key.h"
#include "session/recording_sink.h"

enum {
    MEDIA_SWEEP_MS = 100,
    RECORDING_REORDER_MS = 1000,
    /* an Ogg page is closed when this much audio is in it, or at the last sweep before the sink
       syncs */
    RECORDING_PAGE_MS = 1000,
    RECORDING_PAGE_LEAD_MS = MEDIA_SWEEP_MS + 20,
    RECORDING_WITHDRAWN_MS = 5000, /* so long a stream that is withdrawn keeps its ports */
};

struct media_pool;
struct recording;

struct audio_setup;

/**
 * Start the media threads.
 *
 * threads  1..64, one per core.
 * setup    of decoders; borrowed, outlives the pool. NULL: without helpers.
 *
 * STATUS_OK, STATUS_NOMEM, STATUS_IO.
 */
enum status media_pool_create(unsigned threads, const struct audio_setup *setup,
                              struct media_pool **out, struct fault *fault) MUST_CHECK;

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

enum { RECORDING_FORMATS_MAX = 16 };

/* A payload type of a stream, by the SDP. */
struct recording_format {
    uint8_t payload_type;
    char codec[32];         /* encoding name, "PCMU"; also one that cannot be decoded; with its
                               channels, "L16*2", where the name alone would be taken for fewer */
    uint32_t clock_rate_hz; /* of its RTP timestamps */
};

/* One stream as signalling knows it. */
struct recording_stream {
    struct sockaddr_storage local;  /* where its sockets are bound, port ignored; AF_UNSPEC: at the
                                       address that recording_create or _add_stream is given */
    struct sockaddr_storage sender; /* that the SDP names, with its port; AF_UNSPEC where none */
    struct sockaddr_storage rtcp;   /* where its reports go and come from; AF_UNSPEC: nowhere, as of
                                       a stream that was withdrawn */
    struct srtp_key remote_key;     /* what comes is sealed with; suite NONE: plain RTP */
    struct srtp_key local_key;      /* our RTCP is sealed with */
    enum recording_channel channel;
    bool rtcp_mux;      /* they share the RTP port (RFC 5761) */
    bool held;          /* what comes is not to be heard: on hold, inactive, or withdrawn */
    bool hold_is_pause; /* held because its source paused it (RFC 7866 section 7.1.1.1) */
    bool withdrawn;     /* answered port 0, or of a dialog that is over; held then */
    struct recording_party party; /* who speaks on it */
    char label[BOUND_LABEL_BYTES];
    /* the agreed one first; behind it what else was offered and may be sent all the same: sound,
     * comfort noise, events, and what cannot be decoded, so that it can be named */
    size_t formats; /* 1..RECORDING_FORMATS_MAX */
    struct recording_format format[RECORDING_FORMATS_MAX];
};

/* What signalling tells of a running call. */
struct recording_news {
    const struct recording_stream
        *streams;                         /* in the order of their indexes; NULL where unchanged */
    size_t stream_count;                  /* fewer than there are leave the rest as they are */
    const struct recording_party *caller; /* NULL where unchanged */
    const struct recording_party *called;
    const struct recording_ties *ties;
    const struct recording_document
        *document; /* NULL where none came; its at_ms is not looked at */
};

/* An event of the call that becomes a fact. */
struct recording_note {
    /* static: "party_joined", "party_left", "deviation", "stream_change" (another stream is heard
       on the leg from here on), "stream_refused" (a line is not recorded for want of room, port or
       address) */
    const char *cause;
    const char *detail; /* copied, cut to BOUND_FACT_DETAIL_BYTES; "" where nothing */
    int stream; /* index, or -1 for the whole recording; one that is not there counts as -1 */
};

/**
 * Make a recording and bind a socket for each stream.
 *
 * begin    copied.
 * streams  1..BOUND_CALL_STREAMS, copied; several may be on one channel.
 * address  local address to bind, port ignored.
 * ports    lends the ports; outlives the recording.
 * sink     borrowed, outlives the recording.
 *
 * STATUS_OK           *out set.
 * STATUS_FULL         no free port.
 * STATUS_UNSUPPORTED  an agreed codec that audio/codec.h does not know as sound; fault names it.
 * STATUS_NOMEM, STATUS_IO.
 */
enum status recording_create(const struct recording_begin *begin,
                             const struct recording_stream *streams, size_t stream_count,
                             const struct sockaddr_storage *address, struct port_range *ports,
                             const struct recording_sink *sink, struct recording **out,
                             struct fault *fault) MUST_CHECK;

/** Free one that was never started: its ports go back. The sink is not called. NULL is accepted. */
void recording_destroy(struct recording *owned_recording);

/** The local RTP port of a stream; its RTCP port, where not shared, is the next one. */
uint16_t recording_port(const struct recording *recording, size_t stream);

/**
 * Hand it to the pool's least busy thread.
 *
 * sink_handle  from sink->begin, whose ready came with STATUS_OK.
 * policy       that ready came with; copied.
 * now, started position 0: the same moment on both clocks, not in the future.
 */
void recording_start(struct recording *recording, struct media_pool *pool, void *sink_handle,
                     const struct recording_policy *policy, mono_time now, wall_time started);

/**
 * Add a stream to one that was created, started or not: bind its sockets, so that an answer can
 * name the port. A running recording's media thread takes it in at its next sweep. It stays at this
 * index for the recording's life. Its line is silence before now, which is no fact of the leg's: it
 * did not exist.
 *
 * stream   copied. Its channel may have other streams: they are heard together.
 * address  local address to bind, port ignored.
 * index    out: for recording_port and recording_update.
 *
 * STATUS_OK, STATUS_LIMIT (BOUND_CALL_STREAMS are there), or as recording_create, also
 * STATUS_UNSUPPORTED; nothing changed then.
 */
enum status recording_add_stream(struct recording *recording, const struct recording_stream *stream,
                                 const struct sockaddr_storage *address, size_t *index,
                                 struct fault *fault) MUST_CHECK;

/**
 * Have a socket for a stream where it is to be heard from now on: one whose sender moved to another
 * address family, or one that was withdrawn and comes back, be it as another stream. Where it has
 * one at that address it keeps it, and its port; else it gets a new one, which recording_port names
 * from now on, and the one before is read until MEDIA_STREAM_FORMER_MS after the first packet came
 * to the new one. All else of the stream is told by recording_update, after this.
 *
 * index    of a stream that is there.
 * stream   what it is to be; only `local` is looked at.
 * address  local address to bind where stream->local does not name one; port ignored.
 *
 * STATUS_OK, STATUS_FULL, STATUS_NOMEM, STATUS_IO: nothing changed but for STATUS_OK.
 */
enum status recording_move_stream(struct recording *recording, size_t index,
                                  const struct recording_stream *stream,
                                  const struct sockaddr_storage *address,
                                  struct fault *fault) MUST_CHECK;

/**
 * What a re-INVITE, UPDATE or BYE changed; applied by the media thread at its next sweep, but
 * counted from now: what arrived before is treated as before. The streams keep their sockets,
 * channels and timelines.
 *
 * held  what arrives from now on is not heard, and the stretch is a fact ("held", or "paused" where
 *       hold_is_pause) instead of silence or loss; what comes after it lies where it arrives,
 *       whatever its numbers and timestamps did meanwhile.
 * withdrawn  its sockets are closed and its ports given back after RECORDING_WITHDRAWN_MS; before
 *       it is withdrawn no longer, recording_move_stream sees that it has some.
 * keys  a key that changes is taken over with the first packet it opens; until then the one before
 *       is used too, plain RTP for MEDIA_STREAM_MIXED_MS at most. One for which there is no memory
 *       is tried again with each packet; what could not be opened by then becomes a fact.
 *
 * news  all borrowed, copied.
 *
 * STATUS_OK
 * STATUS_UNSUPPORTED  an agreed codec that is not known; nothing changed.
 * STATUS_NOMEM        nothing changed.
 */
enum status recording_update(struct recording *recording,
                             const struct recording_news *news) MUST_CHECK;

/**
 * Keep an event, at the present time of the recording's clock. More than BOUND_NOTES, or without
 * memory, are dropped and counted in a last one.
 */
void recording_note(struct recording *recording, const struct recording_note *note);

/**
 * Pause or resume a recording that was started, from now on: what arrives later is not kept (or is
 * kept again). Applied by the media thread at its next sweep, which then tells the sink
 * (`controlled`): only from there on is it confirmed.
 *
 * control  copied.
 *
 * STATUS_OK
 * STATUS_NOMEM, STATUS_LIMIT (more than a sweep can bring wait): nothing changed.
 */
enum status recording_control(struct recording *recording,
                              const struct recording_control *control) MUST_CHECK;

/**
 * Somebody on the call pressed a digit, as its signalling tells (a client that sends no telephone
 * events). Where it completes a code of the policy, with those told before it, that takes effect as
 * of now, as the digits of a leg do. It is no fact, and kept no longer than a code may take.
 *
 * digit  '0' to '9', '*', '#', 'A' to 'D'.
 *
 * STATUS_OK
 * STATUS_NOMEM, STATUS_LIMIT, as recording_control: nothing changed.
 */
enum status recording_press(struct recording *recording, char digit) MUST_CHECK;

/** When the last packet came that was taken in; 0 where none did. Signalling thread. */
mono_time recording_heard(const struct recording *recording);

/**
 * End it. end_cause is a static string. Consumes the recording.
 */
void recording_stop(struct recording *owned_recording, const char *end_cause);

#endif
