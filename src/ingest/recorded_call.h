/**
 * recorded_call: one SIP dialog that is recorded. Private to the parts of calls:
 * recorded_call_begin.c takes an INVITE, recorded_call_change.c what comes later, calls.c wires
 * them to the server. Signalling thread only.
 *
 * Life: made by recorded_call_begin for every INVITE that is let in; freed by recorded_call_end,
 * which the server's `end` calls for each, also for a refused one. While it waits for its recording
 * (BEGINNING) it keeps its answer and first document; recorded_call_answer sends and drops them.
 */
#ifndef RECORDER_INGEST_RECORDED_CALL_H
#define RECORDER_INGEST_RECORDED_CALL_H

#include <stdbool.h>
#include <stddef.h>

#include "ingest/call_metadata.h"
#include "ingest/call_recording.h"
#include "ingest/call_streams.h"
#include "ingest/media_address.h"
#include "ingest/plain_call.h"
#include "ingest/source_table.h"
#include "sip/server.h"

enum {
    RECORDED_CALL_HEARD_MS =
        10000, /* audio within so long: a call whose session timer ran out goes on */
    RECORDED_CALL_TYPE_BYTES = 128,
};

struct recorded_call {
    struct sip_call *sip;
    struct call_source *source;       /* counts this dialog */
    struct call_recording *recording; /* NULL until it takes part in one */
    struct recorded_call *next_of_recording;
    bool siprec;             /* a recording session (RFC 7866); else a plain call */
    struct plain_call plain; /* what its headers say; of a recording session, where it has no
                                metadata: its parties then */
    struct call_streams streams;
    size_t place[BOUND_CALL_STREAMS]; /* of each stream in the recording, CALL_RECORDING_NO_PLACE
                                         where no port was free */
    const struct media_addresses *addresses; /* borrowed */
    struct media_address media;              /* of the call; a stream may have its own */
    struct call_metadata metadata;

    /* until it is answered */
    bool answered;
    struct sdp_local *answer;
    char *document; /* as it came with the INVITE; NULL where none did */
    size_t document_bytes;
    char document_type[RECORDED_CALL_TYPE_BYTES];
    bool snapshot_due;
};

/* What calls are made with; borrowed, and outlive them. */
struct recorded_call_surroundings {
    struct call_recordings *recordings;
    const struct media_addresses *addresses;
};

/**
 * Take an INVITE: make the call, choose its streams, find or begin its recording, answer or refuse
 * it, now or when the recording is ready.
 *
 * *call_context is the call, or NULL where there was no memory for one and it was refused.
 */
void recorded_call_begin(const struct recorded_call_surroundings *surroundings,
                         struct call_source *source, struct sip_call *sip,
                         const struct sip_call_offer *offer, void **call_context);

/** Its recording runs: tell it the first document, answer 200. */
void recorded_call_answer(struct recorded_call *call);

/** Refuse a call that was not answered; it is gone when this returns. The event is logged. */
void recorded_call_refuse(struct recorded_call *call, enum status status, const char *reason);

/** A message within an answered call; as sip_server_handler.update. */
enum status recorded_call_change(struct recorded_call *call, const struct sip_call_offer *offer,
                                 struct sdp_local *local);

/** The dialog is over: it leaves its recording, its streams are heard no longer; the call is freed.
 */
void recorded_call_end(struct recorded_call *owned_call, enum sip_call_end why);

/* --- shared by the parts --- */

/** What can be done with an m-line of this call. */
struct sdp_abilities recorded_call_abilities(const struct recorded_call *call);

/** The ports of its streams, 0 where there is none. ports: uint16_t[streams->count]. */
void recorded_call_ports(const struct recorded_call *call, const struct call_streams *streams,
                         const size_t *places, uint16_t *ports);

/**
 * Give streams whose sender is of the other address family than the call's sockets an address of
 * their own: streams->stream[].local and say, from index `first` on, before they are bound.
 */
void recorded_call_choose_addresses(const struct recorded_call *call, size_t first,
                                    struct call_streams *streams);

/** What ties it to others. Borrowed from call, metadata and identity. */
struct recording_ties recorded_call_ties(const struct recorded_call *call);

#endif
