/**
 * progress: how far a long command has come, on one line of a terminal. Nothing where standard
 * error is none, or --json is asked for.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_PROGRESS_H
#define RECORDER_TOOLS_RECORDERCTL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "tools/recorderctl/context.h"

struct progress {
    FILE *to; /* NULL: nobody looks */
    mono_time shown_at;
    bool shown;
};

/** Nothing shown yet. */
void progress_init(struct progress *progress, const struct context *context);

/** Say how many of `all` are done (all 0: how many there are is not known); at most a few times a
 *  second. */
void progress_show(struct progress *progress, const char *what, uint64_t done, uint64_t all);

/** Clear the line, before anything else is printed. */
void progress_clear(struct progress *progress);

#endif
