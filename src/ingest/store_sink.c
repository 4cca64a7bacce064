#include "ingest/store_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "ingest/store_begin.h"
#include "ingest/store_controls.h"
#include "ingest/store_end.h"
#include "ingest/store_queue.h"
#include "ingest/store_recording.h"

struct store_sink {
    const struct config *config;
    struct recording_sink interface;
    struct index *index;
    struct public_keys *keys;
    struct signer *signer;
    struct store_controls *controls;
    int directory; /* of the store, for syncfs */
    atomic_bool healthy;
    _Atomic int64_t next_sync_ns; /* on the monotonic clock; written by the store thread */
    pthread_t thread;
    bool thread_runs;

    pthread_mutex_t lock; /* what follows, up to the blank line */
    pthread_cond_t wake;
    struct store_recording *beginning; /* newest first */
    struct store_recording *ending;    /* newest first */
    bool controlled;                   /* a pause or a resumption waits to be written */
    bool stop;

    /* the store thread's alone, each oldest first but `open` */
    struct store_recording *open;
    struct store_queue sealing;    /* ended, to be sealed or discarded */
    struct store_queue unindexed;  /* their files are durable, their rows are not written yet */
    struct store_queue unfinished; /* ended, their rows are to be completed or removed */
};

/* --- the interface: called by signalling and media threads -------------------------------------
 */

static void submit(struct store_sink *store, struct store_recording **queue,
                   struct store_recording *recording, bool urgent)
{
    pthread_mutex_lock(&store->lock);
    recording->next_job = *queue;
    *queue = recording;
    if (urgent)
        pthread_cond_signal(&store->wake);
    pthread_mutex_unlock(&store->lock);
}

static enum status sink_begin(void *context, const struct recording_begin *begin,
                              void (*ready)(void *ready_arg, enum status status,
                                            const struct recording_policy *policy),
                              void *ready_arg, void **handle)
{
    struct store_sink *store = context;
    struct store_recording *recording = NULL;
    enum status status = store_recording_create(begin, store->config->node, &recording);

    if (status != STATUS_OK)
        return status;
    recording->ready = ready;
    recording->ready_arg = ready_arg;
    *handle = recording;
    submit(store, &store->beginning, recording, true);
    return STATUS_OK;
}

static enum status sink_write(void *context, void *handle, const uint8_t *page, size_t page_bytes,
                              int64_t granule)
{
    struct store_recording *recording = handle;

    (void)context;
    return recording_writer_append(recording->writer, page, page_bytes, granule);
}

static enum status sink_document(void *context, void *handle,
                                 const struct recording_document *document)
{
    (void)context;
    return store_recording_document(handle, document);
}

static void wake_for_controls(struct store_sink *store)
{
    pthread_mutex_lock(&store->lock);
    store->controlled = true;
    pthread_cond_signal(&store->wake);
    pthread_mutex_unlock(&store->lock);
}

static void sink_controlled(void *context, void *handle, const struct recording_control *control,
                            int64_t at_ms)
{
    struct store_sink *store = context;
    struct store_recording *recording = handle;

    if (store_controls_effect(store->controls, &recording->row.id, control, at_ms) == STATUS_OK)
        wake_for_controls(store);
    else
        recording->controls_untold++;
}

static void sink_end(void *context, void *handle, const struct recording_end *end)
{
    struct store_recording *recording = handle;

    recording->end = STORE_RECORDING_SEAL;
    if (store_recording_take_end(recording, end) != STATUS_OK) {
        recording->end = STORE_RECORDING_LEAVE; /* the keeper finishes it, without its facts */
        log_event(LOG_ERROR, "store.end_failed", "recording=%s cause=memory", recording->id_text);
    }
    struct store_sink *store = context;
    submit(store, &store->ending, recording, true);
}

static void sink_abort(void *context, void *handle)
{
    struct store_sink *store = context;
    struct store_recording *recording = handle;

    recording->end = STORE_RECORDING_DISCARD;
    submit(store, &store->ending, recording, true);
}

static int64_t sink_sync_in_ms(void *context)
{
    struct store_sink *store = context;
    int64_t left_ns = atomic_load(&store->next_sync_ns) - clock_mono_now().ns;

    return left_ns > 0 ? left_ns / CLOCK_NS_PER_MS : 0;
}

