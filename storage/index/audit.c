#include "storage/index/audit.h"

#include "storage/index/database.h"

static const char append_sql[] =
    "INSERT INTO audit (at_us, actor, action, recording, address, detail)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

static const char list_sql[] =
    "SELECT sequence, at_us, recording, actor, action, address, detail FROM audit"
    " WHERE sequence > ?1 ORDER BY sequence LIMIT ?2";

static const char last_sql[] =
    "SELECT at_us FROM audit WHERE action = ?1 ORDER BY sequence DESC LIMIT 1";

enum status audit_append(struct index *index, const struct audit_entry *entry, struct fault *fault)
{
    struct statement statement;
    enum status status =
        statement_begin(index, STATEMENT_AUDIT_APPEND, append_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_time(&statement, entry->at);
    statement_text(&statement, entry->actor);
    statement_text(&statement, entry->action);
    statement_uuid(&statement, entry->recording);
    statement_text(&statement, entry->address ? entry->address : "");
    statement_text(&statement, entry->detail ? entry->detail : "{}");
    return statement_run(&statement, NULL, fault, "append to audit log");
}

static void read_entry(struct statement *statement, struct audit_entry *entry,
                       struct uuid *recording)
{
    sqlite3_stmt *row = statement->handle;

    entry->sequence = statement_read_integer(statement);
    entry->at = statement_read_time(statement);
    *recording = statement_read_uuid(statement);
    entry->recording = sqlite3_column_type(row, 2) == SQLITE_NULL ? NULL : recording;
    entry->actor = (const char *)sqlite3_column_text(row, 3);
    entry->action = (const char *)sqlite3_column_text(row, 4);
    entry->address = (const char *)sqlite3_column_text(row, 5);
    entry->detail = (const char *)sqlite3_column_text(row, 6);
}

enum status audit_list(struct index *index, int64_t after, size_t limit,
                       void (*visit)(void *context, const struct audit_entry *entry), void *context,
                       struct fault *fault)
{
    struct statement statement;
    struct audit_entry entry;
    struct uuid recording;
    bool row = false;
    enum status status = statement_begin(index, STATEMENT_AUDIT_LIST, list_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_integer(&statement, after);
    statement_integer(&statement, limit > INT64_MAX ? INT64_MAX : (int64_t)limit);
    while ((status = statement_step(&statement, &row, fault, "read audit log")) == STATUS_OK &&
           row) {
        read_entry(&statement, &entry, &recording);
        if (!entry.actor || !entry.action || !entry.address || !entry.detail) {
            status = fault_set(fault, STATUS_NOMEM, 0, "read audit log: out of memory");
            break;
        }
        visit(context, &entry);
    }
    statement_end(&statement);
    return status;
}

enum status audit_last(struct index *index, const char *action, wall_time *at, struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status = statement_begin(index, STATEMENT_AUDIT_LAST, last_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_text(&statement, action);
    status = statement_step(&statement, &row, fault, "read audit log");
    if (status == STATUS_OK && row)
        *at = statement_read_time(&statement);
    statement_end(&statement);
    return status == STATUS_OK && !row ? STATUS_NOT_FOUND : status;
}
