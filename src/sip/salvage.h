/**
 * salvage: an answer to a request that cannot be decoded, from what can be read of it.
 */
#ifndef RECORDER_SIP_SALVAGE_H
#define RECORDER_SIP_SALVAGE_H

#include "sip/message.h"

struct sip_server;

/* What is said to it. */
struct salvage_answer {
    unsigned code; /* 4xx-6xx; 0: nothing */
    const char *reason;
    const char *headers; /* complete lines, "" where none */
};

/**
 * What its start line alone calls for: 505 for another version of SIP, 501 and 405 for a method
 * that is not known or not done, else 400 (RFC 3261 sections 7.1, 8.2.1, 21.4.1); nothing where it
 * is no request, or an ACK.
 *
 * data  char[bytes], from its first line on; may end anywhere.
 */
struct salvage_answer salvage_judge(const char *data, size_t bytes);

/**
 * Send an answer with those headers of the request that every answer repeats (RFC 3261 section
 * 8.2.6.2), as they stand; nothing where it is no request, an ACK, or has no Via, or an
 * empty one.
 */
void salvage_send(struct sip_server *server, const struct message_origin *origin, const char *data,
                  size_t bytes, const struct salvage_answer *answer);

#endif
