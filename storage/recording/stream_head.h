/**
 * stream_head: the header pages of a stream, as they lie in its tail file beside the first frame
 * (FORMAT.md section 5.2): without them nothing of a recording plays. Private to recording; one
 * thread at a time.
 */
#ifndef RECORDER_STORAGE_RECORDING_STREAM_HEAD_H
#define RECORDER_STORAGE_RECORDING_STREAM_HEAD_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/disk.h"
#include "storage/recording/tail.h"
#include "storage/seal/seal.h"

enum { STREAM_HEAD_BYTES_MAX = 65536 };

/**
 * Seal the pages into units of a tail, behind those that are there.
 *
 * units  of the tail, behind the two of audio; grows.
 *
 * STATUS_OK, STATUS_FULL, STATUS_IO, STATUS_LIMIT (more than STREAM_HEAD_BYTES_MAX), STATUS_NOMEM:
 * units is as it was.
 */
enum status stream_head_write(uint64_t *units, struct disk_file tail,
                              const uint8_t key[static SEAL_KEY_BYTES], const struct bytes *pages,
                              struct fault *fault) MUST_CHECK;

/**
 * Read them out of a tail.
 *
 * pages  appended to; nothing, where the tail has none that are whole.
 *
 * STATUS_OK, STATUS_NOMEM, STATUS_IO.
 */
enum status stream_head_read(struct tail_source *source, struct bytes *pages,
                             struct fault *fault) MUST_CHECK;

#endif
