/**
 * due: recordings that turned out to be another customer's than their INVITE said. Private to
 * storage/index; what others may ask is in recordings.h, statuses too.
 */
#ifndef RECORDER_STORAGE_INDEX_DUE_H
#define RECORDER_STORAGE_INDEX_DUE_H

#include "storage/index/customers.h"
#include "storage/index/database.h"
#include "storage/index/recordings.h"

/* Whose a call was, and why, before its last parties were told. */
struct due_before {
    struct uuid customer;
    char source[SOURCE_NAME_BYTES];
    char caller[BOUND_NUMBER_BYTES];
    char called[BOUND_NUMBER_BYTES];
};

/** Read it from the row. A row that is not there reads as all zeros. */
enum status due_read(struct index *index, const struct uuid *id, struct due_before *before,
                     struct fault *fault) MUST_CHECK;

/**
 * Look for the owner anew where the numbers changed, as recordings_finish says.
 *
 * recording  its caller and called as told at the end, "" where they were not.
 */
enum status due_check(struct index *index, const struct due_before *before,
                      const struct index_recording *recording, struct fault *fault) MUST_CHECK;

#endif
