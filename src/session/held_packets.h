/**
 * held_packets: packets of one source, in the order in which they came, that are too late for their
 * places, kept until it is known whether they or their source's anchor is wrong.
 *
 * Embedded by value, owned by one thread; all zero is an empty list. Private to this folder.
 */
#ifndef RECORDER_SESSION_HELD_PACKETS_H
#define RECORDER_SESSION_HELD_PACKETS_H

#include <stddef.h>
#include <stdint.h>

#include "audio/codec.h"
#include "base/status.h"
#include "rtp/packet.h"

enum { HELD_PACKETS_MAX = 128 };

struct held_packet {
    struct held_packet *next;
    const struct audio_codec *codec;
    struct rtp_packet packet; /* its payload lies behind it */
    int64_t extended;         /* its number */
    int64_t arrival_ns;
    int64_t position; /* that it came too late for, in samples */
};

struct held_packets {
    struct held_packet *first;
    struct held_packet *last;
    size_t count;
};

/**
 * Append a packet.
 *
 * what  copied with the payload that it points at; what->next is not looked at.
 *
 * STATUS_OK
 * STATUS_LIMIT  HELD_PACKETS_MAX are held.
 * STATUS_NOMEM
 */
enum status held_packets_add(struct held_packets *held, const struct held_packet *what) MUST_CHECK;

/** Take the first out; freed by the caller. NULL where none is left. */
struct held_packet *held_packets_take(struct held_packets *held);

#endif
