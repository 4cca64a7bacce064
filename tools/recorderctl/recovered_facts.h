/**
 * recovered_facts: the legs and facts of a recording that a crash cut short, from its journal and
 * from what of its audio is gone. Pure.
 *
 * Beside the facts that were told while it went on there are two of the whole recording:
 *   "unreadable"   audio that was recorded and cannot be read any more; it is silent
 *   "unaccounted"  what is not heard there is told by no fact: the recorder was cut off before it
 *                  told, or what it told cannot be read
 * A leg that was on hold or paused where its facts end is so to the end: that lasts until somebody
 * ends it, and the second of the two says that it may have been ended.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_RECOVERED_FACTS_H
#define RECORDER_TOOLS_RECORDERCTL_RECOVERED_FACTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "storage/index/details.h"
#include "storage/index/recordings.h"
#include "storage/recording/journal_replay.h"
#include "storage/recording/recover.h"

#define FACT_UNREADABLE "unreadable"
#define FACT_UNACCOUNTED "unaccounted"

/**
 * Take over parties, and legs with their counts, as they were told last. Where nothing was told the
 * row stays as it is.
 *
 * media  out, [BOUND_CALL_STREAMS]: of each leg, unknown where nothing was told.
 */
void recovered_legs(const struct journal_replay *replay, struct index_recording *row,
                    struct details_leg_media *media);

/**
 * Put the facts together, in the order of their start.
 *
 * facts  out: freed by the caller with free(), NULL where there is none.
 *
 * STATUS_OK, STATUS_NOMEM.
 */
enum status recovered_facts(const struct journal_replay *replay, const struct recover_found *found,
                            int64_t duration_ms, struct index_fact **facts,
                            size_t *fact_count) MUST_CHECK;

/**
 * Put facts that were told at a recording's end together with what is gone of it since.
 *
 * As recovered_facts.
 */
enum status recovered_more_facts(const struct index_fact *told, size_t told_count,
                                 const struct recover_found *found, int64_t duration_ms,
                                 struct index_fact **facts, size_t *fact_count) MUST_CHECK;

/** Milliseconds of audio that was recorded and cannot be read any more. */
int64_t recovered_lost_ms(const struct index_fact *facts, size_t fact_count);

#endif
