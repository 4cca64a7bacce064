/**
 * track_peaks: the pictures of a track: of left and right, and of each leg that is heard together
 * with others on one of them. Private to this folder.
 *
 * Embedded by value, owned by one thread. A leg that was alone on its side all the time has no
 * picture of its own: it is its side's. One that was alone at first goes on from its side's, and
 * who came later was silent before. 40 bytes a second for each side, and for each leg that shares
 * one.
 */
#ifndef RECORDER_SESSION_TRACK_PEAKS_H
#define RECORDER_SESSION_TRACK_PEAKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/peaks.h"
#include "base/bounds.h"
#include "encode/opus_frame.h"
#include "session/recording_sink.h"

struct track_peaks {
    struct peaks side[OPUS_CHANNELS];
    struct peaks leg[BOUND_CALL_STREAMS]; /* of those that are apart */
    bool apart[BOUND_CALL_STREAMS];
};

/** Empty pictures; rates_hz of left and right. */
void track_peaks_init(struct track_peaks *peaks, const uint32_t rates_hz[static OPUS_CHANNELS]);

/** Free the pictures. */
void track_peaks_deinit(struct track_peaks *peaks);

/** The next samples of a side, after those of its legs. */
void track_peaks_add_side(struct track_peaks *peaks, size_t side, const int16_t *pcm,
                          size_t samples);

/**
 * The next samples of the legs of a side. Where there is one alone nothing is done.
 *
 * legs     their indexes in the track, those of before first.
 * alone    int16_t *[leg_count]: each leg's samples.
 * rate_hz  of those samples.
 */
void track_peaks_add_legs(struct track_peaks *peaks, size_t side, const size_t *legs,
                          size_t leg_count, int16_t *const *alone, uint32_t rate_hz,
                          size_t samples);

/** Close the pixels that are open; nothing is added afterwards. */
void track_peaks_finish(struct track_peaks *peaks);

/**
 * What is told at the end; it borrows the pictures.
 *
 * leg     [legs], each with its channel.
 * pixels  those that cover the recording: what is behind is left out.
 */
struct recording_peaks track_peaks_report(const struct track_peaks *peaks,
                                          const struct recording_leg *leg, size_t legs,
                                          size_t pixels);

#endif
