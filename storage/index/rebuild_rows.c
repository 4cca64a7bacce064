/* Recordings that are added to an index that is being made. */
#include <stdio.h>
#include <string.h>

#include "storage/index/conversations.h"
#include "storage/index/customers.h"
#include "storage/index/rebuild_private.h"

enum { BATCH_RECORDINGS = 500 }; /* in a transaction */

enum status rebuild_flush(struct index_rebuild *rebuild, struct fault *fault)
{
    if (!rebuild->in_batch)
        return STATUS_OK;
    rebuild->in_batch = 0;
    return index_commit(rebuild->index, fault);
}

enum status rebuild_enter(struct index_rebuild *rebuild, struct fault *fault)
{
    enum status status = STATUS_OK;

    if (rebuild->in_batch == BATCH_RECORDINGS)
        status = rebuild_flush(rebuild, fault);
    if (status == STATUS_OK && !rebuild->in_batch)
        status = index_begin(rebuild->index, fault);
    if (status == STATUS_OK)
        rebuild->in_batch++;
    return status;
}

static enum status customer_is_there(struct index *index, struct uuid id, bool *there,
                                     struct fault *fault)
{
    struct customer_policy policy;
    enum status status = customers_policy(index, &id, &policy, fault);

    *there = status == STATUS_OK;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Known by its id alone: that is its number and in its name, until an operator says more. */
enum status rebuild_need_customer(struct index_rebuild *rebuild, struct uuid id, wall_time when,
                                  struct fault *fault)
{
    struct customer placeholder = {.id = id, .created = when};
    char text[UUID_TEXT_BYTES];
    bool there = false;
    size_t used = 0;
    enum status status = customer_is_there(rebuild->index, id, &there, fault);

    if (status != STATUS_OK || there)
        return status;
    fault_clear(fault);
    uuid_format(id, text);
    for (const char *sign = text; *sign; sign++) {
        if (*sign != '-')
            placeholder.number[used++] = *sign;
    }
    (void)snprintf(placeholder.name, sizeof placeholder.name,
                   "Customer %s, of whom no index knows more", text);
    status = customers_add(rebuild->index, &placeholder, NULL, fault);
    rebuild->counts.placeholders += status == STATUS_OK;
    return status;
}

static enum status need_customers(struct index_rebuild *rebuild,
                                  const struct index_recording *recording, struct fault *fault)
{
    static const struct uuid nobody;
    enum status status =
        rebuild_need_customer(rebuild, recording->customer, recording->started, fault);

    if (status == STATUS_OK && !uuid_equal(recording->owner_due, nobody))
        status = rebuild_need_customer(rebuild, recording->owner_due, recording->started, fault);
    return status;
}

/*
 * As it was when the call began: by its ties or its number. What the file says of it beside that is
 * believed where that recording is there and they may be together: a tie may have been forgotten
 * since, for a recording keeps only so many.
 */
static enum status find_conversation(struct index_rebuild *rebuild, struct index_recording *row,
                                     struct fault *fault)
{
    static const struct uuid none;
    struct index_recording first;
    struct uuid said = row->conversation;
    bool said_by_number = row->by_number;

