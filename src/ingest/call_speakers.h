/**
 * call_speakers: who speaks on the streams of a call, by its metadata, and on which channel that
 * puts them. Private to call_streams. Pure.
 */
#ifndef RECORDER_INGEST_CALL_SPEAKERS_H
#define RECORDER_INGEST_CALL_SPEAKERS_H

#include "ingest/call_streams.h"

/* Borrowed from the metadata; NULL where not known. */
struct call_speakers {
    const struct siprec_participant *of[BOUND_CALL_STREAMS]; /* on each stream */
    struct siprec_parties parties;
};

/** metadata  NULL: nobody is known. */
struct call_speakers call_speakers_find(const struct call_streams *streams,
                                        const struct siprec_metadata *metadata);

/** The party of each stream, caller and called; who is not known leaves what was known before. */
void call_speakers_set_parties(struct call_streams *streams, const struct call_speakers *speakers);

/** The channels of all streams, as call_streams_choose says. */
void call_speakers_assign_channels(struct call_streams *streams,
                                   const struct call_speakers *speakers);

/** The channel of a stream that came later; those before it have theirs. */
enum recording_channel call_speakers_added_channel(const struct call_streams *streams, size_t index,
                                                   const struct call_speakers *speakers);

/**
 * Whether a line carries nothing but the mix of what other lines of the same description carry, one
 * for each party: then to record it too would put each party on the other's channel. Where any
 * party is not sure to be heard without it, it is recorded.
 *
 * metadata  NULL: false.
 */
bool call_speakers_are_heard(const struct sdp_description *description,
                             const struct siprec_metadata *metadata,
                             const struct sdp_abilities *abilities, size_t line);

#endif
