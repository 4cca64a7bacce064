/**
 * codec: what a stream is sent in: a table, one row and one file per codec. Pure but for a codec's
 * state, which is its caller's.
 *
 * Encoders only, by the libraries that have them; nothing is shared with the recorder's table, so
 * that a mistake in one cannot hide in the other.
 */
#ifndef RECORDER_CALLGEN_CODEC_H
#define RECORDER_CALLGEN_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum {
    CODEC_PACKETS_PER_S = 50,      /* 20 ms each */
    CODEC_RATE_HZ_MAX = 48000,     /* of samples */
    CODEC_PAYLOAD_BYTES_MAX = 640, /* L16 at 16 kHz */
};

struct codec {
    const char *name;       /* of the command line, and in SDP */
    uint8_t payload_type;   /* RFC 3551, else a dynamic one */
    uint32_t clock_rate_hz; /* of RTP timestamps */
    uint32_t rate_hz;       /* of the samples that go in */
    uint8_t channels;       /* that its rtpmap names */
    const char *suffix;     /* of a file with its payloads */

    /* NULL: it has no state. STATUS_OK (*state set), STATUS_NOMEM. */
    enum status (*open)(void **state);
    void (*close)(void *owned_state);

    /*
     * Encode 20 ms. Returns the octets written; 0 where it cannot be done.
     * pcm      int16_t[rate_hz / CODEC_PACKETS_PER_S], mono.
     * payload  uint8_t[CODEC_PAYLOAD_BYTES_MAX].
     */
    size_t (*encode)(void *state, const int16_t *pcm, uint8_t *payload);
};

/** The row of a name, in any case; NULL where there is none. */
const struct codec *codec_find(const char *name);

/** All names, for people; static. */
const char *codec_names(void);

/** Samples that go into a packet. */
size_t codec_packet_samples(const struct codec *codec);

/** RTP timestamp units that a packet lasts. */
uint32_t codec_packet_ticks(const struct codec *codec);

#endif
