#include "storage/seal/rotation.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "storage/seal/in_force.h"
#include "storage/seal/key_months.h"
#include "storage/seal/leftovers.h"
#include "storage/seal/private_keys.h"

/* Where the next one is: in the master key's own place, or at new_master. */
static enum status choose_next(struct private_keys *keys, const char *new_master,
                               struct fault *fault)
{
    struct master *master = &keys->master;
    struct stat about;

    enum status status = key_path(master->next_path, fault, "%s.next", master->path);
    if (status != STATUS_OK || !new_master)
        return status;
    if (keys->disk->stat(keys->disk->context, master->next_path, &about) == 0)
        return fault_set(fault, STATUS_CONFLICT, 0,
                         "a rotation was begun in the master key's own place: %s is there",
                         master->next_path);
    if (errno != ENOENT && errno != ENOTDIR)
        return disk_fault(fault, "look at", master->next_path);
    return key_path(master->next_path, fault, "%s", new_master);
}

/* The next master key, made unless it is there; keys->master has it then. */
static enum status begin(struct private_keys *keys, struct rotation_report *report,
                         struct fault *fault)
{
    struct disk_file lock;
    enum status status = pair_lock(keys, &lock, fault);

    if (status != STATUS_OK)
        return status;
    report->resumed = keys->master.has_next;
    if (!report->resumed)
        status = master_make_file(keys->disk, keys->master.next_path, fault);
    if (status == STATUS_OK)
        status = master_read(keys->disk, &keys->master, fault);
    disk_close(&lock);
    return status;
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

/* Under the lock. What opens with neither is counted, and the others go on. */
static enum status wrap_one(struct private_keys *keys, const struct key_month *month,
                            struct rotation_report *report, struct fault *fault)
{
    const struct pair_name name = pair_of(month);
    uint8_t public_key[KEY_PUBLIC_BYTES];
    struct fault own = {0};

    if (!month->has_private)
        return STATUS_OK;
    if (is_done(keys, name)) {
        report->wrapped++;
        return STATUS_OK;
    }
    enum status status = pair_load(keys, name, public_key, &own);
    bool is_closed = status == STATUS_CORRUPT;
    if (status == STATUS_OK)
        status = pair_store(keys, name, public_key, true, &own);
    sodium_memzero(keys->pair, sizeof keys->pair);
    sodium_stackzero(4096);
    report->wrapped += status == STATUS_OK;
    if (is_closed && !report->failed++)
        report->why = own;
    if (is_closed || status == STATUS_NOT_FOUND) /* destroyed meanwhile */
        return STATUS_OK;
    if (status != STATUS_OK && fault)
        *fault = own;
    return status;
}

/* The lock, with both keys. *ended: there is no next one any more, for another who rotated has come
 * to the end. */
static enum status lock_both(struct private_keys *keys, bool elsewhere, struct disk_file *lock,
                             bool *ended, struct fault *fault)
{
    enum status status = pair_lock(keys, lock, fault);

    if (status != STATUS_OK)
        return status;
    *ended = !keys->master.has_next;
    if (*ended && elsewhere)
        status = fault_set(fault, STATUS_IO, 0, "%s is gone", keys->master.next_path);
    if (status != STATUS_OK)
        disk_close(lock);
    return status;
}

/* One pair at a time under the lock, so that others need not wait for all. */
static enum status wrap_each(struct private_keys *keys, bool elsewhere,
                             const struct key_months *months, struct rotation_report *report,
                             struct fault *fault)
{
    enum status status = STATUS_OK;
    bool ended = false;

    for (size_t i = 0; i < months->count && status == STATUS_OK && !ended; i++) {
        struct disk_file lock;
        status = lock_both(keys, elsewhere, &lock, &ended, fault);
        if (status != STATUS_OK)
            break;
        if (!ended)
            status = wrap_one(keys, &months->month[i], report, fault);
        disk_close(&lock);
    }
    return status;
}

static enum status read_and_wrap_each(struct private_keys *keys, bool elsewhere,
                                      struct rotation_report *report, struct fault *fault)
{
    struct key_months months;
    enum status status = key_months_read(keys->disk, keys->directory, NULL, &months, fault);

    if (status != STATUS_OK)
        return status;
    status = wrap_each(keys, elsewhere, &months, report, fault);
    key_months_free(&months);
    return status;
}

/* What was made or restored meanwhile, under the lock: then all of them are under the next one. */
static enum status wrap_rest(struct private_keys *keys, struct rotation_report *report,
                             struct fault *fault)
{
    struct key_months months;
    enum status status = key_months_read(keys->disk, keys->directory, NULL, &months, fault);

    if (status != STATUS_OK)
        return status;
    report->wrapped = 0;
    report->failed = 0;
    for (size_t i = 0; i < months.count && status == STATUS_OK; i++)
        status = wrap_one(keys, &months.month[i], report, fault);
    key_months_free(&months);
    if (status == STATUS_OK && report->failed)
        status = fault_set(fault, STATUS_CORRUPT, 0,
                           "%zu keys open neither with the old master key nor the new one: %s",
                           report->failed, report->why.text);
    return status;
}

/* The old one keeps a name until the new one is sure to be in its place, and is written over then.
 */
static enum status take_place(struct private_keys *keys, struct fault *fault)
{
    const struct disk *disk = keys->disk;
    const struct master *master = &keys->master;
    char before[BOUND_PATH_BYTES];

    enum status status = key_file_temporary(master->path, before, fault);
    if (status == STATUS_OK && disk->link(disk->context, master->path, before) != 0)
        status = disk_fault(fault, "link", master->path);
    if (status == STATUS_OK && disk->rename(disk->context, master->next_path, master->path) != 0)
        status = disk_fault(fault, "rename to", master->path);
    if (status == STATUS_OK)
        status = disk_sync_parent(disk, master->path, fault);
    return status == STATUS_OK ? master_read(disk, &keys->master, fault) : status;
}

static enum status finish(struct private_keys *keys, bool elsewhere, struct rotation_report *report,
                          struct fault *fault)
{
    struct disk_file lock;
    bool ended;
    size_t destroyed;

    enum status status = lock_both(keys, elsewhere, &lock, &ended, fault);
    if (status != STATUS_OK)
        return status;
    if (!ended)
        status = wrap_rest(keys, report, fault);
    if (status == STATUS_OK && !ended)
        status = in_force_set(keys, keys->master.next, fault);
    if (status == STATUS_OK && !ended && !elsewhere)
        status = take_place(keys, fault);
    if (status == STATUS_OK)
        status = leftovers_destroy(keys, &destroyed, fault);
    disk_close(&lock);
    return status;
}

enum status keys_rotate(struct private_keys *keys, const char *new_master,
                        struct rotation_report *report, struct fault *fault)
{
    bool elsewhere = new_master != NULL;

    *report = (struct rotation_report){0};
    enum status status = choose_next(keys, new_master, fault);
    if (status == STATUS_OK)
        status = begin(keys, report, fault);
    if (status == STATUS_OK)
        status = read_and_wrap_each(keys, elsewhere, report, fault);
    if (status == STATUS_OK)
        status = finish(keys, elsewhere, report, fault);
    if (status == STATUS_OK)
        fault_clear(fault);
    return status;
}
