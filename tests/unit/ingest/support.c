#include "unit/ingest/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "audio/codec.h"
#include "net/address.h"

enum { CALLS = 16, WAIT_S = 20 };

struct sip_server {
    struct sip_letter *first;
    unsigned calls;
};

struct world {
    struct config config;
    struct port_range *ports;
    struct media_pool *pool;
    struct source_table *sources;
    struct calls *calls;
    struct sip_server_handler handler;
    struct sip_server server;
    struct recording_sink sink;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t begun;
    struct told told[WORLD_RECORDINGS];
    const struct recording_policy *policy;
    size_t refused;
    int64_t refusal[WORLD_CONTROLS];
    size_t dialogs;
    struct sip_call dialog[CALLS];
};

/* --- the sink -----------------------------------------------------------------------------------
 */

static void keep(char *to, size_t to_bytes, const char *text)
{
    (void)snprintf(to, to_bytes, "%s", text ? text : "(null)");
}

static enum status sink_begin(void *context, const struct recording_begin *begin,
                              void (*ready)(void *ready_arg, enum status status,
                                            const struct recording_policy *policy),
                              void *ready_arg, void **handle)
{
    struct world *world = context;
    assert_true(world->begun < WORLD_RECORDINGS);
    struct told *told = &world->told[world->begun++];

    told->begun = true;
    told->id = begin->id;
    told->caller = begin->caller;
    told->called = begin->called;
    told->legs_begun = begin->legs;
    keep(told->call_reference, sizeof told->call_reference, begin->ties.call_reference);
    keep(told->source, sizeof told->source, begin->source);
    told->ready = ready;
    told->ready_arg = ready_arg;
    *handle = told;
    return STATUS_OK;
}

static enum status sink_write(void *context, void *handle, const uint8_t *page, size_t page_bytes,
                              int64_t granule)
{
    (void)context;
    (void)handle;
    (void)page;
    (void)page_bytes;
    (void)granule;
    return STATUS_OK;
}

static enum status sink_document(void *context, void *handle,
                                 const struct recording_document *document)
{
    struct world *world = context;
    struct told *told = handle;

    pthread_mutex_lock(&world->lock);
    if (told->documents < WORLD_DOCUMENTS)
        (void)snprintf(told->document[told->documents++], sizeof told->document[0], "%s %s %.*s",
                       document->message, document->type, (int)document->data_bytes,
                       (const char *)document->data);
    pthread_mutex_unlock(&world->lock);
    return STATUS_OK;
}

static void sink_controlled(void *context, void *handle, const struct recording_control *control,
                            int64_t at_ms)
{
    struct world *world = context;
    struct told *told = handle;

    assert_true(at_ms >= 0);
    pthread_mutex_lock(&world->lock);
    if (told->controls < WORLD_CONTROLS) {
        told->control[told->controls] = *control;
        keep(told->control_detail[told->controls++], WORLD_TEXT, control->detail);
    }
    pthread_cond_broadcast(&world->changed);
    pthread_mutex_unlock(&world->lock);
}

static int64_t sink_sync_in_ms(void *context)
{
    (void)context;
    return 1000;
}

static void sink_end(void *context, void *handle, const struct recording_end *end)
{
    struct world *world = context;
    struct told *told = handle;

    pthread_mutex_lock(&world->lock);
    told->end = *end;
    keep(told->group_id, sizeof told->group_id, end->ties.group_id);
    keep(told->end_cause, sizeof told->end_cause, end->end_cause);
    for (size_t i = 0; i < end->facts && i < WORLD_FACTS; i++) {
        (void)snprintf(told->fact[i], sizeof told->fact[i], "%s %d %s", end->fact[i].cause,
                       end->fact[i].leg, end->fact[i].detail);
        told->facts++;
    }
    told->ended = true;
    pthread_cond_broadcast(&world->changed);
    pthread_mutex_unlock(&world->lock);
}

static void sink_abort(void *context, void *handle)
{
    (void)context;
    ((struct told *)handle)->aborted = true;
}

