#include "ingest/calls.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ingest/call_streams.h"
#include "net/address.h"

struct calls {
    struct calls_options options;
    struct sip_server *server;
    struct sockaddr_storage rtp_address; /* AF_UNSPEC: the one that faces the caller */
    unsigned beginning;
    bool draining;
};

struct call {
    struct calls *calls;
    struct sip_call *sip; /* NULL when it ended before the sink was ready */
    struct recording *recording;
    void *sink_handle;
    enum status sink_status; /* written by the sink's thread before it posts */
    struct call_streams streams;
    struct sdp_answer answer;
    struct uuid id;
    mono_time started; /* position 0 of the recording: when the INVITE was taken */
    wall_time started_wall;
    char *metadata_xml; /* of the INVITE, until the recording runs */
    size_t metadata_xml_bytes;
    bool runs; /* a media thread has it */
};

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
    case SIP_CALL_SHUTDOWN:
        return "shutdown";
    }
    return "unknown";
}

static void call_destroy(struct call *owned_call)
{
    free(owned_call->metadata_xml);
    free(owned_call);
}

/* --- a call begins ------------------------------------------------------------------------------
 */

static struct sockaddr_storage media_address(const struct calls *calls,
                                             const struct sip_call_identity *identity)
{
    return calls->rtp_address.ss_family == AF_UNSPEC ? identity->local : calls->rtp_address;
}

static enum status create_recording(struct call *call, const struct sip_call_identity *identity,
                                    const struct siprec_metadata *metadata,
                                    struct recording_begin *begin, struct fault *fault)
{
    const struct calls *calls = call->calls;
    struct sockaddr_storage address = media_address(calls, identity);

    begin->id = call->id;
    begin->started = call->started_wall;
    begin->caller = call->streams.caller;
    begin->called = call->streams.called;
    begin->sip_call_id = identity->call_id;
    begin->session_id = metadata ? metadata->session_id : "";
    begin->sip_session_id = metadata ? metadata->sip_session_id : "";
    begin->group_id = metadata ? metadata->group_id : "";
    return recording_create(begin, call->streams.stream, call->streams.count, &address,
                            calls->options.ports, calls->options.sink, &call->recording, fault);
}

static void answer_call(struct call *call)
{
    const struct calls_options *options = &call->calls->options;

    recording_start(call->recording, options->pool, call->sink_handle, call->started,
                    call->started_wall);
    call->runs = true;
    if (call->metadata_xml &&
        recording_update(call->recording, call->streams.stream, call->streams.count,
                         call->metadata_xml, call->metadata_xml_bytes) != STATUS_OK)
        log_event(LOG_ERROR, "call.metadata_dropped", "cause=memory");
    enum status status = sip_call_accept(call->sip, &call->answer);
    if (status != STATUS_OK) {
        log_event(LOG_WARNING, "call.answer_failed", "cause=%s", status_name(status));
        sip_call_reject(call->sip, 500, "Server Internal Error", 0); /* on_end frees the call */
    }
}

/* On the signalling thread, after the sink has said how it went. */
static void on_sink_ready(void *arg)
{
    struct call *call = arg;
    struct calls *calls = call->calls;

    calls->beginning--;
    if (call->sip && call->sink_status == STATUS_OK) {
        answer_call(call);
        return;
    }
    calls->options.sink->abort(calls->options.sink->context, call->sink_handle);
    recording_destroy(call->recording);
    call->recording = NULL;
    if (call->sip)
        sip_call_reject(call->sip, 503, "Service Unavailable", CALLS_RETRY_AFTER_S);
    else
        call_destroy(call);
}

/* On a thread of the sink's. */
static void sink_ready(void *ready_arg, enum status status)
{
    struct call *call = ready_arg;

    call->sink_status = status;
    if (sip_server_post(call->calls->server, on_sink_ready, call) != STATUS_OK)
        log_event(LOG_ERROR, "call.lost_answer", "cause=memory");
}

