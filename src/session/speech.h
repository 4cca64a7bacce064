/**
 * speech: when a leg speaks, by its energy: 20 ms that are louder than its noise. Good enough to
 * say who talked how much; no recogniser of voices: music speaks too.
 *
 * The noise is the least of what was heard in the last 3 to 6 s: people who speak pause in so long.
 * Where nothing at all comes that says nothing of the noise. A word is not cut in two: speech ends
 * when it has been quiet for SPEECH_HANG_MS.
 *
 * Embedded by value, owned by one thread; all zero is fresh. Private to this folder.
 */
#ifndef RECORDER_SESSION_SPEECH_H
#define RECORDER_SESSION_SPEECH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SPEECH_FRAME_MS = 20,
    SPEECH_HANG_MS = 200,
    SPEECH_WINDOW_MS = 3000, /* the noise is the least of this window and the one before */
};

struct speech {
    double energy;  /* squares of the frame that is being filled */
    size_t samples; /* in it */
    double least;   /* mean square of the quietest frame of this window; 0: none yet */
    double before;  /* of the window before; 0: none */
    uint32_t window_frames;
    uint32_t hang_frames; /* speech goes on for so many, though it is quiet */
    int64_t speech_frames;
    int64_t silence_frames; /* since it last spoke, or was on hold */
    int64_t longest_frames; /* of all silences that are over */
};

/**
 * Take the next samples of the line; zeros where nothing is heard.
 *
 * pcm      int16_t[samples].
 * rate_hz  whole frames' samples: a multiple of 50; it changes at the end of a frame only.
 */
void speech_add(struct speech *speech, const int16_t *pcm, size_t samples, uint32_t rate_hz);

/** A time that is neither speech nor silence: on hold. A silence ends. */
void speech_skip(struct speech *speech);

/** Whether it spoke in the last frame. */
bool speech_is_on(const struct speech *speech);

/** How long it spoke so far. */
int64_t speech_ms(const struct speech *speech);

/** Its longest silence so far, that goes on perhaps. */
int64_t speech_longest_silence_ms(const struct speech *speech);

#endif
