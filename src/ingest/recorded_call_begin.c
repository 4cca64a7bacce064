/* recorded_call: how it begins. */
#include "ingest/recorded_call.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ingest/admission.h"
#include "net/address.h"

struct sdp_abilities recorded_call_abilities(const struct recorded_call *call)
{
    const struct sip_peer *peer = &sip_call_identity(call->sip)->peer;

    return (struct sdp_abilities){
        .rank = recording_codec_rank,
        .srtp = peer->transport == SIP_OVER_TLS || call->source->settings.plain_keys,
    };
}

void recorded_call_ports(const struct recorded_call *call, const struct call_streams *streams,
                         const size_t *places, uint16_t *ports)
{
    for (size_t i = 0; i < streams->count; i++) {
        ports[i] = places[i] == CALL_RECORDING_NO_PLACE
                       ? 0
                       : call_recording_port(call->recording, places[i]);
    }
}

void recorded_call_choose_addresses(const struct recorded_call *call, size_t first,
                                    struct call_streams *streams)
{
    const struct sip_call_identity *identity = sip_call_identity(call->sip);
    sa_family_t family = call->media.bind.ss_family;

    for (size_t i = first; i < streams->count; i++) {
        const struct sockaddr_storage *sender = &streams->stream[i].sender;
        struct media_address own;

        if (sender->ss_family == AF_UNSPEC || sender->ss_family == family ||
            !media_address_choose_for(call->addresses, sender, &identity->local, &own))
            continue;
        streams->stream[i].local = own.bind;
        streams->say[i] = own.say;
    }
}

struct recording_ties recorded_call_ties(const struct recorded_call *call)
{
    const struct siprec_metadata *metadata = call->metadata.known;
    const struct sip_call_identity *identity = sip_call_identity(call->sip);
    bool said = metadata && *metadata->sip_session_id;

    return (struct recording_ties){
        .session_id = metadata ? metadata->session_id : "",
        .sip_session_id = said ? metadata->sip_session_id : identity->session_id,
        .group_id = metadata ? metadata->group_id : "",
        .call_reference = call->siprec ? "" : call->plain.reference,
    };
}

/* --- what it is ---------------------------------------------------------------------------------
 */

static void take_metadata(struct recorded_call *call, const struct sip_call_offer *offer)
{
    struct siprec_metadata *before = NULL;

    if (!offer->metadata)
        return;
    enum status status = call_metadata_take(&call->metadata, offer->metadata, &before);
    if (status != STATUS_OK)
        log_event(LOG_ERROR, "call.metadata_dropped", "cause=%s", status_name(status));
    siprec_metadata_destroy(before);
    call->snapshot_due = call_metadata_wants_snapshot(&call->metadata, offer->metadata);
}

/* Kept until the recording runs; a call without it is better than none. */
static void keep_document(struct recorded_call *call, const struct sip_call_offer *offer)
{
    size_t bytes = offer->metadata_xml.bytes;
    size_t type_bytes = offer->metadata_type.bytes;

    if (!bytes)
        return;
    call->document = malloc(bytes);
    if (!call->document) {
        log_event(LOG_ERROR, "call.metadata_dropped", "cause=memory");
        return;
    }
    memcpy(call->document, offer->metadata_xml.text, bytes);
    call->document_bytes = bytes;
    if (type_bytes > sizeof call->document_type - 1)
        type_bytes = sizeof call->document_type - 1;
    memcpy(call->document_type, offer->metadata_type.text, type_bytes);
}

static enum status choose_streams(struct recorded_call *call, const struct sip_call_offer *offer,
                                  struct fault *fault)
{
    const struct sdp_abilities abilities = recorded_call_abilities(call);
    enum status status = STATUS_OK;

    if (offer->sdp)
        status = call_streams_choose(offer->sdp, call->metadata.known, &abilities, &call->streams);
    else
        call_streams_propose(call->metadata.known, call->siprec, &call->streams);
    if (status == STATUS_DENIED)
        return fault_set(fault, status, 0,
                         "SRTP keys come over a transport that anybody can read (plain_keys)");
    if (status == STATUS_UNSUPPORTED)
        return fault_set(fault, status, 0, "no audio stream that can be recorded is offered");
    if (status != STATUS_OK)
        return fault_set(fault, status, 0, "choose streams: %s", status_text(status));
    if (!call->metadata.known)
        plain_call_assign(&call->plain, 0, &call->streams);
    return STATUS_OK;
}

