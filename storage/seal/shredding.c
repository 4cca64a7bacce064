#include "storage/seal/shredding.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "storage/seal/key_months.h"
#include "storage/seal/private_keys.h"

enum { NAMES_MAX = 16, NAME_BYTES = 64 };

/* Files of a month's private half: .key, .recovery, and what a crash left under a temporary name.
 */
struct remains {
    char month[KEY_MONTH_BYTES];
    size_t count;
    char name[NAMES_MAX][NAME_BYTES];
};

static struct pair_name name_of(const struct key_shredding *key)
{
    return (struct pair_name){KEY_KIND_CUSTOMER, key->customer, key->month};
}

enum status keys_shredded(const struct disk *disk, const char *keys_dir, struct key_shredding *key,
                          struct fault *fault)
{
    uint8_t data[KEY_FILE_SHREDDED_BYTES];
    char path[BOUND_PATH_BYTES];
    struct key_id written;

    enum status status = pair_path(keys_dir, name_of(key), PAIR_SHREDDED, path, fault);
    if (status == STATUS_OK)
        status = key_file_read(disk, path, data, sizeof data, fault);
    if (status != STATUS_OK)
        return status;
    memcpy(written.b, data + KEY_HEAD_ID_AT, KEY_ID_BYTES);
    const struct key_head head = pair_head(name_of(key), written);
    if (!key_head_matches(&head, KEY_MAGIC_SHREDDED, data))
        return fault_set(fault, STATUS_CORRUPT, 0, "%s breaks its layout", path);
    key->id = written;
    key->when = clock_wall_from_us((int64_t)bytes_get_u64(data + KEY_HEAD_BYTES));
    return STATUS_OK;
}

static enum status find_id(const struct disk *disk, const char *keys_dir, struct key_shredding *key,
                           struct fault *fault)
{
    struct key_months months;
    enum status status = key_months_read(disk, keys_dir, &key->customer, &months, fault);

    if (status != STATUS_OK)
        return status;
    const struct key_month *found = key_months_find(&months, key->customer, key->month);
    if (found)
        key->id = found->id;
    else
        status = fault_set(fault, STATUS_NOT_FOUND, 0, "the customer has no key of that month");
    key_months_free(&months);
    return status;
}

/* The mark, unless it is there. */
static enum status mark(const struct disk *disk, const char *keys_dir, struct key_shredding *key,
                        struct fault *fault)
{
    uint8_t data[KEY_FILE_SHREDDED_BYTES];
    char path[BOUND_PATH_BYTES];

    enum status status = keys_shredded(disk, keys_dir, key, fault);
    if (status != STATUS_NOT_FOUND)
        return status;
    status = find_id(disk, keys_dir, key, fault);
    if (status != STATUS_OK)
        return status;
    const struct key_head head = pair_head(name_of(key), key->id);
    key_head_put(&head, KEY_MAGIC_SHREDDED, data);
    bytes_put_u64(data + KEY_HEAD_BYTES, (uint64_t)clock_wall_us(key->when));
    status = pair_path(keys_dir, name_of(key), PAIR_SHREDDED, path, fault);
    if (status == STATUS_OK)
        status = pair_make_directories(disk, keys_dir, name_of(key), fault);
    return status == STATUS_OK
               ? key_file_write(disk, path, data, sizeof data, KEY_MODE_PRIVATE, false, fault)
               : status;
}

static enum status remove_public(const struct disk *disk, const char *keys_dir,
                                 struct pair_name name, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];

    enum status status = pair_path(keys_dir, name, PAIR_PUBLIC, path, fault);
    if (status == STATUS_OK && disk->unlink(disk->context, path) != 0 && errno != ENOENT)
        status = disk_fault(fault, "remove", path);
    return status == STATUS_OK ? disk_sync_parent(disk, path, fault) : status;
}

static void take_name(void *arg, const char *name)
{
    struct remains *remains = arg;
    size_t month_bytes = KEY_MONTH_BYTES - 1;

    /* Not the mark, nor what a crash left of its making: that may be the same file. */
    if (strncmp(name, remains->month, month_bytes) != 0 || name[month_bytes] != '.' ||
        strncmp(name + month_bytes, ".shredded", 9) == 0 || strlen(name) >= NAME_BYTES ||
        remains->count == NAMES_MAX)
        return;
    memcpy(remains->name[remains->count++], name, strlen(name) + 1);
}

/* Some of what is there, until there is nothing. */
static enum status destroy_some(const struct disk *disk, const char *directory, uint32_t month,
                                size_t *destroyed, struct fault *fault)
{
    struct remains remains = {.count = 0};
    char path[BOUND_PATH_BYTES];

    enum status status = key_month_text(month, remains.month);
    if (status == STATUS_OK && disk->list(disk->context, directory, take_name, &remains) != 0 &&
        errno != ENOENT)
        status = disk_fault(fault, "list", directory);
    for (size_t i = 0; i < remains.count && status == STATUS_OK; i++) {
        status = key_path(path, fault, "%s/%s", directory, remains.name[i]);
        if (status == STATUS_OK)
            status = key_file_destroy(disk, path, fault);
    }
    *destroyed = remains.count;
    return status;
}

static enum status destroy_private(const struct disk *disk, const char *keys_dir,
                                   struct pair_name name, struct fault *fault)
{
    char directory[BOUND_PATH_BYTES];
    char path[BOUND_PATH_BYTES];
    char owner[UUID_TEXT_BYTES];
    size_t destroyed = 1;

    uuid_format(name.customer, owner);
    enum status status = key_path(directory, fault, "%s/private/%s", keys_dir, owner);
    while (status == STATUS_OK && destroyed)
        status = destroy_some(disk, directory, name.month, &destroyed, fault);
    if (status == STATUS_OK)
        status = pair_path(keys_dir, name, PAIR_KEY, path, fault);
    return status == STATUS_OK ? disk_sync_parent(disk, path, fault) : status;
}

enum status keys_shred(const struct disk *disk, const char *keys_dir, struct key_shredding *key,
                       struct fault *fault)
{
    struct disk_file lock;

    enum status status = keys_lock(disk, keys_dir, &lock, fault);
    if (status != STATUS_OK)
        return status;
    status = mark(disk, keys_dir, key, fault);
    if (status == STATUS_OK)
        status = remove_public(disk, keys_dir, name_of(key), fault);
    if (status == STATUS_OK)
        status = destroy_private(disk, keys_dir, name_of(key), fault);
    disk_close(&lock);
    if (status == STATUS_OK)
        fault_clear(fault);
    return status;
}
