/**
 * store_end: what becomes of a recording when its call has ended: its file is sealed
 * (store_sync.h), its row completed; or both go. Private to the store sink; the store thread's.
 */
#ifndef RECORDER_INGEST_STORE_END_H
#define RECORDER_INGEST_STORE_END_H

#include "base/fault.h"
#include "base/status.h"
#include "ingest/store_recording.h"
#include "storage/index/index.h"

/** Find out whose the call turned out to be. Where the index cannot say, that is logged, and the
 * file stays whose it was. */
void store_end_owner(struct index *index, struct store_recording *recording);

/**
 * Complete the row of one that was sealed, or remove that of one that was never answered.
 *
 * STATUS_OK (also where the keeper was first), STATUS_BUSY (try again), or as recordings_finish and
 * recordings_remove_unanswered.
 */
enum status store_end_row(struct index *index, const struct store_recording *recording,
                          struct fault *fault) MUST_CHECK;

/** Log what became of the row; remove the files of one that was never answered; free. */
void store_end_close(struct store_recording *owned_recording, enum status status,
                     const struct fault *fault);

#endif
