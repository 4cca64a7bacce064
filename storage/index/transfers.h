/**
 * transfers: calls that were passed on by BYE and INVITE without an id that says so, known by the
 * number of the outside party. A guess, and told as one (by_number). Private to storage/index; the
 * rule is in recordings.h at recordings_find_conversation, statuses too.
 *
 * The call that ended and the one that it became reach the index in any order: the row of the
 * former may be finished when the latter has begun. So the former is looked for when a call begins,
 * and the latter when one has ended.
 */
#ifndef RECORDER_STORAGE_INDEX_TRANSFERS_H
#define RECORDER_STORAGE_INDEX_TRANSFERS_H

#include "storage/index/database.h"
#include "storage/index/recordings.h"

/**
 * Find the conversation that a call which begins was passed on from.
 *
 * call          id, customer, source, started, direction and parties are looked at.
 * found         out; conversation is set only where it is true.
 */
enum status transfers_find(struct index *index, const struct index_recording *call, bool *found,
                           struct uuid *conversation, struct fault *fault) MUST_CHECK;

/**
 * A recording has ended, or has become another customer's: look for the one that it was passed on
 * from, where its parties were told late, and for that which it was passed on by, unless these are
 * tied to earlier ones. They come behind it in its conversation.
 */
enum status transfers_link(struct index *index, const struct uuid *id,
                           struct fault *fault) MUST_CHECK;

#endif
