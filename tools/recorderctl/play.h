/**
 * play: a recording played to its end without being heard: every frame opened, every Ogg page's
 * checksum looked at, every packet decoded, the time added up.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_PLAY_H
#define RECORDER_TOOLS_RECORDERCTL_PLAY_H

#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "storage/recording/reader.h"

enum { PLAY_TOLERANCE_MS = 40 }; /* two packets: what a duration may be off by */

struct play_result {
    uint64_t pages;
    uint64_t packets;    /* of sound */
    int64_t played_ms;   /* what was decoded */
    int64_t missing_ms;  /* silence where pages are missing: holes of one that was recovered */
    int64_t duration_ms; /* where the last page ends */
};

/**
 * Play it.
 *
 * STATUS_OK       it plays, and takes as long as its footer says.
 * STATUS_CORRUPT  it does not; fault says what is wrong with it.
 * STATUS_IO, STATUS_NOMEM.
 */
enum status play_recording(const struct recording_reader *reader, struct play_result *result,
                           struct fault *fault) MUST_CHECK;

#endif
