/**
 * mix: the legs of one channel, heard together. Private to this folder.
 */
#ifndef RECORDER_SESSION_MIX_H
#define RECORDER_SESSION_MIX_H

#include <stddef.h>
#include <stdint.h>

#include "session/leg.h"

/**
 * Read the next samples of several legs at one rate and add them up; what is louder than 16 bits
 * hold is cut there.
 *
 * legs     read on by that many samples; 0: silence.
 * pcm      int16_t[samples].
 * rate_hz  as leg_read.
 * samples  up to OPUS_FRAME_SAMPLES_MAX.
 */
void mix_read(struct leg *const *legs, size_t leg_count, uint32_t rate_hz, int16_t *pcm,
              size_t samples);

#endif
