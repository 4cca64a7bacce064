/**
 * backup_private: copying between connections that are open already. Private to storage/index;
 * what others may ask is in backup.h.
 */
#ifndef RECORDER_STORAGE_INDEX_BACKUP_PRIVATE_H
#define RECORDER_STORAGE_INDEX_BACKUP_PRIVATE_H

#include <sqlite3.h>

#include "storage/index/backup.h"

/**
 * Copy all pages of a database as they are into a new file.
 *
 * source  in a read transaction, or the only connection to its file.
 *
 * Statuses as index_backup; the copy is neither synced nor checked.
 */
enum status backup_pages(sqlite3 *source, const struct disk *disk, const char *path,
                         const struct index_backup_watch *watch, struct fault *fault) MUST_CHECK;

/** PRAGMA integrity_check and foreign_key_check of an open one. Statuses as index_check. */
enum status backup_check(sqlite3 *db, struct fault *fault) MUST_CHECK;

/** Make a closed database file durable, and its name. STATUS_OK, STATUS_FULL, STATUS_IO. */
enum status backup_sync(const struct disk *disk, const char *path, struct fault *fault) MUST_CHECK;

/** Remove a database file and what SQLite may have left beside it. */
void backup_remove(const struct disk *disk, const char *path);

#endif
