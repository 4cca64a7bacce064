/**
 * keys_seen: which keys there are, for doctor. No key is opened.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_KEYS_SEEN_H
#define RECORDER_TOOLS_RECORDERCTL_KEYS_SEEN_H

#include "tools/recorderctl/doctor.h"

/** Look; the index must be open. What cannot be read is in the look's fault. */
void keys_seen_look(struct context *context, wall_time now, struct keys_look *look);

#endif
