#include "ingest/store_begin.h"

#include <stdlib.h>

#include "base/log.h"
#include "ingest/store_policy.h"
#include "storage/index/customers.h"

enum status store_begin_owner(struct index *index, struct public_keys *keys,
                              struct store_recording *recording, struct customer_key *key,
                              struct fault *fault)
{
    struct index_recording *row = &recording->row;
    struct call_owner owner;
    enum status status =
        call_owner_find(index, row->caller.number, row->called.number, row->source, &owner, fault);

    if (status != STATUS_OK)
        return status;
    row->customer = owner.customer;
    row->direction = owner.direction;
    status = store_policy_find(index, &row->customer, row->source, &recording->policy, fault);
    if (status != STATUS_OK)
        return status;
    return public_keys_customer(keys, row->customer, row->started, key, fault);
}

/* Whether a row alone is at fault, and the others may go on without it. */
static bool is_rows_own(enum status status)
{
    return status == STATUS_EXISTS || status == STATUS_NOT_FOUND || status == STATUS_INVALID ||
           status == STATUS_DENIED || status == STATUS_LIMIT;
}

/* A row that fails is undone alone (its step is a savepoint) and refuses its call alone. */
static enum status insert_row(struct index *index, struct store_recording *recording,
                              struct fault *fault)
{
    enum status status = recordings_find_conversation(index, &recording->row, fault);

    if (status == STATUS_OK)
        status = recordings_insert(index, &recording->row, fault);
    recording->begun = status;
    return status;
}

enum status store_begin_rows(struct index *index, const struct store_queue *queue,
                             struct fault *fault)
{
    enum status status = index_begin(index, fault);

    if (status != STATUS_OK)
        return status;
    for (struct store_recording *i = queue->first; i; i = i->next_job) {
        status = insert_row(index, i, fault);
        if (status == STATUS_OK)
            continue;
        if (!is_rows_own(status)) {
            index_rollback(index);
            return status;
        }
        log_event(LOG_ERROR, "store.row_refused", "recording=%s reason=\"%s\"", i->id_text,
                  fault->text);
    }
    return index_commit(index, fault);
}

static enum status insert_and_remove(struct index *index, const struct index_recording *row,
                                     struct fault *fault)
{
    enum status status = index_begin(index, fault);

    if (status != STATUS_OK)
        return status;
    status = recordings_insert(index, row, fault);
    if (status == STATUS_OK)
        status = recordings_remove_unanswered(index, row->id, fault);
    if (status == STATUS_OK)
        return index_commit(index, fault);
    index_rollback(index);
    return status;
}

enum status store_begin_trial(struct index *index, struct fault *fault)
{
    struct index_recording *row = calloc(1, sizeof *row);
    struct customer nobody;

    if (!row)
        return fault_set(fault, STATUS_NOMEM, 0, "try the index: out of memory");
    enum status status = customers_find(index, CUSTOMER_UNASSIGNED, &nobody, fault);
    if (status == STATUS_OK) {
        row->started = clock_wall_now();
        row->id = uuid_new(row->started);
        row->customer = nobody.id;
        row->state = RECORDING_STATE_RECORDING;
        recording_path(row->id, row->started, row->path);
        status = insert_and_remove(index, row, fault);
    }
    free(row);
    return status;
}
