/**
 * decoder: the payloads of one source, in their order and of whatever codecs, become samples; what
 * was lost among them is invented, so that a short loss is not heard as a click.
 *
 * On the heap; owned by one thread. A codec's state is made when its first packet comes and kept
 * while the source goes on with it. Opus and G.729 invent by their own means; for all others the
 * last period of the voice is repeated and faded out within 50 ms (audio/decoder_conceal.h).
 */
#ifndef RECORDER_AUDIO_DECODER_H
#define RECORDER_AUDIO_DECODER_H

#include <stddef.h>
#include <stdint.h>

#include "audio/codec.h"
#include "base/status.h"

struct audio_decoder;

/**
 * setup  borrowed, outlives the decoder.
 *
 * STATUS_OK (*out set), STATUS_NOMEM.
 */
enum status audio_decoder_create(const struct audio_setup *setup,
                                 struct audio_decoder **out) MUST_CHECK;

/** Free; NULL is accepted. */
void audio_decoder_destroy(struct audio_decoder *owned_decoder);

/**
 * Decode the next packet. Behind samples that were invented, its first 2.5 ms are faded in over
 * what was invented further; no sample is moved.
 *
 * codec  of kind AUDIO_SOUND.
 * pcm    int16_t[audio_codec_samples(...)], mono, at codec->rate_hz.
 *
 * STATUS_OK
 * anything else  it cannot be decoded: pcm is all zeros, and what is invented next is silence.
 *                STATUS_INVALID also where audio_codec_samples is 0; then nothing changed.
 */
enum status audio_decoder_decode(struct audio_decoder *decoder, const struct audio_codec *codec,
                                 const uint8_t *payload, size_t payload_bytes,
                                 int16_t *pcm) MUST_CHECK;

/**
 * Invent what was lost between the last packet decoded and the one that comes next. The codec is
 * that of the last one; before any, or behind audio_decoder_pause, it is silence.
 *
 * samples  at that codec's rate (audio_decoder_rate_hz).
 * next     payload of the packet right behind the loss where it is of the same codec, else NULL.
 * pcm      int16_t[samples].
 */
void audio_decoder_conceal(struct audio_decoder *decoder, size_t samples, const uint8_t *next,
                           size_t next_bytes, int16_t *pcm);

/** The sender was silent: what is invented next does not go on from before. */
void audio_decoder_pause(struct audio_decoder *decoder);

/** Of the last packet, decoded or not; 0 before any. */
uint32_t audio_decoder_rate_hz(const struct audio_decoder *decoder);

#endif
