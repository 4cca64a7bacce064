/**
 * track_end: what is told about a recording when its last page is written. Private to this folder.
 */
#ifndef RECORDER_SESSION_TRACK_END_H
#define RECORDER_SESSION_TRACK_END_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/facts.h"
#include "session/leg.h"
#include "session/notes.h"
#include "session/recording.h"
#include "session/track.h"
#include "session/track_peaks.h"

/* What signalling told of a leg. */
struct track_end_leg {
    enum recording_channel channel;
    bool own; /* it has a channel of its own too, that of its index */
    char label[BOUND_LABEL_BYTES];
    struct recording_party party;
};

/* All borrowed. */
struct track_end_input {
    size_t leg_count;
    int64_t duration_ms;
    int64_t talk_over_ms;
    const struct leg *leg[BOUND_CALL_STREAMS];
    const struct track_end_leg *about; /* [leg_count] */
    const struct track_peaks *peaks;
    const struct facts *unwritten;
    const struct notes *notes;
    const struct track_ending *ending;
};

/** Who a leg is, and what was counted of it so far; how it was heard is not in it. */
void track_end_describe(struct recording_leg *out, const struct leg *leg,
                        const struct track_end_leg *about, size_t index);

/**
 * Gather legs, facts in the order of their start, peaks and who spoke how long, and end the sink's
 * recording. Without memory for the facts it ends without them.
 */
void track_end_report(const struct track_end_input *input, const struct recording_sink *sink,
                      void *handle);

#endif
