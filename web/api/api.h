/**
 * api: what all routes share, and the table of routes. Lives as long as the server.
 */
#ifndef RECORDER_WEB_API_API_H
#define RECORDER_WEB_API_API_H

#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/volumes.h"
#include "web/api/audit_trail.h"
#include "web/api/control_waits.h"
#include "web/api/exchange.h"
#include "web/api/lazy_index.h"
#include "web/api/pin_check.h"
#include "web/api/readers.h"
#include "web/api/throttle.h"

/* Every member is borrowed and may be used by any thread. */
struct api {
    struct volumes volumes; /* that paths of recordings are below */
    struct audit_trail *trail;
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
 * Append to the audit log, durable on return.
 *
 * actor      "customer:<number>" or "unknown".
 * recording  NULL where none.
 * detail     JSON object.
 */
enum status api_audit(struct api *api, const struct exchange *exchange, const char *actor,
                      const char *action, const struct uuid *recording, const char *detail,
                      struct fault *fault) MUST_CHECK;

#endif
