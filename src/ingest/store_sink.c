#include "ingest/store_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "ingest/store_recording.h"
#include "net/address.h"
#include "storage/index/customers.h"

struct store_sink {
    const struct config *config;
    struct recording_sink interface;
    struct index *index;
    struct public_keys *keys;
    struct signer *signer;
    int directory; /* of the store, for syncfs */
    atomic_bool healthy;
    pthread_t thread;
    bool thread_runs;

    pthread_mutex_t lock; /* what follows, up to the blank line */
    pthread_cond_t wake;
    struct store_recording *beginning; /* newest first */
    struct store_recording *ending;    /* newest first */
    bool stop;

    struct store_recording *open; /* the store thread's alone */
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
                              void (*ready)(void *ready_arg, enum status status), void *ready_arg,
                              void **handle)
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

/* Whose the call is, and its file. Its row waits for the batch. */
static enum status begin_one(struct store_sink *store, struct store_recording *recording,
                             struct fault *fault)
{
    struct index_recording *row = &recording->row;
    struct sockaddr_storage source;
    struct call_owner owner;
    struct customer_key key;

    memset(&source, 0, sizeof source);
    if (address_parse(row->source_address, 0, &source) != STATUS_OK)
        source.ss_family = AF_UNSPEC;
    enum status status = call_owner_find(store->index, row->caller.number, row->called.number,
                                         &source, &owner, fault);
    if (status != STATUS_OK)
        return status;
    row->customer = owner.customer;
    row->direction = owner.direction;
    (void)snprintf(row->source, sizeof row->source, "%s", owner.source);
    status = public_keys_customer(store->keys, row->customer, row->started, &key, fault);
    if (status != STATUS_OK)
        return status;
    return store_recording_open(recording, store->config->store, &key, fault);
}

/* Rows of those whose file was made, in one transaction. */
static enum status insert_rows(struct store_sink *store, struct store_recording *batch,
                               struct fault *fault)
{
    enum status status = index_begin(store->index, fault);

    if (status != STATUS_OK)
        return status;
    for (struct store_recording *i = batch; i; i = i->next_job) {
        if (i->begun != STATUS_OK)
            continue;
        status = recordings_insert(store->index, &i->row, fault);
        if (status != STATUS_OK) {
            index_rollback(store->index);
            return status;
        }
    }
    return index_commit(store->index, fault);
}

static void answer_batch(struct store_sink *store, struct store_recording *batch,
                         enum status batch_status)
{
    while (batch) {
        struct store_recording *recording = batch;
        batch = recording->next_job;
        if (recording->begun == STATUS_OK)
            recording->begun = batch_status;
        /* A call that failed to begin ends by abort, like one that was cancelled. */
        link_open(store, recording);
        recording->ready(recording->ready_arg, recording->begun);
    }
}

