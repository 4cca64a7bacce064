/**
 * audio_name: the name under which a recording is saved. Pure.
 */
#ifndef RECORDER_WEB_API_AUDIO_NAME_H
#define RECORDER_WEB_API_AUDIO_NAME_H

#include "storage/index/recordings.h"

enum { AUDIO_NAME_BYTES = 192 };

/**
 * "2026-11-22_135710_4588303080_4512345678.opus": start in UTC, calling number, called number;
 * digits only, "unknown" where there are none. Needs no quoting in any header or file system.
 *
 * view  which of its channels: "leg3" makes it "..._4512345678_leg3.opus"; "" where all is as
 *       stored.
 */
void audio_name(const struct index_recording *recording, const char *view,
                char name[static AUDIO_NAME_BYTES]);

#endif
