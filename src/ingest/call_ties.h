/**
 * call_ties: what ties a recording to others, kept as it was last said. Pure.
 */
#ifndef RECORDER_INGEST_CALL_TIES_H
#define RECORDER_INGEST_CALL_TIES_H

#include "base/bounds.h"
#include "session/recording_sink.h"

/* All zero: nothing was said. */
struct call_ties {
    char session_id[BOUND_METADATA_TEXT + 1];
    char sip_session_id[BOUND_METADATA_TEXT + 1];
    char group_id[BOUND_METADATA_TEXT + 1];
    char reference[BOUND_LABEL_BYTES];
};

/** Keep what is said now; NULL or "" leaves what was said before. Cut where it is too long. */
void call_ties_keep(struct call_ties *ties, const struct recording_ties *said);

/** As the sink is told them; borrowed from ties. */
struct recording_ties call_ties_show(const struct call_ties *ties);

#endif
