/* recorder-ingest: parses its arguments, wires the parts, runs, unwinds. */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "audio/codec.h"
#include "audio/g729_service.h"
#include "base/config.h"
#include "base/descriptor.h"
#include "base/log.h"
#include "base/process.h"
#include "base/program.h"
#include "base/ready_file.h"
#include "ingest/admission.h"
#include "ingest/calls.h"
#include "ingest/space_watch.h"
#include "ingest/store_sink.h"
#include "net/address.h"

enum {
    LOOK_MS = 1000,
    DRAIN_LOOK_MS = 20,
    /* file, tail, and RTP and RTCP sockets of two streams: few calls have more */
    CALL_DESCRIPTORS = 2 + 2 * 2,
    SIP_PORT = 5060,
    SIP_TLS_PORT = 5061,
};

/* Everything that runs, in the order it is started. */
struct ingest {
    struct config *config;
    struct audio_setup decoders;
    struct port_range *ports;
    struct space_watch *space;
    struct store_sink *store;
    struct media_pool *pool;
    struct source_table *sources;
    struct source_watch *watch;
    struct calls *calls;
    struct store_listener listener; /* of the store: the calls */
    struct sip_server *server;
    sigset_t signals;
    pthread_t signal_thread;
    bool signal_thread_runs;
    atomic_bool unwinding; /* tells the signal thread that the signal it gets is ours */
    bool draining;
};

static bool sink_healthy(void *sink_context)
{
    return store_sink_healthy(sink_context);
}

static void refuse_request(void *refuse_context, int64_t request)
{
    store_sink_refuse(refuse_context, request);
}

/* A build without the helper records no G.729, and its calls are offered nothing of it. */
static enum status start_decoders(struct ingest *ingest, struct fault *fault)
{
    enum status status = g729_service_create(NULL, &ingest->decoders.g729, fault);

    if (status != STATUS_NOT_FOUND)
        return status;
    log_event(LOG_INFO, "codec.without_g729", "reason=\"%s\"", fault->text);
    fault_clear(fault);
    return STATUS_OK;
}

static enum status start_media(struct ingest *ingest, struct fault *fault)
{
    const struct config *config = ingest->config;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned threads =
        config->media_threads ? (unsigned)config->media_threads : (unsigned)(cores > 0 ? cores : 1);

    enum status status = port_range_create((uint16_t)config->rtp_port_first,
                                           (uint16_t)config->rtp_port_last, &ingest->ports, fault);
    if (status == STATUS_OK)
        status = space_watch_create(&disk_system, config, &ingest->space, fault);
    if (status == STATUS_OK)
        status = store_sink_create(space_watch_disk(ingest->space), config, &ingest->store, fault);
    if (status == STATUS_OK)
        status = space_watch_start(ingest->space, fault);
    if (status == STATUS_OK)
        status = start_decoders(ingest, fault);
    if (status == STATUS_OK)
        status =
            media_pool_create(threads > 64 ? 64 : threads, &ingest->decoders, &ingest->pool, fault);
    return status;
}

static enum status start_sources(struct ingest *ingest, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];

    (void)snprintf(path, sizeof path, "%s/index.sqlite", ingest->config->store);
    if (source_table_create(&ingest->sources) != STATUS_OK)
        return fault_set(fault, STATUS_NOMEM, 0, "start: out of memory");
    return source_watch_open(path, ingest->sources, &ingest->watch, fault);
}

static enum status start_calls(struct ingest *ingest, struct fault *fault)
{
    const struct calls_options options = {
        .config = ingest->config,
        .ports = ingest->ports,
        .pool = ingest->pool,
        .decoders = &ingest->decoders,
        .sink = store_sink_interface(ingest->store),
        .sink_healthy = sink_healthy,
        .space = ingest->space,
        .refuse = refuse_request,
        .refuse_context = ingest->store,
        .sources = ingest->sources,
        .watch = ingest->watch,
    };

    return calls_create(&options, &ingest->calls, fault);
}

static_assert((int)CONFIG_LIST_MAX <= (int)SIP_LISTENS_MAX,
              "every address of the list has its place");

static enum status take_listens(const struct config_list *list, const char *name,
                                uint16_t default_port, struct sockaddr_storage *listens,
                                size_t *count, struct fault *fault)
{
    for (size_t i = 0; i < list->count; i++) {
        if (address_parse(list->item[i], default_port, &listens[i]) != STATUS_OK)
            return fault_set(fault, STATUS_INVALID, 0,
                             "configuration: %s \"%s\" is not ADDRESS:PORT", name, list->item[i]);
    }
    *count = list->count;
    return STATUS_OK;
}