/* The legs as the index is to know them should the call be cut short. */
static void describe_legs(const struct call_streams *streams,
                          struct recording_leg legs[BOUND_CALL_STREAMS])
{
    memset(legs, 0, BOUND_CALL_STREAMS * sizeof *legs);
    for (size_t i = 0; i < streams->count; i++) {
        const struct recording_stream *stream = &streams->stream[i];
        legs[i].channel = stream->channel;
        legs[i].party = stream->party;
        legs[i].anchor_samples = -1;
        memcpy(legs[i].label, stream->label, sizeof legs[i].label);
        memcpy(legs[i].codec, stream->codec, sizeof legs[i].codec);
    }
}

static void refuse(struct sip_call *sip, enum status status, const struct fault *fault)
{
    const struct sip_call_identity *identity = sip_call_identity(sip);
    char source[ADDRESS_TEXT_BYTES];

    address_format(&identity->source, true, source);
    log_event(LOG_WARNING, "call.refused", "source=%s call_id=\"%s\" cause=%s reason=\"%s\"",
              source, identity->call_id, status_name(status), fault->text);
    if (status == STATUS_UNSUPPORTED)
        sip_call_reject(sip, 488, "Not Acceptable Here", 0);
    else
        sip_call_reject(sip, 503, "Service Unavailable", CALLS_RETRY_AFTER_S);
}

static enum status keep_metadata(struct call *call, const struct sip_call_offer *offer)
{
    if (!offer->metadata_xml.bytes)
        return STATUS_OK;
    call->metadata_xml = malloc(offer->metadata_xml.bytes);
    if (!call->metadata_xml)
        return STATUS_NOMEM;
    memcpy(call->metadata_xml, offer->metadata_xml.text, offer->metadata_xml.bytes);
    call->metadata_xml_bytes = offer->metadata_xml.bytes;
    return STATUS_OK;
}

static enum status begin_call(struct call *call, const struct sip_call_offer *offer,
                              struct fault *fault)
{
    struct calls *calls = call->calls;
    const struct recording_sink *sink = calls->options.sink;
    const struct sip_call_identity *identity = sip_call_identity(call->sip);
    char source[ADDRESS_TEXT_BYTES];
    struct recording_begin begin;
    struct recording_leg legs[BOUND_CALL_STREAMS];
    uint16_t ports[BOUND_CALL_STREAMS];

    enum status status = call_streams_choose(offer->sdp, offer->metadata, &call->streams);
    if (status != STATUS_OK)
        return fault_set(fault, status, 0, "no audio stream that can be recorded is offered");
    status = keep_metadata(call, offer);
    if (status != STATUS_OK)
        return fault_set(fault, status, 0, "keep the metadata: out of memory");
    memset(&begin, 0, sizeof begin);
    address_format(&identity->source, false, source);
    begin.source_address = source;
    describe_legs(&call->streams, legs);
    begin.legs = call->streams.count;
    begin.leg = legs;
    status = create_recording(call, identity, offer->metadata, &begin, fault);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < call->streams.count; i++)
        ports[i] = recording_port(call->recording, i);
    call_streams_answer(&call->streams, offer->sdp, ports, NULL, &call->answer);
    call->answer.address = media_address(calls, identity);
    calls->beginning++;
    status = sink->begin(sink->context, &begin, sink_ready, call, &call->sink_handle);
    if (status != STATUS_OK) {
        calls->beginning--;
        recording_destroy(call->recording);
        call->recording = NULL;
        return fault_set(fault, status, 0, "begin a recording: %s", status_text(status));
    }
    return STATUS_OK;
}

