/**
 * address: IP addresses as text, and which of ours faces a peer.
 */
#ifndef RECORDER_NET_ADDRESS_H
#define RECORDER_NET_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/fault.h"
#include "base/status.h"

enum { ADDRESS_TEXT_BYTES = 64 };

/**
 * Read "127.0.0.1", "::1", "127.0.0.1:5060", "[::1]:5060" or "[::1]".
 *
 * default_port  taken where the text has none.
 *
 * STATUS_OK, STATUS_INVALID (*address untouched).
 */
enum status address_parse(const char *text, uint16_t default_port,
                          struct sockaddr_storage *address) MUST_CHECK;

/**
 * Write "10.0.0.1:5060" or "[::1]:5060"; "10.0.0.1" or "::1" where with_port is false. "unknown"
 * stands for an address of no IP family.
 */
void address_format(const struct sockaddr_storage *address, bool with_port,
                    char text[static ADDRESS_TEXT_BYTES]);

/** Port in host order; 0 for an address of no IP family. */
uint16_t address_port(const struct sockaddr_storage *address);

/** Set the port, given in host order; of an address of no IP family nothing. */
void address_set_port(struct sockaddr_storage *address, uint16_t port);

/** Length to give to bind or connect. */
socklen_t address_length(const struct sockaddr_storage *address);

/** Whether it is the family's unspecified address (0.0.0.0 or ::). */
bool address_is_any(const struct sockaddr_storage *address);

/**
 * Turn an IPv4 address that a dual-stack socket saw as "::ffff:10.0.0.1" back into an IPv4 one,
 * with its port. Any other address stays as it is.
 */
void address_unmap(struct sockaddr_storage *address);

/** Whether family, address and port are the same. */
bool address_equal(const struct sockaddr_storage *one, const struct sockaddr_storage *other);

/** Whether family and address are the same, whatever the ports; false without an IP family. */
bool address_same_host(const struct sockaddr_storage *one, const struct sockaddr_storage *other);

/**
 * Our address on the way to a peer, by the kernel's routing table; no packet is sent. Its port is
 * 0. A mapped peer (address_unmap) gets an IPv4 answer.
 *
 * STATUS_OK, or STATUS_IO (no route; *local untouched).
 */
enum status address_facing(const struct sockaddr_storage *peer, struct sockaddr_storage *local,
                           struct fault *fault) MUST_CHECK;

#endif
