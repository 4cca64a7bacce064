/**
 * connections: closes connections that take too long over a request.
 *
 * libmicrohttpd only knows inactivity: whoever sends one header byte in every 29 seconds stays for
 * ever. Here every connection has a deadline for its next whole request, from the moment it was
 * accepted or its last request was answered. Locked inside.
 */
#ifndef RECORDER_WEB_API_CONNECTIONS_H
#define RECORDER_WEB_API_CONNECTIONS_H

#include "base/clock.h"
#include "base/status.h"

enum { CONNECTIONS_REQUEST_MAX_S = 40 };

struct connections;
struct connection;

/** STATUS_OK, STATUS_NOMEM. */
enum status connections_create(struct connections **out) MUST_CHECK;

/** All must have been removed. NULL is accepted. */
void connections_destroy(struct connections *owned_connections);

/**
 * A connection was accepted.
 *
 * socket_descriptor  stays open until connections_remove has returned.
 *
 * Returns NULL where memory is out: then it has no deadline.
 */
struct connection *connections_add(struct connections *connections, int socket_descriptor,
                                   mono_time now);

/** The connection is about to be closed. NULL is accepted. */
void connections_remove(struct connections *connections, struct connection *owned_connection);

/** A whole request is there; no deadline until it is answered. NULL is accepted. */
void connections_requested(struct connections *connections, struct connection *connection);

/** It was answered; the time of the next request begins. NULL is accepted. */
void connections_answered(struct connections *connections, struct connection *connection,
                          mono_time now);

/** Shut down those past their deadline; returns how many. Their owner then closes them. */
unsigned connections_reap(struct connections *connections, mono_time now);

#endif
