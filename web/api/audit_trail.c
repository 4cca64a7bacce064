#include "web/api/audit_trail.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "web/api/lazy_index.h"

/* One waiting entry, on the stack of the thread that waits. */
struct waiting {
    const struct audit_entry *entry;
    struct waiting *next;
    enum status status;
    struct fault fault;
    bool done;
};

/* Invariant: lazy is used only by the thread that set writing. */
struct audit_trail {
    pthread_mutex_t lock;
    pthread_cond_t written;
    struct lazy_index lazy;
    struct waiting *first;
    struct waiting **end; /* where the next one is linked */
    bool writing;
};

enum status audit_trail_open(const char *path, struct audit_trail **out)
{
    struct audit_trail *trail = calloc(1, sizeof *trail);

    if (!trail)
        return STATUS_NOMEM;
    trail->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    trail->written = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    trail->end = &trail->first;
    lazy_index_init(&trail->lazy, path);
    *out = trail;
    return STATUS_OK;
}

void audit_trail_close(struct audit_trail *owned_trail)
{
    if (!owned_trail)
        return;
    lazy_index_deinit(&owned_trail->lazy);
    (void)pthread_cond_destroy(&owned_trail->written);
    (void)pthread_mutex_destroy(&owned_trail->lock);
    free(owned_trail);
}

static enum status write_batch(struct lazy_index *lazy, const struct waiting *batch,
                               struct fault *fault)
{
    struct index *index = NULL;
    enum status status = lazy_index_get(lazy, &index, fault);

    if (status == STATUS_OK)
        status = index_begin(index, fault);
    if (status != STATUS_OK)
        return status;
    for (; batch && status == STATUS_OK; batch = batch->next)
        status = audit_append(index, batch->entry, fault);
    if (status != STATUS_OK) {
        index_rollback(index);
        return status;
    }
    return index_commit(index, fault);
}

/* Write for all that wait now. The lock is held on entry and on return. */
static void lead(struct audit_trail *trail)
{
    struct waiting *batch = trail->first;
    struct fault fault = {0};

    trail->first = NULL;
    trail->end = &trail->first;
    trail->writing = true;
    (void)pthread_mutex_unlock(&trail->lock);
    enum status status = write_batch(&trail->lazy, batch, &fault);
    (void)pthread_mutex_lock(&trail->lock);
    trail->writing = false;
    for (; batch; batch = batch->next) {
        batch->status = status;
        batch->fault = fault;
        batch->done = true;
    }
    (void)pthread_cond_broadcast(&trail->written);
}

enum status audit_trail_append(struct audit_trail *trail, const struct audit_entry *entry,
                               struct fault *fault)
{
    struct waiting waiting = {.entry = entry};

    (void)pthread_mutex_lock(&trail->lock);
    *trail->end = &waiting;
    trail->end = &waiting.next;
    while (!waiting.done) {
        if (trail->writing)
            (void)pthread_cond_wait(&trail->written, &trail->lock);
        else
            lead(trail);
    }
    (void)pthread_mutex_unlock(&trail->lock);
    if (waiting.status != STATUS_OK && fault)
        *fault = waiting.fault;
    return waiting.status;
}
