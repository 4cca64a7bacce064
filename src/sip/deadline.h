/**
 * deadline: timers of the server thread on the monotonic clock.
 *
 * libre's own timers follow the wall clock: set that back by an hour and a repetition waits for an
 * hour, set it forward and every call that waits for its ACK is given up. These hang on one timerfd
 * in libre's loop instead. Sorted by due time; some for each call.
 */
#ifndef RECORDER_SIP_DEADLINE_H
#define RECORDER_SIP_DEADLINE_H

#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "sip/libre.h"

/* All deadlines of a server. Embedded by value. */
struct deadlines {
    int descriptor; /* timerfd, -1 while closed */
    struct list sorted;
};

/* One deadline, embedded by value and zeroed at first. It is set while `function` is not NULL. */
struct deadline {
    struct le in_list;
    mono_time due;
    void (*function)(void *arg);
    void *arg;
};

/**
 * STATUS_OK, or STATUS_IO: no descriptor, or no room in libre's table; *deadlines is then closed.
 */
enum status deadlines_open(struct deadlines *deadlines, struct fault *fault) MUST_CHECK;

/** All deadlines that are set are forgotten. A closed one is accepted. */
void deadlines_close(struct deadlines *deadlines);

/** Have function(arg) called once after delay_ms; replaces what was set. */
void deadline_set(struct deadlines *deadlines, struct deadline *deadline, unsigned delay_ms,
                  void (*function)(void *arg), void *arg);

/** Forget it; one that is not set is accepted. */
void deadline_cancel(struct deadline *deadline);

#endif