/* --- its recording ------------------------------------------------------------------------------
 */

/* As many of its streams as find a place there; where none does, the call is as it was. */
static enum status join_recording(struct recorded_call *call, struct call_recording *recording,
                                  struct fault *fault)
{
    enum status status = STATUS_OK;
    size_t added = 0;

    for (size_t i = 0; i < call->streams.count; i++) {
        call->place[i] = CALL_RECORDING_NO_PLACE;
        status = call_recording_add(recording, &call->streams.stream[i], &call->media,
                                    &call->place[i], fault);
        added += status == STATUS_OK;
    }
    if (!added)
        return status;
    for (size_t i = 0; i < call->streams.count; i++)
        call->streams.accepted[i] = call->place[i] != CALL_RECORDING_NO_PLACE;
    call_recording_join(recording, call);
    return STATUS_OK;
}

static enum status new_recording(const struct recorded_call_surroundings *surroundings,
                                 struct recorded_call *call, struct fault *fault)
{
    const struct call_recording_start start = {
        .source = call->source,
        .identity = sip_call_identity(call->sip),
        .streams = &call->streams,
        .media = &call->media,
        .ties = recorded_call_ties(call),
        .now = clock_mono_now(),
        .now_wall = clock_wall_now(),
    };
    struct call_recording *recording;

    if (admission_record(call->source).code)
        return fault_set(fault, STATUS_FULL, 0, "the source's limit of calls is reached");
    enum status status = call_recording_begin(surroundings->recordings, &start, &recording, fault);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < call->streams.count; i++)
        call->place[i] = i;
    call_recording_join(recording, call);
    return STATUS_OK;
}

static enum status prepare_answer(struct recorded_call *call, const struct sip_call_offer *offer,
                                  struct fault *fault)
{
    uint16_t ports[BOUND_CALL_STREAMS];

    call->answer = calloc(1, sizeof *call->answer);
    if (!call->answer)
        return fault_set(fault, STATUS_NOMEM, 0, "answer: out of memory");
    recorded_call_ports(call, &call->streams, call->place, ports);
    if (offer->sdp)
        call_streams_answer(&call->streams, offer->sdp, ports, call->answer);
    else
        call_streams_offer(&call->streams, ports, call->answer);
    call->answer->address = call->media.say;
    return STATUS_OK;
}

static void log_begin(const struct recorded_call *call, const struct sip_call_offer *offer)
{
    char id[UUID_TEXT_BYTES];
    char address[ADDRESS_TEXT_BYTES];
    const char *fault = offer->metadata_fault;

    uuid_format(call_recording_id(call->recording), id);
    address_format(&sip_call_identity(call->sip)->peer.address, true, address);
    log_event(LOG_INFO, "call.invite", "recording=%s source=\"%s\" address=%s streams=%zu%s%s%s%s",
              id, call->source->settings.name, address, call->streams.count,
              call->siprec ? "" : " plain=1", fault ? " metadata=\"" : "", fault ? fault : "",
              fault ? "\"" : "");
}

/* STATUS_OK: the call is part of a recording, and its answer is prepared. */
static enum status find_recording(const struct recorded_call_surroundings *surroundings,
                                  struct recorded_call *call, const struct sip_call_offer *offer,
                                  struct fault *fault)
{
    enum status status = choose_streams(call, offer, fault);
    if (status != STATUS_OK)
        return status;
    media_address_choose(surroundings->addresses, offer->sdp, &sip_call_identity(call->sip)->local,
                         &call->media);
    recorded_call_choose_addresses(call, 0, &call->streams);
    struct call_recording *pair = call_recordings_find_pair(surroundings->recordings, call);
    status = pair ? join_recording(call, pair, fault) : STATUS_CONFLICT;
    if (status != STATUS_OK) /* a half alone is better than none */
        status = new_recording(surroundings, call, fault);
    if (status != STATUS_OK)
        return status;
    return prepare_answer(call, offer, fault);
}

