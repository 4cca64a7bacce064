/**
 * client: places all calls of a run and sees each through to its end.
 *
 * One thread (the caller's) does all signalling; the sender's thread does the packets.
 */
#ifndef RECORDER_CALLGEN_CLIENT_H
#define RECORDER_CALLGEN_CLIENT_H

#include "base/fault.h"
#include "base/status.h"
#include "tools/callgen/call.h"

/**
 * Run until every call is over.
 *
 * world   borrowed.
 * calls   struct call[call_count], made by call_init; each is CALL_OVER afterwards on STATUS_OK.
 * signals descriptor of a signalfd: anything that comes there ends all calls by BYE.
 *
 * STATUS_OK    all is over; each call tells how it went.
 * STATUS_IO    polling failed (fault); calls may be left in any state, the sender must be destroyed
 *              before them.
 */
enum status client_run(const struct call_world *world, struct call *calls, uint32_t call_count,
                       int signals, struct fault *fault) MUST_CHECK;

#endif
