#include "ingest/store_sync.h"

#include "base/log.h"
#include "ingest/store_recording.h"

void store_sync_tell_health(struct store_sink *store, const struct fault *fault)
{
    bool healthy = !store->no_volume && !store->no_rows;
    bool before = atomic_exchange(&store->healthy, healthy);

    if (!healthy && before)
        log_event(LOG_ERROR, "store.failed", "reason=\"%s\"", fault->text);
    else if (healthy && !before)
        log_event(LOG_INFO, "store.recovered", "");
}

static bool is_growing(const struct store_recording *recording)
{
    return recording->writer && recording->begun == STATUS_OK;
}

/* Told once, not at every pass of a full disk. */
static void flush_one(struct store_sink *store, struct store_recording *recording)
{
    struct fault fault = {0};
    enum status status = recording_writer_flush(recording->writer, &fault);

    recording->flushed = status == STATUS_OK;
    recording->lost = status == STATUS_IO;
    if (!recording->flushed && !recording->flush_failed)
        log_event(LOG_ERROR, "store.flush_failed", "recording=%s reason=\"%s\"", recording->id_text,
                  fault.text);
    recording->flush_failed = !recording->flushed;
    if (status == STATUS_IO || status == STATUS_FULL)
        store_volumes_fail(&store->volumes, recording->volume, status, &fault);
}

/* renewed  only those that have just been renewed; else all that nothing failed under. */
static void flush_open(struct store_sink *store, bool renewed)
{
    for (struct store_recording *i = store->open; i; i = i->next) {
        i->flushed = false;
        if (is_growing(i) && !i->lost && (i->renewed || !renewed))
            flush_one(store, i);
    }
}

static void lose_one(struct store_recording *recording, bool all)
{
    bool in_doubt = recording_writer_lose(recording->writer);

    recording->lost |= in_doubt || all;
}

static void lose_queue(const struct store_queue *queue, size_t number, bool all)
{
    for (struct store_recording *i = queue->first; i; i = i->next_job)
        if (i->volume == number)
            lose_one(i, all);
}

/*
 * What was written to a volume since its last sync is in doubt, whoever wrote it.
 *
 * all  also what has nothing there that was not synced: its segment is on a disk that has gone.
 */
static void lose_volume(struct store_sink *store, size_t number, bool all)
{
    for (struct store_recording *i = store->open; i; i = i->next)
        if (is_growing(i) && i->volume == number)
            lose_one(i, all);
    lose_queue(&store->unindexed, number, all);
    lose_queue(&store->waiting, number, all);
}

static void try_failed(struct store_sink *store)
{
    for (size_t i = 0; i < store->volumes.paths.count; i++) {
        enum store_trial trial = store_volumes_try(&store->volumes, i);
        if (trial != STORE_TRIAL_NONE)
            lose_volume(store, i, trial == STORE_TRIAL_OTHER_DISK);
    }
}

static void confirm_volume(struct store_sink *store, size_t number)
{
    for (struct store_recording *i = store->open; i; i = i->next)
        if (is_growing(i) && i->volume == number && i->flushed)
            recording_writer_confirm(i->writer);
}

/* Which volumes something was flushed to, and whether anything could not be. */
struct flushed_volumes {
    bool any[VOLUMES_MAX];
    bool all[VOLUMES_MAX];
};

static struct flushed_volumes look_at_flushed(const struct store_sink *store)
{
    struct flushed_volumes flushed;

    for (size_t i = 0; i < VOLUMES_MAX; i++) {
        flushed.any[i] = false;
        flushed.all[i] = true;
    }
    for (const struct store_recording *i = store->open; i; i = i->next) {
        if (!is_growing(i))
            continue;
        flushed.any[i->volume] |= i->flushed;
        flushed.all[i->volume] &= !i->flush_failed;
    }
    return flushed;
}

static void sync_flushed(struct store_sink *store)
{
    const struct flushed_volumes flushed = look_at_flushed(store);

    for (size_t i = 0; i < store->volumes.paths.count; i++) {
        struct fault fault = {0};
        if (!flushed.any[i])
            continue;
        enum status status = store_volumes_sync(&store->volumes, i, &fault);
        if (status != STATUS_OK) {
            store_volumes_fail(&store->volumes, i, status, &fault);
            lose_volume(store, i, false);
            continue;
        }
        confirm_volume(store, i);
        if (flushed.all[i])
            store_volumes_well(&store->volumes, i);
    }
}

/* In a new segment on a volume that is well; STATUS_BUSY where none is. */
static enum status renew(struct store_sink *store, struct store_recording *recording,
                         struct fault *fault)
{
    struct store_volumes *volumes = &store->volumes;
    enum status status = fault_set(fault, STATUS_BUSY, 0, "no volume takes writes");

    /* one that fails is not chosen again */
    for (size_t tries = 0; tries < volumes->paths.count; tries++) {
        size_t number = store_volumes_choose(volumes, SIZE_MAX);
        if (number == volumes->paths.count)
            return STATUS_BUSY;
        recording->lost = true; /* its segment is left, whether there is a new one or not */
        status = recording_writer_renew(recording->writer, volumes->paths.directory[number], fault);
        if (status == STATUS_OK) {
            recording->volume = number;
            recording->lost = false;
            return STATUS_OK;
        }
        if (status != STATUS_IO && status != STATUS_FULL)
            return status;
        store_volumes_fail(volumes, number, status, fault);
    }
    return status;
}

