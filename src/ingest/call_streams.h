/**
 * call_streams: from an SDP offer and its metadata to the streams that are recorded, their parties
 * and channels, and the SDP answer. Pure.
 */
#ifndef RECORDER_INGEST_CALL_STREAMS_H
#define RECORDER_INGEST_CALL_STREAMS_H

#include <stddef.h>

#include "session/recording.h"
#include "sip/sdp.h"
#include "sip/siprec_metadata.h"

/* The streams chosen from an offer. */
struct call_streams {
    size_t count;
    struct recording_stream stream[BOUND_CALL_STREAMS];
    size_t media_line[BOUND_CALL_STREAMS]; /* index of the m-line in the offer */
    size_t format[BOUND_CALL_STREAMS];     /* index of the format in that m-line */
    struct recording_party caller;
    struct recording_party called;
};

/**
 * Choose the m-lines to record, in order, up to BOUND_CALL_STREAMS, with the speaker of each and
 * its channel: the caller's left, the called party's right, others where there is room.
 *
 * metadata  NULL where there is none: parties stay empty.
 *
 * STATUS_OK           streams->count >= 1.
 * STATUS_UNSUPPORTED  no m-line can be recorded; *streams untouched.
 */
enum status call_streams_choose(const struct sdp_offer *offer,
                                const struct siprec_metadata *metadata,
                                struct call_streams *streams) MUST_CHECK;

/**
 * Streams of a running call under a new offer: each keeps its m-line, place and channel; label,
 * codec, payload type and, where metadata came, party follow the new offer. A stream whose m-line
 * now has port 0 or nothing that can be recorded stays as it was and is answered port 0.
 *
 * accepted  out, bool[BOUND_CALL_STREAMS]: whether the stream's m-line is answered.
 *
 * STATUS_OK           at least one is accepted, or all are withdrawn (port 0): a hold.
 * STATUS_UNSUPPORTED  none; *streams untouched.
 */
enum status call_streams_update(struct call_streams *streams, const struct sdp_offer *offer,
                                const struct siprec_metadata *metadata, bool *accepted) MUST_CHECK;

/** Parties alone, from metadata without an offer. */
void call_streams_parties(struct call_streams *streams, const struct siprec_metadata *metadata);

/**
 * Fill the answer's media lines.
 *
 * ports  uint16_t[streams->count]; accepted  bool[streams->count], NULL for all.
 */
void call_streams_answer(const struct call_streams *streams, const struct sdp_offer *offer,
                         const uint16_t *ports, const bool *accepted, struct sdp_answer *answer);

#endif
