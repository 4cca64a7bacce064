/**
 * schema: the tables of the index, and how an older database becomes a newer one. Private to
 * storage/index.
 */
#ifndef RECORDER_STORAGE_INDEX_SCHEMA_H
#define RECORDER_STORAGE_INDEX_SCHEMA_H

#include <sqlite3.h>

#include "base/fault.h"
#include "base/status.h"

/** The step to each version: element i turns version i into i + 1. INDEX_SCHEMA_VERSION long. */
extern const char *const schema_steps[];

/**
 * Bring a database to `version` in one transaction: all steps it lacks, or none.
 *
 * steps  version elements; the program's own are schema_steps.
 *
 * STATUS_OK (also when nothing was to do), STATUS_VERSION (it is newer), STATUS_CORRUPT (it holds
 * tables but no version of ours, or is no database), STATUS_BUSY, STATUS_IO.
 */
enum status schema_migrate(sqlite3 *db, const char *const *steps, int version,
                           struct fault *fault) MUST_CHECK;

/** The schema version of a database, PRAGMA user_version. STATUS_OK, STATUS_CORRUPT, STATUS_IO. */
enum status schema_version(sqlite3 *db, int *version, struct fault *fault) MUST_CHECK;

#endif
