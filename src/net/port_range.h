/**
 * port_range: lends even UDP ports of a configured range and opens their sockets.
 *
 * A port goes back to the end of the line when it is returned, so that late packets of an ended
 * call do not fall into the next one. Locked inside: signalling borrows, media threads return.
 */
#ifndef RECORDER_NET_PORT_RANGE_H
#define RECORDER_NET_PORT_RANGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/fault.h"
#include "base/status.h"

struct port_range;

/**
 * Make a range of which nothing is lent.
 *
 * first, last  inclusive, 1024..65535; an odd first or last is narrowed to even ports (RFC 3550
 *              section 11).
 *
 * STATUS_OK, STATUS_INVALID (no even port in it), STATUS_NOMEM.
 */
enum status port_range_create(uint16_t first, uint16_t last, struct port_range **out,
                              struct fault *fault) MUST_CHECK;

/** All ports must be back. NULL is accepted. */
void port_range_destroy(struct port_range *owned_range);

/**
 * Open a non-blocking UDP socket on the next free port: close-on-exec, kernel receive timestamps
 * (SO_TIMESTAMPNS) and drop counts (SO_RXQ_OVFL) on, receive buffer of 512 KiB asked for, its
 * descriptor above the signalling library's table (base/descriptor.h).
 *
 * address  local address; its port is ignored.
 *
 * STATUS_OK    *descriptor and *port set, for port_range_close.
 * STATUS_FULL  every port is lent or taken by another program.
 * STATUS_IO    the system refused a socket; fault says why.
 */
enum status port_range_open(struct port_range *range, const struct sockaddr_storage *address,
                            int *descriptor, uint16_t *port, struct fault *fault) MUST_CHECK;

/** Whether a port waits to be lent; another program may have it all the same. */
bool port_range_has_free(struct port_range *range);

/**
 * Open a socket for the RTCP of a port that is lent: on the next, odd one (RFC 3550 section 11),
 * which may lie just outside the range. Like the other's, with a receive buffer of 32 KiB. The
 * caller closes it, before the port goes back.
 *
 * STATUS_OK    *descriptor set.
 * STATUS_BUSY  another program has that port.
 * STATUS_IO    the system refused a socket; fault says why.
 */
enum status port_range_open_rtcp(const struct sockaddr_storage *address, uint16_t port,
                                 int *descriptor, struct fault *fault) MUST_CHECK;

/** Close a descriptor of port_range_open and give its port back, to the end of the line. */
void port_range_close(struct port_range *range, int descriptor, uint16_t port);

#endif