static struct sip_tls_options tls_options(const struct config *config)
{
    return (struct sip_tls_options){
        .certificate = config->sip_tls_certificate,
        .key = config->sip_tls_key,
        .client_ca = config->sip_tls_client_ca,
        .client_required = config->sip_tls_client_required,
    };
}

static enum status start_signalling(struct ingest *ingest, struct fault *fault)
{
    const struct config *config = ingest->config;
    struct sip_server_options options = {
        .tls = tls_options(config),
        .software = "business-recorder/" RECORDER_VERSION,
        .calls_max = (unsigned)config->calls_max,
        .retry_after_s = ADMISSION_RETRY_S,
        .timer = {.min_se_s = (unsigned)config->session_min_se_s,
                  .session_expires_s = (unsigned)config->session_expires_s},
    };

    enum status status = take_listens(&config->sip_listen, "sip_listen", SIP_PORT, options.listen,
                                      &options.listens, fault);
    if (status == STATUS_OK)
        status = take_listens(&config->sip_listen_tls, "sip_listen_tls", SIP_TLS_PORT,
                              options.listen_tls, &options.listens_tls, fault);
    if (status == STATUS_OK && options.listens + options.listens_tls == 0)
        status = fault_set(fault, STATUS_INVALID, 0,
                           "configuration: neither sip_listen nor sip_listen_tls names an address");
    if (status == STATUS_OK)
        status = start_calls(ingest, fault);
    if (status != STATUS_OK)
        return status;
    options.handler = calls_handler(ingest->calls);
    status = sip_server_create(&options, &ingest->server, fault);
    if (status != STATUS_OK)
        return status;
    calls_set_server(ingest->calls, ingest->server);
    ingest->listener = (struct store_listener){ingest->calls, calls_asked};
    store_sink_listen(ingest->store, &ingest->listener);
    return STATUS_OK;
}

/* --- what happens by itself and by signals, on the signalling thread ----------------------------
 */

static void look(void *arg)
{
    struct ingest *ingest = arg;
    mono_time now = clock_mono_now();

    calls_look(ingest->calls, now);
    if (calls_drained(ingest->calls, now))
        sip_server_stop(ingest->server);
    else
        sip_server_after(ingest->server, ingest->draining ? DRAIN_LOOK_MS : LOOK_MS, look, ingest);
}

/* A second signal to stop means: now. */
static void drain(void *arg)
{
    struct ingest *ingest = arg;
    int64_t drain_s = ingest->draining ? 0 : ingest->config->drain_s;

    ingest->draining = true;
    calls_drain(ingest->calls, (mono_time){clock_mono_now().ns + drain_s * CLOCK_NS_PER_S});
    look(ingest);
}

static void reload_certificate(void *arg)
{
    struct ingest *ingest = arg;
    const struct sip_tls_options tls = tls_options(ingest->config);
    struct fault fault = {0};

    if (!ingest->config->sip_listen_tls.count)
        return;
    if (sip_server_reload_tls(ingest->server, &tls, &fault) == STATUS_OK)
        log_event(LOG_INFO, "tls.reloaded", "");
    else
        log_event(LOG_ERROR, "tls.not_reloaded", "reason=\"%s\"", fault.text);
}

static void *wait_for_signals(void *arg)
{
    struct ingest *ingest = arg;
    int received = 0;

    for (;;) {
        (void)sigwait(&ingest->signals, &received);
        if (atomic_load(&ingest->unwinding))
            return NULL;
        bool stops = received != SIGHUP;
        log_event(LOG_INFO, stops ? "stopping" : "reloading", "signal=%d", received);
        if (sip_server_post(ingest->server, stops ? drain : reload_certificate, ingest) ==
            STATUS_OK)
            continue;
        if (stops)
            sip_server_stop(ingest->server);
        else
            log_event(LOG_ERROR, "tls.not_reloaded", "reason=\"out of memory\"");
    }
}

/* While there is but one thread, so that all inherit it. */
static enum status also_reload_by_signal(struct ingest *ingest, struct fault *fault)
{
    (void)sigaddset(&ingest->signals, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &ingest->signals, NULL) != 0)
        return fault_set(fault, STATUS_IO, errno, "block signals");
    return STATUS_OK;
}

static enum status start_signals(struct ingest *ingest, struct fault *fault)
{
    int failed = pthread_create(&ingest->signal_thread, NULL, wait_for_signals, ingest);

    if (failed)
        return fault_set(fault, STATUS_IO, failed, "start the signal thread");
    ingest->signal_thread_runs = true;
    return STATUS_OK;
}

/* "" where it listens nowhere. */
static void format_listen(const struct sockaddr_storage *address,
                          char text[static ADDRESS_TEXT_BYTES])
{
    text[0] = '\0';
    if (address->ss_family != AF_UNSPEC)
        address_format(address, true, text);
}

