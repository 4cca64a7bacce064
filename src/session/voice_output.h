/**
 * voice_output: what one voice says, brought to the rate that it is read at.
 *
 * Embedded by value, owned by one thread; all zero is fresh. What is raised to a higher rate lags
 * by its filter, a few ms; the rest of it sounds into what follows. Private to this folder.
 */
#ifndef RECORDER_SESSION_VOICE_OUTPUT_H
#define RECORDER_SESSION_VOICE_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

#include "audio/resample.h"

struct voice_output {
    struct resample *resample; /* NULL until it is needed */
    uint32_t from_hz;
    uint32_t to_hz;
    size_t tail; /* samples at to_hz that have gone in and not come out */
};

/** Free; usable again. */
void voice_output_deinit(struct voice_output *output);

/**
 * Put samples out.
 *
 * in       int16_t[in_samples] at from_hz; from_hz 0: silence, in is not looked at.
 * from_hz  up to to_hz.
 * pcm      int16_t[samples] at to_hz, of the same duration; up to OPUS_FRAME_SAMPLES_MAX. Where in
 *          has fewer than that makes, silence follows.
 */
void voice_output_put(struct voice_output *output, uint32_t from_hz, const int16_t *in,
                      size_t in_samples, uint32_t to_hz, int16_t *pcm, size_t samples);

#endif
