#include "web/api/index_writer.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

enum progress { QUEUED, TAKEN, DONE };

/* One waiting write, on the stack of the thread that waits. */
struct waiting {
    index_write *write;
    void *job;
    mono_time until; /* it waits for its turn */
    struct waiting *next;
    enum progress progress;
    enum status status; /* where DONE */
    struct fault fault;
};

/* Invariant: index is used only by the thread that set leading; first is the queue of those that
 * are QUEUED, in the order in which they came. */
struct index_writer {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    const char *path;
    struct index *index; /* NULL until first used */
    struct waiting *first;
    struct waiting **end; /* where the next one is linked */
    bool leading;
};

static void init_locks(struct index_writer *writer)
{
    pthread_condattr_t monotonic;

    (void)pthread_mutex_init(&writer->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&writer->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
}

enum status index_writer_open(const char *path, struct index_writer **out)
{
    struct index_writer *writer = calloc(1, sizeof *writer);

    if (!writer)
        return STATUS_NOMEM;
    init_locks(writer);
    writer->end = &writer->first;
    writer->path = path;
    *out = writer;
    return STATUS_OK;
}

void index_writer_close(struct index_writer *owned_writer)
{
    if (!owned_writer)
        return;
    index_close(owned_writer->index);
    (void)pthread_cond_destroy(&owned_writer->changed);
    (void)pthread_mutex_destroy(&owned_writer->lock);
    free(owned_writer);
}

/* --- the queue; the lock is held -------------------------------------------------------------- */

static void append(struct index_writer *writer, struct waiting *waiting)
{
    *writer->end = waiting;
    writer->end = &waiting->next;
}

static struct waiting *take_all(struct index_writer *writer)
{
    struct waiting *batch = writer->first;

    for (struct waiting *each = batch; each; each = each->next)
        each->progress = TAKEN;
    writer->first = NULL;
    writer->end = &writer->first;
    return batch;
}

static void finish(struct waiting *waiting, enum status status, const struct fault *fault)
{
    waiting->status = status;
    waiting->fault = *fault;
    waiting->progress = DONE;
}

/* Its turn did not come in time. */
static void leave(struct index_writer *writer, struct waiting *waiting)
{
    struct fault fault = {0};
    struct waiting **link = &writer->first;

    while (*link != waiting)
        link = &(*link)->next;
    *link = waiting->next;
    if (writer->end == &waiting->next)
        writer->end = link;
    (void)fault_set(&fault, STATUS_BUSY, 0, "another program kept the index");
    finish(waiting, STATUS_BUSY, &fault);
}

/* --- the leader's work ------------------------------------------------------------------------ */

static int patience_ms(const struct waiting *waiting)
{
    int64_t left_ns = waiting->until.ns - clock_mono_now().ns;

    return left_ns > 0 ? (int)(left_ns / CLOCK_NS_PER_MS) : 0;
}

static enum status begin(struct index_writer *writer, int busy_ms, struct fault *fault)
{
    if (!writer->index) {
        enum status status = index_open(writer->path, &writer->index, fault);
        if (status != STATUS_OK)
            return status;
    }
    index_set_patience(writer->index, busy_ms);
    return index_begin(writer->index, fault);
}

/* Those that failed keep their status; all others get that of the commit. */
static void write_batch(struct index *index, struct waiting *batch)
{
    struct fault fault = {0};

    for (struct waiting *each = batch; each; each = each->next)
        each->status = index_step(index, each->write, each->job, &each->fault);
    enum status status = index_commit(index, &fault);
    for (struct waiting *each = batch; each; each = each->next) {
        if (each->status != STATUS_OK)
            continue;
        each->status = status;
        each->fault = fault;
    }
}

/* Wait for the index, and write for all that have come by then. The lock is held on entry and on
 * return, not in between. */
static void lead(struct index_writer *writer, struct waiting *own)
{
    struct fault fault = {0};

    writer->leading = true;
    (void)pthread_mutex_unlock(&writer->lock);
    enum status status = begin(writer, patience_ms(own), &fault);
    (void)pthread_mutex_lock(&writer->lock);
    if (status == STATUS_BUSY) { /* others may have more patience */
        leave(writer, own);
        goto out;
    }
    struct waiting *batch = take_all(writer);
    if (status == STATUS_OK) {
        (void)pthread_mutex_unlock(&writer->lock);
        write_batch(writer->index, batch);
        (void)pthread_mutex_lock(&writer->lock);
    }
    while (batch) { /* one that is DONE is its thread's again */
        struct waiting *next = batch->next;
        if (status != STATUS_OK)
            finish(batch, status, &fault);
        batch->progress = DONE;
        batch = next;
    }
out:
    writer->leading = false;
    (void)pthread_cond_broadcast(&writer->changed);
}

static void wait_for_turn(struct index_writer *writer, struct waiting *waiting)
{
    const struct timespec until = {
        .tv_sec = (time_t)(waiting->until.ns / CLOCK_NS_PER_S),
        .tv_nsec = (long)(waiting->until.ns % CLOCK_NS_PER_S),
    };

    if (pthread_cond_timedwait(&writer->changed, &writer->lock, &until) == ETIMEDOUT &&
        waiting->progress == QUEUED)
        leave(writer, waiting);
}

enum status index_writer_run(struct index_writer *writer, index_write *write, void *job,
                             int patience_ms, struct fault *fault)
{
    struct waiting waiting = {.write = write, .job = job};

    waiting.until.ns = clock_mono_now().ns + patience_ms * CLOCK_NS_PER_MS;
    (void)pthread_mutex_lock(&writer->lock);
    append(writer, &waiting);
    while (waiting.progress != DONE) {
        if (!writer->leading)
            lead(writer, &waiting);
        else if (waiting.progress == QUEUED)
            wait_for_turn(writer, &waiting);
        else
            (void)pthread_cond_wait(&writer->changed, &writer->lock);
    }
    (void)pthread_mutex_unlock(&writer->lock);
    if (waiting.status != STATUS_OK && fault)
        *fault = waiting.fault;
    return waiting.status;
}

static enum status append_entry(struct index *index, void *job, struct fault *fault)
{
    return audit_append(index, job, fault);
}

enum status index_writer_audit(struct index_writer *writer, const struct audit_entry *entry,
                               struct fault *fault)
{
    struct audit_entry copy = *entry;

    return index_writer_run(writer, append_entry, &copy, INDEX_BUSY_MS, fault);
}
