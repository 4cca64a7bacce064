/**
 * audit_trail: writes audit entries of many threads, those that wait at once in one transaction.
 *
 * Every commit costs a sync of the disk; with listeners seeking, an entry each would make the disk
 * the limit. The first thread that comes writes for all that wait (group commit).
 */
#ifndef RECORDER_WEB_API_AUDIT_TRAIL_H
#define RECORDER_WEB_API_AUDIT_TRAIL_H

#include "base/fault.h"
#include "base/status.h"
#include "storage/index/audit.h"

struct audit_trail;

/** path of the index, borrowed until audit_trail_close; opened by the first entry. STATUS_OK,
 *  STATUS_NOMEM. */
enum status audit_trail_open(const char *path, struct audit_trail **out) MUST_CHECK;

/** No thread may be in audit_trail_append. NULL is accepted. */
void audit_trail_close(struct audit_trail *owned_trail);

/**
 * Append one entry and wait until it is durable. Any thread, as long as it holds no transaction.
 *
 * entry  borrowed; its sequence is ignored.
 *
 * STATUS_OK durable; others as index_begin, audit_append and index_commit: not written.
 */
enum status audit_trail_append(struct audit_trail *trail, const struct audit_entry *entry,
                               struct fault *fault) MUST_CHECK;

#endif
