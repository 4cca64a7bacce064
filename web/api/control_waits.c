#include "web/api/control_waits.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "storage/index/controls.h"
#include "web/api/lazy_index.h"

/* The withdrawals of one round wait for the index this long together; meanwhile all others wait. */
enum { WITHDRAW_BUSY_MS = 500 };

struct waiting {
    int64_t control;
    void *item;
    mono_time until;
};

/* Invariant: waiting <= reserved <= CONTROL_WAITS_MAX; lazy and patient_until are the thread's
 * alone.
 */
struct control_waits {
    struct control_waits_spec spec;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    bool started;
    bool stopping;
    size_t reserved;
    size_t waiting;
    struct waiting place[CONTROL_WAITS_MAX];
    struct lazy_index lazy;
    mono_time patient_until; /* in this round; then an index that is busy is waited for no more */
};

/* What the index says of a request by now; false where it is open still, or cannot be read. */
static bool is_settled(struct index *index, int64_t control, enum control_outcome *outcome,
                       int64_t *at_ms)
{
    struct control found;
    enum status status = controls_get(index, control, &found, NULL);

    *at_ms = 0;
    if (status == STATUS_NOT_FOUND) { /* it went with its recording, that of no answered call */
        *outcome = CONTROL_OUTCOME_REFUSED;
        return true;
    }
    if (status != STATUS_OK)
        return false;
    switch (found.state) {
    case CONTROL_ASKED:
    case CONTROL_TAKEN:
        return false;
    case CONTROL_DONE:
        *outcome = CONTROL_OUTCOME_DONE;
        *at_ms = found.at_ms;
        break;
    case CONTROL_REFUSED:
        *outcome = CONTROL_OUTCOME_REFUSED;
        break;
    case CONTROL_WITHDRAWN:
        *outcome = CONTROL_OUTCOME_WITHDRAWN;
        break;
    }
    return true;
}

static int patience_ms(const struct control_waits *waits)
{
    int64_t left_ns = waits->patient_until.ns - clock_mono_now().ns;

    return left_ns > 0 ? (int)(left_ns / CLOCK_NS_PER_MS) : 0;
}

static enum status write_withdrawn(struct index *index, void *job, struct fault *fault)
{
    const int64_t *control = job;

    return controls_withdraw(index, *control, fault);
}

/* Whether the waiting is over, and how it ended. */
static bool look(struct control_waits *waits, const struct waiting *waiting, bool over,
                 enum control_outcome *outcome, int64_t *at_ms)
{
    int64_t control = waiting->control;
    struct index *index = NULL;

    if (lazy_index_get(&waits->lazy, &index, NULL) == STATUS_OK) {
        index_set_patience(index, patience_ms(waits));
        if (is_settled(index, control, outcome, at_ms))
            return true;
        /* whether it could be withdrawn shows in what it is then */
        if (over &&
            index_writer_run(waits->spec.writer, write_withdrawn, &control, patience_ms(waits),
                             NULL) == STATUS_OK &&
            is_settled(index, control, outcome, at_ms))
            return true;
    }
    if (over) {
        *outcome = CONTROL_OUTCOME_UNKNOWN;
        *at_ms = 0;
    }
    return over;
}

/* The lock is held on entry and on return, not in between. Only this thread removes places. */
static void settle_one(struct control_waits *waits, size_t i)
{
    const struct waiting waiting = waits->place[i];
    bool over = waits->stopping || clock_mono_now().ns >= waiting.until.ns;
    enum control_outcome outcome = CONTROL_OUTCOME_UNKNOWN;
    int64_t at_ms = 0;

    (void)pthread_mutex_unlock(&waits->lock);
    bool settled = look(waits, &waiting, over, &outcome, &at_ms);
    if (settled)
        waits->spec.done(waits->spec.context, waiting.item, outcome, at_ms);
    (void)pthread_mutex_lock(&waits->lock);
    if (!settled)
        return;
    waits->place[i] = waits->place[--waits->waiting];
    waits->reserved--;
}

