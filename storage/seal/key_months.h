/**
 * key_months: which pairs there are, without opening any: no master key is needed.
 */
#ifndef RECORDER_STORAGE_SEAL_KEY_MONTHS_H
#define RECORDER_STORAGE_SEAL_KEY_MONTHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/disk/disk.h"
#include "storage/seal/keys.h"

/* One pair: a customer's of a month, or the hold key (customer of zeros, month 0). */
struct key_month {
    struct uuid customer;
    uint32_t month; /* YYYYMM */
    bool has_private;
    bool has_public;
    bool has_recovery;     /* a copy for a recovery key ... */
    bool recovery_current; /* ... which is the one that there is */
    bool shredded;
    struct key_id id; /* by the first of its files that says it; zeros where none does */
};

/* By customer, then month; owned. */
struct key_months {
    struct key_month *month;
    size_t count;
};

/**
 * Read what the key directory has.
 *
 * customer  theirs only, without the hold key; NULL: all, the hold key first where it was made.
 *
 * STATUS_OK (freed by key_months_free), STATUS_NOMEM, STATUS_IO.
 */
enum status key_months_read(const struct disk *disk, const char *keys_dir,
                            const struct uuid *customer, struct key_months *out,
                            struct fault *fault) MUST_CHECK;

/** Free. */
void key_months_free(struct key_months *months);

/** The pair of a customer's month; the hold key by a customer of zeros and month 0. NULL where
 * there is none; borrowed from the list. */
const struct key_month *key_months_find(const struct key_months *months, struct uuid customer,
                                        uint32_t month);

/** The recovery key's id. STATUS_OK, STATUS_NOT_FOUND (there is none), STATUS_CORRUPT, STATUS_IO.
 */
enum status key_recovery_id(const struct disk *disk, const char *keys_dir, struct key_id *id,
                            struct fault *fault) MUST_CHECK;

#endif
