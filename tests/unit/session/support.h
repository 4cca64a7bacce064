/**
 * support: a sink in memory, a sender of RTP, and the clean encoding to compare with.
 */
#ifndef TESTS_UNIT_SESSION_SUPPORT_H
#define TESTS_UNIT_SESSION_SUPPORT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "session/recording.h"
#include "session/recording_sink.h"
#include "session/track.h"

enum {
    PACKET_SAMPLES = 160,
    RATE_HZ = 8000,
    STREAM_BYTES_MAX = 64 * 1024 * 1024,
};

#define NS_PER_MS INT64_C(1000000)

/* Keeps what it is given. The lock is for recordings that run in a pool. */
struct memory_sink {
    struct recording_sink sink;
    int64_t sync_in_ms; /* what it says of its next sync; never by itself */
    pthread_mutex_t lock;
    pthread_cond_t ended_signal;
    struct bytes stream;
    size_t pages;
    int64_t last_granule;
    size_t refuse_from; /* pages from this number on are refused, up to refuse_to */
    size_t refuse_to;
    bool ended;
    struct recording_end end; /* facts, peaks and metadata copied below */
    struct recording_fact *facts;
    int8_t *peaks;
    char *metadata;
};

void memory_sink_init(struct memory_sink *memory);
void memory_sink_deinit(struct memory_sink *memory);
/** Wait until `end` was called, at most ten seconds. */
void memory_sink_await_end(struct memory_sink *memory);
/** Bytes so far; locked. */
size_t memory_sink_bytes(struct memory_sink *memory);
/** Number of facts of that cause and leg. */
size_t memory_sink_facts(const struct memory_sink *memory, const char *cause, int leg);

/** Small generator, so that runs repeat: splitmix64. */
uint64_t random_next(uint64_t *state);
/** Uniform in 0..below-1. */
uint32_t random_below(uint64_t *state, uint32_t below);

/** One RTP packet without extension; returns its length. */
size_t rtp_build(uint8_t *out, uint8_t payload_type, uint16_t sequence, uint32_t timestamp,
                 uint32_t ssrc, const uint8_t *payload, size_t payload_bytes);

/** A stream on a channel: "PCMA" with payload type 8, or "PCMU" with 0. */
struct recording_stream stream_of(enum recording_channel channel, const char *codec);

/* One packet of a plan. */
struct planned {
    int64_t arrival_ns;
    size_t leg;
    size_t index;
};

/* What is sent on one leg. */
struct sender {
    uint8_t payload_type;
    uint16_t sequence_first;
    uint32_t timestamp_first;
    uint32_t ssrc;
    size_t packets;
    uint8_t *payload; /* [packets][PACKET_SAMPLES] */
    bool *withheld;   /* [packets] */
};

void sender_init(struct sender *sender, uint8_t payload_type, size_t packets, uint64_t seed);
void sender_deinit(struct sender *sender);
/** Hand one packet of the sender to the track. */
void sender_deliver(const struct sender *sender, struct track *track, size_t leg, size_t index,
                    int64_t arrival_ns);

/** Sort by arrival and deliver all to the track, advancing it every 100 ms up to end_ns. */
void play(struct track *track, const struct sender *senders, struct planned *plan, size_t count,
          int64_t end_ns);

/** End a track at that time and free it; the sink has then seen its end. */
void finish(struct track *owned_track, int64_t stopped_ns);

/* Ogg packets, borrowed from the stream. */
struct ogg_packets {
    size_t count;
    const uint8_t **data;
    size_t *bytes;
    size_t pages;
    int64_t last_granule;
    bool ended; /* the last page says so */
};

/** Split a stream into packets; fails the test on a bad checksum, number, flag or length. */
void ogg_split(const struct bytes *stream, struct ogg_packets *packets);
void ogg_packets_deinit(struct ogg_packets *packets);

/**
 * Encode what the senders planned, zeros for what they withheld, and fail the test where a packet
 * differs from the recording's.
 *
 * senders  [2]: left, right; NULL payload for a silent channel.
 * anchors  samples; where the first packet that was sent lies.
 */
void assert_bit_exact(const struct memory_sink *memory, const struct sender *senders,
                      const int64_t *anchors);

#endif
