/**
 * backup_scratch: a directory of its own for the while, and what is in it, which is removed again:
 * also after a crash, by the next one that is made there. The names and numbers of an index are in
 * it (storage/KEYS.md), so it lies where such lie already.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_BACKUP_SCRATCH_H
#define RECORDER_TOOLS_RECORDERCTL_BACKUP_SCRATCH_H

#include "base/bounds.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/disk.h"

#define BACKUP_SCRATCH_INDEX "index.sqlite"
#define BACKUP_SCRATCH_RECORDING "recording.crec"

struct backup_scratch {
    char path[BOUND_PATH_BYTES]; /* "" until it is made */
    struct disk_file lock;       /* who holds it is at work in it */
};

/**
 * Make it, mode 0700, and remove those that crashes left.
 *
 * scratch  out; for backup_scratch_remove, on failure too.
 * below    directory.
 *
 * STATUS_OK, STATUS_LIMIT, STATUS_FULL, STATUS_IO.
 */
enum status backup_scratch_make(struct backup_scratch *scratch, const char *below,
                                struct fault *fault) MUST_CHECK;

/** Remove it, and the two files that it may have. Nothing of it is open. One of zeros is accepted.
 */
void backup_scratch_remove(struct backup_scratch *scratch);

#endif
