/**
 * opus_bundle: mono encoders whose packets leave as one packet of many streams: left, right, and as
 * many legs alone ("own" streams) as its header says.
 *
 * Each stream runs at a rate of its own, which may rise. Left and right are always encoded; an own
 * stream that is not open, or silent for long, costs a few bytes and no encoder (opus_stream). Own
 * streams may sleep: they are spare, hold nothing and cost least, until they are woken, for good.
 * Owned by one thread.
 */
#ifndef RECORDER_ENCODE_OPUS_BUNDLE_H
#define RECORDER_ENCODE_OPUS_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/fault.h"
#include "base/status.h"
#include "encode/opus_frame.h"
#include "encode/opus_settings.h"

enum { OPUS_OWN_MAX = BOUND_OPUS_STREAMS - OPUS_CHANNELS };

struct opus_bundle;

/**
 * Left and right with settings of 0, and no own streams.
 *
 * rates_hz  of left and right: 8000, 12000, 16000, 24000 or 48000.
 *
 * STATUS_OK       *out set.
 * STATUS_INVALID  a rate that Opus does not take.
 * STATUS_NOMEM
 */
enum status opus_bundle_open(const uint32_t rates_hz[static OPUS_CHANNELS],
                             struct opus_bundle **out, struct fault *fault) MUST_CHECK;

/** Free; NULL is accepted. */
void opus_bundle_close(struct opus_bundle *owned_bundle);

/**
 * Say how it is encoded, and how many own streams there are; before the first frame. A setting that
 * is out of its range counts as 0.
 *
 * own  0..OPUS_OWN_MAX; none is open yet.
 */
void opus_bundle_configure(struct opus_bundle *bundle, const struct opus_settings *settings,
                           size_t own);

/** Let the own streams sleep; none is open, and nothing was encoded. */
void opus_bundle_sleep(struct opus_bundle *bundle);

/** Wake them: each is silence from the next packet on, or is opened. */
void opus_bundle_wake(struct opus_bundle *bundle);

/** Whether they sleep. */
bool opus_bundle_sleeps(const struct opus_bundle *bundle);

/** How it is encoded. Borrowed. */
const struct opus_settings *opus_bundle_settings(const struct opus_bundle *bundle);

/** Streams in each packet: OPUS_CHANNELS, and the own ones. */
size_t opus_bundle_streams(const struct opus_bundle *bundle);

/**
 * Open a stream, or raise its rates, from the next packet on; rates that are no higher than they
 * are change nothing. What was encoded so far goes on sounding into it as decoders expect.
 *
 * stream    < opus_bundle_streams.
 * rate_hz   of its samples, as opus_bundle_open.
 * audio_hz  of what they were made of, up to rate_hz: no more is coded.
 *
 * STATUS_OK       the delay is the same at every rate, so nothing moves.
 * STATUS_INVALID  a rate that Opus does not take; nothing changed.
 * STATUS_NOMEM    nothing changed.
 */
enum status opus_bundle_raise(struct opus_bundle *bundle, size_t stream, uint32_t rate_hz,
                              uint32_t audio_hz) MUST_CHECK;

/**
 * Open an own stream that goes on with what left or right said so far, without a seam.
 *
 * stream    an own one that is not open; they do not sleep.
 * channel   < OPUS_CHANNELS.
 * Rates and statuses as opus_bundle_raise.
 */
enum status opus_bundle_branch(struct opus_bundle *bundle, size_t stream, size_t channel,
                               uint32_t rate_hz, uint32_t audio_hz) MUST_CHECK;

/** The rate of a stream's samples; 0: it is not open. */
uint32_t opus_bundle_rate_hz(const struct opus_bundle *bundle, size_t stream);

/** Samples of 20 ms at a stream's rate; 0: it is not open. */
size_t opus_bundle_frame_samples(const struct opus_bundle *bundle, size_t stream);

/** Samples at 48 kHz that a decoder drops at the start: the delay, the same in all streams. */
uint16_t opus_bundle_pre_skip(const struct opus_bundle *bundle);

/**
 * Encode the next 20 ms of all streams.
 *
 * pcm          const int16_t *[opus_bundle_streams]: opus_bundle_frame_samples each, borrowed; not
 *              looked at where the stream is not open.
 * packet       uint8_t[BOUND_OPUS_PACKET_BYTES].
 * packet_bytes set on STATUS_OK only.
 *
 * STATUS_OK
 * STATUS_INVALID  libopus refused; its state is undefined from then on.
 */
enum status opus_bundle_encode(struct opus_bundle *bundle, const int16_t *const *pcm,
                               uint8_t packet[BOUND_OPUS_PACKET_BYTES],
                               size_t *packet_bytes) MUST_CHECK;

/**
 * A packet of silence in all streams, in place of one that could not be encoded: the time goes on.
 *
 * Returns its bytes; packet as in opus_bundle_encode.
 */
size_t opus_bundle_silence(const struct opus_bundle *bundle,
                           uint8_t packet[BOUND_OPUS_PACKET_BYTES]);

#endif
