/**
 * failover: a client that got no answer to its INVITE by one transport and sends it again by
 * another.
 *
 * libre knows a transaction by branch and sent-by (RFC 3261 section 17.2.3), whatever brought its
 * request, and answers where the first one came from: such a client would never hear of its call.
 */
#ifndef RECORDER_SIP_FAILOVER_H
#define RECORDER_SIP_FAILOVER_H

#include "sip/libre.h"

struct sip_server;

/**
 * Where a message is the INVITE of a call that has not been acknowledged, from the same address by
 * UDP instead of TCP or the reverse, that call goes on by the new one. From and to TLS no call
 * moves.
 *
 * msg  decoded, and not given to libre's transactions yet.
 */
void failover_follow(struct sip_server *server, const struct sip_msg *msg);

#endif
