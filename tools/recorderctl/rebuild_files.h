/**
 * rebuild_files: the recordings below the store, one by one, told to an index that is made anew.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_REBUILD_FILES_H
#define RECORDER_TOOLS_RECORDERCTL_REBUILD_FILES_H

#include "storage/disk/volumes.h"
#include "storage/index/rebuild.h"
#include "tools/recorderctl/context.h"
#include "tools/recorderctl/progress.h"

struct rebuild_files {
    struct context *context; /* keys are open */
    struct index_rebuild *rebuild;
    struct volumes volumes;
    struct progress *progress;
    /* counted */
    uint64_t finished;        /* sealed and recovered ones that open */
    uint64_t unfinished;      /* left for the keeper */
    uint64_t without_details; /* of the finished ones: what they say of themselves cannot be read */
    uint64_t unreadable;      /* neither: no key, damage, a newer format */
    uint64_t duplicates;      /* a second file of an id; left out */
};

/**
 * Read all recordings on all volumes, oldest first. What cannot be read is told on standard error
 * and counted.
 *
 * STATUS_OK, STATUS_BUSY (one is being written), STATUS_IO (a volume is not there, or cannot be
 * read), or why the index cannot be made.
 */
enum status rebuild_files_read(struct rebuild_files *files, struct fault *fault) MUST_CHECK;

#endif