    row->conversation = row->id;
    row->by_number = false;
    if (!uuid_equal(row->owner_due, none)) /* alone until it is theirs */
        return STATUS_OK;
    enum status status = recordings_find_conversation(rebuild->index, row, fault);
    if (status != STATUS_OK || uuid_equal(said, none) || uuid_equal(said, row->id))
        return status;
    status = recordings_get(rebuild->index, said, NULL, &first, NULL);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (status != STATUS_OK || !uuid_equal(first.customer, row->customer) ||
        !uuid_equal(first.owner_due, none) || strcmp(first.source, row->source) != 0)
        return status;
    bool alone = uuid_equal(row->conversation, row->id);
    if (alone) {
        row->conversation = first.conversation;
        row->by_number = said_by_number;
        return STATUS_OK;
    }
    return conversations_join(rebuild->index, &row->conversation, &first.conversation, 1, fault);
}

static enum status add_row(struct index_rebuild *rebuild, const struct index_recording *recording,
                           const struct index_fact *facts, size_t fact_count, struct fault *fault)
{
    struct index_recording row = *recording;
    struct index *index = rebuild->index;
    enum status status = need_customers(rebuild, &row, fault);

    /* One that was due to this customer, and is theirs by now. */
    if (uuid_equal(row.owner_due, row.customer)) {
        row.owner_due = (struct uuid){{0}};
        row.conversation = (struct uuid){{0}};
    }
    if (status == STATUS_OK)
        status = find_conversation(rebuild, &row, fault);
    if (status == STATUS_OK)
        status = recordings_insert(index, &row, fault);
    if (status == STATUS_OK && row.state != RECORDING_STATE_RECORDING)
        status = recordings_finish(index, &row, facts, fact_count, fault);
    return status;
}

/* Whole or not at all, within the transaction of the batch. */
static enum status in_step(struct index_rebuild *rebuild, const struct index_recording *recording,
                           const struct index_fact *facts, size_t fact_count, struct fault *fault)
{
    bool own = false;
    enum status status = rebuild_enter(rebuild, fault);

    if (status == STATUS_OK)
        status = database_step_begin(rebuild->index, &own, fault);
    if (status != STATUS_OK)
        return status;
    status = add_row(rebuild, recording, facts, fact_count, fault);
    return database_step_end(rebuild->index, own, status, fault);
}

enum status index_rebuild_add(struct index_rebuild *rebuild,
                              const struct index_recording *recording,
                              const struct index_fact *facts, size_t fact_count,
                              struct fault *fault)
{
    enum status status = in_step(rebuild, recording, facts, fact_count, fault);

    rebuild->counts.recordings += status == STATUS_OK;
    return status;
}

/* The recording first: the others refer to it. */
static enum status keep_rows(struct index_rebuild *rebuild, struct uuid id, bool *found,
                             struct fault *fault)
{
    static const char *const parts[] = {"legs", "facts", "ties"};
    uint64_t rows = 0;
    enum status status = table_copy_of(&rebuild->copy, "recordings", "id", id, &rows, fault);

    *found = rows > 0;
    for (size_t i = 0; *found && status == STATUS_OK && i < sizeof parts / sizeof parts[0]; i++)
        status = table_copy_of(&rebuild->copy, parts[i], "recording", id, &rows, fault);
    return status;
}

enum status index_rebuild_keep(struct index_rebuild *rebuild, struct uuid id, bool *found,
                               struct fault *fault)
{
    struct index_recording there;

    *found = false;
    if (!rebuild->counts.known)
        return STATUS_OK;
    enum status status = rebuild_enter(rebuild, fault);
    if (status == STATUS_OK)
        status = recordings_get(rebuild->index, id, NULL, &there, NULL);
    if (status == STATUS_OK)
        return fault_set(fault, STATUS_EXISTS, 0, "a recording of that id is there already");
    if (status != STATUS_NOT_FOUND)
        return status;
    status = keep_rows(rebuild, id, found, fault);
    rebuild->counts.kept += status == STATUS_OK && *found;
    return status;
}

static enum status set_unfinished(sqlite3 *db, struct uuid id, struct fault *fault)
{
    char hex[2 * UUID_BYTES + 1];
    char sql[128];

    for (size_t i = 0; i < UUID_BYTES; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", id.b[i]);
    (void)snprintf(sql, sizeof sql, "UPDATE recordings SET state = 0 WHERE id = x'%s'", hex);
    return database_execute(db, sql, fault, "mark unfinished");
}

enum status index_rebuild_add_unfinished(struct index_rebuild *rebuild,
                                         const struct index_recording *recording,
                                         struct fault *fault)
{
    bool found = false;
    enum status status = index_rebuild_keep(rebuild, recording->id, &found, fault);

    if (status != STATUS_OK)
        return status;
    if (found)
        return set_unfinished(rebuild->index->db, recording->id, fault);
    status = in_step(rebuild, recording, NULL, 0, fault);
    rebuild->counts.recordings += status == STATUS_OK;
    return status;
}
