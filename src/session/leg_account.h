/**
 * leg_account: what a leg tells of its line as it is read: why gaps are there, and what changed.
 * Private to this folder.
 */
#ifndef RECORDER_SESSION_LEG_ACCOUNT_H
#define RECORDER_SESSION_LEG_ACCOUNT_H

#include <stdint.h>

#include "audio/timeline.h"
#include "session/leg.h"

/** Tell of a packet that reading has reached: the gap in front of it, a change of codec or source.
 */
void leg_account_entry(struct leg *leg, const struct timeline_entry *entry);

/** Tell of the stretch behind the last packet; nothing more will be read. */
void leg_account_tail(struct leg *leg, int64_t end_samples);

#endif
