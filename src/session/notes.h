/**
 * notes: events of a recording or of a leg, in the form in which they are told at its end.
 *
 * Embedded by value, owned by one thread. Invariant: count <= max.
 */
#ifndef RECORDER_SESSION_NOTES_H
#define RECORDER_SESSION_NOTES_H

#include <stddef.h>
#include <stdint.h>

#include "session/recording_sink.h"

struct notes {
    struct recording_fact *list; /* details owned, "" where none */
    size_t count;
    size_t cap;
    size_t max;
    size_t told;                   /* those before this one are as they were told */
    struct recording_fact dropped; /* count: how many there was no room for; since start_ms */
};

/** An empty list of at most max; allocates nothing. */
void notes_init(struct notes *notes, size_t max);

/** Free; the list is empty and usable again, with the same maximum. */
void notes_deinit(struct notes *notes);

/**
 * Append an event.
 *
 * at_ms   from the recording's start.
 * leg     index, or -1.
 * cause   static.
 * detail  copied, cut to BOUND_FACT_DETAIL_BYTES on a character's boundary.
 *
 * Past the maximum, or without memory, it is only counted.
 */
void notes_add(struct notes *notes, int64_t at_ms, int leg, const char *cause, const char *detail);

/** As notes_add, of something that lasted; end_ms >= start_ms. */
void notes_add_stretch(struct notes *notes, int64_t start_ms, int64_t end_ms, int leg,
                       const char *cause, const char *detail);

/** Of the newest events of a cause, so many, the detail is "*" from now on, each letter of it. */
void notes_hide(struct notes *notes, const char *cause, size_t count);

/** All that is there was told; what is added or hidden from now on is news: from `told` on. */
void notes_mark_told(struct notes *notes);

/** Count events that came to nothing before they reached the list. */
void notes_drop(struct notes *notes, int64_t at_ms, uint32_t count);

#endif
