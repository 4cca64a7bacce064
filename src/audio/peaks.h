/**
 * peaks: the picture of the sound: least and greatest sample of each 50 ms, in 8 bits.
 *
 * Embedded by value, owned by one thread. Grows by 80 bytes a second.
 * Invariant: every channel's pixels before its own position are final.
 */
#ifndef RECORDER_AUDIO_PEAKS_H
#define RECORDER_AUDIO_PEAKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PEAKS_PER_SECOND = 20,
    PEAKS_CHANNELS = 2,
    PEAKS_BYTES_MAX = 8 * 1024 * 1024, /* 29 hours; the picture ends there */
};

struct peaks_channel {
    uint32_t pixel_samples;
    uint32_t filled; /* samples of the open pixel */
    int16_t least;
    int16_t greatest;
    size_t pixels; /* closed */
};

struct peaks {
    struct peaks_channel channel[PEAKS_CHANNELS];
    int8_t *data; /* [cap_pixels][PEAKS_CHANNELS][2]: least, greatest, divided by 256 */
    size_t cap_pixels;
    bool ended; /* no memory or no room was left; nothing is added any more */
};

/**
 * An empty picture.
 *
 * rates_hz  of left and right, multiples of PEAKS_PER_SECOND.
 */
void peaks_init(struct peaks *peaks, const uint32_t rates_hz[static PEAKS_CHANNELS]);

/** Free the picture. */
void peaks_deinit(struct peaks *peaks);

/**
 * Add samples that follow those added before.
 *
 * channel  < PEAKS_CHANNELS.
 * pcm      int16_t[samples], borrowed.
 *
 * Without memory, or past PEAKS_BYTES_MAX, the picture ends there.
 */
void peaks_add(struct peaks *peaks, size_t channel, const int16_t *pcm, size_t samples);

/**
 * What is added from now on comes at another rate.
 *
 * channel  < PEAKS_CHANNELS.
 * rate_hz  a multiple of PEAKS_PER_SECOND, to which the samples of the open pixel can be scaled
 *          without a rest: between whole frames of 20 ms, 8000, 16000 and 48000 always can.
 */
void peaks_set_rate(struct peaks *peaks, size_t channel, uint32_t rate_hz);

/** Close the pixels that are open, with the samples they have; nothing is added afterwards. */
void peaks_finish(struct peaks *peaks);

/** Pixels that are closed in both channels. */
size_t peaks_pixels(const struct peaks *peaks);

#endif
