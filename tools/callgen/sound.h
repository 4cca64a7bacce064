/**
 * sound: what the two parties say: files, speech or tones, as mono samples at 8000 Hz.
 */
#ifndef RECORDER_CALLGEN_SOUND_H
#define RECORDER_CALLGEN_SOUND_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"

enum {
    SOUND_RATE_HZ = 8000,
    SOUND_PACKET_SAMPLES = 160, /* 20 ms */
    SOUND_SAMPLES_MAX = 3600 * SOUND_RATE_HZ,
};

struct sound {
    int16_t *sample; /* int16_t[samples], mono */
    size_t samples;
};

/**
 * Read a sound file of any rate and number of channels that libsndfile knows; channels are mixed.
 *
 * STATUS_OK        *sound owned by the caller, freed by sound_deinit; at least one sample.
 * STATUS_IO        not there or not a sound file; fault names it.
 * STATUS_INVALID   no sample in it.
 * STATUS_LIMIT     longer than SOUND_SAMPLES_MAX.
 * STATUS_NOMEM
 */
enum status sound_load(const char *path, struct sound *sound, struct fault *fault) MUST_CHECK;

/**
 * Two seconds of silence with a burst of a sine in each second, at -6 dB of full scale, its first
 * and last 5 ms faded.
 *
 * tone_hz            frequency.
 * from_ms, until_ms  place of the burst in its second, 0..1000.
 *
 * STATUS_OK, STATUS_NOMEM.
 */
enum status sound_bursts(double tone_hz, unsigned from_ms, unsigned until_ms,
                         struct sound *sound) MUST_CHECK;

/** Put other into sound at a place, adding; sound grows with silence as needed.
 *
 * STATUS_OK, STATUS_LIMIT (past SOUND_SAMPLES_MAX) or STATUS_NOMEM (sound unchanged).
 */
enum status sound_place(struct sound *sound, size_t at_sample,
                        const struct sound *other) MUST_CHECK;

/** Grow with silence to at least samples. Statuses as sound_place. */
enum status sound_extend(struct sound *sound, size_t samples) MUST_CHECK;

/** Free the samples; a zeroed sound is accepted. */
void sound_deinit(struct sound *sound);

enum sound_codec { SOUND_PCMA, SOUND_PCMU };

/* A sound in G.711, played in a loop: packet n of a stream is packet (offset + n) mod packets. */
struct sound_loop {
    uint8_t *payload; /* uint8_t[packets][SOUND_PACKET_SAMPLES] */
    uint32_t packets; /* at least 1 */
};

/**
 * Encode; the last packet is filled up with silence.
 *
 * STATUS_OK        *loop owned by the caller, freed by sound_loop_deinit.
 * STATUS_NOMEM
 */
enum status sound_encode(const struct sound *sound, enum sound_codec codec,
                         struct sound_loop *loop) MUST_CHECK;

/** The payload of a packet of a stream that starts at an offset; SOUND_PACKET_SAMPLES bytes,
 * borrowed. */
const uint8_t *sound_loop_packet(const struct sound_loop *loop, uint32_t offset, uint32_t packet);

/** Free; a zeroed loop is accepted. */
void sound_loop_deinit(struct sound_loop *loop);

#endif
