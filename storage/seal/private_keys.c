#include "storage/seal/private_keys.h"

#include <sodium.h>
#include <string.h>

#include "storage/seal/seal.h"

enum status private_keys_open(const struct disk *disk, const char *keys_dir,
                              const char *master_path, struct private_keys **out,
                              struct fault *fault)
{
    enum status status = seal_ready(fault);
    if (status != STATUS_OK)
        return status;
    struct private_keys *keys = sodium_malloc(sizeof *keys);
    if (!keys)
        return fault_set(fault, STATUS_NOMEM, 0, "open private keys");
    keys->disk = disk;
    status = key_path(keys->directory, fault, "%s", keys_dir);
    if (status == STATUS_OK)
        status = master_set_path(&keys->master, master_path, fault);
    if (status == STATUS_OK)
        status = master_read(disk, &keys->master, fault);
    if (status != STATUS_OK) {
        sodium_free(keys);
        return status;
    }
    *out = keys;
    return STATUS_OK;
}

void private_keys_close(struct private_keys *owned_keys)
{
    sodium_free(owned_keys); /* wipes; NULL is accepted */
}

/* Whether a pair that is not there may be made: not where one was. */
static enum status may_make(const struct private_keys *keys, struct pair_name name,
                            struct fault *fault)
{
    char text[48];
    bool shredded = false;
    bool published = false;
    bool copied = false;
    const struct disk *disk = keys->disk;

    enum status status = pair_has(disk, keys->directory, name, PAIR_SHREDDED, &shredded, fault);
    if (status == STATUS_OK)
        status = pair_has(disk, keys->directory, name, PAIR_PUBLIC, &published, fault);
    if (status == STATUS_OK)
        status = pair_has(disk, keys->directory, name, PAIR_RECOVERY, &copied, fault);
    if (status != STATUS_OK)
        return status;
    pair_text(name, text);
    if (shredded)
        return fault_set(fault, STATUS_CONFLICT, 0, "%s was destroyed, and is never made again",
                         text);
    if (published || copied)
        return fault_set(fault, STATUS_NO_KEY, 0,
                         "the private half of %s is lost: restore it from a copy, or run "
                         "`recorderctl keys recover`",
                         text);
    return STATUS_OK;
}

/* Under the lock, so that of two the second finds what the first made. */
static enum status load_or_make(struct private_keys *keys, struct pair_name name,
                                uint8_t public_key[static KEY_PUBLIC_BYTES], struct fault *fault)
{
    enum status status = pair_load(keys, name, public_key, fault);

    if (status != STATUS_NOT_FOUND)
        return status;
    status = may_make(keys, name, fault);
    if (status != STATUS_OK)
        return status;
    (void)crypto_box_keypair(public_key, keys->pair);
    status = pair_store(keys, name, public_key, false, fault);
    return status == STATUS_EXISTS ? STATUS_IO : status;
}

static enum status make(struct private_keys *keys, struct pair_name name, struct fault *fault)
{
    uint8_t public_key[KEY_PUBLIC_BYTES];
    struct disk_file lock;

    enum status status = pair_lock(keys, &lock, fault);
    if (status != STATUS_OK)
        return status;
    status = pair_make_directories(keys->disk, keys->directory, name, fault);
    if (status == STATUS_OK)
        status = load_or_make(keys, name, public_key, fault);
    if (status == STATUS_OK)
        status = pair_seal_recovery(keys, name, public_key, fault);
    sodium_memzero(keys->pair, sizeof keys->pair);
    sodium_stackzero(4096);
    if (status == STATUS_OK)
        status = pair_publish(keys, name, public_key, fault);
    disk_close(&lock);
    if (status == STATUS_OK)
        fault_clear(fault);
    return status;
}

enum status private_keys_make_month(struct private_keys *keys, struct uuid customer,
                                    const char *month, struct fault *fault)
{
    const struct pair_name name = {KEY_KIND_CUSTOMER, customer, key_month_number(month)};

    if (!name.month)
        return fault_set(fault, STATUS_INVALID, 0, "\"%s\" is not a month", month);
    return make(keys, name, fault);
}

enum status private_keys_make_hold(struct private_keys *keys, struct fault *fault)
{
    return make(keys, (struct pair_name){.kind = KEY_KIND_HOLD}, fault);
}

enum status private_keys_open_dek(struct private_keys *keys, struct uuid customer, struct key_id id,
                                  uint32_t version, const uint8_t *sealed,
                                  uint8_t dek[static KEY_DEK_BYTES], struct fault *fault)
{
    char text[48];
    char month[KEY_MONTH_BYTES];
    uint8_t public_key[KEY_PUBLIC_BYTES];
    struct pair_name name = {KEY_KIND_CUSTOMER, customer, version};

    if (version == KEY_VERSION_HOLD)
        name = (struct pair_name){.kind = KEY_KIND_HOLD};
    else if (key_month_text(version, month) != STATUS_OK)
        return fault_set(fault, STATUS_NO_KEY, 0, "key version %u is not a month",
                         (unsigned)version);
    pair_text(name, text);
    enum status status = pair_load(keys, name, public_key, fault);
    if (status == STATUS_NOT_FOUND)
        status = fault_set(fault, STATUS_NO_KEY, 0, "%s is not here", text);
    if (status == STATUS_CORRUPT) {
        /* It says nothing about the recording, which must not be given up for it. */
        status = STATUS_IO;
        if (fault)
            fault->status = status;
    }
    struct key_id present = status == STATUS_OK ? key_id_of(public_key) : id;
    if (memcmp(present.b, id.b, sizeof id.b) != 0)
        status = fault_set(fault, STATUS_NO_KEY, 0, "%s is another one", text);
    if (status == STATUS_OK &&
        crypto_box_seal_open(dek, sealed, SEAL_DEK_SEALED_BYTES, public_key, keys->pair) != 0)
        status = fault_set(fault, STATUS_CORRUPT, 0, "the sealed key does not open");
    sodium_memzero(keys->pair, sizeof keys->pair);
    sodium_stackzero(4096);
    return status;
}
