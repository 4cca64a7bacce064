/**
 * siprec_set: a set of places in a table of the metadata's model, which may hold up to
 * BOUND_METADATA_ITEMS. Private to the metadata reader. Zeroed is empty; copied by value. Pure.
 */
#ifndef RECORDER_BODY_SIPREC_SET_H
#define RECORDER_BODY_SIPREC_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"

enum { SIPREC_SET_WORDS = BOUND_METADATA_ITEMS / 64 };

struct siprec_set {
    uint64_t word[SIPREC_SET_WORDS];
};

/** Whether a place, below BOUND_METADATA_ITEMS, is in it. */
bool siprec_set_has(const struct siprec_set *set, size_t place);

/** Put a place in. */
void siprec_set_add(struct siprec_set *set, size_t place);

/** Take a place out. */
void siprec_set_remove(struct siprec_set *set, size_t place);

/** Put in all that are in the other one. */
void siprec_set_unite(struct siprec_set *set, const struct siprec_set *other);

/** Take out all that are in the other one. */
void siprec_set_subtract(struct siprec_set *set, const struct siprec_set *other);

/** Take out all that are not in the other one. */
void siprec_set_intersect(struct siprec_set *set, const struct siprec_set *other);

/** How many are in it. */
size_t siprec_set_count(const struct siprec_set *set);

/** Whether none is in it. */
bool siprec_set_is_empty(const struct siprec_set *set);

#endif
