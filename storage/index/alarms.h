/**
 * alarms: what an operator has to look at, and has not acknowledged yet: audio that was durable and
 * cannot be read any more. One that goes away by itself would have been seen by nobody.
 *
 * A recording has at most one open alarm of each kind: raised again it stays as it was. Statuses
 * common to all as in recordings.h.
 */
#ifndef RECORDER_STORAGE_INDEX_ALARMS_H
#define RECORDER_STORAGE_INDEX_ALARMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/index/index.h"

/* Kinds. */
/* found when it was recovered after a crash */
#define ALARM_RECOVERED_DAMAGED "recovered_damaged"
/* likewise: nothing of it could be kept */
#define ALARM_FAILED "failed"
/* found when it was read again */
#define ALARM_SCRUB "scrub"
/* its disk does not give it to be recovered: that is waited for */
#define ALARM_UNREADABLE "unreadable"
/* a segment of it was found that has what it lacks */
#define ALARM_SEGMENT "segment_left"

enum { ALARM_WHY_BYTES = 256, ALARM_ACTOR_BYTES = 96, ALARM_LIST_MAX = 1000 };

struct alarm {
    int64_t id; /* set by the index */
    wall_time at;
    char kind[24];
    struct uuid recording;
    int64_t lost_ms; /* audio that cannot be read any more; -1 where that is not known */
    char why[ALARM_WHY_BYTES];
    wall_time acknowledged; /* 0: it is open */
    char acknowledged_by[ALARM_ACTOR_BYTES];
    char note[ALARM_WHY_BYTES];
};

/**
 * Raise one.
 *
 * raised  out: false where the recording has an open one of this kind.
 */
enum status alarms_raise(struct index *index, const struct alarm *alarm, bool *raised,
                         struct fault *fault) MUST_CHECK;

/**
 * List, oldest first, those behind an id, at most limit (1..ALARM_LIST_MAX). visit must not use
 * this connection.
 *
 * all  those that were acknowledged too.
 */
enum status alarms_list(struct index *index, bool all, int64_t after, size_t limit,
                        void (*visit)(void *context, const struct alarm *alarm), void *context,
                        struct fault *fault) MUST_CHECK;

/** Acknowledge one: it is open no longer. STATUS_NOT_FOUND: none of that id, or not open. */
enum status alarms_acknowledge(struct index *index, int64_t id, wall_time at, const char *by,
                               const char *note, struct fault *fault) MUST_CHECK;

/** How many are open. */
enum status alarms_count(struct index *index, uint64_t *open, struct fault *fault) MUST_CHECK;

#endif
