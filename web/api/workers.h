/**
 * workers: a fixed number of threads for what may block: the database, PIN hashing, the first
 * opening of a recording. The threads of the HTTP library never wait for any of it.
 *
 * Each worker has a database connection of its own, to read. The queue has a fixed room.
 */
#ifndef RECORDER_WEB_API_WORKERS_H
#define RECORDER_WEB_API_WORKERS_H

#include <stddef.h>

#include "base/fault.h"
#include "base/status.h"
#include "web/api/lazy_index.h"

struct workers;

/* Runs one job on a worker's thread; lazy is that worker's. */
typedef void workers_run(void *context, struct lazy_index *lazy, void *job);

struct workers_spec {
    size_t threads;         /* 1 or more */
    size_t queue_max;       /* jobs that may wait */
    const char *index_path; /* borrowed until workers_stop */
    workers_run *run;
    void *context; /* given to run */
};

/** Start the threads. STATUS_OK, STATUS_NOMEM, STATUS_IO (no thread; fault). */
enum status workers_start(const struct workers_spec *spec, struct workers **out,
                          struct fault *fault) MUST_CHECK;

/**
 * Queue a job. It runs exactly once, also when the workers are stopped after this.
 *
 * STATUS_OK, STATUS_LIMIT (the queue is full), STATUS_CONFLICT (being stopped).
 */
enum status workers_submit(struct workers *workers, void *job) MUST_CHECK;

/** Take no more jobs, run those that wait, join the threads. The workers stay usable for
 *  workers_submit, which refuses. */
void workers_stop(struct workers *workers);

/** Stops, if that was not done, and frees. NULL is accepted. */
void workers_destroy(struct workers *owned_workers);

#endif
