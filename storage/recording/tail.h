/**
 * tail: the two copies of the unfinished last frame, as recovery finds them (FORMAT.md section
 * 5.2). Private to recording.
 */
#ifndef RECORDER_STORAGE_RECORDING_TAIL_H
#define RECORDER_STORAGE_RECORDING_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/disk.h"
#include "storage/recording/format.h"
#include "storage/seal/seal.h"

enum { TAIL_COPIES = 2 };

struct tail_copy {
    uint64_t index; /* of the frame */
    size_t data_bytes;
    uint8_t data[FORMAT_FRAME_DATA_BYTES];
};

struct tail {
    bool present;   /* the file is there */
    size_t written; /* units that hold something, authentic or not */
    size_t copies;
    struct tail_copy copy[TAIL_COPIES]; /* the authentic ones */
};

/**
 * Read the tail of a file.
 *
 * frames  frame units that the file itself has.
 *
 * STATUS_OK (also where there is none), STATUS_IO.
 */
enum status tail_read(const struct disk *disk, const char *path,
                      const uint8_t key[static SEAL_KEY_BYTES], uint64_t frames, struct tail *tail,
                      struct fault *fault) MUST_CHECK;

/** The longest copy of a frame, or NULL. */
const struct tail_copy *tail_find(const struct tail *tail, uint64_t index);

/** One past the highest index in it, 0 where it has no copy. */
uint64_t tail_end(const struct tail *tail);

/** Whether both units were written and none is authentic: a crash tears one at most. */
bool tail_is_damaged(const struct tail *tail);

/** Frames below this index were durable: see FORMAT.md section 5.3, point 7. */
uint64_t tail_durable_mark(const struct tail *tail);

#endif
