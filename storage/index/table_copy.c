#include "storage/index/table_copy.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "storage/index/database.h"

enum {
    SQL_BYTES = 1024,
    ROWIDS_MAX = 10 * 1000 * 1000, /* that are tried behind damage, or filled in a gap */
    STEPS_PER_BYTE = 10,           /* a row takes six bytes at least, and few steps to be read */
    WATCH_STEPS = 100 * 1000,
};

bool table_copy_is_damage(int code)
{
    int primary = code & 0xff;

    return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_IOERR ||
           primary == SQLITE_ERROR || primary == SQLITE_INTERRUPT; /* by watch() */
}

static int watch(void *context)
{
    struct table_copy *copy = context;

    return ++copy->steps > copy->steps_max;
}

void table_copy_begin(struct table_copy *copy)
{
    copy->steps = 0;
}

enum status table_copy_open(struct table_copy *copy, const char *path, struct fault *fault)
{
    int code = sqlite3_open_v2(path, &copy->from, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    int64_t bytes = 0;
    struct stat about;

    if (code != SQLITE_OK)
        return database_fault(copy->from, code, fault, "open copy of index");
    (void)sqlite3_extended_result_codes(copy->from, 1);
    if (stat(path, &about) == 0)
        bytes = about.st_size;
    copy->steps_max = (uint64_t)bytes * STEPS_PER_BYTE / WATCH_STEPS + 1;
    sqlite3_progress_handler(copy->from, WATCH_STEPS, watch, copy);
    return STATUS_OK;
}

/* INSERT INTO t VALUES (?, ?, ...) for as many columns as the query has. */
static void insert_text(const char *table, int columns, char sql[static SQL_BYTES])
{
    int used = snprintf(sql, SQL_BYTES, "INSERT INTO \"%s\" VALUES (", table);

    for (int i = 0; i < columns && used > 0 && used < SQL_BYTES - 4; i++)
        used += snprintf(sql + used, SQL_BYTES - (size_t)used, i ? ",?" : "?");
    (void)snprintf(sql + used, SQL_BYTES - (size_t)used, ")");
}

/* Run a statement with the columns of a row, from the first that is to be put. */
static enum status put_row(struct table_copy *copy, sqlite3_stmt *row, int first, sqlite3_stmt *put,
                           struct fault *fault)
{
    int code = SQLITE_OK;

    for (int i = first; i < sqlite3_column_count(row) && code == SQLITE_OK; i++)
        code = sqlite3_bind_value(put, i - first + 1, sqlite3_column_value(row, i));
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

/* damaged  out, where it is not NULL: reading ended at damage; else that counts as one row. */
static enum status put_rows(struct table_copy *copy, sqlite3_stmt *query, sqlite3_stmt *put,
                            bool *damaged, struct fault *fault)
{
    enum status status = STATUS_OK;
    int code = SQLITE_ROW;

    while (status == STATUS_OK && (code = sqlite3_step(query)) == SQLITE_ROW)
        status = put_row(copy, query, 0, put, fault);
    if (status != STATUS_OK || code == SQLITE_DONE)
        return status;
    if (!table_copy_is_damage(code))
        return database_fault(copy->from, code, fault, "read row");
    if (damaged)
        *damaged = true;
    else
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
    enum status status = code == SQLITE_OK ? put_rows(copy, query, put, NULL, fault)
                                           : database_fault(copy->to, code, fault, "copy rows");
    (void)sqlite3_finalize(put);
    return status;
}

/* STATUS_END: it cannot even be asked, for a table is not there any more. */
static enum status prepare_query(struct table_copy *copy, const char *sql, sqlite3_stmt **query,
                                 struct fault *fault)
{
    int code = sqlite3_prepare_v2(copy->from, sql, -1, query, NULL);

