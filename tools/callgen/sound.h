/**
 * sound: what the two parties say: files, speech or tones, as mono samples at the codec's rate.
 */
#ifndef RECORDER_CALLGEN_SOUND_H
#define RECORDER_CALLGEN_SOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "tools/callgen/codec.h"

enum { SOUND_SECONDS_MAX = 3600 };

struct sound {
    int16_t *sample; /* int16_t[samples], mono */
    size_t samples;
    uint32_t rate_hz;
};

/**
 * Read a sound file of any rate and number of channels that libsndfile knows; channels are mixed.
 *
 * rate_hz  that it is to have.
 *
 * STATUS_OK        *sound owned by the caller, freed by sound_deinit; at least one sample.
 * STATUS_IO        not there or not a sound file; fault names it.
 * STATUS_INVALID   no sample in it.
 * STATUS_LIMIT     longer than SOUND_SECONDS_MAX.
 * STATUS_NOMEM
 */
enum status sound_load(const char *path, uint32_t rate_hz, struct sound *sound,
                       struct fault *fault) MUST_CHECK;

/**
 * Two seconds of silence with a burst of a sine in each second, at -6 dB of full scale, its first
 * and last 5 ms faded.
 *
 * rate_hz            of the samples.
 * tone_hz            frequency.
 * from_ms, until_ms  place of the burst in its second, 0..1000.
 *
 * STATUS_OK, STATUS_NOMEM.
 */
enum status sound_bursts(uint32_t rate_hz, double tone_hz, unsigned from_ms, unsigned until_ms,
                         struct sound *sound) MUST_CHECK;

/**
 * Put other, of the same rate, into sound at a place, adding; sound grows with silence as needed.
 *
 * STATUS_OK, STATUS_LIMIT (past SOUND_SECONDS_MAX) or STATUS_NOMEM (sound unchanged).
 */
enum status sound_place(struct sound *sound, size_t at_sample,
                        const struct sound *other) MUST_CHECK;

/** Grow with silence to at least samples. Statuses as sound_place. */
enum status sound_extend(struct sound *sound, size_t samples) MUST_CHECK;

/** Free the samples; a zeroed sound is accepted. */
void sound_deinit(struct sound *sound);

/* One packet's payload. */
struct sound_payload {
    bool silent; /* all of it zero before it was encoded */
    uint16_t bytes;
    uint8_t octet[CODEC_PAYLOAD_BYTES_MAX];
};

/* A sound encoded, played in a loop: packet n of a stream is packet (offset + n) mod packets. */
struct sound_loop {
    struct sound_payload *payload; /* [packets] */
    uint32_t packets;              /* at least 1 */
};

/**
 * Encode; the last packet is filled up with silence. What a codec remembers from packet to packet
 * is lost where the loop begins again.
 *
 * sound  at codec->rate_hz.
 *
 * STATUS_OK        *loop owned by the caller, freed by sound_loop_deinit.
 * STATUS_NOMEM
 * STATUS_INVALID   the codec refused.
 */
enum status sound_encode(const struct sound *sound, const struct codec *codec,
                         struct sound_loop *loop) MUST_CHECK;

/** The payload of a packet of a stream that starts at an offset; borrowed. */
const struct sound_payload *sound_loop_packet(const struct sound_loop *loop, uint32_t offset,
                                              uint32_t packet);

/** Free; a zeroed loop is accepted. */
void sound_loop_deinit(struct sound_loop *loop);

#endif
