/**
 * media_socket: one UDP socket on a port of the range, and how far it has been read.
 *
 * Embedded by value; closed where descriptor is -1. Opened by signalling, read by the recording's
 * media thread. Times are nanoseconds from the recording's start.
 */
#ifndef RECORDER_SESSION_MEDIA_SOCKET_H
#define RECORDER_SESSION_MEDIA_SOCKET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/fault.h"
#include "base/status.h"
#include "net/port_range.h"

struct media_socket {
    struct port_range *ports;
    struct sockaddr_storage local; /* that it is bound to; its port means nothing */
    int descriptor;
    uint16_t port;
    uint32_t dropped;    /* the kernel's count, as last told */
    int64_t received_ns; /* all that arrived before it has been read */
    bool drained;        /* in the present sweep */
};

/**
 * Bind one.
 *
 * ports    lends the port; outlives this.
 * address  local address; its port is ignored.
 *
 * STATUS_OK             *out set, for media_socket_close.
 * STATUS_FULL, STATUS_IO  as port_range_open; *out untouched.
 */
enum status media_socket_open(struct port_range *ports, const struct sockaddr_storage *address,
                              struct media_socket *out, struct fault *fault) MUST_CHECK;

/** Close it, and give the port back; one that is closed stays so. */
void media_socket_close(struct media_socket *socket);

#endif
