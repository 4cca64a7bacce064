/**
 * store_policy: what the index says of how a recording is made, in the words of the session.
 * Private to the store sink; the store thread's.
 */
#ifndef RECORDER_INGEST_STORE_POLICY_H
#define RECORDER_INGEST_STORE_POLICY_H

#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "session/recording_sink.h"
#include "storage/index/customers.h"
#include "storage/index/index.h"

/** The channels of parties: bits, as in struct recording_control. The caller is left. */
unsigned store_policy_channels(enum policy_parties parties);

/**
 * What a customer and a source want of a recording.
 *
 * source  name of the one that sends the call; where it is gone by now, it has no codes.
 *
 * STATUS_OK  *policy set.
 * Others     as customers_policy and sources_get; *policy untouched. The call is not to begin then:
 *            nobody knows what must not be kept of it.
 */
enum status store_policy_find(struct index *index, const struct uuid *customer, const char *source,
                              struct recording_policy *policy, struct fault *fault) MUST_CHECK;

#endif
