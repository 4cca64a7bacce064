/**
 * g711: decoders of ITU-T G.711, for codec_g711.c. Private to this folder.
 */
#ifndef RECORDER_AUDIO_G711_H
#define RECORDER_AUDIO_G711_H

#include <stddef.h>
#include <stdint.h>

/** A-law bytes to int16_t pcm[payload_bytes]. */
void g711_alaw_decode(const uint8_t *payload, size_t payload_bytes, int16_t *pcm);

/** u-law bytes to int16_t pcm[payload_bytes]. */
void g711_ulaw_decode(const uint8_t *payload, size_t payload_bytes, int16_t *pcm);

#endif
