/**
 * seal: the ciphers of FORMAT.md sections 1 to 3, over bytes that others lay out. No files.
 *
 * Any thread. Keys and DEKs are passed by pointer and never copied into statics; each function
 * wipes what it and libsodium left on the stack, so that after the caller has wiped its own copy
 * none remains in the process.
 */
#ifndef RECORDER_STORAGE_SEAL_SEAL_H
#define RECORDER_STORAGE_SEAL_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "storage/seal/keys.h"

enum {
    SEAL_KEY_BYTES = 32,
    SEAL_COMMITMENT_BYTES = 32,
    SEAL_NONCE_BYTES = 24,
    SEAL_TAG_BYTES = 16,
    SEAL_DEK_SEALED_BYTES = 80, /* KEY_DEK_BYTES + crypto_box_SEALBYTES */
};

/** Make libsodium ready; cheap when it is. STATUS_OK, STATUS_IO (no randomness). */
enum status seal_ready(struct fault *fault) MUST_CHECK;

/** A new random DEK; the caller wipes it. */
void seal_dek_new(uint8_t dek[static KEY_DEK_BYTES]);

/** BLAKE2b-256(dek, "CRF1 commit" || header). */
void seal_commitment(const uint8_t dek[static KEY_DEK_BYTES], const uint8_t *header,
                     size_t header_bytes, uint8_t commitment[static SEAL_COMMITMENT_BYTES]);

/** BLAKE2b-256(dek, "CRF1 enc" || header): the key of all frames; the caller wipes it. */
void seal_frame_key(const uint8_t dek[static KEY_DEK_BYTES], const uint8_t *header,
                    size_t header_bytes, uint8_t key[static SEAL_KEY_BYTES]);

/**
 * Seal a DEK to a public key, so that only its private half opens it.
 *
 * STATUS_OK, STATUS_INVALID (not a usable X25519 public key; sealed untouched).
 */
enum status seal_dek_to(const uint8_t dek[static KEY_DEK_BYTES],
                        const uint8_t public_key[static KEY_PUBLIC_BYTES],
                        uint8_t sealed[static SEAL_DEK_SEALED_BYTES]) MUST_CHECK;

/** Fill a nonce from the kernel. */
void seal_nonce_new(uint8_t nonce[static SEAL_NONCE_BYTES]);

/**
 * Encrypt: out = nonce || ciphertext || tag, SEAL_NONCE_BYTES + plain_bytes + SEAL_TAG_BYTES.
 *
 * nonce  never used before with this key.
 */
void seal_encrypt(const uint8_t key[static SEAL_KEY_BYTES],
                  const uint8_t nonce[static SEAL_NONCE_BYTES], const uint8_t *aad,
                  size_t aad_bytes, const uint8_t *plain, size_t plain_bytes, uint8_t *out);

/**
 * Decrypt what seal_encrypt wrote.
 *
 * sealed  sealed_bytes, at least nonce and tag.
 * plain   out, sealed_bytes less nonce and tag; zeroed unless STATUS_OK. NULL: only authenticate.
 *
 * STATUS_OK, STATUS_CORRUPT (not authentic).
 */
enum status seal_decrypt(const uint8_t key[static SEAL_KEY_BYTES], const uint8_t *aad,
                         size_t aad_bytes, const uint8_t *sealed, size_t sealed_bytes,
                         uint8_t *plain) MUST_CHECK;

#endif
