/**
 * changes: what signalling tells a recording's media thread, in order, each with its moment.
 *
 * Embedded by value; locked inside, for a few instructions on either side. A change's moment is
 * read under the lock, so that whoever takes the changes after reading packets has every change
 * that came before any of them arrived.
 */
#ifndef RECORDER_SESSION_CHANGES_H
#define RECORDER_SESSION_CHANGES_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/status.h"
#include "session/leg.h"
#include "session/media_stream.h"
#include "session/recording.h"

/* One or several of these at a time. All pointers owned, NULL where there is nothing of the kind.
 */
struct recording_change {
    struct recording_change *next;
    mono_time at;
    struct recording_stream *streams; /* [stream_count]: as they are now; secrets */
    size_t stream_count;
    struct recording_stream *added; /* a stream that is new, and what belongs to it */
    struct media_stream *added_media;
    struct leg *added_leg;
    struct media_socket *moved; /* a socket that a stream is to receive by */
    size_t moved_stream;
    struct recording_party *caller;
    struct recording_party *called;
    struct recording_ties *ties;         /* one block with its texts */
    struct recording_document *document; /* one block with its bytes and texts */
    const char *note_cause;              /* static */
    char *note_detail;
    int note_stream;
    struct recording_control *control; /* one block with its detail */
    char pressed;                      /* a digit; '\0': none */
};

enum { CHANGES_CONTROLS_MAX = 64 }; /* pauses, resumptions and digits that wait to be taken */

struct changes {
    pthread_mutex_t lock;
    struct recording_change *first;
    struct recording_change *last;
    size_t notes;           /* pushed so far, up to BOUND_NOTES */
    uint32_t notes_dropped; /* not pushed, since last taken */
    size_t controls;        /* pushed since last taken */
};

/** STATUS_OK, STATUS_NOMEM. */
enum status changes_init(struct changes *changes) MUST_CHECK;

/** Free with what was not taken. */
void changes_deinit(struct changes *changes);

/** Append, with the present moment. */
void changes_push(struct changes *changes, struct recording_change *owned_change);

/** Append a control, or a digit. STATUS_OK; STATUS_LIMIT: CHANGES_CONTROLS_MAX wait. */
enum status changes_push_control(struct changes *changes,
                                 struct recording_change *owned_change) MUST_CHECK;

/** Append a note, which change holds and nothing else; NULL: there was no memory for it. */
void changes_push_note(struct changes *changes, struct recording_change *owned_change);

/**
 * Take all, first one first, linked by `next`, each for change_destroy; NULL where none is there.
 *
 * notes_dropped  out; how many notes were not pushed since the last time.
 */
struct recording_change *changes_take(struct changes *changes, uint32_t *notes_dropped);

/** Wipe and free one change; NULL is accepted. */
void change_destroy(struct recording_change *owned_change);

/**
 * What is told of a running call, as a change of its own.
 *
 * STATUS_OK (*out set), STATUS_NOMEM.
 */
enum status change_of_news(const struct recording_news *news,
                           struct recording_change **out) MUST_CHECK;

/**
 * A pause or a resumption, as a change of its own.
 *
 * STATUS_OK (*out set), STATUS_NOMEM.
 */
enum status change_of_control(const struct recording_control *control,
                              struct recording_change **out) MUST_CHECK;

/** A copy in one block, freed by free(); a text that is NULL becomes "". NULL without memory. */
struct recording_ties *ties_copy(const struct recording_ties *ties);

#endif
