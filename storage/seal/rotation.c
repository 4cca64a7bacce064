#include "storage/seal/rotation.h"

#include <sodium.h>
#include <string.h>

#include "storage/seal/key_months.h"
#include "storage/seal/private_keys.h"

/* The next master key, made unless it is there; keys->master has it then. Under the lock. */
static enum status begin(struct private_keys *keys, const char *path,
                         struct rotation_report *report, struct fault *fault)
{
    struct master *master = &keys->master;

    enum status status = master_make_file(keys->disk, path, fault);
    report->resumed = status == STATUS_EXISTS;
    if (status == STATUS_OK || status == STATUS_EXISTS)
        status = master_read_file(keys->disk, path, master->next, fault);
    if (status != STATUS_OK)
        return status;
    master->has_next = true;
    fault_clear(fault);
    return STATUS_OK;
}

static struct pair_name name_of(const struct key_month *month)
{
    return (struct pair_name){month->month ? KEY_KIND_CUSTOMER : KEY_KIND_HOLD, month->customer,
                              month->month};
}

/* Whether a .key file is under the next one already. */
static bool is_done(const struct private_keys *keys, struct pair_name name)
{
    char path[BOUND_PATH_BYTES];
    uint8_t data[KEY_FILE_PRIVATE_BYTES];

    return pair_path(keys->directory, name, PAIR_KEY, path, NULL) == STATUS_OK &&
           key_file_read(keys->disk, path, data, sizeof data, NULL) == STATUS_OK &&
           seal_decrypt(keys->master.next, data, KEY_HEAD_BYTES, data + KEY_HEAD_BYTES,
                        sizeof data - KEY_HEAD_BYTES, NULL) == STATUS_OK;
}

static enum status wrap_again(struct private_keys *keys, struct pair_name name, struct fault *fault)
{
    uint8_t public_key[KEY_PUBLIC_BYTES];
    enum status status = pair_load(keys, name, public_key, fault);

    if (status == STATUS_OK)
        status = pair_store(keys, name, public_key, true, fault);
    sodium_memzero(keys->pair, sizeof keys->pair);
    sodium_stackzero(4096);
    return status;
}

/*
 * One pair at a time under the lock, so that others need not wait for all. The next key is set
 * again after it, for the lock reads the master keys anew, and knows nothing of one elsewhere.
 */
static enum status wrap_one(struct private_keys *keys, const char *path,
                            const struct key_month *month, struct rotation_report *report,
                            struct fault *fault)
{
    const struct pair_name name = name_of(month);
    struct disk_file lock;
    struct fault own = {0};

    enum status status = pair_lock(keys, &lock, fault);
    if (status != STATUS_OK)
        return status;
    status = master_read_file(keys->disk, path, keys->master.next, fault);
    if (status == STATUS_OK) {
        keys->master.has_next = true;
        status = is_done(keys, name) ? STATUS_OK : wrap_again(keys, name, &own);
    }
    disk_close(&lock);
    report->wrapped += status == STATUS_OK;
    if (status == STATUS_CORRUPT) {
        if (!report->failed++)
            report->why = own;
        return STATUS_OK; /* the others go on */
    }
    if (status == STATUS_NOT_FOUND) /* destroyed meanwhile */
        return STATUS_OK;
    if (status != STATUS_OK && own.text[0] && fault)
        *fault = own;
    return status;
}

static enum status wrap_all(struct private_keys *keys, const char *path,
                            struct rotation_report *report, struct fault *fault)
{
    struct key_months months;
    enum status status = key_months_read(keys->disk, keys->directory, NULL, &months, fault);

    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < months.count && status == STATUS_OK; i++)
        if (months.month[i].has_private)
            status = wrap_one(keys, path, &months.month[i], report, fault);
    key_months_free(&months);
    return status;
}

/* Looked at once more under the lock, for what must not be wrong. */
static enum status check_all(struct private_keys *keys, struct fault *fault)
{
    struct key_months months;
    char text[48];
    enum status status = key_months_read(keys->disk, keys->directory, NULL, &months, fault);

    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < months.count && status == STATUS_OK; i++) {
        if (!months.month[i].has_private || is_done(keys, name_of(&months.month[i])))
            continue;
        pair_text(name_of(&months.month[i]), text);
        status = fault_set(fault, STATUS_BUSY, 0, "%s is not under the new master key yet", text);
    }
    key_months_free(&months);
    return status;
}

/* All are under the next one: it takes the place. */
static enum status finish(struct private_keys *keys, const char *path, struct fault *fault)
{
    struct disk_file lock;
    const struct disk *disk = keys->disk;

    enum status status = pair_lock(keys, &lock, fault);
    if (status != STATUS_OK)
        return status;
    if (!keys->master.has_next) /* another who rotated has come to the end */
        goto out;
    status = check_all(keys, fault);
    if (status == STATUS_OK && disk->rename(disk->context, path, keys->master.path) != 0)
        status = disk_fault(fault, "rename to", keys->master.path);
    if (status == STATUS_OK)
        status = disk_sync_parent(disk, keys->master.path, fault);
    if (status == STATUS_OK)
        status = master_read(disk, &keys->master, fault);
out:
    disk_close(&lock);
    return status;
}

static enum status begin_locked(struct private_keys *keys, const char *new_master, char *path,
                                struct rotation_report *report, struct fault *fault)
{
    struct disk_file lock;
    enum status status = pair_lock(keys, &lock, fault);

    if (status != STATUS_OK)
        return status;
    if (new_master && keys->master.has_next)
        status = fault_set(fault, STATUS_CONFLICT, 0,
                           "a rotation was begun in the master key's own place: %s.next is there",
                           keys->master.path);
    else if (new_master)
        status = key_path(path, fault, "%s", new_master);
    else
        status = master_next_path(keys->master.path, path, fault);
    if (status == STATUS_OK)
        status = begin(keys, path, report, fault);
    disk_close(&lock);
    return status;
}

enum status keys_rotate(struct private_keys *keys, const char *new_master,
                        struct rotation_report *report, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];

    *report = (struct rotation_report){0};
    enum status status = begin_locked(keys, new_master, path, report, fault);
    if (status == STATUS_OK)
        status = wrap_all(keys, path, report, fault);
    if (status == STATUS_OK && report->failed)
        return fault_set(fault, STATUS_CORRUPT, 0,
                         "%zu keys open neither with the old master key nor the new one: %s",
                         report->failed, report->why.text);
    if (status == STATUS_OK && !new_master)
        status = finish(keys, path, fault);
    return status;
}
