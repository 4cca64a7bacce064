/**
 * store_queue: recordings that wait for one step of the store thread, oldest first, linked by their
 * next_job: a recording is in one queue at a time. Embedded by value; owned by one thread. Owns
 * none of its recordings.
 */
#ifndef RECORDER_INGEST_STORE_QUEUE_H
#define RECORDER_INGEST_STORE_QUEUE_H

#include "ingest/store_recording.h"

struct store_queue {
    struct store_recording *first; /* NULL where it is empty */
    struct store_recording **last; /* where the next one is linked */
};

/** Make it empty. It must not be moved from then on. */
void store_queue_init(struct store_queue *queue);

/** Add one at the end. */
void store_queue_add(struct store_queue *queue, struct store_recording *recording);

/** Add a chain that is linked newest first, the oldest of it first. NULL: nothing. */
void store_queue_add_reversed(struct store_queue *queue, struct store_recording *newest_first);

/** Take the oldest; the queue is not empty. */
struct store_recording *store_queue_take(struct store_queue *queue);

#endif
