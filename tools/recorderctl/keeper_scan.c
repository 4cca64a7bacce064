#include <errno.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "tools/recorderctl/keeper.h"
#include "tools/recorderctl/recording_json.h"

#define RECORDING_SUFFIX ".crec"

enum {
    SUFFIX_BYTES = sizeof RECORDING_SUFFIX - 1,
    SETTLED_S = 60, /* the row of a younger file may be on its way */
};

/* "<uuid>.crec" */
static bool recording_id_of(const char *name, struct uuid *id)
{
    char text[UUID_TEXT_BYTES];

    if (strlen(name) != UUID_TEXT_BYTES - 1 + SUFFIX_BYTES ||
        strcmp(name + UUID_TEXT_BYTES - 1, RECORDING_SUFFIX) != 0)
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

static enum status look_at(struct keeper *keeper, const FTSENT *entry, struct keeper_counts *counts,
                           struct fault *fault)
{
    struct index_recording row;
    struct uuid id;

    if (entry->fts_info != FTS_F || !recording_id_of(entry->fts_name, &id))
        return STATUS_OK;
    enum status status = recordings_get(keeper->context->index, id, NULL, &row, fault);
    if (status != STATUS_NOT_FOUND)
        return status;
    fault_clear(fault);
    int64_t age_ns = clock_wall_now().ns - entry->fts_statp->st_mtim.tv_sec * CLOCK_NS_PER_S;
    if (age_ns < SETTLED_S * CLOCK_NS_PER_S)
        return STATUS_OK;
    if (++counts->orphans <= KEEPER_ORPHANS_LOGGED)
        log_orphan(keeper, entry->fts_path, id);
    return STATUS_OK;
}

enum status keeper_scan(struct keeper *keeper, struct keeper_counts *counts, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    enum status status = context_store_path(keeper->context, "recordings", path, fault);
    char *const roots[] = {path, NULL};

    if (status != STATUS_OK)
        return status;
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
    if (!tree)
        return fault_set(fault, STATUS_IO, errno, "scan %s", path);
    counts->orphans = 0;
    FTSENT *entry;
    while (status == STATUS_OK && !keeper_stopping(keeper) && (entry = fts_read(tree)))
        status = look_at(keeper, entry, counts, fault);
    (void)fts_close(tree);
    if (counts->orphans > KEEPER_ORPHANS_LOGGED)
        log_event(LOG_WARNING, "keeper.files_without_row", "count=%zu", counts->orphans);
    return status;
}
