#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "storage/disk/volumes.h"
#include "storage/index/scrub.h"
#include "tools/recorderctl/keeper.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/recording_check.h"
#include "tools/recorderctl/recording_json.h"

enum { MIB_BYTES = 1 << 20, FILE_LEAST_BYTES = 4 * 4096, DAY_S = 86400, BLOCK_BYTES = 1 << 16 };

/* What became of a step. */
enum scrub_step { STEP_NONE_DUE, STEP_READ, STEP_TROUBLE };

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
    return keeper_audit(keeper, "alarm", recording,
                        json_pack("{s:s, s:I, s:o}", "kind", kind, "lost_ms", (json_int_t)lost_ms,
                                  "why", output_text(why)),
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

/* A volume that is not mounted, or cannot be looked at, is no damage of its recordings: nothing is
 * said of any as long as one is not here. */
static enum status check_volumes(const struct context *context, struct fault *fault)
{
    const struct volumes volumes = volumes_of(context->config);
    enum status status = volumes_missing(&disk_system, &volumes, fault);
    char path[BOUND_PATH_BYTES];
    struct stat about;

    for (size_t i = 0; i < volumes.count && status == STATUS_OK; i++) {
        status = volumes_path(&volumes, i, "recordings", path);
        if (status != STATUS_OK)
            return fault_set(fault, status, 0, "%s: path too long", volumes.directory[i]);
        if (stat(path, &about))
            status = fault_set(fault, STATUS_IO, errno, "look at %s", path);
    }
    return status;
}

/* Whether it is this file that the disk does not give: an error may have been of a key, or of a
 * right or a descriptor that is lacking, or gone by now. */
static bool is_unreadable(const struct context *context, const struct index_recording *row)
{
    uint8_t block[BLOCK_BYTES];
    char path[BOUND_PATH_BYTES];
    ssize_t got = 0;

    if (recording_file_path(context, row, path, NULL) != STATUS_OK)
        return false;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return disk_is_unreadable(errno);
    do
        got = read(file, block, sizeof block);
    while (got > 0 || (got < 0 && errno == EINTR));
    bool unreadable = got < 0 && disk_is_unreadable(errno);
    (void)close(file);
    return unreadable;
}

/* Whether something can be said of the file, and what. A trouble of ours says nothing. */
static bool judge(const struct context *context, const struct index_recording *row,
                  enum status status, enum scrub_result *result)
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
    case STATUS_CONFLICT: /* no footer where there was one */
        *result = SCRUB_BAD;
        return true;
    case STATUS_NOT_FOUND:
        *result = SCRUB_BAD;
        return check_volumes(context, NULL) == STATUS_OK;
    case STATUS_IO:
        *result = SCRUB_BAD;
        return is_unreadable(context, row) && check_volumes(context, NULL) == STATUS_OK;
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

static void log_trouble(struct keeper *keeper, struct uuid recording, enum status status,
                        const struct fault *fault)
{
    char id[UUID_TEXT_BYTES];

    keeper->scrub.errors++;
    uuid_format(recording, id);
    log_event(LOG_ERROR, "keeper.not_scrubbed", "recording=%s status=%s why=\"%s\"", id,
              status_name(status), fault->text);
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
    if (!judge(keeper->context, &row, status, &result)) {
        log_trouble(keeper, id, status, &fault);
        return false;
    }
    take_result(keeper, &row, result, fault.text);
    return true;
}

static enum status list_due(struct keeper *keeper, struct fault *fault)
{
    const int64_t period_ns = (int64_t)keeper->context->config->scrub_days * DAY_S * CLOCK_NS_PER_S;
    struct keeper_scrub *scrub = &keeper->scrub;
    int64_t now_ns = clock_wall_now().ns;

    if (!scrub->began.ns)
        scrub->began.ns = now_ns;
    /* asked for although it is never due: each once */
    int64_t before_ns = period_ns ? now_ns - period_ns : scrub->began.ns;
    enum status status = check_volumes(keeper->context, fault);
    if (status != STATUS_OK)
        return status;
    return scrub_due(keeper->context->index, (wall_time){before_ns},
                     (wall_time){now_ns - KEEPER_SCRUB_BAD_S * CLOCK_NS_PER_S}, &scrub->turn,
                     &scrub->due, fault);
}

/* The next one that is due, from a list that goes on when it is done. None is at the end of each
 * turn: what nothing could be said of is due again in the next. */
static bool next_due(struct keeper *keeper, struct uuid *id)
{
    struct keeper_scrub *scrub = &keeper->scrub;
    struct fault fault = {0};

    if (scrub->next == scrub->due.count) {
        bool ended = scrub->turn.ended;
        keeper_scrub_write(keeper); /* or they would be due again */
        scrub->due.count = scrub->next = 0;
        if (ended)
            scrub->turn = (struct scrub_turn){0};
        enum status status = ended ? STATUS_OK : list_due(keeper, &fault);
        if (status != STATUS_OK) {
            scrub->errors++;
            log_failed("scrub", status, &fault);
        }
        if (!scrub->due.count)
            scrub->turn = (struct scrub_turn){0};
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

static enum scrub_step scrub_one(struct keeper *keeper)
{
    struct keeper_scrub *scrub = &keeper->scrub;
    mono_time began = clock_mono_now();
    uint64_t bytes = 0;
    struct uuid id;

    if (!next_due(keeper, &id))
        return STEP_NONE_DUE;
    bool judged = read_one(keeper, id, &bytes);
    scrub->at = paced(keeper, began, bytes);
    if (scrub->at.ns - scrub->written_at.ns > KEEPER_SCRUB_UNWRITTEN_S * CLOCK_NS_PER_S)
        keeper_scrub_write(keeper);
    return judged ? STEP_READ : STEP_TROUBLE;
}

mono_time keeper_scrub_step(struct keeper *keeper)
{
    struct keeper_scrub *scrub = &keeper->scrub;

    if (!keeper->context->config->scrub_days)
        return (mono_time){INT64_MAX};
    /* nothing is to be done, or something stands in the way that may be gone later */
    if (clock_mono_now().ns >= scrub->at.ns && scrub_one(keeper) != STEP_READ)
        scrub->at.ns = clock_mono_now().ns + KEEPER_SCRUB_IDLE_S * CLOCK_NS_PER_S;
    return scrub->at;
}

void keeper_scrub_all(struct keeper *keeper)
{
    while (!keeper_stopping(keeper) && scrub_one(keeper) != STEP_NONE_DUE) {
        int64_t left_ns = keeper->scrub.at.ns - clock_mono_now().ns;
        const struct timespec left = {left_ns > 0 ? left_ns / CLOCK_NS_PER_S : 0,
                                      left_ns > 0 ? left_ns % CLOCK_NS_PER_S : 0};
        if (sigtimedwait(&keeper->signals, NULL, &left) > 0)
            keeper->stopping = true;
    }
    keeper_scrub_write(keeper);
}
