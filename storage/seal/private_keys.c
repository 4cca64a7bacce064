#include "storage/seal/keys.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bounds.h"
#include "storage/seal/key_file.h"
#include "storage/seal/seal.h"

enum { WRAPPED_BYTES = SEAL_NONCE_BYTES + KEY_PRIVATE_BYTES + SEAL_TAG_BYTES };

static_assert(KEY_PRIVATE_BYTES == crypto_box_SECRETKEYBYTES, "private half");
static_assert(KEY_FILE_PRIVATE_BYTES == KEY_HEAD_BYTES + WRAPPED_BYTES, "private file");

/* In sodium_malloc memory. */
struct private_keys {
    const struct disk *disk;
    uint8_t master[SEAL_KEY_BYTES];
    uint8_t pair[KEY_PRIVATE_BYTES];  /* private half in use, wiped after each call */
    char directory[BOUND_PATH_BYTES]; /* <keys> */
};

static enum status read_master(const char *path, struct private_keys *keys, struct fault *fault)
{
    struct stat about;

    if (keys->disk->stat(keys->disk->context, path, &about) != 0)
        return fault_set(fault, STATUS_IO, errno, "open master key %s", path);
    if (about.st_mode & (S_IRWXG | S_IRWXO))
        return fault_set(fault, STATUS_DENIED, 0,
                         "master key %s has mode %04o: group or others have access; chmod 0400 it",
                         path, (unsigned)(about.st_mode & 07777));
    enum status status = key_file_read(keys->disk, path, keys->master, sizeof keys->master, fault);
    return status == STATUS_NOT_FOUND ? STATUS_IO : status;
}

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
        status = read_master(master_path, keys, fault);
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

/* <keys>/<half>/<customer>/<month>.<ending> */
static enum status month_path(const struct private_keys *keys, const char *half,
                              struct uuid customer, const char *month, const char *ending,
                              char *path, struct fault *fault)
{
    char owner[UUID_TEXT_BYTES];

    uuid_format(customer, owner);
    return key_path(path, fault, "%s/%s/%s/%s.%s", keys->directory, half, owner, month, ending);
}

/*
 * Unwrap the private half of a month into keys->pair, and set its id. NOT_FOUND where there is
 * none. The caller wipes keys->pair.
 */
static enum status load(struct private_keys *keys, struct uuid customer, const char *month,
                        uint8_t public_key[static KEY_PUBLIC_BYTES], struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    uint8_t data[KEY_FILE_PRIVATE_BYTES];
    struct key_head head = {
        .kind = KEY_KIND_CUSTOMER, .customer = customer, .month = key_month_number(month)};

    enum status status = month_path(keys, "private", customer, month, "key", path, fault);
    if (status == STATUS_OK)
        status = key_file_read(keys->disk, path, data, sizeof data, fault);
    if (status != STATUS_OK)
        return status;
    memcpy(head.id.b, data + 32, KEY_ID_BYTES);
    if (!key_head_matches(&head, KEY_MAGIC_PRIVATE, data))
        return fault_set(fault, STATUS_CORRUPT, 0, "%s is not the private key its name says", path);
    if (seal_decrypt(keys->master, data, KEY_HEAD_BYTES, data + KEY_HEAD_BYTES, WRAPPED_BYTES,
                     keys->pair) != STATUS_OK)
        return fault_set(fault, STATUS_CORRUPT, 0,
                         "%s does not open with this master key: damaged, or another's", path);
    (void)crypto_scalarmult_base(public_key, keys->pair);
    struct key_id id = key_id_of(public_key);
    if (memcmp(id.b, head.id.b, sizeof id.b) != 0)
        return fault_set(fault, STATUS_CORRUPT, 0, "%s bears another key's id", path);
    return STATUS_OK;
}

/* A new pair, the private half wrapped and durable. EXISTS where another made one first. */
static enum status make_private(struct private_keys *keys, struct uuid customer, const char *month,
                                struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    uint8_t data[KEY_FILE_PRIVATE_BYTES];
    uint8_t public_key[KEY_PUBLIC_BYTES];
    uint8_t nonce[SEAL_NONCE_BYTES];
    struct key_head head = {
        .kind = KEY_KIND_CUSTOMER, .customer = customer, .month = key_month_number(month)};

    enum status status = month_path(keys, "private", customer, month, "key", path, fault);
    if (status != STATUS_OK)
        return status;
    (void)crypto_box_keypair(public_key, keys->pair);
    head.id = key_id_of(public_key);
    key_head_put(&head, KEY_MAGIC_PRIVATE, data);
    seal_nonce_new(nonce);
    seal_encrypt(keys->master, nonce, data, KEY_HEAD_BYTES, keys->pair, KEY_PRIVATE_BYTES,
                 data + KEY_HEAD_BYTES);
    sodium_memzero(keys->pair, sizeof keys->pair);
    return key_file_write(keys->disk, path, data, sizeof data, 0600, false, fault);
}

