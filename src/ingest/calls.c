#include "ingest/calls.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "ingest/admission.h"
#include "ingest/recorded_call.h"
#include "net/address.h"

enum { SETTLE_MS = 1000 }; /* how long one wait for the store is */

struct calls {
    struct calls_options options;
    struct sip_server *server;
    struct call_recordings *recordings;
    struct media_addresses addresses;
    bool draining;
    mono_time drain_until;
    struct rate_limit refusals_logged;
    unsigned refusals_unlogged;
};

/* --- who is let in ------------------------------------------------------------------------------
 */

static void log_refusal(struct calls *calls, const struct sip_peer *peer,
                        const struct call_source *source, const char *method, unsigned code)
{
    char address[ADDRESS_TEXT_BYTES];

    if (!rate_limit_take(&calls->refusals_logged, 1, clock_mono_now())) {
        calls->refusals_unlogged++;
        return;
    }
    address_format(&peer->address, true, address);
    log_event(LOG_WARNING, "call.not_admitted",
              "address=%s source=\"%s\" method=%s code=%u unlogged=%u", address,
              source ? source->settings.name : "", method, code, calls->refusals_unlogged);
    calls->refusals_unlogged = 0;
}

static void look_for_sources(struct calls *calls, mono_time now)
{
    struct fault fault = {0};

    if (calls->options.watch && source_watch_look(calls->options.watch, now, &fault) != STATUS_OK)
        log_event(LOG_WARNING, "sources.unread", "reason=\"%s\"", fault.text);
}

/* Somebody unknown may have been added a moment ago. */
static struct call_source *find_source(struct calls *calls, const struct sip_peer *peer,
                                       mono_time now)
{
    struct call_source *source = source_table_find(calls->options.sources, peer);

    if (source)
        return source;
    look_for_sources(calls, now);
    return source_table_find(calls->options.sources, peer);
}

static bool has_room(const struct calls *calls)
{
    return !calls->options.space || space_watch_level(calls->options.space) != SPACE_NO_CALLS;
}

static struct sip_admission on_admit(void *context, const struct sip_peer *peer, const char *method)
{
    struct calls *calls = context;
    mono_time now = clock_mono_now();
    struct call_source *source = find_source(calls, peer, now);
    const struct admission_state state = {
        .open = calls->server && !calls->draining,
        .healthy = calls->options.sink_healthy(calls->options.sink->context),
        .room = has_room(calls),
        .ports = port_range_has_free(calls->options.ports),
        .calls = calls->server ? sip_server_calls(calls->server) : 0,
        .calls_max = (unsigned)calls->options.config->calls_max,
    };

    struct sip_admission admission =
        admission_decide(source, &state, strcmp(method, "INVITE") == 0, now);
    if (admission.code)
        log_refusal(calls, peer, source, method, admission.code);
    return admission;
}

/* Only what is refused to somebody else is worth a line: a client's own may come too late. */
static enum sip_standing on_standing(void *context, void *call_context, const struct sip_peer *peer,
                                     const char *method)
{
    struct calls *calls = context;
    const struct recorded_call *call = call_context;

    if (call && source_table_is(calls->options.sources, call->source, &call->source_was, peer))
        return SIP_STANDING_OWN;
    struct call_source *source = find_source(calls, peer, clock_mono_now());
    if (!source)
        log_refusal(calls, peer, NULL, method, 403);
    else if (call)
        log_refusal(calls, peer, source, method, 481);
    return source ? SIP_STANDING_OTHER : SIP_STANDING_STRANGER;
}

/* --- calls --------------------------------------------------------------------------------------
 */

static void on_invite(void *context, struct sip_call *sip, const struct sip_call_offer *offer,
                      void **call_context)
{
    struct calls *calls = context;
    const struct sip_peer *peer = &sip_call_identity(sip)->peer;
    const struct recorded_call_surroundings surroundings = {calls->recordings, &calls->addresses,
                                                            calls->options.decoders};
    struct call_source *source = source_table_find(calls->options.sources, peer);

    *call_context = NULL;
    if (source) {
        recorded_call_begin(&surroundings, source, sip, offer, call_context);
        return;
    }
    log_refusal(calls, peer, NULL, "INVITE", 403); /* taken away since it was let in */
    sip_call_reject(sip, 403, "Forbidden", 0);
}

static enum status on_update(void *context, void *call_context, const struct sip_call_offer *offer,
                             struct sdp_local *local)
{
    (void)context;
    return recorded_call_change(call_context, offer, local);
}

static enum status on_info(void *context, void *call_context, const struct sip_call_info *info)
{
    (void)context;
    return recorded_call_control(call_context, info);
}

static bool on_alive(void *context, void *call_context)
{
    const struct recorded_call *call = call_context;

    (void)context;
    return call_recording_is_heard(call->recording, clock_mono_now(), RECORDED_CALL_HEARD_MS);
}

