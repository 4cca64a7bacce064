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

/**
 * Who speaks on each stream, and who are caller and called.
 *
 * metadata  merged, outlives what is returned; NULL: nobody is known.
 */
struct call_speakers call_speakers_find(const struct call_streams *streams,
                                        const struct siprec_metadata *metadata);

/** The party of each stream, caller and called; who is not known leaves what was known before. */
void call_speakers_set_parties(struct call_streams *streams, const struct call_speakers *speakers);

/** The channels of all streams, as call_streams_choose says. */
void call_speakers_assign_channels(struct call_streams *streams,
                                   const struct call_speakers *speakers);

/**
 * The channels of streams that came later, as call_streams_update says; all others have theirs.
 *
 * before  the streams as they were.
 */
void call_speakers_assign_added(const struct call_streams *before,
                                const struct call_speakers *speakers, struct call_streams *streams);

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
