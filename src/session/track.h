/**
 * track: the legs of one recording, encoded together into Ogg pages that go down the sink.
 *
 * Pure but for the sink: time is given, so tests drive it with a simulated clock. All times are
 * nanoseconds from the recording's start. Owned by the recording's media thread once begun.
 *
 * Invariants: every 20 ms of the line is encoded once, in order, for both channels; the stream's
 * last granule position less its pre-skip is the recording's exact length.
 */
#ifndef RECORDER_SESSION_TRACK_H
#define RECORDER_SESSION_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "session/recording.h"
#include "session/recording_sink.h"

enum {
    TRACK_TAIL_MS = 1000, /* audio that lies so far beyond the end is still kept */
    /* no leg has audio that waits: the line goes on as silence so far behind the clock. Nothing is
     * kept waiting by that, and what a stalled sender or network brings then is not late */
    TRACK_IDLE_MS = 3000,
};

struct track;

/**
 * streams  1..BOUND_CALL_STREAMS, copied; no two on one channel. A channel without a stream is
 *          silent.
 * serial   of the Ogg stream.
 *
 * STATUS_OK           *out set.
 * STATUS_UNSUPPORTED  a codec that is not in the table.
 * STATUS_NOMEM
 */
enum status track_create(const struct recording_stream *streams, size_t stream_count,
                         uint32_t serial, struct track **out, struct fault *fault) MUST_CHECK;

/** Free; the sink is not called. NULL is accepted. */
void track_destroy(struct track *owned_track);

/**
 * Write the header pages; pages go down this sink from now on.
 *
 * sink    borrowed, outlives the track.
 * handle  of the sink.
 */
void track_begin(struct track *track, const struct recording_sink *sink, void *handle);

/**
 * Whether the streams of an update can be taken over: known codecs of the same rates. Any thread.
 */
bool track_accepts(const struct track *track, const struct recording_stream *streams,
                   size_t stream_count);

/**
 * Take over labels, parties, codecs and payload types, stream by stream; channels stay. Streams
 * that track_accepts refuses leave the leg as it is; those past the legs are not looked at.
 */
void track_update(struct track *track, const struct recording_stream *streams, size_t stream_count);

/** Give a leg one datagram; arguments as leg_receive. */
void track_receive(struct track *track, size_t leg, const uint8_t *data, size_t data_bytes,
                   bool truncated, int64_t arrival_ns);

/** Count a datagram that is not the leg's to hear. */
void track_ignore(struct track *track, size_t leg);

/**
 * Encode what is complete, and hand over the pages that are full or that the sink is about to sync.
 * A gap is waited for until audio behind it, or beside it on the other leg, is RECORDING_REORDER_MS
 * old, counted from its arrival.
 *
 * horizon_ns  all datagrams that arrived before it were received.
 */
void track_advance(struct track *track, int64_t horizon_ns);

/* How a track ends. */
struct track_ending {
    wall_time started;
    int64_t stopped_ns;
    const char *end_cause;    /* static */
    const char *metadata_xml; /* borrowed, NULL where none */
    size_t metadata_xml_bytes;
};

/**
 * Encode what is left up to the end, write the last page, and end the sink's recording. The end is
 * the time of stopping, or the end of audio that lies up to TRACK_TAIL_MS beyond it.
 */
void track_finish(struct track *track, const struct track_ending *ending);

#endif
