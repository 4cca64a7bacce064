/**
 * master: the master key, and while it is being rotated the next one. Private to seal.
 *
 * The master key is a file of 32 bytes that nobody but its owner reads, or a credential that
 * systemd hands to a service. While `<its path>.next` is there, private halves may be wrapped by
 * either, and new ones are wrapped by the next one (FORMAT.md section 6.2).
 */
#ifndef RECORDER_STORAGE_SEAL_MASTER_H
#define RECORDER_STORAGE_SEAL_MASTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/disk.h"
#include "storage/seal/seal.h"

/* Lives in sodium_malloc memory. */
struct master {
    char path[BOUND_PATH_BYTES];
    char next_path[BOUND_PATH_BYTES]; /* `<path>.next`, but where keys_rotate was given another */
    uint8_t key[SEAL_KEY_BYTES];
    uint8_t next[SEAL_KEY_BYTES]; /* where has_next */
    bool has_next;
    enum status next_status; /* why not: STATUS_NOT_FOUND where there is none */
};

/**
 * Read the file at master->path, and the one at next_path where that is there. One that cannot be
 * read keeps nobody from opening what the other wraps, but says so in next_status: nothing may be
 * wrapped then.
 *
 * STATUS_OK; else what was read before stays: STATUS_IO (also where it is missing), STATUS_CORRUPT
 * (not 32 bytes), STATUS_DENIED (group or others have access).
 */
enum status master_read(const struct disk *disk, struct master *master,
                        struct fault *fault) MUST_CHECK;

/**
 * Read one file that must be a master key.
 *
 * STATUS_OK, STATUS_NOT_FOUND, STATUS_IO, STATUS_CORRUPT, STATUS_DENIED, as above.
 */
enum status master_read_file(const struct disk *disk, const char *path,
                             uint8_t key[static SEAL_KEY_BYTES], struct fault *fault) MUST_CHECK;

/**
 * Make a file with a new master key, durable, 0400. Its directory exists.
 *
 * STATUS_OK, STATUS_EXISTS (it is untouched), STATUS_FULL, STATUS_IO.
 */
enum status master_make_file(const struct disk *disk, const char *path,
                             struct fault *fault) MUST_CHECK;

/** Set both paths. path: of the master key. STATUS_OK, STATUS_LIMIT. */
enum status master_set_path(struct master *master, const char *path,
                            struct fault *fault) MUST_CHECK;

/** The key that new private halves are wrapped by. */
const uint8_t *master_newest(const struct master *master);

#endif