/* The public file always follows the private one: what was sealed to another could not be opened.
 */
static enum status make_public(const struct private_keys *keys, struct uuid customer,
                               const char *month, const uint8_t *public_key, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    uint8_t data[KEY_FILE_PUBLIC_BYTES];
    uint8_t present[KEY_FILE_PUBLIC_BYTES];
    struct key_head head = {.kind = KEY_KIND_CUSTOMER,
                            .customer = customer,
                            .month = key_month_number(month),
                            .id = key_id_of(public_key)};

    enum status status = month_path(keys, "public/customers", customer, month, "pub", path, fault);
    if (status != STATUS_OK)
        return status;
    key_head_put(&head, KEY_MAGIC_PUBLIC, data);
    memcpy(data + KEY_HEAD_BYTES, public_key, KEY_PUBLIC_BYTES);
    if (key_file_read(keys->disk, path, present, sizeof present, NULL) == STATUS_OK &&
        memcmp(present, data, sizeof data) == 0)
        return STATUS_OK;
    return key_file_write(keys->disk, path, data, sizeof data, 0644, true, fault);
}

static enum status make_directories(const struct private_keys *keys, struct uuid customer,
                                    struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    char owner[UUID_TEXT_BYTES];

    uuid_format(customer, owner);
    enum status status = key_path(path, fault, "%s/private/%s", keys->directory, owner);
    if (status == STATUS_OK)
        status = key_directory_make(keys->disk, path, 0700, fault);
    if (status == STATUS_OK)
        status = key_path(path, fault, "%s/public/customers/%s", keys->directory, owner);
    if (status == STATUS_OK)
        status = key_directory_make(keys->disk, path, 0755, fault);
    return status;
}

enum status private_keys_make_month(struct private_keys *keys, struct uuid customer,
                                    const char *month, struct fault *fault)
{
    uint8_t public_key[KEY_PUBLIC_BYTES];

    if (!key_month_number(month))
        return fault_set(fault, STATUS_INVALID, 0, "\"%s\" is not a month", month);
    enum status status = make_directories(keys, customer, fault);
    if (status == STATUS_OK)
        status = load(keys, customer, month, public_key, fault);
    if (status == STATUS_NOT_FOUND) {
        status = make_private(keys, customer, month, fault);
        if (status == STATUS_OK || status == STATUS_EXISTS)
            status = load(keys, customer, month, public_key, fault);
    }
    sodium_memzero(keys->pair, sizeof keys->pair);
    sodium_stackzero(4096);
    if (status == STATUS_OK)
        status = make_public(keys, customer, month, public_key, fault);
    if (status == STATUS_OK)
        fault_clear(fault);
    return status == STATUS_NOT_FOUND ? STATUS_IO : status;
}

enum status private_keys_open_dek(struct private_keys *keys, struct uuid customer, struct key_id id,
                                  uint32_t version, const uint8_t *sealed,
                                  uint8_t dek[static KEY_DEK_BYTES], struct fault *fault)
{
    char month[KEY_MONTH_BYTES];
    uint8_t public_key[KEY_PUBLIC_BYTES];

    if (key_month_text(version, month) != STATUS_OK)
        return fault_set(fault, STATUS_NO_KEY, 0, "key version %u is not a month",
                         (unsigned)version);
    enum status status = load(keys, customer, month, public_key, fault);
    if (status == STATUS_NOT_FOUND)
        status = fault_set(fault, STATUS_NO_KEY, 0, "the customer's key of %s is not here", month);
    if (status == STATUS_CORRUPT) {
        /* It says nothing about the recording, which must not be given up for it. */
        status = STATUS_IO;
        if (fault)
            fault->status = status;
    }
    struct key_id present = status == STATUS_OK ? key_id_of(public_key) : id;
    if (memcmp(present.b, id.b, sizeof id.b) != 0)
        status =
            fault_set(fault, STATUS_NO_KEY, 0, "the customer's key of %s is another one", month);
    if (status == STATUS_OK &&
        crypto_box_seal_open(dek, sealed, SEAL_DEK_SEALED_BYTES, public_key, keys->pair) != 0)
        status = fault_set(fault, STATUS_CORRUPT, 0, "the sealed key does not open");
    sodium_memzero(keys->pair, sizeof keys->pair);
    sodium_stackzero(4096);
    return status;
}
