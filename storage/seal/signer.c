#include "storage/seal/signer.h"

#include <assert.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "base/bounds.h"
#include "storage/seal/key_file.h"
#include "storage/seal/keys.h"
#include "storage/seal/seal.h"

static_assert(KEY_SIGNATURE_BYTES == crypto_sign_BYTES, "signature");
static_assert(KEY_PUBLIC_BYTES == crypto_sign_PUBLICKEYBYTES, "public half");
static_assert(KEY_FILE_SIGNING_BYTES == KEY_HEAD_BYTES + crypto_sign_SEEDBYTES, "signing file");

/* In sodium_malloc memory. */
struct signer {
    struct key_id id;
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
    uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
};

static bool name_is_plain(const char *name)
{
    return name[0] && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name);
}

static enum status load(const struct disk *disk, const char *path, struct signer *signer,
                        struct fault *fault)
{
    uint8_t data[KEY_FILE_SIGNING_BYTES];
    struct key_head head = {.kind = KEY_KIND_SIGNER};
    enum status status = key_file_read(disk, path, data, sizeof data, fault);

    if (status != STATUS_OK)
        return status;
    (void)crypto_sign_seed_keypair(signer->public_key, signer->secret_key, data + KEY_HEAD_BYTES);
    signer->id = key_id_of(signer->public_key);
    head.id = signer->id;
    if (!key_head_matches(&head, KEY_MAGIC_SIGNING, data))
        status = fault_set(fault, STATUS_CORRUPT, 0, "%s is not a signing key", path);
    sodium_memzero(data, sizeof data);
    sodium_stackzero(4096);
    return status;
}

enum status signer_open(const struct disk *disk, const char *keys_dir, const char *name,
                        struct signer **out, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];

    enum status status = seal_ready(fault);
    if (status != STATUS_OK)
        return status;
    if (!name_is_plain(name))
        return fault_set(fault, STATUS_INVALID, 0, "\"%s\" names no signing key", name);
    status = key_path(path, fault, "%s/signing/%s.key", keys_dir, name);
    if (status != STATUS_OK)
        return status;
    struct signer *signer = sodium_malloc(sizeof *signer);
    if (!signer)
        return fault_set(fault, STATUS_NOMEM, 0, "open signing key %s", path);
    status = load(disk, path, signer, fault);
    if (status != STATUS_OK) {
        sodium_free(signer);
        return status;
    }
    *out = signer;
    return STATUS_OK;
}

void signer_close(struct signer *owned_signer)
{
    sodium_free(owned_signer); /* wipes; NULL is accepted */
}

struct key_id signer_id(const struct signer *signer)
{
    return signer->id;
}

void signer_sign(const struct signer *signer, const uint8_t *message, size_t message_bytes,
                 uint8_t signature[static KEY_SIGNATURE_BYTES])
{
    (void)crypto_sign_detached(signature, NULL, message, message_bytes, signer->secret_key);
    sodium_stackzero(4096);
}

static enum status make_private(const struct disk *disk, const char *path, struct fault *fault)
{
    uint8_t data[KEY_FILE_SIGNING_BYTES];
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
    uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
    uint8_t *seed = data + KEY_HEAD_BYTES;
    struct key_head head = {.kind = KEY_KIND_SIGNER};

    randombytes_buf(seed, crypto_sign_SEEDBYTES);
    (void)crypto_sign_seed_keypair(public_key, secret_key, seed);
    head.id = key_id_of(public_key);
    key_head_put(&head, KEY_MAGIC_SIGNING, data);
    enum status status = key_file_write(disk, path, data, sizeof data, 0400, false, fault);
    sodium_memzero(data, sizeof data);
    sodium_memzero(secret_key, sizeof secret_key);
    sodium_stackzero(4096);
    return status == STATUS_EXISTS ? STATUS_OK : status;
}

static enum status make_public(const struct disk *disk, const char *keys_dir,
                               const struct signer *signer, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    char name[2 * KEY_ID_BYTES + 1];
    uint8_t data[KEY_FILE_PUBLIC_BYTES];
    struct key_head head = {.kind = KEY_KIND_SIGNER, .id = signer->id};

    (void)sodium_bin2hex(name, sizeof name, signer->id.b, sizeof signer->id.b);
    enum status status = key_path(path, fault, "%s/public/signers/%s.pub", keys_dir, name);
    if (status != STATUS_OK)
        return status;
    key_head_put(&head, KEY_MAGIC_PUBLIC, data);
    memcpy(data + KEY_HEAD_BYTES, signer->public_key, KEY_PUBLIC_BYTES);
    status = key_file_write(disk, path, data, sizeof data, 0644, false, fault);
    return status == STATUS_EXISTS ? STATUS_OK : status;
}

enum status signer_make(const struct disk *disk, const char *keys_dir, const char *name,
                        struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    struct signer *signer = NULL;

    enum status status = key_path(path, fault, "%s/signing/%s.key", keys_dir, name);
    if (status != STATUS_OK)
        return status;
    status = make_private(disk, path, fault);
    if (status != STATUS_OK)
        return status;
    status = signer_open(disk, keys_dir, name, &signer, fault);
    if (status != STATUS_OK)
        return status;
    assert(signer);
    status = make_public(disk, keys_dir, signer, fault);
    signer_close(signer);
    return status;
}
