#include "ingest/store_sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "ingest/store_journal.h"
#include "ingest/store_recording.h"
#include "ingest/store_thread.h"

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

static enum status sink_journal(void *context, void *handle,
                                const struct recording_journal *journal)
{
    struct store_recording *recording = handle;

    (void)context;
    return store_journal(recording->writer, journal);
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

/* --- life --------------------------------------------------------------------------------------
 */

static enum status open_parts(struct store_sink *store, struct fault *fault)
{
    const struct config *config = store->config;
    char path[BOUND_PATH_BYTES];

    enum status status = store_volumes_open(&store->volumes, store->disk, config, fault);
    (void)snprintf(path, sizeof path, "%s/index.sqlite", config->store);
    if (status == STATUS_OK)
        status = index_open(path, &store->index, fault);
    if (status == STATUS_OK)
        status = public_keys_open(store->disk, config->keys, &store->keys, fault);
    if (status == STATUS_OK)
        status = signer_open(store->disk, config->keys, "ingest", &store->signer, fault);
    if (status == STATUS_OK)
        status = store_controls_create(store->index, config->node, &store->controls, fault);
    if (status == STATUS_OK) /* from now on audio waits for this thread */
        index_set_patience(store->index, STORE_INDEX_BUSY_MS);
    return status;
}

static enum status start_thread(struct store_sink *store, struct fault *fault)
{
    int failed = pthread_create(&store->thread, NULL, store_thread_main, store);

    if (failed)
        return fault_set(fault, STATUS_IO, failed, "start the store thread");
    store->thread_runs = true;
    (void)pthread_setname_np(store->thread, "store");
    return STATUS_OK;
}

enum status store_sink_create(const struct disk *disk, const struct config *config,
                              struct store_sink **out, struct fault *fault)
{
    struct store_sink *store = calloc(1, sizeof *store);
    pthread_condattr_t attributes;

    if (!store)
        return fault_set(fault, STATUS_NOMEM, 0, "start the store: out of memory");
    store->config = config;
    store->disk = disk;
    store->interface = (struct recording_sink){.context = store,
                                               .begin = sink_begin,
                                               .write = sink_write,
                                               .document = sink_document,
                                               .journal = sink_journal,
                                               .controlled = sink_controlled,
                                               .sync_in_ms = sink_sync_in_ms,
                                               .end = sink_end,
                                               .abort = sink_abort};
    atomic_init(&store->healthy, true);
    atomic_init(&store->next_sync_ns, clock_mono_now().ns + STORE_SYNC_MS * CLOCK_NS_PER_MS);
    store_queue_init(&store->sealing);
    store_queue_init(&store->waiting);
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
        log_event(LOG_ERROR, "control.unanswered", "request=%lld", (long long)request);
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
        store->open = recording->next;
        store_recording_destroy(recording);
    }
    while (store->unfinished.first)
        store_recording_destroy(store_queue_take(&store->unfinished));
    store_controls_destroy(store->controls);
    signer_close(store->signer);
    public_keys_close(store->keys);
    index_close(store->index);
    store_volumes_close(&store->volumes);
    pthread_cond_destroy(&store->wake);
    pthread_mutex_destroy(&store->lock);
    free(store);
}
