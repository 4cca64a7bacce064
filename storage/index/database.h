/**
 * database: the adapter to SQLite: connections, prepared statements, codes to statuses. Private to
 * storage/index; but for schema.c, schema_check.c, backup.c and table_copy.c, no other file calls
 * sqlite3_step.
 *
 * A statement is prepared once per connection, at its first use, and kept. Its life per use:
 * statement_begin, bind in order, statement_run or statement_step until no row, statement_end.
 * Invariant: outside these functions no statement is in the middle of its rows, so that no read
 * transaction stays open and the WAL can be checkpointed.
 */
#ifndef RECORDER_STORAGE_INDEX_DATABASE_H
#define RECORDER_STORAGE_INDEX_DATABASE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/index/index.h"

enum statement_id {
    STATEMENT_AUDIT_APPEND,
    STATEMENT_AUDIT_LIST,
    STATEMENT_AUDIT_LAST,
    STATEMENT_CUSTOMER_ADD,
    STATEMENT_CUSTOMER_FIND,
    STATEMENT_CUSTOMER_SET_PIN,
    STATEMENT_CUSTOMER_LIST,
    STATEMENT_POLICY_GET,
    STATEMENT_POLICY_SET,
    STATEMENT_NUMBER_ADD,
    STATEMENT_NUMBER_FIND,
    STATEMENT_NUMBER_LIST,
    STATEMENT_SOURCE_ADD,
    STATEMENT_SOURCE_CHANGE,
    STATEMENT_SOURCE_REMOVE,
    STATEMENT_SOURCE_GET,
    STATEMENT_SOURCE_DEFAULT,
    STATEMENT_SOURCE_LIST,
    STATEMENT_RECORDING_INSERT,
    STATEMENT_RECORDING_FINISH,
    STATEMENT_RECORDING_MENDED,
    STATEMENT_RECORDING_REMOVE,
    STATEMENT_RECORDING_GET,
    STATEMENT_RECORDING_COUNT,
    STATEMENT_TIES,
    STATEMENT_TIE_ADD,
    STATEMENT_TIE_LIST,
    STATEMENT_TIED_BEFORE,
    STATEMENT_TIED_AFTER,
    STATEMENT_TRANSFER_KEY,
    STATEMENT_TRANSFER_BEFORE,
    STATEMENT_TRANSFER_AFTER,
    STATEMENT_CONVERSATION_SIZE,
    STATEMENT_CONVERSATION_KEY,
    STATEMENT_CONVERSATION_MOVE,
    STATEMENT_CONVERSATION_MARK,
    STATEMENT_CONVERSATION_LIST,
    STATEMENT_CONVERSATION_PLACE,
    STATEMENT_CONVERSATION_NEXT,
    STATEMENT_CONVERSATION_ALONE,
    STATEMENT_OWNER_BEFORE,
    STATEMENT_OWNER_DUE,
    STATEMENT_OWNER_DUE_LIST,
    STATEMENT_OWNER_REASSIGN,
    STATEMENT_PARTY_CALLER,
    STATEMENT_PARTY_CALLED,
    STATEMENT_LEGS_REMOVE,
    STATEMENT_LEG_INSERT,
    STATEMENT_LEG_LIST,
    STATEMENT_FACTS_REMOVE,
    STATEMENT_FACT_INSERT,
    STATEMENT_FACT_LIST,
    STATEMENT_FACT_COUNT,
    STATEMENT_DATA_VERSION,
    STATEMENT_CONTROL_MAY,
    STATEMENT_CONTROL_ASK,
    STATEMENT_CONTROL_GET,
    STATEMENT_CONTROL_LIST,
    STATEMENT_CONTROL_TAKE,
    STATEMENT_CONTROL_WITHDRAW,
    STATEMENT_CONTROL_ANSWER,
    STATEMENT_CONTROL_ABANDON,
    STATEMENT_CONTROL_SETTLE_OLD,
    STATEMENT_CONTROL_FORGET,
    STATEMENT_CONTROL_PAUSED,
    STATEMENT_SCRUB_DUE,
    STATEMENT_SCRUB_WRITE,
    STATEMENT_SCRUB_COUNT,
    STATEMENT_SCRUB_OLDEST,
    STATEMENT_SCRUB_NEVER,
    STATEMENT_ALARM_RAISE,
    STATEMENT_ALARM_LIST,
    STATEMENT_ALARM_ACKNOWLEDGE,
    STATEMENT_ALARM_COUNT,
    STATEMENT_SESSION_ADD,
    STATEMENT_SESSION_FIND,
    STATEMENT_SESSION_TOUCH,
    STATEMENT_SESSION_REMOVE,
    STATEMENT_SESSION_REMOVE_ALL,
    STATEMENT_SESSION_EXPIRE,
    STATEMENT_SEARCH_FIRST, /* 16 forms of recordings_list, see search.c */
    STATEMENT_COUNT = STATEMENT_SEARCH_FIRST + 16,
};

