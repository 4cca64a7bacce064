/**
 * opus_stream: one mono encoder, of packets of 20 ms: VBR, no DTX, no FEC.
 *
 * The output is a function of the samples, rates and settings alone, so that encoding the same
 * samples again proves a recording bit by bit. Embedded by value, owned by one thread.
 *
 * What is silent for long costs nothing where that is asked for: once its encoder has heard
 * OPUS_STREAM_ZERO_FRAMES of zeros, further ones are a packet that decodes to zeros, and the
 * encoder begins anew with the next sound. A frame without coded data would be shorter, but
 * decoders invent sound for it as for a lost one.
 */
#ifndef RECORDER_ENCODE_OPUS_STREAM_H
#define RECORDER_ENCODE_OPUS_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/status.h"
#include "encode/opus_settings.h"

enum {
    OPUS_STREAM_ZERO_FRAMES = 3,
    OPUS_SILENCE_BYTES = 3,
    OPUS_NOTHING_BYTES = 1,
    OPUS_STREAM_TAIL_SAMPLES = 312, /* 6.5 ms, what encoders hold back at most, at 48 kHz */
};

struct opus_stream {
    struct OpusEncoder *encoder; /* owned; NULL: not open, and silent */
    struct opus_settings settings;
    uint32_t rate_hz;  /* of the samples */
    uint32_t audio_hz; /* of what was sampled: no higher, but often lower */
    bool fresh;        /* decoders heard something else before what it encodes next */
    unsigned zero_frames;
    /* the end of what was encoded last: its encoder still holds it back */
    int16_t tail[OPUS_STREAM_TAIL_SAMPLES];
};

/** A packet of 20 ms that decodes to zeros, whatever was before: CELT, narrowband (RFC 6716). */
extern const uint8_t opus_silence[OPUS_SILENCE_BYTES];

/** A packet of 20 ms without data: of a stream that has never said anything it decodes to zeros;
 * behind sound decoders would invent some. */
extern const uint8_t opus_nothing[OPUS_NOTHING_BYTES];

/**
 * Open.
 *
 * stream    zeroed, or one that was silent so far because it was not open.
 * rate_hz   of the samples: 8000, 12000, 16000, 24000 or 48000.
 * audio_hz  rate of what they were made of, up to rate_hz: what lies above its half is not coded.
 *
 * STATUS_OK
 * STATUS_INVALID  a rate or a setting that Opus does not take; nothing changed.
 * STATUS_NOMEM    nothing changed.
 */
enum status opus_stream_open(struct opus_stream *stream, uint32_t rate_hz, uint32_t audio_hz,
                             const struct opus_settings *settings) MUST_CHECK;

/**
 * Open a stream that goes on with what another one has encoded so far: who has heard that one hears
 * no seam. Where that is SILK its last 6.5 ms are lost.
 *
 * stream  one that was not open.
 * before  open; stays as it is, and sets how it is encoded.
 * Rates and statuses as opus_stream_open.
 */
enum status opus_stream_branch(struct opus_stream *stream, const struct opus_stream *before,
                               uint32_t rate_hz, uint32_t audio_hz) MUST_CHECK;

/** Free; what was never opened is accepted. Nothing is encoded with it any more. */
void opus_stream_close(struct opus_stream *stream);

/**
 * Change the settings of an open stream that has encoded nothing; they stay when it is raised.
 *
 * STATUS_OK
 * STATUS_INVALID  one is out of its range; the stream may be half changed, and is to be closed.
 */
enum status opus_stream_configure(struct opus_stream *stream,
                                  const struct opus_settings *settings) MUST_CHECK;

/**
 * Raise the rates of an open stream from the next packet on. What was encoded so far goes on
 * sounding into it: the new encoder has heard the end of it, which the old one held back, and takes
 * nothing for granted that decoders heard otherwise. Where that is SILK (OPUS_SPEECH, low bitrates)
 * these 6.5 ms are lost. A lower rate than before leaves that one as it is.
 *
 * STATUS_OK       the delay is the same at every rate, so nothing moves.
 * STATUS_INVALID  a rate that Opus does not take; nothing changed.
 * STATUS_NOMEM    nothing changed.
 */
enum status opus_stream_raise(struct opus_stream *stream, uint32_t rate_hz,
                              uint32_t audio_hz) MUST_CHECK;

/** Samples at 48 kHz by which decoders hear it later; by the settings alone. Of one that is open.
 */
uint16_t opus_stream_delay(const struct opus_stream *stream);

/**
 * Encode the next 20 ms.
 *
 * pcm       int16_t[rate_hz / 50], borrowed.
 * may_rest  whether long silence may cost nothing.
 * packet    uint8_t[BOUND_OPUS_STREAM_BYTES].
 * bytes     set on STATUS_OK only.
 *
 * STATUS_OK       of a stream that is not open: silence.
 * STATUS_INVALID  libopus refused; its state is undefined from then on.
 */
enum status opus_stream_encode(struct opus_stream *stream, const int16_t *pcm, bool may_rest,
                               uint8_t packet[BOUND_OPUS_STREAM_BYTES], size_t *bytes) MUST_CHECK;

#endif
