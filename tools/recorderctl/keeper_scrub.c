#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "storage/index/scrub.h"
#include "tools/recorderctl/keeper.h"
#include "tools/recorderctl/recording_check.h"

enum { MIB_BYTES = 1 << 20, FILE_LEAST_BYTES = 4 * 4096, DAY_S = 86400 };

enum status keeper_alarm(struct keeper *keeper, const char *kind, struct uuid recording,
                         int64_t lost_ms, const char *why, struct fault *fault)
{
    struct alarm alarm = {.at = clock_wall_now(), .recording = recording, .lost_ms = lost_ms};
    char id[UUID_TEXT_BYTES];
    bool raised = false;

    (void)snprintf(alarm.kind, sizeof alarm.kind, "%s", kind);
    (void)snprintf(alarm.why, sizeof alarm.why, "%s", why);
    enum status status = alarms_raise(keeper->context->index, &alarm, &raised, fault);
    if (status != STATUS_OK || !raised)
        return status;
    uuid_format(recording, id);
    log_event(LOG_ERROR, "keeper.alarm", "recording=%s kind=%s lost_ms=%lld why=\"%s\"", id, kind,
              (long long)lost_ms, why);
    return keeper_audit(
        keeper, "alarm", recording,
        json_pack("{s:s, s:I, s:s}", "kind", kind, "lost_ms", (json_int_t)lost_ms, "why", why),
        fault);
}

/* What was found bad is written with its alarm, or not at all. */
static enum status write_one(struct keeper *keeper, const struct keeper_scrubbed *found,
                             const char *why, struct fault *fault)
{
    struct index *index = keeper->context->index;
    enum status status = index_begin(index, fault);

    if (status != STATUS_OK)
        return status;
    status = scrub_write(index, found->recording, found->at, found->result, fault);
    if (status == STATUS_OK)
        status = keeper_alarm(keeper, ALARM_SCRUB, found->recording, -1, why, fault);
    if (status == STATUS_OK)
        return index_commit(index, fault);
    index_rollback(index);
    return status;
}

static enum status write_found(struct keeper *keeper, struct fault *fault)
{
    struct keeper_scrub *scrub = &keeper->scrub;
    struct index *index = keeper->context->index;
    enum status status = index_begin(index, fault);

    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < scrub->count && status == STATUS_OK; i++)
        status = scrub_write(index, scrub->found[i].recording, scrub->found[i].at,
                             scrub->found[i].result, fault);
    if (status == STATUS_OK)
        return index_commit(index, fault);
    index_rollback(index);
    return status;
}

static void log_failed(const char *step, enum status status, const struct fault *fault)
{
    log_event(LOG_ERROR, "keeper.step_failed", "step=%s status=%s why=\"%s\"", step,
              status_name(status), fault->text);
}

void keeper_scrub_write(struct keeper *keeper)
{
    struct keeper_scrub *scrub = &keeper->scrub;
    struct fault fault = {0};

    if (!scrub->count)
        return;
    enum status status = write_found(keeper, &fault);
    if (status != STATUS_OK)
        log_failed("scrub", status, &fault); /* they are read again: nothing else is lost */
    scrub->count = 0;
    scrub->written_at = clock_mono_now();
}

/* Whether something can be said of the file, and what. A trouble of ours says nothing. */
static bool judge(enum status status, enum scrub_result *result)
{
    switch ((int)status) {
    case STATUS_OK:
        *result = SCRUB_WHOLE;
        return true;
    case STATUS_NO_KEY:
    case STATUS_VERSION: /* a newer program's: nothing can be said of it either */
        *result = SCRUB_NO_KEY;
        return true;
    case STATUS_CORRUPT:
    case STATUS_NOT_FOUND:
    case STATUS_CONFLICT: /* no footer where there was one */
    case STATUS_IO:       /* the disk does not give it */
        *result = SCRUB_BAD;
        return true;
    default:
        return false;
    }
}

static void take_bad(struct keeper *keeper, const struct keeper_scrubbed *found, const char *why)
{
    struct fault fault = {0};

    keeper->scrub.bad++;
    enum status status = write_one(keeper, found, why, &fault);
    if (status != STATUS_OK)
        log_failed("scrub", status, &fault); /* it is due again */
}

static void log_whole_again(const struct index_recording *row)
{
    char id[UUID_TEXT_BYTES];

    uuid_format(row->id, id);
    log_event(LOG_INFO, "keeper.recording_whole_again", "recording=%s", id);
}

static void take_result(struct keeper *keeper, const struct index_recording *row,
                        enum scrub_result result, const char *why)
{
    struct keeper_scrub *scrub = &keeper->scrub;
    const struct keeper_scrubbed found = {row->id, clock_wall_now(), result};

