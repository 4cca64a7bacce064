/**
 * volumes: the directories that recordings lie in: the store's own, and further ones on other file
 * systems, in the order in which they are preferred. A recording has the same relative path below
 * each of them. The index and the keys are in the store's own alone.
 *
 * Pure but for volumes_missing; set up once, then read by any thread.
 */
#ifndef RECORDER_STORAGE_DISK_VOLUMES_H
#define RECORDER_STORAGE_DISK_VOLUMES_H

#include <stddef.h>

#include "base/bounds.h"
#include "base/config.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/disk.h"

enum { VOLUMES_MAX = 1 + CONFIG_LIST_MAX };

struct volumes {
    size_t count;                       /* 1 or more */
    const char *directory[VOLUMES_MAX]; /* the store's own first; borrowed, without a slash at the
                                           end */
};

/** Those of a configuration, which they borrow. One that is named twice counts once. */
struct volumes volumes_of(const struct config *config);

/**
 * Path of something on a volume.
 *
 * number  of the volume, below count.
 * below   relative path.
 *
 * STATUS_OK, STATUS_LIMIT: it does not fit.
 */
enum status volumes_path(const struct volumes *volumes, size_t number, const char *below,
                         char path[static BOUND_PATH_BYTES]) MUST_CHECK;

/** The relative part of a path on any of the volumes, within path; NULL where it is on none. */
const char *volumes_below(const struct volumes *volumes, const char *path);

/**
 * Look for the directory of recordings of each volume: it is made when a recorder starts, so where
 * it is missing the volume is not mounted.
 *
 * STATUS_OK         each has one, or cannot be looked at: a disk that fails is not missing.
 * STATUS_NOT_FOUND  fault names the first that has none.
 * STATUS_LIMIT      its path does not fit.
 */
enum status volumes_missing(const struct disk *disk, const struct volumes *volumes,
                            struct fault *fault) MUST_CHECK;

#endif
