#include "storage/recording/header.h"

#include <assert.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"

enum {
    VERSION = 1,
    AEAD_XCHACHA20 = 1,
    UNIT_LOG2 = 12,
    COMMITMENT_AT = FORMAT_H0_BYTES,
    PADDING_AT = FORMAT_H0_BYTES + FORMAT_COMMITMENT_BYTES,
    SLOT_IN_USE = 1,
    ALGORITHM_WRAPPED = 1,
    ALGORITHM_SEALED = 2,
    SLOT_KEY_ID_AT = 8,
    SLOT_ZERO_AT = 24,
    SLOT_NONCE_AT = 48,
    SLOT_DEK_AT = 72,
    WRAPPED_BYTES = KEY_DEK_BYTES + SEAL_TAG_BYTES,
};

static_assert(1 << UNIT_LOG2 == FORMAT_UNIT_BYTES, "unit");
static_assert((FORMAT_SLOTS + 1) * FORMAT_SLOT_BYTES == FORMAT_UNIT_BYTES, "slots fill unit 0");
static_assert((int)SEAL_COMMITMENT_BYTES == (int)FORMAT_COMMITMENT_BYTES, "commitment");

static const uint8_t magic[8] = {0x89, 'C', 'R', 'E', 'C', 0x0d, 0x0a, 0x1a};

enum status header_make(struct uuid recording, struct uuid customer, wall_time created,
                        const uint8_t dek[static KEY_DEK_BYTES], const struct customer_key *key,
                        struct header *header, struct fault *fault)
{
    struct header made = {
        .recording = recording, .customer = customer, .created_us = clock_wall_us(created)};
    uint8_t *unit = made.unit;
    uint8_t *slot = unit + FORMAT_SLOT_BYTES;

    memcpy(unit, magic, sizeof magic);
    bytes_put_u16(unit + 8, VERSION);
    unit[10] = AEAD_XCHACHA20;
    unit[11] = UNIT_LOG2;
    bytes_put_u32(unit + 12, FORMAT_UNIT_BYTES);
    memcpy(unit + 16, recording.b, UUID_BYTES);
    memcpy(unit + 32, customer.b, UUID_BYTES);
    bytes_put_u64(unit + 48, (uint64_t)made.created_us);
    seal_commitment(dek, unit, FORMAT_H0_BYTES, unit + COMMITMENT_AT);

    slot[0] = SLOT_IN_USE;
    slot[1] = ALGORITHM_SEALED;
    bytes_put_u16(slot + 2, SEAL_DEK_SEALED_BYTES);
    bytes_put_u32(slot + 4, key->version);
    memcpy(slot + SLOT_KEY_ID_AT, key->id.b, KEY_ID_BYTES);
    if (seal_dek_to(dek, key->public_key, slot + SLOT_DEK_AT) != STATUS_OK)
        return fault_set(fault, STATUS_INVALID, 0, "the customer's key cannot be sealed to");
    *header = made;
    return STATUS_OK;
}

static bool slot_is_well_formed(const uint8_t *slot)
{
    if (slot[0] == 0)
        return sodium_is_zero(slot, FORMAT_SLOT_BYTES);
    size_t wrapped = slot[1] == ALGORITHM_SEALED    ? SEAL_DEK_SEALED_BYTES
                     : slot[1] == ALGORITHM_WRAPPED ? WRAPPED_BYTES
                                                    : 0;
    if (slot[0] != SLOT_IN_USE || !wrapped || bytes_get_u16(slot + 2) != wrapped)
        return false;
    if (slot[1] == ALGORITHM_SEALED && !sodium_is_zero(slot + SLOT_NONCE_AT, SEAL_NONCE_BYTES))
        return false;
    return sodium_is_zero(slot + SLOT_ZERO_AT, SLOT_NONCE_AT - SLOT_ZERO_AT) &&
           sodium_is_zero(slot + SLOT_DEK_AT + wrapped, FORMAT_SLOT_BYTES - SLOT_DEK_AT - wrapped);
}

enum status header_parse(const uint8_t unit[static FORMAT_UNIT_BYTES], struct header *header,
                         struct fault *fault)
{
    if (memcmp(unit, magic, sizeof magic) != 0)
        return fault_set(fault, STATUS_CORRUPT, 0, "not a recording file");
    unsigned version = bytes_get_u16(unit + 8);
    if (version > VERSION)
        return fault_set(fault, STATUS_VERSION, 0, "format %u is newer than this program", version);
    if (version != VERSION || unit[10] != AEAD_XCHACHA20 || unit[11] != UNIT_LOG2 ||
        bytes_get_u32(unit + 12) != FORMAT_UNIT_BYTES || !sodium_is_zero(unit + 56, 8))
        return fault_set(fault, STATUS_CORRUPT, 0, "header breaks its layout");
    if (!sodium_is_zero(unit + PADDING_AT, FORMAT_SLOT_BYTES - PADDING_AT))
        return fault_set(fault, STATUS_CORRUPT, 0, "header padding is not zero");
    for (size_t i = 1; i <= FORMAT_SLOTS; i++)
        if (!slot_is_well_formed(unit + i * FORMAT_SLOT_BYTES))
            return fault_set(fault, STATUS_CORRUPT, 0, "key slot %zu breaks its layout", i);
    memcpy(header->recording.b, unit + 16, UUID_BYTES);
    memcpy(header->customer.b, unit + 32, UUID_BYTES);
    header->created_us = (int64_t)bytes_get_u64(unit + 48);
    memcpy(header->unit, unit, FORMAT_UNIT_BYTES);
    return STATUS_OK;
}

/* NO_KEY: the next slot may do. */
static enum status open_slot(const struct header *header, size_t number, struct private_keys *keys,
                             uint8_t *dek, struct fault *fault)
{
    const uint8_t *slot = header->unit + number * FORMAT_SLOT_BYTES;
    struct key_id id;

    if (slot[0] != SLOT_IN_USE || slot[1] != ALGORITHM_SEALED)
        return STATUS_NO_KEY;
    memcpy(id.b, slot + SLOT_KEY_ID_AT, sizeof id.b);
    enum status status = private_keys_open_dek(keys, header->customer, id, bytes_get_u32(slot + 4),
                                               slot + SLOT_DEK_AT, dek, fault);
    if (status != STATUS_OK)
        fault_wrap(fault, "key slot %zu", number);
    return status;
}

enum status header_open(const struct header *header, struct private_keys *keys,
                        uint8_t key[static SEAL_KEY_BYTES], struct fault *fault)
{
    uint8_t dek[KEY_DEK_BYTES];
    uint8_t commitment[FORMAT_COMMITMENT_BYTES];
    enum status status =
        fault_set(fault, STATUS_NO_KEY, 0, "no key slot is for a key that is here");

    for (size_t i = 1; i <= FORMAT_SLOTS && status == STATUS_NO_KEY; i++)
        status = open_slot(header, i, keys, dek, fault);
    if (status != STATUS_OK)
        goto out;
    seal_commitment(dek, header->unit, FORMAT_H0_BYTES, commitment);
    if (sodium_memcmp(commitment, header->unit + COMMITMENT_AT, sizeof commitment) != 0) {
        status = fault_set(fault, STATUS_CORRUPT, 0, "header commitment does not match its key");
        goto out;
    }
    seal_frame_key(dek, header->unit, FORMAT_H0_BYTES, key);
    fault_clear(fault);
out:
    sodium_memzero(dek, sizeof dek);
    return status;
}
