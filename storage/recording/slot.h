/**
 * slot: the 512 bytes of one key slot (FORMAT.md section 2). Private to recording. Pure but for the
 * keys it is handed.
 */
#ifndef RECORDER_STORAGE_RECORDING_SLOT_H
#define RECORDER_STORAGE_RECORDING_SLOT_H

#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/recording/format.h"
#include "storage/seal/keys.h"

enum slot_form {
    SLOT_FORM_EMPTY,
    SLOT_FORM_SEALED,  /* to a public key */
    SLOT_FORM_WRAPPED, /* by a symmetric key */
    SLOT_FORM_BROKEN,  /* breaks the layout: torn, or changed */
};

/** What a slot is, by its layout alone. */
enum slot_form slot_form(const uint8_t slot[static FORMAT_SLOT_BYTES]);

/** Lay out a slot with a DEK sealed to a key. STATUS_OK, STATUS_INVALID (the key cannot be sealed
 *  to; slot untouched). */
enum status slot_put(uint8_t slot[static FORMAT_SLOT_BYTES],
                     const uint8_t dek[static KEY_DEK_BYTES],
                     const struct customer_key *key) MUST_CHECK;

/** Which key a slot in use is for. */
void slot_key(const uint8_t slot[static FORMAT_SLOT_BYTES], struct key_id *id, uint32_t *version);

/**
 * Open a slot's DEK.
 *
 * customer  of the file.
 * dek       out; the caller wipes it.
 *
 * STATUS_OK, STATUS_NO_KEY (empty, or for a key that is not here), STATUS_CORRUPT (breaks its
 * layout, or its key does not open it), STATUS_IO.
 */
enum status slot_open(const uint8_t slot[static FORMAT_SLOT_BYTES], struct uuid customer,
                      struct private_keys *keys, uint8_t dek[static KEY_DEK_BYTES],
                      struct fault *fault) MUST_CHECK;

#endif
