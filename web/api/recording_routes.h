/**
 * recording_routes: lists and descriptions of a customer's recordings.
 *
 * Whose recordings comes from the session alone; another customer's id is answered as one that
 * does not exist.
 */
#ifndef RECORDER_WEB_API_RECORDING_ROUTES_H
#define RECORDER_WEB_API_RECORDING_ROUTES_H

#include <stdbool.h>

#include "storage/index/recordings.h"
#include "web/api/readers.h"
#include "web/api/router.h"

/** GET /api/v1/recordings */
void recording_routes_list(struct api *api, struct index *index, struct exchange *exchange);

/** GET /api/v1/recordings/{id} */
void recording_routes_show(struct api *api, struct index *index, struct exchange *exchange);

/** GET /api/v1/recordings/{id}/facts */
void recording_routes_facts(struct api *api, struct index *index, struct exchange *exchange);

/** GET /api/v1/recordings/{id}/peaks */
void recording_routes_peaks(struct api *api, struct index *index, struct exchange *exchange);

/**
 * The recording a request names, if it is the customer's.
 *
 * Returns false where it is not there or the index failed: the exchange is then answered.
 */
bool recording_routes_find(struct index *index, struct exchange *exchange,
                           struct index_recording *recording);

/**
 * Borrow the reader of a finished recording.
 *
 * lease  released by the caller with readers_release.
 *
 * Returns false where it cannot be read: the exchange is then answered, and damage is logged.
 */
bool recording_routes_open(struct api *api, struct exchange *exchange,
                           const struct index_recording *recording, struct reader_lease **lease);

/**
 * Whether the master key that is here is not the one in force any more, which is logged then: it
 * was rotated, and recorder-web has a copy of its own, or a credential from before.
 */
bool recording_routes_master_is_old(const struct api *api);

/** Answer and log that a read of a recording failed. */
void recording_routes_unreadable(struct exchange *exchange, const struct index_recording *recording,
                                 enum status status, const struct fault *fault);

#endif
