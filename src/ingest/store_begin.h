/**
 * store_begin: what a recording needs before its call is answered: a customer, a file, a row.
 * Private to the store sink; the store thread's.
 */
#ifndef RECORDER_INGEST_STORE_BEGIN_H
#define RECORDER_INGEST_STORE_BEGIN_H

#include "base/fault.h"
#include "base/status.h"
#include "ingest/store_queue.h"
#include "storage/index/index.h"
#include "storage/seal/keys.h"

/**
 * Find out whose the call is and how it is to be recorded, and make its file, sealed to that
 * customer's key.
 *
 * store  its directory.
 *
 * STATUS_OK, or as call_owner_find, store_policy_find, public_keys_customer and
 * store_recording_open.
 */
enum status store_begin_file(const struct disk *disk, const char *store, struct index *index,
                             struct public_keys *keys, struct store_recording *recording,
                             struct fault *fault) MUST_CHECK;

/**
 * Insert the rows of all recordings of a queue in one transaction, each in its conversation. A row
 * that is refused is undone and refuses its call alone.
 *
 * STATUS_OK  the index is well: each recording's `begun` says whether its own row is durable.
 * Others     none is: STATUS_BUSY (try again), or as recordings_insert.
 */
enum status store_begin_rows(struct index *index, const struct store_queue *queue,
                             struct fault *fault) MUST_CHECK;

#endif
