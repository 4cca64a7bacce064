/* store_thread: the work of the store sink, in the order of store_sink.h. */
#include "ingest/store_thread.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "ingest/store_begin.h"
#include "ingest/store_end.h"
#include "ingest/store_recording.h"
#include "ingest/store_sink.h"

static void set_healthy(struct store_sink *store, bool healthy, const struct fault *fault)
{
    bool before = atomic_exchange(&store->healthy, healthy);

    if (!healthy)
        log_event(LOG_ERROR, "store.failed", "reason=\"%s\"", fault->text);
    else if (!before)
        log_event(LOG_INFO, "store.recovered", "");
}

static void link_open(struct store_sink *store, struct store_recording *recording)
{
    recording->previous = NULL;
    recording->next = store->open;
    if (store->open)
        store->open->previous = recording;
    store->open = recording;
}

static void unlink_open(struct store_sink *store, struct store_recording *recording)
{
    if (recording->previous)
        recording->previous->next = recording->next;
    else
        store->open = recording->next;
    if (recording->next)
        recording->next->previous = recording->previous;
}

static enum status sync_store(struct store_sink *store, struct fault *fault)
{
    if (store->disk->syncfs(store->disk->context, store->directory.fd) != 0)
        return fault_set(fault, STATUS_IO, errno, "syncfs %s", store->config->store);
    return STATUS_OK;
}

/* A call that failed to begin ends by abort, like one that was cancelled. */
static void answer(struct store_sink *store, struct store_recording *recording, enum status status)
{
    recording->begun = status;
    link_open(store, recording);
    recording->ready(recording->ready_arg, status, status == STATUS_OK ? &recording->policy : NULL);
}

/* Write the rows that wait; while another program holds the index they wait on, up to a limit, but
 * for the last time: every call gets its answer. */
static void index_begun(struct store_sink *store, bool last)
{
    struct fault fault = {0};

    if (!store->unindexed.first)
        return;
    enum status status = store_begin_rows(store->index, &store->unindexed, &fault);
    if (status == STATUS_BUSY && !last &&
        clock_mono_now().ns - store->unindexed.first->made.ns < STORE_ROW_WAIT_MS * CLOCK_NS_PER_MS)
        return;
    set_healthy(store, status == STATUS_OK, &fault);
    while (store->unindexed.first) {
        struct store_recording *recording = store_queue_take(&store->unindexed);
        answer(store, recording, status == STATUS_OK ? recording->begun : status);
    }
}

static void begin_batch(struct store_sink *store, struct store_queue *batch)
{
    struct fault fault = {0};
    struct store_queue made;

    store_queue_init(&made);
    while (batch->first) {
        struct store_recording *recording = store_queue_take(batch);
        enum status status = store_begin_file(store->disk, store->config->store, store->index,
                                              store->keys, recording, &fault);
        if (status == STATUS_OK) {
            store_queue_add(&made, recording);
            continue;
        }
        log_event(LOG_ERROR, "store.begin_failed", "recording=%s reason=\"%s\"", recording->id_text,
                  fault.text);
        answer(store, recording, status);
    }
    if (!made.first)
        return;
    enum status status = sync_store(store, &fault);
    if (status != STATUS_OK)
        set_healthy(store, false, &fault);
    while (made.first) {
        struct store_recording *recording = store_queue_take(&made);
        recording->made = clock_mono_now();
        if (status == STATUS_OK)
            store_queue_add(&store->unindexed, recording);
        else
            answer(store, recording, status);
    }
}

/* Returns the first failure. Each recording's is told once, not at every pass of a full disk. */
static enum status flush_open(struct store_sink *store, struct fault *fault)
{
    enum status first = STATUS_OK;

    for (struct store_recording *i = store->open; i; i = i->next) {
        struct fault own = {0};
        i->flushed = false;
        if (!i->writer || i->begun != STATUS_OK)
            continue;
        enum status status = recording_writer_flush(i->writer, &own);
        i->flushed = status == STATUS_OK;
        if (!i->flushed && !i->flush_failed)
            log_event(LOG_ERROR, "store.flush_failed", "recording=%s reason=\"%s\"", i->id_text,
                      own.text);
        i->flush_failed = !i->flushed;
        if (!i->flushed && first == STATUS_OK) {
            first = status;
            *fault = own;
        }
    }
    return first;
}

/*
 * The once-a-second pass that the promise of 2 s rests on. While the store is unhealthy it runs
 * without recordings too, for there will be none before it finds the disk well again; whether the
 * index is, the next call tells.
 */
static void sync_pass(struct store_sink *store)
{
    struct fault fault = {0};
    struct fault sync_fault = {0};

    if (!store->open && atomic_load(&store->healthy))
        return;
    enum status flushed = flush_open(store, &fault);
    enum status synced = sync_store(store, &sync_fault);
    set_healthy(store, flushed == STATUS_OK && synced == STATUS_OK,
                synced == STATUS_OK ? &fault : &sync_fault);
    for (struct store_recording *i = store->open; i; i = i->next) {
        /* Linux drops the pages of a failed sync: a later one that succeeds says nothing of them */
        if (synced != STATUS_OK)
            i->doubtful = true;
        else if (i->flushed && !i->doubtful)
            recording_writer_confirm(i->writer);
    }
}