/* Of one whose volume is full nothing is in doubt: it moves only where another one has room. */
static bool is_to_move(const struct store_sink *store, const struct store_recording *recording)
{
    const struct store_volumes *volumes = &store->volumes;

    if (!is_growing(recording))
        return false;
    return recording->lost ||
           (recording->flush_failed && volumes->volume[recording->volume].failed == STATUS_FULL &&
            store_volumes_choose(volumes, recording->volume) < volumes->paths.count);
}

/* Returns how many were renewed. */
static size_t renew_lost(struct store_sink *store)
{
    size_t renewed = 0;

    for (struct store_recording *i = store->open; i; i = i->next) {
        struct fault fault = {0};
        i->renewed = false;
        if (!is_to_move(store, i))
            continue;
        enum status status = renew(store, i, &fault);
        i->renewed = status == STATUS_OK;
        renewed += i->renewed;
        if (status != STATUS_OK && status != STATUS_BUSY && !i->renew_failed)
            log_event(LOG_ERROR, "store.renew_failed", "recording=%s reason=\"%s\"", i->id_text,
                      fault.text);
        i->renew_failed = status != STATUS_OK && status != STATUS_BUSY;
    }
    return renewed;
}

static void look_at_volumes(struct store_sink *store)
{
    const struct fault fault = {.text = "no volume takes writes"};

    store->no_volume =
        store_volumes_choose(&store->volumes, SIZE_MAX) == store->volumes.paths.count;
    store_sync_tell_health(store, &fault);
}

void store_sync_pass(struct store_sink *store)
{
    if (!store->open && !store->no_volume && store_volumes_all_well(&store->volumes))
        return;
    flush_open(store, false);
    sync_flushed(store);
    try_failed(store);
    size_t renewed = renew_lost(store);
    if (renewed) {
        log_event(LOG_WARNING, "store.renewed", "recordings=%zu", renewed);
        flush_open(store, true);
        sync_flushed(store);
    }
    look_at_volumes(store);
}

enum status store_sync_create(struct store_sink *store, struct store_recording *recording,
                              const struct customer_key *key, struct fault *fault)
{
    struct store_volumes *volumes = &store->volumes;
    enum status status = STATUS_IO;

    for (size_t tries = 0; tries < volumes->paths.count; tries++) {
        size_t number = store_volumes_choose(volumes, SIZE_MAX);
        if (number == volumes->paths.count)
            return tries ? status : fault_set(fault, STATUS_IO, 0, "no volume takes writes");
        recording->volume = number;
        status = store_recording_open(recording, store->disk, volumes->paths.directory[number], key,
                                      fault);
        if (status != STATUS_IO && status != STATUS_FULL)
            return status;
        store_volumes_fail(volumes, number, status, fault);
    }
    return status;
}

/* The files of those that were just made on a volume whose sync failed. */
static void drop_begun(const struct store_queue *made, size_t number, enum status status)
{
    for (struct store_recording *i = made->first; i; i = i->next_job) {
        if (i->volume != number || i->begun != STATUS_OK)
            continue;
        recording_writer_discard(i->writer);
        i->writer = NULL;
        i->begun = status;
    }
}

/* Nothing is in doubt about them when a sync fails before they have anything to write. */
static void confirm_begun(const struct store_queue *made, size_t number)
{
    for (struct store_recording *i = made->first; i; i = i->next_job)
        if (i->volume == number)
            recording_writer_confirm(i->writer);
}

void store_sync_begun(struct store_sink *store, const struct store_queue *made)
{
    bool used[VOLUMES_MAX] = {false};

    for (struct store_recording *i = made->first; i; i = i->next_job) {
        i->begun = STATUS_OK;
        used[i->volume] = true;
    }
    for (size_t i = 0; i < store->volumes.paths.count; i++) {
        struct fault fault = {0};
        enum status status = used[i] ? store_volumes_sync(&store->volumes, i, &fault) : STATUS_OK;
        if (status == STATUS_OK) {
            confirm_begun(made, i);
            continue;
        }
        store_volumes_fail(&store->volumes, i, status, &fault);
        lose_volume(store, i, false);
        drop_begun(made, i, status);
    }
    look_at_volumes(store);
}

enum status store_sync_seal(struct store_sink *store, struct store_recording *recording,
                            struct fault *fault)
{
    struct store_volumes *volumes = &store->volumes;
    enum status status = recording->lost ? renew(store, recording, fault) : STATUS_OK;

    if (status != STATUS_OK)
        return status == STATUS_BUSY ? STATUS_IO : status;
    status = store_recording_seal(recording, store->signer, fault);
    for (size_t tries = 0; tries < volumes->paths.count; tries++) {
        struct fault why = {0};
        if (status != STATUS_IO && status != STATUS_FULL)
            break;
        recording->lost = status == STATUS_IO;
        store_volumes_fail(volumes, recording->volume, status, fault);
        if (status == STATUS_IO) /* its own may be well in a new place */
            try_failed(store);
        if (renew(store, recording, &why) != STATUS_OK)
            break;
        fault_clear(fault);
        status = store_recording_seal(recording, store->signer, fault);
    }
    recording->lost |= status == STATUS_IO;
    return status;
}
