/**
 * g711: encode linear samples by ITU-T G.711.
 *
 * The generator's own: nothing is shared with the recorder's decoder, so that a mistake in one
 * cannot hide in the other.
 */
#ifndef RECORDER_CALLGEN_G711_H
#define RECORDER_CALLGEN_G711_H

#include <stdint.h>

/** A-law octet (even bits inverted, as sent) of a 16-bit sample. */
uint8_t g711_alaw(int16_t sample);

/** mu-law octet (all bits inverted, as sent) of a 16-bit sample. */
uint8_t g711_ulaw(int16_t sample);

#endif
