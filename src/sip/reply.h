/**
 * reply: final answers to requests, with the headers that go with them.
 *
 * Sending never fails towards the caller: an answer that the network refuses is like one that it
 * lost, and the client asks again. Server thread.
 */
#ifndef RECORDER_SIP_REPLY_H
#define RECORDER_SIP_REPLY_H

#include "sip/libre.h"

struct sip_server;

#define REPLY_ALLOW_HEADERS "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, PRACK, INFO\r\n"
#define REPLY_ACCEPT_HEADERS                                                                       \
    "Accept: application/sdp, multipart/mixed, application/rs-metadata, "                          \
    "application/rs-metadata+xml\r\n"
#define REPLY_SUPPORTED_HEADERS "Supported: siprec, timer, 100rel\r\n"
/* 399: miscellaneous (RFC 3261 section 20.43) */
#define REPLY_WARNING(text) "Warning: 399 recorder \"" text "\"\r\n"

/**
 * Answer for good through a server transaction, which absorbs retransmissions of the request and,
 * for an INVITE's refusal, repeats the answer until its ACK.
 *
 * headers  complete header lines, "" where none.
 */
void reply_final(struct sip_server *server, const struct sip_msg *msg, unsigned code,
                 const char *reason, const char *headers);

/**
 * Answer and forget: for what costs nothing to answer again, and for refusals under load, which
 * must not cost memory. A repeated request gets the same To tag (RFC 3261 section 8.2.7).
 */
void reply_stateless(struct sip_server *server, const struct sip_msg *msg, unsigned code,
                     const char *reason, const char *headers);

/**
 * Settle where a message's answer goes: sip_reply_addr, for what follows.
 *
 * RFC 3261 section 18.2.2 answers UDP to the source's address, but to the port of sent-by. Where
 * sent-by is another address than the source, a NAT lies between and its port means nothing on this
 * side: such a client is answered where it sent from, as RFC 3581 does when asked by rport.
 *
 * msg  its src, tp and via; via.addr may be changed.
 */
void reply_settle_target(struct sip_msg *msg);

/** 503 with the server's Retry-After, stateless. */
void reply_unavailable(struct sip_server *server, const struct sip_msg *msg);

#endif
