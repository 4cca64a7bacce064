/**
 * info: what an INFO within a call asks, as telephones and PBXs of today send it, which is the
 * legacy usage of RFC 6086: without an Info-Package.
 *
 * - Record: off pauses the recording, on resumes it (snom, Yealink and others; without a body).
 * - application/dtmf-relay ("Signal=5") and application/dtmf ("5") tell a digit that was pressed.
 *   Cisco writes 10 and 11 for * and #, 12 to 15 for A to D; 16 and ! are the hook, no digit.
 *
 * Digits are nobody's to keep: what is read here goes into *info alone. Server thread.
 */
#ifndef RECORDER_SIP_INFO_H
#define RECORDER_SIP_INFO_H

#include <stdbool.h>

#include "sip/libre.h"
#include "sip/server.h"
#include "sip/sip_body.h"

/* No package is done here. */
#define INFO_RECV_HEADERS "Recv-Info:\r\n"

/**
 * Read an INFO that is whole (message_is_whole).
 *
 * info  out; its kind is SIP_INFO_NOTHING where the request asks for nothing: an empty one, one of
 *       the hook, or one whose body may be left unread (RFC 3261 section 20.11).
 *
 * true   *info set: 200 where it could be done.
 * false  *refusal set: 400 (Record or the digit is none that is known), 415 with Accept (a body of
 *        another type), 469 with Recv-Info (of a package, RFC 6086 section 11.6).
 */
bool info_read(const struct sip_msg *msg, struct sip_call_info *info,
               struct sip_body_refusal *refusal) MUST_CHECK;

#endif
