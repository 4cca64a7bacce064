/**
 * track_journal: what is known of a track's legs and facts while it goes on, told to its sink every
 * TRACK_JOURNAL_MS of the line, so that a crash leaves it. Private to this folder.
 *
 * Embedded by value, owned by the recording's media thread; all zero at first.
 *
 * Costs a call that is heard without gaps some microseconds each time, and the sink a unit of 4096
 * bytes. What the sink does not take, or there is no memory for, is told with the next.
 */
#ifndef RECORDER_SESSION_TRACK_JOURNAL_H
#define RECORDER_SESSION_TRACK_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/facts.h"
#include "session/leg.h"
#include "session/notes.h"
#include "session/recording_sink.h"
#include "session/track_end.h"

enum {
    TRACK_JOURNAL_MS = 5000,
    TRACK_JOURNAL_RETRY_MS = 1000, /* after one that was not taken */
};

struct track_journal {
    uint32_t number; /* of the next */
    int64_t due;     /* position of the line */
    struct recording_party caller;
    struct recording_party called;
    struct leg_told leg[BOUND_CALL_STREAMS];
    size_t unwritten; /* facts of the sink that were told */
};

/* All borrowed. */
struct track_journal_input {
    int64_t until; /* the line is read up to here */
    size_t leg_count;
    struct leg *const *leg;            /* [leg_count] */
    const struct track_end_leg *about; /* [leg_count] */
    struct notes *notes;               /* of the recording */
    const struct facts *unwritten;
};

/** Whether it is to be told, of a line that is read up to there. */
bool track_journal_is_due(const struct track_journal *journal, int64_t until);

/** Tell the sink what is new; nothing where it does not want it. */
void track_journal_tell(struct track_journal *journal, const struct track_journal_input *input,
                        const struct recording_sink *sink, void *handle);

#endif
