/**
 * restore_store: the empty store that a backup is put into, and the mark in it.
 *
 * "<store>/restoring" is there from the beginning to the end, and says which backup it is from:
 * without it a store that has anything is somebody's.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_RESTORE_STORE_H
#define RECORDER_TOOLS_RECORDERCTL_RESTORE_STORE_H

#include "base/bounds.h"
#include "base/fault.h"
#include "base/status.h"

enum { RESTORE_DIRECTORY_MODE = 02775, RESTORE_FILE_MODE = 0664 }; /* of recordings: FORMAT.md 1 */

/* What was found there. */
enum restore_place {
    RESTORE_EMPTY,
    RESTORE_CUT_OFF, /* a run of the same backup was */
    RESTORE_DONE,    /* likewise, and all but the mark is done: the index may be in use by now */
};

/**
 * Look whether a backup may be put there. An index, what SQLite writes beside one, or recordings,
 * are somebody's; a directory without any is not, nor are keys.
 *
 * made_at  the backup's, of its manifest.
 *
 * STATUS_OK, STATUS_EXISTS (it is not empty; fault says what is there), STATUS_LIMIT.
 */
enum status restore_store_look(const char *store, const char *made_at, enum restore_place *place,
                               struct fault *fault) MUST_CHECK;

/** Make its directories, unless they are there. STATUS_OK, STATUS_LIMIT, STATUS_FULL, STATUS_IO. */
enum status restore_store_make(const char *store, struct fault *fault) MUST_CHECK;

/** Make the directories between the store and a recording's file in it, as those of a new one.
 *  STATUS_OK, STATUS_LIMIT, STATUS_FULL, STATUS_IO. */
enum status restore_make_parents(const char *store, const char *path,
                                 struct fault *fault) MUST_CHECK;

/** Write the mark, durably. STATUS_OK, STATUS_LIMIT, STATUS_FULL, STATUS_IO. */
enum status restore_mark_write(const char *store, const char *made_at,
                               struct fault *fault) MUST_CHECK;

/**
 * The place of the index's draft, "<store>/index.sqlite.restoring", with nothing there of a run
 * that was cut off: what SQLite wrote beside that would be read into the next one.
 *
 * STATUS_OK, STATUS_LIMIT, STATUS_IO.
 */
enum status restore_draft_clear(const char *store, char draft[static BOUND_PATH_BYTES],
                                struct fault *fault) MUST_CHECK;

/**
 * Make the draft the index. Only where there is none: never does it take the place of one that
 * somebody made meanwhile.
 *
 * STATUS_OK, STATUS_EXISTS, STATUS_LIMIT, STATUS_FULL, STATUS_IO.
 */
enum status restore_draft_place(const char *store, struct fault *fault) MUST_CHECK;

/** Remove it: all is there. STATUS_OK, STATUS_LIMIT, STATUS_FULL, STATUS_IO. */
enum status restore_mark_remove(const char *store, struct fault *fault) MUST_CHECK;

#endif
