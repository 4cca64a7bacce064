/**
 * fault: why something failed, in words a person can act on.
 *
 * Lives on the caller's stack; the failing leaf sets it, each caller upward may put its own step in
 * front: "close recording 81: fsync: No space left on device". Every function that takes a fault
 * accepts NULL and then only returns the status.
 */
#ifndef RECORDER_BASE_FAULT_H
#define RECORDER_BASE_FAULT_H

#include "base/status.h"

enum { FAULT_TEXT_BYTES = 384 };

struct fault {
    enum status status;
    int sys_errno;               /* errno of the failed call, 0 where none */
    char text[FAULT_TEXT_BYTES]; /* one line, no trailing dot, cut if too long */
};

/**
 * Record a failure and return its status, so that `return fault_set(...)` is one line.
 *
 * fault      may be NULL.
 * sys_errno  errno to append as text, or 0.
 * format     printf format of what was being done.
 */
enum status fault_set(struct fault *fault, enum status status, int sys_errno, const char *format,
                      ...) __attribute__((format(printf, 4, 5)));

/**
 * Put "context: " in front of the text that is there; the status stays.
 */
void fault_wrap(struct fault *fault, const char *format, ...) __attribute__((format(printf, 2, 3)));

/**
 * Forget what is there: STATUS_OK, errno 0, empty text. NULL is accepted.
 */
void fault_clear(struct fault *fault);

#endif
