/**
 * facts: the stretches of one leg that are not heard audio, each with its cause.
 *
 * Embedded by value, owned by one thread. Positions are those of audio/line.h. Invariants: start <
 * end; two facts of one cause and detail that were added one after the other never touch; count <=
 * FACTS_MAX.
 */
#ifndef RECORDER_AUDIO_FACTS_H
#define RECORDER_AUDIO_FACTS_H

#include <stddef.h>
#include <stdint.h>

enum { FACTS_MAX = 10000 }; /* per leg; what comes then is counted on in the last of its cause */

enum fact_cause {
    FACT_LOST,        /* packets that never came */
    FACT_LATE,        /* packets that came after their place was written */
    FACT_CONCEALED,   /* packets that never came; something like them was invented */
    FACT_SILENT,      /* nothing was sent, or nothing that is heard */
    FACT_HELD,        /* on hold, inactive or withdrawn: what came was not to be heard */
    FACT_PAUSED,      /* the recording was paused: what came was not to be kept */
    FACT_MASKED,      /* taken out of what was heard, because a rule says so */
    FACT_UNDECODABLE, /* came, but nothing here can decode it */
    FACT_OVERLAID,    /* came, but for a place where other audio of its source is heard */
    FACT_UNWRITTEN,   /* recorded, but the store could not take it */
    FACT_CAUSES,      /* how many there are */
};

struct fact {
    int64_t start;
    int64_t end;
    enum fact_cause cause;
    uint32_t detail; /* which of several of its cause; what it means is the caller's; 0: none */
    uint32_t count;  /* packets */
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
 * Add a stretch, or prolong the newest of its cause where that ends at its start and has the same
 * detail.
 *
 * start, end  positions; an empty stretch is dropped.
 * packets     added to the count, which stays at its maximum once there.
 *
 * Past FACTS_MAX, or without memory, the newest fact of that cause, whatever its detail, is
 * stretched over it, so that counts stay true; where there is none of that cause the stretch is
 * dropped.
 */
void facts_add(struct facts *facts, enum fact_cause cause, uint32_t detail, int64_t start,
               int64_t end, uint64_t packets);

/** "lost", "late", "concealed" and so on, as the cause is called; a static string. */
const char *fact_cause_name(enum fact_cause cause);

#endif