static void refuse(void *refuse_context, int64_t request)
{
    struct world *world = refuse_context;

    assert_true(world->refused < WORLD_CONTROLS);
    world->refusal[world->refused++] = request;
}

static bool sink_healthy(void *sink_context)
{
    (void)sink_context;
    return true;
}

/* --- the server: these take the place of src/sip's -----------------------------------------------
 */

void sip_server_post_letter(struct sip_server *server, struct sip_letter *letter)
{
    letter->next = server->first;
    server->first = letter;
}

void sip_server_run_posted(struct sip_server *server, int wait_ms)
{
    struct sip_letter *letter = server->first;

    assert_true(wait_ms > 0);
    assert_non_null(letter); /* else it would be waited for */
    server->first = letter->next;
    letter->function(letter->arg);
}

unsigned sip_server_calls(const struct sip_server *server)
{
    return server->calls;
}

const struct sip_call_identity *sip_call_identity(const struct sip_call *call)
{
    return &call->identity;
}

const char *sip_call_message_name(enum sip_call_message message)
{
    return message == SIP_CALL_INVITE     ? "INVITE"
           : message == SIP_CALL_REINVITE ? "re-INVITE"
           : message == SIP_CALL_UPDATE   ? "UPDATE"
           : message == SIP_CALL_ACK      ? "ACK"
           : message == SIP_CALL_PRACK    ? "PRACK"
           : message == SIP_CALL_FAREWELL ? "BYE"
                                          : "other";
}

enum status sip_call_accept(struct sip_call *call, const struct sdp_local *local)
{
    assert_false(call->accepted || call->code || call->ended);
    call->accepted = true;
    call->local = *local;
    return STATUS_OK;
}

void sip_call_request_snapshot(struct sip_call *call, const char *reason)
{
    assert_true(call->accepted);
    assert_non_null(reason);
    call->snapshots++;
}

void sip_call_reject(struct sip_call *call, unsigned code, const char *reason,
                     unsigned retry_after_s)
{
    assert_non_null(reason);
    assert_false(call->accepted || call->code || call->ended);
    call->code = code;
    call->retry_after_s = retry_after_s;
    world_end(call, SIP_CALL_REFUSED);
}

/* --- messages -----------------------------------------------------------------------------------
 */

/* The parsed pieces of one message. */
struct opened {
    struct sip_call_offer offer;
    struct sdp_description *sdp;
    struct siprec_metadata *metadata;
    struct fault fault;
};

static void open_letter(const struct letter *letter, struct opened *opened)
{
    static const char type[] = "application/rs-metadata+xml";

    memset(opened, 0, sizeof *opened);
    opened->offer.message = letter->message;
    opened->offer.transport = letter->transport;
    opened->offer.siprec = letter->siprec;
    opened->offer.late = letter->late;
    opened->offer.from = letter->message == SIP_CALL_INVITE ? NULL : letter->from;
    if (letter->sdp) {
        opened->sdp = calloc(1, sizeof *opened->sdp);
        assert_non_null(opened->sdp);
        assert_int_equal(sdp_read(letter->sdp, strlen(letter->sdp), opened->sdp), STATUS_OK);
        opened->offer.sdp = opened->sdp;
        opened->offer.deviations = opened->sdp->deviations;
    }
    if (!letter->metadata)
        return;
    opened->offer.metadata_xml =
        (struct text_span){.text = letter->metadata, .bytes = strlen(letter->metadata)};
    opened->offer.metadata_type = (struct text_span){.text = type, .bytes = sizeof type - 1};
    if (siprec_metadata_read(letter->metadata, strlen(letter->metadata), &opened->metadata,
                             &opened->fault) == STATUS_OK)
        opened->offer.metadata = opened->metadata;
    else
        opened->offer.metadata_fault = opened->fault.text;
}

static void close_letter(struct opened *opened)
{
    siprec_metadata_destroy(opened->metadata);
    sdp_description_deinit(opened->sdp);
    free(opened->sdp);
}

struct sip_call *world_invite(struct world *world, const struct letter *letter)
{
    assert_true(world->dialogs < CALLS);
    struct sip_call *call = &world->dialog[world->dialogs++];
    struct opened opened;

