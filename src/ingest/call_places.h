/**
 * call_places: which leg of a recording a stream is recorded on that comes while the call runs.
 * Pure.
 *
 * A recording has BOUND_CALL_STREAMS places, each a leg that stays to its end. One is free while no
 * stream lives on it: then a stream that is the same again, by party or label, goes on there, with
 * a hold in between. Another gets a place of its own; where there is none any more, it goes on one
 * that is free all the same, so that a call may have any number of streams, as long as no more than
 * BOUND_CALL_STREAMS live at a time. That somebody else is heard on a leg from then on is for the
 * caller to tell.
 */
#ifndef RECORDER_INGEST_CALL_PLACES_H
#define RECORDER_INGEST_CALL_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "session/recording.h"

#define CALL_PLACES_NONE SIZE_MAX

enum { CALL_PLACES_TEXT_BYTES = 1024 };

/* The places of a recording. Borrowed. */
struct call_places {
    const struct recording_stream *told; /* [count]: what was last told of each leg */
    const bool *taken;                   /* [count]: a stream lives on it */
    size_t count;                        /* 0..BOUND_CALL_STREAMS */
};

/**
 * Choose the place of a stream.
 *
 * own  where it lay before; CALL_PLACES_NONE: nowhere.
 *
 * Returns one of the places that is free; their count for a new one; CALL_PLACES_NONE where all are
 * taken. It is one of the stream's channel but where only others are free.
 */
size_t call_places_choose(const struct call_places *places, const struct recording_stream *stream,
                          size_t own);

/** Whether nothing says that two are not the same stream: party, or else label. */
bool call_places_agree(const struct recording_stream *told, const struct recording_stream *stream);

/** Who was heard on a leg and who is from now on, in words: "2, +4512 -> 5, Bo". */
void call_places_describe(const struct recording_stream *told,
                          const struct recording_stream *stream, char text[CALL_PLACES_TEXT_BYTES]);

#endif