static void on_invite(void *context, struct sip_call *sip, const struct sip_call_offer *offer,
                      void **call_context)
{
    struct call *call = calloc(1, sizeof *call);
    struct fault fault = {0};

    *call_context = call;
    if (!call) {
        (void)fault_set(&fault, STATUS_NOMEM, 0, "take a call: out of memory");
        refuse(sip, STATUS_NOMEM, &fault);
        return;
    }
    call->calls = context;
    call->sip = sip;
    call->started = clock_mono_now();
    call->started_wall = clock_wall_now();
    call->id = uuid_new(call->started_wall);
    enum status status = begin_call(call, offer, &fault);
    if (status != STATUS_OK) {
        refuse(sip, status, &fault);
        return;
    }
    char id[UUID_TEXT_BYTES];
    char source[ADDRESS_TEXT_BYTES];
    uuid_format(call->id, id);
    address_format(&sip_call_identity(sip)->source, true, source);
    log_event(
        LOG_INFO, "call.invite", "recording=%s source=%s streams=%zu deviations=%u%s%s%s", id,
        source, call->streams.count, offer->deviations, offer->metadata_fault ? " metadata=\"" : "",
        offer->metadata_fault ? offer->metadata_fault : "", offer->metadata_fault ? "\"" : "");
}

/* --- a call changes -----------------------------------------------------------------------------
 */

static enum status on_update(void *context, void *call_context, const struct sip_call_offer *offer,
                             struct sdp_answer *answer)
{
    struct call *call = call_context;
    struct call_streams streams = call->streams;
    bool accepted[BOUND_CALL_STREAMS] = {false};
    uint16_t ports[BOUND_CALL_STREAMS];

    (void)context;
    if (offer->sdp) {
        enum status status = call_streams_update(&streams, offer->sdp, offer->metadata, accepted);
        if (status != STATUS_OK)
            return status;
        for (size_t i = 0; i < streams.count; i++)
            ports[i] = recording_port(call->recording, i);
        call_streams_answer(&streams, offer->sdp, ports, accepted, answer);
        answer->address = call->answer.address;
    } else if (offer->metadata) {
        call_streams_parties(&streams, offer->metadata);
    }
    enum status status = recording_update(call->recording, streams.stream, streams.count,
                                          offer->metadata_xml.text, offer->metadata_xml.bytes);
    if (status != STATUS_OK)
        return status == STATUS_UNSUPPORTED ? STATUS_UNSUPPORTED : STATUS_FULL;
    call->streams = streams;
    return STATUS_OK;
}

/* --- a call ends --------------------------------------------------------------------------------
 */

static void on_end(void *context, void *call_context, enum sip_call_end why)
{
    struct call *call = call_context;

    (void)context;
    if (!call)
        return;
    call->sip = NULL;
    if (call->runs) {
        recording_stop(call->recording, end_name(why));
        call_destroy(call);
    } else if (!call->recording) {
        call_destroy(call); /* refused: nothing was begun, or it was undone */
    }
    /* else the sink is at work; on_sink_ready sees that the call is gone */
}

static bool on_ready(void *context)
{
    struct calls *calls = context;

    return !calls->draining && calls->options.sink_healthy(calls->options.sink->context);
}

/* --- life ---------------------------------------------------------------------------------------
 */

enum status calls_create(const struct calls_options *options, struct calls **out,
                         struct fault *fault)
{
    struct calls *calls = calloc(1, sizeof *calls);
    const char *address = options->config->rtp_address;

    if (!calls)
        return fault_set(fault, STATUS_NOMEM, 0, "start: out of memory");
    calls->options = *options;
    calls->rtp_address.ss_family = AF_UNSPEC;
    if (*address && address_parse(address, 0, &calls->rtp_address) != STATUS_OK) {
        free(calls);
        return fault_set(fault, STATUS_INVALID, 0,
                         "configuration: rtp_address \"%s\" is not an IP address", address);
    }
    *out = calls;
    return STATUS_OK;
}

void calls_destroy(struct calls *owned_calls)
{
    free(owned_calls);
}

struct sip_server_handler calls_handler(struct calls *calls)
{
    return (struct sip_server_handler){calls, on_ready, on_invite, on_update, on_end};
}

void calls_set_server(struct calls *calls, struct sip_server *server)
{
    calls->server = server;
}

void calls_refuse_new(struct calls *calls)
{
    calls->draining = true;
}

unsigned calls_beginning(const struct calls *calls)
{
    return calls->beginning;
}
