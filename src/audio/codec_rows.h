/**
 * codec_rows: the rows of the table in codec.c, each defined in its codec's file. Private to this
 * folder.
 */
#ifndef RECORDER_AUDIO_CODEC_ROWS_H
#define RECORDER_AUDIO_CODEC_ROWS_H

#include "audio/codec.h"

extern const struct audio_codec codec_g711_alaw;
extern const struct audio_codec codec_g711_ulaw;
extern const struct audio_codec codec_g722;
extern const struct audio_codec codec_g729;
extern const struct audio_codec codec_gsm;
extern const struct audio_codec codec_opus;

/* each rate with one channel, behind it with two */
enum { CODEC_L16_ROWS = 16 };
extern const struct audio_codec codec_l16[CODEC_L16_ROWS];

extern const struct audio_codec codec_noise_8000;
extern const struct audio_codec codec_noise_16000;
extern const struct audio_codec codec_noise_48000;
extern const struct audio_codec codec_noise_of_old;

extern const struct audio_codec codec_event_8000;
extern const struct audio_codec codec_event_16000;
extern const struct audio_codec codec_event_48000;

#endif
