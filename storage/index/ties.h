/**
 * ties: the ids by which calls are known to belong together, one row for each in the table of that
 * name. Private to storage/index; statuses as in recordings.h.
 *
 * A tie is there as it is compared: of a SIP session each half by itself (sip_session.h). What says
 * too little to be meant for one conversation alone is left out: see recordings_find_conversation.
 */
#ifndef RECORDER_STORAGE_INDEX_TIES_H
#define RECORDER_STORAGE_INDEX_TIES_H

#include "storage/index/database.h"
#include "storage/index/recordings.h"

/* The four of the row and those beside them; of a SIP session there are two halves. */
enum { TIE_SET_MAX = 2 * (4 + BOUND_TIES) };

/* Each once. */
struct tie_set {
    size_t count;
    struct index_tie tie[TIE_SET_MAX];
};

/* Conversations, each once: of one tie CANDIDATES_PER_TIE at most, enough for what overlaps. */
enum { CANDIDATES_PER_TIE = 16, CANDIDATES_MAX = 4 * CANDIDATES_PER_TIE };

struct candidates {
    size_t count;
    struct uuid id[CANDIDATES_MAX]; /* further ones are left out */
};

/** What ties a recording. Pure. */
void ties_of(const struct index_recording *recording, struct tie_set *set);

/**
 * Add ties to a recording that is there.
 *
 * added  out: how many of them it did not have.
 */
enum status ties_add(struct index *index, const struct uuid *recording, const struct tie_set *set,
                     int *added, struct fault *fault) MUST_CHECK;

/** Read what ties a recording, TIE_SET_MAX at most. */
enum status ties_read(struct index *index, const struct uuid *recording, struct tie_set *set,
                      struct fault *fault) MUST_CHECK;

/**
 * Append the conversations of recordings that share a tie with one and began before it, and that
 * run or ended after `limit`. What is due to another customer is nobody's in between: left out.
 *
 * one  id, customer, source and started are looked at; it need not be there yet.
 */
enum status ties_find_before(struct index *index, const struct index_recording *one,
                             const struct tie_set *set, wall_time limit,
                             struct candidates *candidates, struct fault *fault) MUST_CHECK;

/** Likewise of those that began after it, and before `limit`. */
enum status ties_find_after(struct index *index, const struct index_recording *one,
                            const struct tie_set *set, wall_time limit,
                            struct candidates *candidates, struct fault *fault) MUST_CHECK;

#endif
