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

#include "audio/codec.h"
#include "base/fault.h"
#include "base/status.h"
#include "session/leg.h"
#include "session/recording.h"
#include "session/recording_sink.h"

enum {
    TRACK_TAIL_MS = 1000, /* audio that lies so far beyond the end is still kept */
    /* no leg has audio that waits: the line goes on as silence so far behind the clock. Nothing is
     * kept waiting by that, and what a stalled sender or network brings then is not late */
    TRACK_IDLE_MS = 3000,
    /* legs that can be kept alone from when a third one comes, where nothing else is asked for: 2
     * bytes a frame each until then */
    TRACK_SPARE_CHANNELS = 4,
};

struct track;

/**
 * streams  1..BOUND_CALL_STREAMS, copied; those of one channel are heard together, at the highest
 *          rate that they brought so far. A channel without a stream is silent.
 * serial   of the Ogg stream.
 *
 * STATUS_OK           *out set.
 * STATUS_UNSUPPORTED  a stream whose first format is no sound that is in the table.
 * STATUS_NOMEM
 */
enum status track_create(const struct recording_stream *streams, size_t stream_count,
                         uint32_t serial, struct track **out, struct fault *fault) MUST_CHECK;

/** Free; the sink is not called. NULL is accepted. */
void track_destroy(struct track *owned_track);

/**
 * Write the header pages; pages go down this sink from now on. Nothing is received before.
 *
 * setup   of decoders; borrowed, outlives the track.
 * policy  copied.
 * sink    borrowed, outlives the track.
 * handle  of the sink.
 */
void track_begin(struct track *track, const struct audio_setup *setup,
                 const struct recording_policy *policy, const struct recording_sink *sink,
                 void *handle);

/**
 * Make the leg of a stream that is to be added. Any thread.
 *
 * STATUS_OK           *out set, for track_add or leg_destroy.
 * STATUS_UNSUPPORTED  track_accepts refuses it.
 * STATUS_NOMEM
 */
enum status track_make_leg(const struct recording_stream *stream, struct leg **out,
                           struct fault *fault) MUST_CHECK;

/**
 * Take in a leg; its index is the number of legs before. There are fewer than BOUND_CALL_STREAMS.
 *
 * begin_ns  when it was added.
 */
void track_add(struct track *track, const struct recording_stream *stream, struct leg *owned_leg,
               int64_t begin_ns);

/** Whether what is agreed for a stream can be heard: its first format is a known sound. Any thread.
 */
bool track_accepts(const struct recording_stream *stream);

/**
 * Take over labels, parties, formats and holds, stream by stream; channels stay.
 * Streams that track_accepts refuses leave the leg as it is; those past the legs are not looked at.
 *
 * at_ns  since when it is so.
 */
void track_update(struct track *track, const struct recording_stream *streams, size_t stream_count,
                  int64_t at_ns);

/** Give a leg one datagram; arguments as leg_receive. */
void track_receive(struct track *track, size_t leg, const uint8_t *data, size_t data_bytes,
                   int64_t arrival_ns);

/** Give a leg a report of its sender; arguments as leg_report. */
void track_report(struct track *track, size_t leg, const struct rtcp_sender_report *report,
                  const char *cname, const struct sockaddr_storage *from);

/**
 * Pause or resume, as sink->controlled is then told. Also done by digits that make a code of the
 * policy's, and when a pause's limit is over.
 *
 * at_ns  since when: what arrives from then on is not kept, or is kept again.
 */
void track_control(struct track *track, const struct recording_control *control, int64_t at_ns);

/** Signalling tells that a digit was pressed, at at_ns: where it completes a code of the policy's,
 * that takes effect from then on. */
void track_press(struct track *track, char digit, int64_t at_ns);

/** Count datagrams that no leg is given; arguments as leg_count. */
void track_count(struct track *track, size_t leg, enum leg_outcome outcome, uint64_t datagrams);

/** Who calls whom, as told last, for the sink's journal; NULL: as before. */
void track_name_parties(struct track *track, const struct recording_party *caller,
                        const struct recording_party *called);

/** Events of the recording so far, at most BOUND_NOTES: what signalling tells is added to it. */
struct notes *track_notes(struct track *track);

/**
 * Encode what is complete, and hand over the pages that are full or that the sink is about to sync.
 * A gap is waited for until audio behind it, or beside it on another leg, is RECORDING_REORDER_MS
 * old, counted from its arrival.
 *
 * horizon_ns  all datagrams that arrived before it were received.
 */
void track_advance(struct track *track, int64_t horizon_ns);

/* How a track ends. */
struct track_ending {
    wall_time started;
    int64_t stopped_ns;
    const char *end_cause; /* static */
    struct recording_party caller;
    struct recording_party called;
    struct recording_ties ties; /* borrowed */
};

/**
 * Encode what is left up to the end, write the last page, and end the sink's recording. The end is
 * the time of stopping, or the end of audio that lies up to TRACK_TAIL_MS beyond it.
 */
void track_finish(struct track *track, const struct track_ending *ending);

#endif