/* --- the store thread --------------------------------------------------------------------------
 */

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
    if (syncfs(store->directory))
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
        enum status status =
            store_begin_file(store->config->store, store->index, store->keys, recording, &fault);
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

static void *store_main(void *arg)
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
        (void)store_controls_write(store->controls);
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

/* --- life --------------------------------------------------------------------------------------
 */

static enum status open_parts(struct store_sink *store, struct fault *fault)
{
    const struct config *config = store->config;
    char path[BOUND_PATH_BYTES];

    store->directory = open(config->store, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->directory < 0)
        return fault_set(fault, STATUS_IO, errno, "open store %s", config->store);
    (void)snprintf(path, sizeof path, "%s/index.sqlite", config->store);
    enum status status = index_open(path, &store->index, fault);
    if (status == STATUS_OK)
        index_set_patience(store->index, STORE_INDEX_BUSY_MS);
    if (status == STATUS_OK)
        status = public_keys_open(config->keys, &store->keys, fault);
    if (status == STATUS_OK)
        status = signer_open(config->keys, "ingest", &store->signer, fault);
    if (status == STATUS_OK)
        status = store_controls_create(store->index, config->node, &store->controls, fault);
    return status;
}

static enum status start_thread(struct store_sink *store, struct fault *fault)
{
    int failed = pthread_create(&store->thread, NULL, store_main, store);

    if (failed)
        return fault_set(fault, STATUS_IO, failed, "start the store thread");
    store->thread_runs = true;
    (void)pthread_setname_np(store->thread, "store");
    return STATUS_OK;
}

enum status store_sink_create(const struct config *config, struct store_sink **out,
                              struct fault *fault)
{
    struct store_sink *store = calloc(1, sizeof *store);
    pthread_condattr_t attributes;

    if (!store)
        return fault_set(fault, STATUS_NOMEM, 0, "start the store: out of memory");
    store->config = config;
    store->directory = -1;
    store->interface = (struct recording_sink){.context = store,
                                               .begin = sink_begin,
                                               .write = sink_write,
                                               .document = sink_document,
                                               .controlled = sink_controlled,
                                               .sync_in_ms = sink_sync_in_ms,
                                               .end = sink_end,
                                               .abort = sink_abort};
    atomic_init(&store->healthy, true);
    atomic_init(&store->next_sync_ns, clock_mono_now().ns + STORE_SYNC_MS * CLOCK_NS_PER_MS);
    store_queue_init(&store->sealing);
    store_queue_init(&store->unindexed);
    store_queue_init(&store->unfinished);
    pthread_mutex_init(&store->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&store->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    enum status status = open_parts(store, fault);
    if (status == STATUS_OK)
        status = start_thread(store, fault);
    if (status == STATUS_OK)
        *out = store;
    else
        store_sink_destroy(store);
    return status;
}

const struct recording_sink *store_sink_interface(struct store_sink *store)
{
    return &store->interface;
}

bool store_sink_healthy(struct store_sink *store)
{
    return atomic_load(&store->healthy);
}

void store_sink_listen(struct store_sink *store, const struct store_listener *listener)
{
    store_controls_listen(store->controls, listener);
}

void store_sink_refuse(struct store_sink *store, int64_t request)
{
    if (store_controls_refuse(store->controls, request) == STATUS_OK)
        wake_for_controls(store);
    else
        log_event(LOG_ERROR, "control.unanswered", "cause=memory");
}

void store_sink_destroy(struct store_sink *owned_store)
{
    struct store_sink *store = owned_store;

    if (!store)
        return;
    if (store->thread_runs) {
        pthread_mutex_lock(&store->lock);
        store->stop = true;
        pthread_cond_signal(&store->wake);
        pthread_mutex_unlock(&store->lock);
        pthread_join(store->thread, NULL);
    }
    while (store->open) {
        struct store_recording *recording = store->open;
        unlink_open(store, recording);
        store_recording_destroy(recording);
    }
    while (store->unfinished.first)
        store_recording_destroy(store_queue_take(&store->unfinished));
    store_controls_destroy(store->controls);
    signer_close(store->signer);
    public_keys_close(store->keys);
    index_close(store->index);
    if (store->directory >= 0)
        close(store->directory);
    pthread_cond_destroy(&store->wake);
    pthread_mutex_destroy(&store->lock);
    free(store);
}
