/**
 * paths: where a new recording's files lie below the store, and making them. Private to recording.
 */
#ifndef RECORDER_STORAGE_RECORDING_PATHS_H
#define RECORDER_STORAGE_RECORDING_PATHS_H

#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/disk.h"

/**
 * Make the directories between the store and a file in it.
 *
 * path  of the file, with the store in front.
 *
 * STATUS_OK (also where they are there), STATUS_FULL, STATUS_IO.
 */
enum status paths_make_directories(const struct disk *disk, const char *store, const char *path,
                                   struct fault *fault) MUST_CHECK;

/** Create a file that is not there, its descriptor a high one. STATUS_EXISTS, STATUS_FULL,
 * STATUS_IO. */
enum status paths_create(const struct disk *disk, const char *path, struct disk_file *file,
                         struct fault *fault) MUST_CHECK;

#endif
