/**
 * writer: one recording file while it grows (FORMAT.md sections 1 to 5).
 *
 * Threads: recording_writer_append and recording_writer_document are called by one media thread,
 * everything else by the store thread; the bytes in between are behind a lock inside.
 *
 * States:  CREATED -> OPEN -> SEALED        (finish)
 *                          \-> ABANDONED    (destroy without finish: left for recovery)
 * Invariants:
 *  1. A unit of the file that holds a full audio frame is never written again.
 *  2. The unfinished last frame is only ever written to the tail file, its two units in turn, so
 * the copy that was durable survives a torn write of the next one.
 *  3. durable_bytes never shrinks, and every byte below it is in an authentic full frame or in an
 *     authentic tail copy on disk.
 */
#ifndef RECORDER_STORAGE_RECORDING_WRITER_H
#define RECORDER_STORAGE_RECORDING_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/disk/disk.h"
#include "storage/recording/format.h"
#include "storage/seal/keys.h"

struct recording_writer;

/* What a new file is made from. Borrowed for the call, but for the disk. */
struct recording_writer_spec {
    const struct disk *disk;
    struct uuid recording;
    struct uuid customer;
    wall_time created;
    mono_time created_mono;
    const struct customer_key *key; /* the DEK is sealed to it */
};

/**
 * Path of a recording below the store, by its creation date in UTC:
 * "recordings/2026/11/22/<uuid>.crec". Names tell nothing about the parties.
 */
void recording_path(struct uuid recording, wall_time created, char path[static BOUND_PATH_BYTES]);

/**
 * Create the file and its tail (O_EXCL, directories as needed), write the header, take a lock on it
 * that lasts until the writer is gone (flock; recovery respects it). Nothing is synced: the store
 * thread makes a batch durable by one syncfs before the call is answered.
 *
 * STATUS_OK, STATUS_EXISTS, STATUS_FULL (no space), STATUS_IO, STATUS_NOMEM, STATUS_LIMIT (the
 * store's path is too long), STATUS_INVALID (the customer's key cannot be sealed to). On failure
 * nothing is left but directories.
 */
enum status recording_writer_create(const char *store, const struct recording_writer_spec *spec,
                                    struct recording_writer **out, struct fault *fault) MUST_CHECK;

/**
 * Take one whole Ogg page into memory. Any time; does no I/O.
 *
 * granule  of the page, -1 for header pages.
 *
 * STATUS_OK, STATUS_NOMEM, STATUS_LIMIT (BOUND_RECORDING_PENDING_BYTES are waiting).
 */
enum status recording_writer_append(struct recording_writer *writer, const uint8_t *page,
                                    size_t page_bytes, int64_t granule) MUST_CHECK;

/**
 * Keep a document with the recording (FORMAT.md section 4.2): in memory now, sealed into the tail
 * file by the next flush, so that a crash keeps it too; its section is written at the finish. Any
 * time before that; media or store thread.
 *
 * at_ms    from the recording's start.
 * message  that brought it, type  its Content-Type: short texts, cut to 63 bytes.
 *
 * STATUS_OK, STATUS_NOMEM, STATUS_LIMIT (BOUND_DOCUMENTS_BYTES or BOUND_DOCUMENTS are there). On
 * failure it is not kept; those before are.
 */
enum status recording_writer_document(struct recording_writer *writer, int64_t at_ms,
                                      const char *message, const char *type, const uint8_t *data,
                                      size_t data_bytes) MUST_CHECK;

/**
 * Seal and pwrite what waits: full frames to their units, the unfinished one to the tail.
 * What was written becomes durable by the caller's next syncfs, and is then confirmed. Where that
 * syncfs fails it must not be called again for these bytes (Linux drops the pages): do not confirm.
 *
 * STATUS_OK, STATUS_FULL, STATUS_IO: what was not written waits on, nothing is lost; the next flush
 * writes it to the same place. STATUS_CONFLICT: it is finished.
 */
enum status recording_writer_flush(struct recording_writer *writer, struct fault *fault) MUST_CHECK;

/** The flush before this was followed by a successful syncfs. */
void recording_writer_confirm(struct recording_writer *writer);

/** Bytes of the Ogg stream that are durable. */
uint64_t recording_writer_durable_bytes(const struct recording_writer *writer);

/**
 * Write the last frame, the sections and the signed footer, sync the file, then remove the tail.
 *
 * sections  kinds differ; borrowed. Documents and granule table are the writer's own and not among
 *           them.
 *
 * STATUS_OK    sealed; *summary set.
 * Others       the file stays for recovery; a second try is not made (STATUS_CONFLICT).
 * STATUS_INVALID and STATUS_LIMIT: finish cannot be stored so. STATUS_FULL, STATUS_IO.
 *
 * Whatever the status, the key is wiped.
 */
enum status recording_writer_finish(struct recording_writer *writer,
                                    const struct recording_finish *finish,
                                    const struct signer *signer, struct recording_summary *summary,
                                    struct fault *fault) MUST_CHECK;

/** Remove file and tail of a call that came to nothing, and free. One that has taken a page is left
 * for recovery instead. NULL is accepted. */
void recording_writer_discard(struct recording_writer *owned_writer);

/** Close, wipe the DEK, free. A file that was not finished is left for recovery. NULL is accepted.
 */
void recording_writer_destroy(struct recording_writer *owned_writer);

#endif