    table_copy_begin(copy);
    if (code == SQLITE_OK)
        return STATUS_OK;
    if (!table_copy_is_damage(code))
        return database_fault(copy->from, code, fault, "read table");
    copy->lost++;
    return STATUS_END;
}

/* The only number that a query of one table's name gives; false: it gives none. */
static bool read_number(struct table_copy *copy, sqlite3 *db, const char *format, const char *table,
                        int64_t *number)
{
    char sql[SQL_BYTES];
    sqlite3_stmt *query = NULL;

    (void)sqlite3_snprintf(sizeof sql, sql, format, table);
    table_copy_begin(copy);
    bool there = sqlite3_prepare_v2(db, sql, -1, &query, NULL) == SQLITE_OK &&
                 sqlite3_step(query) == SQLITE_ROW &&
                 sqlite3_column_type(query, 0) == SQLITE_INTEGER;
    if (there)
        *number = sqlite3_column_int64(query, 0);
    (void)sqlite3_finalize(query);
    return there;
}

/* A table that is copied. */
struct passage {
    const char *table;
    sqlite3_stmt *query; /* its rows, with ?1 as the first rowid, that in front */
    sqlite3_stmt *put;
    sqlite3_stmt *gap; /* NULL: gaps stay */
    int64_t next;      /* rowid to read from */
    int64_t put_next;  /* behind the last that was put, or filled */
    int64_t last;      /* rowid that there is to be read */
    bool damaged;
    uint64_t unread;
};

static enum status fill_gap(struct table_copy *copy, struct passage *passage, int64_t end,
                            struct fault *fault)
{
    for (; passage->gap && passage->put_next < end; passage->put_next++) {
        (void)sqlite3_bind_int64(passage->gap, 1, passage->put_next);
        int code = sqlite3_step(passage->gap);
        (void)sqlite3_reset(passage->gap);
        if (code != SQLITE_DONE)
            return database_fault(copy->to, code, fault, "fill gap");
    }
    return STATUS_OK;
}

/* From `next` to the end of the table, or to damage. */
static enum status put_run(struct table_copy *copy, struct passage *passage, int *code,
                           struct fault *fault)
{
    (void)sqlite3_reset(passage->query);
    (void)sqlite3_bind_int64(passage->query, 1, passage->next);
    table_copy_begin(copy);
    while ((*code = sqlite3_step(passage->query)) == SQLITE_ROW) {
        int64_t number = sqlite3_column_int64(passage->query, 0);
        uint64_t copied = copy->copied;
        if (number < passage->next || number == INT64_MAX) { /* out of order */
            *code = SQLITE_CORRUPT;
            return STATUS_OK;
        }
        passage->next = number + 1;
        if (passage->gap && number - passage->put_next > ROWIDS_MAX) {
            copy->lost++; /* none that we gave */
            continue;
        }
        enum status status = fill_gap(copy, passage, number, fault);
        if (status == STATUS_OK)
            status = put_row(copy, passage->query, 1, passage->put, fault);
        if (status != STATUS_OK)
            return status;
        if (copy->copied > copied)
            passage->put_next = number + 1;
    }
    return STATUS_OK;
}

/* The greatest rowid: by the table's own end, or, where that is damaged, by an index of it. Where
 * neither tells there is one more at least. */
static int64_t find_last(struct table_copy *copy, const struct passage *passage)
{
    int64_t last = passage->next;

    if (!read_number(copy, copy->from, "SELECT max(rowid) FROM \"%w\"", passage->table, &last))
        (void)read_number(copy, copy->from, "SELECT max(+rowid) FROM \"%w\"", passage->table,
                          &last);
    return last;
}

/* Behind damage on from the next rowid: one that is damaged too, or is in the same page, is passed
 * over, and the next tried. */
static enum status put_numbered(struct table_copy *copy, struct passage *passage,
                                struct fault *fault)
{
    int64_t from = passage->next;
    int code = SQLITE_DONE;
    enum status status = put_run(copy, passage, &code, fault);

    while (status == STATUS_OK && code != SQLITE_DONE) {
        if (!table_copy_is_damage(code))
            return database_fault(copy->from, code, fault, "read row");
        if (!passage->damaged)
            passage->last = find_last(copy, passage);
        passage->damaged = true;
        if (passage->next == from) {
            passage->unread++;
            passage->next++;
        }
        if (passage->next > passage->last || passage->unread == ROWIDS_MAX)
            break;
        from = passage->next;
        status = put_run(copy, passage, &code, fault);
    }
    bool more = passage->damaged && passage->last - passage->put_next <= ROWIDS_MAX;
    return status == STATUS_OK && more ? fill_gap(copy, passage, passage->last + 1, fault) : status;
}

void table_copy_count_lost(struct table_copy *copy, const char *table, uint64_t known)
{
    int64_t rows = 0;

    if (read_number(copy, copy->from, "SELECT count(*) FROM \"%w\" NOT INDEXED", table, &rows) &&
        (uint64_t)rows > known)
        copy->lost += (uint64_t)rows - known;
}

/* An index of the table may tell how many there were. */
static void count_lost(struct table_copy *copy, const struct passage *passage,
                       const struct table_copy *before)
{
    int64_t rows = 0;
    uint64_t known = copy->copied - before->copied + copy->lost - before->lost;

    if (!passage->damaged)
        return;
    if (read_number(copy, copy->from, "SELECT count(*) FROM \"%w\"", passage->table, &rows))
        copy->lost += (uint64_t)rows > known ? (uint64_t)rows - known : 0;
    else
        copy->lost += passage->unread ? passage->unread : 1;
}

static enum status prepare_put(struct table_copy *copy, struct passage *passage, int columns,
                               const char *gap, struct fault *fault)
{
    char sql[SQL_BYTES];

    insert_text(passage->table, columns, sql);
    int code = sqlite3_prepare_v2(copy->to, sql, -1, &passage->put, NULL);
    if (code == SQLITE_OK && gap)
        code = sqlite3_prepare_v2(copy->to, gap, -1, &passage->gap, NULL);
    return code == SQLITE_OK ? STATUS_OK : database_fault(copy->to, code, fault, "copy rows");
}

static enum status copy_numbered(struct table_copy *copy, const char *table, const char *gap,
                                 struct fault *fault)
{
    const struct table_copy before = *copy;
    struct passage passage = {.table = table, .next = 1, .put_next = 1};
    char sql[SQL_BYTES];

