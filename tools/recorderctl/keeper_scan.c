#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "storage/disk/volumes.h"
#include "storage/recording/recover.h"
#include "tools/recorderctl/keeper.h"
#include "tools/recorderctl/recording_json.h"

#define RECORDING_SUFFIX ".crec"
#define TAIL_SUFFIX ".tail"
#define NEW_SUFFIX ".new"

enum {
    SUFFIX_BYTES = sizeof RECORDING_SUFFIX - 1,
    SETTLED_S = 60, /* the row of a younger file may be on its way */
};

/* "<uuid>.crec", or "<uuid>.<n>.crec" of a further segment */
static bool recording_id_of(const char *name, struct uuid *id, bool *further)
{
    char text[UUID_TEXT_BYTES];
    size_t length = strlen(name);

    if (length < UUID_TEXT_BYTES - 1 + SUFFIX_BYTES ||
        strcmp(name + length - SUFFIX_BYTES, RECORDING_SUFFIX) != 0)
        return false;
    *further = length > UUID_TEXT_BYTES - 1 + SUFFIX_BYTES;
    if (*further && name[UUID_TEXT_BYTES - 1] != '.')
        return false;
    memcpy(text, name, UUID_TEXT_BYTES - 1);
    text[UUID_TEXT_BYTES - 1] = '\0';
    return uuid_parse(text, id) == STATUS_OK;
}

/* Says whether it can be opened: what can is a call that the index has lost. */
static void log_orphan(struct keeper *keeper, const char *path, struct uuid id)
{
    struct context *context = keeper->context;
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    char text[UUID_TEXT_BYTES];
    enum status status = recording_reader_open(
        &(struct recording_access){&disk_system, context->private_keys, context->public_keys}, path,
        id, &reader, &fault);

    recording_reader_close(reader);
    uuid_format(id, text);
    log_event(LOG_WARNING, "keeper.file_without_row", "recording=%s opens=%s why=\"%s\"", text,
              status_name(status), fault.text);
}

/* "<path>" of "<path><suffix>" */
static bool path_before(const FTSENT *entry, const char *suffix, char path[static BOUND_PATH_BYTES])
{
    size_t length = strlen(entry->fts_path);
    size_t suffix_bytes = strlen(suffix);

    if (length >= BOUND_PATH_BYTES || length < suffix_bytes ||
        strcmp(entry->fts_path + length - suffix_bytes, suffix) != 0)
        return false;
    memcpy(path, entry->fts_path, length - suffix_bytes);
    path[length - suffix_bytes] = '\0';
    return true;
}

static bool is_older(const FTSENT *entry, int64_t age_s)
{
    int64_t written_ns = entry->fts_statp->st_mtim.tv_sec * CLOCK_NS_PER_S;

    return clock_wall_now().ns - written_ns >= age_s * CLOCK_NS_PER_S;
}

/*
 * What stayed where its recording was finished, for it could not be removed then: recovery removes
 * it. Beside a recording that is not whole it may hold what the file has lost: that one is left to
 * those who look after damage.
 */
static void remove_beside(struct keeper *keeper, const char *path, struct uuid id,
                          const char *event)
{
    const struct recording_access access = {.disk = &disk_system,
                                            .keys = keeper->context->private_keys,
                                            .signers = keeper->context->public_keys};
    const struct volumes volumes = volumes_of(keeper->context->config);
    const struct recover_describe describe = {.volumes = &volumes};
    struct recording_reader *reader = NULL;
    struct recording_summary summary;
    struct fault fault = {0};
    char text[UUID_TEXT_BYTES];
    enum status status = recording_reader_open(&access, path, id, &reader, &fault);

    if (status == STATUS_OK)
        status = recording_reader_verify(reader, &fault);
    recording_reader_close(reader);
    if (status == STATUS_OK)
        status = recording_recover(&access, path, id, keeper->signer, &describe, &summary, &fault);
    uuid_format(id, text);
    log_event(status == STATUS_OK ? LOG_INFO : LOG_WARNING, event,
              "recording=%s status=%s why=\"%s\"", text, status_name(status), fault.text);
}

static bool is_finished(const struct index_recording *row)
{
    return row->state == RECORDING_STATE_SEALED || row->state == RECORDING_STATE_RECOVERED;
}

/* Of a file that was never made, or is gone: nothing is in it that anybody could open. Its maker
 * may be about to link it, so it waits; and holds a lock on it. */
