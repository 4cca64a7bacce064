/**
 * siprec_lay: lays the places of one model into another, by id. Private to siprec_merge. Pure.
 */
#ifndef RECORDER_BODY_SIPREC_LAY_H
#define RECORDER_BODY_SIPREC_LAY_H

#include <stdbool.h>
#include <stddef.h>

#include "body/siprec_model.h"

/* One merging. The caller sets `into`, which has its tables, and `crowded`. */
struct siprec_laying {
    struct siprec_model *into;
    bool crowded;   /* leave out what is over: its tables may not hold everything */
    bool no_memory; /* out; stays once set */
    bool full;      /* out; something that is described found no place; stays once set */

    /* the model laid in last; where its items stand in `into`, SIPREC_NOWHERE: left out */
    const struct siprec_model *from;
    bool first; /* it is the first one: every item of it has its own place, whatever its id */
    size_t participant[BOUND_METADATA_ITEMS];
    size_t stream[BOUND_METADATA_ITEMS];
    size_t session[BOUND_METADATA_ITEMS];
};

/**
 * Lay a model in: what it describes is added to `into`, or replaces what is there of the same id;
 * what has no id is known by what it says, a stream by its label, a participant by its address.
 * Afterwards `associated` is set of those participants alone of whom `from` says what they send.
 *
 * from  borrowed as long as `laying` is used; texts are copied.
 */
void siprec_lay(struct siprec_laying *laying, const struct siprec_model *from);

#endif
