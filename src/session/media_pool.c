#include "session/media_pool.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "audio/codec.h"
#include "rtp/receiver.h"
#include "session/recording_media.h"

enum { MEDIA_THREADS_MAX = 64, THREAD_NAME_BYTES = 16 };

static const struct audio_setup without_helpers = {0};

struct media_thread {
    struct media_pool *pool;
    pthread_t thread;
    struct rtp_receiver *receiver;
    struct recording *running; /* of this thread only */
    pthread_mutex_t lock;
    struct recording *inbox;   /* under lock: started, not yet seen by the thread */
    atomic_uint_fast64_t load; /* recordings in inbox and running */
    atomic_uint_fast64_t packets_received;
    atomic_uint_fast64_t packets_kernel_dropped;
    atomic_uint_fast64_t sweep_late_ms_max;
};

struct media_pool {
    atomic_bool closing;
    int stamping; /* see open_stamping */
    unsigned count;
    const struct audio_setup *setup;
    struct media_thread threads[];
};

/*
 * The kernel stamps packets on arrival only while some socket asks for it; it begins a moment after
 * the first one asks. A socket that asks for as long as the pool lives keeps that on, so that the
 * first packet of a call on an idle machine is not stamped as late as it is read.
 */
static int open_stamping(void)
{
    int on = 1;
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    /* without it only the precision of such first stamps suffers */
    if (descriptor >= 0)
        (void)setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    return descriptor;
}

/* Take over what was started since the last sweep. */
static void empty_inbox(struct media_thread *thread)
{
    (void)pthread_mutex_lock(&thread->lock);
    struct recording *started = thread->inbox;
    thread->inbox = NULL;
    (void)pthread_mutex_unlock(&thread->lock);
    while (started) {
        struct recording *recording = started;
        started = recording->next;
        recording->next = thread->running;
        thread->running = recording;
        recording_media_begin(recording, thread->pool->setup);
    }
}

static void sweep(struct media_thread *thread)
{
    struct recording_swept swept = {0};
    struct recording **link = &thread->running;

    while (*link) {
        struct recording *recording = *link;
        if (recording_media_sweep(recording, thread->receiver, &swept)) {
            *link = recording->next;
            recording_media_end(recording);
            atomic_fetch_sub(&thread->load, 1);
        } else {
            link = &recording->next;
        }
    }
    atomic_fetch_add(&thread->packets_received, swept.packets_received);
    atomic_fetch_add(&thread->packets_kernel_dropped, swept.packets_kernel_dropped);
}

/* The pool closes: whatever still runs ends now. */
static void stop_all(struct media_thread *thread)
{
    for (struct recording *recording = thread->running; recording; recording = recording->next)
        if (!atomic_load(&recording->end_cause))
            recording_stop(recording, "shutdown");
}

static struct timespec timespec_of(mono_time time)
{
    return (struct timespec){
        .tv_sec = (time_t)(time.ns / CLOCK_NS_PER_S),
        .tv_nsec = (long)(time.ns % CLOCK_NS_PER_S),
    };
}

static void note_lateness(struct media_thread *thread, mono_time due)
{
    int64_t late_ns = clock_mono_now().ns - due.ns;
    uint_fast64_t late_ms = late_ns > 0 ? (uint_fast64_t)(late_ns / CLOCK_NS_PER_MS) : 0;
    uint_fast64_t most = atomic_load(&thread->sweep_late_ms_max);

    while (late_ms > most &&
           !atomic_compare_exchange_weak(&thread->sweep_late_ms_max, &most, late_ms))
        continue;
}

/* Sleep until the next sweep is due. Sweeps that are missed are left out, not made up for. */
static mono_time await_sweep(struct media_thread *thread, mono_time due)
{
    const int64_t period_ns = MEDIA_SWEEP_MS * CLOCK_NS_PER_MS;
    int64_t behind_ns = clock_mono_now().ns - due.ns;

    due.ns += period_ns;
    if (behind_ns > period_ns)
        due.ns += behind_ns / period_ns * period_ns;
    struct timespec deadline = timespec_of(due);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL) == EINTR)
        continue;
    note_lateness(thread, due);
    return due;
}

