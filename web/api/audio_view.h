/**
 * audio_view: which channels of a recording a request asks for. Pure.
 */
#ifndef RECORDER_WEB_API_AUDIO_VIEW_H
#define RECORDER_WEB_API_AUDIO_VIEW_H

#include <stdbool.h>

#include "base/status.h"
#include "web/api/exchange.h"

enum { AUDIO_VIEW_NAME_BYTES = 8 };

struct audio_view {
    int wanted;                       /* as leg_view_make */
    char name[AUDIO_VIEW_NAME_BYTES]; /* "all", "leg3"; "" for what is stored */
};

/**
 * Read `channels` ("stereo", "all") and `leg` (a number from 0) of a request.
 *
 * parameter  out: the one that is wrong.
 *
 * STATUS_OK, STATUS_INVALID (one is neither, or both are there).
 */
enum status audio_view_read(const struct exchange *exchange, struct audio_view *asked,
                            const char **parameter) MUST_CHECK;

/** Read a leg's number, one digit from 0; false where it is none, and *leg is as it was. */
bool audio_view_read_leg(const char *text, int *leg);

#endif