    memset(call, 0, sizeof *call);
    call->world = world;
    keep(call->from, sizeof call->from, letter->from ? letter->from : "<sip:pbx@127.0.0.1>;tag=1");
    (void)snprintf(call->call_id, sizeof call->call_id, "call-%zu@test", world->dialogs);
    call->identity = (struct sip_call_identity){
        .call_id = call->call_id,
        .from_uri = "sip:pbx@127.0.0.1",
        .to_uri = "sip:recorder@127.0.0.1",
        .from = call->from,
        .to = "<sip:9000@127.0.0.1>",
        .asserted = "",
        .session_id = "",
        .user_agent = "",
        .peer = {.certificate_name = "", .certificate_fingerprint = ""},
    };
    call->identity.peer.transport = letter->transport;
    assert_int_equal(address_parse("127.0.0.1:5070", 0, &call->identity.peer.address), STATUS_OK);
    assert_int_equal(address_parse("127.0.0.1:5060", 0, &call->identity.local), STATUS_OK);
    open_letter(letter, &opened);
    world->server.calls++;
    world->handler.invite(world->handler.context, call, &opened.offer, &call->context);
    close_letter(&opened);
    return call;
}

enum status world_update(struct sip_call *call, const struct letter *letter, bool wants_local)
{
    struct opened opened;

    open_letter(letter, &opened);
    enum status status =
        call->world->handler.update(call->world->handler.context, call->context, &opened.offer,
                                    wants_local ? &call->local : NULL);
    close_letter(&opened);
    return status;
}

enum status world_info(struct sip_call *call, enum sip_info_kind kind, char digit)
{
    const struct sip_call_info info = {kind, digit};

    return call->world->handler.info(call->world->handler.context, call->context, &info);
}

void world_press(struct sip_call *call, const char *digits)
{
    for (const char *digit = digits; *digit; digit++)
        assert_int_equal(world_info(call, SIP_INFO_DIGIT, *digit), STATUS_OK);
}

void world_set_policy(struct world *world, const struct recording_policy *policy)
{
    world->policy = policy;
}

void world_ask(struct world *world, const struct uuid *recording,
               const struct recording_control *control)
{
    calls_asked(world->calls, recording, control);
    struct sip_letter *letter = world->server.first;
    assert_non_null(letter);
    world->server.first = letter->next;
    letter->function(letter->arg);
}

const int64_t *world_refused(struct world *world, size_t *count)
{
    *count = world->refused;
    return world->refusal;
}

void world_end(struct sip_call *call, enum sip_call_end why)
{
    call->ended = true;
    call->world->server.calls--;
    call->world->handler.end(call->world->handler.context, call->context, why);
}

/* --- the sink's answers --------------------------------------------------------------------------
 */

void world_ready(struct world *world, size_t index, enum status status)
{
    assert_true(index < world->begun);
    static const struct recording_policy nothing = {.pause_code = ""};
    const struct recording_policy *policy = world->policy ? world->policy : &nothing;
    world->told[index].ready(world->told[index].ready_arg, status,
                             status == STATUS_OK ? policy : NULL);
    struct sip_letter *letter = world->server.first;
    world->server.first = NULL;
    assert_non_null(letter);
    letter->function(letter->arg);
}

const struct told *world_told(struct world *world, size_t index)
{
    assert_true(index < world->begun);
    return &world->told[index];
}

const struct told *world_ended(struct world *world, size_t index)
{
    struct timespec until;
    int failed = 0;

    assert_true(index < world->begun);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    pthread_mutex_lock(&world->lock);
    while (!world->told[index].ended && failed != ETIMEDOUT)
        failed = pthread_cond_timedwait(&world->changed, &world->lock, &until);
    pthread_mutex_unlock(&world->lock);
    assert_true(world->told[index].ended);
    return &world->told[index];
}

