#include <errno.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "storage/disk/volumes.h"
#include "storage/recording/recover.h"
#include "tools/recorderctl/keeper.h"
#include "tools/recorderctl/recording_json.h"

#define RECORDING_SUFFIX ".crec"
#define TAIL_SUFFIX ".tail"

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

/* "<uuid>.crec.tail": the path of its recording */
static bool recording_of_tail(const FTSENT *entry, char path[static BOUND_PATH_BYTES])
{
    enum { TAIL_BYTES = sizeof TAIL_SUFFIX - 1 };
    size_t length = strlen(entry->fts_path);

    if (length >= BOUND_PATH_BYTES || length < TAIL_BYTES ||
        strcmp(entry->fts_path + length - TAIL_BYTES, TAIL_SUFFIX) != 0)
        return false;
    memcpy(path, entry->fts_path, length - TAIL_BYTES);
    path[length - TAIL_BYTES] = '\0';
    return true;
}

/*
 * A tail that stayed where its recording was finished, for it could not be removed then. Of a
 * recording that is not whole it may hold what the file has lost: that one is left to those who
 * look after damage.
 */
static void remove_tail(struct keeper *keeper, const char *path, struct uuid id)
{
    const struct recording_access access = {.disk = &disk_system,
                                            .keys = keeper->context->private_keys,
                                            .signers = keeper->context->public_keys};
    struct recording_reader *reader = NULL;
    struct recording_summary summary;
    struct fault fault = {0};
    char text[UUID_TEXT_BYTES];
    enum status status = recording_reader_open(&access, path, id, &reader, &fault);

    if (status == STATUS_OK)
        status = recording_reader_verify(reader, &fault);
    recording_reader_close(reader);
    if (status == STATUS_OK)
        status = recording_recover(&access, path, id, keeper->signer, NULL, &summary, &fault);
    uuid_format(id, text);
    log_event(status == STATUS_OK ? LOG_INFO : LOG_WARNING, "keeper.tail_beside_finished",
              "recording=%s status=%s why=\"%s\"", text, status_name(status), fault.text);
}

static enum status look_at_tail(struct keeper *keeper, const FTSENT *entry, struct fault *fault)
{
    struct index_recording row;
    char path[BOUND_PATH_BYTES];
    struct uuid id;
    bool further = false;

    if (!recording_of_tail(entry, path) ||
        !recording_id_of(strrchr(path, '/') + 1, &id, &further) || further)
        return STATUS_OK;
    enum status status = recordings_get(keeper->context->index, id, NULL, &row, fault);
    if (status == STATUS_OK &&
        (row.state == RECORDING_STATE_SEALED || row.state == RECORDING_STATE_RECOVERED))
        remove_tail(keeper, path, id);
    if (status == STATUS_NOT_FOUND)
        fault_clear(fault);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status look_at(struct keeper *keeper, const FTSENT *entry, struct keeper_counts *counts,
                           struct fault *fault)
{
    struct index_recording row;
    struct uuid id;
    bool further = false;

    if (entry->fts_info != FTS_F)
        return STATUS_OK;
    if (!recording_id_of(entry->fts_name, &id, &further))
        return look_at_tail(keeper, entry, fault);
    enum status status = recordings_get(keeper->context->index, id, NULL, &row, fault);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    /* of a recording that is finished no further segment is left: it came back with its volume */
    if (status == STATUS_OK && (!further || row.state == RECORDING_STATE_RECORDING))
        return STATUS_OK;
    fault_clear(fault);
    int64_t age_ns = clock_wall_now().ns - entry->fts_statp->st_mtim.tv_sec * CLOCK_NS_PER_S;
    if (age_ns < SETTLED_S * CLOCK_NS_PER_S)
        return STATUS_OK;
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
    FTSENT *entry;
    while (status == STATUS_OK && !keeper_stopping(keeper) && (entry = fts_read(tree)))
        status = look_at(keeper, entry, counts, fault);
    (void)fts_close(tree);
    return status;
}

enum status keeper_scan(struct keeper *keeper, struct keeper_counts *counts, struct fault *fault)
{
    const struct volumes volumes = volumes_of(keeper->context->config);
    enum status status = STATUS_OK;

    counts->orphans = 0;
    for (size_t i = 0; i < volumes.count && status == STATUS_OK; i++)
        status = scan_volume(keeper, volumes.directory[i], counts, fault);
    if (counts->orphans > KEEPER_ORPHANS_LOGGED)
        log_event(LOG_WARNING, "keeper.files_without_row", "count=%zu", counts->orphans);
    return status;
}
