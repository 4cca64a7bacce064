/**
 * rebuild_private: an index that is being made, and the steps of adding to it. Private to
 * storage/index; see rebuild.h.
 */
#ifndef RECORDER_STORAGE_INDEX_REBUILD_PRIVATE_H
#define RECORDER_STORAGE_INDEX_REBUILD_PRIVATE_H

#include "storage/index/database.h"
#include "storage/index/rebuild.h"
#include "storage/index/rebuild_present.h"
#include "storage/index/table_copy.h"
#include "storage/index/table_visit.h"

struct index_rebuild {
    const struct disk *disk;
    struct rebuild_present present;
    char next[BOUND_PATH_BYTES];  /* the new one, until it is put into place */
    char known[BOUND_PATH_BYTES]; /* a copy of the other one, brought to this schema version */
    struct index *index;          /* the new one */
    size_t in_batch;              /* recordings of the transaction that is open; 0: none is */
    struct index_rebuild_counts counts;
    struct table_copy copy; /* `from` is open where counts.known */
};

/** For table_copy_all of the audit log: it has an entry of each number, and says itself which of
 * them are lost. */
extern const char rebuild_audit_gap_sql[];

/**
 * Copy what there is of the other index to rebuild->known, at this schema version; of a damaged one
 * what can be read. Sets counts.known; rows that were lost on the way are counted.
 *
 * from  NULL: the present one. Where that cannot be read at all, nothing is known.
 *
 * Statuses as index_rebuild_begin.
 */
enum status rebuild_find_known(struct index_rebuild *rebuild, const char *from,
                               struct fault *fault) MUST_CHECK;

/** Be in a transaction, a new one where this one has enough recordings. */
enum status rebuild_enter(struct index_rebuild *rebuild, struct fault *fault) MUST_CHECK;

/** Commit, where one is open. */
enum status rebuild_flush(struct index_rebuild *rebuild, struct fault *fault) MUST_CHECK;

/**
 * Make a placeholder for a customer who is not there, in a transaction.
 *
 * when  taken as the moment at which it was made.
 */
enum status rebuild_need_customer(struct index_rebuild *rebuild, struct uuid id, wall_time when,
                                  struct fault *fault) MUST_CHECK;

#endif
