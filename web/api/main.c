/*
 * recorder-web: serves the portal and the HTTP interface from a store.
 *
 * usage: recorder-web --config FILE [--ready-file FILE]
 * exit: 0 stopped by a signal, 1 could not start, 2 wrong usage.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/config.h"
#include "base/descriptor.h"
#include "base/log.h"
#include "base/ready_file.h"
#include "net/address.h"
#include "web/api/service.h"

enum { EXIT_USAGE = 2 };

struct options {
    const char *config;
    const char *ready_file; /* NULL: none */
};

static int usage(void)
{
    (void)fputs("usage: recorder-web --config FILE [--ready-file FILE]\n", stderr);
    return EXIT_USAGE;
}

static enum status parse_options(int argc, char **argv, struct options *options)
{
    static const struct option known[] = {
        {"config", required_argument, NULL, 'c'},
        {"ready-file", required_argument, NULL, 'r'},
        {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == 'c')
            options->config = optarg;
        else if (option == 'r')
            options->ready_file = optarg;
        else
            return STATUS_INVALID;
    }
    return options->config && optind == argc ? STATUS_OK : STATUS_INVALID;
}

/* The address people can open: a server on all addresses is reached on this machine's own. */
static void base_address(const struct config *config, uint16_t port, char *text, size_t text_bytes)
{
    struct sockaddr_storage address = {0};
    char host[ADDRESS_TEXT_BYTES];

    /* service_start has read the same text. */
    if (address_parse(config->http_listen, port, &address) != STATUS_OK)
        return;
    if (address_is_any(&address) &&
        address_parse(address.ss_family == AF_INET6 ? "[::1]" : "127.0.0.1", port, &address) !=
            STATUS_OK)
        return;
    address_set_port(&address, port);
    address_format(&address, true, host);
    (void)snprintf(text, text_bytes, "http://%s", host);
}

static enum status announce(const struct options *options, const char *http, struct fault *fault)
{
    char line[ADDRESS_TEXT_BYTES + 32];

    (void)snprintf(line, sizeof line, "{\"http\":\"%s\"}", http);
    return ready_file_write(options->ready_file, line, fault);
}

/* Until SIGTERM or SIGINT. */
static void run(struct service *service, const sigset_t *signals)
{
    static const struct timespec second = {.tv_sec = 1};
    int signal_number;

    do {
        signal_number = sigtimedwait(signals, NULL, &second);
        service_tick(service, clock_mono_now());
    } while (signal_number < 0);
    log_event(LOG_INFO, "web.stopping", "signal=%d", signal_number);
}

static enum status serve(const struct options *options, const struct config *config,
                         const sigset_t *signals, struct fault *fault)
{
    struct service *service = NULL;
    char http[ADDRESS_TEXT_BYTES + 16] = "";
    enum status status = service_start(config, &service, fault);

    if (status != STATUS_OK)
        return status;
    base_address(config, service_port(service), http, sizeof http);
    log_event(LOG_INFO, "web.ready", "http=%s", http);
    status = announce(options, http, fault);
    if (status == STATUS_OK)
        run(service, signals);
    service_stop(service);
    return status;
}

/* Signals are taken by sigtimedwait alone; every thread inherits the mask. Private keys must not
 * end up in a core dump. */
static enum status prepare(sigset_t *signals, struct fault *fault)
{
    static const struct rlimit no_core = {0};
    unsigned long descriptors = 0;

    (void)sigemptyset(signals);
    (void)sigaddset(signals, SIGTERM);
    (void)sigaddset(signals, SIGINT);
    if (sigprocmask(SIG_BLOCK, signals, NULL) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        return fault_set(fault, STATUS_IO, errno, "block signals");
    (void)setrlimit(RLIMIT_CORE, &no_core);
    if (sodium_init() < 0)
        return fault_set(fault, STATUS_IO, 0, "prepare libsodium");
    return descriptor_limit_raise(&descriptors, fault);
}

int main(int argc, char **argv)
{
    struct options options = {0};
    struct config *config = NULL;
    struct fault fault = {0};
    sigset_t signals;

    if (parse_options(argc, argv, &options) != STATUS_OK)
        return usage();
    log_open("recorder-web", LOG_INFO);
    enum status status = prepare(&signals, &fault);
    if (status == STATUS_OK)
        status = config_load(options.config, &config, &fault);
    if (status == STATUS_OK)
        status = serve(&options, config, &signals, &fault);
    if (status != STATUS_OK)
        log_event(LOG_ERROR, "web.failed", "cause=\"%s\"", fault.text);
    config_destroy(config);
    return status == STATUS_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