static void sleep_until_next_look(struct control_waits *waits)
{
    struct timespec until;
    int64_t at_ns = clock_mono_now().ns + CONTROL_LOOK_MS * CLOCK_NS_PER_MS;

    until.tv_sec = (time_t)(at_ns / CLOCK_NS_PER_S);
    until.tv_nsec = (long)(at_ns % CLOCK_NS_PER_S);
    (void)pthread_cond_timedwait(&waits->wake, &waits->lock, &until);
}

static void *wait_for_all(void *argument)
{
    struct control_waits *waits = argument;

    (void)pthread_mutex_lock(&waits->lock);
    while (!waits->stopping || waits->waiting > 0) {
        waits->patient_until.ns = clock_mono_now().ns + WITHDRAW_BUSY_MS * CLOCK_NS_PER_MS;
        for (size_t i = waits->waiting; i > 0; i--)
            settle_one(waits, i - 1);
        if (waits->stopping)
            continue;
        if (waits->waiting > 0)
            sleep_until_next_look(waits);
        else
            (void)pthread_cond_wait(&waits->wake, &waits->lock);
    }
    (void)pthread_mutex_unlock(&waits->lock);
    return NULL;
}

static void init_locks(struct control_waits *waits)
{
    pthread_condattr_t monotonic;

    (void)pthread_mutex_init(&waits->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&waits->wake, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
}

enum status control_waits_start(const struct control_waits_spec *spec, struct control_waits **out,
                                struct fault *fault)
{
    struct control_waits *waits = calloc(1, sizeof *waits);

    if (!waits)
        return fault_set(fault, STATUS_NOMEM, 0, "start the waiting for the recorder");
    waits->spec = *spec;
    init_locks(waits);
    lazy_index_init(&waits->lazy, spec->index_path);
    int failed = pthread_create(&waits->thread, NULL, wait_for_all, waits);
    if (failed) {
        control_waits_destroy(waits);
        return fault_set(fault, STATUS_IO, failed, "start a thread that waits for the recorder");
    }
    waits->started = true;
    *out = waits;
    return STATUS_OK;
}

bool control_waits_reserve(struct control_waits *waits)
{
    (void)pthread_mutex_lock(&waits->lock);
    bool free_place = waits->reserved < CONTROL_WAITS_MAX && !waits->stopping;
    if (free_place)
        waits->reserved++;
    (void)pthread_mutex_unlock(&waits->lock);
    return free_place;
}

void control_waits_release(struct control_waits *waits)
{
    (void)pthread_mutex_lock(&waits->lock);
    assert(waits->reserved > waits->waiting);
    waits->reserved--;
    (void)pthread_mutex_unlock(&waits->lock);
}

void control_waits_add(struct control_waits *waits, int64_t control, void *owned_item)
{
    mono_time until = {clock_mono_now().ns + waits->spec.wait_ms * CLOCK_NS_PER_MS};

    (void)pthread_mutex_lock(&waits->lock);
    assert(waits->reserved > waits->waiting);
    waits->place[waits->waiting++] =
        (struct waiting){.control = control, .item = owned_item, .until = until};
    (void)pthread_cond_signal(&waits->wake);
    (void)pthread_mutex_unlock(&waits->lock);
}

void control_waits_stop(struct control_waits *waits)
{
    if (!waits->started)
        return;
    (void)pthread_mutex_lock(&waits->lock);
    waits->stopping = true;
    (void)pthread_cond_signal(&waits->wake);
    (void)pthread_mutex_unlock(&waits->lock);
    (void)pthread_join(waits->thread, NULL);
    waits->started = false;
}

void control_waits_destroy(struct control_waits *owned_waits)
{
    if (!owned_waits)
        return;
    control_waits_stop(owned_waits);
    lazy_index_deinit(&owned_waits->lazy);
    (void)pthread_cond_destroy(&owned_waits->wake);
    (void)pthread_mutex_destroy(&owned_waits->lock);
    free(owned_waits);
}
