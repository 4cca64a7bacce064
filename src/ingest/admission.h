/**
 * admission: whether a request that opens a dialog, or asks whether one could be opened, is let in.
 * Pure.
 *
 * In this order: a peer of no source, 403; nobody is let in (starting, draining, the store is
 * unhealthy or has no room left for new calls, full), 503; the source's own limits, 503; OPTIONS
 * while no port is left for RTP, 503. Each 503 says when to come back, and a client turns to
 * another recorder meanwhile (RFC 3261 section 21.5.4).
 */
#ifndef RECORDER_INGEST_ADMISSION_H
#define RECORDER_INGEST_ADMISSION_H

#include <stdbool.h>

#include "base/clock.h"
#include "ingest/source_table.h"
#include "sip/server.h"

enum { ADMISSION_RETRY_S = 10, ADMISSION_RATE_RETRY_S = 1 };

/* What holds for everybody. */
struct admission_state {
    bool open;      /* neither starting nor draining */
    bool healthy;   /* the store can be written */
    bool room;      /* its volume has room for more than the calls in progress */
    bool ports;     /* there is one for a stream's RTP */
    unsigned calls; /* SIP dialogs */
    unsigned calls_max;
};

/**
 * Decide.
 *
 * source  that the peer is, NULL where none. What its rate lets through counts for it, also where
 *         something after it refuses; what is refused before or by it does not.
 * invite  false for OPTIONS: it asks whether a new call would be recorded.
 *
 * Returns code 0 where it is let in; its reason is static.
 */
struct sip_admission admission_decide(struct call_source *source,
                                      const struct admission_state *state, bool invite,
                                      mono_time now);

/** Whether a source may have one more recording: code 0, or as above. */
struct sip_admission admission_record(const struct call_source *source);

#endif