    (void)sqlite3_snprintf(sizeof sql, sql,
                           "SELECT rowid, * FROM \"%w\" WHERE rowid >= ?1 ORDER BY rowid", table);
    enum status status = prepare_query(copy, sql, &passage.query, fault);
    if (status == STATUS_OK)
        status = prepare_put(copy, &passage, sqlite3_column_count(passage.query) - 1, gap, fault);
    if (status == STATUS_OK)
        status = put_numbered(copy, &passage, fault);
    (void)sqlite3_finalize(passage.query);
    (void)sqlite3_finalize(passage.put);
    (void)sqlite3_finalize(passage.gap);
    if (status == STATUS_OK)
        count_lost(copy, &passage, &before);
    return status;
}

/* The columns of the key, each the other way round. */
static bool read_backwards(const struct table_copy *copy, const char *table,
                           char order[static SQL_BYTES])
{
    static const char columns_sql[] =
        "SELECT group_concat('\"' || name || '\" DESC', ', ') FROM"
        " (SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk)";
    sqlite3_stmt *query = NULL;
    bool there = sqlite3_prepare_v2(copy->to, columns_sql, -1, &query, NULL) == SQLITE_OK &&
                 sqlite3_bind_text(query, 1, table, -1, SQLITE_STATIC) == SQLITE_OK &&
                 sqlite3_step(query) == SQLITE_ROW && sqlite3_column_text(query, 0);

    if (there)
        (void)sqlite3_snprintf(SQL_BYTES, order, "SELECT * FROM \"%w\" ORDER BY %s", table,
                               sqlite3_column_text(query, 0));
    (void)sqlite3_finalize(query);
    return there;
}

/* In the order of the key, and at damage from the other end. */
static enum status copy_keyed(struct table_copy *copy, const char *table, struct fault *fault)
{
    const struct table_copy before = *copy;
    struct passage passage = {.table = table};
    char sql[SQL_BYTES];
    bool again = false;

    (void)sqlite3_snprintf(sizeof sql, sql, "SELECT * FROM \"%w\"", table);
    enum status status = prepare_query(copy, sql, &passage.query, fault);
    if (status == STATUS_OK)
        status = prepare_put(copy, &passage, sqlite3_column_count(passage.query), NULL, fault);
    if (status == STATUS_OK)
        status = put_rows(copy, passage.query, passage.put, &passage.damaged, fault);
    (void)sqlite3_finalize(passage.query);
    passage.query = NULL;
    if (status == STATUS_OK && passage.damaged && read_backwards(copy, table, sql))
        status = prepare_query(copy, sql, &passage.query, fault);
    if (status == STATUS_OK && passage.query)
        status = put_rows(copy, passage.query, passage.put, &again, fault);
    (void)sqlite3_finalize(passage.query);
    (void)sqlite3_finalize(passage.put);
    if (status == STATUS_OK)
        count_lost(copy, &passage, &before);
    return status;
}

enum status table_copy_all(struct table_copy *copy, const char *table, const char *gap,
                           struct fault *fault)
{
    int64_t keyed = 0;

    /* without an answer, for want of memory, it would be read as what it is not: seem damaged */
    if (!read_number(copy, copy->to, "SELECT wr FROM pragma_table_list WHERE name = '%q'", table,
                     &keyed))
        return database_fault(copy->to, sqlite3_errcode(copy->to), fault, "look at table");
    enum status status =
        keyed ? copy_keyed(copy, table, fault) : copy_numbered(copy, table, gap, fault);

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
