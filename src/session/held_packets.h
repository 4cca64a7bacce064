/**
 * held_packets: packets of one run of numbers, in the order in which they came, that came later
 * than their timestamps say, kept until it is known whether they or their run's anchor is wrong.
 *
 * Embedded by value, owned by one thread; all zero is an empty list. Private to this folder.
 */
#ifndef RECORDER_SESSION_HELD_PACKETS_H
#define RECORDER_SESSION_HELD_PACKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/codec.h"
#include "audio/placement.h"
#include "base/status.h"
#include "rtp/packet.h"

enum { HELD_PACKETS_MAX = 128 };

struct held_packet {
    struct held_packet *next;
    const struct audio_codec *codec; /* NULL: it cannot be decoded */
    uint32_t clock_hz;               /* of its timestamp */
    uint32_t ticks;                  /* how long it lasts, by its clock */
    struct rtp_packet packet;        /* its payload lies behind it */
    int64_t extended;                /* its number */
    int64_t arrival_ns;
    struct placement_place place; /* by its timestamp */
    bool late;                    /* that place was read already */
};

struct held_packets {
    struct held_packet *first;
    struct held_packet *last;
    size_t count;
    size_t late; /* how many of them are */
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

/** All places lie so much later (or earlier) from now on. */
void held_packets_shift(struct held_packets *held, int64_t by);

#endif
