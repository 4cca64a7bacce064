/**
 * backup_run: one run of `recorderctl backup`: a copy of the index, and of each recording that the
 * directory has not as the index knows it.
 *
 *  1. The index is copied as it is at one moment.
 *  2. For each finished recording of that copy: where the list of the last run, or what lies in the
 *     directory, has it with the size, time and hash that it has now, it is left; else copied
 *     (backup_take.h).
 *  3. One that does not agree with its row, because the keeper has sealed it anew since, makes a
 *     further pass, from 1; there are BACKUP_PASSES_MAX.
 *  4. The new list, then the manifest that names both; then older ones are removed, and copies that
 *     were replaced (backup_before.h).
 *
 * A crash leaves the manifest of the run before, and all that it names; what was copied is found by
 * the next run.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_BACKUP_RUN_H
#define RECORDER_TOOLS_RECORDERCTL_BACKUP_RUN_H

#include "storage/recording/access.h"
#include "tools/recorderctl/backup_list.h"
#include "tools/recorderctl/backup_manifest.h"
#include "tools/recorderctl/context.h"
#include "tools/recorderctl/progress.h"

enum { BACKUP_PASSES_MAX = 3, BACKUP_DIRECTORY_MODE = 0700, BACKUP_FILE_MODE = 0600 };

struct backup_counts {
    uint64_t copied;
    uint64_t copied_bytes;
    uint64_t unchanged;
    uint64_t resumed; /* copied by a run that was cut off */
    uint64_t running; /* left out: not finished */
    uint64_t failed;  /* left out: nothing of them was kept, there is no file */
    uint64_t missing; /* no file in the store */
    uint64_t bad;     /* the file is not what its row says, or cannot be opened or read */
    uint64_t gone;    /* in the backup, no longer in the index: kept */
};

struct backup_run {
    struct context *context; /* its index is open */
    const char *directory;   /* there */
    const struct signer *signer;
    struct recording_access access; /* keys NULL: the master key is not here (backup_recording.h) */
    struct progress progress;
    struct backup_counts counts;
    struct backup_manifest manifest; /* in: the last one, empty names where there is none;
                                        out: the new one */
    /* of the pass that goes on */
    int passes; /* done before it */
    struct index *snapshot;
    struct backup_list before;
    struct backup_list after;
    uint64_t rows; /* in it */
    uint64_t rows_done;
    uint64_t stale; /* files that are newer than it */
};

/** Tell of a file that is not as it should be, on standard error. */
void backup_complain(struct backup_run *run, const char *path, const char *why);

/**
 * Do it. The manifest is written last.
 *
 * STATUS_OK (what could not be copied is counted and told on standard error), or why there is no
 * new backup.
 */
enum status backup_run(struct backup_run *run, struct fault *fault) MUST_CHECK;

#endif
