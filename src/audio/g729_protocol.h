/**
 * g729_protocol: what recorder-ingest and recorder-g729 say to each other, over a socket that keeps
 * the bounds of messages (SOCK_SEQPACKET), which the program finds as its standard input. Both run
 * on one machine and are built together: numbers are in its own order.
 *
 * A request is answered by one reply of the same number, but for G729_CLOSE, which is not answered.
 * The program ends when the socket does.
 */
#ifndef RECORDER_AUDIO_G729_PROTOCOL_H
#define RECORDER_AUDIO_G729_PROTOCOL_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

enum {
    G729_FRAME_BYTES = 10,
    G729_NOISE_BYTES = 2, /* a frame that tells the noise of a silence; only the last of a packet */
    G729_FRAME_SAMPLES = 80,
    G729_FRAMES_MAX = 120, /* of one message: 1200 ms, AUDIO_PACKET_MS_MAX */
    G729_CHANNELS_MAX = 16384,
};

enum g729_kind {
    G729_DECODE = 1,  /* the payload */
    G729_CONCEAL = 2, /* so many frames that were lost */
    G729_CLOSE = 3,   /* the channel is not used any more */
};

struct g729_request {
    uint32_t number;
    uint32_t channel; /* below G729_CHANNELS_MAX */
    uint16_t kind;
    uint16_t fresh;  /* 1: the first of its channel: what the channel held before is forgotten */
    uint16_t frames; /* of the reply: G729_FRAME_SAMPLES samples each */
    uint16_t payload_bytes;
    uint8_t payload[G729_FRAMES_MAX * G729_FRAME_BYTES]; /* only so many are sent */
};

struct g729_reply {
    uint32_t number;
    uint32_t frames; /* as asked for; 0: out of memory, or the request breaks these rules */
    int16_t pcm[G729_FRAMES_MAX * G729_FRAME_SAMPLES]; /* only so many are sent */
};

enum {
    G729_REQUEST_HEAD_BYTES = offsetof(struct g729_request, payload),
    G729_REPLY_HEAD_BYTES = offsetof(struct g729_reply, pcm),
};

static_assert(G729_REQUEST_HEAD_BYTES == 16, "a layout that both sides know");
static_assert(G729_REPLY_HEAD_BYTES == 8, "a layout that both sides know");

/** Frames of a payload; 0 where it is malformed or holds more than G729_FRAMES_MAX. */
static inline size_t g729_frames(size_t payload_bytes)
{
    size_t rest = payload_bytes % G729_FRAME_BYTES;
    size_t frames = payload_bytes / G729_FRAME_BYTES + (rest ? 1 : 0);

    return (rest && rest != G729_NOISE_BYTES) || frames > G729_FRAMES_MAX ? 0 : frames;
}

#endif
