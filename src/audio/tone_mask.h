/**
 * tone_mask: finds the tones of digits (ITU-T Q.23: one of four low frequencies with one of four
 * high ones) in what is heard, frame by frame, so that they can be silenced before anything is
 * kept.
 *
 * Of a tone's beginning less than a frame is not found; a frame in which a tone is found, or goes
 * on for 4 ms or more, is to be silenced whole. Tones are found at -36 to 0 dBm0 each, where one is
 * at most 9 dB stronger than the other, their frequencies are right within 1.8 % (ITU-T Q.24), and
 * all else is at least 6 dB weaker than both together. That a frame of speech is mostly two such
 * tones hardly ever happens.
 *
 * Embedded by value, owned by one thread; all zero is fresh.
 */
#ifndef RECORDER_AUDIO_TONE_MASK_H
#define RECORDER_AUDIO_TONE_MASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TONE_MASK_FRAME_MS = 20,
    TONE_MASK_FREQUENCIES = 8, /* four low ones, then four high ones */
    TONE_MASK_BLOCKS = 4,      /* a frame is looked at in, with those of the frame before */
    TONE_MASK_OFFSETS = 3,     /* too low, right, too high */
};

/* A complex number. */
struct tone_phasor {
    double real;
    double imaginary;
};

/* 5 ms: how much there is of each frequency, and of everything. */
struct tone_block {
    struct tone_phasor part[TONE_MASK_FREQUENCIES];
    double energy;
};

struct tone_mask {
    uint32_t rate_hz;
    struct tone_block block[2 * TONE_MASK_BLOCKS]; /* of the frame before, then of this one */
    bool on;                                       /* in the frame before there was a tone */
    double low_hz;                                 /* then its frequencies */
    double high_hz;
    double power; /* and its mean square */
};

/**
 * Look at the next frame.
 *
 * pcm      int16_t[samples]; less than TONE_MASK_FRAME_MS are looked at as if zeros followed.
 * rate_hz  8000, 16000 or 48000; a change forgets what came before.
 * pressed  set to the digit where a tone begins: '0' to '9', '*', '#', 'A' to 'D'; else to 0.
 *
 * Returns whether the frame is to be silenced.
 */
bool tone_mask_take(struct tone_mask *mask, const int16_t *pcm, size_t samples, uint32_t rate_hz,
                    char *pressed);

/**
 * Something of the frame that was looked at last was invented, in place of what was lost: a tone
 * that it goes on with is less pure in it, and needs to be.
 *
 * on       what tone_mask_is_on said before that frame.
 * pressed  as tone_mask_take; left alone where no tone begins.
 *
 * Returns whether the frame is to be silenced.
 */
bool tone_mask_prolong(struct tone_mask *mask, bool on, char *pressed);

/** Whether there was a tone in the frame that was looked at last. */
bool tone_mask_is_on(const struct tone_mask *mask);

#endif
