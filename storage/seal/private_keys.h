/**
 * private_keys: what struct private_keys holds, and the pairs that it opens and makes: each
 * customer's of each month, and the hold key. Private to seal; what others may do is in keys.h.
 *
 * Files of a pair, all of them under the master key's protection or public (FORMAT.md section 6):
 *
 *   .key       the private half, wrapped by the master key
 *   .recovery  the same, sealed to the recovery key, where there is one
 *   .pub       the public half, in the public directory
 *   .shredded  says that the pair was destroyed, and is never made again
 *
 * Whoever makes, wraps anew or destroys a pair holds the lock meanwhile (pair_lock, keys_lock).
 */
#ifndef RECORDER_STORAGE_SEAL_PRIVATE_KEYS_H
#define RECORDER_STORAGE_SEAL_PRIVATE_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/disk.h"
#include "storage/seal/key_file.h"
#include "storage/seal/keys.h"
#include "storage/seal/master.h"

/* In sodium_malloc memory. */
struct private_keys {
    const struct disk *disk;
    struct master master;
    uint8_t pair[KEY_PRIVATE_BYTES];  /* private half in use, wiped after each call */
    char directory[BOUND_PATH_BYTES]; /* <keys> */
};

/* Which pair. */
struct pair_name {
    uint8_t kind; /* KEY_KIND_CUSTOMER, KEY_KIND_HOLD */
    struct uuid customer;
    uint32_t month; /* YYYYMM */
};

enum pair_file { PAIR_KEY, PAIR_RECOVERY, PAIR_PUBLIC, PAIR_SHREDDED };

/** The path of a file of a pair. STATUS_OK, STATUS_LIMIT. */
enum status pair_path(const char *keys_dir, struct pair_name name, enum pair_file file,
                      char path[static BOUND_PATH_BYTES], struct fault *fault) MUST_CHECK;

struct key_month;

/** The name of a pair of a list (key_months.h). */
struct pair_name pair_of(const struct key_month *month);

/** "the customer's key of 2026-11", "the hold key". */
void pair_text(struct pair_name name, char text[static 48]);

/**
 * Take the lock (keys_lock), read the master key and its next one again, and see that they are in
 * force: what is wrapped under the lock is wrapped by the newest, and stays of use.
 *
 * lock  out, for disk_close.
 *
 * STATUS_OK, STATUS_BUSY, and those of master_read and in_force_check.
 */
enum status pair_lock(struct private_keys *keys, struct disk_file *lock,
                      struct fault *fault) MUST_CHECK;

/**
 * Unwrap the private half into keys->pair and give its public half. Where it does not open, it and
 * the master key are read again, for another may have rotated that. The caller wipes keys->pair.
 *
 * STATUS_OK, STATUS_NOT_FOUND, STATUS_CORRUPT (damaged, or of another master key), STATUS_IO.
 */
enum status pair_load(struct private_keys *keys, struct pair_name name,
                      uint8_t public_key[static KEY_PUBLIC_BYTES], struct fault *fault) MUST_CHECK;

/**
 * Write keys->pair's .key, wrapped by the newest master key.
 *
 * replace  take the place of one that is there.
 *
 * STATUS_OK, STATUS_EXISTS, STATUS_FULL, STATUS_IO.
 */
enum status pair_store(struct private_keys *keys, struct pair_name name,
                       const uint8_t public_key[static KEY_PUBLIC_BYTES], bool replace,
                       struct fault *fault) MUST_CHECK;

/**
 * Seal keys->pair to the recovery key as .recovery, unless it is; nothing where there is no
 * recovery key.
 *
 * STATUS_OK, STATUS_CORRUPT (the recovery key is none), STATUS_FULL, STATUS_IO.
 */
enum status pair_seal_recovery(struct private_keys *keys, struct pair_name name,
                               const uint8_t public_key[static KEY_PUBLIC_BYTES],
                               struct fault *fault) MUST_CHECK;

/** Write .pub, unless it is there and right. STATUS_OK, STATUS_FULL, STATUS_IO. */
enum status pair_publish(const struct private_keys *keys, struct pair_name name,
                         const uint8_t public_key[static KEY_PUBLIC_BYTES],
                         struct fault *fault) MUST_CHECK;

/** Make the directories of a customer. STATUS_OK, STATUS_FULL, STATUS_IO. */
enum status pair_make_directories(const struct disk *disk, const char *keys_dir,
                                  struct pair_name name, struct fault *fault) MUST_CHECK;

/** Whether a file of a pair is there. STATUS_OK (*there set), STATUS_IO, STATUS_LIMIT. */
enum status pair_has(const struct disk *disk, const char *keys_dir, struct pair_name name,
                     enum pair_file file, bool *there, struct fault *fault) MUST_CHECK;

/** The head of a pair's files. id: of its public half. */
struct key_head pair_head(struct pair_name name, struct key_id id);

#endif
