#include "storage/index/due.h"

#include <string.h>

#include "storage/index/conversations.h"
#include "storage/index/customers.h"
#include "storage/index/lookup.h"
#include "storage/index/row.h"
#include "storage/index/transfers.h"

/* Whose a call is, and why, before its last parties were told. */
struct due_before {
    struct uuid customer;
    char source[SOURCE_NAME_BYTES];
    char caller[BOUND_NUMBER_BYTES];
    char called[BOUND_NUMBER_BYTES];
};

static const char before_sql[] =
    "SELECT customer, source, caller_number, called_number FROM recordings WHERE id = ?1";
static const char due_sql[] =
    "UPDATE recordings SET owner_due = ?1, customer = ?2 WHERE id = ?3 AND customer <> ?1";
static const char list_sql[] =
    "SELECT " ROW_COLUMNS " FROM recordings r"
    " WHERE r.owner_due IS NOT NULL AND +r.state IN (1, 2)"
    " AND (r.started_us, r.id) > (?2, ?3) ORDER BY r.started_us, r.id LIMIT ?1";
static const char reassign_sql[] =
    "UPDATE recordings SET customer = owner_due, owner_due = NULL, sha256_cipher = ?1"
    " WHERE id = ?2 AND owner_due = ?3";

static enum status read_before(struct index *index, const struct uuid *id,
                               struct due_before *before, bool *found, struct fault *fault)
{
    struct statement statement;
    enum status status =
        statement_begin(index, STATEMENT_OWNER_BEFORE, before_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, id);
    status = statement_step(&statement, found, fault, "read owner");
    if (status == STATUS_OK && *found) {
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

/* What was told last, else what was known. */
static const char *latest(const struct index_party *told, const char *known)
{
    return told->number[0] ? told->number : known;
}

enum status recordings_find_owner(struct index *index, struct index_recording *recording,
                                  struct fault *fault)
{
    struct due_before before;
    struct call_owner owner;
    bool found = false;
    bool by_number = false;
    enum status status = read_before(index, &recording->id, &before, &found, fault);

    if (status != STATUS_OK)
        return status;
    if (!found)
        return fault_set(fault, STATUS_NOT_FOUND, 0, "no such recording");
    const char *caller = latest(&recording->caller, before.caller);
    const char *called = latest(&recording->called, before.called);
    if (strcmp(caller, before.caller) == 0 && strcmp(called, before.called) == 0)
        return STATUS_OK;
    status = is_by_number(index, &before, &by_number, fault);
    if (status != STATUS_OK || by_number)
        return status;
    status = call_owner_find(index, caller, called, before.source, &owner, fault);
    if (status != STATUS_OK || owner.direction == CALL_UNKNOWN) /* not by a number */
        return status;
    recording->direction = owner.direction;
    if (!uuid_equal(owner.customer, before.customer))
        recording->owner_due = owner.customer;
    return STATUS_OK;
}

static enum status write_due(struct index *index, const struct index_recording *recording,
                             const struct uuid *meanwhile, int *changes, struct fault *fault)
{
    struct statement statement;
    enum status status = statement_begin(index, STATEMENT_OWNER_DUE, due_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, &recording->owner_due);
    statement_uuid(&statement, meanwhile);
    statement_uuid(&statement, &recording->id);
    return statement_run(&statement, changes, fault, "write owner");
}

enum status due_write(struct index *index, const struct index_recording *recording,
                      struct fault *fault)
{
    static const struct uuid none;
    struct customer nobody;
    int changes = 0;

    if (uuid_equal(recording->owner_due, none))
        return STATUS_OK;
    enum status status = customers_find(index, CUSTOMER_UNASSIGNED, &nobody, fault);
    if (status == STATUS_OK)
        status = write_due(index, recording, &nobody.id, &changes, fault);
    return status == STATUS_OK && changes ? conversations_leave(index, &recording->id, fault)
                                          : status;
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
        status = conversations_link_again(index, &recording->id, fault);
    if (status == STATUS_OK)
        status = transfers_link(index, &recording->id, fault);
    return database_step_end(index, own, status, fault);
}
