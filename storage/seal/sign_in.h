/**
 * sign_in: the key that what signs people in is bound by: PIN hashes and sessions.
 *
 * recorder-ingest, which faces the telephone network, may write the index, where both are. It may
 * not read this key, so what it writes there signs nobody in: a PIN hash is sealed by the key to
 * its customer, which also keeps anybody from trying PINs on it elsewhere, and a session bears a
 * proof that the key alone makes. recorder-web and the operators hold it; it opens no recording.
 *
 * It is a file of its own and not wrapped by the master key: what it bound stays good when that is
 * rotated. Layout: FORMAT.md section 6; who may read it: KEYS.md. Lives in sodium_malloc memory and
 * never changes once it is open: any thread.
 */
#ifndef RECORDER_STORAGE_SEAL_SIGN_IN_H
#define RECORDER_STORAGE_SEAL_SIGN_IN_H

#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/disk/disk.h"
#include "storage/seal/seal.h"

enum {
    SIGN_IN_PIN_BYTES = 128, /* a crypto_pwhash_str text and zeros behind it */
    SIGN_IN_SEALED_BYTES = SEAL_NONCE_BYTES + SIGN_IN_PIN_BYTES + SEAL_TAG_BYTES,
    SIGN_IN_TOKEN_HASH_BYTES = 32,
    SIGN_IN_PROOF_BYTES = 32,
};

struct sign_in_key;

/* As the index has it. */
struct sealed_pin {
    uint8_t b[SIGN_IN_SEALED_BYTES];
};

/* What a proof is of. */
struct sign_in_session {
    uint8_t token_hash[SIGN_IN_TOKEN_HASH_BYTES];
    struct uuid customer;
    int64_t created_us;
};

/**
 * Make the key, unless it is there: `<keys>/private/sign-in.key`. Its directory exists. Where one
 * was lost and another is made, nobody's PIN is good any more (`recorderctl doctor` says whose).
 *
 * STATUS_OK (also when it was there), STATUS_FULL, STATUS_IO.
 */
enum status sign_in_make(const struct disk *disk, const char *keys_dir,
                         struct fault *fault) MUST_CHECK;

/** Read the key. STATUS_OK, STATUS_NO_KEY (it is not there; fault names the remedy), STATUS_CORRUPT
 *  (it is none), STATUS_IO (also where we may not read it), STATUS_NOMEM. */
enum status sign_in_open(const struct disk *disk, const char *keys_dir, struct sign_in_key **out,
                         struct fault *fault) MUST_CHECK;

/** Wipes it. NULL is accepted. */
void sign_in_close(struct sign_in_key *owned_key);

/**
 * Seal a PIN hash for the customer with that id and number, and for no other.
 *
 * hash  SIGN_IN_PIN_BYTES, a text; what is behind its end is not kept.
 */
void sign_in_seal_pin(const struct sign_in_key *key, struct uuid customer, const char *number,
                      const char hash[static SIGN_IN_PIN_BYTES], struct sealed_pin *sealed);

/**
 * Open a PIN hash.
 *
 * hash  out, SIGN_IN_PIN_BYTES, a text; "" unless STATUS_OK. The caller wipes it.
 *
 * STATUS_OK, STATUS_CORRUPT (not sealed by this key for that customer).
 */
enum status sign_in_open_pin(const struct sign_in_key *key, struct uuid customer,
                             const char *number, const struct sealed_pin *sealed,
                             char hash[static SIGN_IN_PIN_BYTES]) MUST_CHECK;

/** The proof that a session was made by who holds the key, for that customer at that time. */
void sign_in_prove(const struct sign_in_key *key, const struct sign_in_session *session,
                   uint8_t proof[static SIGN_IN_PROOF_BYTES]);

#endif
