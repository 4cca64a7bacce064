/**
 * peek: what a recording's file says without a key, and whether somebody writes it. What its header
 * says is authentic only once it is opened with one.
 */
#ifndef RECORDER_STORAGE_RECORDING_PEEK_H
#define RECORDER_STORAGE_RECORDING_PEEK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/disk/disk.h"

struct recording_peek {
    struct uuid recording;
    struct uuid customer;
    wall_time created;
    bool in_use; /* its writer, or the keeper, holds its lock */
};

/**
 * Read the header.
 *
 * STATUS_OK, STATUS_NOT_FOUND, STATUS_CORRUPT (no header of ours), STATUS_VERSION, STATUS_IO.
 */
enum status recording_peek(const struct disk *disk, const char *path, struct recording_peek *peek,
                           struct fault *fault) MUST_CHECK;

#endif
