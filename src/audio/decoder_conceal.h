/**
 * decoder_conceal: what was lost behind decoded samples is invented from them, for codecs that
 * cannot do it themselves: the last period of the voice, repeated and faded out within 50 ms
 * (libspandsp's plc, which follows ITU-T G.711 appendix I).
 *
 * On the heap; owned by one thread. That concealer knows the pitch of voices at 8 kHz only. What
 * lies at a higher rate is therefore converted down, concealed there, and converted up again; the
 * lag of both filters is made up for, and what is invented has no sound above 4 kHz. That costs
 * only where something was lost: else the last 35 ms are kept, and nothing is converted.
 */
#ifndef RECORDER_AUDIO_DECODER_CONCEAL_H
#define RECORDER_AUDIO_DECODER_CONCEAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct decoder_conceal;

/**
 * rate_hz  8000, 16000 or 48000.
 *
 * STATUS_OK (*out set), STATUS_NOMEM.
 */
enum status decoder_conceal_create(uint32_t rate_hz, struct decoder_conceal **out) MUST_CHECK;

/** Free; NULL is accepted. */
void decoder_conceal_destroy(struct decoder_conceal *owned_conceal);

/**
 * Remember samples that were decoded. Behind a loss, their first 2.5 ms are faded in over what was
 * invented, so that the two fit together.
 *
 * pcm  int16_t[samples].
 */
void decoder_conceal_hear(struct decoder_conceal *conceal, int16_t *pcm, size_t samples);

/** Invent samples behind the last ones heard or invented. pcm  int16_t[samples]. */
void decoder_conceal_invent(struct decoder_conceal *conceal, int16_t *pcm, size_t samples);

/** What was heard is over: what is invented next is silence. */
void decoder_conceal_forget(struct decoder_conceal *conceal);

#endif
