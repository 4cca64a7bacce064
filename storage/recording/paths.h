/**
 * paths: where a new recording's files lie below the store, and making them. Private to recording.
 */
#ifndef RECORDER_STORAGE_RECORDING_PATHS_H
#define RECORDER_STORAGE_RECORDING_PATHS_H

#include <stdint.h>

#include "base/bounds.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/disk.h"

#define PATHS_SUFFIX ".crec"

/**
 * Path of another segment of a recording: "<id>.crec" is segment 0, "<id>.7.crec" segment 7.
 *
 * path  of segment 0.
 *
 * STATUS_OK, STATUS_LIMIT: it does not fit.
 */
enum status paths_of_segment(const char *path, uint32_t number,
                             char segment_path[static BOUND_PATH_BYTES]) MUST_CHECK;

/** Path of the tail beside a file. STATUS_OK, STATUS_LIMIT: it does not fit. */
enum status paths_of_tail(const char *path, char tail_path[static BOUND_PATH_BYTES]) MUST_CHECK;

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
