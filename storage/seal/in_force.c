#include "storage/seal/in_force.h"

#include <sodium.h>
#include <string.h>

#include "storage/seal/key_months.h"

static struct key_head head_of(const uint8_t *master)
{
    static const char label[] = "CRF1 master";
    struct key_head head = {.kind = KEY_KIND_MASTER};

    (void)crypto_generichash(head.id.b, sizeof head.id.b, (const uint8_t *)label, sizeof label - 1,
                             master, SEAL_KEY_BYTES);
    return head;
}

static enum status path_of(const char *keys_dir, char path[static BOUND_PATH_BYTES],
                           struct fault *fault)
{
    return key_path(path, fault, "%s/private/" IN_FORCE_NAME, keys_dir);
}

static enum status is_id_of(const struct private_keys *keys, const uint8_t *master, bool *is,
                            struct fault *fault)
{
    const struct key_head head = head_of(master);
    uint8_t data[KEY_HEAD_BYTES];
    char path[BOUND_PATH_BYTES];
    struct key_head written = head;

    enum status status = path_of(keys->directory, path, fault);
    if (status == STATUS_OK)
        status = key_file_read(keys->disk, path, data, sizeof data, fault);
    if (status != STATUS_OK)
        return status;
    memcpy(written.id.b, data + KEY_HEAD_ID_AT, KEY_ID_BYTES);
    if (!key_head_matches(&written, KEY_MAGIC_MASTER, data))
        return fault_set(fault, STATUS_CORRUPT, 0, "%s breaks its layout", path);
    *is = memcmp(written.id.b, head.id.b, KEY_ID_BYTES) == 0;
    return STATUS_OK;
}

enum status in_force_set(const struct private_keys *keys,
                         const uint8_t master[static SEAL_KEY_BYTES], struct fault *fault)
{
    const struct key_head head = head_of(master);
    uint8_t data[KEY_HEAD_BYTES];
    char path[BOUND_PATH_BYTES];

    enum status status = path_of(keys->directory, path, fault);
    key_head_put(&head, KEY_MAGIC_MASTER, data);
    return status == STATUS_OK
               ? key_file_write(keys->disk, path, data, sizeof data, KEY_MODE_PRIVATE, true, fault)
               : status;
}

/* The key that opens the first private half that opens at all; the newest where there is none to
 * open. */
static enum status prove(struct private_keys *keys, const struct key_months *months,
                         struct fault *fault)
{
    uint8_t public_key[KEY_PUBLIC_BYTES];
    bool any = false;
    bool opened = false;

    for (size_t i = 0; i < months->count && !opened; i++) {
        const struct key_month *month = &months->month[i];
        any = any || !month->shredded;
        opened = !month->shredded && month->has_private &&
                 pair_load(keys, pair_of(month), public_key, NULL) == STATUS_OK;
        sodium_memzero(keys->pair, sizeof keys->pair);
    }
    if (any && !opened)
        return fault_set(fault, STATUS_CONFLICT, 0,
                         "the master key %s opens none of the private halves: put the right one in "
                         "its place",
                         keys->master.path);
    return in_force_set(keys, master_newest(&keys->master), fault);
}

static enum status adopt(struct private_keys *keys, struct fault *fault)
{
    struct key_months months;
    enum status status = key_months_read(keys->disk, keys->directory, NULL, &months, fault);

    if (status != STATUS_OK)
        return status;
    status = prove(keys, &months, fault);
    key_months_free(&months);
    return status;
}

static enum status either_is(const struct private_keys *keys, bool *is, struct fault *fault)
{
    const struct master *master = &keys->master;

    enum status status = is_id_of(keys, master->key, is, fault);
    if (status == STATUS_OK && !*is && master->has_next)
        status = is_id_of(keys, master->next, is, fault);
    return status;
}

enum status keys_master_in_force(const struct disk *disk, const char *keys_dir,
                                 const char *master_path, bool *in_force, struct fault *fault)
{
    struct private_keys *keys = NULL;

    enum status status = private_keys_open(disk, keys_dir, master_path, &keys, fault);
    if (status == STATUS_OK)
        status = either_is(keys, in_force, fault);
    private_keys_close(keys);
    return status;
}

enum status in_force_check(struct private_keys *keys, struct fault *fault)
{
    bool is = false;

    enum status status = either_is(keys, &is, fault);
    if (status == STATUS_NOT_FOUND || status == STATUS_CORRUPT) {
        fault_clear(fault);
        return adopt(keys, fault);
    }
    if (status == STATUS_OK && !is)
        return fault_set(fault, STATUS_CONFLICT, 0,
                         "the master key %s is not the one that the private halves are under: "
                         "another took its place, and is what this program needs",
                         keys->master.path);
    return status;
}
