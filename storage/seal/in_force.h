/**
 * in_force: which master key the private halves are under, by its id in `<keys>/private/master.id`
 * (FORMAT.md section 6.2). Private to seal.
 *
 * Each program gets the master key in its own way, a file or a credential, and may go on with one
 * that was replaced since. What it wrapped by that would be lost with it. So whoever makes, wraps
 * or restores private halves looks here first, under the lock.
 */
#ifndef RECORDER_STORAGE_SEAL_IN_FORCE_H
#define RECORDER_STORAGE_SEAL_IN_FORCE_H

#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "storage/seal/private_keys.h"
#include "storage/seal/seal.h"

#define IN_FORCE_NAME "master.id"

/** Put it in force, durably. Under the lock. STATUS_OK, STATUS_FULL, STATUS_IO. */
enum status in_force_set(const struct private_keys *keys,
                         const uint8_t master[static SEAL_KEY_BYTES],
                         struct fault *fault) MUST_CHECK;

/**
 * Whether one of the master keys at hand, the present or the next one, is in force. Where nothing
 * says which one is (the file is lost, or an older program made the store), what opens a private
 * half is, or, where there is no pair, the newest; that is said from then on. Under the lock;
 * keys->pair is wiped.
 *
 * STATUS_OK, STATUS_CONFLICT (neither is: fault says what to do), STATUS_FULL, STATUS_IO,
 * STATUS_NOMEM.
 */
enum status in_force_check(struct private_keys *keys, struct fault *fault) MUST_CHECK;

#endif
