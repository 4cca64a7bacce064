#include "storage/seal/recovery.h"

#include <sodium.h>
#include <string.h>

#include "storage/seal/key_months.h"
#include "storage/seal/private_keys.h"
#include "storage/seal/recovery_file.h"
#include "storage/seal/recovery_text.h"

static struct pair_name name_of(const struct key_month *month)
{
    return (struct pair_name){month->month ? KEY_KIND_CUSTOMER : KEY_KIND_HOLD, month->customer,
                              month->month};
}

static void count_failure(struct recovery_report *report, const struct fault *fault)
{
    if (!report->failed++)
        report->first = *fault;
}

static void seal_one(struct private_keys *keys, const struct key_month *month,
                     struct recovery_report *report)
{
    uint8_t public_key[KEY_PUBLIC_BYTES];
    struct fault fault = {0};
    enum status status = pair_load(keys, name_of(month), public_key, &fault);

    if (status == STATUS_OK)
        status = pair_seal_recovery(keys, name_of(month), public_key, &fault);
    sodium_memzero(keys->pair, sizeof keys->pair);
    if (status == STATUS_OK)
        report->sealed++;
    else
        count_failure(report, &fault);
}

/* Under the lock: a pair that is made meanwhile is sealed to it by its maker. */
static enum status install(struct private_keys *keys, const uint8_t *public_key, bool replace,
                           struct recovery_report *report, struct fault *fault)
{
    struct key_months months;

    enum status status = key_months_read(keys->disk, keys->directory, NULL, &months, fault);
    if (status != STATUS_OK)
        return status;
    status = recovery_public_write(keys->disk, keys->directory, public_key, replace, fault);
    for (size_t i = 0; i < months.count && status == STATUS_OK; i++)
        if (months.month[i].has_private)
            seal_one(keys, &months.month[i], report);
    key_months_free(&months);
    return status;
}

enum status recovery_make(struct private_keys *keys, struct recovery_split split, bool replace,
                          struct recovery_secret *secret, struct recovery_report *report,
                          struct fault *fault)
{
    uint8_t public_key[KEY_PUBLIC_BYTES];
    struct disk_file lock;

    *report = (struct recovery_report){0};
    randombytes_buf(secret->private_half, sizeof secret->private_half);
    (void)crypto_scalarmult_base(public_key, secret->private_half);
    sodium_stackzero(4096);
    enum status status = recovery_text_make(split, secret, fault);
    if (status != STATUS_OK)
        return status;
    status = pair_lock(keys, &lock, fault);
    if (status != STATUS_OK)
        return status;
    status = install(keys, public_key, replace, report, fault);
    disk_close(&lock);
    if (status == STATUS_EXISTS)
        return fault_set(fault, status, 0, "there is a recovery key already");
    return status;
}

static enum status seal_missing(struct private_keys *keys, const struct key_months *months,
                                struct recovery_report *report, struct fault *fault)
{
    struct disk_file lock;

    for (size_t i = 0; i < months->count; i++) {
        const struct key_month *month = &months->month[i];
        if (!month->has_private || month->recovery_current || month->shredded)
            continue;
        enum status status = pair_lock(keys, &lock, fault); /* for one: others need not wait */
        if (status != STATUS_OK)
            return status;
        seal_one(keys, month, report);
        disk_close(&lock);
    }
    return STATUS_OK;
}

enum status recovery_complete(struct private_keys *keys, struct recovery_report *report,
                              struct fault *fault)
{
    struct key_months months;
    struct key_id id;

    *report = (struct recovery_report){0};
    enum status status = key_recovery_id(keys->disk, keys->directory, &id, fault);
    if (status == STATUS_NOT_FOUND) {
        fault_clear(fault);
        return STATUS_OK;
    }
    if (status == STATUS_OK)
        status = key_months_read(keys->disk, keys->directory, NULL, &months, fault);
    if (status != STATUS_OK)
        return status;
    status = seal_missing(keys, &months, report, fault);
    key_months_free(&months);
    return status;
}

