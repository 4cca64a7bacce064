/**
 * rebuild: an index made anew beside the present one, and put in its place when it is whole.
 *
 * What recordings are is told by their files (the caller reads them). What no file can tell,
 * customers, numbers, sources, PINs, policies, sessions, requests, the audit log, is taken from an
 * index that there is: the present one or another. One that is damaged is read row by row as far as
 * it goes. A customer whom nobody knows any more becomes a placeholder that says so.
 *
 * States: begun (index_rebuild_begin), rows added, then index_rebuild_end or index_rebuild_abort.
 * Until the end has put it into place the present index is only read. From the beginning on it is
 * locked, so that no program can have it open: who opens it meanwhile waits, and is refused when it
 * is another's place by then (SQLite does not write to a file that has lost its name).
 * One thread.
 */
#ifndef RECORDER_STORAGE_INDEX_REBUILD_H
#define RECORDER_STORAGE_INDEX_REBUILD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/disk.h"
#include "storage/index/recordings.h"

struct index_rebuild;

/* What is to be made. Borrowed for index_rebuild_begin. */
struct index_rebuild_spec {
    const struct disk *disk;
    const char *path; /* of the index, "<store>/index.sqlite"; need not be there */
    const char *from; /* what files cannot tell is read from this one; NULL: from the present one */
    wall_time now;    /* names the present one when it is put aside */
};

/* What it was made from. */
struct index_rebuild_counts {
    uint64_t recordings;   /* from their files */
    uint64_t kept;         /* as the other index had them: their files cannot tell, or are gone */
    uint64_t placeholders; /* customers of whom only the id is known */
    uint64_t copied;       /* rows of what files cannot tell */
    uint64_t lost;         /* rows of it that could not be read, or were refused */
    bool known;            /* there was another index that could be read */
    char before[BOUND_PATH_BYTES]; /* where the one that was present is now; "" where there was none
                                    */
};

/**
 * Lock the present index and begin another beside it.
 *
 * STATUS_OK       *out set.
 * STATUS_BUSY     a program has the present index open.
 * STATUS_VERSION  the present one, or `from`, was made by a newer program.
 * STATUS_NOT_FOUND, STATUS_CORRUPT  `from` is not there, or is no index. (A present one that cannot
 *                 be read is not believed, and put aside all the same.)
 * STATUS_FULL, STATUS_IO, STATUS_NOMEM.
 */
enum status index_rebuild_begin(const struct index_rebuild_spec *spec, struct index_rebuild **out,
                                struct fault *fault) MUST_CHECK;

/**
 * Add a recording as its file says. To be called in the order in which they began: so conversations
 * are found as they were when the calls came.
 *
 * recording  state SEALED, RECOVERED or FAILED; conversation and by_number as the details have
 *            them.
 *
 * STATUS_EXISTS  it is there: another file bears the same id.
 * Others as recordings_insert and recordings_finish.
 */
enum status index_rebuild_add(struct index_rebuild *rebuild,
                              const struct index_recording *recording,
                              const struct index_fact *facts, size_t fact_count,
                              struct fault *fault) MUST_CHECK;

/**
 * Add one whose file is not finished, in state RECORDING, so that the keeper recovers it: with what
 * the other index knows of it, else as it is given. Statuses as index_rebuild_add.
 */
enum status index_rebuild_add_unfinished(struct index_rebuild *rebuild,
                                         const struct index_recording *recording,
                                         struct fault *fault) MUST_CHECK;

/**
 * Take a recording over from the other index as it is there, with legs, facts and ties.
 *
 * found  out: it is there.
 *
 * STATUS_EXISTS as index_rebuild_add.
 */
enum status index_rebuild_keep(struct index_rebuild *rebuild, struct uuid id, bool *found,
                               struct fault *fault) MUST_CHECK;

/**
 * Take over all else of the other index, also recordings whose files were not met; check the whole;
 * name the present one "<path>.before-<now>" and put the new one into its place, durably. Consumes
 * the rebuild; where it fails the present one is as it was, and the lock is given up.
 *
 * STATUS_OK (*counts set), STATUS_CORRUPT (it does not pass its check), STATUS_FULL, STATUS_IO.
 */
enum status index_rebuild_end(struct index_rebuild *owned_rebuild,
                              struct index_rebuild_counts *counts, struct fault *fault) MUST_CHECK;

/** Give up; the present index is as it was. NULL is accepted. */
void index_rebuild_abort(struct index_rebuild *owned_rebuild);

#endif
