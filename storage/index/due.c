#include "storage/index/due.h"

#include <string.h>

#include "storage/index/conversations.h"
#include "storage/index/lookup.h"
#include "storage/index/row.h"

static const char before_sql[] =
    "SELECT customer, source, caller_number, called_number FROM recordings WHERE id = ?1";
static const char direction_sql[] = "UPDATE recordings SET direction = ?1 WHERE id = ?2";
static const char due_sql[] = "UPDATE recordings SET direction = ?1, owner_due = ?3,"
                              " customer = ?4 WHERE id = ?2";
static const char list_sql[] =
    "SELECT " ROW_COLUMNS " FROM recordings r"
    " WHERE r.owner_due IS NOT NULL AND +r.state IN (1, 2)"
    " AND (r.started_us, r.id) > (?2, ?3) ORDER BY r.started_us, r.id LIMIT ?1";
static const char reassign_sql[] =
    "UPDATE recordings SET customer = owner_due, owner_due = NULL, sha256_cipher = ?1"
    " WHERE id = ?2 AND owner_due = ?3";

enum status due_read(struct index *index, const struct uuid *id, struct due_before *before,
                     struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_OWNER_BEFORE, before_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    memset(before, 0, sizeof *before);
    statement_uuid(&statement, id);
    status = statement_step(&statement, &row, fault, "read owner");
    if (status == STATUS_OK && row) {
        before->customer = statement_read_uuid(&statement);
        statement_read_text(&statement, before->source, sizeof before->source);
        statement_read_text(&statement, before->caller, sizeof before->caller);
        statement_read_text(&statement, before->called, sizeof before->called);
    }
    statement_end(&statement);
    return status;
}

/* Whether one of the numbers that the INVITE named said whose the call is. */
static enum status is_by_number(struct index *index, const struct due_before *before, bool *is,
                                struct fault *fault)
{
    const char *const numbers[] = {before->caller, before->called};
    bool by_number = false;

    for (size_t i = 0; i < 2 && !by_number; i++) {
        struct uuid owner = {{0}};
        bool found = false;
        enum status status = numbers_find(index, numbers[i], &found, &owner, fault);
        if (status != STATUS_OK)
            return status;
        by_number = found && uuid_equal(owner, before->customer);
    }
    *is = by_number;
    return STATUS_OK;
}

/* meanwhile  customer until the file is sealed to its owner; NULL: it is. */
static enum status write_owner(struct index *index, const struct uuid *id,
                               const struct call_owner *owner, const struct uuid *meanwhile,
                               struct fault *fault)
{
    bool due = meanwhile != NULL;
    struct statement statement;
    enum status status =
        statement_begin(index, due ? STATEMENT_OWNER_DUE : STATEMENT_OWNER_DIRECTION,
                        due ? due_sql : direction_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_integer(&statement, (int64_t)owner->direction);
    statement_uuid(&statement, id);
    if (due) {
        statement_uuid(&statement, &owner->customer);
        statement_uuid(&statement, meanwhile);
    }
    return statement_run(&statement, NULL, fault, "write owner");
}

/* What was told last, else what was known. */
static const char *latest(const struct index_party *told, const char *known)
{
    return told->number[0] ? told->number : known;
}

enum status due_check(struct index *index, const struct due_before *before,
                      const struct index_recording *recording, struct fault *fault)
{
    const char *caller = latest(&recording->caller, before->caller);
    const char *called = latest(&recording->called, before->called);
    struct customer nobody;
    struct call_owner owner;
    bool by_number = false;

    if (strcmp(caller, before->caller) == 0 && strcmp(called, before->called) == 0)
        return STATUS_OK;
    enum status status = is_by_number(index, before, &by_number, fault);
    if (status != STATUS_OK || by_number)
        return status;
    status = call_owner_find(index, caller, called, before->source, &owner, fault);
    if (status == STATUS_OK)
        status = customers_find(index, CUSTOMER_UNASSIGNED, &nobody, fault);
    if (status != STATUS_OK || uuid_equal(owner.customer, nobody.id))
        return status;
    bool same = uuid_equal(owner.customer, before->customer);
    return write_owner(index, &recording->id, &owner, same ? NULL : &nobody.id, fault);
}

enum status recordings_list_due(struct index *index, const struct index_recording *after,
                                size_t limit,
                                void (*visit)(void *context, const struct index_recording *row),
                                void *context, struct fault *fault)
{
    struct statement statement;
    static const struct uuid lowest;
    struct index_recording recording;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_OWNER_DUE_LIST, list_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_integer(&statement, (int64_t)limit);
    statement_integer(&statement, after ? clock_wall_us(after->started) : INT64_MIN);
    statement_uuid(&statement, after ? &after->id : &lowest);
    while ((status = statement_step(&statement, &row, fault, "list due")) == STATUS_OK && row) {
        row_read(&statement, &recording);
        visit(context, &recording);
    }
    statement_end(&statement);
    return status;
}

static enum status change_customer(struct index *index, const struct index_recording *recording,
                                   struct fault *fault)
{
    struct statement statement;
    int changes = 0;
    enum status status =
        statement_begin(index, STATEMENT_OWNER_REASSIGN, reassign_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_blob(&statement, recording->sha256_cipher, sizeof recording->sha256_cipher);
    statement_uuid(&statement, &recording->id);
    statement_uuid(&statement, &recording->owner_due);
    status = statement_run(&statement, &changes, fault, "reassign recording");
    if (status == STATUS_OK && !changes)
        return fault_set(fault, STATUS_NOT_FOUND, 0, "no such recording is due to that customer");
    return status;
}

enum status recordings_reassign(struct index *index, const struct index_recording *recording,
                                struct fault *fault)
{
    bool own = false;
    enum status status = database_step_begin(index, &own, fault);

    if (status != STATUS_OK)
        return status;
    status = change_customer(index, recording, fault);
    if (status == STATUS_OK)
        status = conversations_leave(index, &recording->id, fault);
    if (status == STATUS_OK)
        status = conversations_link_again(index, &recording->id, fault);
    return database_step_end(index, own, status, fault);
}
