#include "storage/index/database.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum status constraint_status(int code)
{
    switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
        return STATUS_EXISTS;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return STATUS_NOT_FOUND;
    case SQLITE_CONSTRAINT_TRIGGER:
        return STATUS_DENIED;
    default:
        return STATUS_INVALID;
    }
}

static enum status status_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return STATUS_BUSY;
    case SQLITE_NOMEM:
        return STATUS_NOMEM;
    case SQLITE_FULL:
        return STATUS_FULL;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return STATUS_CORRUPT;
    case SQLITE_TOOBIG:
        return STATUS_LIMIT;
    case SQLITE_CONSTRAINT:
        return constraint_status(code);
    default:
        return STATUS_IO;
    }
}

enum status database_fault(sqlite3 *db, int code, struct fault *fault, const char *doing)
{
    return fault_set(fault, status_of(code), 0, "%s: %s", doing,
                     db ? sqlite3_errmsg(db) : sqlite3_errstr(code));
}

enum status database_execute(sqlite3 *db, const char *sql, struct fault *fault, const char *doing)
{
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);

    return code == SQLITE_OK ? STATUS_OK : database_fault(db, code, fault, doing);
}

/*
 * FULL, because NORMAL loses acknowledged commits in a power cut. recursive_triggers, so that the
 * audit log's DELETE trigger also guards against REPLACE. temp_store, so that no search result is
 * spilled to a file outside the store.
 */
static const char connection_setup[] =
    "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA recursive_triggers = ON;"
    "PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA journal_mode = WAL;";

enum status database_open(const char *path, struct index **out, struct fault *fault)
{
    struct index *index = calloc(1, sizeof *index);
    enum status status;

    if (!index)
        return fault_set(fault, STATUS_NOMEM, 0, "open index %s: out of memory", path);
    int code = sqlite3_open_v2(path, &index->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) {
        status = database_fault(index->db, code, fault, "open");
        goto out;
    }
    (void)sqlite3_extended_result_codes(index->db, 1);
    (void)sqlite3_busy_timeout(index->db, INDEX_BUSY_MS);
    status = database_execute(index->db, connection_setup, fault, "set up");
    if (status != STATUS_OK)
        goto out;
    *out = index;
    index = NULL;
out:
    if (status != STATUS_OK)
        fault_wrap(fault, "index %s", path);
    index_close(index);
    return status;
}

/* SQLite undoes the whole transaction by itself at some failures (no space, I/O); what follows
 * must not then be committed one by one. */
static enum status check_transaction(const struct index *index, struct fault *fault)
{
    if (index->in_transaction && sqlite3_get_autocommit(index->db))
        return fault_set(fault, STATUS_IO, 0, "the transaction was undone by an earlier failure");
    return STATUS_OK;
}

enum status database_step_begin(struct index *index, bool *own, struct fault *fault)
{
    bool outermost = !index->in_transaction;
    enum status status = outermost ? index_begin(index, fault) : check_transaction(index, fault);

    if (status == STATUS_OK && !outermost)
        status = database_execute(index->db, "SAVEPOINT step", fault, "begin step");
    if (status == STATUS_OK)
        *own = outermost;
    return status;
}

enum status database_step_end(struct index *index, bool own, enum status status,
                              struct fault *fault)
{
    if (own) {
        if (status == STATUS_OK)
            return index_commit(index, fault);
        index_rollback(index);
        return status;
    }
    if (status == STATUS_OK)
        return database_execute(index->db, "RELEASE step", fault, "end step");
    (void)sqlite3_exec(index->db, "ROLLBACK TO step; RELEASE step", NULL, NULL, NULL);
    return status;
}

enum status statement_begin(struct index *index, enum statement_id id, const char *sql,
                            struct statement *statement, struct fault *fault)
{
    enum status status = check_transaction(index, fault);

    if (status != STATUS_OK)
        return status;
    if (!index->statement[id]) {
        int code = sqlite3_prepare_v3(index->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                      &index->statement[id], NULL);
        if (code != SQLITE_OK)
            return database_fault(index->db, code, fault, "prepare statement");
    }
    assert(!sqlite3_stmt_busy(index->statement[id])); /* a visitor used the connection */
    *statement = (struct statement){.index = index, .handle = index->statement[id]};
    return STATUS_OK;
}

static void note_code(struct statement *statement, int code)
{
    if (statement->code == SQLITE_OK)
        statement->code = code;
}

void statement_text(struct statement *statement, const char *text)
{
    note_code(statement,
              sqlite3_bind_text(statement->handle, ++statement->position, text, -1, SQLITE_STATIC));
}

void statement_blob(struct statement *statement, const void *bytes, size_t count)
{
    note_code(statement, sqlite3_bind_blob64(statement->handle, ++statement->position, bytes, count,
                                             SQLITE_STATIC));
}

void statement_uuid(struct statement *statement, const struct uuid *uuid)
{
    statement_blob(statement, uuid ? uuid->b : NULL, UUID_BYTES);
}

void statement_integer(struct statement *statement, int64_t value)
{
    note_code(statement, sqlite3_bind_int64(statement->handle, ++statement->position, value));
}

void statement_time(struct statement *statement, wall_time time)
{
    statement_integer(statement, clock_wall_us(time));
}

enum status statement_step(struct statement *statement, bool *row, struct fault *fault,
                           const char *doing)
{
    int code = statement->code;

    if (code == SQLITE_OK)
        code = sqlite3_step(statement->handle);
    statement->position = 0;
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return database_fault(statement->index->db, code, fault, doing);
    *row = code == SQLITE_ROW;
    return STATUS_OK;
}

void statement_end(struct statement *statement)
{
    (void)sqlite3_reset(statement->handle);
    (void)sqlite3_clear_bindings(statement->handle);
}

enum status statement_run(struct statement *statement, int *changes, struct fault *fault,
                          const char *doing)
{
    bool row = false;
    enum status status = statement_step(statement, &row, fault, doing);

    if (status == STATUS_OK && changes)
        *changes = sqlite3_changes(statement->index->db);
    statement_end(statement);
    return status;
}

void statement_read_text(struct statement *statement, char *text, size_t text_bytes)
{
    const unsigned char *stored = sqlite3_column_text(statement->handle, statement->position++);

    (void)snprintf(text, text_bytes, "%s", stored ? (const char *)stored : "");
}

void statement_read_blob(struct statement *statement, void *bytes, size_t count)
{
    const void *stored = sqlite3_column_blob(statement->handle, statement->position);
    int stored_bytes = sqlite3_column_bytes(statement->handle, statement->position++);

    if (stored && (size_t)stored_bytes == count)
        memcpy(bytes, stored, count);
    else
        memset(bytes, 0, count);
}

struct uuid statement_read_uuid(struct statement *statement)
{
    struct uuid uuid;

    statement_read_blob(statement, uuid.b, sizeof uuid.b);
    return uuid;
}

int64_t statement_read_integer(struct statement *statement)
{
    return sqlite3_column_int64(statement->handle, statement->position++);
}

wall_time statement_read_time(struct statement *statement)
{
    return clock_wall_from_us(statement_read_integer(statement));
}
