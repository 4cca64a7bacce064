/**
 * pin_check: Argon2id, a few at a time. One check takes 19 MiB and some 25 ms of a core.
 */
#ifndef RECORDER_WEB_API_PIN_CHECK_H
#define RECORDER_WEB_API_PIN_CHECK_H

#include "base/status.h"

enum {
    PIN_CHECK_AT_ONCE = 2,
    PIN_CHECK_WAITING = 4, /* more than that are refused at once */
    PIN_CHECK_WAIT_MS = 2000,
    PIN_CHECK_MEMORY_BYTES = 19 * 1024 * 1024,
    PIN_CHECK_PASSES = 2,
};

struct pin_check;

/** Makes the hash that unknown customers are checked against. STATUS_OK, STATUS_NOMEM.
 *  sodium_init must have been called. */
enum status pin_check_create(struct pin_check **out) MUST_CHECK;

/** NULL is accepted. */
void pin_check_destroy(struct pin_check *owned_check);

/**
 * Check a PIN. Any thread; blocks.
 *
 * hash  crypto_pwhash_str text; NULL or "" where there is none: then a check of the same cost is
 *       made, and fails.
 *
 * STATUS_OK      right.
 * STATUS_DENIED  wrong, or no hash.
 * STATUS_BUSY    too many at once; nothing was checked.
 */
enum status pin_check_verify(struct pin_check *check, const char *hash, const char *pin) MUST_CHECK;

#endif
