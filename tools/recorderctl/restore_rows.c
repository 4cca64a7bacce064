#include "tools/recorderctl/restore_rows.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "storage/index/recordings.h"
#include "tools/recorderctl/command.h"
#include "tools/recorderctl/recording_json.h"

struct looking {
    struct context *context;
    struct restore_rows *rows;
};

/* The keeper would find no file and say the same, but not why. */
static enum status fail_row(struct context *context, struct uuid id, struct fault *fault)
{
    struct index_recording row;
    enum status status = index_begin(context->index, fault);

    if (status != STATUS_OK)
        return status;
    status = recordings_get(context->index, id, NULL, &row, fault);
    if (status == STATUS_OK) {
        row.state = RECORDING_STATE_FAILED;
        text_copy(row.end_cause, sizeof row.end_cause, "interrupted");
        status = recordings_finish(context->index, &row, NULL, 0, fault);
    }
    if (status == STATUS_OK)
        status =
            context_audit(context, "failed", &id,
                          json_pack("{s:s}", "why",
                                    "it went on when the backup was made, which has no file of it"),
                          fault);
    if (status == STATUS_OK)
        return index_commit(context->index, fault);
    index_rollback(context->index);
    return status;
}

static enum status look_at(void *looking_at, const struct index_recording *row, struct fault *fault)
{
    const struct looking *looking = looking_at;
    struct context *context = looking->context;
    struct restore_rows *rows = looking->rows;
    char path[BOUND_PATH_BYTES];
    enum status status = STATUS_OK;

    if (row->state == RECORDING_STATE_RECORDING) {
        status = fail_row(context, row->id, fault);
        rows->failed += status == STATUS_OK;
        return status;
    }
    if (row->state == RECORDING_STATE_FAILED)
        return STATUS_OK;
    status = recording_file_path(context, row, path, fault);
    rows->without_file += status == STATUS_OK && access(path, F_OK) != 0;
    return status;
}

enum status restore_rows(struct context *context, struct restore_rows *rows, struct fault *fault)
{
    struct looking looking = {context, rows};

    return recordings_each(context->index, &(struct recordings_query){.limit = 0}, look_at,
                           &looking, fault);
}
