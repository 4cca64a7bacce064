/**
 * input: a received message's way from its bytes to libre's transactions and this server's
 * handlers.
 *
 * libre would read what its sockets bring by itself, and drop without an answer what it cannot
 * decode. Here each message is decoded once, mended where that helps (mend.h), answered where it
 * does not (salvage.h), and else shown to libre's transactions and to the server's handlers, in the
 * order that libre has them. Server thread.
 */
#ifndef RECORDER_SIP_INPUT_H
#define RECORDER_SIP_INPUT_H

#include "sip/message.h"

struct sip_server;

/**
 * Listen for requests ahead of libre's transactions.
 *
 * first  as libre's handlers: returns whether it has dealt with a request.
 *
 * Returns 0 or errno.
 */
int input_listen_first(struct sip_server *server, sip_msg_h *first);

/**
 * Take one message.
 *
 * mb  from pos to end, with nothing behind it but what is to be ignored. It may be referred to
 *     afterwards, and is not to be changed.
 */
void input_take(struct sip_server *server, const struct message_origin *origin, struct mbuf *mb);

#endif
