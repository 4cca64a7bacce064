/**
 * peaks: the picture of one line of sound: least and greatest sample of each 50 ms, in 8 bits.
 *
 * Embedded by value, owned by one thread. Grows by 40 bytes a second.
 * Invariant: the pixels that are closed are final.
 */
#ifndef RECORDER_AUDIO_PEAKS_H
#define RECORDER_AUDIO_PEAKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PEAKS_PER_SECOND = 20,
    PEAKS_PIXEL_BYTES = 2,
    PEAKS_PIXELS_MAX = 2 * 1024 * 1024, /* 29 hours; the picture ends there */
};

struct peaks {
    uint32_t pixel_samples;
    uint32_t filled; /* samples of the open pixel */
    int16_t least;
    int16_t greatest;
    size_t pixels; /* closed */
    int8_t *data;  /* [cap_pixels][2]: least, greatest, divided by 256 */
    size_t cap_pixels;
    bool ended; /* no memory or no room was left; nothing is added any more */
};

/**
 * An empty picture.
 *
 * rate_hz  a multiple of PEAKS_PER_SECOND.
 */
void peaks_init(struct peaks *peaks, uint32_t rate_hz);

/** A picture that is as long as another, at its rate, of silence; without memory it has ended. */
void peaks_init_flat(struct peaks *peaks, const struct peaks *other);

/** A picture that is another's so far and goes on by itself; without memory it has ended. */
void peaks_init_copy(struct peaks *peaks, const struct peaks *other);

/** Free the picture. */
void peaks_deinit(struct peaks *peaks);

/**
 * Add samples that follow those added before.
 *
 * pcm  int16_t[samples], borrowed.
 *
 * Without memory, or past PEAKS_PIXELS_MAX, the picture ends there.
 */
void peaks_add(struct peaks *peaks, const int16_t *pcm, size_t samples);

/**
 * What is added from now on comes at another rate.
 *
 * rate_hz  a multiple of PEAKS_PER_SECOND, to which the samples of the open pixel can be scaled
 *          without a rest: between whole frames of 20 ms, 8000, 16000 and 48000 always can.
 */
void peaks_set_rate(struct peaks *peaks, uint32_t rate_hz);

/** Close the pixel that is open, with the samples it has; nothing is added afterwards. */
void peaks_finish(struct peaks *peaks);

#endif
