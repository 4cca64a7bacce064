/**
 * codec: what a payload holds and how it becomes samples: a table, one row per codec.
 *
 * Pure; any thread. Rows are static and live for ever.
 */
#ifndef RECORDER_AUDIO_CODEC_H
#define RECORDER_AUDIO_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"

/*
 * One packet, decoded: whatever a datagram that is received holds, at a byte a sample. RFC 3551
 * section 4.2 asks for 200 ms, which is 1600 of G.711.
 */
enum { AUDIO_PACKET_SAMPLES_MAX = BOUND_RTP_PACKET_BYTES };

struct audio_codec {
    const char *name;       /* SDP encoding name, canonical: "PCMU" */
    uint8_t payload_type;   /* that RFC 3551 section 6 gives it */
    uint32_t clock_rate_hz; /* of RTP timestamps */
    uint32_t rate_hz;       /* of the audio */
    size_t bytes_per_sample;
    int rank; /* how well it can be recorded, above 0; more is better */
    /* int16_t pcm[payload_bytes / bytes_per_sample], mono */
    void (*decode)(const uint8_t *payload, size_t payload_bytes, int16_t *pcm);
};

/**
 * The row of an SDP encoding name, in any case, and clock rate.
 *
 * Returns NULL for a codec that is not in the table.
 */
const struct audio_codec *audio_codec_find(const char *name, uint32_t clock_rate_hz);

/** The row of a payload type that RFC 3551 section 6 assigns; NULL for any other. */
const struct audio_codec *audio_codec_assigned(uint8_t payload_type);

/**
 * Samples that a payload decodes to: 0 where it is empty, no whole number of samples, or more than
 * AUDIO_PACKET_SAMPLES_MAX.
 */
size_t audio_codec_samples(const struct audio_codec *codec, size_t payload_bytes);

#endif
