/**
 * backup_take: one recording of the index, brought into the backup.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_BACKUP_TAKE_H
#define RECORDER_TOOLS_RECORDERCTL_BACKUP_TAKE_H

#include "storage/index/recordings.h"
#include "tools/recorderctl/backup_run.h"

/**
 * Add a row's file to the new list, copied unless it is in the backup as it is in the store.
 *
 * A copy takes the place of another only where it is whole (backup_recording.h). What is damaged in
 * the store is copied as it is where the backup has nothing of it: authentic frames are worth more
 * than none.
 *
 * row    not in state RECORDING; one in state FAILED may have a file, of which nothing is known.
 * entry  of the last list, or NULL.
 *
 * STATUS_OK (what could not be copied is counted and told on standard error; what is in the backup
 * of it stays), or why no other file can be copied either: the backup's disk failed or is full, or
 * out of memory.
 */
enum status backup_take(struct backup_run *run, const struct index_recording *row,
                        const struct backup_entry *entry, struct fault *fault) MUST_CHECK;

#endif
