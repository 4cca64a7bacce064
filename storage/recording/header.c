#include "storage/recording/header.h"

#include <assert.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "storage/recording/slot.h"

enum {
    VERSION = 1,
    AEAD_XCHACHA20 = 1,
    UNIT_LOG2 = 12,
    SEGMENT_AT = 56,
    COMMITMENT_AT = FORMAT_H0_BYTES,
    PADDING_AT = FORMAT_H0_BYTES + FORMAT_COMMITMENT_BYTES,
};

static_assert(1 << UNIT_LOG2 == FORMAT_UNIT_BYTES, "unit");
static_assert((FORMAT_SLOTS + 1) * FORMAT_SLOT_BYTES == FORMAT_UNIT_BYTES, "slots fill unit 0");
static_assert((int)SEAL_COMMITMENT_BYTES == (int)FORMAT_COMMITMENT_BYTES, "commitment");

static const uint8_t magic[8] = {0x89, 'C', 'R', 'E', 'C', 0x0d, 0x0a, 0x1a};

enum status header_make(const struct header_spec *spec, const uint8_t dek[static KEY_DEK_BYTES],
                        const struct customer_key *key, struct header *header, struct fault *fault)
{
    struct header made = {.recording = spec->recording,
                          .customer = spec->customer,
                          .created_us = clock_wall_us(spec->created),
                          .segment = spec->segment};
    uint8_t *unit = made.unit;

    memcpy(unit, magic, sizeof magic);
    bytes_put_u16(unit + 8, VERSION);
    unit[10] = AEAD_XCHACHA20;
    unit[11] = UNIT_LOG2;
    bytes_put_u32(unit + 12, FORMAT_UNIT_BYTES);
    memcpy(unit + 16, spec->recording.b, UUID_BYTES);
    memcpy(unit + 32, spec->customer.b, UUID_BYTES);
    bytes_put_u64(unit + 48, (uint64_t)made.created_us);
    bytes_put_u32(unit + SEGMENT_AT, made.segment);
    seal_commitment(dek, unit, FORMAT_H0_BYTES, unit + COMMITMENT_AT);

    if (slot_put(unit + FORMAT_SLOT_BYTES, dek, key) != STATUS_OK)
        return fault_set(fault, STATUS_INVALID, 0, "the customer's key cannot be sealed to");
    *header = made;
    return STATUS_OK;
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
        bytes_get_u32(unit + 12) != FORMAT_UNIT_BYTES || !sodium_is_zero(unit + SEGMENT_AT + 4, 4))
        return fault_set(fault, STATUS_CORRUPT, 0, "header breaks its layout");
    if (!sodium_is_zero(unit + PADDING_AT, FORMAT_SLOT_BYTES - PADDING_AT))
        return fault_set(fault, STATUS_CORRUPT, 0, "header padding is not zero");
    header->bad_slots = 0;
    memcpy(header->recording.b, unit + 16, UUID_BYTES);
    memcpy(header->customer.b, unit + 32, UUID_BYTES);
    header->created_us = (int64_t)bytes_get_u64(unit + 48);
    header->segment = bytes_get_u32(unit + SEGMENT_AT);
    memcpy(header->unit, unit, FORMAT_UNIT_BYTES);
    return STATUS_OK;
}

const uint8_t *header_slot(const struct header *header, size_t number)
{
    assert(number >= 1 && number <= FORMAT_SLOTS);
    return header->unit + number * FORMAT_SLOT_BYTES;
}

enum status header_slot_open(const struct header *header, size_t number, struct private_keys *keys,
                             uint8_t dek[static KEY_DEK_BYTES], struct fault *fault)
{
    uint8_t commitment[FORMAT_COMMITMENT_BYTES];
    enum status status = slot_open(header_slot(header, number), header->customer, keys, dek, fault);

    if (status != STATUS_OK) {
        if (status != STATUS_NO_KEY || slot_form(header_slot(header, number)) == SLOT_FORM_SEALED)
            fault_wrap(fault, "key slot %zu", number);
        return status;
    }
    seal_commitment(dek, header->unit, FORMAT_H0_BYTES, commitment);
    if (sodium_memcmp(commitment, header->unit + COMMITMENT_AT, sizeof commitment) == 0)
        return STATUS_OK;
    sodium_memzero(dek, KEY_DEK_BYTES);
    return fault_set(fault, STATUS_CORRUPT, 0,
                     "header commitment does not match its key in slot %zu", number);
}

/* Which of two reasons is told where nothing opens: what says nothing about the file before what
 * condemns it, and that before a key that is not here. */
static int weight(enum status status)
{
    return status == STATUS_NO_KEY ? 0 : status == STATUS_CORRUPT ? 1 : 2;
}

enum status header_dek(const struct header *header, struct private_keys *keys,
                       uint8_t dek[static KEY_DEK_BYTES], unsigned *bad_slots, struct fault *fault)
{
    uint8_t opened[KEY_DEK_BYTES];
    bool found = false;
    enum status worst = fault_set(fault, STATUS_NO_KEY, 0, "no key slot is for a key that is here");

    *bad_slots = 0;
    if (sodium_is_zero(header_slot(header, 1), (size_t)FORMAT_SLOTS * FORMAT_SLOT_BYTES))
        return fault_set(fault, STATUS_CORRUPT, 0, "no key slot is in use: the header was torn");
    for (size_t i = 1; i <= FORMAT_SLOTS; i++) {
        struct fault why = {0};
        if (slot_form(header_slot(header, i)) == SLOT_FORM_EMPTY)
            continue;
        enum status status = header_slot_open(header, i, keys, opened, &why);
        if (status == STATUS_OK && !found)
            memcpy(dek, opened, sizeof opened);
        found = found || status == STATUS_OK;
        *bad_slots |= status == STATUS_CORRUPT ? 1U << i : 0;
        if (status == STATUS_OK || weight(status) < weight(worst))
            continue;
        worst = status;
        if (fault)
            *fault = why;
    }
    sodium_memzero(opened, sizeof opened);
    if (!found)
        return worst;
    fault_clear(fault);
    return STATUS_OK;
}

enum status header_open(struct header *header, struct private_keys *keys,
                        uint8_t key[static SEAL_KEY_BYTES], struct fault *fault)
{
    uint8_t dek[KEY_DEK_BYTES];
    enum status status = header_dek(header, keys, dek, &header->bad_slots, fault);

    if (status == STATUS_OK)
        seal_frame_key(dek, header->unit, FORMAT_H0_BYTES, key);
    sodium_memzero(dek, sizeof dek);
    return status;
}

enum status header_as_first(const struct header *other, struct private_keys *keys,
                            struct header *header, uint8_t key[static SEAL_KEY_BYTES],
                            struct fault *fault)
{
    uint8_t dek[KEY_DEK_BYTES];
    unsigned bad_slots;
    enum status status = header_dek(other, keys, dek, &bad_slots, fault);

    if (status == STATUS_OK) {
        *header = *other;
        header->segment = 0;
        bytes_put_u32(header->unit + SEGMENT_AT, 0);
        seal_commitment(dek, header->unit, FORMAT_H0_BYTES, header->unit + COMMITMENT_AT);
        for (size_t i = 1; i <= FORMAT_SLOTS; i++)
            if (slot_form(header_slot(header, i)) != SLOT_FORM_SEALED)
                memset(header->unit + i * FORMAT_SLOT_BYTES, 0, FORMAT_SLOT_BYTES);
        seal_frame_key(dek, header->unit, FORMAT_H0_BYTES, key);
    }
    sodium_memzero(dek, sizeof dek);
    return status;
}
