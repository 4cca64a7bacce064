/* Conversations as they are shown: their recordings, and the place of one among them. */
#include "storage/index/database.h"
#include "storage/index/recordings.h"
#include "storage/index/row.h"

static const char list_sql[] =
    "SELECT " ROW_COLUMNS " FROM recordings r WHERE r.id = ?1 AND r.conversation = ?1"
    " AND (?2 IS NULL OR r.customer = ?2) UNION ALL SELECT " ROW_COLUMNS
    " FROM recordings r WHERE r.conversation = ?1 AND r.conversation <> r.id"
    " AND (?2 IS NULL OR r.customer = ?2) ORDER BY 3, 1 LIMIT ?3";

/* The rows of list_sql: how many, and how many of them until (?3, ?4). */
static const char place_sql[] =
    "SELECT count(*), coalesce(sum(started_us < ?3 OR (started_us = ?3 AND id <= ?4)), 0) FROM ("
    "SELECT r.id, r.started_us FROM recordings r"
    " WHERE r.id = ?1 AND r.conversation = ?1 AND r.customer = ?2 UNION ALL"
    " SELECT r.id, r.started_us FROM recordings r"
    " WHERE r.conversation = ?1 AND r.conversation <> r.id AND r.customer = ?2 LIMIT ?5)";

enum status recordings_list_conversation(struct index *index, struct uuid conversation,
                                         const struct uuid *customer,
                                         void (*visit)(void *context,
                                                       const struct index_recording *row),
                                         void *context, struct fault *fault)
{
    struct statement statement;
    struct index_recording recording;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_CONVERSATION_LIST, list_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, &conversation);
    statement_uuid(&statement, customer);
    statement_integer(&statement, CONVERSATION_RECORDINGS_MAX);
    while ((status = statement_step(&statement, &row, fault, "list conversation")) == STATUS_OK &&
           row) {
        row_read(&statement, &recording);
        visit(context, &recording);
    }
    statement_end(&statement);
    return status;
}

enum status recordings_place(struct index *index, const struct index_recording *recording,
                             struct conversation_place *place, struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_CONVERSATION_PLACE, place_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, &recording->conversation);
    statement_uuid(&statement, &recording->customer);
    statement_time(&statement, recording->started);
    statement_uuid(&statement, &recording->id);
    statement_integer(&statement, CONVERSATION_RECORDINGS_MAX);
    status = statement_step(&statement, &row, fault, "place in conversation");
    if (status == STATUS_OK && row) {
        int64_t size = statement_read_integer(&statement);
        int64_t part = statement_read_integer(&statement);
        *place = part ? (struct conversation_place){(uint32_t)part, (uint32_t)size}
                      : (struct conversation_place){1, 1};
    }
    statement_end(&statement);
    return status;
}
