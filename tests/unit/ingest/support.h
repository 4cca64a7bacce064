/**
 * support: a world for calls.h without a network: a SIP server that remembers what it was told to
 * send, and a sink in memory that makes durable when the test says so. The media threads are real.
 */
#ifndef RECORDER_TESTS_UNIT_INGEST_SUPPORT_H
#define RECORDER_TESTS_UNIT_INGEST_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "ingest/calls.h"
#include "ingest/source_table.h"
#include "sip/server.h"

enum {
    WORLD_RECORDINGS = 8,
    WORLD_FACTS = 64,
    WORLD_DOCUMENTS = 16,
    WORLD_CONTROLS = 32,
    WORLD_TEXT = 256
};

/* What the sink was told of one recording. */
struct told {
    bool begun, aborted, ended;
    struct recording_party caller, called; /* of the begin */
    char call_reference[WORLD_TEXT];       /* of the begin */
    char group_id[WORLD_TEXT];             /* of the end */
    char source[WORLD_TEXT];
    size_t legs_begun;
    struct uuid id;
    void (*ready)(void *ready_arg, enum status status, const struct recording_policy *policy);
    void *ready_arg;
    size_t documents;
    char document[WORLD_DOCUMENTS][2 * WORLD_TEXT]; /* "INVITE application/... <recording" */
    size_t controls;
    struct recording_control control[WORLD_CONTROLS]; /* that took effect; detail: see below */
    char control_detail[WORLD_CONTROLS][WORLD_TEXT];
    struct recording_end end;
    size_t facts;
    char fact[WORLD_FACTS][2 * WORLD_TEXT]; /* "cause leg detail" */
    char end_cause[WORLD_TEXT];
};

struct world;

/* One dialog, as the fake server has it. */
struct sip_call {
    struct sip_call_identity identity;
    struct world *world;
    void *context;
    char from[WORLD_TEXT];
    char call_id[WORLD_TEXT];
    bool accepted;
    struct sdp_local local; /* of the last description we sent */
    unsigned code;          /* 0: not refused */
    unsigned retry_after_s;
    bool ended;
    unsigned snapshots;
};

/** One source, "pbx", that is 127.0.0.0/8, changed by the test as it likes. */
struct call_source *world_source(struct world *world);

/**
 * ports  RTP ports there are, 2 per stream.
 */
struct world *world_create(unsigned ports);

/** Hangs up what is left and waits for all ends. */
void world_destroy(struct world *owned_world);

struct calls *world_calls(struct world *world);

/* A message, all texts may be NULL. */
struct letter {
    enum sip_call_message message;
    const char *sdp;
    const char *metadata;
    unsigned siprec;
    const char *from; /* of an INVITE; NULL: "<sip:pbx@127.0.0.1>". Of another: where it changed */
    bool late;
    enum sip_transport transport; /* that brought it */
};

/** An INVITE; the call is the world's. */
struct sip_call *world_invite(struct world *world, const struct letter *letter);

/** A message in the dialog; with our description in call->local where wants_local. */
enum status world_update(struct sip_call *call, const struct letter *letter, bool wants_local);

/** An INFO in the dialog. */
enum status world_info(struct sip_call *call, enum sip_info_kind kind, char digit);

/** The digits of a text, one INFO each. */
void world_press(struct sip_call *call, const char *digits);

/** What the policy of recordings that get ready from now on is; borrowed. NULL: nothing at all. */
void world_set_policy(struct world *world, const struct recording_policy *policy);

/** Something is asked of a recording from elsewhere; brought to the server's thread at once. */
void world_ask(struct world *world, const struct uuid *recording,
               const struct recording_control *control);

/** Requests that were refused, in their order; count set. */
const int64_t *world_refused(struct world *world, size_t *count);

/** Wait until so many pauses and resumptions of a recording took effect. */
const struct told *world_controlled(struct world *world, size_t index, size_t count);

/** The server says that the dialog is over. */
void world_end(struct sip_call *call, enum sip_call_end why);

/** The sink answers for the recording that began as number `index`. */
void world_ready(struct world *world, size_t index, enum status status);

/** What the sink knows of it; for one that was ended, wait until media has handed it over. */
const struct told *world_told(struct world *world, size_t index);
const struct told *world_ended(struct world *world, size_t index);

/** How many recordings began. */
size_t world_begun(struct world *world);

/** Whether a fact is among those of an ended recording; detail NULL: any. */
bool told_fact(const struct told *told, const char *cause, const char *detail);

/** How often. */
size_t told_facts(const struct told *told, const char *cause, const char *detail);

#endif
