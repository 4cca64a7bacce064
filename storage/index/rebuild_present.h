/**
 * rebuild_present: the index that is there, held while another is made, and the change of places.
 * Private to storage/index; see rebuild.h.
 *
 * Why nobody can have it open: a connection to a database in WAL mode holds a shared lock on the
 * file for as long as it lives, and SQLite leaves WAL mode only where it is alone. Out of WAL mode
 * an exclusive lock keeps everybody from reading. Who opens the file while it is held waits, and
 * finds when it is given up that the file has lost its name: to go into WAL mode he would have to
 * write, which SQLite refuses then (SQLITE_READONLY_DBMOVED).
 */
#ifndef RECORDER_STORAGE_INDEX_REBUILD_PRESENT_H
#define RECORDER_STORAGE_INDEX_REBUILD_PRESENT_H

#include <sqlite3.h>
#include <stdbool.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/disk.h"

struct rebuild_present {
    const struct disk *disk;
    char path[BOUND_PATH_BYTES];
    char before[BOUND_PATH_BYTES]; /* where it is put aside */
    bool there;                    /* something is at path */
    sqlite3 *db;                   /* locked; NULL where it is not there, or no database */
};

/**
 * Lock what is at path.
 *
 * STATUS_OK (also where nothing is there, or what is there is no database and nobody has it open),
 * STATUS_BUSY, STATUS_LIMIT (path too long), STATUS_IO, STATUS_NOMEM.
 */
enum status rebuild_present_lock(struct rebuild_present *present, const struct disk *disk,
                                 const char *path, wall_time now, struct fault *fault) MUST_CHECK;

/**
 * Put a new file into its place, and the present one aside, durably.
 *
 * next  on the same file system; synced.
 *
 * STATUS_OK; STATUS_EXISTS (something is at `before`), STATUS_FULL, STATUS_IO: what was there is
 * there, but that the directory may not be synced.
 */
enum status rebuild_present_replace(struct rebuild_present *present, const char *next,
                                    struct fault *fault) MUST_CHECK;

/** Give up the lock. One that was only locked is as it was. */
void rebuild_present_unlock(struct rebuild_present *present);

#endif
