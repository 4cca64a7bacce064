/**
 * segment: one file of a recording while it grows, and its tail: what is written to them, and what
 * of that is durable (FORMAT.md sections 1 and 5). A recording is one segment, numbered 0, as long
 * as no sync fails under it (writer.h). Private to recording; the store thread's.
 *
 * Invariants:
 *  1. A unit of the file that holds a full audio frame is never written again.
 *  2. The unfinished last frame is only ever written to the tail, its two units in turn, so the
 *     copy that was durable survives a torn write of the next one.
 */
#ifndef RECORDER_STORAGE_RECORDING_SEGMENT_H
#define RECORDER_STORAGE_RECORDING_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "storage/recording/body.h"
#include "storage/recording/documents.h"
#include "storage/recording/header.h"

/* What all segments of a recording are made from. */
struct segment_spec {
    const struct disk *disk;
    struct header_spec header; /* with the number of the segment */
    struct customer_key key;   /* the DEK is sealed to it */
};

struct segment {
    uint32_t number;
    char *path; /* NULL: there is no file */
    char *tail_path;
    struct disk_file file; /* with the lock */
    struct disk_file tail;
    struct body body;
    int tail_confirmed; /* unit of the tail that is durable, -1 none */
    int tail_written;   /* unit that was written last, -1 none */
    struct documents_tail documents;
    bool has_head;          /* the stream's header pages are in the tail */
    uint64_t written_bytes; /* of its stream: in full frames or the tail */
    bool named;             /* its names and directories are durable */
    bool kept;              /* something of it was confirmed: it is not removed any more */
    bool dirty;             /* something was written since the last confirm */
};

/** Start with no file. */
void segment_init(struct segment *segment);

/**
 * Create file and tail (O_EXCL, directories as needed) with a header of a new DEK, and take a lock
 * on the file. Nothing is synced.
 *
 * segment    initialized, without a file.
 * directory  of the store, or another volume.
 *
 * STATUS_OK, STATUS_EXISTS, STATUS_FULL, STATUS_IO, STATUS_NOMEM, STATUS_LIMIT (the path is too
 * long), STATUS_INVALID (the key cannot be sealed to). On failure nothing is left but directories.
 */
enum status segment_create(struct segment *segment, const char *directory,
                           const struct segment_spec *spec, struct fault *fault) MUST_CHECK;

/**
 * Add bytes of the stream; full frames go to their units. Statuses and taken as body_put.
 */
enum status segment_put(struct segment *segment, const uint8_t *data, size_t data_bytes,
                        size_t *taken, struct fault *fault) MUST_CHECK;

/**
 * Write the unfinished frame into the unit of the tail that holds no confirmed copy, where there is
 * something new in it. STATUS_OK, STATUS_FULL, STATUS_IO.
 */
enum status segment_write_tail(struct segment *segment, struct fault *fault) MUST_CHECK;

/** What is written is durable, by a sync after it. */
void segment_confirm(struct segment *segment);

/** Remove its names, the file's first. What cannot be removed stays: recovery finds nothing new in
 * it. */
void segment_remove(const struct segment *segment);

/** Wipe key and plaintext; the files stay open, and so does the lock. */
void segment_wipe(struct segment *segment);

/** Wipe, close, free. One without a file is accepted. */
void segment_deinit(struct segment *segment);

#endif
