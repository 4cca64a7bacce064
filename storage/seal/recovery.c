#include "storage/seal/recovery.h"

#include <sodium.h>
#include <string.h>

#include "storage/seal/key_months.h"
#include "storage/seal/private_keys.h"
#include "storage/seal/recovery_file.h"
#include "storage/seal/recovery_text.h"

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
    enum status status = pair_load(keys, pair_of(month), public_key, &fault);

    if (status == STATUS_OK)
        status = pair_seal_recovery(keys, pair_of(month), public_key, &fault);
    sodium_memzero(keys->pair, sizeof keys->pair);
    if (status == STATUS_OK)
        report->sealed++;
    else
        count_failure(report, &fault);
}

enum status recovery_draw(struct recovery_split split, struct recovery_secret *secret,
                          struct fault *fault)
{
    enum status status = seal_ready(fault);

    if (status != STATUS_OK)
        return status;
    randombytes_buf(secret->private_half, sizeof secret->private_half);
    return recovery_text_make(split, secret, fault);
}

static void public_of(const struct recovery_secret *secret,
                      uint8_t public_key[static KEY_PUBLIC_BYTES])
{
    (void)crypto_scalarmult_base(public_key, secret->private_half);
    sodium_stackzero(4096);
}

struct key_id recovery_secret_id(const struct recovery_secret *secret)
{
    uint8_t public_key[KEY_PUBLIC_BYTES];

    public_of(secret, public_key);
    return key_id_of(public_key);
}

/* A private half that is lost or does not open, while its copy is sealed to that recovery key.
 * NULL: to any. */
static enum status depends_on(struct private_keys *keys, const struct key_month *month,
                              const struct key_id *recovery, bool *depends, struct fault *fault)
{
    uint8_t public_key[KEY_PUBLIC_BYTES];
    struct key_id sealed_to;
    char path[BOUND_PATH_BYTES];

    *depends = false;
    if (month->shredded || !month->has_recovery)
        return STATUS_OK;
    enum status status = pair_load(keys, pair_of(month), public_key, fault);
    sodium_memzero(keys->pair, sizeof keys->pair);
    if (status != STATUS_NOT_FOUND && status != STATUS_CORRUPT)
        return status;
    fault_clear(fault);
    status = pair_path(keys->directory, pair_of(month), PAIR_RECOVERY, path, fault);
    if (status == STATUS_OK)
        status = recovery_file_sealed_to(keys->disk, path, &sealed_to, fault);
    if (status == STATUS_CORRUPT) { /* nobody gets anything from it */
        fault_clear(fault);
        return STATUS_OK;
    }
    *depends = status == STATUS_OK &&
               (!recovery || memcmp(sealed_to.b, recovery->b, sizeof sealed_to.b) == 0);
    return status;
}

static enum status refuse_to_orphan(struct private_keys *keys, const struct key_months *months,
                                    const struct key_id *recovery, struct fault *fault)
{
    char text[48];
    size_t count = 0;

    for (size_t i = 0; i < months->count; i++) {
        bool depends;
        enum status status = depends_on(keys, &months->month[i], recovery, &depends, fault);
        if (status != STATUS_OK)
            return status;
        if (depends && !count++)
            pair_text(pair_of(&months->month[i]), text);
    }
    return count ? fault_set(fault, STATUS_CONFLICT, 0,
                             "%zu private halves are lost or do not open, and only the recovery "
                             "key that they are sealed to brings them back, such as %s",
                             count, text)
                 : STATUS_OK;
}

enum status recovery_may_install(struct private_keys *keys, bool replace, struct fault *fault)
{
    struct key_months months;
    struct key_id present;

    enum status status = key_recovery_id(keys->disk, keys->directory, &present, fault);
    bool is_present = status == STATUS_OK;
    if (is_present && !replace)
        return fault_set(fault, STATUS_EXISTS, 0, "there is a recovery key already");
    if (!is_present && status != STATUS_NOT_FOUND && status != STATUS_CORRUPT)
        return status;
    fault_clear(fault);
    status = key_months_read(keys->disk, keys->directory, NULL, &months, fault);
    if (status != STATUS_OK)
        return status;
    status = refuse_to_orphan(keys, &months, is_present ? &present : NULL, fault);
    key_months_free(&months);
    return status;
}

/* Under the lock: a pair that is made meanwhile is sealed to it by its maker. */
static enum status put_in_force(struct private_keys *keys, const struct recovery_secret *secret,
                                bool replace, struct recovery_report *report, struct fault *fault)
{
    uint8_t public_key[KEY_PUBLIC_BYTES];
    struct key_months months;

    enum status status = recovery_may_install(keys, replace, fault);
    if (status != STATUS_OK)
        return status;
    status = key_months_read(keys->disk, keys->directory, NULL, &months, fault);
    if (status != STATUS_OK)
        return status;
    public_of(secret, public_key);
    status = recovery_public_write(keys->disk, keys->directory, public_key, replace, fault);
    for (size_t i = 0; i < months.count && status == STATUS_OK; i++)
        if (months.month[i].has_private)
            seal_one(keys, &months.month[i], report);
    key_months_free(&months);
    return status;
}

enum status recovery_install(struct private_keys *keys, const struct recovery_secret *secret,
                             bool replace, struct recovery_report *report, struct fault *fault)
{
    struct disk_file lock;

    *report = (struct recovery_report){0};
    enum status status = pair_lock(keys, &lock, fault);
    if (status != STATUS_OK)
        return status;
    status = put_in_force(keys, secret, replace, report, fault);
    disk_close(&lock);
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
