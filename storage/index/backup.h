/**
 * backup: a copy of the whole database while others go on writing it, and the check of one.
 *
 * The copy is one consistent state, that of the moment at which it begins: SQLite's online backup
 * under a read transaction that is held over all its steps, so that what others commit meanwhile
 * neither waits for it nor makes it begin anew. (Until it ends the WAL grows by what they commit.)
 */
#ifndef RECORDER_STORAGE_INDEX_BACKUP_H
#define RECORDER_STORAGE_INDEX_BACKUP_H

#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/disk.h"
#include "storage/index/index.h"

enum {
    INDEX_BACKUP_STEP_PAGES = 1000, /* between two calls of the watcher */
    INDEX_BACKUP_MODE = 0600,       /* numbers and names of people are in it */
};

/* Who is told how far a copy has come. */
struct index_backup_watch {
    void *context;
    void (*step)(void *context, int pages_done, int pages);
};

/**
 * Copy the database into a new file, without WAL, durable and checked (index_check) on return.
 *
 * index  whose connection is used; not in a transaction, and in none afterwards.
 * disk   on which the file is made and synced; what SQLite writes it writes by itself.
 * path   of the new file; on failure nothing is left there that was not.
 * watch  NULL for nobody.
 *
 * STATUS_OK, STATUS_EXISTS (something is at path), STATUS_BUSY, STATUS_CORRUPT (the copy does not
 * pass its check: then the index does not either), STATUS_FULL, STATUS_IO, STATUS_NOMEM.
 */
enum status index_backup(struct index *index, const struct disk *disk, const char *path,
                         const struct index_backup_watch *watch, struct fault *fault) MUST_CHECK;

/**
 * Read a whole database that nobody uses: PRAGMA integrity_check and foreign_key_check.
 *
 * STATUS_OK, STATUS_CORRUPT (fault: what SQLite found first), STATUS_BUSY, STATUS_IO, STATUS_NOMEM.
 */
enum status index_check(const char *path, struct fault *fault) MUST_CHECK;

/**
 * Put a database that nobody has open any more into one file: out of WAL mode, and synced.
 *
 * STATUS_OK, STATUS_BUSY, STATUS_CORRUPT, STATUS_FULL, STATUS_IO, STATUS_NOMEM.
 */
enum status index_settle(const struct disk *disk, const char *path, struct fault *fault) MUST_CHECK;

/**
 * The schema version of a database file, whatever it is.
 *
 * STATUS_OK, STATUS_NOT_FOUND, STATUS_CORRUPT (no database), STATUS_BUSY, STATUS_IO, STATUS_NOMEM.
 */
enum status index_file_version(const char *path, int *version, struct fault *fault) MUST_CHECK;

#endif
