#include "storage/index/schema_check.h"

#include <string.h>

#include "storage/index/database.h"
#include "storage/index/schema.h"

enum { COLUMN_TYPE, COLUMN_NAME, COLUMN_SQL };

/* What SQLite makes for itself, statistics or the numbers that were used, is not ours. */
static const char list_sql[] =
    "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    " ORDER BY type, name";

/* One of the two lists that are compared, and where it is. */
struct list {
    sqlite3 *db;
    sqlite3_stmt *statement;
    bool row;
};

static const char *column(const struct list *list, int number)
{
    const unsigned char *text = list->row ? sqlite3_column_text(list->statement, number) : NULL;

    return text ? (const char *)text : "";
}

static enum status next(struct list *list, struct fault *fault)
{
    int code = sqlite3_step(list->statement);

    list->row = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE
               ? STATUS_OK
               : database_fault(list->db, code, fault, "read the schema");
}

static enum status begin(struct list *list, struct fault *fault)
{
    int code = sqlite3_prepare_v2(list->db, list_sql, -1, &list->statement, NULL);

    return code == SQLITE_OK ? next(list, fault)
                             : database_fault(list->db, code, fault, "read the schema");
}

/* Below 0 where the left one's place is before the right one's, or the right list is at its end. */
static int compare(const struct list *left, const struct list *right)
{
    if (!left->row || !right->row)
        return right->row - left->row;
    int order = strcmp(column(left, COLUMN_TYPE), column(right, COLUMN_TYPE));
    return order ? order : strcmp(column(left, COLUMN_NAME), column(right, COLUMN_NAME));
}

static enum status differ(const struct list *list, const char *how, struct fault *fault)
{
    return fault_set(fault, STATUS_CONFLICT, 0, "the index's %s %s %s", column(list, COLUMN_TYPE),
                     column(list, COLUMN_NAME), how);
}

static enum status compare_all(struct list *found, struct list *wanted, struct fault *fault)
{
    enum status status = begin(found, fault);

    if (status == STATUS_OK)
        status = begin(wanted, fault);
    while (status == STATUS_OK && (found->row || wanted->row)) {
        int order = compare(found, wanted);
        if (order < 0)
            return differ(found, "is none of ours", fault);
        if (order > 0)
            return differ(wanted, "is missing", fault);
        if (strcmp(column(found, COLUMN_SQL), column(wanted, COLUMN_SQL)) != 0)
            return differ(found, "was changed", fault);
        status = next(found, fault);
        if (status == STATUS_OK)
            status = next(wanted, fault);
    }
    return status;
}

enum status schema_check(struct index *index, struct fault *fault)
{
    struct list found = {.db = index->db};
    struct list wanted = {0};
    int code = sqlite3_open(":memory:", &wanted.db);
    enum status status = code == SQLITE_OK
                             ? schema_migrate(wanted.db, schema_steps, INDEX_SCHEMA_VERSION, fault)
                             : database_fault(wanted.db, code, fault, "make a schema");

    if (status == STATUS_OK)
        status = compare_all(&found, &wanted, fault);
    (void)sqlite3_finalize(found.statement);
    (void)sqlite3_finalize(wanted.statement);
    (void)sqlite3_close(wanted.db);
    return status;
}