/* The pair is written anew under the newest master key. The caller wipes keys->pair. */
static enum status restore_from_copy(struct private_keys *keys, struct pair_name name,
                                     const uint8_t *secret, uint8_t *public_key,
                                     struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    struct key_head head = pair_head(name, (struct key_id){{0}});

    enum status status = pair_path(keys->directory, name, PAIR_RECOVERY, path, fault);
    if (status == STATUS_OK)
        status = recovery_file_open(keys->disk, path, &head, secret, keys->pair, fault);
    if (status == STATUS_OK)
        (void)crypto_scalarmult_base(public_key, keys->pair);
    if (status == STATUS_OK)
        status = pair_make_directories(keys->disk, keys->directory, name, fault);
    if (status == STATUS_OK)
        status = pair_store(keys, name, public_key, true, fault);
    return status;
}

static void restore_one(struct private_keys *keys, const struct key_month *month,
                        const uint8_t *secret, struct recovery_report *report)
{
    uint8_t public_key[KEY_PUBLIC_BYTES];
    struct fault fault = {0};
    struct pair_name name = name_of(month);
    enum status status = pair_load(keys, name, public_key, &fault);
    bool restored = status == STATUS_NOT_FOUND || status == STATUS_CORRUPT;

    if (restored && !month->has_recovery) {
        char text[48];
        pair_text(name, text);
        status =
            fault_set(&fault, STATUS_NO_KEY, 0, "there is no copy of %s for a recovery key", text);
    } else if (restored) {
        fault_clear(&fault);
        status = restore_from_copy(keys, name, secret, public_key, &fault);
    }
    sodium_memzero(keys->pair, sizeof keys->pair);
    if (status == STATUS_OK)
        status = pair_publish(keys, name, public_key, &fault);
    if (status != STATUS_OK)
        count_failure(report, &fault);
    report->sealed += status == STATUS_OK && restored;
    report->kept += status == STATUS_OK && !restored;
}

static enum status restore_all(struct private_keys *keys, const uint8_t *secret,
                               struct recovery_report *report, struct fault *fault)
{
    struct key_months months;
    struct disk_file lock;

    enum status status = pair_lock(keys, &lock, fault);
    if (status != STATUS_OK)
        return status;
    status = key_months_read(keys->disk, keys->directory, NULL, &months, fault);
    if (status == STATUS_OK) {
        for (size_t i = 0; i < months.count; i++)
            if (!months.month[i].shredded)
                restore_one(keys, &months.month[i], secret, report);
        key_months_free(&months);
    }
    disk_close(&lock);
    return status;
}

/* The recovery key that is here, where there is one, must be this one; else it becomes it. */
static enum status check_key(const struct disk *disk, const char *keys_dir, const uint8_t *secret,
                             struct fault *fault)
{
    uint8_t derived[KEY_PUBLIC_BYTES];
    uint8_t present[KEY_PUBLIC_BYTES];

    (void)crypto_scalarmult_base(derived, secret);
    sodium_stackzero(4096);
    enum status status = recovery_public_read(disk, keys_dir, present, fault);
    if (status == STATUS_NOT_FOUND)
        return recovery_public_write(disk, keys_dir, derived, false, fault);
    if (status == STATUS_OK && memcmp(derived, present, sizeof derived) != 0)
        status = fault_set(fault, STATUS_NO_KEY, 0,
                           "this is not the private half of the recovery key that is here");
    return status;
}

enum status recovery_restore(const struct disk *disk, const char *keys_dir, const char *master_path,
                             const uint8_t private_half[static KEY_PRIVATE_BYTES],
                             struct recovery_report *report, struct fault *fault)
{
    struct private_keys *keys = NULL;

    *report = (struct recovery_report){0};
    enum status status = seal_ready(fault);
    if (status == STATUS_OK)
        status = keys_make_directories(disk, keys_dir, master_path, fault);
    if (status == STATUS_OK)
        status = check_key(disk, keys_dir, private_half, fault);
    if (status != STATUS_OK)
        return status;
    struct stat about;
    if (disk->stat(disk->context, master_path, &about) != 0) {
        status = master_make_file(disk, master_path, fault);
        report->master_made = status == STATUS_OK;
    }
    if (status == STATUS_OK || status == STATUS_EXISTS)
        status = private_keys_open(disk, keys_dir, master_path, &keys, fault);
    if (status == STATUS_OK)
        status = restore_all(keys, private_half, report, fault);
    private_keys_close(keys);
    if (status == STATUS_OK)
        fault_clear(fault);
    return status;
}
