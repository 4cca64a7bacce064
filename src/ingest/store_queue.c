#include "ingest/store_queue.h"

#include <assert.h>
#include <stddef.h>

void store_queue_init(struct store_queue *queue)
{
    queue->first = NULL;
    queue->last = &queue->first;
}

void store_queue_add(struct store_queue *queue, struct store_recording *recording)
{
    recording->next_job = NULL;
    *queue->last = recording;
    queue->last = &recording->next_job;
}

void store_queue_add_reversed(struct store_queue *queue, struct store_recording *newest_first)
{
    struct store_recording *oldest_first = NULL;

    while (newest_first) {
        struct store_recording *next = newest_first->next_job;
        newest_first->next_job = oldest_first;
        oldest_first = newest_first;
        newest_first = next;
    }
    while (oldest_first) {
        struct store_recording *next = oldest_first->next_job;
        store_queue_add(queue, oldest_first);
        oldest_first = next;
    }
}

struct store_recording *store_queue_take(struct store_queue *queue)
{
    struct store_recording *recording = queue->first;

    assert(recording);
    queue->first = recording->next_job;
    if (!queue->first)
        queue->last = &queue->first;
    return recording;
}
