/**
 * shred_count: what hangs on a key that is to be destroyed: which recordings are sealed to it, and
 * to what else. The key itself is not needed for that: it may be damaged, or be destroyed in part.
 *
 * Whoever destroys the key after counting holds keys_hold_off from before on.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_SHRED_COUNT_H
#define RECORDER_TOOLS_RECORDERCTL_SHRED_COUNT_H

#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "storage/seal/key_months.h"
#include "tools/recorderctl/context.h"

/* Recordings; each is in one of the first four, or in none. */
struct shred_count {
    uint64_t unreadable;     /* sealed to it, and to nothing else that opens them */
    uint64_t kept;           /* to another key that is here too, the hold key mostly */
    uint64_t other_not_read; /* to another key too, which is here but damaged */
    uint64_t unread;         /* their file is missing or damaged: nobody knows */
    uint64_t running;        /* go on or wait for recovery, and are sealed to it, or may be */
};

/**
 * Look at each recording of the customer's, whatever its state, and at those that are due to
 * another but sealed to this one still. One of which nothing was kept, and that has no file, is
 * none.
 *
 * key  of a customer's month. Where its id is not known each recording that is sealed to a key of
 *      that month counts.
 *
 * STATUS_OK, STATUS_NOMEM, and those of the index; STATUS_IO also where a file could not be looked
 * at, unless the disk failed under it.
 */
enum status shred_count(struct context *context, const struct key_month *key,
                        struct shred_count *count, struct fault *fault) MUST_CHECK;

#endif