static enum status announce(struct ingest *ingest, const char *ready_file, struct fault *fault)
{
    const struct sockaddr_storage address = sip_server_address(ingest->server);
    const struct sockaddr_storage tls = sip_server_tls_address(ingest->server);
    char text[ADDRESS_TEXT_BYTES];
    char tls_text[ADDRESS_TEXT_BYTES];
    char line[2 * ADDRESS_TEXT_BYTES + 32];

    format_listen(&address, text);
    format_listen(&tls, tls_text);
    (void)snprintf(line, sizeof line, "{\"sip\":\"%s\",\"sip_tls\":\"%s\"}", text, tls_text);
    log_event(LOG_INFO, "ready", "sip=%s sip_tls=%s version=" RECORDER_VERSION, text, tls_text);
    return ready_file_write(ready_file, line, fault);
}

/* Every call needs descriptors above signalling's; better told at the start than by each call. */
static enum status raise_limits(const struct config *config, struct fault *fault)
{
    unsigned long limit;
    unsigned long wanted =
        DESCRIPTOR_SIGNALLING_MAX + (unsigned long)config->calls_max * CALL_DESCRIPTORS;

    enum status status = descriptor_limit_raise(&limit, fault);
    if (status != STATUS_OK)
        return status;
    if (limit < DESCRIPTOR_SIGNALLING_MAX + CALL_DESCRIPTORS)
        return fault_set(fault, STATUS_LIMIT, 0,
                         "the limit on open files is %lu, too low for one call: raise it to %lu "
                         "(LimitNOFILE)",
                         limit, wanted);
    if (limit < wanted)
        log_event(LOG_WARNING, "limit.descriptors", "limit=%lu wanted=%lu", limit, wanted);
    return STATUS_OK;
}

static enum status start(struct ingest *ingest, const struct program_arguments *arguments,
                         struct fault *fault)
{
    enum status status = config_load(arguments->config, &ingest->config, fault);
    if (status == STATUS_OK)
        status = raise_limits(ingest->config, fault);
    if (status == STATUS_OK)
        status = start_media(ingest, fault);
    if (status == STATUS_OK)
        status = start_sources(ingest, fault);
    if (status == STATUS_OK)
        status = start_signalling(ingest, fault);
    if (status == STATUS_OK)
        status = start_signals(ingest, fault);
    if (status == STATUS_OK)
        status = announce(ingest, arguments->ready_file, fault);
    if (status == STATUS_OK)
        look(ingest);
    return status;
}

/* Last started, first ended: no packet comes after its recording, no page after its file. */
static void unwind(struct ingest *ingest)
{
    if (ingest->signal_thread_runs) {
        atomic_store(&ingest->unwinding, true);
        (void)pthread_kill(ingest->signal_thread, SIGHUP);
        (void)pthread_join(ingest->signal_thread, NULL);
    }
    if (ingest->calls)
        calls_settle(ingest->calls);
    if (ingest->store) /* what it has handed on by now is carried out, or refused, below */
        store_sink_listen(ingest->store, NULL);
    sip_server_destroy(ingest->server);
    calls_destroy(ingest->calls);
    source_watch_close(ingest->watch);
    source_table_destroy(ingest->sources);
    media_pool_destroy(ingest->pool);
    g729_service_destroy(ingest->decoders.g729);
    store_sink_destroy(ingest->store);
    space_watch_destroy(ingest->space);
    port_range_destroy(ingest->ports);
    config_destroy(ingest->config);
}

int main(int argc, char **argv)
{
    struct program_arguments arguments;
    struct ingest ingest = {0};
    struct fault fault = {0};
    enum status status = process_protect(&fault);
    int early =
        program_arguments_read(argc, argv, "recorder-ingest",
                               "Takes calls from PBXs and SBCs (SIPREC), records and seals them.",
                               "with the SIP address once calls are taken", &arguments);

    if (early != PROGRAM_GO_ON)
        return early;
    log_open("recorder-ingest", LOG_INFO);
    if (status == STATUS_OK)
        status = program_prepare(&ingest.signals, &fault);
    if (status == STATUS_OK)
        status = also_reload_by_signal(&ingest, &fault);
    if (status == STATUS_OK)
        status = start(&ingest, &arguments, &fault);
    if (status == STATUS_OK)
        status = sip_server_run(ingest.server, &fault);
    if (status != STATUS_OK)
        (void)fprintf(stderr, "recorder-ingest: %s\n", fault.text);
    unwind(&ingest);
    return status == STATUS_OK ? PROGRAM_EXIT_DONE : PROGRAM_EXIT_SYSTEM;
}
