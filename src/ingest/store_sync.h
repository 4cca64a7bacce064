/**
 * store_sync: the pass that makes recordings in progress durable, and what is done where a disk
 * fails under it. Private to the store sink; the store thread's.
 *
 * A recording whose sync or write failed goes on in a new segment, at once if a volume is well
 * (store_volumes.h), or as soon as one is; until then its audio waits in memory. A full volume is
 * written to again at the same place, where no other one is well.
 */
#ifndef RECORDER_INGEST_STORE_SYNC_H
#define RECORDER_INGEST_STORE_SYNC_H

#include "base/fault.h"
#include "base/status.h"
#include "ingest/store_queue.h"
#include "ingest/store_thread.h"

/** Flush every open recording, sync the volumes they are on, confirm; take those that failed
 * elsewhere. */
void store_sync_pass(struct store_sink *store);

/**
 * Sync the volumes of new recordings, which are not open yet. The files of those whose volume fails
 * are gone afterwards.
 *
 * Each recording's `begun` says whether its file is durable.
 */
void store_sync_begun(struct store_sink *store, const struct store_queue *made);

/**
 * Create the file of a recording on the first volume that takes it.
 *
 * STATUS_OK, or as recording_writer_create.
 */
enum status store_sync_create(struct store_sink *store, struct store_recording *recording,
                              const struct customer_key *key, struct fault *fault) MUST_CHECK;

/**
 * Write the end of a recording, on another volume where its own fails.
 *
 * STATUS_OK
 * STATUS_IO, STATUS_FULL, STATUS_NOMEM: nothing is lost; try again later.
 * Others: as store_recording_seal.
 */
enum status store_sync_seal(struct store_sink *store, struct store_recording *recording,
                            struct fault *fault) MUST_CHECK;

/** Tell whether the store is healthy: it takes audio and rows (no_volume, no_rows). It is logged
 * where that is new; fault says why it is not. */
void store_sync_tell_health(struct store_sink *store, const struct fault *fault);

#endif
