/**
 * recovery_file: the recovery key's public half, and private halves sealed to it (FORMAT.md section
 * 6.1). Private to seal.
 */
#ifndef RECORDER_STORAGE_SEAL_RECOVERY_FILE_H
#define RECORDER_STORAGE_SEAL_RECOVERY_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "storage/seal/key_file.h"

/** The public half. STATUS_OK, STATUS_NOT_FOUND (there is none), STATUS_CORRUPT, STATUS_IO. */
enum status recovery_public_read(const struct disk *disk, const char *keys_dir,
                                 uint8_t public_key[static KEY_PUBLIC_BYTES],
                                 struct fault *fault) MUST_CHECK;

/** Keep it. STATUS_OK, STATUS_EXISTS (not replace), STATUS_FULL, STATUS_IO. */
enum status recovery_public_write(const struct disk *disk, const char *keys_dir,
                                  const uint8_t public_key[static KEY_PUBLIC_BYTES], bool replace,
                                  struct fault *fault) MUST_CHECK;

/** Whether a .recovery file is there, of that pair, and sealed to that recovery key. */
bool recovery_file_is_for(const struct disk *disk, const char *path, const struct key_head *head,
                          struct key_id recovery);

/** The recovery key that a .recovery file is sealed to. STATUS_OK, STATUS_NOT_FOUND, STATUS_CORRUPT
 *  (it is no such file), STATUS_IO. */
enum status recovery_file_sealed_to(const struct disk *disk, const char *path, struct key_id *id,
                                    struct fault *fault) MUST_CHECK;

/** Seal a private half and write it, in the place of what is there. STATUS_OK, STATUS_INVALID (the
 *  recovery key is not usable), STATUS_FULL, STATUS_IO. */
enum status recovery_file_write(const struct disk *disk, const char *path,
                                const struct key_head *head,
                                const uint8_t recovery[static KEY_PUBLIC_BYTES],
                                const uint8_t private_half[static KEY_PRIVATE_BYTES],
                                struct fault *fault) MUST_CHECK;

/**
 * Open a .recovery file.
 *
 * head          of the pair that it must be of; its id is set.
 * secret        the recovery key's private half.
 * private_half  out; the caller wipes it.
 *
 * STATUS_OK, STATUS_NOT_FOUND, STATUS_NO_KEY (sealed to another recovery key), STATUS_CORRUPT,
 * STATUS_IO.
 */
enum status recovery_file_open(const struct disk *disk, const char *path, struct key_head *head,
                               const uint8_t secret[static KEY_PRIVATE_BYTES],
                               uint8_t private_half[static KEY_PRIVATE_BYTES],
                               struct fault *fault) MUST_CHECK;

#endif
