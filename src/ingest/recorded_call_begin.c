/* recorded_call: how it begins. */
#include "ingest/recorded_call.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "body/siprec_ties.h"
#include "ingest/admission.h"
#include "ingest/call_formats.h"
#include "ingest/call_pause.h"
#include "net/address.h"

struct sdp_abilities recorded_call_abilities(const struct recorded_call *call,
                                             enum sip_transport transport)
{
    const struct sip_peer *peer = &sip_call_identity(call->sip)->peer;
    bool sealed = transport == SIP_OVER_TLS && peer->transport == SIP_OVER_TLS;

    return (struct sdp_abilities){
        .records = call_formats_records,
        .context = call->decoders,
        .srtp = sealed || call->source_was.plain_keys,
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

static void add_tie(void *context, enum siprec_tie kind, const char *value)
{
    static const enum recording_tie_kind kinds[] = {
        [SIPREC_TIE_SESSION] = RECORDING_TIE_SESSION,
        [SIPREC_TIE_SIP_SESSION] = RECORDING_TIE_SIP_SESSION,
        [SIPREC_TIE_GROUP] = RECORDING_TIE_GROUP,
    };
    struct recording_ties *ties = context;

    for (size_t i = 0; i < ties->others; i++) {
        if (ties->other[i].kind == kinds[kind] && strcmp(ties->other[i].value, value) == 0)
            return;
    }
    if (ties->others < BOUND_TIES)
        ties->other[ties->others++] = (struct recording_tie){kinds[kind], value};
}

struct recording_ties recorded_call_ties(const struct recorded_call *call)
{
    const struct siprec_metadata *metadata = call->metadata.known;
    const struct sip_call_identity *identity = sip_call_identity(call->sip);
    bool said = metadata && *metadata->sip_session_id;
    struct recording_ties ties = {
        .session_id = metadata ? metadata->session_id : "",
        .sip_session_id = said ? metadata->sip_session_id : identity->session_id,
        .group_id = metadata ? metadata->group_id : "",
        .call_reference = call->siprec ? "" : call->plain.reference,
    };

    if (metadata)
        siprec_ties_visit(metadata, add_tie, &ties);
    return ties;
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

static enum status choose_streams(struct recorded_call *call, const struct sip_call_offer *offer,
                                  struct fault *fault)
{
    const struct sdp_abilities abilities = recorded_call_abilities(call, offer->transport);
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
    if (offer->sdp)
        call_pause_mark(&call->streams, offer->sdp, call->siprec, offer->metadata);
    return STATUS_OK;
}

/* --- its recording ------------------------------------------------------------------------------
 */

/* As many of its streams as find a place there; where none does, the call is as it was. */
static enum status join_recording(struct recorded_call *call, struct call_recording *recording,
                                  struct fault *fault)
{
    struct call_recording_wish wish = {
        .call = call, .streams = &call->streams, .places = call->place, .media = &call->media};
    enum status status = STATUS_OK;
    size_t added = 0;

    for (size_t i = 0; i < call->streams.count; i++)
        call->place[i] = CALL_RECORDING_NO_PLACE;
    for (wish.index = 0; wish.index < call->streams.count; wish.index++) {
        size_t i = wish.index;
        status = call_recording_add(recording, &wish, &call->place[i],
                                    &call->streams.stream[i].channel, fault);
        added += status == STATUS_OK;
    }
    if (!added)
        return status;
    for (size_t i = 0; i < call->streams.count; i++) {
        if (call->place[i] == CALL_RECORDING_NO_PLACE)
            call_streams_refuse(&call->streams, i);
    }
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
    recorded_call_choose_addresses(call, &call->streams);
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
    call->source_was = source->settings;
    call->addresses = surroundings->addresses;
    call->decoders = surroundings->decoders;
    source->dialogs++;
    call->siprec = offer->siprec != 0;
    if (!call->siprec && !source->settings.plain_calls) {
        refuse_plain(call);
        return;
    }
    take_metadata(call, offer);
    read_headers(call);
    recorded_call_keep_document(call, offer);
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

/* Streams and ties are told as the recording begins to run; who took part was told before. */
static void tell_parties(const struct recorded_call *call)
{
    const struct call_recording_change change = {.caller = &call->streams.caller,
                                                 .called = &call->streams.called};

    if (call->parties_due && call_recording_tell(call->recording, &change) != STATUS_OK)
        log_event(LOG_ERROR, "call.update_dropped", "cause=memory");
}

void recorded_call_answer(struct recorded_call *call)
{
    recorded_call_tell_documents(call);
    tell_parties(call);
    recorded_call_tell_refused(call, &call->streams, call->streams.refused);
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
