/**
 * volume_mark: what says that a directory is the volume that it is taken for. A mount point is a
 * directory too, and what is written there while nothing is mounted is hidden by the next mount.
 *
 * The store's id is a line of text, "store.id" in the store's directory: `recorderctl init` makes
 * it with the store. Each further volume has the same line in a file of the same name, which init
 * writes for those alone that it is told to take. Where it is missing, or another store's, the
 * volume is not mounted, or another is.
 */
#ifndef RECORDER_STORAGE_DISK_VOLUME_MARK_H
#define RECORDER_STORAGE_DISK_VOLUME_MARK_H

#include <stdbool.h>

#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/disk/disk.h"

#define VOLUME_MARK_NAME "store.id"

/**
 * Give a store its id, unless it has one. Durable.
 *
 * made  whether it had none; out, on STATUS_OK alone.
 *
 * STATUS_OK; STATUS_LIMIT, STATUS_FULL, STATUS_IO: it has none, or still its own.
 */
enum status volume_mark_make(const struct disk *disk, const char *store, bool *made,
                             struct fault *fault) MUST_CHECK;

/**
 * Mark a directory as a volume of a store. Durable.
 *
 * made  as above.
 *
 * STATUS_OK         it is the store's, or was already.
 * STATUS_EXISTS     it is another store's: nothing changed.
 * STATUS_NOT_FOUND  the store has no id, or the directory is not there.
 * STATUS_CORRUPT    one of the two is not an id.
 * STATUS_LIMIT, STATUS_FULL, STATUS_IO
 */
enum status volume_mark_set(const struct disk *disk, const char *store, const char *directory,
                            bool *made, struct fault *fault) MUST_CHECK;

/**
 * Read a mark.
 *
 * STATUS_OK
 * STATUS_NOT_FOUND  there is none; fault names the file that is missing.
 * STATUS_CORRUPT    it is not an id.
 * STATUS_IO         it cannot be read; STATUS_LIMIT its path.
 */
enum status volume_mark_read(const struct disk *disk, const char *directory, struct uuid *store,
                             struct fault *fault) MUST_CHECK;

/**
 * Whether a directory is a volume of a store.
 *
 * store  the store's id.
 *
 * STATUS_OK         it is.
 * STATUS_CONFLICT   it is another store's.
 * Others: as volume_mark_read.
 */
enum status volume_mark_check(const struct disk *disk, struct uuid store, const char *directory,
                              struct fault *fault) MUST_CHECK;

#endif
