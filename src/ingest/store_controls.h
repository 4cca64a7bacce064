/**
 * store_controls: pauses and resumptions on their way through the store. Down: what is asked of
 * this node's recordings is taken from the index and handed on. Up: what took effect becomes an
 * audit entry ("recording.pause", "recording.resume"), and whoever asked for it an answer, in one
 * transaction (and so do others that wait); so nobody is told of what is not in the audit log.
 *
 * Private to the store sink; the store thread's, but where a function says otherwise. What goes up
 * waits here in its order while another program holds the index, STORE_CONTROLS_MAX at most.
 */
#ifndef RECORDER_INGEST_STORE_CONTROLS_H
#define RECORDER_INGEST_STORE_CONTROLS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "ingest/store_sink.h"
#include "session/recording_sink.h"
#include "storage/index/index.h"

enum {
    STORE_CONTROLS_MAX = 4096,     /* that wait to be written */
    STORE_CONTROLS_BATCH = 256,    /* that are written at a time: a sync must not wait for more */
    STORE_CONTROLS_KEEP_S = 86400, /* how long an answered request stays in the index */
};

struct store_controls;

/**
 * Nothing waits yet. What a process before this one took and did not answer is refused, and what it
 * did not take is withdrawn; what is asked from now on is taken.
 *
 * index, node  borrowed for its life.
 *
 * STATUS_OK (*out set), STATUS_NOMEM, or as controls_abandon.
 */
enum status store_controls_create(struct index *index, const char *node,
                                  struct store_controls **out, struct fault *fault) MUST_CHECK;

/** What still waits is dropped, which is logged. NULL is accepted. */
void store_controls_destroy(struct store_controls *owned_controls);

/** Whom requests are handed to from now on; NULL: nobody, they are refused. Once this returns the
 * one before is not called any more. Any thread. */
void store_controls_listen(struct store_controls *controls, const struct store_listener *listener);

/**
 * Have it written that a pause or a resumption took effect. Any thread.
 *
 * control  copied.
 * at_ms    from the recording's start.
 *
 * STATUS_OK, STATUS_NOMEM, STATUS_LIMIT: it will not be written.
 */
enum status store_controls_effect(struct store_controls *controls, const struct uuid *recording,
                                  const struct recording_control *control,
                                  int64_t at_ms) MUST_CHECK;

/** Have it written that a request is refused. Any thread. Statuses as store_controls_effect. */
enum status store_controls_refuse(struct store_controls *controls, int64_t request) MUST_CHECK;

/** Take what is asked now and hand it on; an index that cannot be read is logged once, and asked
 * again next time. */
void store_controls_take(struct store_controls *controls);

/**
 * Write what waits, oldest first, up to STORE_CONTROLS_BATCH, in one transaction. Where the index
 * is busy, or fails, which is logged once, it waits on.
 *
 * Returns whether more can be written now.
 */
bool store_controls_write(struct store_controls *controls);

/** Whether something waits to be written. Any thread. */
bool store_controls_wait(struct store_controls *controls);

#endif