static void *run(void *arg)
{
    struct media_thread *thread = arg;
    mono_time due = clock_mono_now();
    bool closing;

    do {
        closing = atomic_load(&thread->pool->closing);
        empty_inbox(thread);
        if (closing)
            stop_all(thread);
        sweep(thread);
        if (!closing)
            due = await_sweep(thread, due);
    } while (!closing);
    return NULL;
}

static enum status start_thread(struct media_pool *pool, struct fault *fault)
{
    struct media_thread *thread = &pool->threads[pool->count];
    char name[THREAD_NAME_BYTES];

    thread->pool = pool;
    enum status status = rtp_receiver_create(&thread->receiver);
    if (status != STATUS_OK)
        return fault_set(fault, status, 0, "make a media thread");
    (void)pthread_mutex_init(&thread->lock, NULL);
    int error = pthread_create(&thread->thread, NULL, run, thread);
    if (error) {
        (void)pthread_mutex_destroy(&thread->lock);
        rtp_receiver_destroy(thread->receiver);
        return fault_set(fault, STATUS_IO, error, "start media thread %u", pool->count);
    }
    (void)snprintf(name, sizeof name, "media-%u", pool->count);
    (void)pthread_setname_np(thread->thread, name);
    pool->count++;
    return STATUS_OK;
}

enum status media_pool_create(unsigned threads, const struct audio_setup *setup,
                              struct media_pool **out, struct fault *fault)
{
    assert(threads >= 1 && threads <= MEDIA_THREADS_MAX);
    struct media_pool *pool = calloc(1, sizeof *pool + threads * sizeof pool->threads[0]);
    enum status status = STATUS_OK;

    if (!pool)
        return fault_set(fault, STATUS_NOMEM, 0, "make the media pool");
    pool->setup = setup ? setup : &without_helpers;
    pool->stamping = open_stamping();
    while (pool->count < threads && status == STATUS_OK)
        status = start_thread(pool, fault);
    if (status != STATUS_OK) {
        media_pool_destroy(pool);
        return status;
    }
    *out = pool;
    return STATUS_OK;
}

void media_pool_destroy(struct media_pool *owned_pool)
{
    if (!owned_pool)
        return;
    atomic_store(&owned_pool->closing, true);
    for (unsigned i = 0; i < owned_pool->count; i++) {
        struct media_thread *thread = &owned_pool->threads[i];
        (void)pthread_join(thread->thread, NULL);
        (void)pthread_mutex_destroy(&thread->lock);
        rtp_receiver_destroy(thread->receiver);
    }
    if (owned_pool->stamping >= 0)
        (void)close(owned_pool->stamping);
    free(owned_pool);
}

struct media_pool_counts media_pool_counts(struct media_pool *pool)
{
    struct media_pool_counts counts = {0};

    for (unsigned i = 0; i < pool->count; i++) {
        struct media_thread *thread = &pool->threads[i];
        uint64_t late_ms = atomic_exchange(&thread->sweep_late_ms_max, 0);
        counts.recordings_running += atomic_load(&thread->load);
        counts.packets_received += atomic_load(&thread->packets_received);
        counts.packets_kernel_dropped += atomic_load(&thread->packets_kernel_dropped);
        if (late_ms > counts.sweep_late_ms_max)
            counts.sweep_late_ms_max = late_ms;
    }
    return counts;
}

void media_pool_take(struct media_pool *pool, struct recording *owned_recording)
{
    struct media_thread *chosen = &pool->threads[0];

    for (unsigned i = 1; i < pool->count; i++)
        if (atomic_load(&pool->threads[i].load) < atomic_load(&chosen->load))
            chosen = &pool->threads[i];
    atomic_fetch_add(&chosen->load, 1);
    (void)pthread_mutex_lock(&chosen->lock);
    owned_recording->next = chosen->inbox;
    chosen->inbox = owned_recording;
    (void)pthread_mutex_unlock(&chosen->lock);
}
