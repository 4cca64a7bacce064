#include "storage/index/table_copy.h"

#include <stdio.h>
#include <string.h>

#include "storage/index/database.h"

enum { SQL_BYTES = 1024 };

/* What ends reading, but is no reason to end copying: the rows behind it are lost. */
static bool is_damage(int code)
{
    int primary = code & 0xff;

    return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_IOERR ||
           primary == SQLITE_ERROR;
}

/* INSERT INTO t VALUES (?, ?, ...) for as many columns as the query has. */
static void insert_text(const char *table, int columns, char sql[static SQL_BYTES])
{
    int used = snprintf(sql, SQL_BYTES, "INSERT INTO \"%s\" VALUES (", table);

    for (int i = 0; i < columns && used > 0 && used < SQL_BYTES - 4; i++)
        used += snprintf(sql + used, SQL_BYTES - (size_t)used, i ? ",?" : "?");
    (void)snprintf(sql + used, SQL_BYTES - (size_t)used, ")");
}

/* Run a statement with the columns of a row. */
static enum status put_row(struct table_copy *copy, sqlite3_stmt *row, sqlite3_stmt *put,
                           struct fault *fault)
{
    int code = SQLITE_OK;

    for (int i = 0; i < sqlite3_column_count(row) && code == SQLITE_OK; i++)
        code = sqlite3_bind_value(put, i + 1, sqlite3_column_value(row, i));
    if (code == SQLITE_OK)
        code = sqlite3_step(put);
    (void)sqlite3_reset(put);
    (void)sqlite3_clear_bindings(put);
    if (code == SQLITE_DONE) {
        copy->copied++;
        return STATUS_OK;
    }
    if ((code & 0xff) == SQLITE_CONSTRAINT || (code & 0xff) == SQLITE_MISMATCH) {
        copy->lost++;
        return STATUS_OK;
    }
    return database_fault(copy->to, code, fault, "copy row");
}

static enum status put_rows(struct table_copy *copy, sqlite3_stmt *query, sqlite3_stmt *put,
                            struct fault *fault)
{
    enum status status = STATUS_OK;
    int code = SQLITE_ROW;

    while (status == STATUS_OK && (code = sqlite3_step(query)) == SQLITE_ROW)
        status = put_row(copy, query, put, fault);
    if (status != STATUS_OK || code == SQLITE_DONE)
        return status;
    if (!is_damage(code))
        return database_fault(copy->from, code, fault, "read row");
    copy->lost++;
    return STATUS_OK;
}

/* What a query of the one gives is put into the other by a statement; NULL: into that table. */
static enum status put_query(struct table_copy *copy, sqlite3_stmt *query, const char *table,
                             const char *statement, struct fault *fault)
{
    char sql[SQL_BYTES];
    sqlite3_stmt *put = NULL;

    if (!statement)
        insert_text(table, sqlite3_column_count(query), sql);
    int code = sqlite3_prepare_v2(copy->to, statement ? statement : sql, -1, &put, NULL);
    enum status status = code == SQLITE_OK ? put_rows(copy, query, put, fault)
                                           : database_fault(copy->to, code, fault, "copy rows");
    (void)sqlite3_finalize(put);
    return status;
}

/* STATUS_END: it cannot even be asked, for a table is not there any more. */
static enum status prepare_query(struct table_copy *copy, const char *sql, sqlite3_stmt **query,
                                 struct fault *fault)
{
    int code = sqlite3_prepare_v2(copy->from, sql, -1, query, NULL);

    if (code == SQLITE_OK)
        return STATUS_OK;
    if (!is_damage(code))
        return database_fault(copy->from, code, fault, "read table");
    copy->lost++;
    return STATUS_END;
}

enum status table_copy_all(struct table_copy *copy, const char *table, struct fault *fault)
{
    char sql[SQL_BYTES];
    sqlite3_stmt *query = NULL;

