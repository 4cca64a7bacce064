/**
 * table_copy: rows of one database put into another as they are, one by one, so that a damaged
 * table gives what can still be read of it. Private to storage/index.
 *
 * Two connections, so that damage met in the one is never a reason to undo what is written by the
 * other. Both databases have one schema.
 */
#ifndef RECORDER_STORAGE_INDEX_TABLE_COPY_H
#define RECORDER_STORAGE_INDEX_TABLE_COPY_H

#include <sqlite3.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"

struct table_copy {
    sqlite3 *from;   /* only read */
    sqlite3 *to;     /* in a transaction */
    uint64_t copied; /* rows */
    uint64_t lost;   /* refused by a constraint, or 1 for each time that reading ended at damage */
};

/** Copy all rows of a table. STATUS_OK, also at damage; STATUS_FULL, STATUS_IO, STATUS_NOMEM. */
enum status table_copy_all(struct table_copy *copy, const char *table,
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

/** Call a function for each id in the only column of a query, as far as it can be read. STATUS_OK,
 *  or the first other status that visit returned, or STATUS_NOMEM. */
enum status table_copy_ids(sqlite3 *db, const char *query,
                           enum status (*visit)(void *context, struct uuid id), void *context,
                           struct fault *fault) MUST_CHECK;

/** Call a function for each name that a query gives. Likewise. */
enum status table_copy_names(sqlite3 *db, const char *query,
                             enum status (*visit)(void *context, const char *name), void *context,
                             struct fault *fault) MUST_CHECK;

#endif
