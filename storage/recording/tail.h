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
    bool present;              /* the file is there */
    bool written[TAIL_COPIES]; /* the unit holds something, authentic or not */
    size_t copies;
    struct tail_copy copy[TAIL_COPIES]; /* the authentic ones */
};

/* A tail file that is read. Borrowed. */
struct tail_source {
    const struct disk *disk;
    const char *path;
    const uint8_t *key; /* uint8_t[SEAL_KEY_BYTES], of the frames */
    bool give_up;       /* what the disk does not give to be read counts as torn; else STATUS_IO */
    bool unread;        /* set where there was such; never cleared */
};

/** Open it. STATUS_OK, STATUS_NOT_FOUND, STATUS_CORRUPT (given up), STATUS_IO. */
enum status tail_open(struct tail_source *source, struct disk_file *file,
                      struct fault *fault) MUST_CHECK;

/**
 * Read one unit.
 *
 * STATUS_OK, STATUS_END (the file ends before its end), STATUS_CORRUPT (given up), STATUS_IO.
 */
enum status tail_unit(struct tail_source *source, struct disk_file file, off_t offset,
                      uint8_t unit[static FORMAT_UNIT_BYTES], struct fault *fault) MUST_CHECK;

/**
 * Read the two units of audio.
 *
 * frames  frame units that the file itself has.
 *
 * STATUS_OK (also where there is none), STATUS_IO.
 */
enum status tail_read(struct tail_source *source, uint64_t frames, struct tail *tail,
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
