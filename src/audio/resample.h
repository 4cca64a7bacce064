/**
 * resample: a line of samples from one rate to another (libspeexdsp). On the heap; owned by one
 * thread.
 */
#ifndef RECORDER_AUDIO_RESAMPLE_H
#define RECORDER_AUDIO_RESAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct resample;

/**
 * from_hz, to_hz  8000, 11025, 16000, 22050, 24000, 32000, 44100 or 48000.
 *
 * STATUS_OK (*out set), STATUS_NOMEM.
 */
enum status resample_open(uint32_t from_hz, uint32_t to_hz, struct resample **out) MUST_CHECK;

/** Free; NULL is accepted. */
void resample_close(struct resample *owned_resample);

/**
 * Convert samples that follow those converted before. What comes out lags by resample_delay.
 *
 * in   int16_t[in_samples].
 * out  int16_t[out_samples], not in: in_samples * to / from of them. Where that is not whole,
 *      rounded down or up: what the filter makes one too many of is left out, what it makes one
 *      too few of is the last one again.
 */
void resample_run(struct resample *resample, const int16_t *in, size_t in_samples, int16_t *out,
                  size_t out_samples);

/** How many samples at to_hz the output lags behind. */
size_t resample_delay(const struct resample *resample);

#endif
