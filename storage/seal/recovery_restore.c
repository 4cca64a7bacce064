#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "storage/seal/in_force.h"
#include "storage/seal/key_months.h"
#include "storage/seal/leftovers.h"
#include "storage/seal/private_keys.h"
#include "storage/seal/recovery.h"
#include "storage/seal/recovery_file.h"

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
    struct pair_name name = pair_of(month);
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
    if (status != STATUS_OK && !report->failed++)
        report->first = fault;
    report->sealed += status == STATUS_OK && restored;
    report->kept += status == STATUS_OK && !restored;
}

/* What there are of copies. */
struct copies {
    bool any_opens;       /* by this recovery key */
    bool any_others;      /* sealed to another one */
    struct fault damaged; /* of the first that is; no text where none is */
};

static enum status look_at_copy(const struct recovery_place *place, const struct key_month *month,
                                const uint8_t *secret, struct copies *copies, struct fault *fault)
{
    uint8_t private_half[KEY_PRIVATE_BYTES];
    char path[BOUND_PATH_BYTES];
    struct key_head head = pair_head(pair_of(month), (struct key_id){{0}});
    struct fault own = {0};

    enum status status = pair_path(place->keys_dir, pair_of(month), PAIR_RECOVERY, path, &own);
    if (status == STATUS_OK)
        status = recovery_file_open(place->disk, path, &head, secret, private_half, &own);
    sodium_memzero(private_half, sizeof private_half);
    copies->any_opens = copies->any_opens || status == STATUS_OK;
    copies->any_others = copies->any_others || status == STATUS_NO_KEY;
    if (status == STATUS_CORRUPT && !copies->damaged.text[0])
        copies->damaged = own;
    if (status == STATUS_NO_KEY || status == STATUS_CORRUPT || status == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (status != STATUS_OK && fault)
        *fault = own;
    return status;
}

static enum status look_at_copies(const struct recovery_place *place,
                                  const struct key_months *months, const uint8_t *secret,
                                  struct copies *copies, struct fault *fault)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < months->count && status == STATUS_OK; i++)
        if (months->month[i].has_recovery && !months->month[i].shredded)
            status = look_at_copy(place, &months->month[i], secret, copies, fault);
    if (status == STATUS_OK && !copies->any_opens)
        status = fault_set(fault, STATUS_NO_KEY, 0,
                           "none of the private halves here is sealed to this recovery key%s%s",
                           copies->damaged.text[0] ? ", but some are damaged: " : "",
                           copies->damaged.text);
    return status;
}

/* The master key that they will be under. */
static enum status open_master(const struct recovery_place *place, struct private_keys **keys,
                               struct recovery_report *report, struct fault *fault)
{
    const struct disk *disk = place->disk;
    struct stat about;
    enum status status = STATUS_OK;

    if (disk->stat(disk->context, place->master_path, &about) != 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            return disk_fault(fault, "look at", place->master_path);
        if (!place->new_master)
            return fault_set(fault, STATUS_CONFLICT, 0, "the master key %s is not there",
                             place->master_path);
        status = keys_make_directories(disk, place->keys_dir, place->master_path, fault);
        if (status == STATUS_OK)
            status = master_make_file(disk, place->master_path, fault);
        report->master_made = status == STATUS_OK;
    }
    if (status == STATUS_OK)
        status = private_keys_open(disk, place->keys_dir, place->master_path, keys, fault);
    if (status != STATUS_OK)
        return status;
    return place->new_master ? in_force_set(*keys, master_newest(&(*keys)->master), fault)
                             : in_force_check(*keys, fault);
}

/* Where it is lost, new pairs were not sealed to it; not where others are sealed to another one,
 * which is the newer perhaps. */
static enum status restore_public(const struct recovery_place *place, const uint8_t *secret,
                                  const struct copies *copies, struct fault *fault)
{
    uint8_t present[KEY_PUBLIC_BYTES];
    uint8_t derived[KEY_PUBLIC_BYTES];

    enum status status = recovery_public_read(place->disk, place->keys_dir, present, fault);
    if (status != STATUS_NOT_FOUND)
        return status == STATUS_CORRUPT ? STATUS_OK : status;
    fault_clear(fault);
    if (copies->any_others)
        return STATUS_OK;
    (void)crypto_scalarmult_base(derived, secret);
    sodium_stackzero(4096);
    return recovery_public_write(place->disk, place->keys_dir, derived, false, fault);
}

static enum status restore_months(const struct recovery_place *place,
                                  const struct key_months *months, const uint8_t *secret,
                                  struct recovery_report *report, struct fault *fault)
{
    struct private_keys *keys = NULL;
    struct copies copies = {.any_opens = false};
    size_t destroyed;

    enum status status = look_at_copies(place, months, secret, &copies, fault);
    if (status == STATUS_OK)
        status = open_master(place, &keys, report, fault);
    assert(keys || status != STATUS_OK);
    if (status == STATUS_OK)
        status = keys_make_directories(place->disk, place->keys_dir, place->master_path, fault);
    if (status == STATUS_OK)
        status = restore_public(place, secret, &copies, fault);
    for (size_t i = 0; i < months->count && status == STATUS_OK; i++)
        if (!months->month[i].shredded)
            restore_one(keys, &months->month[i], secret, report);
    if (status == STATUS_OK)
        status = leftovers_destroy(keys, &destroyed, fault);
    private_keys_close(keys);
    return status;
}

enum status recovery_restore(const struct recovery_place *place,
                             const uint8_t private_half[static KEY_PRIVATE_BYTES],
                             struct recovery_report *report, struct fault *fault)
{
    struct key_months months;
    struct disk_file lock;

    *report = (struct recovery_report){0};
    enum status status = seal_ready(fault);
    if (status == STATUS_OK)
        status = keys_lock(place->disk, place->keys_dir, &lock, fault);
    if (status != STATUS_OK)
        return status;
    status = key_months_read(place->disk, place->keys_dir, NULL, &months, fault);
    if (status == STATUS_OK) {
        status = restore_months(place, &months, private_half, report, fault);
        key_months_free(&months);
    }
    disk_close(&lock);
    if (status == STATUS_OK)
        fault_clear(fault);
    return status;
}
