/**
 * find: where a recording's file is, of the volumes that it can be on (storage/disk/volumes.h).
 */
#ifndef RECORDER_STORAGE_RECORDING_FIND_H
#define RECORDER_STORAGE_RECORDING_FIND_H

#include <stdbool.h>

#include "base/bounds.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/volumes.h"

/**
 * Whether a path is one that recordings have, below a volume: "recordings/....crec", and no way out
 * of there. Rows of the index say where a file is, and more programs write the index than may say
 * what is opened.
 */
bool recording_path_is_one(const char *below);

/**
 * Find the file of a recording: the finished one (no tail beside it), where there is one; else the
 * first that there is. A volume that cannot be read is passed over.
 *
 * below  its relative path, as in the index.
 * path   out. Of one that is nowhere it is where it should be, on the store's own volume.
 *
 * STATUS_OK         (also where it is nowhere).
 * STATUS_LIMIT      the path does not fit.
 * STATUS_CORRUPT    it is no path of a recording.
 */
enum status recording_find(const struct disk *disk, const struct volumes *volumes,
                           const char *below, char path[static BOUND_PATH_BYTES],
                           struct fault *fault) MUST_CHECK;

#endif
