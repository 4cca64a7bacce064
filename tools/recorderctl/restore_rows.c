#include "tools/recorderctl/restore_rows.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "storage/index/recordings.h"
#include "tools/recorderctl/command.h"

enum { PAGE_ROWS = 100 };

struct page {
    size_t count;
    struct index_recording row[PAGE_ROWS];
};

static void add_row(void *context, const struct index_recording *row)
{
    struct page *page = context;

    page->row[page->count++] = *row;
}

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

static enum status look_at(struct context *context, const struct index_recording *row,
                           struct restore_rows *rows, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    enum status status = STATUS_OK;

    if (row->state == RECORDING_STATE_RECORDING) {
        status = fail_row(context, row->id, fault);
        rows->failed += status == STATUS_OK;
        return status;
    }
    if (row->state == RECORDING_STATE_FAILED)
        return STATUS_OK;
    status = context_store_path(context, row->path, path, fault);
    rows->without_file += status == STATUS_OK && access(path, F_OK) != 0;
    return status;
}

enum status restore_rows(struct context *context, struct restore_rows *rows, struct fault *fault)
{
    struct recordings_query query = {.limit = PAGE_ROWS};
    struct page *page = calloc(1, sizeof *page);
    enum status status = STATUS_OK;
    bool more = true;

    if (!page)
        return fault_set(fault, STATUS_NOMEM, 0, "list recordings: out of memory");
    while (status == STATUS_OK && more) {
        page->count = 0;
        status = recordings_list(context->index, &query, add_row, page, &more, fault);
        for (size_t i = 0; status == STATUS_OK && i < page->count; i++)
            status = look_at(context, &page->row[i], rows, fault);
        if (!page->count)
            break;
        query.has_after = true;
        query.after_started = page->row[page->count - 1].started;
        query.after_id = page->row[page->count - 1].id;
    }
    free(page);
    return status;
}
