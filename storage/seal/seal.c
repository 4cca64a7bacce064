#include "storage/seal/seal.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static_assert(SEAL_NONCE_BYTES == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");
static_assert(SEAL_TAG_BYTES == crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag");
static_assert(SEAL_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key");
static_assert(SEAL_DEK_SEALED_BYTES == KEY_DEK_BYTES + crypto_box_SEALBYTES, "sealed DEK");

/* More than any function of libsodium used here keeps below its caller. */
enum { STACK_WIPE_BYTES = 4096 };

enum status seal_ready(struct fault *fault)
{
    if (sodium_init() < 0)
        return fault_set(fault, STATUS_IO, 0, "libsodium finds no source of randomness");
    return STATUS_OK;
}

void seal_dek_new(uint8_t dek[static KEY_DEK_BYTES])
{
    randombytes_buf(dek, KEY_DEK_BYTES);
}

static void derive(const uint8_t *dek, const char *label, const uint8_t *header,
                   size_t header_bytes, uint8_t *out)
{
    crypto_generichash_state state;

    (void)crypto_generichash_init(&state, dek, KEY_DEK_BYTES, 32);
    (void)crypto_generichash_update(&state, (const uint8_t *)label, strlen(label));
    (void)crypto_generichash_update(&state, header, header_bytes);
    (void)crypto_generichash_final(&state, out, 32);
    sodium_memzero(&state, sizeof state);
}

void seal_commitment(const uint8_t dek[static KEY_DEK_BYTES], const uint8_t *header,
                     size_t header_bytes, uint8_t commitment[static SEAL_COMMITMENT_BYTES])
{
    derive(dek, "CRF1 commit", header, header_bytes, commitment);
    sodium_stackzero(STACK_WIPE_BYTES);
}

void seal_frame_key(const uint8_t dek[static KEY_DEK_BYTES], const uint8_t *header,
                    size_t header_bytes, uint8_t key[static SEAL_KEY_BYTES])
{
    derive(dek, "CRF1 enc", header, header_bytes, key);
    sodium_stackzero(STACK_WIPE_BYTES);
}

enum status seal_dek_to(const uint8_t dek[static KEY_DEK_BYTES],
                        const uint8_t public_key[static KEY_PUBLIC_BYTES],
                        uint8_t sealed[static SEAL_DEK_SEALED_BYTES])
{
    uint8_t box[SEAL_DEK_SEALED_BYTES];
    int failed = crypto_box_seal(box, dek, KEY_DEK_BYTES, public_key);

    sodium_stackzero(STACK_WIPE_BYTES);
    if (failed)
        return STATUS_INVALID;
    memcpy(sealed, box, sizeof box);
    return STATUS_OK;
}

void seal_nonce_new(uint8_t nonce[static SEAL_NONCE_BYTES])
{
    randombytes_buf(nonce, SEAL_NONCE_BYTES);
}

void seal_encrypt(const uint8_t key[static SEAL_KEY_BYTES],
                  const uint8_t nonce[static SEAL_NONCE_BYTES], const uint8_t *aad,
                  size_t aad_bytes, const uint8_t *plain, size_t plain_bytes, uint8_t *out)
{
    memcpy(out, nonce, SEAL_NONCE_BYTES);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(out + SEAL_NONCE_BYTES, NULL, plain,
                                                     plain_bytes, aad, aad_bytes, NULL, nonce, key);
    sodium_stackzero(STACK_WIPE_BYTES);
}

enum status seal_decrypt(const uint8_t key[static SEAL_KEY_BYTES], const uint8_t *aad,
                         size_t aad_bytes, const uint8_t *sealed, size_t sealed_bytes,
                         uint8_t *plain)
{
    assert(sealed_bytes >= SEAL_NONCE_BYTES + SEAL_TAG_BYTES);
    size_t plain_bytes = sealed_bytes - SEAL_NONCE_BYTES - SEAL_TAG_BYTES;
    const uint8_t *cipher = sealed + SEAL_NONCE_BYTES;

    int failed = crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
        plain, NULL, cipher, plain_bytes, cipher + plain_bytes, aad, aad_bytes, sealed, key);
    sodium_stackzero(STACK_WIPE_BYTES);
    return failed ? STATUS_CORRUPT : STATUS_OK;
}
