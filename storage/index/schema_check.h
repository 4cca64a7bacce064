/**
 * schema_check: whether the tables, indexes and triggers of an index are those that this program
 * makes. Who may write the index may drop them too, the audit log's triggers for one, and then
 * remove what they guard.
 */
#ifndef RECORDER_STORAGE_INDEX_SCHEMA_CHECK_H
#define RECORDER_STORAGE_INDEX_SCHEMA_CHECK_H

#include "base/fault.h"
#include "base/status.h"
#include "storage/index/index.h"

/**
 * Compare them with those of an index that is made anew, in memory. What was put back in between is
 * not seen. Threads: as the index's.
 *
 * STATUS_OK
 * STATUS_CONFLICT  one is missing, changed, or nobody of ours made it; fault names the first.
 * STATUS_NOMEM, STATUS_BUSY, STATUS_CORRUPT, STATUS_IO
 */
enum status schema_check(struct index *index, struct fault *fault) MUST_CHECK;

#endif
