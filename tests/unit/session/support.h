/**
 * support: a sink in memory, a sender of RTP, and the clean encoding to compare with.
 */
#ifndef TESTS_UNIT_SESSION_SUPPORT_H
#define TESTS_UNIT_SESSION_SUPPORT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/codec.h"
#include "base/bytes.h"
#include "session/recording.h"
#include "session/recording_sink.h"
#include "session/track.h"

enum {
    PACKET_SAMPLES = 160,
    RATE_HZ = 8000,
    STREAM_BYTES_MAX = 64 * 1024 * 1024,
    MEMORY_TEXT_BYTES = 64,
    MEMORY_DOCUMENTS_MAX = 4,
    MEMORY_CONTROLS_MAX = 16,
};

#define NS_PER_MS INT64_C(1000000)

/* A document that came down. */
struct memory_document {
    int64_t at_ms;
    char message[MEMORY_TEXT_BYTES];
    char type[MEMORY_TEXT_BYTES];
    char data[MEMORY_TEXT_BYTES];
    size_t data_bytes;
};

/* A pause or a resumption that took effect. */
struct memory_control {
    struct recording_control control; /* detail: see below */
    int64_t at_ms;
    char detail[MEMORY_TEXT_BYTES];
};

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
    struct recording_end end;              /* facts, peaks and ties copied below */
    struct recording_fact *facts;          /* with their details */
    int8_t *peaks;                         /* [pixels][2 channels][2] */
    int8_t *leg_peaks[BOUND_CALL_STREAMS]; /* each [leg_pixels][2]; NULL where there are none */
    char ties[5][MEMORY_TEXT_BYTES];       /* session, SIP session, group, reference, first other */
    size_t documents;
    struct memory_document document[MEMORY_DOCUMENTS_MAX];
    size_t documents_refused; /* those that came then */
    size_t controls;          /* all; the first ones are kept */
    struct memory_control control[MEMORY_CONTROLS_MAX];
};

void memory_sink_init(struct memory_sink *memory);
void memory_sink_deinit(struct memory_sink *memory);
/** Wait until `end` was called, at most ten seconds. */
void memory_sink_await_end(struct memory_sink *memory);
/** Bytes so far; locked. */
size_t memory_sink_bytes(struct memory_sink *memory);
/** Number of facts of that cause and leg. */
size_t memory_sink_facts(const struct memory_sink *memory, const char *cause, int leg);
/** The first fact of that cause and leg, NULL where none is. */
const struct recording_fact *memory_sink_fact(const struct memory_sink *memory, const char *cause,
                                              int leg);

/** Small generator, so that runs repeat: splitmix64. */
uint64_t random_next(uint64_t *state);
/** Uniform in 0..below-1. */
uint32_t random_below(uint64_t *state, uint32_t below);

/** One RTP packet without extension; returns its length. */
size_t rtp_build(uint8_t *out, uint8_t payload_type, uint16_t sequence, uint32_t timestamp,
                 uint32_t ssrc, const uint8_t *payload, size_t payload_bytes);

/* Decoders of which none needs a helper. */
extern const struct audio_setup test_setup;

/* Of a customer who asks for nothing. */
extern const struct recording_policy test_policy;

/** A leg of "PCMA" with payload type 8, or "PCMU" with 0, and events of type 101; begun at 0. */
struct leg *leg_of(const char *codec);

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

/**
 * Decode a finished stream with libopus: int16_t[*frames * 960 * 2] at 48 kHz, left first, pre-skip
 * included; freed by the caller.
 */
int16_t *decode_stream(const struct memory_sink *memory, size_t *frames);

/** Energy of 48 kHz stereo samples of one channel. */
double energy(const int16_t *pcm, size_t from, size_t to, size_t channel);

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
 * Add what a sender sent to a line, from packet first, which is not withheld, to before end, the
 * first at anchor; what was withheld as it is concealed, up to three packets in a row.
 */
void lay_out(const struct sender *sender, size_t first, size_t end, int64_t anchor, int16_t *pcm,
             size_t samples);

/** Frames of 20 ms that were encoded. */
size_t frames_of(const struct memory_sink *memory);

/** Fail the test where left and right of a packet differ from those of pcm[2], encoded. */
void assert_line(const struct memory_sink *memory, int16_t *const *pcm, size_t frames);

/**
 * Encode what the senders planned, what they withheld concealed or silent, and fail the test where
 * a packet differs from the recording's.
 *
 * senders  [2]: left, right; NULL payload for a silent channel.
 * anchors  samples; where the first packet that was sent lies.
 */
void assert_bit_exact(const struct memory_sink *memory, const struct sender *senders,
                      const int64_t *anchors);

/* A media pool, ports on loopback and a socket to send from. */
struct rig {
    struct media_pool *pool;
    struct port_range *ports;
    struct sockaddr_storage address; /* 127.0.0.1, no port */
    int sender;                      /* bound */
    struct sockaddr_storage sender_address;
};

void open_rig(struct rig *rig, unsigned threads, uint16_t first, uint16_t last);
void close_rig(struct rig *rig);

/** Wait until no recording runs any more, at most ten seconds: their ports are back then. */
void await_idle(const struct rig *rig);

/** How many ports can be lent now: all of them are, and come back. At most 50 are looked for. */
unsigned ports_left(const struct rig *rig);

/** A UDP socket on loopback, and its address. */
int open_socket(struct sockaddr_storage *address);

/** Send a datagram to a port of loopback. */
void send_datagram(int descriptor, uint16_t port, const void *data, size_t data_bytes);

/** Send one packet of a sender to a port of loopback, from the rig's socket. */
void send_to(const struct rig *rig, uint16_t port, const struct sender *sender, size_t index);

void sleep_ms(long ms);

/* When the next packet of a sender is due, by the clock; zero: now. */
struct pace {
    int64_t due_ns;
};

/**
 * Wait until the next packet is due, 20 ms after the one before was: whoever was kept waiting
 * catches up, so that what is sent keeps its sender's time on a busy machine too.
 */
void pace_next(struct pace *pace);

/** The next so many states that are asked of libsrtp2 cannot be made, for want of memory. */
void fail_srtp_creations(unsigned count);

#endif
