#include "storage/recording/frame.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "base/bytes.h"

enum {
    PLAIN_BYTES = 4 + FORMAT_FRAME_DATA_BYTES,
    AAD_BYTES = 16,
};

static_assert(SEAL_NONCE_BYTES + PLAIN_BYTES + SEAL_TAG_BYTES == FORMAT_UNIT_BYTES, "a unit");

static void put_aad(enum frame_type type, uint64_t index, uint8_t aad[static AAD_BYTES])
{
    static const uint8_t label[] = {'C', 'R', 'F', '1'};

    memset(aad, 0, AAD_BYTES);
    memcpy(aad, label, sizeof label);
    aad[4] = (uint8_t)type;
    bytes_put_u64(aad + 8, index);
}

void frame_seal_with_nonce(const uint8_t key[static SEAL_KEY_BYTES],
                           const uint8_t nonce[static SEAL_NONCE_BYTES], enum frame_type type,
                           uint64_t index, const uint8_t *data, size_t data_bytes,
                           uint8_t unit[static FORMAT_UNIT_BYTES])
{
    uint8_t plain[PLAIN_BYTES];
    uint8_t aad[AAD_BYTES];

    assert(data_bytes > 0 && data_bytes <= FORMAT_FRAME_DATA_BYTES);
    bytes_put_u32(plain, (uint32_t)data_bytes);
    memcpy(plain + 4, data, data_bytes);
    memset(plain + 4 + data_bytes, 0, FORMAT_FRAME_DATA_BYTES - data_bytes);
    put_aad(type, index, aad);
    seal_encrypt(key, nonce, aad, sizeof aad, plain, sizeof plain, unit);
}

void frame_seal(const uint8_t key[static SEAL_KEY_BYTES], enum frame_type type, uint64_t index,
                const uint8_t *data, size_t data_bytes, uint8_t unit[static FORMAT_UNIT_BYTES])
{
    uint8_t nonce[SEAL_NONCE_BYTES];

    seal_nonce_new(nonce);
    frame_seal_with_nonce(key, nonce, type, index, data, data_bytes, unit);
}

enum status frame_open(const uint8_t key[static SEAL_KEY_BYTES], enum frame_type type,
                       uint64_t index, const uint8_t unit[static FORMAT_UNIT_BYTES],
                       uint8_t data[static FORMAT_FRAME_DATA_BYTES], size_t *data_bytes)
{
    uint8_t plain[PLAIN_BYTES];
    uint8_t aad[AAD_BYTES];

    memset(data, 0, FORMAT_FRAME_DATA_BYTES);
    put_aad(type, index, aad);
    if (seal_decrypt(key, aad, sizeof aad, unit, FORMAT_UNIT_BYTES, plain) != STATUS_OK)
        return STATUS_CORRUPT;
    size_t used = bytes_get_u32(plain);
    if (used == 0 || used > FORMAT_FRAME_DATA_BYTES ||
        !sodium_is_zero(plain + 4 + used, FORMAT_FRAME_DATA_BYTES - used))
        return STATUS_CORRUPT;
    memcpy(data, plain + 4, used);
    *data_bytes = used;
    return STATUS_OK;
}

enum status frame_check(const uint8_t key[static SEAL_KEY_BYTES], enum frame_type type,
                        uint64_t index, const uint8_t unit[static FORMAT_UNIT_BYTES])
{
    uint8_t aad[AAD_BYTES];

    put_aad(type, index, aad);
    return seal_decrypt(key, aad, sizeof aad, unit, FORMAT_UNIT_BYTES, NULL);
}

off_t frame_offset(uint64_t index)
{
    return (off_t)((index + 1) * FORMAT_UNIT_BYTES);
}

uint64_t frame_count(uint64_t data_bytes)
{
    return data_bytes / FORMAT_FRAME_DATA_BYTES + (data_bytes % FORMAT_FRAME_DATA_BYTES != 0);
}
