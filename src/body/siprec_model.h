/**
 * siprec_model: what metadata tells, by id, in a form that documents can be merged in. Private to
 * the metadata reader; struct siprec_metadata is what is shown of it.
 *
 * Participants, streams and sessions stand in tables in document order. One that is only referred
 * to has a place as well, behind those described, with `known` false: a later document may describe
 * it. Relations between them are sets of bits, one per place in the other table. Pure.
 */
#ifndef RECORDER_SIP_SIPREC_MODEL_H
#define RECORDER_SIP_SIPREC_MODEL_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/status.h"
#include "body/siprec_arena.h"
#include "body/siprec_metadata.h"

static_assert(BOUND_METADATA_ITEMS <= 64, "a set has 64 bits");

/* No place in a table. */
#define SIPREC_NOWHERE SIZE_MAX

struct siprec_model_participant {
    struct siprec_participant told; /* said_* as its own element says; left is not used */
    bool known;
    bool associated;    /* the document says which streams it sends, maybe none */
    uint64_t sends;     /* streams that it sends now */
    uint64_t sent;      /* streams that it sent until nobody took them over */
    uint64_t attends;   /* sessions that it is in */
    uint64_t gone;      /* sessions that it was in */
    bool gone_from_all; /* the document ends its part in sessions without naming one */
    bool absent;        /* had left already when others were still there */
};

struct siprec_model_stream {
    struct siprec_stream told;
    bool known;
    bool mode_said; /* told.mixed is the document's own word */
    bool ended;
    bool shared; /* several sent it at once: nobody's own, even while only one sends it */
};

struct siprec_model_session {
    char *id;
    char *sip_session_id; /* the first of several, "" where none */
    char *group_id;       /* "" where none */
    bool known;
    bool stopped;
};

struct siprec_model_group {
    char *id;
    bool ended;
};

struct siprec_model {
    struct siprec_metadata metadata; /* first, so that a pointer to it is one to the whole */
    struct siprec_arena arena;       /* all texts and what metadata shows */
    size_t participants;
    struct siprec_model_participant participant[BOUND_METADATA_ITEMS];
    size_t streams;
    struct siprec_model_stream stream[BOUND_METADATA_ITEMS];
    size_t sessions;
    struct siprec_model_session session[BOUND_METADATA_ITEMS];
    size_t groups;
    struct siprec_model_group group[BOUND_METADATA_ITEMS];
    bool datamode_said;
    size_t lost_senders;  /* sends of nobody, or that have no place in the tables */
    char *calling_number; /* who called, as extension data says; "" where it does not */
    char *called_number;
};

/** The model behind metadata that siprec_metadata_read or _merge gave out. */
const struct siprec_model *siprec_model_of(const struct siprec_metadata *metadata);

/** An empty one; NULL where there is no memory. */
struct siprec_model *siprec_model_create(void);

/** Free; NULL is accepted. */
void siprec_model_destroy(struct siprec_model *owned_model);

/**
 * The place of an id. The first of that id is meant; an empty id means the one item that has none,
 * where there is just one such (Avaya sends empty stream ids).
 *
 * Returns SIPREC_NOWHERE where there is none.
 */
size_t siprec_model_find_participant(const struct siprec_model *model, const char *id);

/** As siprec_model_find_participant. */
size_t siprec_model_find_stream(const struct siprec_model *model, const char *id);

/** As siprec_model_find_participant. */
size_t siprec_model_find_session(const struct siprec_model *model, const char *id);

/**
 * Likewise, but one that is not there is given a place, not known.
 *
 * id  borrowed for the model's life.
 *
 * Returns SIPREC_NOWHERE where the id is empty or the table full.
 */
size_t siprec_model_place_participant(struct siprec_model *model, char *id);

/** As siprec_model_place_participant. */
size_t siprec_model_place_stream(struct siprec_model *model, char *id);

/** As siprec_model_place_participant. */
size_t siprec_model_place_session(struct siprec_model *model, char *id);

/** Whether a participant has left all running sessions that it was in. */
bool siprec_model_left(const struct siprec_model *model, size_t participant);

/**
 * Fill in model->metadata: participants, streams, senders, unresolved_senders, session_id,
 * sip_session_id, group_id. partial and deviations are left as they are.
 *
 * departed  show also participants who left, marked; without it only where nobody else is there.
 */
enum status siprec_model_show(struct siprec_model *model, bool departed) MUST_CHECK;

#endif
