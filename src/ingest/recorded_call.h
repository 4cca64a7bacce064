/**
 * recorded_call: one SIP dialog that is recorded. Private to the parts of calls:
 * recorded_call_begin.c takes an INVITE, recorded_call_change.c what comes later,
 * recorded_call_control.c what pauses and resumes it,
 * recorded_call_places.c finds addresses, ports and legs, recorded_call_document.c keeps documents
 * until they can be told, calls.c wires them to the server. Signalling thread only.
 *
 * Life: made by recorded_call_begin for every INVITE that is let in; freed by recorded_call_end,
 * which the server's `end` calls for each, also for a refused one. While it waits for its recording
 * (BEGINNING) it keeps its answer and its documents; recorded_call_answer sends and drops them.
 * Metadata that comes meanwhile, by UPDATE, is taken in at once and told then.
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
    RECORDED_CALL_DOCUMENTS_MAX =
        16, /* kept before the answer; more are dropped, and it is logged */
};

struct recorded_call_document;

struct recorded_call {
    struct sip_call *sip;
    struct call_source *source;       /* counts this dialog */
    struct source source_was;         /* its settings when the call began */
    struct call_recording *recording; /* NULL until it takes part in one */
    struct recorded_call *next_of_recording;
    bool siprec;             /* a recording session (RFC 7866); else a plain call */
    struct plain_call plain; /* what its headers say; of a recording session, where it has no
                                metadata: its parties then */
    struct call_streams streams;
    size_t place[BOUND_CALL_STREAMS]; /* of each stream in the recording, or where it was before it
                                         was withdrawn; CALL_RECORDING_NO_PLACE: nowhere */
    const struct media_addresses *addresses; /* borrowed */
    const struct audio_setup *decoders;      /* borrowed */
    struct media_address media;              /* of the call; a stream may have its own */
    struct call_metadata metadata;

    /* until it is answered */
    bool answered;
    struct sdp_local *answer;
    struct recorded_call_document *documents; /* as they came, oldest first */
    bool parties_due;                         /* they are others than the recording began with */
    bool snapshot_due;
};

/* What calls are made with; borrowed, and outlive them. */
struct recorded_call_surroundings {
    struct call_recordings *recordings;
    const struct media_addresses *addresses;
    const struct audio_setup *decoders;
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

/** Its recording runs: tell it what came before, answer 200. */
void recorded_call_answer(struct recorded_call *call);

/** Refuse a call that was not answered; it is gone when this returns. The event is logged. */
void recorded_call_refuse(struct recorded_call *call, enum status status, const char *reason);

/** A message within a call; as sip_server_handler.update. */
enum status recorded_call_change(struct recorded_call *call, const struct sip_call_offer *offer,
                                 struct sdp_local *local);

/** An INFO within a call; as sip_server_handler.info. */
enum status recorded_call_control(struct recorded_call *call,
                                  const struct sip_call_info *info) MUST_CHECK;

/** The dialog is over: it leaves its recording, its streams are heard no longer; the call is freed.
 */
void recorded_call_end(struct recorded_call *owned_call, enum sip_call_end why);

/* --- shared by the parts --- */

/** What can be done with an m-line of this call that a message over `transport` describes: keys are
 * for TLS, from the INVITE on, as ours may be said again by the way that it came. */
struct sdp_abilities recorded_call_abilities(const struct recorded_call *call,
                                             enum sip_transport transport);

/** The ports of its streams, 0 where there is none. ports: uint16_t[streams->count]. */
void recorded_call_ports(const struct recorded_call *call, const struct call_streams *streams,
                         const size_t *places, uint16_t *ports);

/**
 * Give streams whose sender is of the other address family than the call's sockets an address of
 * their own, before they are bound: streams->stream[].local and say. One whose family we have no
 * address of is taken where the call is: what else it sends may reach us there.
 */
void recorded_call_choose_addresses(const struct recorded_call *call, struct call_streams *streams);

/**
 * Find address, port and leg for the streams of a call as a description says they are to be: those
 * that go on keep their leg, and their port where it is of the right address family. What finds
 * none is withdrawn and refused, and noted (fact "stream_refused").
 *
 * streams  changed as above.
 * places   size_t[BOUND_CALL_STREAMS], changed: the leg of each; as in struct recorded_call.
 *
 * STATUS_OK
 * STATUS_UNSUPPORTED  we have no address of the family of any: the description is to be refused.
 * STATUS_IO           no port for any: likewise.
 */
enum status recorded_call_find_places(struct recorded_call *call, struct call_streams *streams,
                                      size_t *places) MUST_CHECK;

/** Note that these m-lines (bits, struct call_streams) are refused; once it is answered. */
void recorded_call_tell_refused(const struct recorded_call *call,
                                const struct call_streams *streams, uint64_t lines);

/** What ties it to others. Borrowed from call, metadata and identity. */
struct recording_ties recorded_call_ties(const struct recorded_call *call);

/** The Content-Type of the document that a message brought, cut to its field; "" where none. */
void recorded_call_type(const struct sip_call_offer *offer,
                        char type[static RECORDED_CALL_TYPE_BYTES]);

/** Keep a message's document, where it has one, until the recording runs. Without memory, or past
 * RECORDED_CALL_DOCUMENTS_MAX, it is dropped: a call without it is better than none. */
void recorded_call_keep_document(struct recorded_call *call, const struct sip_call_offer *offer);

/** The recording runs: tell it the documents that were kept, in their order; none is kept then. */
void recorded_call_tell_documents(struct recorded_call *call);

/** Free those that are kept. */
void recorded_call_drop_documents(struct recorded_call *call);

#endif
