/**
 * receiver: takes whatever waits in one UDP socket, a batch at a time, with the kernel's own
 * arrival times and drop counts.
 *
 * One per media thread; its buffers are lent out until the next read. Expects SO_TIMESTAMPNS and
 * SO_RXQ_OVFL on the socket (net/port_range.h sets both).
 */
#ifndef RECORDER_RTP_RECEIVER_H
#define RECORDER_RTP_RECEIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "base/status.h"

enum { RTP_RECEIVER_BATCH = 64 };

struct rtp_datagram {
    uint8_t *data; /* at most BOUND_RTP_PACKET_BYTES, valid and the reader's own until the next
                      read: SRTP is opened in place */
    size_t data_bytes;
    bool truncated;    /* longer than the buffer: the rest is gone, it must not be parsed */
    wall_time arrival; /* when the kernel took it in; 0 where it did not say */
    const struct sockaddr_storage *from; /* IPv4 as IPv4, also from a dual-stack socket */
};

struct rtp_receiver;

/** STATUS_OK (*out set), STATUS_NOMEM. */
enum status rtp_receiver_create(struct rtp_receiver **out) MUST_CHECK;

/** Free; NULL is accepted. */
void rtp_receiver_destroy(struct rtp_receiver *owned_receiver);

/**
 * Take up to RTP_RECEIVER_BATCH datagrams; never waits.
 *
 * descriptor  a UDP socket.
 * datagrams   set to an array of *count; borrowed until the next read or destroy.
 * count       0 where none waits; less than RTP_RECEIVER_BATCH: the socket is empty now.
 * dropped     in and out: the socket's drop count, carried between reads (0 at first); the kernel
 *             tells it with each datagram, mod 2^32.
 *
 * STATUS_OK, or STATUS_IO (the socket is unusable; outputs untouched).
 */
enum status rtp_receiver_read(struct rtp_receiver *receiver, int descriptor,
                              const struct rtp_datagram **datagrams, size_t *count,
                              uint32_t *dropped) MUST_CHECK;

#endif