static void end_one(struct store_sink *store, struct store_recording *recording)
{
    struct fault fault = {0};
    enum status status = STATUS_OK;

    unlink_open(store, recording);
    if (recording->end == STORE_RECORDING_SEAL)
        status = store_end_file(store->index, store->signer, recording, &fault);
    if (status != STATUS_OK)
        log_event(LOG_ERROR, "recording.seal_failed",
                  "recording=%s reason=\"%s\" remedy=\"the keeper recovers it\"",
                  recording->id_text, fault.text);
    if (status != STATUS_OK || recording->end == STORE_RECORDING_LEAVE)
        store_recording_destroy(recording);
    else
        store_queue_add(&store->unfinished, recording);
}

/* At least one, then on until the time is up: new calls must not wait, nor ended ones pile up. */
static void end_some(struct store_sink *store, mono_time until)
{
    do {
        end_one(store, store_queue_take(&store->sealing));
    } while (store->sealing.first && clock_mono_now().ns < until.ns);
}

/* Complete the rows of ended calls, until all are done, the time is up, or another holds the index.
 */
static void index_ended(struct store_sink *store, mono_time until)
{
    while (store->unfinished.first) {
        struct fault fault = {0};
        enum status status = store_end_row(store->index, store->unfinished.first, &fault);
        if (status == STATUS_BUSY)
            return;
        store_end_close(store_queue_take(&store->unfinished), status, &fault);
        if (clock_mono_now().ns >= until.ns)
            return;
    }
}

/* Wait for a job or until then; hand out what is queued. Returns whether to stop. */
static bool take_jobs(struct store_sink *store, mono_time deadline, struct store_queue *beginning)
{
    struct timespec until = {(time_t)(deadline.ns / CLOCK_NS_PER_S), deadline.ns % CLOCK_NS_PER_S};
    int waited = 0;

    pthread_mutex_lock(&store->lock);
    while (!store->beginning && !store->ending && !store->controlled && !store->stop && waited == 0)
        waited = pthread_cond_timedwait(&store->wake, &store->lock, &until);
    store_queue_add_reversed(beginning, store->beginning);
    store_queue_add_reversed(&store->sealing, store->ending);
    store->beginning = NULL;
    store->ending = NULL;
    store->controlled = false;
    bool stop = store->stop;
    pthread_mutex_unlock(&store->lock);
    return stop;
}

static mono_time earlier(mono_time at, mono_time now, int64_t in_ms)
{
    int64_t other_ns = now.ns + in_ms * CLOCK_NS_PER_MS;

    return (mono_time){at.ns < other_ns ? at.ns : other_ns};
}

/* When the thread must be awake again: at once for what can go on, soon for a busy index and for
 * what may be asked of calls. */
static mono_time wake_at(const struct store_sink *store)
{
    mono_time at = {atomic_load(&store->next_sync_ns)};
    mono_time now = clock_mono_now();

    if (store->sealing.first)
        return now;
    if (store->unindexed.first || store->unfinished.first || store_controls_wait(store->controls))
        return earlier(at, now, STORE_INDEX_BUSY_MS);
    return store->open ? earlier(at, now, STORE_ASKED_MS) : at;
}

static void sync_when_due(struct store_sink *store)
{
    int64_t due_ns = atomic_load(&store->next_sync_ns);

    if (clock_mono_now().ns < due_ns)
        return;
    sync_pass(store);
    int64_t now_ns = clock_mono_now().ns;
    due_ns += STORE_SYNC_MS * CLOCK_NS_PER_MS;
    atomic_store(&store->next_sync_ns,
                 due_ns > now_ns ? due_ns : now_ns + STORE_SYNC_MS * CLOCK_NS_PER_MS);
}

void *store_thread_main(void *arg)
{
    struct store_sink *store = arg;
    bool stop = false;

    while (!stop || store->sealing.first) {
        struct store_queue beginning;
        store_queue_init(&beginning);
        stop = take_jobs(store, wake_at(store), &beginning);
        begin_batch(store, &beginning);
        index_begun(store, false);
        sync_when_due(store);
        store_controls_take(store->controls);
        sync_when_due(store);
        (void)store_controls_write(store->controls);
        sync_when_due(store);
        mono_time until = {clock_mono_now().ns + STORE_SEAL_MS * CLOCK_NS_PER_MS};
        if (until.ns > atomic_load(&store->next_sync_ns))
            until.ns = atomic_load(&store->next_sync_ns);
        if (store->sealing.first)
            end_some(store, until);
        index_ended(store, until);
    }
    /* nothing is urgent any more */
    index_set_patience(store->index, INDEX_BUSY_MS);
    index_begun(store, true);
    while (store_controls_write(store->controls))
        ;
    index_ended(store, (mono_time){INT64_MAX});
    return NULL;
}
