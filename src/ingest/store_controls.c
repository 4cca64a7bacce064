#include "ingest/store_controls.h"

#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/text.h"
#include "ingest/store_policy.h"
#include "storage/index/audit.h"
#include "storage/index/controls.h"

enum { MS_PER_S = 1000, FORGET_EVERY_S = 3600 };

/* What is to be written of one: an effect, or that a request is refused. */
struct job {
    struct job *next;
    bool refused;
    int64_t request; /* 0: nobody waits for an answer */
    struct uuid recording;
    wall_time at;
    struct recording_control control; /* its detail is the one below */
    char detail[BOUND_FACT_DETAIL_BYTES];
    int64_t at_ms;
};

struct store_controls {
    struct index *index;
    const char *node;
    mono_time forgotten; /* when old requests were last forgotten */
    bool take_failed;    /* the last time; it is logged once */
    bool write_failed;

    pthread_mutex_t lock; /* what follows */
    struct job *first;    /* oldest */
    struct job **last;
    size_t count;

    pthread_mutex_t hearing; /* held while the listener is called */
    const struct store_listener *listener;
};

/* --- life --------------------------------------------------------------------------------------
 */

/* The log keeps what was done; requests need not be kept. */
static void forget_old(struct store_controls *controls)
{
    wall_time before = {clock_wall_now().ns - STORE_CONTROLS_KEEP_S * CLOCK_NS_PER_S};
    struct fault fault = {0};

    controls->forgotten = clock_mono_now();
    if (controls_forget(controls->index, before, &fault) != STATUS_OK)
        log_event(LOG_WARNING, "control.unforgotten", "reason=\"%s\"", fault.text);
}

enum status store_controls_create(struct index *index, const char *node,
                                  struct store_controls **out, struct fault *fault)
{
    struct store_controls *controls = calloc(1, sizeof *controls);

    if (!controls)
        return fault_set(fault, STATUS_NOMEM, 0, "start the store: out of memory");
    controls->index = index;
    controls->node = node;
    controls->last = &controls->first;
    pthread_mutex_init(&controls->lock, NULL);
    pthread_mutex_init(&controls->hearing, NULL);
    enum status status = controls_abandon(index, node, fault);
    if (status != STATUS_OK) {
        store_controls_destroy(controls);
        return status;
    }
    forget_old(controls);
    *out = controls;
    return STATUS_OK;
}

void store_controls_destroy(struct store_controls *owned_controls)
{
    struct store_controls *controls = owned_controls;

    if (!controls)
        return;
    if (controls->count)
        log_event(LOG_ERROR, "control.dropped", "count=%zu remedy=\"the facts have the pauses\"",
                  controls->count);
    while (controls->first) {
        struct job *job = controls->first;
        controls->first = job->next;
        free(job);
    }
    pthread_mutex_destroy(&controls->hearing);
    pthread_mutex_destroy(&controls->lock);
    free(controls);
}

/* --- what waits --------------------------------------------------------------------------------
 */

static enum status add(struct store_controls *controls, struct job *owned_job)
{
    enum status status = STATUS_LIMIT;

    if (!owned_job)
        return STATUS_NOMEM;
    owned_job->next = NULL;
    pthread_mutex_lock(&controls->lock);
    if (controls->count < STORE_CONTROLS_MAX) {
        *controls->last = owned_job;
        controls->last = &owned_job->next;
        controls->count++;
        owned_job = NULL;
        status = STATUS_OK;
    }
    pthread_mutex_unlock(&controls->lock);
    free(owned_job);
    return status;
}

enum status store_controls_effect(struct store_controls *controls, const struct uuid *recording,
                                  const struct recording_control *control, int64_t at_ms)
{
    struct job *job = calloc(1, sizeof *job);

    if (job) {
        job->request = control->request;
        job->recording = *recording;
        job->at = clock_wall_now();
        job->control = *control;
        text_copy(job->detail, sizeof job->detail, control->detail ? control->detail : "");
        job->control.detail = job->detail;
        job->at_ms = at_ms;
    }
    return add(controls, job);
}

enum status store_controls_refuse(struct store_controls *controls, int64_t request)
{
    struct job *job = calloc(1, sizeof *job);

    if (job) {
        job->refused = true;
        job->request = request;
    }
    return add(controls, job);
}

bool store_controls_wait(struct store_controls *controls)
{
    pthread_mutex_lock(&controls->lock);
    bool waits = controls->first != NULL;
    pthread_mutex_unlock(&controls->lock);
    return waits;
}

/* They stay in the list while they are written: only this thread takes from it. */
static size_t take_batch(struct store_controls *controls, struct job **batch)
{
    size_t count = 0;

    pthread_mutex_lock(&controls->lock);
    for (struct job *job = controls->first; job && count < STORE_CONTROLS_BATCH; job = job->next)
        batch[count++] = job;
    pthread_mutex_unlock(&controls->lock);
    return count;
}

static void remove_batch(struct store_controls *controls, struct job *const *owned_batch,
                         size_t count)
{
    pthread_mutex_lock(&controls->lock);
    controls->first = owned_batch[count - 1]->next;
    if (!controls->first)
        controls->last = &controls->first;
    controls->count -= count;
    pthread_mutex_unlock(&controls->lock);
    for (size_t i = 0; i < count; i++)
        free(owned_batch[i]);
}

/* --- writing -----------------------------------------------------------------------------------
 */

static const char *actor_name(enum recording_control_by by)
{
    switch (by) {
    case RECORDING_CONTROL_SIP:
        return CONTROL_ACTOR_SIP;
    case RECORDING_CONTROL_API:
        return "api";
    case RECORDING_CONTROL_DIGITS:
        return "digits";
    case RECORDING_CONTROL_LIMIT:
        break;
    }
    return "limit";
}

