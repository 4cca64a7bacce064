#include "storage/recording/slot.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "storage/seal/seal.h"

enum {
    SLOT_IN_USE = 1,
    ALGORITHM_WRAPPED = 1,
    ALGORITHM_SEALED = 2,
    KEY_ID_AT = 8,
    ZERO_AT = 24,
    NONCE_AT = 48,
    DEK_AT = 72,
    WRAPPED_BYTES = KEY_DEK_BYTES + SEAL_TAG_BYTES,
    TRAILING_BYTES = 16, /* of a wrapped DEK, which are never all zero but where it was torn */
};

static size_t wrapped_bytes(const uint8_t *slot)
{
    switch (slot[1]) {
    case ALGORITHM_SEALED:
        return SEAL_DEK_SEALED_BYTES;
    case ALGORITHM_WRAPPED:
        return WRAPPED_BYTES;
    default:
        return 0;
    }
}

enum slot_form slot_form(const uint8_t slot[static FORMAT_SLOT_BYTES])
{
    size_t wrapped = wrapped_bytes(slot);
    bool sealed = slot[1] == ALGORITHM_SEALED;

    if (sodium_is_zero(slot, FORMAT_SLOT_BYTES))
        return SLOT_FORM_EMPTY;
    if (slot[0] != SLOT_IN_USE || !wrapped || bytes_get_u16(slot + 2) != wrapped ||
        (sealed && !sodium_is_zero(slot + NONCE_AT, SEAL_NONCE_BYTES)) ||
        !sodium_is_zero(slot + ZERO_AT, NONCE_AT - ZERO_AT) ||
        sodium_is_zero(slot + DEK_AT + wrapped - TRAILING_BYTES, TRAILING_BYTES) ||
        !sodium_is_zero(slot + DEK_AT + wrapped, FORMAT_SLOT_BYTES - DEK_AT - wrapped))
        return SLOT_FORM_BROKEN;
    return sealed ? SLOT_FORM_SEALED : SLOT_FORM_WRAPPED;
}

enum status slot_put(uint8_t slot[static FORMAT_SLOT_BYTES],
                     const uint8_t dek[static KEY_DEK_BYTES], const struct customer_key *key)
{
    uint8_t sealed[SEAL_DEK_SEALED_BYTES];

    if (seal_dek_to(dek, key->public_key, sealed) != STATUS_OK)
        return STATUS_INVALID;
    memset(slot, 0, FORMAT_SLOT_BYTES);
    slot[0] = SLOT_IN_USE;
    slot[1] = ALGORITHM_SEALED;
    bytes_put_u16(slot + 2, SEAL_DEK_SEALED_BYTES);
    bytes_put_u32(slot + 4, key->version);
    memcpy(slot + KEY_ID_AT, key->id.b, KEY_ID_BYTES);
    memcpy(slot + DEK_AT, sealed, sizeof sealed);
    return STATUS_OK;
}

void slot_key(const uint8_t slot[static FORMAT_SLOT_BYTES], struct key_id *id, uint32_t *version)
{
    memcpy(id->b, slot + KEY_ID_AT, KEY_ID_BYTES);
    *version = bytes_get_u32(slot + 4);
}

enum status slot_open(const uint8_t slot[static FORMAT_SLOT_BYTES], struct uuid customer,
                      struct private_keys *keys, uint8_t dek[static KEY_DEK_BYTES],
                      struct fault *fault)
{
    struct key_id id;
    uint32_t version;

    switch (slot_form(slot)) {
    case SLOT_FORM_BROKEN:
        return fault_set(fault, STATUS_CORRUPT, 0, "breaks its layout");
    case SLOT_FORM_SEALED:
        break;
    case SLOT_FORM_EMPTY:
    case SLOT_FORM_WRAPPED:
        return fault_set(fault, STATUS_NO_KEY, 0, "no key slot is for a key that is here");
    }
    slot_key(slot, &id, &version);
    return private_keys_open_dek(keys, customer, id, version, slot + DEK_AT, dek, fault);
}
