/**
 * parts: legs and facts, the rows below a recording. Private to storage/index; statuses as in
 * recordings.h.
 */
#ifndef RECORDER_STORAGE_INDEX_PARTS_H
#define RECORDER_STORAGE_INDEX_PARTS_H

#include <stddef.h>

#include "storage/index/database.h"
#include "storage/index/recordings.h"

/** Insert the legs of a recording that has none yet. */
enum status parts_insert_legs(struct index *index, const struct index_recording *recording,
                              struct fault *fault) MUST_CHECK;

/** Its legs instead of those that are there. */
enum status parts_replace_legs(struct index *index, const struct index_recording *recording,
                               struct fault *fault) MUST_CHECK;

/** These facts instead of those that are there. */
enum status parts_replace_facts(struct index *index, const struct uuid *recording,
                                const struct index_fact *facts, size_t fact_count,
                                struct fault *fault) MUST_CHECK;

/** Append to recording->leg; legs is 0 before. */
enum status parts_read_legs(struct index *index, struct index_recording *recording,
                            struct fault *fault) MUST_CHECK;

#endif
