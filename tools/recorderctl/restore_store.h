/**
 * restore_store: the empty store that a backup is put into, and the mark in it.
 *
 * "<store>/restoring" is there from the beginning to the end, and says which backup it is from:
 * without it a store that has anything is somebody's.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_RESTORE_STORE_H
#define RECORDER_TOOLS_RECORDERCTL_RESTORE_STORE_H

#include <stdbool.h>

#include "base/fault.h"
#include "base/status.h"

enum { RESTORE_STORE_MODE = 02770 };

/**
 * Look whether a backup may be put there. An index, or recordings, are somebody's; a directory
 * without any is not, nor are keys.
 *
 * made_at  the backup's, of its manifest.
 * resume   out: a run of the same backup was cut off there.
 *
 * STATUS_OK, STATUS_EXISTS (it is not empty), STATUS_LIMIT.
 */
enum status restore_store_look(const char *store, const char *made_at, bool *resume,
                               struct fault *fault) MUST_CHECK;

/** Make its directories, unless they are there. STATUS_OK, STATUS_LIMIT, STATUS_FULL, STATUS_IO. */
enum status restore_store_make(const char *store, struct fault *fault) MUST_CHECK;

/** Write the mark, durably. STATUS_OK, STATUS_LIMIT, STATUS_FULL, STATUS_IO. */
enum status restore_mark_write(const char *store, const char *made_at,
                               struct fault *fault) MUST_CHECK;

/** Remove it: all is there. STATUS_OK, STATUS_LIMIT, STATUS_FULL, STATUS_IO. */
enum status restore_mark_remove(const char *store, struct fault *fault) MUST_CHECK;

#endif
