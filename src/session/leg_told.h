/**
 * leg_told: what of a leg's facts is news since they were told last, while it goes on. Private to
 * this folder; owned by the recording's media thread. Positions are those of audio/line.h.
 *
 * A leg's facts are put together at its end (leg_account_finish). Here the same is done for the
 * stretch in which something can have changed since the last time: from where the line had been
 * told to, or from the first stretch that was told of late, as by a packet that came too late for
 * its place. What was told of before is final. So a call of hours costs what its last seconds cost.
 */
#ifndef RECORDER_SESSION_LEG_TOLD_H
#define RECORDER_SESSION_LEG_TOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/facts.h"
#include "audio/stretches.h"
#include "base/status.h"

struct holds;
struct leg_account;

/* What was told of a leg. All zero: nothing. */
struct leg_told {
    int64_t until;
    size_t facts;                    /* of those that its voices told */
    size_t last_of[FACT_CAUSES];     /* index + 1 of the newest of a cause, which may grow */
    struct fact newest[FACT_CAUSES]; /* as it was then */
};

/* The line of a leg up to now. Borrowed. */
struct leg_told_line {
    struct leg_account *account; /* its sets are sorted, nothing else of it changes */
    const struct holds *holds;
    const struct holds *pauses;
    int64_t until; /* read up to here */
    /* what voices are heard in and have not told the account of yet, for they still are */
    size_t runs;
    const struct stretch *run;
};

struct leg_news {
    int64_t from;       /* facts from here on replace those that were told */
    struct facts facts; /* as leg_facts tells them, from there up to `until`; facts_deinit frees */
    bool held;          /* it is on hold now */
    bool paused;        /* it is paused now */
    struct leg_told told; /* for the next time, where these were taken */
};

/**
 * Put the news together.
 *
 * STATUS_OK      *news set.
 * STATUS_NOMEM   nothing changed.
 */
enum status leg_told_news(const struct leg_told_line *line, const struct leg_told *before,
                          struct leg_news *news) MUST_CHECK;

#endif