static void on_end(void *context, void *call_context, enum sip_call_end why)
{
    (void)context;
    if (call_context)
        recorded_call_end(call_context, why);
}

/* A dialog that is refused leaves the list, so the next one is taken before. */
static void on_ready(void *context, struct call_recording *recording)
{
    const struct calls *calls = context;
    bool runs = call_recording_state(recording) == CALL_RECORDING_RUNNING;
    struct recorded_call *next;

    for (struct recorded_call *call = call_recording_first(recording); call; call = next) {
        next = call->next_of_recording;
        if (runs)
            recorded_call_answer(call);
        else
            recorded_call_refuse(call, STATUS_IO,
                                 calls->draining ? "the recorder stops"
                                                 : "the recording could not be made durable");
    }
}

/* --- what is asked from elsewhere ---------------------------------------------------------------
 */

/* On its way to the signalling thread. */
struct asked {
    struct sip_letter letter;
    struct calls *calls;
    struct uuid recording;
    struct recording_control control; /* its detail is the one below */
    char detail[BOUND_FACT_DETAIL_BYTES];
};

static void on_asked(void *arg)
{
    struct asked *owned_asked = arg;
    const struct calls_options *options = &owned_asked->calls->options;
    struct call_recording *recording =
        call_recordings_find(owned_asked->calls->recordings, owned_asked->recording);
    enum status status = STATUS_NOT_FOUND;

    if (recording)
        status = call_recording_control(recording, &owned_asked->control);
    if (status != STATUS_OK)
        options->refuse(options->refuse_context, owned_asked->control.request);
    free(owned_asked);
}

void calls_asked(void *context, const struct uuid *recording,
                 const struct recording_control *control)
{
    struct calls *calls = context;
    struct asked *asked = calloc(1, sizeof *asked);

    if (!asked) {
        calls->options.refuse(calls->options.refuse_context, control->request);
        return;
    }
    asked->calls = calls;
    asked->recording = *recording;
    asked->control = *control;
    text_copy(asked->detail, sizeof asked->detail, control->detail ? control->detail : "");
    asked->control.detail = asked->detail;
    asked->letter.function = on_asked;
    asked->letter.arg = asked;
    sip_server_post_letter(calls->server, &asked->letter);
}

/* --- life ---------------------------------------------------------------------------------------
 */

enum status calls_create(const struct calls_options *options, struct calls **out,
                         struct fault *fault)
{
    struct calls *calls = calloc(1, sizeof *calls);

    if (!calls)
        return fault_set(fault, STATUS_NOMEM, 0, "start: out of memory");
    calls->options = *options;
    const struct call_recordings_options recordings = {
        .ports = options->ports,
        .pool = options->pool,
        .sink = options->sink,
        .ready = on_ready,
        .context = calls,
        .refuse = options->refuse,
        .refuse_context = options->refuse_context,
    };
    enum status status = media_addresses_read(options->config, &calls->addresses, fault);
    if (status == STATUS_OK && call_recordings_create(&recordings, &calls->recordings) != STATUS_OK)
        status = fault_set(fault, STATUS_NOMEM, 0, "start: out of memory");
    if (status != STATUS_OK) {
        free(calls);
        return status;
    }
    *out = calls;
    return STATUS_OK;
}

void calls_destroy(struct calls *owned_calls)
{
    if (!owned_calls)
        return;
    call_recordings_destroy(owned_calls->recordings);
    free(owned_calls);
}

struct sip_server_handler calls_handler(struct calls *calls)
{
    return (struct sip_server_handler){
        .context = calls,
        .admit = on_admit,
        .standing = on_standing,
        .invite = on_invite,
        .update = on_update,
        .info = on_info,
        .alive = on_alive,
        .end = on_end,
    };
}

void calls_set_server(struct calls *calls, struct sip_server *server)
{
    calls->server = server;
    call_recordings_set_server(calls->recordings, server);
}

void calls_look(struct calls *calls, mono_time now)
{
    look_for_sources(calls, now);
}

void calls_drain(struct calls *calls, mono_time until)
{
    calls->draining = true;
    calls->drain_until = until;
    if (clock_mono_now().ns >= until.ns)
        call_recordings_close(calls->recordings);
}

bool calls_drained(const struct calls *calls, mono_time now)
{
    bool over = now.ns >= calls->drain_until.ns || sip_server_calls(calls->server) == 0;

    return calls->draining && over && !call_recordings_beginning(calls->recordings);
}

void calls_settle(struct calls *calls)
{
    calls_drain(calls, clock_mono_now());
    while (call_recordings_beginning(calls->recordings))
        sip_server_run_posted(calls->server, SETTLE_MS);
}
