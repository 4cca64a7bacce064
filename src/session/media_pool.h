/**
 * media_pool: threads that sweep the sockets of their recordings every MEDIA_SWEEP_MS.
 *
 * The pool's public functions are documented in session/recording.h; this one is for recording.c.
 */
#ifndef RECORDER_SESSION_MEDIA_POOL_H
#define RECORDER_SESSION_MEDIA_POOL_H

#include "session/recording.h"

/** Give a recording to the thread with the fewest; it begins at that thread's next sweep. */
void media_pool_take(struct media_pool *pool, struct recording *owned_recording);

#endif
