/**
 * leftovers: what was cut off between writing a key file under a temporary name and giving it its
 * own (key_file.h). Such a file may hold a private half, or a master key that another has replaced.
 * Private to seal.
 */
#ifndef RECORDER_STORAGE_SEAL_LEFTOVERS_H
#define RECORDER_STORAGE_SEAL_LEFTOVERS_H

#include <stddef.h>

#include "base/fault.h"
#include "base/status.h"
#include "storage/seal/private_keys.h"

/**
 * Write over and remove those of both halves and of the master key. Under the lock, so that none is
 * of somebody who writes.
 *
 * destroyed  out: how many there were.
 *
 * STATUS_OK, STATUS_NOMEM, STATUS_FULL, STATUS_IO.
 */
enum status leftovers_destroy(const struct private_keys *keys, size_t *destroyed,
                              struct fault *fault) MUST_CHECK;

#endif
