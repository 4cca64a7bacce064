/**
 * slots: the key slots of a finished recording: to which keys its DEK is sealed. A recording that
 * is sealed to the hold key too stays readable when its month is destroyed.
 *
 * A slot is a sector of its own. A new one is written where none is, synced, read back and opened
 * before any other is touched; so whatever is cut off, and however a slot was torn, what opened the
 * file before opens it. Files are locked meanwhile, as recovery and reassigning do, and no month is
 * destroyed (keys_hold_off).
 */
#ifndef RECORDER_STORAGE_RECORDING_SLOTS_H
#define RECORDER_STORAGE_RECORDING_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "storage/recording/access.h"
#include "storage/recording/format.h"
#include "storage/seal/keys.h"

enum slot_state {
    SLOT_EMPTY,
    SLOT_OPENS,  /* by a key that is here */
    SLOT_LOCKED, /* its key is not here: destroyed, or not ours */
    SLOT_BROKEN, /* torn or changed: opens nothing */
    SLOT_UNREAD, /* its key is here, but cannot be read: nobody knows whether it opens */
};

struct slot_info {
    enum slot_state state;
    uint32_t version; /* month YYYYMM, or KEY_VERSION_HOLD; 0 where it is empty or broken */
    struct key_id id; /* likewise */
};

/** "empty", "opens", "locked", "broken", "unread"; a static string. */
const char *slot_state_name(enum slot_state state);

/**
 * Look at the slots of a recording, also of one that nothing here opens. A key that is damaged
 * makes its own slots SLOT_UNREAD, no others.
 *
 * slot  out; slot[0] is slot 1.
 *
 * STATUS_OK, STATUS_NOT_FOUND, STATUS_CORRUPT (the header is none, or another recording's),
 * STATUS_VERSION, STATUS_IO.
 */
enum status slots_read(const struct recording_access *access, const char *path,
                       struct uuid recording, struct slot_info slot[static FORMAT_SLOTS],
                       struct fault *fault) MUST_CHECK;

/**
 * Seal the DEK to a further key. Where a slot of that key opens already, that is made durable once
 * more, and is it.
 *
 * number  out: of the slot, 1 .. FORMAT_SLOTS.
 *
 * STATUS_OK        the slot is durable, was read back, and opens.
 * STATUS_LIMIT     no slot is free: one must be dropped first.
 * STATUS_CONFLICT  not finished.
 * STATUS_BUSY      another holds the file, or changes or counts what is sealed to which key.
 * STATUS_NO_KEY    nothing here opens the file, or the private half of the key is not here.
 * STATUS_NOT_FOUND, STATUS_CORRUPT, STATUS_VERSION, STATUS_INVALID (key), STATUS_FULL, STATUS_IO.
 * Whatever it is, every slot that opened before opens.
 */
enum status slots_add(const struct recording_access *access, const char *path,
                      struct uuid recording, const struct customer_key *key, unsigned *number,
                      struct fault *fault) MUST_CHECK;

/**
 * Empty a slot, once it is certain that another one opens the file; an empty one is accepted.
 *
 * STATUS_OK, STATUS_CONFLICT (no other slot opens the file, or it is not finished), STATUS_INVALID
 * (no such slot), STATUS_BUSY, STATUS_NO_KEY, STATUS_NOT_FOUND, STATUS_CORRUPT, STATUS_VERSION,
 * STATUS_FULL, STATUS_IO. Whatever it is, every other slot that opened before opens.
 */
enum status slots_drop(const struct recording_access *access, const char *path,
                       struct uuid recording, unsigned number, struct fault *fault) MUST_CHECK;

#endif
