/**
 * transport: the SIP signalling path to one recorder: a UDP socket, or one TCP connection that all
 * calls share and that is opened again when it was lost.
 *
 * Owned by the signalling thread. Everything goes to one address, as to an outbound proxy.
 */
#ifndef RECORDER_CALLGEN_TRANSPORT_H
#define RECORDER_CALLGEN_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/fault.h"
#include "base/status.h"

struct transport;

/**
 * Find the address of HOST:PORT (port 5060 where none) and open the path.
 *
 * STATUS_OK       *out set.
 * STATUS_INVALID  no such host or port.
 * STATUS_IO       no socket, or nothing answers there (TCP).
 * STATUS_NOMEM
 */
enum status transport_open(const char *to, bool tcp, struct transport **out,
                           struct fault *fault) MUST_CHECK;

/** Close; NULL is accepted. */
void transport_close(struct transport *owned_transport);

/**
 * Send one message; waits at most 5 s for room (TCP).
 *
 * STATUS_OK; STATUS_IO (fault): it was not sent.
 */
enum status transport_send(struct transport *transport, const char *text, size_t text_bytes,
                           struct fault *fault) MUST_CHECK;

/**
 * Take the next message that has come, without waiting.
 *
 * text  out: borrowed until the next call.
 *
 * STATUS_OK       one message, not yet read.
 * STATUS_END      none now.
 * STATUS_IO       the other side is gone: connection closed, or its port is not there (UDP). Later
 *                 sends try again.
 */
enum status transport_receive(struct transport *transport, const char **text, size_t *text_bytes,
                              struct fault *fault) MUST_CHECK;

/** To poll for reading; -1 while a TCP connection is lost. */
int transport_descriptor(const struct transport *transport);

/** Whether SIP goes over TCP, where nothing is sent twice. */
bool transport_is_tcp(const struct transport *transport);

/** The recorder's address, with port. */
const struct sockaddr_storage *transport_peer(const struct transport *transport);

/** Our own address that faces it, with the SIP port. */
const struct sockaddr_storage *transport_local(const struct transport *transport);

/**
 * Open a UDP socket for RTP on our address and an even port (RFC 3550 section 11).
 *
 * port  out.
 *
 * STATUS_OK (the caller closes *descriptor), STATUS_IO (fault).
 */
enum status transport_open_media(const struct transport *transport, int *descriptor, unsigned *port,
                                 struct fault *fault) MUST_CHECK;

#endif
