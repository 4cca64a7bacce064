/**
 * recordings: rows of calls, legs and facts, and the searches over them.
 *
 * Statuses common to all: STATUS_OK, STATUS_BUSY, STATUS_IO, STATUS_NOMEM, STATUS_FULL (no space on
 * the disk), STATUS_CORRUPT (SQLite finds the file damaged); others are named.
 */
#ifndef RECORDER_STORAGE_INDEX_RECORDINGS_H
#define RECORDER_STORAGE_INDEX_RECORDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/index/index.h"
#include "storage/recording/format.h"

enum call_direction { CALL_UNKNOWN, CALL_IN, CALL_OUT, CALL_INTERNAL };

struct index_party {
    char number[BOUND_NUMBER_BYTES]; /* as received, "" where unknown */
    char name[BOUND_NAME_BYTES];
};

struct index_leg {
    bool right; /* channel */
    char label[BOUND_LABEL_BYTES];
    struct index_party party;
    char codec[32];
    uint64_t packets_received;
    uint64_t packets_lost;
    uint64_t packets_late;
    uint64_t packets_duplicate;
};

struct index_fact {
    int64_t start_ms;
    int64_t end_ms;
    int leg; /* index, -1 for all */
    char cause[24];
    uint32_t count;
};

/* One recording, whole. */
struct index_recording {
    struct uuid id;
    struct uuid customer;
    wall_time started;
    wall_time ended;     /* 0 while recording */
    int64_t duration_ms; /* 0 while recording */
    enum recording_state state;
    enum call_direction direction; /* as the customer sees it */
    struct index_party caller;
    struct index_party called;
    char source[64];         /* name of the configured source, "" where unknown */
    char source_address[64]; /* where the INVITE came from */
    char sip_call_id[256];
    char session_id[128];
    char sip_session_id[256];
    char group_id[128];
    char node[64];
    char end_cause[24];
    char path[BOUND_PATH_BYTES]; /* below the store */
    uint64_t audio_bytes;
    uint8_t sha256_cipher[32];
    uint8_t sha256_plain[32];
    size_t legs;
    struct index_leg leg[BOUND_CALL_STREAMS];
};

/** "in", "out", "internal", "unknown"; a static string. */
const char *call_direction_name(enum call_direction direction);

/**
 * Insert the row of a call that is about to be answered, state RECORDING, with its legs as far as
 * they are known: a crash leaves them as they are here.
 *
 * STATUS_EXISTS     the id is there.
 * STATUS_NOT_FOUND  no such customer.
 * STATUS_LIMIT      more legs than BOUND_CALL_STREAMS.
 */
enum status recordings_insert(struct index *index, const struct index_recording *recording,
                              struct fault *fault) MUST_CHECK;

/**
 * The recording ended: state, ended, duration, end_cause, sizes, hashes, legs, and parties where
 * the new ones are not empty; facts replace those that were there. The customer and the id never
 * change.
 *
 * STATUS_NOT_FOUND  no row of that id.
 * STATUS_LIMIT      more legs than BOUND_CALL_STREAMS.
 */
enum status recordings_finish(struct index *index, const struct index_recording *recording,
                              const struct index_fact *facts, size_t fact_count,
                              struct fault *fault) MUST_CHECK;

/** Remove the row of a call that was never answered. STATUS_NOT_FOUND, also for one that is not in
 *  state RECORDING. */
enum status recordings_remove_unanswered(struct index *index, struct uuid id,
                                         struct fault *fault) MUST_CHECK;

/** Read one with its legs. customer NULL: any customer's. STATUS_NOT_FOUND: none, or not theirs. */
enum status recordings_get(struct index *index, struct uuid id, const struct uuid *customer,
                           struct index_recording *recording, struct fault *fault) MUST_CHECK;

/** Facts of one, in order of start_ms: *facts is freed by the caller with free(). */
enum status recordings_facts(struct index *index, struct uuid id, struct index_fact **facts,
                             size_t *fact_count, struct fault *fault) MUST_CHECK;

/* What to list. */
struct recordings_query {
    const struct uuid *customer; /* NULL: all (operators' tool only) */
    bool has_from, has_to;
    wall_time from;     /* started >= from */
    wall_time to;       /* started < to */
    const char *number; /* digits of caller or called, or NULL: exact, or a prefix with a trailing
                           '*', or an ending with a leading '*' */
    const enum recording_state *state; /* NULL: all */
    bool has_after;                    /* keyset: rows older than (after_started, after_id) */
    wall_time after_started;
    struct uuid after_id;
    size_t limit; /* 1..500 */
};

/**
 * List, newest first, by (started, id). Legs are not read. A page without a number, or with an
 * exact one, costs the same however far back it lies; a prefix or an ending sorts all it matches.
 *
 * visit  called per row, in order; the row is borrowed. Must not use this connection.
 * more   set where there are rows after the last one.
 *
 * STATUS_INVALID  limit out of range or a number with other signs than digits, '+' and one '*'.
 */
enum status recordings_list(struct index *index, const struct recordings_query *query,
                            void (*visit)(void *context, const struct index_recording *row),
                            void *context, bool *more, struct fault *fault) MUST_CHECK;

/* Counts by state, for `recorderctl status`. */
struct recordings_counts {
    uint64_t by_state[4]; /* indexed by enum recording_state */
};

/** Count all. */
enum status recordings_count(struct index *index, struct recordings_counts *counts,
                             struct fault *fault) MUST_CHECK;

#endif
