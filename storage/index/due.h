/**
 * due: recordings that turned out to be another customer's than their INVITE said. Private to
 * storage/index; what others may ask is in recordings.h, statuses too.
 */
#ifndef RECORDER_STORAGE_INDEX_DUE_H
#define RECORDER_STORAGE_INDEX_DUE_H

#include "storage/index/database.h"
#include "storage/index/recordings.h"

/**
 * Write into the row of a recording that ended to whom it is due, where it is due to somebody: it
 * is nobody's until its file is sealed to that one, and leaves its conversation.
 */
enum status due_write(struct index *index, const struct index_recording *recording,
                      struct fault *fault) MUST_CHECK;

#endif
