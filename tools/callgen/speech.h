/**
 * speech: a dialogue of two people, spoken by the program espeak-ng in two voices, each on a line
 * of its own, with pauses, answers and a place where both speak.
 */
#ifndef RECORDER_CALLGEN_SPEECH_H
#define RECORDER_CALLGEN_SPEECH_H

#include "base/fault.h"
#include "base/status.h"
#include "tools/callgen/sound.h"

/**
 * Speak the dialogue, about 22 s.
 *
 * rate_hz         of the samples.
 * caller, called  out, equally long; freed by sound_deinit.
 *
 * STATUS_OK     both set.
 * STATUS_IO     espeak-ng is not there or failed, or no temporary file; nothing set.
 * STATUS_NOMEM  nothing set.
 */
enum status speech_dialogue(uint32_t rate_hz, struct sound *caller, struct sound *called,
                            struct fault *fault) MUST_CHECK;

#endif
