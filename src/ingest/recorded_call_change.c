/* recorded_call: what changes it, and its end. */
#include "ingest/recorded_call.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ingest/call_pause.h"

/* --- streams ------------------------------------------------------------------------------------
 */

/* The state of a call under a new description, until it is known that it holds. */
struct proposal {
    struct call_streams streams;
    size_t place[BOUND_CALL_STREAMS];
};

/* Whether a message is about streams that are sealed: it describes one of them, or asks for our
 * offer, which would. */
static bool is_about_sealed(const struct call_streams *streams, const struct sip_call_offer *offer)
{
    for (size_t i = 0; i < streams->count; i++) {
        size_t line = streams->media_line[i];
        if (streams->stream[i].remote_key.suite == SRTP_SUITE_NONE)
            continue;
        if (!offer->sdp || (line < offer->sdp->media_lines && offer->sdp->media[line].port))
            return true;
    }
    return false;
}

static enum status take_description(struct recorded_call *call, const struct sip_call_offer *offer,
                                    struct proposal *proposal)
{
    const struct sdp_abilities abilities = recorded_call_abilities(call, offer->transport);
    size_t before = proposal->streams.count;

    if (!abilities.srtp && is_about_sealed(&call->streams, offer))
        return STATUS_DENIED;
    enum status status =
        call_streams_update(&proposal->streams, offer->sdp, call->metadata.known, &abilities);
    if (status != STATUS_OK)
        return status;
    if (!call->metadata.known)
        plain_call_assign(&call->plain, before, &proposal->streams);
    call_pause_mark(&proposal->streams, offer->sdp, call->siprec, offer->metadata);
    return recorded_call_find_places(call, &proposal->streams, proposal->place);
}

/* Our offer that a message asks for would name a key where it may not be named. */
static bool tells_keys(const struct recorded_call *call, const struct sip_call_offer *offer)
{
    return !recorded_call_abilities(call, offer->transport).srtp &&
           is_about_sealed(&call->streams, offer);
}

static void write_local(struct recorded_call *call, const struct sip_call_offer *offer,
                        const struct proposal *proposal, struct sdp_local *local)
{
    uint16_t ports[BOUND_CALL_STREAMS];

    recorded_call_ports(call, &proposal->streams, proposal->place, ports);
    if (offer->sdp)
        call_streams_answer(&proposal->streams, offer->sdp, ports, local);
    else
        call_streams_offer(&proposal->streams, ports, local);
    local->address = call->media.say;
}

/* --- metadata -----------------------------------------------------------------------------------
 */

static void note_change(void *context, const struct recording_note *note)
{
    const struct recorded_call *call = context;
    struct recording_note placed = *note;

    if (note->stream >= 0) {
        size_t place = call->place[note->stream];
        placed.stream = place == CALL_RECORDING_NO_PLACE ? -1 : (int)place;
    }
    call_recording_note(call->recording, &placed);
}

/* *before: owned by the caller, NULL where nothing was known. Returns whether it was taken in. */
static bool take_document(struct recorded_call *call, const struct sip_call_offer *offer,
                          struct siprec_metadata **before)
{
    if (!offer->metadata || offer->late)
        return false;
    enum status status = call_metadata_take(&call->metadata, offer->metadata, before);
    if (status != STATUS_OK)
        log_event(LOG_ERROR, "call.metadata_dropped", "cause=%s", status_name(status));
    return status == STATUS_OK;
}

/* Metadata that names anybody at all takes the place of what the headers of the INVITE said. */
static void forget_headers(struct recorded_call *call, struct proposal *proposal)
{
    struct call_streams *streams = &proposal->streams;

    if (!call->metadata.known->participants)
        return;
    memset(&streams->caller, 0, sizeof streams->caller);
    memset(&streams->called, 0, sizeof streams->called);
    for (size_t i = 0; i < streams->count; i++)
        memset(&streams->stream[i].party, 0, sizeof streams->stream[i].party);
}

static void tell_of_parties(struct recorded_call *call, const struct sip_call_offer *offer,
                            const struct siprec_metadata *before)
{
    call_metadata_changes(before, call->metadata.known, &call->streams, note_change, call);
    bool wanted = offer->message != SIP_CALL_FAREWELL &&
                  call_metadata_wants_snapshot(&call->metadata, offer->metadata);
    if (!call->answered)
        call->snapshot_due = wanted || (call->snapshot_due && call->metadata.known->partial);
    else if (wanted)
        sip_call_request_snapshot(call->sip, "a partial update came before all metadata");
}

/* --- From ---------------------------------------------------------------------------------------
 */

static void note_party(struct recorded_call *call, const char *cause,
                       const struct recording_party *party)
{
    const struct recording_note note = {
        .cause = cause, .detail = *party->number ? party->number : party->name, .stream = 0};

    if (*note.detail)
        note_change(call, &note);
}

/*
 * Of a call without metadata From says who is heard on it, also later: a built-in bridge tells
 * there whom the far end was transferred to. Who called whom stays. Returns whether anybody is
 * another.
 */
static bool take_from(struct recorded_call *call, const struct sip_call_offer *offer,
                      struct proposal *proposal)
{
    const struct recording_party *end = plain_call_own_end(&call->plain);
    const struct recording_party before = *end;

    if (!offer->from || !plain_call_read_change(offer->from, &call->plain))
        return false;
    plain_call_assign(&call->plain, 0, &proposal->streams);
    if (strcmp(before.number, end->number) != 0) {
        note_party(call, "party_left", &before);
        note_party(call, "party_joined", end);
    }
    return true;
}

