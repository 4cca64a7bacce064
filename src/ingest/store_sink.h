/**
 * store_sink: the recording_sink that seals into the store: one thread that makes everything
 * durable.
 *
 * The store thread owns every recording_writer but for its append, the index connection and the
 * signing key. Its work, in order of urgency:
 *  - new calls: files made as a batch, one syncfs, their rows in one transaction, then `ready`; no
 *    call is answered before its row and its file are durable;
 *  - every STORE_SYNC_MS: flush every open recording, one syncfs for all of a volume, confirm;
 *    media is told when, so that it closes its pages just before;
 *    what fails goes on in a new segment (store_sync.h);
 *  - pauses and resumptions: asked for in the index, looked at every STORE_ASKED_MS while there are
 *    calls; those that took effect are written as they come (store_controls.h);
 *  - ended calls, one after the other, for STORE_SEAL_MS before the others get their turn: seal,
 *    then the row.
 *
 * Another program that holds the index's write lock is waited for STORE_INDEX_BUSY_MS at a time,
 * with syncs in between: rows wait, audio does not. A call whose end no volume takes is sealed when
 * one does. One that is in several segments stays `recording` in the index, and is finished by the
 * keeper, which joins them; so is what could not be sealed when the store closes.
 */
#ifndef RECORDER_INGEST_STORE_SINK_H
#define RECORDER_INGEST_STORE_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/config.h"
#include "base/fault.h"
#include "base/status.h"
#include "session/recording_sink.h"
#include "storage/disk/disk.h"

enum {
    /* With sweep and reorder window (session/recording.h) this keeps the promise of 2 s: see
     * src/ARCHITECTURE.md for the sum. */
    STORE_SYNC_MS = 700,
    /* What new calls may wait for ended ones at most, but for the one under way. */
    STORE_SEAL_MS = 100,
    STORE_INDEX_BUSY_MS = 50,
    /* What is asked of a recording waits for no longer, where the index is free. */
    STORE_ASKED_MS = 100,
    /* A call whose row could not be written for so long is refused (503). */
    STORE_ROW_WAIT_MS = 5000,
};

struct store_sink;

/* Whom the store hands on what is asked of recordings in progress. */
struct store_listener {
    void *context;
    /* A request (storage/index/controls.h) was taken; called by the store thread, which waits. It
     * is answered by the sink's `controlled` with its number, or by store_sink_refuse. All
     * borrowed. */
    void (*asked)(void *context, const struct uuid *recording,
                  const struct recording_control *control);
};

/**
 * Open index, public keys and signing key, and start the thread.
 *
 * disk, config  borrowed for the sink's life.
 *
 * STATUS_OK, or the status of what could not be opened; fault names it.
 */
enum status store_sink_create(const struct disk *disk, const struct config *config,
                              struct store_sink **out, struct fault *fault) MUST_CHECK;

/** The sink to hand to recordings; valid as long as the store_sink. */
const struct recording_sink *store_sink_interface(struct store_sink *store);

/**
 * Whether a volume takes writes, by the last sync pass, and the index rows, by the last one that
 * was written or tried: new calls are refused while not. Both are tried again while they do not,
 * also when no call is in progress. Any thread.
 */
bool store_sink_healthy(struct store_sink *store);

/**
 * Hand on what is asked of recordings, from now on; NULL: to nobody, it is refused. When this
 * returns the one before is called no more. Any thread but the store's.
 *
 * listener  borrowed until it is replaced.
 */
void store_sink_listen(struct store_sink *store, const struct store_listener *listener);

/** A request that was handed on is not carried out: whoever asked is told. Any thread. */
void store_sink_refuse(struct store_sink *store, int64_t request);

/**
 * Seal everything that has ended, leave the rest for recovery, join the thread, free. What is still
 * beginning gets its `ready` before this returns, so what that works with must still be there. NULL
 * is accepted.
 */
void store_sink_destroy(struct store_sink *owned_store);

#endif
