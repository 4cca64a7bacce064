/**
 * volumes: the directories that recordings lie in: the store's own, and further ones on other file
 * systems, in the order in which they are preferred. A recording has the same relative path below
 * each of them. The index and the keys are in the store's own alone.
 *
 * Pure but for what is given a disk; set up once, then read by any thread.
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
 * Look whether each volume is there: the store's own has its directory of recordings, which `init`
 * made, a further one the store's mark (volume_mark.h). Where it is missing the volume is not
 * mounted.
 *
 * STATUS_OK         each is, or cannot be looked at: a disk that fails is not missing. The
 *                   fault may speak of it.
 * STATUS_NOT_FOUND  fault names what the first has not.
 * STATUS_CONFLICT, STATUS_CORRUPT  as volume_mark_check or volumes_distinct, of the first that
 *                   is not the store's, or is named twice.
 * STATUS_LIMIT      its path does not fit.
 */
enum status volumes_missing(const struct disk *disk, const struct volumes *volumes,
                            struct fault *fault) MUST_CHECK;

enum volumes_alike {
    VOLUMES_APART,         /* or one of them cannot be looked at */
    VOLUMES_ONE_DISK,      /* on one file system: they fail, and are full, together */
    VOLUMES_ONE_DIRECTORY, /* under two names */
};

/** What two volumes have in common, by their directories of recordings. */
enum volumes_alike volumes_compare(const struct disk *disk, const struct volumes *volumes,
                                   size_t one, size_t other);

/**
 * Look whether a volume is another directory than those before it. Of one that is named twice, by a
 * link or a second mount, each file would be found twice, and its lock taken for that of another
 * writer.
 *
 * STATUS_OK        it is, as far as they can be looked at.
 * STATUS_CONFLICT  fault names the other.
 */
enum status volumes_distinct(const struct disk *disk, const struct volumes *volumes, size_t number,
                             struct fault *fault) MUST_CHECK;

#endif
