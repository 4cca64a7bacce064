/**
 * place: putting a new file in the place of a recording's file, which nobody else works on
 * meanwhile. Private to recording.
 */
#ifndef RECORDER_STORAGE_RECORDING_PLACE_H
#define RECORDER_STORAGE_RECORDING_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "storage/recording/opening.h"

/**
 * Lock the file that was opened, without waiting; and see that it is still the one of that name,
 * for another may have replaced it before we got the lock. The lock goes with the opening.
 *
 * STATUS_OK, STATUS_BUSY, STATUS_IO.
 */
enum status place_lock(const char *path, const struct opening *opening,
                       struct fault *fault) MUST_CHECK;

/**
 * Create the new file under a name of its own, with the mode of the old one. What was left there by
 * one who was cut off goes first: the caller holds the lock.
 *
 * STATUS_OK, STATUS_FULL, STATUS_IO.
 */
enum status place_make(const char *new_path, const struct opening *old, struct disk_file *file,
                       struct fault *fault) MUST_CHECK;

/**
 * Whether a file of so many bytes fits on a volume.
 *
 * STATUS_OK, STATUS_FULL, STATUS_IO.
 */
enum status place_room(const struct disk *disk, const char *directory, uint64_t file_bytes,
                       struct fault *fault) MUST_CHECK;

/**
 * Make a file's name durable.
 *
 * fresh  directories above it may be new as well.
 *
 * STATUS_OK, STATUS_FULL, STATUS_IO.
 */
enum status place_sync(const struct disk_file *file, const char *path, bool fresh,
                       struct fault *fault) MUST_CHECK;

#endif
