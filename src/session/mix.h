/**
 * mix: the legs of one channel, heard together. Private to this folder.
 */
#ifndef RECORDER_SESSION_MIX_H
#define RECORDER_SESSION_MIX_H

#include <stddef.h>
#include <stdint.h>

#include "session/leg.h"

/**
 * Read the next samples of several legs at one rate, each alone, and add them up; what is louder
 * than 16 bits hold is cut there.
 *
 * legs     read on by that many samples; 0: silence.
 * rate_hz  as leg_read.
 * alone    int16_t *[leg_count]: where each leg's samples go, int16_t[samples].
 * pcm      int16_t[samples]: the sum.
 * samples  up to OPUS_FRAME_SAMPLES_MAX.
 */
void mix_read(struct leg *const *legs, size_t leg_count, uint32_t rate_hz, int16_t *const *alone,
              int16_t *pcm, size_t samples);

#endif
