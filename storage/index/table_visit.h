/**
 * table_visit: what a query of an index gives, one by one, as far as it can be read. Private to
 * storage/index.
 */
#ifndef RECORDER_STORAGE_INDEX_TABLE_VISIT_H
#define RECORDER_STORAGE_INDEX_TABLE_VISIT_H

#include "storage/index/table_copy.h"

/** Call a function for each id in the only column of a query, which lists them in their order, as
 *  far as it can be read; where that ends at damage it counts as one row lost. STATUS_OK, or the
 * first other status that visit returned, or STATUS_NOMEM. */
enum status table_visit_ids(struct table_copy *copy, const char *query,
                            enum status (*visit)(void *context, struct uuid id), void *context,
                            struct fault *fault) MUST_CHECK;

/** Call a function for each name that a query gives. Likewise, but STATUS_CORRUPT at damage. */
enum status table_visit_names(sqlite3 *db, const char *query,
                              enum status (*visit)(void *context, const char *name), void *context,
                              struct fault *fault) MUST_CHECK;

#endif
