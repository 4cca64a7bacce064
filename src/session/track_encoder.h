/**
 * track_encoder: the legs of a track by channel, read and encoded 20 ms after 20 ms: left and
 * right, where all legs of a side are heard together, and the first legs once more, each in a
 * stream of its own, where that was asked for when it began. Private to this folder.
 *
 * Embedded by value, owned by one thread. Stream i of the own ones is leg i. A leg without one of
 * its own (past their number, or without memory for an encoder) is heard in its channel all the
 * same.
 */
#ifndef RECORDER_SESSION_TRACK_ENCODER_H
#define RECORDER_SESSION_TRACK_ENCODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "encode/opus_bundle.h"
#include "session/leg.h"
#include "session/track_pages.h"
#include "session/track_peaks.h"

/* The legs that are heard on one channel. */
struct track_channel {
    uint32_t rate_hz; /* only rises */
    size_t leg_count;
    struct leg *leg[BOUND_CALL_STREAMS];
    size_t index[BOUND_CALL_STREAMS]; /* of the legs, in the track */
};

struct track_encoder {
    struct track_channel channel[OPUS_CHANNELS];
    struct opus_bundle *bundle;
    struct track_peaks peaks;
};

/** Nothing is in it; allocates nothing. */
void track_encoder_init(struct track_encoder *encoder);

/** Free; the legs are the track's. */
void track_encoder_deinit(struct track_encoder *encoder);

/** A channel's audio is to be kept at least at that rate; before it is opened. */
void track_encoder_want(struct track_encoder *encoder, enum recording_channel channel,
                        uint32_t rate_hz);

/**
 * Open the encoders of left and right. A channel of which no rate was wanted has the other's, at
 * which it costs least; one at least was wanted.
 *
 * STATUS_OK, STATUS_NOMEM, STATUS_INVALID (a rate that Opus does not take).
 */
enum status track_encoder_open(struct track_encoder *encoder, struct fault *fault) MUST_CHECK;

/**
 * Take over how it is encoded and write the header pages; before the first frame.
 *
 * own    streams of legs alone that there are for the recording's life, 0..OPUS_OWN_MAX.
 * spare  they hold nothing until track_encoder_wake.
 */
void track_encoder_begin(struct track_encoder *encoder, const struct opus_settings *settings,
                         size_t own, bool spare, struct track_pages *pages);

/** A leg is heard on a channel from the next frame on; borrowed. Its index is not in use. */
void track_encoder_put(struct track_encoder *encoder, enum recording_channel channel,
                       struct leg *leg, size_t index);

/** Whether the streams of legs alone are spare, and hold nothing yet. */
bool track_encoder_is_spare(const struct track_encoder *encoder);

/** Have all legs in streams of their own from the next frame on; they were spare. A leg that was
 * first on its side goes on there without a seam. */
void track_encoder_wake(struct track_encoder *encoder);

/** Have the leg of that index, once begun, in a stream of its own, if it has one; none is spare. */
void track_encoder_open_own(struct track_encoder *encoder, size_t index);

/** Whether a leg has a stream of its own. */
bool track_encoder_is_own(const struct track_encoder *encoder, size_t index);

/** Read the next 20 ms of all legs and encode them; the page they are on stays open. */
void track_encoder_frame(struct track_encoder *encoder, struct track_pages *pages);

#endif
