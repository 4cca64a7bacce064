/**
 * key_file: small files that are either whole or not there, and the head that all key files share
 * (FORMAT.md section 6). Private to seal, but for key_file_destroy, which copies of keys need too.
 */
#ifndef RECORDER_STORAGE_SEAL_KEY_FILE_H
#define RECORDER_STORAGE_SEAL_KEY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/bounds.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/disk.h"
#include "storage/seal/keys.h"

enum {
    KEY_HEAD_BYTES = 48,
    KEY_HEAD_ID_AT = 32,
    KEY_FILE_PUBLIC_BYTES = 80,    /* head, public half */
    KEY_FILE_PRIVATE_BYTES = 120,  /* head, nonce, wrapped private half */
    KEY_FILE_SIGNING_BYTES = 80,   /* head, seed */
    KEY_FILE_RECOVERY_BYTES = 144, /* head, id of the recovery key, sealed private half */
    KEY_FILE_SHREDDED_BYTES = 56,  /* head, when */
    KEY_FILE_SIGN_IN_BYTES = 80,   /* head, the key */
    KEY_KIND_CUSTOMER = 1,
    KEY_KIND_SIGNER = 2,
    KEY_KIND_RECOVERY = 3,
    KEY_KIND_HOLD = 4,
    KEY_KIND_SIGN_IN = 5,
    KEY_KIND_MASTER = 6, /* of which only the id is in a file with a head */
    /* Wrapped private halves are for a group: recorder-web reads them as another user than the
     * keeper, who makes them. Whoever reads one opens nothing with it but by the master key. */
    KEY_MODE_PRIVATE = 0640,
    KEY_MODE_PRIVATE_DIRECTORY = 02750,
};

#define KEY_MAGIC_PUBLIC "CRPK"
#define KEY_MAGIC_PRIVATE "CRSK"
#define KEY_MAGIC_SIGNING "CRSG"
#define KEY_MAGIC_RECOVERY "CRRK"
#define KEY_MAGIC_SHREDDED "CRSX"
#define KEY_MAGIC_SIGN_IN "CRSI"
#define KEY_MAGIC_MASTER "CRMI"

/* The first 48 bytes of each key file but the master key. */
struct key_head {
    uint8_t kind;
    struct uuid customer; /* zero but for a customer's */
    uint32_t month;       /* YYYYMM; 0 but for a customer's */
    struct key_id id;
};

/** Lay out a head. magic: 4 letters. */
void key_head_put(const struct key_head *head, const char *magic,
                  uint8_t out[static KEY_HEAD_BYTES]);

/**
 * Whether these bytes are exactly that head.
 */
bool key_head_matches(const struct key_head *head, const char *magic,
                      const uint8_t in[static KEY_HEAD_BYTES]);

/** BLAKE2b-128 of a public half. */
struct key_id key_id_of(const uint8_t public_key[static KEY_PUBLIC_BYTES]);

/**
 * Read a file of exactly so many bytes.
 *
 * data  out, data_bytes; may be written to and is wiped on failure.
 *
 * STATUS_OK, STATUS_NOT_FOUND (also where a directory on the way is missing), STATUS_CORRUPT
 * (another size), STATUS_IO.
 */
enum status key_file_read(const struct disk *disk, const char *path, uint8_t *data,
                          size_t data_bytes, struct fault *fault) MUST_CHECK;

/**
 * Write a file durably under a temporary name beside it, then move it into place and sync the
 * directory.
 *
 * mode     exactly that, whatever the umask.
 * replace  take the place of one that is there.
 *
 * STATUS_OK, STATUS_EXISTS (not replace; the one that is there is untouched), STATUS_FULL,
 * STATUS_IO.
 */
enum status key_file_write(const struct disk *disk, const char *path, const uint8_t *data,
                           size_t data_bytes, mode_t mode, bool replace,
                           struct fault *fault) MUST_CHECK;

/**
 * As key_file_write with replace, for secrets: what the one before held is written over once the
 * new one is durable. Who has that one open may read noise, and is to read the file again.
 */
enum status key_file_renew(const struct disk *disk, const char *path, const uint8_t *data,
                           size_t data_bytes, mode_t mode, struct fault *fault) MUST_CHECK;

/** A temporary name beside a path: "<path>.xxxxxxxx.new". STATUS_OK, STATUS_LIMIT. */
enum status key_file_temporary(const char *path, char temporary[static BOUND_PATH_BYTES],
                               struct fault *fault) MUST_CHECK;

/** Whether a name is such a one. */
bool key_file_is_temporary(const char *name);

/**
 * Read a public file, which must be of that kind, customer and month, and whose id must fit its
 * key.
 *
 * head  its id is set.
 *
 * STATUS_OK, STATUS_NOT_FOUND, STATUS_CORRUPT, STATUS_IO.
 */
enum status key_public_read(const struct disk *disk, const char *path, struct key_head *head,
                            uint8_t public_key[static KEY_PUBLIC_BYTES],
                            struct fault *fault) MUST_CHECK;

/** Write a public file, unless exactly that is there. Statuses as key_file_write. */
enum status key_public_write(const struct disk *disk, const char *path, const struct key_head *head,
                             const uint8_t public_key[static KEY_PUBLIC_BYTES], bool replace,
                             struct fault *fault) MUST_CHECK;

/**
 * Overwrite the bytes of a file with random ones, durably, and remove its name. The directory is
 * not synced.
 *
 * STATUS_OK, STATUS_NOT_FOUND, STATUS_FULL, STATUS_IO.
 */
enum status key_file_destroy(const struct disk *disk, const char *path,
                             struct fault *fault) MUST_CHECK;

/** Make a directory with exactly that mode, unless it is there. STATUS_OK, STATUS_FULL, STATUS_IO.
 */
enum status key_directory_make(const struct disk *disk, const char *path, mode_t mode,
                               struct fault *fault) MUST_CHECK;

/** Print a path. STATUS_OK, STATUS_LIMIT (BOUND_PATH_BYTES; path empty). */
enum status key_path(char *path, struct fault *fault, const char *format, ...)
    __attribute__((format(printf, 3, 4))) MUST_CHECK;

#endif
