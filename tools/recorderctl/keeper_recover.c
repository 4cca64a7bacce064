#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "storage/index/details.h"
#include "storage/recording/recover.h"
#include "tools/recorderctl/keeper.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/recording_json.h"
#include "tools/recorderctl/recovered_facts.h"
#include "tools/recorderctl/recovered_sections.h"

static bool is_young(wall_time time)
{
    int64_t age_ns = clock_wall_now().ns - time.ns;

    return age_ns >= 0 && age_ns < KEEPER_YOUNG_S * CLOCK_NS_PER_S;
}

static void set_end_cause(struct index_recording *row)
{
    if (!row->end_cause[0])
        (void)snprintf(row->end_cause, sizeof row->end_cause, "%s", "interrupted");
}

/* What became of a recording, beside its row. */
struct outcome {
    enum recording_state was; /* of the row, as it was listed */
    struct index_fact *facts;
    size_t fact_count;
    const char *why;   /* of it, for the audit log; NULL: nothing more to say */
    const char *alarm; /* its kind, NULL: none */
    int64_t lost_ms;   /* of the alarm */
};

/*
 * Write what became of a recording, unless somebody did so since the row was listed: the file's
 * own writer may have ended it in the meantime.
 */
static enum status finish_row(struct keeper *keeper, const struct index_recording *row,
                              const struct outcome *outcome, struct fault *fault)
{
    struct index *index = keeper->context->index;
    struct index_recording present;
    enum status status = index_begin(index, fault);

    if (status != STATUS_OK)
        return status;
    status = recordings_get(index, row->id, NULL, &present, fault);
    if (status == STATUS_OK && present.state != outcome->was)
        status = STATUS_CONFLICT;
    if (status == STATUS_OK)
        status = recordings_finish(index, row, outcome->facts, outcome->fact_count, fault);
    if (status == STATUS_OK)
        status = keeper_audit(
            keeper,
            row->state == RECORDING_STATE_SEALED ? "completed" : recording_state_name(row->state),
            row->id, json_pack("{s:o*}", "why", outcome->why ? output_text(outcome->why) : NULL),
            fault);
    if (status == STATUS_OK && outcome->alarm)
        status =
            keeper_alarm(keeper, outcome->alarm, row->id, outcome->lost_ms, outcome->why, fault);
    if (status == STATUS_OK)
        return index_commit(index, fault);
    index_rollback(index);
    return status == STATUS_NOT_FOUND ? STATUS_CONFLICT : status;
}

/* Take from the file's own details what the row lacks. Without them the row says what is known. */
static void take_details(struct keeper *keeper, struct index_recording *row,
                         struct index_fact **facts, size_t *fact_count)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    struct bytes section;

    bytes_init(&section, BOUND_SECTION_BYTES);
    enum status status = recording_open_file(keeper->context, row, &reader, &fault);
    if (status == STATUS_OK)
        status = recording_reader_section(reader, SECTION_DETAILS, &section, &fault);
    if (status == STATUS_OK)
        status = details_read((const char *)section.data, section.len, row, facts, fact_count);
    if (status != STATUS_OK) {
        char id[UUID_TEXT_BYTES];
        uuid_format(row->id, id);
        log_event(LOG_WARNING, "keeper.details_missing", "recording=%s status=%s why=\"%s\"", id,
                  status_name(status), fault.text);
    }
    bytes_deinit(&section);
    recording_reader_close(reader);
}

/* Recovery keeps the old file where something that was durable is not authentic any more. */
static bool is_damaged(const struct context *context, const struct index_recording *row)
{
    char path[BOUND_PATH_BYTES];
    char kept[BOUND_PATH_BYTES + sizeof ".damaged"];

    if (recording_file_path(context, row, path, NULL) != STATUS_OK)
        return false;
    (void)snprintf(kept, sizeof kept, "%s.damaged", path);
    return access(kept, F_OK) == 0;
}

static enum status complete_row(struct keeper *keeper, const struct index_recording *listed,
                                const struct recording_summary *summary, const char *why,
                                struct fault *fault)
{
    struct index_recording row = *listed;
    struct outcome outcome = {
        .was = listed->state, .why = why, .alarm = why ? ALARM_RECOVERED_DAMAGED : NULL};

    recovered_known_legs(&row);
    take_details(keeper, &row, &outcome.facts, &outcome.fact_count);
    outcome.lost_ms = recovered_lost_ms(outcome.facts, outcome.fact_count);
    row.state = summary->state;
    row.duration_ms = summary->duration_ms;
    if (summary->state == RECORDING_STATE_SEALED)
        row.ended = summary->ended;
    else
        row.ended.ns = row.started.ns + summary->duration_ms * CLOCK_NS_PER_MS;
    row.audio_bytes = summary->audio_bytes;
    memcpy(row.sha256_cipher, summary->sha256_cipher, sizeof row.sha256_cipher);
    memcpy(row.sha256_plain, summary->sha256_plain, sizeof row.sha256_plain);
    set_end_cause(&row);
    enum status status = finish_row(keeper, &row, &outcome, fault);
    free(outcome.facts);
    return status;
}

