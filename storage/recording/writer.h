/**
 * writer: one recording while it grows (FORMAT.md sections 1 to 5).
 *
 * Threads: recording_writer_append, recording_writer_document and recording_writer_journal are
 * called by one media thread, everything else by the store thread; the bytes in between are behind
 * a lock inside.
 *
 * A recording is one file, segment 0, until a sync or a write of it fails: Linux drops the pages,
 * and a later sync that succeeds says nothing of them. All pages since the last confirm are in
 * memory still; the recording goes on with them in a new segment, on any volume
 * (recording_writer_renew). Recovery joins the segments, so that it plays as one.
 *
 *            finish                        destroy
 *   OPEN --------------> SEALED     OPEN ----------> left for recovery
 *    | ^
 *    | | renew
 *    v |
 *   LOST   (a flush or finish says STATUS_IO, or recording_writer_lose)
 *
 * Invariants:
 *  1. A unit of a file that holds a full audio frame is never written again.
 *  2. The unfinished last frame is only ever written to the tail file, its two units in turn, so
 *     the copy that was durable survives a torn write of the next one.
 *  3. durable_bytes never shrinks, and every byte below it is in an authentic full frame or in an
 *     authentic tail copy on disk.
 *  4. Every page is durable, or in memory, or was refused. The same holds for documents and what
 *     the journal tells.
 *  5. Nothing is written to a segment under which something failed, nor is it synced again. It
 *     keeps its name where something was confirmed in it; segment 0 always does, and its lock is
 *     held until the writer is destroyed.
 */
#ifndef RECORDER_STORAGE_RECORDING_WRITER_H
#define RECORDER_STORAGE_RECORDING_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/disk/disk.h"
#include "storage/recording/format.h"
#include "storage/recording/journal.h"
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
 * STATUS_OK, STATUS_NOMEM, STATUS_LIMIT (BOUND_RECORDING_PENDING_BYTES are not durable yet).
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
 * Tell what is known so far (storage/recording/journal.h): in memory now, sealed into the tail file
 * by the next flush, for recovery alone. Any time before the finish; media thread.
 *
 * fact  [entry->facts].
 *
 * STATUS_OK, STATUS_NOMEM, STATUS_LIMIT (BOUND_JOURNAL_BYTES are not durable yet). On failure it is
 * not kept; those before are.
 */
enum status recording_writer_journal(struct recording_writer *writer,
                                     const struct journal_entry *entry,
                                     const struct journal_fact *fact) MUST_CHECK;

/**
 * Seal and pwrite what waits: full frames to their units, the unfinished one to the tail.
 * What was written becomes durable by the caller's next syncfs, and is then confirmed.
 *
 * STATUS_OK
 * STATUS_FULL, STATUS_NOMEM  what was not written waits on; the next flush writes it to the same
 *                            place, or recording_writer_renew takes it elsewhere.
 * STATUS_IO        a write failed, now or before, or a sync did: nothing is lost, but nothing more
 *                  is written before recording_writer_renew.
 * STATUS_CONFLICT  it is finished.
 */
enum status recording_writer_flush(struct recording_writer *writer, struct fault *fault) MUST_CHECK;

/** The flush before this was followed by a successful syncfs of the volume that the recording is
 * on. Of one that is lost nothing is confirmed. */
void recording_writer_confirm(struct recording_writer *writer);

/**
 * A sync of the volume failed, whoever asked for it. Returns whether the recording is lost:
 * something was written to it since its last confirm.
 */
bool recording_writer_lose(struct recording_writer *writer);

/**
 * Leave the segment and go on in a new one, sealed to the same key: it begins with the stream's
 * header pages and goes on with the first page that is not durable, and so do documents and
 * journal. Nothing of them is written before the next flush, nor synced before the caller's next
 * syncfs. A segment in which nothing was ever confirmed is removed, but segment 0.
 *
 * directory  of the store, or another volume.
 *
 * STATUS_OK
 * Others  as recording_writer_create, or STATUS_LIMIT (BOUND_RECORDING_SEGMENTS): it is lost,
 *         everything is in memory still: try again later, or elsewhere.
 * STATUS_CONFLICT  it is finished.
 */
enum status recording_writer_renew(struct recording_writer *writer, const char *directory,
                                   struct fault *fault) MUST_CHECK;

/** Segments with something in them. Of more than one the keeper makes one file. */
size_t recording_writer_segments(const struct recording_writer *writer);

/** Bytes of the Ogg stream that are durable. */
uint64_t recording_writer_durable_bytes(const struct recording_writer *writer);

/**
 * Write the last frame, the sections and the signed footer, sync the file, then remove the tail. Of
 * several segments the last one gets the end; the others stay as they are, for recovery.
 *
 * sections  kinds differ; borrowed. Documents and granule table are the writer's own and not among
 *           them.
 *
 * STATUS_OK    sealed, the key is wiped; *summary set: of the last segment.
 * STATUS_FULL  nothing is lost; finish again when there is room, or renew and finish.
 * STATUS_IO    nothing is lost; renew and finish again.
 * STATUS_INVALID and STATUS_LIMIT: finish cannot be stored so; the file stays for recovery, the key
 *              is wiped.
 * STATUS_NOMEM finish again.
 * STATUS_CONFLICT  it is finished.
 */
enum status recording_writer_finish(struct recording_writer *writer,
                                    const struct recording_finish *finish,
                                    const struct signer *signer, struct recording_summary *summary,
                                    struct fault *fault) MUST_CHECK;

/** Remove the files of a call that came to nothing, and free. One that has taken a page is left
 * for recovery instead. NULL is accepted. */
void recording_writer_discard(struct recording_writer *owned_writer);

/** Close, wipe the DEK, free. A file that was not finished is left for recovery. NULL is accepted.
 */
void recording_writer_destroy(struct recording_writer *owned_writer);

#endif
