/**
 * controls: what people and programs ask of a recording in progress. recorder-web writes a request
 * and looks for the answer; recorder-ingest takes it, carries it out, and answers.
 *
 * A request is taken once. One that was not taken when its asker stopped waiting is withdrawn, so
 * that it never takes effect later than somebody was told that it did not. What became of it is
 * known to the asker only as ingest wrote it: "done" means that the write path has stopped (or goes
 * on), and since when.
 */
#ifndef RECORDER_STORAGE_INDEX_CONTROLS_H
#define RECORDER_STORAGE_INDEX_CONTROLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/index/customers.h"
#include "storage/index/index.h"

enum {
    CONTROL_TEXT_BYTES = 128, /* actor, reason; with their zero */
    CONTROL_OPEN_MAX = 16,    /* requests of one recording that are not answered */
    CONTROL_TAKEN_MAX = 64,   /* that are taken at a time */
};

enum control_state {
    CONTROL_ASKED,     /* nobody has taken it */
    CONTROL_TAKEN,     /* recorder-ingest has it */
    CONTROL_DONE,      /* it took effect at at_ms */
    CONTROL_REFUSED,   /* the recording is not in progress, or there was no memory */
    CONTROL_WITHDRAWN, /* its asker waited no longer */
};

struct control {
    int64_t id; /* > 0, never used twice */
    struct uuid recording;
    bool pause;                  /* else resume */
    enum policy_parties parties; /* not POLICY_NOBODY */
    unsigned limit_s;            /* of a pause: it ends by itself after so long; 0: by the policy */
    char actor[CONTROL_TEXT_BYTES];  /* who asks, as the audit log has it: "customer:10020030" */
    char reason[CONTROL_TEXT_BYTES]; /* why; "" where they did not say */
    char address[64];                /* where they ask from, for the audit log */
    wall_time asked;
    enum control_state state;
    int64_t at_ms; /* CONTROL_DONE: when it took effect, from the recording's start */
};

/**
 * Ask. control->id is set; state and at_ms are not looked at.
 *
 * STATUS_OK
 * STATUS_NOT_FOUND  no such recording.
 * STATUS_CONFLICT   the recording is not in progress (its row is not RECORDING).
 * STATUS_LIMIT      CONTROL_OPEN_MAX of it are open.
 */
enum status controls_ask(struct index *index, struct control *control,
                         struct fault *fault) MUST_CHECK;

/** What became of a request. STATUS_NOT_FOUND. */
enum status controls_get(struct index *index, int64_t id, struct control *control,
                         struct fault *fault) MUST_CHECK;

/** Its asker waits no longer: CONTROL_ASKED becomes CONTROL_WITHDRAWN; else nothing changes. */
enum status controls_withdraw(struct index *index, int64_t id, struct fault *fault) MUST_CHECK;

/**
 * Take what is asked of this node's recordings, oldest first: at most CONTROL_TAKEN_MAX. Cheap
 * where nothing is asked: no write. Not inside index_begin .. index_commit.
 *
 * node    as in the recordings' rows.
 * visit   called for each, in CONTROL_TAKEN, once all are durably taken; may use this connection.
 *
 * STATUS_OK
 * STATUS_BUSY  another writer has the index: none was taken, none visited; others likewise.
 */
enum status controls_take(struct index *index, const char *node,
                          void (*visit)(void *context, const struct control *control),
                          void *context, struct fault *fault) MUST_CHECK;

/** Answer a request that was taken: CONTROL_DONE with at_ms, or CONTROL_REFUSED. One that is there
 *  no longer, or is not taken any more, is nobody's: STATUS_OK, nothing changed. */
enum status controls_answer(struct index *index, int64_t id, enum control_state state,
                            int64_t at_ms, struct fault *fault) MUST_CHECK;

/*
 * In the audit log: of a pause that nobody asked for here (telephone system), and its detail's
 * "reason" where the source has set its streams to inactive. That pause and all others are apart:
 * neither's resumption ends the other.
 */
#define CONTROL_ACTOR_SIP "sip"
#define CONTROL_REASON_INACTIVE "inactive"

/**
 * Whose sides of a call are paused now, whoever asked for it, as the audit log has it: the last
 * entry "recording.pause" or "recording.resume" that names a side in its detail's "channels"
 * ("caller", "called", "both") counts for that side, those of a source's inactive streams and all
 * others each for themselves. Of a recording in progress.
 *
 * paused  out: POLICY_NOBODY where none is.
 */
enum status controls_paused(struct index *index, const struct uuid *recording,
                            enum policy_parties *paused, struct fault *fault) MUST_CHECK;

/** Settle what a node left open, when it starts: what it took is refused, what it did not take is
 *  withdrawn. What is settled stays, for whoever has not looked yet. */
enum status controls_abandon(struct index *index, const char *node, struct fault *fault) MUST_CHECK;

/** Forget answered and withdrawn ones that were asked before that moment; refuse what was taken of
 *  those, whoever took it is gone; and withdraw what nobody took, whoever asked is gone too. */
enum status controls_forget(struct index *index, wall_time before, struct fault *fault) MUST_CHECK;

#endif
