/**
 * health_json: how the store is, for `recorderctl status` and the keeper's report.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_HEALTH_JSON_H
#define RECORDER_TOOLS_RECORDERCTL_HEALTH_JSON_H

#include <jansson.h>

#include "tools/recorderctl/context.h"

/** Alarms that are open. STATUS_OK (*object freed by json_decref); others as alarms_count. */
enum status health_alarms_json(struct context *context, json_t **object,
                               struct fault *fault) MUST_CHECK;

/** What was read again, what was bad, and since when the one that waits longest was not read.
 * Likewise; statuses as scrub_count. */
enum status health_scrub_json(struct context *context, json_t **object,
                              struct fault *fault) MUST_CHECK;

#endif
