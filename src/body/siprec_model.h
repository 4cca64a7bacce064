/**
 * siprec_model: what metadata tells, by id, in a form that documents can be merged in. Private to
 * the metadata reader; struct siprec_metadata is what is shown of it.
 *
 * Participants, streams and sessions stand in tables in document order. One that is only referred
 * to has a place as well, behind those described, with `known` false: a later document may describe
 * it. Relations between them are sets of places in the other table. The tables are as large as what
 * is laid in them may need, at most BOUND_METADATA_ITEMS places each. Pure.
 */
#ifndef RECORDER_BODY_SIPREC_MODEL_H
#define RECORDER_BODY_SIPREC_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/status.h"
#include "body/siprec_arena.h"
#include "body/siprec_metadata.h"
#include "body/siprec_set.h"

/* No place in a table. */
#define SIPREC_NOWHERE SIZE_MAX

struct siprec_model_participant {
    struct siprec_participant told; /* said_* as its own element says; left is not used */
    uint32_t digest;                /* of its id: siprec_model_digest */
    bool known;
    bool associated;           /* the document says which streams it sends, maybe none */
    struct siprec_set sends;   /* streams that it sends now */
    struct siprec_set sent;    /* streams that it sent until nobody took them over */
    struct siprec_set attends; /* sessions that it is in */
    struct siprec_set gone;    /* sessions that it was in */
    bool gone_from_all;        /* the document ends its part in sessions without naming one */
    bool absent;               /* had left already when others were still there */
};

struct siprec_model_stream {
    struct siprec_stream told;
    uint32_t digest; /* of its id */
    bool known;
    bool mode_said; /* told.mixed is the document's own word */
    bool ended;
    bool shared; /* several sent it at once: nobody's own, even while only one sends it */
};

struct siprec_model_session {
    char *id;
    char *sip_session_id; /* the first of several, "" where none */
    char *group_id;       /* "" where none */
    uint32_t digest;      /* of its id */
    bool known;
};

struct siprec_model_group {
    char *id;
    bool ended;
};

struct siprec_model {
    struct siprec_metadata metadata; /* first, so that a pointer to it is one to the whole */
    struct siprec_arena arena;       /* all texts and what metadata shows */
    size_t room;                     /* places of each table; they are in the arena */
    size_t participants;
    struct siprec_model_participant *participant;
    size_t streams;
    struct siprec_model_stream *stream;
    size_t sessions;
    struct siprec_model_session *session;
    struct siprec_set stopped; /* sessions that are over */
    size_t groups;
    struct siprec_model_group *group;
    size_t sip_sessions;
    char **sip_session; /* sipSessionIDs of sessions, beside the first of each; further ones are
                           left out */
    bool datamode_said;
    size_t lost_senders;  /* sends of nobody, or that have no place in the tables */
    char *calling_number; /* who called, as extension data says; "" where it does not */
    char *called_number;
};

/** The model behind metadata that siprec_metadata_read or _merge gave out. */
const struct siprec_model *siprec_model_of(const struct siprec_metadata *metadata);

/** An empty one, without any table; NULL where there is no memory. */
struct siprec_model *siprec_model_create(void);

/**
 * Make its tables, once.
 *
 * items  how many the largest of them may come to; it gets no more than BOUND_METADATA_ITEMS.
 *
 * STATUS_OK, STATUS_NOMEM.
 */
enum status siprec_model_make_room(struct siprec_model *model, size_t items) MUST_CHECK;

/** Free; NULL is accepted. */
void siprec_model_destroy(struct siprec_model *owned_model);

/**
 * Whether two ids are the same: as spelled, except that padding of base64 at the end may be
 * missing, and that of UUIDs case, braces and "urn:uuid:" do not matter.
 */
bool siprec_model_same_id(const char *one, const char *other);

/** A number that is the same of ids that are the same, so that most others need not be compared. */
uint32_t siprec_model_digest(const char *id);

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
