/**
 * stored_peaks: the pictures of a stored recording, by decoding it: of left, of right, and of each
 * leg that is heard alone too (storage/FORMAT.md sections 3.1 and 4). For a recording whose
 * pictures a crash took.
 *
 * One thread. Decodes each stream at 16 kHz, to which encoders of telephone calls are set at most
 * but for few; own streams that hold nothing are not decoded.
 */
#ifndef RECORDER_AUDIO_STORED_PEAKS_H
#define RECORDER_AUDIO_STORED_PEAKS_H

#include <stddef.h>
#include <stdint.h>

#include "audio/peaks.h"
#include "base/status.h"

enum { STORED_PEAKS_SIDES = 2 };

struct stored_peaks;

/* A picture; borrowed until stored_peaks_destroy. */
struct stored_picture {
    size_t pixels;      /* 0: there is none */
    size_t begun;       /* of a leg: the first pixel that is its own; before, it is its side's */
    const int8_t *data; /* int8_t [pixels][2]: least, greatest */
};

/** STATUS_OK (*out set), STATUS_NOMEM. */
enum status stored_peaks_create(struct stored_peaks **out) MUST_CHECK;

/** Free; NULL is accepted. */
void stored_peaks_destroy(struct stored_peaks *owned_peaks);

/**
 * Add the next packet: 20 ms of all streams. What is not there, or cannot be decoded, is silence.
 *
 * streams   in it; 0: not known, and nothing is added.
 * pre_skip  samples at 48 kHz before the recording's start; looked at with the first packet.
 */
void stored_peaks_add(struct stored_peaks *peaks, const uint8_t *packet, size_t packet_bytes,
                      unsigned streams, int64_t pre_skip);

/** Close the pixels that are open; nothing is added afterwards. */
void stored_peaks_finish(struct stored_peaks *peaks);

/** The picture of a side, 0 or 1. */
struct stored_picture stored_peaks_side(const struct stored_peaks *peaks, size_t side);

/** The picture of an own channel, from 0. */
struct stored_picture stored_peaks_own(const struct stored_peaks *peaks, size_t channel);

#endif
