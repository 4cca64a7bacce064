/**
 * streams: the TCP and TLS connections of a server.
 *
 * libre accepts them, decrypts and sends; this sits between its sockets and its SIP stack, because
 * what libre does alone loses calls:
 * - one malformed message, one over 64 KiB, or one without Content-Length ends the connection and
 *   with it the signalling of all its calls. Here such a message is answered (400, 513) and the
 *   connection goes on wherever the end of the message is known; a request without a body needs no
 *   Content-Length, and a message may have BOUND_SIP_STREAM_MESSAGE_BYTES.
 * - a connection that was silent for 15 minutes is closed, which is when a session timer of 30
 *   minutes is refreshed. Here one that has spoken lives as long as the kernel finds its peer.
 * - one address can take all connections. Here BOUND_SIP_TCP_PER_ADDRESS are its part; one that
 *   brings nothing whole within 64*T1 is closed, and so is one that takes longer for a message.
 *
 * Whole messages go to input.h, keepalives to libre. Server thread.
 */
#ifndef RECORDER_SIP_STREAMS_H
#define RECORDER_SIP_STREAMS_H

#include "base/fault.h"
#include "base/status.h"

struct sip_server;
struct streams;

/**
 * Needs server->sip and server->deadlines, for its life.
 *
 * STATUS_OK           *out set.
 * STATUS_UNSUPPORTED  another version of libre than this was made for (libre_layout.h).
 * STATUS_NOMEM
 */
enum status streams_create(struct sip_server *server, struct streams **out,
                           struct fault *fault) MUST_CHECK;

/** Forget the connections; before the SIP stack goes, which closes them. NULL is accepted. */
void streams_destroy(struct streams *owned_streams);

/**
 * Take over the connections of the listener that was added to the SIP stack last.
 *
 * descriptor  its socket's.
 *
 * STATUS_OK, STATUS_LIMIT (too many listeners), STATUS_NOT_FOUND (its socket is another).
 */
enum status streams_adopt(struct streams *streams, int descriptor) MUST_CHECK;

/**
 * The verified certificate of the client at the other end of a connection.
 *
 * sock               of a message.
 * name, fingerprint  set to texts that live as long as the connection, "" where there is none.
 */
void streams_certificate(struct streams *streams, const void *sock, const char **name,
                         const char **fingerprint);

#endif
