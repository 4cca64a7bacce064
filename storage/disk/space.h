/**
 * space: how much room a volume has left for us, and what may still be done with it.
 *
 * Pure but for space_look; no state of its own. Room is counted in bytes and, where the file system
 * counts them, in files (inodes): the scarcer of the two decides. "For us" leaves out what the file
 * system keeps for root. Nothing is ever deleted to make room.
 *
 *   PLENTY --low--> LOW --no_exports--> NO_EXPORTS --no_calls--> NO_CALLS
 *
 * It gets worse as soon as a look finds it so, by as many levels as it takes. It gets better only
 * where SPACE_BETTER_PERCENT more is free than the limit that was passed, and SPACE_CALM_S after
 * the last change: a volume that is filled and emptied around a limit changes nothing.
 */
#ifndef RECORDER_STORAGE_DISK_SPACE_H
#define RECORDER_STORAGE_DISK_SPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/disk.h"

enum {
    SPACE_WHOLE = 10000, /* shares are told in hundredths of a percent */
    SPACE_BETTER_PERCENT = 1,
    SPACE_CALM_S = 5,
};

enum space_level {
    SPACE_PLENTY,
    SPACE_LOW,        /* somebody should make room */
    SPACE_NO_EXPORTS, /* what is no call is refused */
    SPACE_NO_CALLS,   /* new calls are refused; those in progress go on */
};

/* Percent of a volume: with less free than that, the level is reached. Each at most the one before;
 * 0: never. */
struct space_limits {
    unsigned low_percent;
    unsigned no_exports_percent;
    unsigned no_calls_percent;
};

/* What a look saw. */
struct space {
    uint64_t free_bytes;
    uint64_t whole_bytes; /* free and in use, without what is kept for root */
    uint64_t free_files;
    uint64_t whole_files; /* 0: the file system does not count them */
};

/* A level that goes on from look to look. Zero: plenty, never changed. */
struct space_state {
    enum space_level level;
    mono_time changed; /* zero: never */
};

/**
 * Look at the volume of a path.
 *
 * STATUS_OK; STATUS_IO: *space untouched.
 */
enum status space_look(const struct disk *disk, const char *path, struct space *space,
                       struct fault *fault) MUST_CHECK;

/** What would be free if so many bytes more were in use; 0 where that is more than there is. */
struct space space_without(const struct space *space, uint64_t bytes);

/** How much of it is free, 0 to SPACE_WHOLE: of bytes or of files, whichever is less. */
unsigned space_free_share(const struct space *space);

/** The level of one look alone. */
enum space_level space_level(const struct space *space, const struct space_limits *limits);

/**
 * Go on to the level after another look.
 *
 * now  must not go backwards.
 *
 * Returns whether the level changed.
 */
bool space_judge(struct space_state *state, const struct space *space,
                 const struct space_limits *limits, mono_time now);

/** "plenty", "low", "no_exports", "no_calls": stable, for logs and JSON. */
const char *space_level_name(enum space_level level);

#endif
