/**
 * backup_keys: the key directory as a copy, apart from the recordings that it opens.
 *
 * The copy follows the original: what is new or was wrapped anew is copied, and what was shredded
 * there is written over and removed. What is only in the copy, and was not shredded, stays: a key
 * that was lost.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_BACKUP_KEYS_H
#define RECORDER_TOOLS_RECORDERCTL_BACKUP_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/config.h"
#include "base/fault.h"
#include "base/status.h"

struct backup_keys_counts {
    size_t files; /* in the copy */
    size_t copied;
    size_t destroyed; /* files of shredded months */
    size_t only_here; /* not in the original any more */
    bool master;      /* the master key is in it */
};

/**
 * Bring a copy up to date. The lock on all private halves is held meanwhile (keys_lock), so that
 * what is copied of them, and the master key, belong together.
 *
 * directory  made with mode 0700 if it is not there; one that is there keeps its mode.
 * master     with the master key; without it none is copied, whatever lies in the key directory.
 *
 * STATUS_OK, STATUS_BUSY (another works on the keys), STATUS_CONFLICT (the master key is being
 * rotated), STATUS_EXISTS (the directory has
 * something else than keys), STATUS_LIMIT, STATUS_FULL, STATUS_IO, STATUS_CORRUPT.
 */
enum status backup_keys_copy(const struct config *config, const char *directory, bool master,
                             struct backup_keys_counts *counts, struct fault *fault) MUST_CHECK;

/** Whether the configuration's key directory has pairs or signing keys, which somebody would lose.
 */
bool backup_keys_present(const struct config *config);

/**
 * Put a copy into the key directory that the configuration names, in the place of what is there,
 * and the master key to its own place. Of a pair that was shredded, there or here, nothing is.
 *
 * STATUS_OK, STATUS_NOT_FOUND (no such copy), STATUS_EXISTS (there is another master key already),
 * and as backup_keys_copy.
 */
enum status backup_keys_restore(const struct config *config, const char *directory,
                                struct backup_keys_counts *counts, struct fault *fault) MUST_CHECK;

/** The master key's place in a copy: "<directory>/master.key". STATUS_OK, STATUS_LIMIT. */
enum status backup_keys_master(const char *directory, char *path, struct fault *fault) MUST_CHECK;

#endif
