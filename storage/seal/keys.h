/**
 * keys: the keys on disk, and which program may hold which half.
 *
 *   <keys>/public/customers/<customer uuid>/<YYYY-MM>.pub   X25519 public halves     everybody
 *   <keys>/public/hold.pub, <keys>/public/recovery.pub      X25519 public halves     everybody
 *   <keys>/public/signers/<key id hex>.pub                  Ed25519 public halves    everybody
 *   <keys>/private/<customer uuid>/<YYYY-MM>.key            X25519 private halves, wrapped by the
 *   <keys>/private/hold.key                                 master key               web, keeper
 *   <keys>/private/... .recovery                            the same, sealed to the recovery key,
 *                                                           which is on paper
 *   <keys>/private/sign-in.key                              what PINs and
 *                                                           sessions are bound by    web, keeper
 *   <keys>/lock                                             empty                    keeper
 *   <keys>/signing/ingest.key, <keys>/signing/keeper.key    Ed25519 private halves   its program
 *   <keys>/private/master.id                                which master key is in
 *                                                           force                    web, keeper
 *   <keys>/master.key                                       32 random bytes, 0400    web, keeper
 *
 * recorder-ingest opens only a `struct public_keys` and its own signer. Layouts: FORMAT.md
 * section 6; who may read which file, and each key's life: KEYS.md. Secrets live in sodium_malloc
 * memory and are wiped. Not thread safe; each thread or lock its own.
 *
 * Related: sign_in.h (the sign-in key), recovery.h (the recovery key), rotation.h (a new master
 * key), shredding.h (destroying a month), key_months.h (what there is).
 */
#ifndef RECORDER_STORAGE_SEAL_KEYS_H
#define RECORDER_STORAGE_SEAL_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/disk/disk.h"

enum {
    KEY_ID_BYTES = 16,
    KEY_PUBLIC_BYTES = 32,
    KEY_PRIVATE_BYTES = 32,
    KEY_DEK_BYTES = 32,
    KEY_SIGNATURE_BYTES = 64,
    KEY_MONTH_BYTES = 8,  /* "2026-11" and a zero */
    KEY_VERSION_HOLD = 0, /* in a slot, in the place of a month: the hold key */
    KEYS_LOCK_S = 10,     /* how long one waits for another */
};

/* In the key directory: held by who changes keys, and by who changes what is sealed to them. */
#define KEYS_LOCK_NAME "lock"
#define KEYS_SLOTS_LOCK_NAME "slots.lock"

/* BLAKE2b-128 of the public half. */
struct key_id {
    uint8_t b[KEY_ID_BYTES];
};

/* The public half of a customer's key for one month, or of the hold key. */
struct customer_key {
    struct key_id id;
    uint32_t version; /* YYYYMM as a number, 202611; KEY_VERSION_HOLD */
    uint8_t public_key[KEY_PUBLIC_BYTES];
};

struct public_keys;
struct private_keys;
struct signer;

/** Retention month of a moment, UTC. */
void keys_month(wall_time time, char month[static KEY_MONTH_BYTES]);

/** "2026-11" to 202611; 0 where it is not a month. */
uint32_t key_month_number(const char *month);

/** 202611 to "2026-11". STATUS_OK, STATUS_INVALID (not a month). */
enum status key_month_text(uint32_t number, char month[static KEY_MONTH_BYTES]) MUST_CHECK;

/**
 * Make the key directory, the master key, both signing keys and the sign-in key. What exists is
 * kept.
 *
 * keys_dir     made with its parents if missing.
 * master_path  file of the master key.
 *
 * STATUS_OK, STATUS_FULL (no space), STATUS_IO, STATUS_CORRUPT (a signing key that is there is
 * none), STATUS_NO_KEY (the master key is lost: keys are there that it wrapped), STATUS_NOMEM.
 */
enum status keys_init(const struct disk *disk, const char *keys_dir, const char *master_path,
                      struct fault *fault) MUST_CHECK;

/** Make the directories alone. STATUS_OK, STATUS_LIMIT, STATUS_FULL, STATUS_IO. */
enum status keys_make_directories(const struct disk *disk, const char *keys_dir,
                                  const char *master_path, struct fault *fault) MUST_CHECK;

/**
 * Take the lock on all private halves, waiting KEYS_LOCK_S at most. Nobody makes, wraps anew or
 * destroys one while it is held, so what is read of them belongs together.
 *
 * lock  out, for disk_close.
 *
 * STATUS_OK, STATUS_BUSY, STATUS_LIMIT, STATUS_IO.
 */
enum status keys_lock(const struct disk *disk, const char *keys_dir, struct disk_file *lock,
                      struct fault *fault) MUST_CHECK;

/**
 * Hold off who would change what is sealed to which key, without waiting: for who does so, in the
 * slots of a finished recording or by giving it to another customer, and for who counts what hangs
 * on a month and then destroys it. Keys can be made meanwhile. keys_lock may be taken within it,
 * not the other way round.
 *
 * lock  out, for disk_close.
 *
 * STATUS_OK, STATUS_BUSY, STATUS_LIMIT, STATUS_IO.
 */
enum status keys_hold_off(const struct private_keys *keys, struct disk_file *lock,
                          struct fault *fault) MUST_CHECK;

/** Open the public half of the directory; reads nothing yet. STATUS_OK, STATUS_NOMEM. */
enum status public_keys_open(const struct disk *disk, const char *keys_dir,
                             struct public_keys **out, struct fault *fault) MUST_CHECK;

