#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "storage/recording/reassign.h"
#include "tools/recorderctl/keeper.h"
#include "tools/recorderctl/recording_json.h"

enum { DUE_ROWS = 100 };

struct due_rows {
    size_t count;
    struct index_recording row[DUE_ROWS];
};

static void take_row(void *context, const struct index_recording *row)
{
    struct due_rows *due = context;

    due->row[due->count++] = *row;
}

static enum status write_row(struct keeper *keeper, const struct index_recording *row,
                             struct fault *fault)
{
    char customer[UUID_TEXT_BYTES];
    struct index *index = keeper->context->index;
    enum status status = index_begin(index, fault);

    if (status != STATUS_OK)
        return status;
    uuid_format(row->owner_due, customer);
    status = recordings_reassign(index, row, fault);
    if (status == STATUS_OK)
        status = keeper_audit(keeper, "reassign", row->id, json_pack("{s:s}", "customer", customer),
                              fault);
    if (status == STATUS_OK)
        return index_commit(index, fault);
    index_rollback(index);
    return status;
}

/*
 * The file first, then the row: between the two the file is the new customer's already, and the row
 * nobody's. A crash there is gone on from by the next round, which finds the file so.
 */
static enum status reassign(struct keeper *keeper, struct index_recording *row, struct fault *fault)
{
    struct context *context = keeper->context;
    struct recording_summary summary;
    struct customer_key key;
    char path[BOUND_PATH_BYTES];
    enum status status = context_store_path(context, row->path, path, fault);

    if (status == STATUS_OK)
        status =
            public_keys_customer(context->public_keys, row->owner_due, row->started, &key, fault);
    const struct reassign_spec spec = {path, row->id, row->owner_due, &key};
    if (status == STATUS_OK)
        status = recording_reassign(&spec, context->private_keys, context->public_keys,
                                    keeper->signer, &summary, fault);
    if (status != STATUS_OK)
        return status;
    memcpy(row->sha256_cipher, summary.sha256_cipher, sizeof row->sha256_cipher);
    return write_row(keeper, row, fault);
}

static void look_at(struct keeper *keeper, struct index_recording *row,
                    struct keeper_counts *counts)
{
    struct fault fault = {0};
    char id[UUID_TEXT_BYTES];
    enum status status = reassign(keeper, row, &fault);

    uuid_format(row->id, id);
    if (status == STATUS_OK) {
        counts->reassigned++;
        log_event(LOG_INFO, "keeper.recording_reassigned", "recording=%s", id);
        return;
    }
    if (status == STATUS_BUSY)
        return;
    counts->errors++;
    if (keeper_may_complain(keeper, row->id, clock_mono_now()))
        log_event(LOG_ERROR, "keeper.reassign_failed", "recording=%s status=%s why=\"%s\"", id,
                  status_name(status), fault.text);
}

static enum status reassign_pages(struct keeper *keeper, struct due_rows *due,
                                  struct keeper_counts *counts, struct fault *fault)
{
    struct index_recording last;
    const struct index_recording *after = NULL;

    do {
        due->count = 0;
        enum status status =
            recordings_list_due(keeper->context->index, after, DUE_ROWS, take_row, due, fault);
        if (status != STATUS_OK)
            return status;
        for (size_t i = 0; i < due->count && !keeper_stopping(keeper); i++)
            look_at(keeper, &due->row[i], counts);
        if (due->count)
            last = due->row[due->count - 1];
        after = &last;
    } while (due->count == DUE_ROWS && !keeper_stopping(keeper));
    return STATUS_OK;
}

enum status keeper_reassign(struct keeper *keeper, struct keeper_counts *counts,
                            struct fault *fault)
{
    struct due_rows *due = calloc(1, sizeof *due);

    if (!due)
        return fault_set(fault, STATUS_NOMEM, 0, "list recordings: out of memory");
    enum status status = reassign_pages(keeper, due, counts, fault);
    free(due);
    return status;
}
