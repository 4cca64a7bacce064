/**
 * recovery: the recovery key. Its public half is kept with the keys, and every private half is also
 * sealed to it; its own private half is shown once, when it is made, and is then on paper only:
 * whole, or as shares of which some suffice (Shamir's scheme over GF(2^8), by libgfshare). With it
 * the private halves come back where the master key is lost (FORMAT.md section 6.1, KEYS.md).
 *
 * Secrets are in the caller's memory, which is sodium_malloc's.
 */
#ifndef RECORDER_STORAGE_SEAL_RECOVERY_H
#define RECORDER_STORAGE_SEAL_RECOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/disk.h"
#include "storage/seal/keys.h"

enum {
    RECOVERY_SHARES_MAX = 16,
    RECOVERY_THRESHOLD_MIN = 2,
    RECOVERY_TEXT_BYTES = 128, /* of the private half or a share as text, with its zero */
    RECOVERY_SET_BYTES = 4,
};

/* What is to be written down; in sodium_malloc memory. */
struct recovery_secret {
    uint8_t private_half[KEY_PRIVATE_BYTES];
    size_t texts; /* 1, or as many as there are shares */
    char text[RECOVERY_SHARES_MAX][RECOVERY_TEXT_BYTES];
};

/* How it is to be split. */
struct recovery_split {
    unsigned shares;    /* 0: not at all; up to RECOVERY_SHARES_MAX */
    unsigned threshold; /* RECOVERY_THRESHOLD_MIN .. shares */
};

/* What was done with the pairs that are there. */
struct recovery_report {
    size_t sealed; /* or restored */
    size_t kept;   /* were right as they are */
    size_t failed;
    struct fault first; /* why the first of those failed */
    bool master_made;
};

/**
 * Draw a new recovery key, as texts to be written down. Nothing else knows of it yet: it is told
 * first, and in force only then, so that none ever is that nobody has.
 *
 * secret  out; the only place where the private half is.
 *
 * STATUS_OK, STATUS_INVALID (split is out of its range), STATUS_NOMEM.
 */
enum status recovery_draw(struct recovery_split split, struct recovery_secret *secret,
                          struct fault *fault) MUST_CHECK;

/** Its id, as key_recovery_id has it once it is in force. */
struct key_id recovery_secret_id(const struct recovery_secret *secret);

/**
 * Whether a new recovery key may be put in force.
 *
 * replace  there may be one already: what was written down of it is of no use then.
 *
 * STATUS_OK, STATUS_EXISTS (not replace), STATUS_CONFLICT (some private halves are lost or do not
 * open, and come back by the recovery key that is here alone: fault names the first), STATUS_IO,
 * STATUS_NOMEM.
 */
enum status recovery_may_install(struct private_keys *keys, bool replace,
                                 struct fault *fault) MUST_CHECK;

/**
 * Put a recovery key in force: keep its public half, and seal every private half that is there to
 * it. What fails of these keeps the copy that it has, is counted, and is done by recovery_complete.
 *
 * STATUS_OK, those of recovery_may_install, STATUS_BUSY, STATUS_FULL, STATUS_IO, STATUS_NOMEM. On
 * STATUS_FULL and STATUS_IO key_recovery_id says which one is in force.
 */
enum status recovery_install(struct private_keys *keys, const struct recovery_secret *secret,
                             bool replace, struct recovery_report *report,
                             struct fault *fault) MUST_CHECK;

/**
 * Seal what is not sealed to the recovery key that there is: what failed when it was made, and what
 * was restored since. Nothing where there is no recovery key.
 *
 * STATUS_OK (report counts what was sealed and what failed), STATUS_BUSY, STATUS_IO, STATUS_NOMEM.
 */
enum status recovery_complete(struct private_keys *keys, struct recovery_report *report,
                              struct fault *fault) MUST_CHECK;

/* What was read so far of what was written down; starts as zeros, in sodium_malloc memory. */
struct recovery_input {
    bool whole; /* private_half is it */
    uint8_t private_half[KEY_PRIVATE_BYTES];
    unsigned threshold; /* of the shares */
    size_t shares;
    uint8_t set[RECOVERY_SET_BYTES]; /* the first bytes of the recovery key's id, in each share */
    uint8_t number[RECOVERY_SHARES_MAX];
    uint8_t share[RECOVERY_SHARES_MAX][KEY_PRIVATE_BYTES];
};

/**
 * Take a line: the whole private half, or a share. An empty line, and a share said twice, are
 * accepted and are nothing.
 *
 * STATUS_OK, STATUS_INVALID (it is neither, or its checksum does not fit: mistyped; or a share of
 * another key than those before it; fault says which). Nothing is taken then.
 */
enum status recovery_take(struct recovery_input *input, const char *line,
                          struct fault *fault) MUST_CHECK;

/** Whether what was taken suffices. */
bool recovery_suffices(const struct recovery_input *input);

/**
 * Put the private half together, in input->private_half.
 *
 * STATUS_OK, STATUS_INVALID (too few shares), STATUS_CORRUPT (together the shares are not the key
 * that they say they are of), STATUS_NOMEM.
 */
enum status recovery_join(struct recovery_input *input, struct fault *fault) MUST_CHECK;

/* What is to be restored. */
struct recovery_place {
    const struct disk *disk;
    const char *keys_dir;
    const char *master_path;
    /* The master key there may be a new one: it is made unless it is there, and is in force then.
     * Else it is there and in force (in_force.h): no other may take its place unasked. */
    bool new_master;
};

/**
 * Write all .key files anew that are missing or do not open, and public files that are missing,
 * from the .recovery files that are sealed to this recovery key, whichever is in force. What opens
 * stays. Said again after a crash it goes on. Pairs that were destroyed stay so. Nothing is written
 * before one of them has opened.
 *
 * private_half  the recovery key's.
 *
 * STATUS_OK (report counts what could not be restored), STATUS_NO_KEY (none of the copies here is
 * sealed to this recovery key), STATUS_CONFLICT (the master key is not there or not in force, and
 * it may not be a new one), STATUS_BUSY, STATUS_DENIED (the master key's mode), STATUS_FULL,
 * STATUS_IO, STATUS_NOMEM.
 */
enum status recovery_restore(const struct recovery_place *place,
                             const uint8_t private_half[static KEY_PRIVATE_BYTES],
                             struct recovery_report *report, struct fault *fault) MUST_CHECK;

#endif