/** NULL is accepted. */
void public_keys_close(struct public_keys *owned_keys);

/**
 * The key to seal a customer's new recording with: that of the month, or, where the keeper has not
 * made it yet, the customer's newest one.
 *
 * STATUS_OK         *key set.
 * STATUS_NOT_FOUND  the customer has no key at all.
 * STATUS_CORRUPT    its file is not a key file.
 * STATUS_IO
 */
enum status public_keys_customer(struct public_keys *keys, struct uuid customer, wall_time when,
                                 struct customer_key *key, struct fault *fault) MUST_CHECK;

/** The hold key's public half. STATUS_OK, STATUS_NOT_FOUND (none was made), STATUS_CORRUPT,
 *  STATUS_IO. */
enum status public_keys_hold(struct public_keys *keys, struct customer_key *key,
                             struct fault *fault) MUST_CHECK;

/**
 * The public half of a signer.
 *
 * STATUS_OK, STATUS_NOT_FOUND, STATUS_CORRUPT, STATUS_IO.
 */
enum status public_keys_signer(struct public_keys *keys, struct key_id id,
                               uint8_t public_key[static KEY_PUBLIC_BYTES],
                               struct fault *fault) MUST_CHECK;

/**
 * Open the private half: reads the master key, and the next one where it is being rotated. Both are
 * read again whenever a private half does not open with them, so a program that runs on while they
 * are rotated goes on opening.
 *
 * STATUS_OK, STATUS_IO, STATUS_CORRUPT (not 32 bytes), STATUS_DENIED (the file is readable by
 * others).
 */
enum status private_keys_open(const struct disk *disk, const char *keys_dir,
                              const char *master_path, struct private_keys **out,
                              struct fault *fault) MUST_CHECK;

/**
 * Whether a master key, or its next one, is in force: the one that the private halves are under,
 * and that others may be made under.
 *
 * STATUS_OK (*in_force set), STATUS_NOT_FOUND (nothing says which one is yet), those of
 * private_keys_open.
 */
enum status keys_master_in_force(const struct disk *disk, const char *keys_dir,
                                 const char *master_path, bool *in_force,
                                 struct fault *fault) MUST_CHECK;

/**
 * Write over and remove what a crash left of private and public halves, and of a master key that
 * was replaced, under temporary names.
 *
 * destroyed  out: how many there were.
 *
 * STATUS_OK, STATUS_BUSY, STATUS_NOMEM, STATUS_FULL, STATUS_IO.
 */
enum status private_keys_tidy(struct private_keys *keys, size_t *destroyed,
                              struct fault *fault) MUST_CHECK;

/** Wipes the master key. NULL is accepted. */
void private_keys_close(struct private_keys *owned_keys);

/**
 * Make a customer's pair for a month, unless it is there: private half first, durable, then its
 * copy for the recovery key, then the public half. Of two that try at once, both find one and the
 * same pair afterwards. Where the pair is there, a missing copy or public half is made.
 *
 * A private half is never made anew where there was one: what was sealed to it would be lost
 * without a word.
 *
 * STATUS_OK (also when it was there), STATUS_INVALID (not a month), STATUS_NO_KEY (the public half
 * is there, the private one is not: fault names the remedy), STATUS_CONFLICT (it was destroyed, or
 * this master key is not the one in force any more), STATUS_CORRUPT (the private file there does
 * not open with this master key), STATUS_BUSY (another works on the keys), STATUS_FULL (no space),
 * STATUS_IO.
 */
enum status private_keys_make_month(struct private_keys *keys, struct uuid customer,
                                    const char *month, struct fault *fault) MUST_CHECK;

/** Make the hold key, unless it is there. As private_keys_make_month. */
enum status private_keys_make_hold(struct private_keys *keys, struct fault *fault) MUST_CHECK;

/**
 * Open a DEK sealed to a customer's key, or to the hold key (slot algorithm 2, FORMAT.md section
 * 2).
 *
 * sealed  KEY_DEK_BYTES + crypto_box_SEALBYTES bytes.
 * dek     out; the caller wipes it.
 *
 * STATUS_OK, STATUS_NO_KEY (no private half with that id here), STATUS_CORRUPT (sealed does not
 * open), STATUS_IO (also where the key file is damaged or of another master key: that says nothing
 * about sealed).
 */
enum status private_keys_open_dek(struct private_keys *keys, struct uuid customer, struct key_id id,
                                  uint32_t version, const uint8_t *sealed,
                                  uint8_t dek[static KEY_DEK_BYTES],
                                  struct fault *fault) MUST_CHECK;

/**
 * Load a signing key: `name` is "ingest" or "keeper".
 *
 * STATUS_OK, STATUS_NOT_FOUND, STATUS_INVALID (no such name), STATUS_CORRUPT, STATUS_IO,
 * STATUS_NOMEM.
 */
enum status signer_open(const struct disk *disk, const char *keys_dir, const char *name,
                        struct signer **out, struct fault *fault) MUST_CHECK;

/** Wipes it. NULL is accepted. */
void signer_close(struct signer *owned_signer);

/** Its id, to find the public half. */
struct key_id signer_id(const struct signer *signer);

/** Ed25519 signature over message. */
void signer_sign(const struct signer *signer, const uint8_t *message, size_t message_bytes,
                 uint8_t signature[static KEY_SIGNATURE_BYTES]);

#endif
