/**
 * backup_before: copies of a backup that a run replaces, kept until its manifest stands: so the one
 * of before names what is there, wherever the run is cut off.
 *
 * They lie as "<path>.before" beside what took their place; "<backup>/replaced" lists their paths.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_BACKUP_BEFORE_H
#define RECORDER_TOOLS_RECORDERCTL_BACKUP_BEFORE_H

#include "tools/recorderctl/backup_list.h"

/**
 * Keep the copy that the last list has under a second name, before another takes its place. One
 * that is not there, or not as the list says, is not kept.
 *
 * STATUS_OK, STATUS_LIMIT, STATUS_FULL, STATUS_IO.
 */
enum status backup_before_keep(const char *directory, const struct backup_entry *entry,
                               struct fault *fault) MUST_CHECK;

/** Remove all that were kept: a new manifest stands. What cannot be removed is of no harm. */
void backup_before_remove(const char *directory);

/**
 * Copy what a list means: the file under its own name, or else the one that a run which was cut off
 * had replaced. copy->sha256 is that of the list.
 *
 * Statuses and side as backup_copy_file, of the file under its own name.
 */
enum status backup_before_copy(const struct backup_copy *copy, struct backup_digest *digest,
                               enum backup_side *side, struct fault *fault) MUST_CHECK;

#endif
