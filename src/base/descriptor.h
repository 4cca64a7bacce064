/**
 * descriptor: keeps the descriptors of media and storage above those of signalling.
 *
 * libre indexes its event table by descriptor and refuses numbers past the table's size; that is
 * its only cap on connections. Sockets of the media threads, which libre never sees, are therefore
 * moved above DESCRIPTOR_SIGNALLING_MAX, so that any number of calls leaves signalling its own
 * room.
 */
#ifndef RECORDER_BASE_DESCRIPTOR_H
#define RECORDER_BASE_DESCRIPTOR_H

#include "base/fault.h"
#include "base/status.h"

enum { DESCRIPTOR_SIGNALLING_MAX = 1024 };

/**
 * Move a descriptor to the lowest free number at or above DESCRIPTOR_SIGNALLING_MAX, close-on-exec.
 *
 * descriptor  in and out; closed and replaced on STATUS_OK, left as it was otherwise.
 *
 * STATUS_OK, STATUS_IO (no descriptor left; fault names the limit to raise).
 */
enum status descriptor_raise(int *descriptor, struct fault *fault) MUST_CHECK;

/**
 * Raise the process's soft limit on descriptors to its hard limit.
 *
 * STATUS_OK    *limit is the number allowed now.
 * STATUS_IO    unchanged.
 */
enum status descriptor_limit_raise(unsigned long *limit, struct fault *fault) MUST_CHECK;

#endif