    (void)snprintf(sql, sizeof sql, "SELECT * FROM \"%s\"", table);
    enum status status = prepare_query(copy, sql, &query, fault);
    if (status == STATUS_OK)
        status = put_query(copy, query, table, NULL, fault);
    (void)sqlite3_finalize(query);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status table_copy_of(struct table_copy *copy, const char *table, const char *column,
                          struct uuid id, uint64_t *rows, struct fault *fault)
{
    char sql[SQL_BYTES];
    sqlite3_stmt *query = NULL;
    uint64_t before = copy->copied;

    (void)snprintf(sql, sizeof sql, "SELECT * FROM \"%s\" WHERE \"%s\" = ?1", table, column);
    enum status status = prepare_query(copy, sql, &query, fault);
    if (status == STATUS_OK) {
        int code = sqlite3_bind_blob(query, 1, id.b, UUID_BYTES, SQLITE_STATIC);
        status = code == SQLITE_OK ? put_query(copy, query, table, NULL, fault)
                                   : database_fault(copy->from, code, fault, "read rows");
    }
    (void)sqlite3_finalize(query);
    *rows = copy->copied - before;
    return status == STATUS_END ? STATUS_OK : status;
}

enum status table_copy_through(struct table_copy *copy, const char *query, const char *statement,
                               struct fault *fault)
{
    const uint64_t copied = copy->copied;
    sqlite3_stmt *rows = NULL;
    enum status status = prepare_query(copy, query, &rows, fault);

    if (status == STATUS_OK)
        status = put_query(copy, rows, NULL, statement, fault);
    (void)sqlite3_finalize(rows);
    copy->copied = copied;
    return status == STATUS_END ? STATUS_OK : status;
}

/* A row of one column, as it is. */
typedef enum status (*take_row)(void *context, sqlite3_stmt *row);

static enum status visit_rows(sqlite3 *db, const char *sql, take_row take, void *context,
                              struct fault *fault)
{
    sqlite3_stmt *query = NULL;
    enum status status = STATUS_OK;
    int code = sqlite3_prepare_v2(db, sql, -1, &query, NULL);

    while (code == SQLITE_OK && status == STATUS_OK && (code = sqlite3_step(query)) == SQLITE_ROW) {
        status = take(context, query);
        code = SQLITE_OK;
    }
    (void)sqlite3_finalize(query);
    if (status == STATUS_OK && code != SQLITE_DONE && !is_damage(code))
        status = database_fault(db, code, fault, "read rows");
    return status;
}

struct id_visit {
    enum status (*visit)(void *context, struct uuid id);
    void *context;
};

static enum status take_id(void *context, sqlite3_stmt *row)
{
    const struct id_visit *visit = context;
    struct uuid id;
    const void *blob = sqlite3_column_blob(row, 0);

    if (!blob || sqlite3_column_bytes(row, 0) != UUID_BYTES)
        return STATUS_OK;
    memcpy(id.b, blob, UUID_BYTES);
    return visit->visit(visit->context, id);
}

enum status table_copy_ids(sqlite3 *db, const char *query,
                           enum status (*visit)(void *context, struct uuid id), void *context,
                           struct fault *fault)
{
    struct id_visit taken = {visit, context};

    return visit_rows(db, query, take_id, &taken, fault);
}

struct name_visit {
    enum status (*visit)(void *context, const char *name);
    void *context;
};

static enum status take_name(void *context, sqlite3_stmt *row)
{
    const struct name_visit *visit = context;
    const char *name = (const char *)sqlite3_column_text(row, 0);

    return name ? visit->visit(visit->context, name) : STATUS_NOMEM;
}

enum status table_copy_names(sqlite3 *db, const char *query,
                             enum status (*visit)(void *context, const char *name), void *context,
                             struct fault *fault)
{
    struct name_visit taken = {visit, context};

    return visit_rows(db, query, take_name, &taken, fault);
}
