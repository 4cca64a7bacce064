/**
 * signer: making of signing keys; their use is in keys.h. Private to seal.
 */
#ifndef RECORDER_STORAGE_SEAL_SIGNER_H
#define RECORDER_STORAGE_SEAL_SIGNER_H

#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/disk.h"

/**
 * Make <keys>/signing/<name>.key unless it is there, and its public file unless that is there. The
 * directories exist.
 *
 * STATUS_OK, STATUS_CORRUPT (what is there is no signing key), STATUS_FULL, STATUS_IO,
 * STATUS_NOMEM.
 */
enum status signer_make(const struct disk *disk, const char *keys_dir, const char *name,
                        struct fault *fault) MUST_CHECK;

#endif
