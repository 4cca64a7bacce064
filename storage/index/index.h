/**
 * index: the SQLite database that all programs share: opening it, and its schema.
 *
 * WAL, synchronous=FULL, foreign keys on, busy time-out INDEX_BUSY_MS, schema version in
 * PRAGMA user_version; migrations go forward only. A connection belongs to one thread at a time.
 * SQL keeps to what PostgreSQL also speaks. Times are microseconds since 1970, ids 16-byte blobs.
 */
#ifndef RECORDER_STORAGE_INDEX_INDEX_H
#define RECORDER_STORAGE_INDEX_INDEX_H

#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/disk.h"

enum { INDEX_SCHEMA_VERSION = 7, INDEX_BUSY_MS = 10000 };

struct index;

/**
 * Create the database with its schema and the built-in customer "unassigned", or bring an older one
 * up to date. STATUS_OK, STATUS_VERSION (made by a newer program), STATUS_IO, STATUS_CORRUPT.
 *
 * disk  on which the file is made; what SQLite reads and writes it does by itself.
 * path  of the file, "<store>/index.sqlite".
 */
enum status index_create(const struct disk *disk, const char *path, struct fault *fault) MUST_CHECK;

/**
 * Open an existing database of exactly this schema version.
 *
 * STATUS_OK, STATUS_NOT_FOUND (run `recorderctl init`), STATUS_VERSION (fault says which side is
 * older), STATUS_IO, STATUS_NOMEM.
 */
enum status index_open(const char *path, struct index **out, struct fault *fault) MUST_CHECK;

/**
 * How long this connection waits for another writer before it says STATUS_BUSY: INDEX_BUSY_MS
 * unless set. For a thread that has more urgent work than waiting.
 */
void index_set_patience(struct index *index, int busy_ms);

/**
 * A number that differs from the last one told on this connection where another connection has
 * committed since (PRAGMA data_version): what was read may be old.
 */
enum status index_data_version(struct index *index, int64_t *version,
                               struct fault *fault) MUST_CHECK;

/** NULL is accepted. */
void index_close(struct index *owned_index);

/**
 * Begin a write transaction (BEGIN IMMEDIATE); writes between it and index_commit are durable
 * together. STATUS_OK, STATUS_BUSY (another writer kept it past the time-out), STATUS_IO.
 */
enum status index_begin(struct index *index, struct fault *fault) MUST_CHECK;

/** Commit; durable on return. On failure everything since index_begin is undone. */
enum status index_commit(struct index *index, struct fault *fault) MUST_CHECK;

/** Undo everything since index_begin. */
void index_rollback(struct index *index);

/* Writes that belong together. job is the caller's. */
typedef enum status index_write(struct index *index, void *job, struct fault *fault);

/**
 * Run writes as one step, all of it or nothing: as a transaction of its own, or, between
 * index_begin and index_commit, as a part of that one, of which the rest stands where the step
 * fails.
 *
 * STATUS_OK, durable with its transaction; others as write, index_begin and index_commit.
 */
enum status index_step(struct index *index, index_write *write, void *job,
                       struct fault *fault) MUST_CHECK;

/** From now on this connection refuses to write, with STATUS_IO: its owner writes elsewhere. */
enum status index_read_only(struct index *index, struct fault *fault) MUST_CHECK;

#endif
