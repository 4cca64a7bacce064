#include "ingest/space_watch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "storage/disk/reserve.h"

enum { MIB = 1024 * 1024, GIVE_UP_PART = 10 };

struct space_watch {
    const struct disk *disk;
    const struct config *config;
    struct space_limits limits;
    struct reserve *reserve;
    _Atomic int level; /* enum space_level */

    /* the thread's */
    struct space_state state;
    mono_time told;   /* when the level was logged the last time */
    bool held;        /* the reserve, as of the last look */
    bool hold_failed; /* and that was logged */
    bool look_failed; /* likewise */

    pthread_t thread;
    bool thread_runs;
    pthread_mutex_t lock; /* over stop */
    pthread_cond_t wake;
    bool stop;
};

static void tell_level(struct space_watch *watch, const struct space *space, mono_time now)
{
    static const enum log_level severity[] = {
        [SPACE_PLENTY] = LOG_INFO,
        [SPACE_LOW] = LOG_WARNING,
        [SPACE_NO_EXPORTS] = LOG_WARNING,
        [SPACE_NO_CALLS] = LOG_ERROR,
    };
    unsigned share = space_free_share(space);

    log_event(severity[watch->state.level], "space.level",
              "level=%s free_percent=%u.%02u free_mib=%llu store=%s",
              space_level_name(watch->state.level), share / 100, share % 100,
              (unsigned long long)(space->free_bytes / MIB), watch->config->store);
    watch->told = now;
}

/* It may have been given up since the last look, by a call that found no space. */
static void look_at_reserve(struct space_watch *watch)
{
    bool held = reserve_missing(watch->reserve) == 0;

    if (watch->held && !held)
        log_event(LOG_ERROR, "space.reserve_given_up",
                  "reason=\"calls in progress need it\" store=%s", watch->config->store);
    watch->held = held;
}

static void hold_reserve(struct space_watch *watch)
{
    struct fault fault = {0};
    uint64_t missing = reserve_missing(watch->reserve);

    if (!missing)
        return;
    enum status status = reserve_hold(watch->reserve, &fault);
    if (status == STATUS_OK)
        log_event(LOG_INFO, "space.reserve_held", "mib=%llu store=%s",
                  (unsigned long long)(missing / MIB), watch->config->store);
    else if (!watch->hold_failed)
        log_event(LOG_WARNING, "space.reserve_failed", "mib=%llu reason=\"%s\"",
                  (unsigned long long)(missing / MIB), fault.text);
    watch->hold_failed = status != STATUS_OK;
    watch->held = status == STATUS_OK;
}

static void take_look(struct space_watch *watch, const struct space *seen, mono_time now)
{
    const struct space space = space_without(seen, reserve_missing(watch->reserve));
    unsigned last_share = watch->limits.no_calls_percent * (SPACE_WHOLE / 100) / GIVE_UP_PART;
    bool low = watch->state.level != SPACE_PLENTY;

    bool changed = space_judge(&watch->state, &space, &watch->limits, now);
    atomic_store(&watch->level, (int)watch->state.level);
    if (changed || (low && now.ns - watch->told.ns >= SPACE_WATCH_REMIND_S * CLOCK_NS_PER_S))
        tell_level(watch, &space, now);
    if (space_free_share(seen) < last_share)
        (void)reserve_give_up(watch->reserve);
    look_at_reserve(watch);
    if (watch->state.level != SPACE_NO_CALLS)
        hold_reserve(watch);
}

void space_watch_look(struct space_watch *watch, mono_time now)
{
    struct space seen;
    struct fault fault = {0};
    enum status status = space_look(watch->disk, watch->config->store, &seen, &fault);

    if (status == STATUS_OK)
        take_look(watch, &seen, now);
    else if (!watch->look_failed)
        log_event(LOG_WARNING, "space.unknown", "reason=\"%s\"", fault.text);
    watch->look_failed = status != STATUS_OK;
}

static void *watch_main(void *arg)
{
    struct space_watch *watch = arg;

    (void)pthread_mutex_lock(&watch->lock);
    while (!watch->stop) {
        int64_t until_ns = clock_mono_now().ns + SPACE_WATCH_MS * CLOCK_NS_PER_MS;
        const struct timespec until = {(time_t)(until_ns / CLOCK_NS_PER_S),
                                       until_ns % CLOCK_NS_PER_S};
        (void)pthread_cond_timedwait(&watch->wake, &watch->lock, &until);
        if (watch->stop)
            break;
        (void)pthread_mutex_unlock(&watch->lock);
        space_watch_look(watch, clock_mono_now());
        (void)pthread_mutex_lock(&watch->lock);
    }
    (void)pthread_mutex_unlock(&watch->lock);
    return NULL;
}

/* What is low already is so before the first call. */
static enum status first_look(struct space_watch *watch, struct fault *fault)
{
    const struct config *config = watch->config;
    struct space space;
    enum status status = space_look(watch->disk, config->store, &space, fault);

    if (status != STATUS_OK)
        return status;
    uint64_t bytes = reserve_bytes(&space, config->disk_reserve_mib, config->calls_max,
                                   watch->limits.no_calls_percent);
    status = reserve_create(watch->disk, config->store, bytes, &watch->reserve, fault);
    if (status != STATUS_OK)
        return status;
    /* one that was left from before is there already, and its room is no longer free */
    hold_reserve(watch);
    space_watch_look(watch, clock_mono_now());
    return STATUS_OK;
}

enum status space_watch_create(const struct disk *disk, const struct config *config,
                               struct space_watch **out, struct fault *fault)
{
    struct space_watch *watch = calloc(1, sizeof *watch);
    pthread_condattr_t attributes;

    if (!watch)
        return fault_set(fault, STATUS_NOMEM, 0, "watch the store's room: out of memory");
    watch->disk = disk;
    watch->config = config;
    watch->limits = (struct space_limits){
        .low_percent = (unsigned)config->disk_warn_percent,
        .no_exports_percent = (unsigned)config->disk_stop_exports_percent,
        .no_calls_percent = (unsigned)config->disk_refuse_calls_percent,
    };
    atomic_init(&watch->level, SPACE_PLENTY);
    (void)pthread_mutex_init(&watch->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&watch->wake, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    enum status status = first_look(watch, fault);
    if (status == STATUS_OK)
        *out = watch;
    else
        space_watch_destroy(watch);
    return status;
}

enum status space_watch_start(struct space_watch *watch, struct fault *fault)
{
    int failed = pthread_create(&watch->thread, NULL, watch_main, watch);

    if (failed)
        return fault_set(fault, STATUS_IO, failed,
                         "start the thread that watches the store's room");
    watch->thread_runs = true;
    (void)pthread_setname_np(watch->thread, "space");
    return STATUS_OK;
}

enum space_level space_watch_level(const struct space_watch *watch)
{
    return (enum space_level)atomic_load(&watch->level);
}

const struct disk *space_watch_disk(struct space_watch *watch)
{
    return reserve_disk(watch->reserve);
}

void space_watch_destroy(struct space_watch *owned_watch)
{
    if (!owned_watch)
        return;
    if (owned_watch->thread_runs) {
        (void)pthread_mutex_lock(&owned_watch->lock);
        owned_watch->stop = true;
        (void)pthread_cond_signal(&owned_watch->wake);
        (void)pthread_mutex_unlock(&owned_watch->lock);
        (void)pthread_join(owned_watch->thread, NULL);
    }
    reserve_destroy(owned_watch->reserve);
    (void)pthread_cond_destroy(&owned_watch->wake);
    (void)pthread_mutex_destroy(&owned_watch->lock);
    free(owned_watch);
}
