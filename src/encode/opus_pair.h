/**
 * opus_pair: two independent mono encoders whose packets leave as one two-stream packet.
 *
 * Each encoder runs at its own channel's rate, which may rise; settings are those that measured
 * best for telephone speech per CPU (RESTRICTED_LOWDELAY, complexity 0, 20 ms, VBR, no DTX). The
 * output is a function of the samples alone, so encoding the same samples again proves a recording
 * bit by bit. Owned by one thread.
 */
#ifndef RECORDER_ENCODE_OPUS_PAIR_H
#define RECORDER_ENCODE_OPUS_PAIR_H

#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/fault.h"
#include "base/status.h"

enum {
    OPUS_CHANNELS = 2,
    OPUS_RATE_HZ = 48000,         /* of granule positions, whatever the legs' rates */
    OPUS_FRAMES_PER_SECOND = 50,  /* 20 ms */
    OPUS_FRAME_SAMPLES_MAX = 960, /* at 48 kHz */
    OPUS_FRAME_GRANULE = OPUS_RATE_HZ / OPUS_FRAMES_PER_SECOND,
};

struct opus_pair;

/**
 * rates_hz  of left and right: 8000, 12000, 16000, 24000 or 48000.
 *
 * STATUS_OK       *out set.
 * STATUS_INVALID  a rate that Opus does not take.
 * STATUS_NOMEM
 */
enum status opus_pair_open(const uint32_t rates_hz[static OPUS_CHANNELS], struct opus_pair **out,
                           struct fault *fault) MUST_CHECK;

/** Free; NULL is accepted. */
void opus_pair_close(struct opus_pair *owned_pair);

/**
 * Raise the rate of a channel, from the next packet on. What was encoded so far goes on sounding
 * into it as decoders expect: the new encoder takes nothing for granted that they hear otherwise.
 *
 * channel  < OPUS_CHANNELS.
 * rate_hz  as opus_pair_open, above the present one.
 *
 * STATUS_OK       the delay is the same at every rate, so nothing moves.
 * STATUS_INVALID  a rate that Opus does not take; nothing changed.
 * STATUS_NOMEM    nothing changed.
 */
enum status opus_pair_raise(struct opus_pair *pair, size_t channel, uint32_t rate_hz) MUST_CHECK;

/** The rate of a channel's samples. */
uint32_t opus_pair_rate_hz(const struct opus_pair *pair, size_t channel);

/** Samples of 20 ms at a channel's rate. */
size_t opus_pair_frame_samples(const struct opus_pair *pair, size_t channel);

/** Samples at 48 kHz that a decoder drops at the start: the greater of the two delays. */
uint16_t opus_pair_pre_skip(const struct opus_pair *pair);

/**
 * Encode the next 20 ms of both channels.
 *
 * left, right  int16_t[opus_pair_frame_samples], borrowed.
 * packet       uint8_t[BOUND_OPUS_PACKET_BYTES].
 * packet_bytes set on STATUS_OK only.
 *
 * STATUS_OK, STATUS_INVALID (libopus refused; its state is undefined from then on).
 */
enum status opus_pair_encode(struct opus_pair *pair, const int16_t *left, const int16_t *right,
                             uint8_t packet[BOUND_OPUS_PACKET_BYTES],
                             size_t *packet_bytes) MUST_CHECK;

#endif