static void begin_batch(struct store_sink *store, struct store_recording *batch)
{
    struct fault fault = {0};
    bool any = false;

    for (struct store_recording *i = batch; i; i = i->next_job) {
        i->begun = begin_one(store, i, &fault);
        if (i->begun == STATUS_OK)
            any = true;
        else
            log_event(LOG_ERROR, "store.begin_failed", "recording=%s reason=\"%s\"", i->id_text,
                      fault.text);
    }
    enum status status = STATUS_OK;
    if (any) {
        status = sync_store(store, &fault);
        if (status == STATUS_OK)
            status = insert_rows(store, batch, &fault);
        set_healthy(store, status == STATUS_OK, &fault);
    }
    answer_batch(store, batch, status);
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

static void seal(struct store_sink *store, struct store_recording *recording)
{
    struct fault fault = {0};
    enum status status = store_recording_seal(recording, store->signer, &fault);

    if (status == STATUS_OK)
        status = recordings_finish(store->index, &recording->row, recording->facts,
                                   recording->fact_count, &fault);
    if (status == STATUS_OK)
        log_event(LOG_INFO, "recording.sealed", "recording=%s duration_ms=%lld cause=%s",
                  recording->id_text, (long long)recording->row.duration_ms,
                  recording->row.end_cause);
    else
        log_event(LOG_ERROR, "recording.seal_failed",
                  "recording=%s reason=\"%s\" remedy=\"the keeper recovers it\"",
                  recording->id_text, fault.text);
}

static void discard(struct store_sink *store, struct store_recording *recording)
{
    struct fault fault = {0};

    if (recording->begun == STATUS_OK &&
        recordings_remove_unanswered(store->index, recording->row.id, &fault) != STATUS_OK)
        log_event(LOG_WARNING, "store.discard_failed", "recording=%s reason=\"%s\"",
                  recording->id_text, fault.text);
    if (recording->writer)
        recording_writer_discard(recording->writer);
    recording->writer = NULL;
}

static void end_one(struct store_sink *store, struct store_recording *recording)
{
    if (recording->end == STORE_RECORDING_SEAL)
        seal(store, recording);
    else if (recording->end == STORE_RECORDING_DISCARD)
        discard(store, recording);
    unlink_open(store, recording);
    store_recording_destroy(recording);
}

/* At least one, then on until the time is up: new calls must not wait, nor ended ones pile up. */
static void end_some(struct store_sink *store, struct store_recording **ending, mono_time until)
{
    do {
        struct store_recording *recording = *ending;
        *ending = recording->next_job;
        end_one(store, recording);
    } while (*ending && clock_mono_now().ns < until.ns);
}

static struct store_recording *reversed(struct store_recording *newest_first)
{
    struct store_recording *oldest_first = NULL;

    while (newest_first) {
        struct store_recording *next = newest_first->next_job;
        newest_first->next_job = oldest_first;
        oldest_first = newest_first;
        newest_first = next;
    }
    return oldest_first;
}

/* Wait for a job or the next sync; hand out what is queued. Returns whether to stop. */
static bool take_jobs(struct store_sink *store, mono_time deadline, bool idle,
                      struct store_recording **beginning, struct store_recording **ending)
{
    struct timespec until = {(time_t)(deadline.ns / CLOCK_NS_PER_S), deadline.ns % CLOCK_NS_PER_S};

    pthread_mutex_lock(&store->lock);
    int waited = 0;
    while (!store->beginning && !store->ending && !store->stop && idle && waited == 0)
        waited = pthread_cond_timedwait(&store->wake, &store->lock, &until);
    *beginning = reversed(store->beginning);
    *ending = reversed(store->ending);
    store->beginning = NULL;
    store->ending = NULL;
    bool stop = store->stop;
    pthread_mutex_unlock(&store->lock);
    return stop;
}

static void *store_main(void *arg)
{
    struct store_sink *store = arg;
    mono_time next_sync = {clock_mono_now().ns + STORE_SYNC_MS * CLOCK_NS_PER_MS};
    struct store_recording *ending = NULL;
    struct store_recording **ending_tail = &ending;
    bool stop = false;

    while (!stop || ending) {
        struct store_recording *beginning;
        struct store_recording *ended;
        stop = take_jobs(store, next_sync, ending == NULL, &beginning, &ended);
        for (*ending_tail = ended; *ending_tail;)
            ending_tail = &(*ending_tail)->next_job;
        if (beginning)
            begin_batch(store, beginning);
        mono_time now = clock_mono_now();
        if (now.ns >= next_sync.ns) {
            sync_pass(store);
            next_sync.ns += STORE_SYNC_MS * CLOCK_NS_PER_MS;
            if (next_sync.ns < now.ns)
                next_sync.ns = now.ns + STORE_SYNC_MS * CLOCK_NS_PER_MS;
        }
        if (ending) {
            mono_time until = {clock_mono_now().ns + STORE_SEAL_MS * CLOCK_NS_PER_MS};
            end_some(store, &ending, until.ns < next_sync.ns ? until : next_sync);
            if (!ending)
                ending_tail = &ending;
        }
    }
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
        status = public_keys_open(config->keys, &store->keys, fault);
    if (status == STATUS_OK)
        status = signer_open(config->keys, "ingest", &store->signer, fault);
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
    store->interface = (struct recording_sink){store, sink_begin, sink_write, sink_end, sink_abort};
    atomic_init(&store->healthy, true);
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
    signer_close(store->signer);
    public_keys_close(store->keys);
    index_close(store->index);
    if (store->directory >= 0)
        close(store->directory);
    pthread_cond_destroy(&store->wake);
    pthread_mutex_destroy(&store->lock);
    free(store);
}