static enum status fail_row(struct keeper *keeper, const struct index_recording *listed,
                            const char *why, struct fault *fault)
{
    struct index_recording row = *listed;
    const struct outcome outcome = {
        .was = listed->state,
        .why = why,
        .alarm = keeper_had_audio(keeper->context, listed) ? ALARM_FAILED : NULL,
        .lost_ms = -1};

    row.state = RECORDING_STATE_FAILED;
    set_end_cause(&row);
    return finish_row(keeper, &row, &outcome, fault);
}

/* A writer holds its file's lock for life. Asking first is cheap, and keeps recovery, which reads
 * the header before it locks, away from files that are in use. */
static enum status probe(const char *path, struct fault *fault)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);

    if (file < 0)
        return fault_set(fault, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, errno, "open %s",
                         path);
    enum status status = STATUS_OK;
    if (flock(file, LOCK_SH | LOCK_NB))
        status = fault_set(fault, errno == EWOULDBLOCK ? STATUS_BUSY : STATUS_IO, errno, "lock %s",
                           path);
    (void)close(file);
    return status;
}

static enum status recover_file(struct keeper *keeper, const struct index_recording *row,
                                struct recording_summary *summary, struct fault *fault)
{
    struct context *context = keeper->context;
    char path[BOUND_PATH_BYTES];
    struct recovered_sections *sections = NULL;
    enum status status = recording_file_path(context, row, path, fault);

    if (status == STATUS_OK)
        status = probe(path, fault);
    /* of a file that is gone, or cannot be read, further segments may be there */
    if (status == STATUS_NOT_FOUND || status == STATUS_IO) {
        fault_clear(fault);
        status = STATUS_OK;
    }
    if (status == STATUS_OK)
        status = recovered_sections_create(row, &sections);
    if (status == STATUS_NOMEM)
        return fault_set(fault, status, 0, "out of memory");
    struct recover_describe describer = recovered_sections_describer(sections);
    const struct volumes volumes = volumes_of(context->config);
    describer.volumes = &volumes;
    describer.give_up_unreadable = keeper_gives_up(keeper, row->id, clock_mono_now());
    if (status == STATUS_OK)
        status = recording_recover(&(struct recording_access){.disk = &disk_system,
                                                              .keys = context->private_keys,
                                                              .signers = context->public_keys},
                                   path, row->id, keeper->signer, &describer, summary, fault);
    recovered_sections_destroy(sections);
    return status;
}

/* Whether it is said: not each time. */
static bool log_trouble(struct keeper *keeper, const struct index_recording *row,
                        enum log_level level, const char *event, enum status status,
                        const char *why)
{
    char id[UUID_TEXT_BYTES];

    if (!keeper_may_complain(keeper, row->id, clock_mono_now()))
        return false;
    uuid_format(row->id, id);
    log_event(level, event, "recording=%s status=%s why=\"%s\"", id, status_name(status), why);
    return true;
}

/* The disk may give it yet: that is waited for, and somebody must know who can do something. */
static void wait_for_disk(struct keeper *keeper, const struct index_recording *row, const char *why)
{
    struct index *index = keeper->context->index;
    struct fault fault = {0};
    enum status status = index_begin(index, &fault);

    if (status != STATUS_OK)
        return; /* it is raised when it is told again */
    status = keeper_alarm(keeper, ALARM_UNREADABLE, row->id, -1, why, &fault);
    if (status == STATUS_OK)
        status = index_commit(index, &fault);
    if (status != STATUS_OK)
        index_rollback(index);
}

static void count_completed(struct keeper *keeper, const struct index_recording *row,
                            const struct recording_summary *summary, struct keeper_counts *counts)
{
    struct fault fault = {0};
    char id[UUID_TEXT_BYTES];
    bool sealed = summary->state == RECORDING_STATE_SEALED;

    /* Its writer has just sealed it and is about to say so itself. */
    if (sealed && is_young(summary->ended)) {
        counts->alive++;
        return;
    }
    const char *why =
        summary->damaged || is_damaged(keeper->context, row)
            ? "what was durable is not authentic any more; the old file is kept as .damaged"
            : NULL;
    enum status status = complete_row(keeper, row, summary, why, &fault);
    if (status == STATUS_CONFLICT)
        return;
    if (status != STATUS_OK) {
        counts->errors++;
        (void)log_trouble(keeper, row, LOG_ERROR, "keeper.row_failed", status, fault.text);
        return;
    }
    uuid_format(row->id, id);
    counts->completed += sealed;
    counts->recovered += !sealed;
    log_event(sealed ? LOG_INFO : LOG_WARNING,
              sealed ? "keeper.recording_completed" : "keeper.recording_recovered",
              "recording=%s duration_ms=%lld holes=%u", id, (long long)summary->duration_ms,
              (unsigned)summary->holes);
}

