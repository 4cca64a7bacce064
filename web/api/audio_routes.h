/**
 * audio_routes: the audio of a recording, whole or a range of it (RFC 9110 section 14).
 *
 * Every listen is in the audit log before its first byte leaves, and every byte was authenticated
 * before it leaves: a frame that fails in the middle of an answer cuts the connection.
 */
#ifndef RECORDER_WEB_API_AUDIO_ROUTES_H
#define RECORDER_WEB_API_AUDIO_ROUTES_H

#include "web/api/router.h"

/** GET /api/v1/recordings/{id}/audio */
void audio_routes_play(struct api *api, struct index *index, struct exchange *exchange);

#endif
