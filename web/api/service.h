/**
 * service: everything of recorder-web put together from its configuration.
 */
#ifndef RECORDER_WEB_API_SERVICE_H
#define RECORDER_WEB_API_SERVICE_H

#include <stdint.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/fault.h"
#include "base/status.h"

struct service;

/**
 * Open keys and index, load the portal, listen. A portal that is missing is logged and left out.
 *
 * config  borrowed until service_stop.
 *
 * STATUS_OK, or the status of the step that failed, which the fault names.
 */
enum status service_start(const struct config *config, struct service **out,
                          struct fault *fault) MUST_CHECK;

/** Port that is listened on. */
uint16_t service_port(const struct service *service);

/** Housekeeping; to be called every second or so, by the thread that starts and stops. */
void service_tick(struct service *service, mono_time now);

/** Stop serving and free. NULL is accepted. */
void service_stop(struct service *owned_service);

#endif