    scrub->read++;
    scrub->no_key += result == SCRUB_NO_KEY;
    if (result == SCRUB_BAD) {
        take_bad(keeper, &found, why);
        return;
    }
    if (result == SCRUB_WHOLE && row->damaged)
        log_whole_again(row);
    scrub->found[scrub->count++] = found;
}

/* Read one. False where nothing can be said of it now, for a trouble of ours. */
static bool read_one(struct keeper *keeper, struct uuid id, uint64_t *bytes)
{
    struct index_recording row;
    struct fault fault = {0};
    enum scrub_result result;
    enum status status = recordings_get(keeper->context->index, id, NULL, &row, &fault);

    *bytes = 0;
    if (status == STATUS_NOT_FOUND)
        return true; /* gone since it was listed */
    if (status == STATUS_OK && row.state != RECORDING_STATE_SEALED &&
        row.state != RECORDING_STATE_RECOVERED)
        return true;
    if (status == STATUS_OK) {
        *bytes = row.audio_bytes + FILE_LEAST_BYTES;
        status = recording_check(keeper->context, &row, &fault);
    }
    if (!judge(status, &result)) {
        log_failed("scrub", status, &fault);
        return false;
    }
    take_result(keeper, &row, result, fault.text);
    return true;
}

/* The next one that is due, from a list that is read anew when it is done. */
static bool next_due(struct keeper *keeper, struct uuid *id)
{
    const int64_t period_ns = keeper->context->config->scrub_days * DAY_S * CLOCK_NS_PER_S;
    struct keeper_scrub *scrub = &keeper->scrub;
    struct fault fault = {0};

    if (scrub->next == scrub->due.count) {
        int64_t now_ns = clock_wall_now().ns;
        if (!scrub->began.ns)
            scrub->began.ns = now_ns;
        /* asked for although it is never due: each once */
        int64_t before_ns = period_ns ? now_ns - period_ns : scrub->began.ns;
        keeper_scrub_write(keeper); /* or they would be due again */
        scrub->due.count = scrub->next = 0;
        enum status status = scrub_due(keeper->context->index, (wall_time){before_ns},
                                       (wall_time){now_ns - KEEPER_SCRUB_BAD_S * CLOCK_NS_PER_S},
                                       &scrub->due, &fault);
        if (status != STATUS_OK)
            log_failed("scrub", status, &fault);
    }
    if (scrub->next == scrub->due.count)
        return false;
    *id = scrub->due.recording[scrub->next++];
    return true;
}

/* What was read counts from when reading began: a slow disk is not given more work for being slow.
 */
static mono_time paced(const struct keeper *keeper, mono_time began, uint64_t bytes)
{
    int64_t rate = (int64_t)keeper->context->config->scrub_mib_s * MIB_BYTES;
    int64_t due_ns = began.ns + (int64_t)((double)bytes / (double)rate * (double)CLOCK_NS_PER_S);
    int64_t now_ns = clock_mono_now().ns;

    return (mono_time){due_ns > now_ns ? due_ns : now_ns};
}

/* Returns whether one was due, and could be judged. */
static bool scrub_one(struct keeper *keeper)
{
    struct keeper_scrub *scrub = &keeper->scrub;
    mono_time began = clock_mono_now();
    uint64_t bytes = 0;
    struct uuid id;

    if (!next_due(keeper, &id) || !read_one(keeper, id, &bytes)) {
        scrub->at.ns = began.ns + KEEPER_SCRUB_IDLE_S * CLOCK_NS_PER_S;
        return false;
    }
    scrub->at = paced(keeper, began, bytes);
    if (scrub->at.ns - scrub->written_at.ns > KEEPER_SCRUB_UNWRITTEN_S * CLOCK_NS_PER_S)
        keeper_scrub_write(keeper);
    return true;
}

mono_time keeper_scrub_step(struct keeper *keeper)
{
    struct keeper_scrub *scrub = &keeper->scrub;

    if (!keeper->context->config->scrub_days)
        return (mono_time){INT64_MAX};
    if (clock_mono_now().ns >= scrub->at.ns)
        (void)scrub_one(keeper);
    return scrub->at;
}

void keeper_scrub_all(struct keeper *keeper)
{
    while (!keeper_stopping(keeper) && scrub_one(keeper)) {
        int64_t left_ns = keeper->scrub.at.ns - clock_mono_now().ns;
        const struct timespec left = {left_ns > 0 ? left_ns / CLOCK_NS_PER_S : 0,
                                      left_ns > 0 ? left_ns % CLOCK_NS_PER_S : 0};
        if (sigtimedwait(&keeper->signals, NULL, &left) > 0)
            keeper->stopping = true;
    }
    keeper_scrub_write(keeper);
}