static void log_refused(const struct recorded_call *call, enum status status, const char *reason)
{
    const struct sip_call_identity *identity = sip_call_identity(call->sip);
    char address[ADDRESS_TEXT_BYTES];

    address_format(&identity->peer.address, true, address);
    log_event(LOG_WARNING, "call.refused",
              "source=\"%s\" address=%s call_id=\"%s\" cause=%s reason=\"%s\"",
              call->source->settings.name, address, identity->call_id, status_name(status), reason);
}

void recorded_call_refuse(struct recorded_call *call, enum status status, const char *reason)
{
    log_refused(call, status, reason);
    if (status == STATUS_UNSUPPORTED || status == STATUS_DENIED)
        sip_call_reject(call->sip, 488, "Not Acceptable Here", 0);
    else
        sip_call_reject(call->sip, 503, "Service Unavailable", ADMISSION_RETRY_S);
}

/* Neither the message nor the source's configuration says that it is to be recorded. */
static void refuse_plain(struct recorded_call *call)
{
    log_refused(call, STATUS_DENIED, "no recording session, and plain_calls is not set");
    sip_call_reject(call->sip, 403, "Not A Recording Session", 0);
}

/* Without metadata the headers alone say who calls whom, and only a plain call may be half of one.
 */
static void read_headers(struct recorded_call *call)
{
    const struct sip_call_identity *identity = sip_call_identity(call->sip);

    if (!call->siprec)
        plain_call_read(identity, &call->plain);
    else if (!call->metadata.known)
        plain_call_read_parties(identity, &call->plain);
}

void recorded_call_begin(const struct recorded_call_surroundings *surroundings,
                         struct call_source *source, struct sip_call *sip,
                         const struct sip_call_offer *offer, void **call_context)
{
    struct recorded_call *call = calloc(1, sizeof *call);
    struct fault fault = {0};

    *call_context = call;
    if (!call) {
        log_event(LOG_ERROR, "call.refused", "cause=NOMEM");
        sip_call_reject(sip, 503, "Service Unavailable", ADMISSION_RETRY_S);
        return;
    }
    call->sip = sip;
    call->source = source;
    call->addresses = surroundings->addresses;
    source->dialogs++;
    call->siprec = offer->siprec != 0;
    if (!call->siprec && !source->settings.plain_calls) {
        refuse_plain(call);
        return;
    }
    take_metadata(call, offer);
    read_headers(call);
    keep_document(call, offer);
    enum status status = find_recording(surroundings, call, offer, &fault);
    if (status != STATUS_OK) {
        recorded_call_refuse(call, status, fault.text);
        return;
    }
    call_recording_deviate(call->recording, call_metadata_deviations(&call->metadata, offer,
                                                                     call->siprec, &call->streams));
    log_begin(call, offer);
    if (call_recording_state(call->recording) == CALL_RECORDING_RUNNING)
        recorded_call_answer(call);
}

/* --- its answer ---------------------------------------------------------------------------------
 */

static void tell_document(struct recorded_call *call)
{
    const struct recording_document document = {
        .message = sip_call_message_name(SIP_CALL_INVITE),
        .type = call->document_type,
        .data = (const uint8_t *)call->document,
        .data_bytes = call->document_bytes,
    };
    const struct call_recording_change change = {.document = &document};

    if (call->document && call_recording_tell(call->recording, &change) != STATUS_OK)
        log_event(LOG_ERROR, "call.metadata_dropped", "cause=memory");
    free(call->document);
    call->document = NULL;
}

void recorded_call_answer(struct recorded_call *call)
{
    tell_document(call);
    enum status status = sip_call_accept(call->sip, call->answer);
    if (status != STATUS_OK) {
        log_event(LOG_WARNING, "call.answer_failed", "cause=%s", status_name(status));
        sip_call_reject(call->sip, 500, "Server Internal Error",
                        0); /* recorded_call_end frees it */
        return;
    }
    call->answered = true;
    sdp_local_wipe(call->answer);
    free(call->answer);
    call->answer = NULL;
    if (call->snapshot_due)
        sip_call_request_snapshot(call->sip, "the first metadata was a partial update");
}
