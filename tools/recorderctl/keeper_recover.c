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
#include "tools/recorderctl/recording_json.h"

enum { PAGE_ROWS = 100 };

struct page {
    size_t count;
    struct index_recording row[PAGE_ROWS];
};

/* What the describe callback of recording_recover works with. */
struct description {
    const struct index_recording *row;
    char *json; /* owned */
};

static void take_row(void *context, const struct index_recording *row)
{
    struct page *page = context;

    page->row[page->count++] = *row;
}

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

/* Of a row that has no legs, who spoke on which side is known all the same. */
static void set_known_legs(struct index_recording *row)
{
    if (row->legs)
        return;
    row->legs = 2;
    row->leg[0] = (struct index_leg){.right = false, .party = row->caller};
    row->leg[1] = (struct index_leg){.right = true, .party = row->called};
}

/* The writer had no time to say who has a channel of its own; the audio's header does: leg n is the
 * n-th of those behind left and right. */
static void set_own_channels(struct index_recording *row, unsigned streams)
{
    enum { SIDES = 2 };

    for (size_t i = 0; i < row->legs; i++)
        if (!row->leg[i].own_channel && i + SIDES < streams)
            row->leg[i].own_channel = (unsigned)i + 1;
}

static enum status describe(void *context, const struct recording_summary *so_far,
                            const char **details, size_t *details_bytes)
{
    struct description *description = context;
    struct index_recording row = *description->row;
    char *json = NULL;

    row.duration_ms = so_far->duration_ms;
    row.ended.ns = row.started.ns + so_far->duration_ms * CLOCK_NS_PER_MS;
    set_end_cause(&row);
    set_known_legs(&row);
    set_own_channels(&row, so_far->streams);
    enum status status = details_write(&row, NULL, NULL, 0, &json);
    if (status != STATUS_OK)
        return status;
    free(description->json);
    description->json = json;
    *details = json;
    *details_bytes = strlen(json);
    return STATUS_OK;
}

/*
 * Write what became of a recording, unless somebody did so since the row was listed: the file's
 * own writer may have ended it in the meantime.
 */
static enum status finish_row(struct keeper *keeper, const struct index_recording *row,
                              const struct index_fact *facts, size_t fact_count, const char *why,
                              struct fault *fault)
{
    struct index *index = keeper->context->index;
    struct index_recording present;
    enum status status = index_begin(index, fault);

    if (status != STATUS_OK)
        return status;
    status = recordings_get(index, row->id, NULL, &present, fault);
    if (status == STATUS_OK && present.state != RECORDING_STATE_RECORDING)
        status = STATUS_CONFLICT;
    if (status == STATUS_OK)
        status = recordings_finish(index, row, facts, fact_count, fault);
    if (status == STATUS_OK)
        status = keeper_audit(
            keeper,
            row->state == RECORDING_STATE_SEALED ? "completed" : recording_state_name(row->state),
            row->id, json_pack("{s:s*}", "why", why), fault);
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

    if (context_store_path(context, row->path, path, NULL) != STATUS_OK)
        return false;
    (void)snprintf(kept, sizeof kept, "%s.damaged", path);
    return access(kept, F_OK) == 0;
}

static enum status complete_row(struct keeper *keeper, const struct index_recording *listed,
                                const struct recording_summary *summary, const char *why,
                                struct fault *fault)
{
    struct index_recording row = *listed;
    struct index_fact *facts = NULL;
    size_t fact_count = 0;

    set_known_legs(&row);
    take_details(keeper, &row, &facts, &fact_count);
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
    enum status status = finish_row(keeper, &row, facts, fact_count, why, fault);
    free(facts);
    return status;
}

static enum status fail_row(struct keeper *keeper, const struct index_recording *listed,
                            const char *why, struct fault *fault)
{
    struct index_recording row = *listed;

    row.state = RECORDING_STATE_FAILED;
    set_end_cause(&row);
    return finish_row(keeper, &row, NULL, 0, why, fault);
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
    struct description description = {.row = row};
    const struct recover_describe described = {.context = &description, .details = describe};
    enum status status = context_store_path(context, row->path, path, fault);

    if (status == STATUS_OK)
        status = probe(path, fault);
    if (status == STATUS_OK)
        status = recording_recover(
            &(struct recording_access){&disk_system, context->private_keys, context->public_keys},
            path, row->id, keeper->signer, &described, summary, fault);
    free(description.json);
    return status;
}

