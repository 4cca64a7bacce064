/**
 * codec: what a payload holds and how it becomes samples: a table, one row and one file per codec.
 *
 * Rows are static and live for ever. What a codec must remember from packet to packet is a state of
 * its own, one per source (audio/decoder.h); without one it is pure.
 */
#ifndef RECORDER_AUDIO_CODEC_H
#define RECORDER_AUDIO_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/*
 * One packet, decoded: RFC 3551 section 4.2 asks for 200 ms, which is 9600 samples at 48 kHz. At
 * lower rates so many samples last longer, and they are taken: a datagram of BOUND_RTP_PACKET_BYTES
 * is 9000 samples of G.711.
 */
enum {
    AUDIO_PACKET_SAMPLES_MAX = 9600,
    AUDIO_PACKET_MS_MAX = 1200 /* so many samples, at 8 kHz */
};

/* What the payloads of a codec are. */
enum audio_kind {
    AUDIO_SOUND, /* samples */
    AUDIO_NOISE, /* comfort noise: says that nothing is said (RFC 3389) */
    AUDIO_EVENT, /* named events: digits (RFC 4733) */
};

struct g729_service;

/* What the decoders of a process share; all borrowed for the process's life. */
struct audio_setup {
    struct g729_service *g729; /* NULL where there is none */
};

struct audio_codec {
    const char *name;       /* SDP encoding name, canonical: "PCMU" */
    int payload_type;       /* that RFC 3551 section 6 gives it, or habit (19); -1 where none */
    uint32_t clock_rate_hz; /* of RTP timestamps */
    uint32_t rate_hz;       /* of the audio: 8000, 16000 or 48000; 0 where kind is not SOUND */
    uint8_t channels;       /* that its rtpmap names, 1 or 2; decoded is mono */
    enum audio_kind kind;
    int rank;               /* how well it can be recorded, above 0, more is better; SOUND only */
    const char *parameters; /* a=fmtp of our answer; NULL where none */
    double impairment;      /* Ie of ITU-T G.113 appendix I; its file says where it is from */
    double robustness;      /* Bpl of the same, with loss concealed; 0 where kind is not SOUND */

    /* Samples at rate_hz that a payload decodes to; 0 where it is malformed. NULL: not SOUND.
     * codec  the row itself: several may share a function. */
    size_t (*samples)(const struct audio_codec *codec, const uint8_t *payload,
                      size_t payload_bytes);

    /* NULL: it has no state. STATUS_OK (*state set), STATUS_NOMEM, STATUS_UNSUPPORTED. */
    enum status (*open)(const struct audio_codec *codec, const struct audio_setup *setup,
                        void **state);
    void (*close)(void *owned_state);

    /*
     * pcm  int16_t[samples of the payload], mono.
     * STATUS_OK; anything else: pcm is undefined, the state is usable.
     */
    enum status (*decode)(void *state, const uint8_t *payload, size_t payload_bytes, int16_t *pcm);

    /*
     * Invent what was lost behind the last packet decoded. NULL: decoder.h does it for all codecs
     * alike.
     * pcm      int16_t[samples].
     * payload  of the packet right behind the loss, for codecs that carry a copy of the one before;
     *          NULL where it is not known.
     */
    enum status (*conceal)(void *state, size_t samples, const uint8_t *payload,
                           size_t payload_bytes, int16_t *pcm);
};

/**
 * The row of an SDP encoding name, in any case, and clock rate.
 *
 * name  "L16*2" for that of two channels, where there is a row for them; without a number, the row
 *       of the fewest.
 *
 * Returns NULL for a codec that is not in the table.
 */
const struct audio_codec *audio_codec_find(const char *name, uint32_t clock_rate_hz);

/**
 * The row of a payload type that RFC 3551 section 6 assigns, and 19, comfort noise of old; NULL
 * for any other.
 */
const struct audio_codec *audio_codec_assigned(uint8_t payload_type);

/**
 * How well a codec can be recorded with what there is: its rank, or 0 where what it needs is not
 * there, or where it is no sound.
 */
int audio_codec_rank(const struct audio_codec *codec, const struct audio_setup *setup);

/**
 * Samples that a payload decodes to: 0 where it is malformed, holds more than
 * AUDIO_PACKET_SAMPLES_MAX, or is no sound. Where rate_hz is not its own rate, they are rounded up,
 * so that there is no hole before the packet behind.
 */
size_t audio_codec_samples(const struct audio_codec *codec, const uint8_t *payload,
                           size_t payload_bytes);

/** How long samples of a codec of kind SOUND last in its RTP timestamps; exact for whole packets.
 */
uint32_t audio_codec_ticks(const struct audio_codec *codec, size_t samples);

#endif
