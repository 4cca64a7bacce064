/**
 * stretches: a set of positions, as a list of stretches. What a leg's line holds and why not is
 * worked out with these at the end of a recording.
 *
 * Embedded by value, owned by one thread; all zero is empty. Positions are of any unit. Invariants
 * after stretches_sort: stretches are not empty, in order, and do not touch. A set that cannot grow
 * any more (no memory, or STRETCHES_MAX) joins what is added with its last stretch, or drops it
 * where it has none, and says so (crowded).
 */
#ifndef RECORDER_AUDIO_STRETCHES_H
#define RECORDER_AUDIO_STRETCHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STRETCHES_MAX = 100000 };

struct stretch {
    int64_t start;
    int64_t end;
};

struct stretches {
    struct stretch *list;
    size_t count;
    size_t cap;
    bool sorted;  /* as stretches_sort leaves it; says nothing where it is empty */
    bool crowded; /* something was joined that did not touch, or dropped */
};

/** Free; the set is empty and usable again. */
void stretches_deinit(struct stretches *stretches);

/** Add from start up to end; an empty stretch is dropped. Mostly in order: that costs nothing. */
void stretches_add(struct stretches *stretches, int64_t start, int64_t end);

/** Bring into order, joining what touches or overlaps. */
void stretches_sort(struct stretches *stretches);

/** Index of the first stretch of a sorted set that ends behind a position; count where none does.
 */
size_t stretches_first_behind(const struct stretches *stretches, int64_t position);

/** Take all of `others` away; both are sorted by it. */
void stretches_subtract(struct stretches *stretches, struct stretches *others);

#endif
