#include "storage/index/table_visit.h"

#include <string.h>

#include "storage/index/database.h"

/* A row of one column, as it is. STATUS_END: it is damaged. */
typedef enum status (*take_row)(void *context, sqlite3_stmt *row);

static enum status visit_rows(sqlite3 *db, const char *sql, take_row take, void *context,
                              uint64_t *damage, struct fault *fault)
{
    sqlite3_stmt *query = NULL;
    enum status status = STATUS_OK;
    int code = sqlite3_prepare_v2(db, sql, -1, &query, NULL);

    while (code == SQLITE_OK && status == STATUS_OK && (code = sqlite3_step(query)) == SQLITE_ROW) {
        status = take(context, query);
        code = SQLITE_OK;
    }
    (void)sqlite3_finalize(query);
    if (status == STATUS_END)
        code = SQLITE_CORRUPT;
    else if (status != STATUS_OK || code == SQLITE_DONE)
        return status;
    if (!table_copy_is_damage(code))
        return database_fault(db, code, fault, "read rows");
    (*damage)++;
    return STATUS_OK;
}

struct id_visit {
    enum status (*visit)(void *context, struct uuid id);
    void *context;
    bool begun;
    struct uuid last;
};

static enum status take_id(void *context, sqlite3_stmt *row)
{
    struct id_visit *visit = context;
    struct uuid id;
    const void *blob = sqlite3_column_blob(row, 0);

    if (!blob || sqlite3_column_bytes(row, 0) != UUID_BYTES)
        return STATUS_OK;
    memcpy(id.b, blob, UUID_BYTES);
    if (visit->begun && memcmp(id.b, visit->last.b, UUID_BYTES) <= 0)
        return STATUS_END; /* out of order: it may lead back into itself */
    visit->begun = true;
    visit->last = id;
    return visit->visit(visit->context, id);
}

enum status table_visit_ids(struct table_copy *copy, const char *query,
                            enum status (*visit)(void *context, struct uuid id), void *context,
                            struct fault *fault)
{
    struct id_visit taken = {.visit = visit, .context = context};

    table_copy_begin(copy);
    return visit_rows(copy->from, query, take_id, &taken, &copy->lost, fault);
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

enum status table_visit_names(sqlite3 *db, const char *query,
                              enum status (*visit)(void *context, const char *name), void *context,
                              struct fault *fault)
{
    struct name_visit taken = {visit, context};
    uint64_t damage = 0;
    enum status status = visit_rows(db, query, take_name, &taken, &damage, fault);

    return status == STATUS_OK && damage ? fault_set(fault, STATUS_CORRUPT, 0, "read names")
                                         : status;
}