static void count_failed(struct keeper *keeper, const struct index_recording *row, const char *why,
                         struct keeper_counts *counts)
{
    struct fault fault = {0};
    char id[UUID_TEXT_BYTES];
    enum status status = fail_row(keeper, row, why, &fault);

    if (status == STATUS_CONFLICT)
        return;
    if (status != STATUS_OK) {
        counts->errors++;
        (void)log_trouble(keeper, row, LOG_ERROR, "keeper.row_failed", status, fault.text);
        return;
    }
    counts->failed++;
    uuid_format(row->id, id);
    log_event(LOG_ERROR, "keeper.recording_failed", "recording=%s why=\"%s\"", id, why);
}

/* One that had failed, and can be read after all: its key, its disk or its file has come back. */
static void count_back(struct keeper *keeper, const struct index_recording *row,
                       const struct recording_summary *summary, struct keeper_counts *counts)
{
    if (uuid_equal(summary->customer, row->customer)) {
        count_completed(keeper, row, summary, counts);
        return;
    }
    (void)log_trouble(
        keeper, row, LOG_WARNING, "keeper.recording_is_anothers", STATUS_CONFLICT,
        "its file is there, and belongs to another customer than its row; run `recorderctl"
        " index rebuild`");
}

static void recover_row(struct keeper *keeper, const struct index_recording *row,
                        struct keeper_counts *counts)
{
    struct recording_summary summary = {0};
    struct fault fault = {0};
    enum status status = recover_file(keeper, row, &summary, &fault);
    bool unreadable = status == STATUS_IO && disk_is_unreadable(fault.sys_errno);

    keeper_note_read(keeper, row->id, unreadable, clock_mono_now());
    if (row->state == RECORDING_STATE_FAILED) {
        if (status == STATUS_OK)
            count_back(keeper, row, &summary, counts);
        return; /* else it stays what it is, and is looked at again */
    }
    switch ((int)status) {
    case STATUS_OK:
        count_completed(keeper, row, &summary, counts);
        break;
    case STATUS_BUSY:
        counts->alive++;
        break;
    case STATUS_CORRUPT:
    case STATUS_NOT_FOUND:
        count_failed(keeper, row, fault.text, counts);
        break;
    case STATUS_NO_KEY:
        counts->no_key++;
        (void)log_trouble(keeper, row, LOG_ERROR, "keeper.key_missing", status, fault.text);
        break;
    default:
        counts->errors++;
        if (log_trouble(keeper, row, LOG_ERROR, "keeper.recover_failed", status, fault.text) &&
            unreadable)
            wait_for_disk(keeper, row, fault.text);
    }
}

struct walk {
    struct keeper *keeper;
    struct keeper_counts *counts;
};

/* A listed row has no legs: they are read for those that may have been left behind. What becomes of
 * one keeps no other from being looked at. */
static enum status look_at(void *context, const struct index_recording *listed,
                           struct fault *ignored)
{
    const struct walk *walk = context;
    struct keeper *keeper = walk->keeper;
    struct keeper_counts *counts = walk->counts;
    struct index_recording row;
    struct fault fault = {0};

    (void)ignored;
    if (keeper_stopping(keeper))
        return STATUS_END;
    if (is_young(listed->started)) {
        counts->alive++;
        return STATUS_OK;
    }
    enum status status = recordings_get(keeper->context->index, listed->id, NULL, &row, &fault);
    if (status == STATUS_OK) {
        recover_row(keeper, &row, counts);
    } else if (status != STATUS_NOT_FOUND) {
        counts->errors++;
        (void)log_trouble(keeper, listed, LOG_ERROR, "keeper.recover_failed", status, fault.text);
    }
    return STATUS_OK;
}

/* Without the directory of recordings every file would seem lost: a volume that is not mounted
 * must fail no recording. */
static enum status check_store(const struct context *context, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    struct stat about;
    enum status status = context_store_path(context, "recordings", path, fault);

    if (status == STATUS_OK && stat(path, &about))
        return fault_set(fault, STATUS_IO, errno, "look at %s", path);
    const struct volumes volumes = volumes_of(context->config);
    return status == STATUS_OK ? volumes_missing(&disk_system, &volumes, fault) : status;
}

static enum status recover_all(struct keeper *keeper, enum recording_state state,
                               struct keeper_counts *counts, struct fault *fault)
{
    enum status status = check_store(keeper->context, fault);

    if (status != STATUS_OK)
        return status;
    return recordings_each(keeper->context->index, &(struct recordings_query){.state = &state},
                           look_at, &(struct walk){keeper, counts}, fault);
}

enum status keeper_recover(struct keeper *keeper, struct keeper_counts *counts, struct fault *fault)
{
    return recover_all(keeper, RECORDING_STATE_RECORDING, counts, fault);
}

enum status keeper_recover_failed(struct keeper *keeper, struct keeper_counts *counts,
                                  struct fault *fault)
{
    return recover_all(keeper, RECORDING_STATE_FAILED, counts, fault);
}