static void remove_remains(const FTSENT *entry)
{
    int file = open(entry->fts_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    bool removed = file >= 0 && is_older(entry, KEEPER_REMAINS_S) &&
                   flock(file, LOCK_EX | LOCK_NB) == 0 && unlink(entry->fts_path) == 0;

    if (file >= 0)
        (void)close(file);
    if (removed)
        log_event(LOG_INFO, "keeper.remains_removed", "path=\"%s\"", entry->fts_path);
}

/* A tail, or a file that was being made. */
static enum status look_at_remains(struct keeper *keeper, const FTSENT *entry, struct fault *fault)
{
    struct index_recording row;
    char path[BOUND_PATH_BYTES];
    struct uuid id;
    bool further = false;
    bool tail = path_before(entry, TAIL_SUFFIX, path);

    if ((!tail && !path_before(entry, NEW_SUFFIX, path)) ||
        !recording_id_of(strrchr(path, '/') + 1, &id, &further))
        return STATUS_OK;
    bool alone = access(path, F_OK) != 0 && errno == ENOENT;
    enum status status = recordings_get(keeper->context->index, id, NULL, &row, fault);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    bool known = status == STATUS_OK;
    if (!known)
        fault_clear(fault);
    if (alone && (!known || is_finished(&row)))
        remove_remains(entry);
    else if (!alone && tail && !further && known && is_finished(&row))
        remove_beside(keeper, path, id, "keeper.tail_beside_finished");
    return STATUS_OK;
}

static enum status raise_left(struct keeper *keeper, const struct index_recording *row,
                              struct fault *fault)
{
    struct index *index = keeper->context->index;
    enum status status = index_begin(index, fault);

    if (status != STATUS_OK)
        return status;
    status = keeper_alarm(keeper, ALARM_SEGMENT, row->id, -1,
                          "a segment of it is there that has audio which it lacks, or cannot be "
                          "read: its disk came back when it was joined without it",
                          fault);
    if (status == STATUS_OK)
        status = index_commit(index, fault);
    if (status != STATUS_OK)
        index_rollback(index);
    return status;
}

/* A further segment beside a recording that is finished: it could not be removed when they were
 * joined, or came back with its disk too late. */
static enum status look_at_further(struct keeper *keeper, const FTSENT *entry,
                                   const struct index_recording *row, struct keeper_counts *counts,
                                   struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    enum status status = recording_file_path(keeper->context, row, path, fault);

    if (status != STATUS_OK)
        return status;
    remove_beside(keeper, path, row->id, "keeper.segment_beside_finished");
    if (access(entry->fts_path, F_OK) != 0)
        return STATUS_OK;
    counts->orphans++;
    return raise_left(keeper, row, fault);
}

/* What is below it nobody knows. What has gone since its name was read is no matter. */
static void note_unread(const char *path, int sys_errno, struct keeper_counts *counts)
{
    char reason[96];

    if (sys_errno == ENOENT)
        return;
    counts->errors++;
    log_event(LOG_ERROR, "keeper.scan_failed", "path=\"%s\" why=\"%s\"", path,
              strerror_r(sys_errno, reason, sizeof reason));
}

static enum status look_at(struct keeper *keeper, const FTSENT *entry, struct keeper_counts *counts,
                           struct fault *fault)
{
    struct index_recording row;
    struct uuid id;
    bool further = false;

    if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS)
        note_unread(entry->fts_path, entry->fts_errno, counts);
    if (entry->fts_info != FTS_F)
        return STATUS_OK;
    if (!recording_id_of(entry->fts_name, &id, &further))
        return look_at_remains(keeper, entry, fault);
    enum status status = recordings_get(keeper->context->index, id, NULL, &row, fault);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    if (status == STATUS_OK && (!further || !is_finished(&row)))
        return STATUS_OK;
    if (!is_older(entry, SETTLED_S))
        return STATUS_OK;
    if (status == STATUS_OK)
        return look_at_further(keeper, entry, &row, counts, fault);
    fault_clear(fault);
    if (++counts->orphans <= KEEPER_ORPHANS_LOGGED)
        log_orphan(keeper, entry->fts_path, id);
    return STATUS_OK;
}

static enum status scan_volume(struct keeper *keeper, const char *directory,
                               struct keeper_counts *counts, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    char *const roots[] = {path, NULL};
    enum status status = STATUS_OK;

    if (snprintf(path, sizeof path, "%s/recordings", directory) >= (int)sizeof path)
        return fault_set(fault, STATUS_LIMIT, 0, "%s: path too long", directory);
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
    if (!tree)
        return fault_set(fault, STATUS_IO, errno, "scan %s", path);
    while (status == STATUS_OK && !keeper_stopping(keeper)) {
        FTSENT *entry = fts_read(tree);
        if (!entry && errno)
            status = fault_set(fault, STATUS_IO, errno, "scan %s", path);
        if (!entry)
            break;
        status = look_at(keeper, entry, counts, fault);
    }
    (void)fts_close(tree);
    return status;
}

enum status keeper_scan(struct keeper *keeper, struct keeper_counts *counts, struct fault *fault)
{
    const struct volumes volumes = volumes_of(keeper->context->config);
    enum status status = keeper_recover_failed(keeper, counts, fault);

    counts->orphans = 0;
    for (size_t i = 0; i < volumes.count && status == STATUS_OK; i++)
        status = scan_volume(keeper, volumes.directory[i], counts, fault);
    if (counts->orphans > KEEPER_ORPHANS_LOGGED)
        log_event(LOG_WARNING, "keeper.files_without_row", "count=%zu", counts->orphans);
    return status;
}
