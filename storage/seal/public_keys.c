#include "storage/seal/keys.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "storage/seal/key_file.h"
#include "storage/seal/seal.h"

struct public_keys {
    const struct disk *disk;
    char directory[BOUND_PATH_BYTES]; /* <keys>/public */
};

enum status public_keys_open(const struct disk *disk, const char *keys_dir,
                             struct public_keys **out, struct fault *fault)
{
    enum status status = seal_ready(fault);
    if (status != STATUS_OK)
        return status;
    struct public_keys *keys = calloc(1, sizeof *keys);
    if (!keys)
        return fault_set(fault, STATUS_NOMEM, 0, "open public keys");
    keys->disk = disk;
    status = key_path(keys->directory, fault, "%s/public", keys_dir);
    if (status != STATUS_OK) {
        free(keys);
        return status;
    }
    *out = keys;
    return STATUS_OK;
}

void public_keys_close(struct public_keys *owned_keys)
{
    free(owned_keys);
}

static enum status load_month(const struct public_keys *keys, struct uuid customer,
                              const char *month, struct customer_key *key, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    char owner[UUID_TEXT_BYTES];
    struct key_head head = {.kind = KEY_KIND_CUSTOMER, .customer = customer};
    struct customer_key loaded;

    uuid_format(customer, owner);
    enum status status =
        key_path(path, fault, "%s/customers/%s/%s.pub", keys->directory, owner, month);
    if (status != STATUS_OK)
        return status;
    head.month = key_month_number(month);
    status = key_public_read(keys->disk, path, &head, loaded.public_key, fault);
    if (status != STATUS_OK)
        return status;
    loaded.id = head.id;
    loaded.version = head.month;
    *key = loaded;
    return STATUS_OK;
}

/* "2026-11.pub" */
static bool month_of_name(const char *name, char month[static KEY_MONTH_BYTES])
{
    if (strlen(name) != KEY_MONTH_BYTES - 1 + 4 || strcmp(name + KEY_MONTH_BYTES - 1, ".pub") != 0)
        return false;
    memcpy(month, name, KEY_MONTH_BYTES - 1);
    month[KEY_MONTH_BYTES - 1] = '\0';
    return key_month_number(month) != 0;
}

/* Remember the newest of the months that there are keys of. */
static void take_month(void *arg, const char *name)
{
    char *newest = arg;
    char month[KEY_MONTH_BYTES];

    if (month_of_name(name, month) && strcmp(month, newest) > 0)
        memcpy(newest, month, sizeof month);
}

static enum status newest_month(const struct public_keys *keys, struct uuid customer,
                                char newest[static KEY_MONTH_BYTES], struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    char owner[UUID_TEXT_BYTES];
    char found[KEY_MONTH_BYTES] = "";

    uuid_format(customer, owner);
    enum status status = key_path(path, fault, "%s/customers/%s", keys->directory, owner);
    if (status != STATUS_OK)
        return status;
    if (keys->disk->list(keys->disk->context, path, take_month, found) != 0 && errno != ENOENT)
        return fault_set(fault, STATUS_IO, errno, "open directory %s", path);
    if (!found[0])
        return fault_set(fault, STATUS_NOT_FOUND, 0, "customer %s has no public key in %s", owner,
                         path);
    memcpy(newest, found, sizeof found);
    return STATUS_OK;
}

enum status public_keys_customer(struct public_keys *keys, struct uuid customer, wall_time when,
                                 struct customer_key *key, struct fault *fault)
{
    char month[KEY_MONTH_BYTES];

    keys_month(when, month);
    enum status status = load_month(keys, customer, month, key, fault);
    if (status != STATUS_NOT_FOUND)
        return status;
    status = newest_month(keys, customer, month, fault);
    if (status != STATUS_OK)
        return status;
    status = load_month(keys, customer, month, key, fault);
    if (status == STATUS_OK)
        fault_clear(fault);
    return status;
}

enum status public_keys_hold(struct public_keys *keys, struct customer_key *key,
                             struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    struct key_head head = {.kind = KEY_KIND_HOLD};
    struct customer_key loaded = {.version = KEY_VERSION_HOLD};

    enum status status = key_path(path, fault, "%s/hold.pub", keys->directory);
    if (status == STATUS_OK)
        status = key_public_read(keys->disk, path, &head, loaded.public_key, fault);
    if (status != STATUS_OK)
        return status;
    loaded.id = head.id;
    *key = loaded;
    return STATUS_OK;
}

enum status public_keys_signer(struct public_keys *keys, struct key_id id,
                               uint8_t public_key[static KEY_PUBLIC_BYTES], struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    char name[2 * KEY_ID_BYTES + 1];
    struct key_head head = {.kind = KEY_KIND_SIGNER};
    uint8_t loaded[KEY_PUBLIC_BYTES];

    (void)sodium_bin2hex(name, sizeof name, id.b, sizeof id.b);
    enum status status = key_path(path, fault, "%s/signers/%s.pub", keys->directory, name);
    if (status != STATUS_OK)
        return status;
    status = key_public_read(keys->disk, path, &head, loaded, fault);
    if (status != STATUS_OK)
        return status;
    if (memcmp(head.id.b, id.b, sizeof id.b) != 0)
        return fault_set(fault, STATUS_CORRUPT, 0, "%s holds another signer's key", path);
    memcpy(public_key, loaded, sizeof loaded);
    return STATUS_OK;
}