/* --- one message --------------------------------------------------------------------------------
 */

static enum status tell_recording(struct recorded_call *call, const struct sip_call_offer *offer,
                                  const struct proposal *proposal)
{
    char type[RECORDED_CALL_TYPE_BYTES];
    const struct recording_ties ties = recorded_call_ties(call);

    recorded_call_type(offer, type);
    const struct recording_document document = {
        .message = sip_call_message_name(offer->message),
        .type = type,
        .data = (const uint8_t *)offer->metadata_xml.text,
        .data_bytes = offer->metadata_xml.bytes,
    };
    const struct call_recording_change change = {
        .streams = proposal->streams.stream,
        .places = proposal->place,
        .count = proposal->streams.count,
        .caller = &proposal->streams.caller,
        .called = &proposal->streams.called,
        .ties = &ties,
        .document = document.data_bytes ? &document : NULL,
    };
    return call_recording_tell(call->recording, &change);
}

/* The description, if it can be taken; the metadata in any case. */
static enum status propose(struct recorded_call *call, const struct sip_call_offer *offer,
                           bool documented, const struct siprec_metadata *before,
                           struct proposal *proposal)
{
    const struct call_roles earlier = {call->streams.caller, call->streams.called};
    enum status status = STATUS_OK;

    if (offer->sdp)
        status = take_description(call, offer, proposal);
    if (!documented) { /* lines come and go; who called whom is metadata's to say */
        proposal->streams.caller = earlier.caller;
        proposal->streams.called = earlier.called;
        return status;
    }
    if (!offer->sdp || status != STATUS_OK)
        call_streams_parties(&proposal->streams, call->metadata.known);
    call_metadata_keep_roles(&call->metadata, before, offer->metadata->partial, &earlier,
                             &proposal->streams);
    return status;
}

enum status recorded_call_change(struct recorded_call *call, const struct sip_call_offer *offer,
                                 struct sdp_local *local)
{
    struct siprec_metadata *before = NULL;
    struct proposal proposal;

    proposal.streams = call->streams;
    memcpy(proposal.place, call->place, sizeof proposal.place);
    bool documented = take_document(call, offer, &before);
    if (documented && !before)
        forget_headers(call, &proposal);
    bool renamed = take_from(call, offer, &proposal);
    enum status described = propose(call, offer, documented, before, &proposal);
    if (local && !offer->sdp && tells_keys(call, offer))
        described = STATUS_DENIED;
    if (described != STATUS_OK)
        log_event(LOG_WARNING, "call.description_refused", "message=%s cause=%s",
                  sip_call_message_name(offer->message), status_name(described));
    enum status status = STATUS_OK;
    if (offer->sdp || offer->metadata_xml.bytes > 0 || renamed)
        status = tell_recording(call, offer, &proposal);
    if (status == STATUS_OK) {
        call_metadata_moves(documented ? before : call->metadata.known, call->metadata.known,
                            &call->streams, &proposal.streams, note_change, call);
        call->streams = proposal.streams;
        memcpy(call->place, proposal.place, sizeof call->place);
    } else {
        log_event(LOG_ERROR, "call.update_dropped", "cause=%s", status_name(status));
    }
    call_recording_deviate(call->recording, call_metadata_deviations(&call->metadata, offer,
                                                                     call->siprec, &call->streams));
    if (documented)
        tell_of_parties(call, offer, before);
    if (!call->answered) {
        recorded_call_keep_document(call, offer);
        call->parties_due |= documented;
    }
    if (described == STATUS_OK && status == STATUS_OK && local)
        write_local(call, offer, &proposal, local);
    call_streams_wipe(&proposal.streams);
    siprec_metadata_destroy(before);
    if (described != STATUS_OK)
        return described == STATUS_IO ? STATUS_FULL : STATUS_UNSUPPORTED;
    return status == STATUS_NOMEM ? STATUS_FULL : status;
}

/* --- its end ------------------------------------------------------------------------------------
 */

static const char *end_name(enum sip_call_end why)
{
    switch (why) {
    case SIP_CALL_BYE:
        return "bye";
    case SIP_CALL_CANCELLED:
        return "cancelled";
    case SIP_CALL_NO_ACK:
        return "no_ack";
    case SIP_CALL_REFUSED:
        return "refused";
    case SIP_CALL_EXPIRED:
        return "expired";
    case SIP_CALL_SHUTDOWN:
        return "shutdown";
    }
    return "unknown";
}

/* Where others go on, what still comes for this one is not part of the call. */
static void silence(struct recorded_call *call)
{
    call_streams_withdraw(&call->streams);
    const struct call_recording_change change = {
        .streams = call->streams.stream, .places = call->place, .count = call->streams.count};

    if (call_recording_tell(call->recording, &change) != STATUS_OK)
        log_event(LOG_ERROR, "call.update_dropped", "cause=memory");
}

void recorded_call_end(struct recorded_call *owned_call, enum sip_call_end why)
{
    struct recorded_call *call = owned_call;

    if (call->recording) {
        if (call_recording_first(call->recording) != call || call->next_of_recording)
            silence(call);
        call_recording_leave(call->recording, call, end_name(why));
    }
    call->source->dialogs--;
    call_streams_wipe(&call->streams);
    call_metadata_deinit(&call->metadata);
    sdp_local_wipe(call->answer);
    free(call->answer);
    recorded_call_drop_documents(call);
    free(call);
}