const struct told *world_controlled(struct world *world, size_t index, size_t count)
{
    struct timespec until;
    int failed = 0;

    assert_true(index < world->begun);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    pthread_mutex_lock(&world->lock);
    while (world->told[index].controls < count && failed != ETIMEDOUT)
        failed = pthread_cond_timedwait(&world->changed, &world->lock, &until);
    pthread_mutex_unlock(&world->lock);
    assert_true(world->told[index].controls >= count);
    return &world->told[index];
}

size_t world_begun(struct world *world)
{
    return world->begun;
}

size_t told_facts(const struct told *told, const char *cause, const char *detail)
{
    size_t count = 0;

    for (size_t i = 0; i < told->facts; i++) {
        size_t bytes = strlen(cause);
        const char *rest = told->fact[i] + bytes;
        if (strncmp(told->fact[i], cause, bytes) != 0 || *rest != ' ')
            continue;
        count += !detail || strstr(rest, detail) != NULL;
    }
    return count;
}

bool told_fact(const struct told *told, const char *cause, const char *detail)
{
    return told_facts(told, cause, detail) > 0;
}

/* --- life ---------------------------------------------------------------------------------------
 */

struct call_source *world_source(struct world *world)
{
    struct sip_peer peer = {.certificate_name = "", .certificate_fingerprint = ""};

    assert_int_equal(address_parse("127.0.0.1", 5060, &peer.address), STATUS_OK);
    return source_table_find(world->sources, &peer);
}

struct calls *world_calls(struct world *world)
{
    return world->calls;
}

struct world *world_create(unsigned ports)
{
    struct world *world = calloc(1, sizeof *world);
    struct source source = {.name = "pbx", .prefix_bits = 8};
    static unsigned next_port;

    assert_non_null(world);
    /* programs that run at the same time have neighbouring numbers, and ports of their own */
    if (!next_port)
        next_port = 26000 + (unsigned)getpid() % 8 * 700;
    pthread_mutex_init(&world->lock, NULL);
    pthread_cond_init(&world->changed, NULL);
    world->sink =
        (struct recording_sink){world, sink_begin,      sink_write, sink_document, sink_controlled,
                                NULL,  sink_sync_in_ms, sink_end,   sink_abort};
    world->config.calls_max = 10;
    assert_int_equal(address_parse("127.0.0.0", 0, &source.address), STATUS_OK);
    assert_int_equal(source_table_create(&world->sources), STATUS_OK);
    assert_int_equal(source_table_replace(world->sources, &source, 1), STATUS_OK);
    assert_int_equal(port_range_create((uint16_t)next_port, (uint16_t)(next_port + ports - 1),
                                       &world->ports, NULL),
                     STATUS_OK);
    next_port += ports;
    assert_int_equal(media_pool_create(1, NULL, &world->pool, NULL), STATUS_OK);
    static const struct audio_setup without_helpers = {.g729 = NULL};
    const struct calls_options options = {
        .config = &world->config,
        .ports = world->ports,
        .pool = world->pool,
        .decoders = &without_helpers,
        .sink = &world->sink,
        .sink_healthy = sink_healthy,
        .refuse = refuse,
        .refuse_context = world,
        .sources = world->sources,
    };
    assert_int_equal(calls_create(&options, &world->calls, NULL), STATUS_OK);
    calls_set_server(world->calls, &world->server);
    world->handler = calls_handler(world->calls);
    return world;
}

void world_destroy(struct world *owned_world)
{
    struct world *world = owned_world;

    for (size_t i = 0; i < world->dialogs; i++) {
        if (!world->dialog[i].ended)
            world_end(&world->dialog[i], SIP_CALL_SHUTDOWN);
    }
    calls_drain(world->calls, (mono_time){0});
    assert_true(calls_drained(world->calls, clock_mono_now()));
    assert_int_equal(world_source(world)->dialogs, 0);
    assert_int_equal(world_source(world)->recordings, 0);
    media_pool_destroy(world->pool);
    for (size_t i = 0; i < world->begun; i++)
        assert_true(world->told[i].ended || world->told[i].aborted);
    calls_destroy(world->calls);
    port_range_destroy(world->ports);
    source_table_destroy(world->sources);
    pthread_cond_destroy(&world->changed);
    pthread_mutex_destroy(&world->lock);
    free(world);
}
