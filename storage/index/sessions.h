/**
 * sessions: who is signed in at the portal. Tokens are stored as SHA-256; the token itself is only
 * in the browser's cookie. 15 minutes idle, 12 hours in all.
 *
 * A row is believed only with a proof over token, customer and beginning that the sign-in key made
 * (storage/seal/sign_in.h): who may write the index, but has no such key, signs nobody in, moves no
 * session to another customer, and makes none last longer than its 12 hours.
 */
#ifndef RECORDER_STORAGE_INDEX_SESSIONS_H
#define RECORDER_STORAGE_INDEX_SESSIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/index/customers.h"
#include "storage/seal/sign_in.h"

enum { SESSION_TOKEN_BYTES = 32, SESSION_IDLE_S = 900, SESSION_LIFE_S = 43200 };

struct session {
    struct customer customer;
    /* its stored idle time is older than a minute: sessions_touch is to be called. So a session may
     * end up to a minute early, and a page that loads does not write for each of its requests */
    bool touch_due;
};

/** Add a session for a customer. */
enum status sessions_add(struct index *index, const struct sign_in_key *key,
                         const uint8_t token[static SESSION_TOKEN_BYTES], struct uuid customer,
                         wall_time now, struct fault *fault) MUST_CHECK;

/**
 * Whose session it is; writes nothing.
 *
 * STATUS_OK, STATUS_NOT_FOUND (unknown, idle too long or too old), STATUS_DENIED (its row was not
 * made with this key, or not as it is: nobody is signed in).
 */
enum status sessions_find(struct index *index, const struct sign_in_key *key,
                          const uint8_t token[static SESSION_TOKEN_BYTES], wall_time now,
                          struct session *found, struct fault *fault) MUST_CHECK;

/** Begin its idle time anew. STATUS_OK also where there is none. */
enum status sessions_touch(struct index *index, const uint8_t token[static SESSION_TOKEN_BYTES],
                           wall_time now, struct fault *fault) MUST_CHECK;

/** Sign out. STATUS_OK also where there was none. */
enum status sessions_remove(struct index *index, const uint8_t token[static SESSION_TOKEN_BYTES],
                            struct fault *fault) MUST_CHECK;

/** Sign a customer out everywhere. STATUS_OK also where there was none. */
enum status sessions_remove_all(struct index *index, struct uuid customer,
                                struct fault *fault) MUST_CHECK;

/** Remove those that are over. */
enum status sessions_expire(struct index *index, wall_time now, struct fault *fault) MUST_CHECK;

#endif
