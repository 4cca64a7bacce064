/**
 * process: what a program does before anything else, so that what it holds in memory stays there.
 */
#ifndef RECORDER_BASE_PROCESS_H
#define RECORDER_BASE_PROCESS_H

#include "base/fault.h"
#include "base/status.h"

/**
 * No core dump, neither to a file (RLIMIT_CORE) nor to a program that core_pattern names, which
 * heeds no limit (PR_SET_DUMPABLE); and no debugger of another user, nor of the same one: keys and
 * audio are in memory. The limit is inherited by programs that this one starts, the other is not:
 * each calls this for itself, first in its main, while it has one thread.
 *
 * STATUS_OK; STATUS_IO: the kernel refused, and the program must not go on.
 */
enum status process_protect(struct fault *fault) MUST_CHECK;

#endif
