/**
 * session_routes: signing in and out, and who a request is from.
 */
#ifndef RECORDER_WEB_API_SESSION_ROUTES_H
#define RECORDER_WEB_API_SESSION_ROUTES_H

#include "base/fault.h"
#include "base/status.h"
#include "web/api/router.h"

/**
 * Set signed_in, customer and token of an exchange by its cookie, and begin the session's idle time
 * anew.
 *
 * STATUS_OK (also where nobody is signed in, or by a forged row, which is logged); others as
 * sessions_find.
 */
enum status session_routes_identify(struct api *api, struct index *index, struct exchange *exchange,
                                    struct fault *fault) MUST_CHECK;

/** POST /api/v1/session */
void session_routes_sign_in(struct api *api, struct index *index, struct exchange *exchange);

/** GET /api/v1/session */
void session_routes_show(struct api *api, struct index *index, struct exchange *exchange);

/** DELETE /api/v1/session */
void session_routes_sign_out(struct api *api, struct index *index, struct exchange *exchange);

#endif
