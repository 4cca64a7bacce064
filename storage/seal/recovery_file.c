#include "storage/seal/recovery_file.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "base/bounds.h"

enum {
    RECOVERY_ID_AT = KEY_HEAD_BYTES,
    BOX_AT = RECOVERY_ID_AT + KEY_ID_BYTES,
    BOX_BYTES = KEY_PRIVATE_BYTES + crypto_box_SEALBYTES,
};

static_assert(KEY_FILE_RECOVERY_BYTES == BOX_AT + BOX_BYTES, "recovery file");

static enum status public_path(const char *keys_dir, char *path, struct fault *fault)
{
    return key_path(path, fault, "%s/public/recovery.pub", keys_dir);
}

enum status recovery_public_read(const struct disk *disk, const char *keys_dir,
                                 uint8_t public_key[static KEY_PUBLIC_BYTES], struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    struct key_head head = {.kind = KEY_KIND_RECOVERY};
    enum status status = public_path(keys_dir, path, fault);

    return status == STATUS_OK ? key_public_read(disk, path, &head, public_key, fault) : status;
}

enum status recovery_public_write(const struct disk *disk, const char *keys_dir,
                                  const uint8_t public_key[static KEY_PUBLIC_BYTES], bool replace,
                                  struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    const struct key_head head = {.kind = KEY_KIND_RECOVERY, .id = key_id_of(public_key)};
    enum status status = public_path(keys_dir, path, fault);

    return status == STATUS_OK ? key_public_write(disk, path, &head, public_key, replace, fault)
                               : status;
}

bool recovery_file_is_for(const struct disk *disk, const char *path, const struct key_head *head,
                          struct key_id recovery)
{
    uint8_t data[KEY_FILE_RECOVERY_BYTES];

    return key_file_read(disk, path, data, sizeof data, NULL) == STATUS_OK &&
           key_head_matches(head, KEY_MAGIC_RECOVERY, data) &&
           memcmp(data + RECOVERY_ID_AT, recovery.b, KEY_ID_BYTES) == 0;
}

enum status recovery_file_sealed_to(const struct disk *disk, const char *path, struct key_id *id,
                                    struct fault *fault)
{
    uint8_t data[KEY_FILE_RECOVERY_BYTES];
    enum status status = key_file_read(disk, path, data, sizeof data, fault);

    if (status != STATUS_OK)
        return status;
    if (memcmp(data, KEY_MAGIC_RECOVERY, 4) != 0)
        return fault_set(fault, STATUS_CORRUPT, 0, "%s is no copy for a recovery key", path);
    memcpy(id->b, data + RECOVERY_ID_AT, KEY_ID_BYTES);
    return STATUS_OK;
}

enum status recovery_file_write(const struct disk *disk, const char *path,
                                const struct key_head *head,
                                const uint8_t recovery[static KEY_PUBLIC_BYTES],
                                const uint8_t private_half[static KEY_PRIVATE_BYTES],
                                struct fault *fault)
{
    uint8_t data[KEY_FILE_RECOVERY_BYTES];
    struct key_id id = key_id_of(recovery);

    key_head_put(head, KEY_MAGIC_RECOVERY, data);
    memcpy(data + RECOVERY_ID_AT, id.b, sizeof id.b);
    int failed = crypto_box_seal(data + BOX_AT, private_half, KEY_PRIVATE_BYTES, recovery);
    sodium_stackzero(4096);
    if (failed)
        return fault_set(fault, STATUS_INVALID, 0, "the recovery key cannot be sealed to");
    return key_file_renew(disk, path, data, sizeof data, KEY_MODE_PRIVATE, fault);
}

enum status recovery_file_open(const struct disk *disk, const char *path, struct key_head *head,
                               const uint8_t secret[static KEY_PRIVATE_BYTES],
                               uint8_t private_half[static KEY_PRIVATE_BYTES], struct fault *fault)
{
    uint8_t data[KEY_FILE_RECOVERY_BYTES];
    uint8_t recovery[KEY_PUBLIC_BYTES];
    uint8_t public_key[KEY_PUBLIC_BYTES];
    enum status status = key_file_read(disk, path, data, sizeof data, fault);

    if (status != STATUS_OK)
        return status;
    memcpy(head->id.b, data + 32, KEY_ID_BYTES);
    if (!key_head_matches(head, KEY_MAGIC_RECOVERY, data))
        return fault_set(fault, STATUS_CORRUPT, 0, "%s is not the key that its name says", path);
    (void)crypto_scalarmult_base(recovery, secret);
    struct key_id id = key_id_of(recovery);
    if (memcmp(id.b, data + RECOVERY_ID_AT, sizeof id.b) != 0)
        return fault_set(fault, STATUS_NO_KEY, 0, "%s is sealed to another recovery key", path);
    if (crypto_box_seal_open(private_half, data + BOX_AT, BOX_BYTES, recovery, secret) != 0)
        return fault_set(fault, STATUS_CORRUPT, 0, "%s does not open: it is damaged", path);
    (void)crypto_scalarmult_base(public_key, private_half);
    sodium_stackzero(4096);
    id = key_id_of(public_key);
    if (memcmp(id.b, head->id.b, sizeof id.b) != 0) {
        sodium_memzero(private_half, KEY_PRIVATE_BYTES);
        return fault_set(fault, STATUS_CORRUPT, 0, "%s bears another key's id", path);
    }
    return STATUS_OK;
}
