/**
 * support_sound: sounds to code, and how alike two sounds are.
 */
#ifndef RECORDER_TESTS_AUDIO_SUPPORT_SOUND_H
#define RECORDER_TESTS_AUDIO_SUPPORT_SOUND_H

#include <stddef.h>
#include <stdint.h>

/** A tone that glides evenly from one frequency to another; pcm is int16_t[samples]. */
void sound_sweep(int16_t *pcm, size_t samples, uint32_t rate_hz, double from_hz, double to_hz,
                 double amplitude);

/** Like a voice: the harmonics of a pitch up to 3.4 kHz, the higher the weaker. */
void sound_voice(int16_t *pcm, size_t samples, uint32_t rate_hz, double pitch_hz);

/** By how many samples `got` lags behind `wanted`: 0 to lag_max, where they are most alike. */
size_t sound_lag(const int16_t *wanted, const int16_t *got, size_t samples, size_t lag_max);

/** Power of the one over the power of its difference to the other. */
double sound_likeness(const int16_t *wanted, const int16_t *got, size_t samples);

/** How much of a sound's power is a tone of a frequency: 0 to 1. *amplitude of it, where wanted. */
double sound_is_tone(const int16_t *pcm, size_t samples, uint32_t rate_hz, double hz,
                     double *amplitude);

/** Mean square. */
double sound_power(const int16_t *pcm, size_t samples);

/**
 * A file of tests/vectors/audio, whole; freed by the caller. The test fails where it cannot be
 * read.
 */
uint8_t *sound_vector(const char *name, size_t *bytes);

#endif
