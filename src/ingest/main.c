/* recorder-ingest: parses its arguments, wires the parts, runs, unwinds. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/config.h"
#include "base/descriptor.h"
#include "base/log.h"
#include "base/program.h"
#include "base/ready_file.h"
#include "ingest/calls.h"
#include "ingest/store_sink.h"
#include "net/address.h"

enum {
    SHUTDOWN_POLL_MS = 20,
    CALL_DESCRIPTORS = 2 + BOUND_CALL_STREAMS, /* file, tail, media sockets */
};

/* Everything that runs, in the order it is started. */
struct ingest {
    struct config *config;
    struct port_range *ports;
    struct store_sink *store;
    struct media_pool *pool;
    struct calls *calls;
    struct sip_server *server;
    sigset_t signals;
    pthread_t signal_thread;
    bool signal_thread_runs;
};

static bool sink_healthy(void *sink_context)
{
    return store_sink_healthy(sink_context);
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
        status = store_sink_create(config, &ingest->store, fault);
    if (status == STATUS_OK)
        status = media_pool_create(threads > 64 ? 64 : threads, &ingest->pool, fault);
    return status;
}

static enum status start_signalling(struct ingest *ingest, struct fault *fault)
{
    const struct calls_options calls = {
        .config = ingest->config,
        .ports = ingest->ports,
        .pool = ingest->pool,
        .sink = store_sink_interface(ingest->store),
        .sink_healthy = sink_healthy,
    };
    struct sip_server_options options = {
        .listens = 1,
        .software = "business-recorder/" RECORDER_VERSION,
        .calls_max = (unsigned)ingest->config->calls_max,
        .retry_after_s = CALLS_RETRY_AFTER_S,
    };

    if (address_parse(ingest->config->sip_listen, 5060, &options.listen[0]) != STATUS_OK)
        return fault_set(fault, STATUS_INVALID, 0,
                         "configuration: sip_listen \"%s\" is not ADDRESS:PORT",
                         ingest->config->sip_listen);
    enum status status = calls_create(&calls, &ingest->calls, fault);
    if (status != STATUS_OK)
        return status;
    options.handler = calls_handler(ingest->calls);
    status = sip_server_create(&options, &ingest->server, fault);
    if (status == STATUS_OK)
        calls_set_server(ingest->calls, ingest->server);
    return status;
}

/* On the signalling thread: calls whose recording is being made durable are waited for. */
static void shut_down(void *arg)
{
    struct ingest *ingest = arg;

    calls_refuse_new(ingest->calls);
    if (calls_beginning(ingest->calls))
        sip_server_after(ingest->server, SHUTDOWN_POLL_MS, shut_down, ingest);
    else
        sip_server_stop(ingest->server);
}

static void *wait_for_signal(void *arg)
{
    struct ingest *ingest = arg;
    int received = 0;

    (void)sigwait(&ingest->signals, &received);
    log_event(LOG_INFO, "stopping", "signal=%d", received);
    if (sip_server_post(ingest->server, shut_down, ingest) != STATUS_OK)
        sip_server_stop(ingest->server);
    return NULL;
}

static enum status start_signals(struct ingest *ingest, struct fault *fault)
{
    int failed = pthread_create(&ingest->signal_thread, NULL, wait_for_signal, ingest);

    if (failed)
        return fault_set(fault, STATUS_IO, failed, "start the signal thread");
    ingest->signal_thread_runs = true;
    return STATUS_OK;
}

static enum status announce(struct ingest *ingest, const char *ready_file, struct fault *fault)
{
    const struct sockaddr_storage address = sip_server_address(ingest->server);
    char text[ADDRESS_TEXT_BYTES];
    char line[ADDRESS_TEXT_BYTES + 16];

    address_format(&address, true, text);
    (void)snprintf(line, sizeof line, "{\"sip\":\"%s\"}", text);
    log_event(LOG_INFO, "ready", "sip=%s version=" RECORDER_VERSION, text);
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
        status = start_signalling(ingest, fault);
    if (status == STATUS_OK)
        status = start_signals(ingest, fault);
    if (status == STATUS_OK)
        status = announce(ingest, arguments->ready_file, fault);
    return status;
}

/* Last started, first ended: no packet comes after its recording, no page after its file. */
static void unwind(struct ingest *ingest)
{
    if (ingest->signal_thread_runs) {
        (void)pthread_cancel(ingest->signal_thread);
        (void)pthread_join(ingest->signal_thread, NULL);
    }
    sip_server_destroy(ingest->server);
    calls_destroy(ingest->calls);
    media_pool_destroy(ingest->pool);
    store_sink_destroy(ingest->store);
    port_range_destroy(ingest->ports);
    config_destroy(ingest->config);
}

int main(int argc, char **argv)
{
    struct program_arguments arguments;
    struct ingest ingest = {0};
    struct fault fault = {0};
    int early =
        program_arguments_read(argc, argv, "recorder-ingest",
                               "Takes calls from PBXs and SBCs (SIPREC), records and seals them.",
                               "with the SIP address once calls are taken", &arguments);

    if (early != PROGRAM_GO_ON)
        return early;
    log_open("recorder-ingest", LOG_INFO);
    enum status status = program_prepare(&ingest.signals, &fault);
    if (status == STATUS_OK)
        status = start(&ingest, &arguments, &fault);
    if (status == STATUS_OK)
        status = sip_server_run(ingest.server, &fault);
    if (status != STATUS_OK)
        (void)fprintf(stderr, "recorder-ingest: %s\n", fault.text);
    unwind(&ingest);
    return status == STATUS_OK ? PROGRAM_EXIT_DONE : PROGRAM_EXIT_SYSTEM;
}
