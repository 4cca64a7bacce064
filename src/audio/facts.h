/**
 * facts: the stretches of one leg that are not heard audio, each with its cause.
 *
 * Embedded by value, owned by one thread. Invariants: start < end; two facts of one cause that were
 * added one after the other never touch; count <= FACTS_MAX.
 */
#ifndef RECORDER_AUDIO_FACTS_H
#define RECORDER_AUDIO_FACTS_H

#include <stddef.h>
#include <stdint.h>

enum { FACTS_MAX = 10000 }; /* per leg; what comes then is counted on in the last of its cause */

enum fact_cause {
    FACT_LOST,      /* packets that never came */
    FACT_LATE,      /* packets that came after their place was written */
    FACT_SILENT,    /* nothing was sent */
    FACT_HELD,      /* on hold, inactive or withdrawn: what came was not to be heard */
    FACT_OVERLAID,  /* came, but for a place where other audio of the leg is heard */
    FACT_UNWRITTEN, /* recorded, but the store could not take it */
    FACT_CAUSES,    /* how many there are */
};

struct fact {
    int64_t start_samples;
    int64_t end_samples;
    enum fact_cause cause;
    uint32_t count; /* packets */
};

struct facts {
    struct fact *list;
    size_t count;
    size_t cap;
    size_t last_of[FACT_CAUSES]; /* index + 1 of the newest of that cause, 0 where none */
};

/** An empty list; allocates nothing. */
void facts_init(struct facts *facts);

/** Free; the list is empty and usable again. */
void facts_deinit(struct facts *facts);

/**
 * Add a stretch, or prolong the newest of its cause where that ends at its start.
 *
 * start, end  samples from the recording's start; an empty stretch is dropped.
 * packets     added to the count, which stays at its maximum once there.
 *
 * Past FACTS_MAX, or without memory, the newest fact of that cause is stretched over it, so that
 * counts stay true; where there is none of that cause the stretch is dropped.
 */
void facts_add(struct facts *facts, enum fact_cause cause, int64_t start, int64_t end,
               uint64_t packets);

/** "lost", "late", "silent", "held", "overlaid" or "unwritten"; a static string. */
const char *fact_cause_name(enum fact_cause cause);

#endif
