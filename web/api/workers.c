#include "web/api/workers.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

/* Invariant: queued <= spec.queue_max; the oldest job is queue[first]. */
struct workers {
    struct workers_spec spec;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t *thread;
    size_t running;
    void **queue;
    size_t first;
    size_t queued;
    bool stopping;
};

/* The next job, or NULL where none will come. */
static void *next_job(struct workers *workers)
{
    void *job = NULL;

    (void)pthread_mutex_lock(&workers->lock);
    while (workers->queued == 0 && !workers->stopping)
        (void)pthread_cond_wait(&workers->wake, &workers->lock);
    if (workers->queued > 0) {
        job = workers->queue[workers->first];
        workers->first = (workers->first + 1) % workers->spec.queue_max;
        workers->queued--;
    }
    (void)pthread_mutex_unlock(&workers->lock);
    return job;
}

static void *work(void *argument)
{
    struct workers *workers = argument;
    struct lazy_index lazy;
    void *job;

    lazy_index_init(&lazy, workers->spec.index_path);
    while ((job = next_job(workers)))
        workers->spec.run(workers->spec.context, &lazy, job);
    lazy_index_deinit(&lazy);
    return NULL;
}

static enum status start_threads(struct workers *workers, struct fault *fault)
{
    for (size_t i = 0; i < workers->spec.threads; i++) {
        int failed = pthread_create(&workers->thread[i], NULL, work, workers);
        if (failed)
            return fault_set(fault, STATUS_IO, failed, "start a worker thread");
        workers->running++;
    }
    return STATUS_OK;
}

enum status workers_start(const struct workers_spec *spec, struct workers **out,
                          struct fault *fault)
{
    struct workers *workers = calloc(1, sizeof *workers);
    enum status status;

    if (!workers)
        return fault_set(fault, STATUS_NOMEM, 0, "start workers");
    workers->spec = *spec;
    workers->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    workers->wake = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    workers->thread = calloc(spec->threads, sizeof *workers->thread);
    workers->queue = calloc(spec->queue_max, sizeof *workers->queue);
    if (!workers->thread || !workers->queue)
        status = fault_set(fault, STATUS_NOMEM, 0, "start workers");
    else
        status = start_threads(workers, fault);
    if (status != STATUS_OK) {
        workers_destroy(workers);
        return status;
    }
    *out = workers;
    return STATUS_OK;
}

enum status workers_submit(struct workers *workers, void *job)
{
    enum status status = STATUS_OK;

    (void)pthread_mutex_lock(&workers->lock);
    if (workers->stopping) {
        status = STATUS_CONFLICT;
    } else if (workers->queued == workers->spec.queue_max) {
        status = STATUS_LIMIT;
    } else {
        size_t last = (workers->first + workers->queued) % workers->spec.queue_max;
        workers->queue[last] = job;
        workers->queued++;
        (void)pthread_cond_signal(&workers->wake);
    }
    (void)pthread_mutex_unlock(&workers->lock);
    return status;
}

void workers_stop(struct workers *workers)
{
    (void)pthread_mutex_lock(&workers->lock);
    workers->stopping = true;
    (void)pthread_cond_broadcast(&workers->wake);
    (void)pthread_mutex_unlock(&workers->lock);
    for (size_t i = 0; i < workers->running; i++)
        (void)pthread_join(workers->thread[i], NULL);
    workers->running = 0;
}

void workers_destroy(struct workers *owned_workers)
{
    if (!owned_workers)
        return;
    workers_stop(owned_workers);
    (void)pthread_cond_destroy(&owned_workers->wake);
    (void)pthread_mutex_destroy(&owned_workers->lock);
    free(owned_workers->thread);
    free(owned_workers->queue);
    free(owned_workers);
}
