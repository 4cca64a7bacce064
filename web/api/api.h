/**
 * api: what all routes share, and the table of routes. Lives as long as the server.
 */
#ifndef RECORDER_WEB_API_API_H
#define RECORDER_WEB_API_API_H

#include "base/bounds.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/volumes.h"
#include "storage/seal/sign_in.h"
#include "web/api/control_waits.h"
#include "web/api/exchange.h"
#include "web/api/index_writer.h"
#include "web/api/lazy_index.h"
#include "web/api/pin_check.h"
#include "web/api/readers.h"
#include "web/api/throttle.h"

enum { API_ACTOR_BYTES = sizeof "customer:" + BOUND_NUMBER_BYTES };

/* Every member is borrowed and may be used by any thread. */
struct api {
    struct volumes volumes; /* that paths of recordings are below */
    const char *keys;       /* their directory, and the file of the master key */
    const char *master_key;
    const struct sign_in_key *sign_in;
    struct index_writer *writer;
    struct readers *readers;
    struct throttle *throttle;
    struct pin_check *pin_check;
    struct control_waits *waits;
};

/**
 * Find the route of a request, without doing anything that blocks.
 *
 * STATUS_OK  exchange->match set: run it by api_run.
 * Others     the exchange is answered: 404 or 405.
 */
enum status api_match(struct exchange *exchange) MUST_CHECK;

/** Run the matched route on a worker's thread; on return the exchange is answered, or, where
 *  exchange->asked.id is not 0, to be given to control_waits_add: a place there is reserved. */
void api_run(struct api *api, struct lazy_index *lazy, struct exchange *exchange);

/**
 * An entry of the audit log, now, by whoever sent the request.
 *
 * exchange, action, detail  borrowed; action and detail as in struct audit_entry, recording NULL.
 * customer                  whose it is; NULL where nobody is known: "unknown".
 * actor                     room for the entry's actor, as long as the entry.
 */
struct audit_entry api_entry(const struct exchange *exchange, const struct customer *customer,
                             const char *action, const char *detail,
                             char actor[static API_ACTOR_BYTES]);

#endif