struct index {
    sqlite3 *db;
    bool in_transaction; /* from index_begin to index_commit or index_rollback */
    sqlite3_stmt *statement[STATEMENT_COUNT]; /* NULL until first used */
};

/* One use of a prepared statement. */
struct statement {
    struct index *index;
    sqlite3_stmt *handle;
    int position; /* parameters bound, or columns read of the present row */
    int code;     /* the first bind that failed; SQLITE_OK */
};

/** Turn the present failure of db into a status and a fault "doing: SQLite's words". */
enum status database_fault(sqlite3 *db, int code, struct fault *fault, const char *doing);

/** Run SQL text that gives no rows. */
enum status database_execute(sqlite3 *db, const char *sql, struct fault *fault,
                             const char *doing) MUST_CHECK;

/** Open the file of an index and set up the connection; it must exist. Closed by index_close. */
enum status database_open(const char *path, struct index **out, struct fault *fault) MUST_CHECK;

/**
 * Begin a step of several statements: a transaction of its own, or a savepoint where the caller is
 * in one, so that it is done whole or not at all.
 *
 * own  out: which of the two, for database_step_end.
 */
enum status database_step_begin(struct index *index, bool *own, struct fault *fault) MUST_CHECK;

/** End the step: keep it where status is STATUS_OK, else undo it. Returns status, or why keeping
 *  failed. */
enum status database_step_end(struct index *index, bool own, enum status status,
                              struct fault *fault) MUST_CHECK;

/** Prepare (at first use) and begin. On failure nothing is to be ended. */
enum status statement_begin(struct index *index, enum statement_id id, const char *sql,
                            struct statement *statement, struct fault *fault) MUST_CHECK;

/** Bind the next parameter. text, bytes: borrowed until statement_end. */
void statement_text(struct statement *statement, const char *text);
/** As statement_text; NULL binds NULL. */
void statement_blob(struct statement *statement, const void *bytes, size_t count);
/** As statement_text. */
void statement_uuid(struct statement *statement, const struct uuid *uuid);
/** As statement_text. */
void statement_integer(struct statement *statement, int64_t value);
/** As statement_text; microseconds since 1970. */
void statement_time(struct statement *statement, wall_time time);

/** To the next row: *row false after the last. A failure of a bind shows here. */
enum status statement_step(struct statement *statement, bool *row, struct fault *fault,
                           const char *doing) MUST_CHECK;

/** Reset, so that nothing stays locked or bound. */
void statement_end(struct statement *statement);

/** Step a statement that gives no row, and end it. changes may be NULL. */
enum status statement_run(struct statement *statement, int *changes, struct fault *fault,
                          const char *doing) MUST_CHECK;

/** Read the next column of the row, copied, cut where it does not fit. */
void statement_read_text(struct statement *statement, char *text, size_t text_bytes);
/** Read the next column: exactly count bytes, else zeros. */
void statement_read_blob(struct statement *statement, void *bytes, size_t count);
/** Read the next column. */
struct uuid statement_read_uuid(struct statement *statement);
/** Read the next column. */
int64_t statement_read_integer(struct statement *statement);
/** Read the next column, microseconds since 1970. */
wall_time statement_read_time(struct statement *statement);

#endif