static void log_trouble(struct keeper *keeper, const struct index_recording *row,
                        enum log_level level, const char *event, enum status status,
                        const char *why)
{
    char id[UUID_TEXT_BYTES];

    if (!keeper_may_complain(keeper, row->id, clock_mono_now()))
        return;
    uuid_format(row->id, id);
    log_event(level, event, "recording=%s status=%s why=\"%s\"", id, status_name(status), why);
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
        is_damaged(keeper->context, row)
            ? "what was durable is not authentic any more; the old file is kept as .damaged"
            : NULL;
    enum status status = complete_row(keeper, row, summary, why, &fault);
    if (status == STATUS_CONFLICT)
        return;
    if (status != STATUS_OK) {
        counts->errors++;
        log_trouble(keeper, row, LOG_ERROR, "keeper.row_failed", status, fault.text);
        return;
    }
    uuid_format(row->id, id);
    counts->completed += sealed;
    counts->recovered += !sealed;
    log_event(sealed ? LOG_INFO : LOG_WARNING,
              sealed ? "keeper.recording_completed" : "keeper.recording_recovered",
              "recording=%s duration_ms=%lld holes=%u", id, (long long)summary->duration_ms,
              (unsigned)summary->holes);
    if (why)
        log_event(LOG_ERROR, "keeper.recording_damaged", "recording=%s why=\"%s\"", id, why);
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
        log_trouble(keeper, row, LOG_ERROR, "keeper.row_failed", status, fault.text);
        return;
    }
    counts->failed++;
    uuid_format(row->id, id);
    log_event(LOG_ERROR, "keeper.recording_failed", "recording=%s why=\"%s\"", id, why);
}

static void recover_row(struct keeper *keeper, const struct index_recording *row,
                        struct keeper_counts *counts)
{
    struct recording_summary summary;
    struct fault fault = {0};
    enum status status = recover_file(keeper, row, &summary, &fault);

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
        log_trouble(keeper, row, LOG_ERROR, "keeper.key_missing", status, fault.text);
        break;
    default:
        counts->errors++;
        log_trouble(keeper, row, LOG_ERROR, "keeper.recover_failed", status, fault.text);
    }
}

/* A listed row has no legs: they are read for those that may have been left behind. */
static void look_at(struct keeper *keeper, const struct index_recording *listed,
                    struct keeper_counts *counts)
{
    struct index_recording row;
    struct fault fault = {0};

    if (is_young(listed->started)) {
        counts->alive++;
        return;
    }
    enum status status = recordings_get(keeper->context->index, listed->id, NULL, &row, &fault);
    if (status == STATUS_OK) {
        recover_row(keeper, &row, counts);
    } else if (status != STATUS_NOT_FOUND) {
        counts->errors++;
        log_trouble(keeper, listed, LOG_ERROR, "keeper.recover_failed", status, fault.text);
    }
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
    return status;
}

static enum status recover_pages(struct keeper *keeper, struct page *page,
                                 struct keeper_counts *counts, struct fault *fault)
{
    const enum recording_state recording = RECORDING_STATE_RECORDING;
    struct recordings_query query = {.state = &recording, .limit = PAGE_ROWS};
    bool more = true;

    while (more && !keeper_stopping(keeper)) {
        page->count = 0;
        enum status status =
            recordings_list(keeper->context->index, &query, take_row, page, &more, fault);
        if (status != STATUS_OK)
            return status;
        for (size_t i = 0; i < page->count && !keeper_stopping(keeper); i++)
            look_at(keeper, &page->row[i], counts);
        if (!page->count)
            break;
        query.has_after = true;
        query.after_started = page->row[page->count - 1].started;
        query.after_id = page->row[page->count - 1].id;
    }
    return STATUS_OK;
}

enum status keeper_recover(struct keeper *keeper, struct keeper_counts *counts, struct fault *fault)
{
    enum status status = check_store(keeper->context, fault);

    if (status != STATUS_OK)
        return status;
    struct page *page = calloc(1, sizeof *page);
    if (!page)
        return fault_set(fault, STATUS_NOMEM, 0, "list recordings: out of memory");
    status = recover_pages(keeper, page, counts, fault);
    free(page);
    return status;
}
