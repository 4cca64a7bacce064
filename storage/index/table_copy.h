/**
 * table_copy: rows of one database put into another as they are, one by one, so that a damaged
 * table gives what can still be read of it, also behind the damage. Private to storage/index.
 *
 * Two connections, so that damage met in the one is never a reason to undo what is written by the
 * other. Both databases have one schema.
 */
#ifndef RECORDER_STORAGE_INDEX_TABLE_COPY_H
#define RECORDER_STORAGE_INDEX_TABLE_COPY_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"

struct table_copy {
    sqlite3 *from;  /* only read; table_copy_open */
    uint64_t steps; /* of the statement that is run on it, in units of the watch */
    uint64_t steps_max;
    sqlite3 *to;     /* in a transaction */
    uint64_t copied; /* rows */
    uint64_t lost;   /* refused by a constraint, or not to be read; where nothing tells how many, 1
                        for each time that reading ended */
};

/**
 * Open what is copied from. A damaged database can have no end: its trees may lead back into
 * themselves. So a statement that takes more steps than there can be rows in the file counts as
 * damage.
 *
 * copy  stays where it is until `from` is closed, by sqlite3_close; also where this fails.
 *
 * STATUS_OK, STATUS_CORRUPT, STATUS_IO, STATUS_NOMEM.
 */
enum status table_copy_open(struct table_copy *copy, const char *path,
                            struct fault *fault) MUST_CHECK;

/** The next statement begins on `from`. */
void table_copy_begin(struct table_copy *copy);

/**
 * Copy all rows of a table. Where it is damaged reading goes on behind that: by rowid, or, in a
 * table without, from its other end.
 *
 * gap  a statement that is run with ?1 for each rowid from 1 on that there was no row of, or none
 *      that could be put; NULL: gaps stay. Only of a table with rowids.
 *
 * STATUS_OK, also at damage; STATUS_FULL, STATUS_IO, STATUS_NOMEM.
 */
enum status table_copy_all(struct table_copy *copy, const char *table, const char *gap,
                           struct fault *fault) MUST_CHECK;

/**
 * Copy the rows whose column is that id.
 *
 * rows  out: how many that were.
 *
 * As table_copy_all.
 */
enum status table_copy_of(struct table_copy *copy, const char *table, const char *column,
                          struct uuid id, uint64_t *rows, struct fault *fault) MUST_CHECK;

/**
 * For each row of a query run a statement with its columns as parameters ?1, ?2, ...; not counted.
 *
 * As table_copy_all.
 */
enum status table_copy_through(struct table_copy *copy, const char *query, const char *statement,
                               struct fault *fault) MUST_CHECK;

/** Of a table that was read by an index, which was damaged: count as lost what the table itself has
 *  beside `known` rows, where it can be read. */
void table_copy_count_lost(struct table_copy *copy, const char *table, uint64_t known);

/** Whether what SQLite says ends reading, but is no reason to end copying. */
bool table_copy_is_damage(int code);

#endif
