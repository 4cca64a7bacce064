/**
 * salvage: one segment of a recording as recovery reads it: frame by frame, from its units and its
 * tail (FORMAT.md section 5.3). It is only read. Private to recording; one thread.
 */
#ifndef RECORDER_STORAGE_RECORDING_SALVAGE_H
#define RECORDER_STORAGE_RECORDING_SALVAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/recording/opening.h"
#include "storage/recording/tail.h"

struct salvage {
    char path[BOUND_PATH_BYTES];
    char tail_path[BOUND_PATH_BYTES];
    uint32_t number;
    bool open;              /* false: it is there, but cannot be read, or is not authentic */
    bool unreadable;        /* that for an error of the disk */
    bool finished;          /* its footer is authentic, and all that it speaks of is there */
    bool doubtful;          /* whether that was synced nobody knows: what is read may be in the page
                             * cache alone */
    struct opening opening; /* with the lock */
    struct footer footer;   /* of one that is finished */

    struct tail_source tail_source; /* what is given up of it is so of the file, too */
    struct tail tail;
    uint64_t frames;  /* units of the file that can be audio */
    uint64_t next;    /* frame that is read next */
    uint64_t end;     /* past the last that there can be */
    uint64_t missing; /* first frame of the hole we are in */
    bool in_hole;     /* the frame before was not whole */
    uint32_t holes;   /* those that ended */
    bool damaged;     /* something that was durable is not authentic, or cannot be read */
};

/* Next frame. */
struct salvage_frame {
    size_t data_bytes;
    uint8_t data[FORMAT_FRAME_DATA_BYTES];
    bool after_hole; /* it does not go on where the one before ended */
};

/**
 * Open and lock it.
 *
 * path  of it, number  its number.
 *
 * STATUS_OK        for salvage_close.
 * STATUS_BUSY, STATUS_NOT_FOUND, STATUS_NO_KEY, STATUS_VERSION, STATUS_IO, STATUS_LIMIT,
 * STATUS_CORRUPT (its header): it is not open; path, tail_path and number are set all the same.
 */
enum status salvage_open(struct salvage *salvage, const struct recording_access *access,
                         const char *path, struct uuid expect, uint32_t number,
                         struct fault *fault) MUST_CHECK;

/** Close it, wipe what it knows; the lock goes. One that is not open is accepted. */
void salvage_close(struct salvage *salvage);

/**
 * Whether it is finished. With a tail beside it the sync of the finish is not known to have been
 * done, and the footer may have come to the disk before the frames that it speaks of: then it is
 * doubtful, and all of it is read. To sync it now would tell nothing: a sync of before may have
 * failed, and dropped it.
 *
 * alone  it is the whole recording; else it is doubtful in any case.
 *
 * STATUS_OK       finished, doubtful and footer are set.
 * STATUS_END      it is not.
 * STATUS_CORRUPT  a footer is there but is forged; STATUS_VERSION, STATUS_IO, STATUS_NOMEM.
 */
enum status salvage_footer(struct salvage *salvage, const struct recording_access *access,
                           bool alone, struct fault *fault) MUST_CHECK;

/** Read its tail and start before its first frame. STATUS_OK, STATUS_IO. */
enum status salvage_begin(struct salvage *salvage, struct fault *fault) MUST_CHECK;

/**
 * The next frame that there is something of.
 *
 * STATUS_OK, STATUS_END (none is left), STATUS_IO.
 */
enum status salvage_next(struct salvage *salvage, struct salvage_frame *frame,
                         struct fault *fault) MUST_CHECK;

#endif
