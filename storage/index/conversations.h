/**
 * conversations: which calls belong together. Private to storage/index; what others may ask is in
 * recordings.h, statuses too.
 *
 * Two calls of one customer and one source belong together where they share a tie (ties.h) and were
 * less than CONVERSATION_GAP_S apart, or where one was passed on by the other, as far as a number
 * tells (transfers.h). A recording that is due to another customer (due.h) is alone until it is
 * theirs. A conversation bears the id of its first recording, whose row bears it too, and has
 * CONVERSATION_RECORDINGS_MAX at most: beyond that the tie is a constant and says nothing.
 *
 * by_number stands in the row of a recording that was put behind another by its number alone: it is
 * never the first of its conversation.
 */
#ifndef RECORDER_STORAGE_INDEX_CONVERSATIONS_H
#define RECORDER_STORAGE_INDEX_CONVERSATIONS_H

#include "storage/index/database.h"
#include "storage/index/recordings.h"

/**
 * Give the row of a recording that ended its last ties, those that are not empty. Where that
 * changes one, the conversations that it now shares a tie with become one with its own: that of the
 * earliest id.
 */
enum status conversations_update_ties(struct index *index, const struct index_recording *recording,
                                      struct fault *fault) MUST_CHECK;

/**
 * Take a recording out of its conversation: it is alone, and the others bear the id of the first of
 * them.
 */
enum status conversations_leave(struct index *index, const struct uuid *id,
                                struct fault *fault) MUST_CHECK;

/** Look for the conversation of a recording that ended anew, by its ties; not of one that is due to
 *  another. */
enum status conversations_link_again(struct index *index, const struct uuid *id,
                                     struct fault *fault) MUST_CHECK;

/** Count the recordings of a conversation. */
enum status conversations_size(struct index *index, const struct uuid *conversation, int64_t *size,
                               struct fault *fault) MUST_CHECK;

/**
 * Two conversations become one, that of the earlier id, where with `more` recordings it is not too
 * long.
 *
 * kept  in and out: the one that goes on.
 */
enum status conversations_join(struct index *index, struct uuid *kept, const struct uuid *other,
                               int64_t more, struct fault *fault) MUST_CHECK;

/** All of one conversation become another's. */
enum status conversations_move(struct index *index, const struct uuid *from, const struct uuid *to,
                               struct fault *fault) MUST_CHECK;

/** Write whether a recording is in its conversation by its number alone. */
enum status conversations_mark(struct index *index, const struct uuid *id, bool by_number,
                               struct fault *fault) MUST_CHECK;

#endif
