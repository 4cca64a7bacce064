/**
 * index_writer: the one place where recorder-web writes to the index: a queue of the writes of many
 * threads, those that wait at once in one transaction.
 *
 * SQLite has one writer at a time, over all programs. Threads that each tried for themselves would
 * make each other wait by polling, and the unlucky one fail; and every commit costs a sync of the
 * disk: with listeners seeking, an entry each would make the disk the limit. So they queue: the
 * first waits for the index and then writes for all who have come meanwhile (group commit). Each
 * write is a step of its own: one that fails takes back what it did, and nobody else's.
 *
 * Locked inside; any thread may call, as long as it holds no transaction.
 */
#ifndef RECORDER_WEB_API_INDEX_WRITER_H
#define RECORDER_WEB_API_INDEX_WRITER_H

#include "base/fault.h"
#include "base/status.h"
#include "storage/index/audit.h"
#include "storage/index/index.h"

struct index_writer;

/** path of the index, borrowed until index_writer_close; opened by the first write. STATUS_OK,
 *  STATUS_NOMEM. */
enum status index_writer_open(const char *path, struct index_writer **out) MUST_CHECK;

/** No thread may be in index_writer_run. NULL is accepted. */
void index_writer_close(struct index_writer *owned_writer);

/**
 * Run one write and wait until it is durable.
 *
 * write        called at most once, on any thread that waits here; it must not wait for another.
 * job          given to write; what it points to is the caller's, who waits meanwhile.
 * patience_ms  how long to wait for its turn: INDEX_BUSY_MS, or less where others wait for the
 *              caller. Once its turn has come it is waited for to its end.
 *
 * STATUS_OK    durable.
 * STATUS_BUSY  its turn did not come, because another program kept the index: nothing was written.
 * Others       as write, index_open and index_commit: nothing was written.
 */
enum status index_writer_run(struct index_writer *writer, index_write *write, void *job,
                             int patience_ms, struct fault *fault) MUST_CHECK;

/** Append one entry to the audit log, as index_writer_run with INDEX_BUSY_MS. entry is borrowed;
 * its sequence is ignored. */
enum status index_writer_audit(struct index_writer *writer, const struct audit_entry *entry,
                               struct fault *fault) MUST_CHECK;

#endif
