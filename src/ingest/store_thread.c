/* store_thread: the work of the store sink, in the order of store_sink.h. */
#include "ingest/store_thread.h"

#include <time.h>

#include "base/log.h"
#include "ingest/store_begin.h"
#include "ingest/store_end.h"
#include "ingest/store_recording.h"
#include "ingest/store_sink.h"
#include "ingest/store_sync.h"

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

/* A call that failed to begin ends by abort, like one that was cancelled. */
static void answer(struct store_sink *store, struct store_recording *recording, enum status status)
{
    recording->begun = status;
    link_open(store, recording);
    recording->ready(recording->ready_arg, status, status == STATUS_OK ? &recording->policy : NULL);
}

static void tell_rows(struct store_sink *store, enum status status, const struct fault *fault)
{
    store->no_rows = status != STATUS_OK;
    store->rows_try_at.ns = clock_mono_now().ns + STORE_SYNC_MS * CLOCK_NS_PER_MS;
    store_sync_tell_health(store, fault);
}

/* No call comes that would show that rows can be written again. */
static void try_rows(struct store_sink *store)
{
    struct fault fault = {0};

    if (!store->no_rows || clock_mono_now().ns < store->rows_try_at.ns)
        return;
    enum status status = store_begin_trial(store->index, &fault);
    tell_rows(store, status, &fault);
}

/* Write the rows that wait; while another program holds the index they wait on, up to a limit, but
 * for the last time: every call gets its answer. */
static void index_begun(struct store_sink *store, bool last)
{
    struct fault fault = {0};
    enum status status = store_begin_rows(store->index, &store->unindexed, &fault);
    if (status == STATUS_BUSY && !last &&
        clock_mono_now().ns - store->unindexed.first->made.ns < STORE_ROW_WAIT_MS * CLOCK_NS_PER_MS)
        return;
    tell_rows(store, status, &fault);
    while (store->unindexed.first) {
        struct store_recording *recording = store_queue_take(&store->unindexed);
        answer(store, recording, status == STATUS_OK ? recording->begun : status);
    }
}

/* A file on the first volume that takes it. */
static enum status begin_file(struct store_sink *store, struct store_recording *recording)
{
    struct customer_key key;
    struct fault fault = {0};
    enum status status = store_begin_owner(store->index, store->keys, recording, &key, &fault);

    if (status == STATUS_OK)
        status = store_sync_create(store, recording, &key, &fault);
    if (status != STATUS_OK)
        log_event(LOG_ERROR, "store.begin_failed", "recording=%s reason=\"%s\"", recording->id_text,
                  fault.text);
    return status;
}

static void begin_batch(struct store_sink *store, struct store_queue *batch)
{
    struct store_queue made;

    store_queue_init(&made);
    while (batch->first) {
        struct store_recording *recording = store_queue_take(batch);
        enum status status = begin_file(store, recording);
        if (status == STATUS_OK)
            store_queue_add(&made, recording);
        else
            answer(store, recording, status);
    }
    if (!made.first)
        return;
    store_sync_begun(store, &made);
    while (made.first) {
        struct store_recording *recording = store_queue_take(&made);
        recording->made = clock_mono_now();
        if (recording->begun == STATUS_OK)
            store_queue_add(&store->unindexed, recording);
        else
            answer(store, recording, recording->begun);
    }
}

/* What no volume takes waits until one does, but for the last time: then recovery finds it. */
static void seal_one(struct store_sink *store, struct store_recording *recording)
{
    struct fault fault = {0};
    enum status status = store_sync_seal(store, recording, &fault);
    bool later = status == STATUS_IO || status == STATUS_FULL || status == STATUS_NOMEM;

    if (later && !store->closing) {
        if (!recording->seal_failed)
            log_event(LOG_ERROR, "recording.seal_failed",
                      "recording=%s reason=\"%s\" remedy=\"it is tried again\"", recording->id_text,
                      fault.text);
        recording->seal_failed = true;
        store_queue_add(&store->waiting, recording);
    } else if (status != STATUS_OK) {
        log_event(LOG_ERROR, "recording.seal_failed",
                  "recording=%s reason=\"%s\" remedy=\"the keeper recovers it\"",
                  recording->id_text, fault.text);
        store_recording_destroy(recording);
    } else if (recording_writer_segments(recording->writer) > 1) {
        log_event(LOG_WARNING, "recording.in_segments",
                  "recording=%s segments=%zu remedy=\"the keeper joins them\"", recording->id_text,
                  recording_writer_segments(recording->writer));
        store_recording_destroy(recording);
    } else {
        store_queue_add(&store->unfinished, recording);
    }
}

/* Those whose ends no volume took; each once. */
static void seal_waiting(struct store_sink *store)
{
    struct store_queue again;

    store_queue_init(&again);
    while (store->waiting.first)
        store_queue_add(&again, store_queue_take(&store->waiting));
    while (again.first)
        seal_one(store, store_queue_take(&again));
}

static void end_one(struct store_sink *store, struct store_recording *recording)
{
    unlink_open(store, recording);
    switch (recording->end) {
    case STORE_RECORDING_SEAL:
        store_end_owner(store->index, recording);
        seal_one(store, recording);
        break;
    case STORE_RECORDING_LEAVE:
        store_recording_destroy(recording);
        break;
    case STORE_RECORDING_DISCARD:
        store_queue_add(&store->unfinished, recording);
        break;
    }
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
    store_sync_pass(store);
    seal_waiting(store);
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
        if (store->unindexed.first)
            index_begun(store, false);
        else
            try_rows(store);
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
    store->closing = true;
    seal_waiting(store);
    /* nothing is urgent any more */
    index_set_patience(store->index, INDEX_BUSY_MS);
    if (store->unindexed.first)
        index_begun(store, true);
    while (store_controls_write(store->controls))
        ;
    index_ended(store, (mono_time){INT64_MAX});
    return NULL;
}
