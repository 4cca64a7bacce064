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
 * Find out whose the call is, how it is to be recorded, and which of that customer's keys its file
 * is to be sealed to.
 *
 * STATUS_OK (*key set), or as call_owner_find, store_policy_find and public_keys_customer.
 */
enum status store_begin_owner(struct index *index, struct public_keys *keys,
                              struct store_recording *recording, struct customer_key *key,
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

/**
 * Find out whether rows can be written: one of nobody's is, and is taken back in the same
 * transaction.
 *
 * STATUS_OK, STATUS_BUSY, STATUS_NOMEM, or as recordings_insert; no row is left.
 */
enum status store_begin_trial(struct index *index, struct fault *fault) MUST_CHECK;

#endif
