/**
 * backup_json: JSON files that are signed by the keeper, so that a backup can be told from one that
 * somebody has changed (storage/FORMAT.md section 9).
 *
 *   {"manifest": BODY, "signer": "<key id, hex>", "signature": "<Ed25519, hex>"}
 *
 * The signature is over "CRF1 backup" and BODY as compact JSON, members in the order of their
 * names.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_BACKUP_JSON_H
#define RECORDER_TOOLS_RECORDERCTL_BACKUP_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "storage/seal/keys.h"

/** Read a member of 64 hex digits; false where it is none. */
bool backup_json_hash(const json_t *object, const char *name, uint8_t hash[static 32]);

/** A hash as a JSON text; NULL at out of memory. */
json_t *backup_json_hex(const uint8_t hash[static 32]);

/**
 * Sign and write, durably, in the place of one that is there.
 *
 * owned_body  consumed; NULL is STATUS_NOMEM.
 *
 * STATUS_OK, STATUS_NOMEM, STATUS_LIMIT, STATUS_FULL, STATUS_IO: the one that is there is
 * untouched.
 */
enum status backup_json_write(const char *path, json_t *owned_body, const struct signer *signer,
                              struct fault *fault) MUST_CHECK;

/* Whose signature counts: the keeper's. Every program has a signing key that is known, also the one
 * that faces the telephone network. */
struct backup_trust {
    struct public_keys *signers;
    bool any; /* of those, also one that is not the keeper's */
    struct key_id keeper;
};

/**
 * Look who the keeper is, by its signing key in a key directory or in a copy of one.
 *
 * any    take the signature of any signer that is known there.
 * trust  out; for backup_trust_close, on failure too.
 *
 * STATUS_OK, STATUS_NO_KEY (the keeper's signing key is not there), STATUS_CORRUPT, STATUS_IO,
 * STATUS_NOMEM.
 */
enum status backup_trust_open(const char *keys_dir, bool any, struct backup_trust *trust,
                              struct fault *fault) MUST_CHECK;

/** One of zeros is accepted. */
void backup_trust_close(struct backup_trust *trust);

/**
 * Read and check one.
 *
 * body  out; freed by json_decref.
 *
 * STATUS_OK, STATUS_NOT_FOUND (no such file), STATUS_CORRUPT (no such JSON, or its signature is
 * wrong or not the keeper's), STATUS_NO_KEY (its signer is not known), STATUS_IO.
 */
enum status backup_json_read(const char *path, const struct backup_trust *trust, json_t **body,
                             struct fault *fault) MUST_CHECK;

#endif
