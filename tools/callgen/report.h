/**
 * report: what was sent, exactly: a JSON document, and the payload of the streams in files.
 */
#ifndef RECORDER_CALLGEN_REPORT_H
#define RECORDER_CALLGEN_REPORT_H

#include "base/fault.h"
#include "base/status.h"
#include "tools/callgen/call.h"

/**
 * Write the report of calls that are over to a file (under a temporary name first), or to standard
 * output for "-".
 *
 * STATUS_OK, STATUS_IO, STATUS_NOMEM (fault).
 */
enum status report_write(const struct call_world *world, const struct call *calls,
                         uint32_t call_count, const char *path, struct fault *fault) MUST_CHECK;

/**
 * Write `<call>-left.alaw` and so on into a directory, made where it is not there: the payload of
 * all planned packets in order, also of those withheld.
 *
 * STATUS_OK, STATUS_IO (fault).
 */
enum status report_write_sent(const struct call *calls, uint32_t call_count, const char *directory,
                              struct fault *fault) MUST_CHECK;

#endif
