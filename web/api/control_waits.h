/**
 * control_waits: requests that wait until the recorder confirms what was asked of it, on one thread
 * of their own, so that no worker waits for them.
 *
 * Whoever asks reserves a place first: there are CONTROL_WAITS_MAX. A request waits for
 * CONTROL_WAIT_MS; what the recorder has not taken by then is withdrawn, where the index can be
 * written, and then never takes effect.
 * Locked inside; any thread may call.
 */
#ifndef RECORDER_WEB_API_CONTROL_WAITS_H
#define RECORDER_WEB_API_CONTROL_WAITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "web/api/index_writer.h"

enum {
    CONTROL_WAITS_MAX = 256, /* at a time */
    CONTROL_WAIT_MS = 3000,  /* each */
    CONTROL_LOOK_MS = 20,    /* between two looks at the index */
};

/* What became of a request. */
enum control_outcome {
    CONTROL_OUTCOME_DONE,      /* it took effect */
    CONTROL_OUTCOME_REFUSED,   /* the recorder refused it; nothing changed */
    CONTROL_OUTCOME_WITHDRAWN, /* nobody took it, nobody will; nothing changed */
    CONTROL_OUTCOME_UNKNOWN,   /* the recorder has it, or the index does not say: it may yet take
                                  effect */
};

/* The waiting is over. at_ms is 0 but for DONE. Runs on the thread here. */
typedef void control_waits_done(void *context, void *owned_item, enum control_outcome outcome,
                                int64_t at_ms);

struct control_waits_spec {
    const char *index_path;      /* borrowed until control_waits_destroy */
    struct index_writer *writer; /* borrowed likewise */
    int64_t wait_ms;             /* CONTROL_WAIT_MS; tests take less */
    control_waits_done *done;
    void *context; /* given to done */
};

struct control_waits;

/** Start the thread. STATUS_OK, STATUS_NOMEM, STATUS_IO (no thread; fault). */
enum status control_waits_start(const struct control_waits_spec *spec, struct control_waits **out,
                                struct fault *fault) MUST_CHECK;

/** Take a place; false where all are taken, or the waiting has been stopped. */
bool control_waits_reserve(struct control_waits *waits);

/** Give a place back that was not used. */
void control_waits_release(struct control_waits *waits);

/**
 * Wait for the answer to a request, in a place that was reserved. done is called once, also when
 * the waiting is stopped.
 *
 * control     the request's id (storage/index/controls.h).
 * owned_item  given to done; the caller must not touch it any more.
 */
void control_waits_add(struct control_waits *waits, int64_t control, void *owned_item);

/** Settle all that wait at once, as if their time were over, and join the thread. Nothing may be
 *  added after this; no place is given out any more. */
void control_waits_stop(struct control_waits *waits);

/** Stops, if that was not done, and frees. NULL is accepted. */
void control_waits_destroy(struct control_waits *owned_waits);

#endif