static const char *channels_name(unsigned channels)
{
    if (channels == 1U << RECORDING_LEFT)
        return policy_parties_name(POLICY_CALLER);
    return policy_parties_name(channels == 1U << RECORDING_RIGHT ? POLICY_CALLED : POLICY_BOTH);
}

/* NULL without memory. */
static char *write_detail(const struct job *job, const char *reason)
{
    json_t *why = json_string(reason);
    json_t *detail = json_pack("{s:s, s:o, s:I}", "channels", channels_name(job->control.channels),
                               "reason", why ? why : json_null(), "at_ms", (json_int_t)job->at_ms);

    if (detail && job->control.paused && job->control.limit_ms)
        (void)json_object_set_new(detail, "limit_s",
                                  json_integer((json_int_t)job->control.limit_ms / MS_PER_S));
    char *text = detail ? json_dumps(detail, JSON_COMPACT) : NULL;
    json_decref(detail);
    return text;
}

/* Who asked is known to the request; where it is gone, or there was none, by what means. */
static enum status append_entry(struct store_controls *controls, const struct job *job,
                                struct fault *fault)
{
    struct control asked = {.actor = "", .reason = "", .address = ""};
    enum status status = STATUS_NOT_FOUND;

    if (job->request)
        status = controls_get(controls->index, job->request, &asked, fault);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    bool known = status == STATUS_OK;
    fault_clear(fault);
    char *detail = write_detail(job, known ? asked.reason : job->detail);
    if (!detail)
        return fault_set(fault, STATUS_NOMEM, 0, "write an audit entry: out of memory");
    const struct audit_entry entry = {
        .at = job->at,
        .actor = known ? asked.actor : actor_name(job->control.by),
        .action = job->control.paused ? "recording.pause" : "recording.resume",
        .recording = &job->recording,
        .address = asked.address,
        .detail = detail,
    };
    status = audit_append(controls->index, &entry, fault);
    free(detail);
    return status;
}

static enum status write_job(struct store_controls *controls, const struct job *job,
                             struct fault *fault)
{
    enum status status = STATUS_OK;

    if (!job->refused)
        status = append_entry(controls, job, fault);
    if (status != STATUS_OK || !job->request)
        return status;
    return controls_answer(controls->index, job->request,
                           job->refused ? CONTROL_REFUSED : CONTROL_DONE, job->at_ms, fault);
}

static enum status write_batch(struct store_controls *controls, struct job *const *batch,
                               size_t count, struct fault *fault)
{
    enum status status = index_begin(controls->index, fault);

    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = write_job(controls, batch[i], fault);
    if (status == STATUS_OK)
        return index_commit(controls->index, fault);
    index_rollback(controls->index);
    return status;
}

static void log_effect(const struct job *job)
{
    char id[UUID_TEXT_BYTES];

    if (job->refused)
        return;
    uuid_format(job->recording, id);
    log_event(LOG_INFO, job->control.paused ? "recording.paused" : "recording.resumed",
              "recording=%s by=%s channels=%s at_ms=%lld", id, actor_name(job->control.by),
              channels_name(job->control.channels), (long long)job->at_ms);
}

bool store_controls_write(struct store_controls *controls)
{
    struct job *batch[STORE_CONTROLS_BATCH];
    struct fault fault = {0};
    size_t count = take_batch(controls, batch);

    if (!count)
        return false;
    enum status status = write_batch(controls, batch, count, &fault);
    bool failed = status != STATUS_OK && status != STATUS_BUSY;
    if (failed && !controls->write_failed)
        log_event(LOG_ERROR, "control.unwritten", "reason=\"%s\"", fault.text);
    controls->write_failed = failed;
    if (status != STATUS_OK)
        return false;
    for (size_t i = 0; i < count; i++)
        log_effect(batch[i]);
    remove_batch(controls, batch, count);
    return store_controls_wait(controls);
}

/* --- taking ------------------------------------------------------------------------------------
 */

void store_controls_listen(struct store_controls *controls, const struct store_listener *listener)
{
    pthread_mutex_lock(&controls->hearing);
    controls->listener = listener;
    pthread_mutex_unlock(&controls->hearing);
}

static void hand_on(void *context, const struct control *control)
{
    struct store_controls *controls = context;
    char detail[2 * CONTROL_TEXT_BYTES + 2];
    const struct recording_control wanted = {
        .paused = control->pause,
        .channels = store_policy_channels(control->parties),
        .by = RECORDING_CONTROL_API,
        .request = control->id,
        .limit_ms = (int64_t)control->limit_s * MS_PER_S,
        .detail = detail,
    };

    (void)snprintf(detail, sizeof detail, "%s%s%s", control->actor, *control->reason ? ": " : "",
                   control->reason);
    pthread_mutex_lock(&controls->hearing);
    const struct store_listener *listener = controls->listener;
    if (listener)
        listener->asked(listener->context, &control->recording, &wanted);
    pthread_mutex_unlock(&controls->hearing);
    if (!listener && store_controls_refuse(controls, control->id) != STATUS_OK)
        log_event(LOG_ERROR, "control.unanswered", "request=%lld", (long long)control->id);
}

void store_controls_take(struct store_controls *controls)
{
    struct fault fault = {0};
    enum status status = controls_take(controls->index, controls->node, hand_on, controls, &fault);
    bool failed = status != STATUS_OK && status != STATUS_BUSY;

    if (failed && !controls->take_failed)
        log_event(LOG_ERROR, "control.unread", "reason=\"%s\"", fault.text);
    controls->take_failed = failed;
    if (clock_mono_now().ns - controls->forgotten.ns >= FORGET_EVERY_S * CLOCK_NS_PER_S)
        forget_old(controls);
}
