#include "storage/seal/sign_in.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/bounds.h"
#include "base/bytes.h"
#include "storage/seal/key_file.h"

static_assert((int)KEY_FILE_SIGN_IN_BYTES == (int)KEY_HEAD_BYTES + (int)SEAL_KEY_BYTES,
              "sign-in file");

static_assert(SIGN_IN_PIN_BYTES == crypto_pwhash_STRBYTES, "a PIN's hash");

/* In sodium_malloc memory. */
struct sign_in_key {
    uint8_t pins[SEAL_KEY_BYTES];
    uint8_t sessions[SEAL_KEY_BYTES];
};

/* What a PIN hash is sealed with: whose it is. */
struct owner {
    uint8_t b[UUID_BYTES + BOUND_NUMBER_BYTES];
    size_t bytes;
};

static enum status path_of(const char *keys_dir, char path[static BOUND_PATH_BYTES],
                           struct fault *fault)
{
    return key_path(path, fault, "%s/private/sign-in.key", keys_dir);
}

enum status sign_in_make(const struct disk *disk, const char *keys_dir, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    uint8_t data[KEY_FILE_SIGN_IN_BYTES];
    struct key_head head = {.kind = KEY_KIND_SIGN_IN};

    enum status status = path_of(keys_dir, path, fault);
    if (status != STATUS_OK)
        return status;
    randombytes_buf(data + KEY_HEAD_BYTES, SEAL_KEY_BYTES);
    head.id = key_id_of(data + KEY_HEAD_BYTES);
    key_head_put(&head, KEY_MAGIC_SIGN_IN, data);
    status = key_file_write(disk, path, data, sizeof data, KEY_MODE_PRIVATE, false, fault);
    sodium_memzero(data, sizeof data);
    return status == STATUS_EXISTS ? STATUS_OK : status;
}

static enum status load(const struct disk *disk, const char *path, struct sign_in_key *key,
                        struct fault *fault)
{
    static const char pins[] = "CRF1 pins";
    static const char sessions[] = "CRF1 sessions";
    uint8_t data[KEY_FILE_SIGN_IN_BYTES];
    const uint8_t *secret = data + KEY_HEAD_BYTES;
    struct key_head head = {.kind = KEY_KIND_SIGN_IN};

    enum status status = key_file_read(disk, path, data, sizeof data, fault);
    if (status == STATUS_NOT_FOUND)
        return fault_set(fault, STATUS_NO_KEY, 0,
                         "the sign-in key %s is not there: restore it from a copy of the keys, or "
                         "run `recorderctl init`",
                         path);
    if (status != STATUS_OK)
        return status;
    head.id = key_id_of(secret);
    if (!key_head_matches(&head, KEY_MAGIC_SIGN_IN, data))
        status = fault_set(fault, STATUS_CORRUPT, 0, "%s is not a sign-in key", path);
    (void)crypto_generichash(key->pins, sizeof key->pins, (const uint8_t *)pins, sizeof pins - 1,
                             secret, SEAL_KEY_BYTES);
    (void)crypto_generichash(key->sessions, sizeof key->sessions, (const uint8_t *)sessions,
                             sizeof sessions - 1, secret, SEAL_KEY_BYTES);
    sodium_memzero(data, sizeof data);
    sodium_stackzero(4096);
    return status;
}

enum status sign_in_open(const struct disk *disk, const char *keys_dir, struct sign_in_key **out,
                         struct fault *fault)
{
    char path[BOUND_PATH_BYTES];

    enum status status = seal_ready(fault);
    if (status == STATUS_OK)
        status = path_of(keys_dir, path, fault);
    if (status != STATUS_OK)
        return status;
    struct sign_in_key *key = sodium_malloc(sizeof *key);
    if (!key)
        return fault_set(fault, STATUS_NOMEM, 0, "open sign-in key %s", path);
    status = load(disk, path, key, fault);
    if (status != STATUS_OK) {
        sodium_free(key);
        return status;
    }
    *out = key;
    return STATUS_OK;
}

void sign_in_close(struct sign_in_key *owned_key)
{
    sodium_free(owned_key); /* wipes; NULL is accepted */
}

static struct owner owner_of(struct uuid customer, const char *number)
{
    struct owner owner = {.bytes = UUID_BYTES + strnlen(number, BOUND_NUMBER_BYTES)};

    memcpy(owner.b, customer.b, UUID_BYTES);
    memcpy(owner.b + UUID_BYTES, number, owner.bytes - UUID_BYTES);
    return owner;
}

void sign_in_seal_pin(const struct sign_in_key *key, struct uuid customer, const char *number,
                      const char hash[static SIGN_IN_PIN_BYTES], struct sealed_pin *sealed)
{
    const struct owner owner = owner_of(customer, number);
    uint8_t plain[SIGN_IN_PIN_BYTES] = {0};
    uint8_t nonce[SEAL_NONCE_BYTES];

    memcpy(plain, hash, strnlen(hash, SIGN_IN_PIN_BYTES - 1));
    seal_nonce_new(nonce);
    seal_encrypt(key->pins, nonce, owner.b, owner.bytes, plain, sizeof plain, sealed->b);
    sodium_memzero(plain, sizeof plain);
}

enum status sign_in_open_pin(const struct sign_in_key *key, struct uuid customer,
                             const char *number, const struct sealed_pin *sealed,
                             char hash[static SIGN_IN_PIN_BYTES])
{
    const struct owner owner = owner_of(customer, number);
    enum status status =
        seal_decrypt(key->pins, owner.b, owner.bytes, sealed->b, sizeof sealed->b, (uint8_t *)hash);

    hash[SIGN_IN_PIN_BYTES - 1] = '\0';
    return status;
}

void sign_in_prove(const struct sign_in_key *key, const struct sign_in_session *session,
                   uint8_t proof[static SIGN_IN_PROOF_BYTES])
{
    uint8_t said[SIGN_IN_TOKEN_HASH_BYTES + UUID_BYTES + 8];

    memcpy(said, session->token_hash, SIGN_IN_TOKEN_HASH_BYTES);
    memcpy(said + SIGN_IN_TOKEN_HASH_BYTES, session->customer.b, UUID_BYTES);
    bytes_put_u64(said + SIGN_IN_TOKEN_HASH_BYTES + UUID_BYTES, (uint64_t)session->created_us);
    (void)crypto_generichash(proof, SIGN_IN_PROOF_BYTES, said, sizeof said, key->sessions,
                             sizeof key->sessions);
    sodium_stackzero(4096);
}
