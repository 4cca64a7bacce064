/**
 * control_routes: pausing and resuming a recording in progress.
 *
 * The answer says that it is done only when the recorder has written so: the request is then
 * answered by the thread of control_waits.
 */
#ifndef RECORDER_WEB_API_CONTROL_ROUTES_H
#define RECORDER_WEB_API_CONTROL_ROUTES_H

#include "web/api/control_waits.h"
#include "web/api/router.h"

/** POST /api/v1/recordings/{id}/pause; answers, or leaves exchange->asked to be waited for. */
void control_routes_pause(struct api *api, struct index *index, struct exchange *exchange);

/** POST /api/v1/recordings/{id}/resume; likewise. */
void control_routes_resume(struct api *api, struct index *index, struct exchange *exchange);

/** Answer a struct exchange whose waiting is over, and resume its connection: a
 *  control_waits_done. context is not looked at. */
void control_routes_finish(void *context, void *owned_exchange, enum control_outcome outcome,
                           int64_t at_ms);

#endif
