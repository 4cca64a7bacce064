/**
 * call_ties: what ties a recording to others: of each kind what was last told, which its row shows,
 * and whatever else was ever told of it. Pure.
 */
#ifndef RECORDER_INGEST_CALL_TIES_H
#define RECORDER_INGEST_CALL_TIES_H

#include "base/bounds.h"
#include "session/recording_sink.h"

struct call_tie {
    enum recording_tie_kind kind;
    char value[BOUND_TIE_BYTES];
};

/* All zero: nothing was said. */
struct call_ties {
    char session_id[BOUND_METADATA_TEXT + 1];
    char sip_session_id[BOUND_METADATA_TEXT + 1];
    char group_id[BOUND_METADATA_TEXT + 1];
    char reference[BOUND_LABEL_BYTES];
    size_t others;
    struct call_tie other[BOUND_TIES]; /* those said last first; none is one of the four */
};

/**
 * Keep what is said now; NULL or "" of the four leaves what was said before. Cut where it is too
 * long. What another takes the place of stays among the others; past BOUND_TIES those said first
 * are forgotten.
 */
void call_ties_keep(struct call_ties *ties, const struct recording_ties *said);

/** As the sink is told them; borrowed from ties. */
struct recording_ties call_ties_show(const struct call_ties *ties);

#endif
