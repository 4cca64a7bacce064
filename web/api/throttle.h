/**
 * throttle: slows down who guesses PINs, and nobody else. Locked inside; any thread may call.
 *
 * An attempt is charged before the PIN is looked at, so that attempts at once do not slip through,
 * and forgiven when the PIN was right.
 *
 * Per address (IPv4 address, IPv6 /64): after THROTTLE_FREE_ATTEMPTS failures each further attempt
 * waits twice as long, up to THROTTLE_ADDRESS_MAX_S.
 * Per customer, from whatever address: likewise up to THROTTLE_CUSTOMER_MAX_S, but that wait is
 * counted for each address by itself, from its own first try. A stranger who keeps guessing can
 * therefore never take the place of the customer, who waits those few seconds once.
 * Failures are forgotten after THROTTLE_FORGET_S without one. Tables are bounded; of a full bucket
 * the oldest goes, and buckets are chosen by a keyed hash that nobody outside can aim at.
 */
#ifndef RECORDER_WEB_API_THROTTLE_H
#define RECORDER_WEB_API_THROTTLE_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/status.h"

enum {
    THROTTLE_FREE_ATTEMPTS = 5,
    THROTTLE_ADDRESS_MAX_S = 60,
    THROTTLE_CUSTOMER_MAX_S = 4,
    THROTTLE_FORGET_S = 900,
    THROTTLE_ENTRIES = 4096, /* of each table */
};

struct throttle;

/** STATUS_OK, STATUS_NOMEM. sodium_init must have been called. */
enum status throttle_create(struct throttle **out) MUST_CHECK;

/** NULL is accepted. */
void throttle_destroy(struct throttle *owned_throttle);

/**
 * Ask to try a PIN.
 *
 * customer       as the stranger wrote it.
 * retry_after_s  set where refused, 1..THROTTLE_ADDRESS_MAX_S.
 *
 * Returns whether it may be tried; then it is charged as a failure.
 */
bool throttle_admit(struct throttle *throttle, const struct sockaddr_storage *address,
                    const char *customer, mono_time now, unsigned *retry_after_s);

/** The admitted attempt was right: its charge and the customer's failures are forgotten. */
void throttle_succeeded(struct throttle *throttle, const struct sockaddr_storage *address,
                        const char *customer, mono_time now);

/** The admitted attempt was never tried (the server was busy): only its own charge is taken back.
 */
void throttle_refund(struct throttle *throttle, const struct sockaddr_storage *address,
                     const char *customer, mono_time now);

#endif
