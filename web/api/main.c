/* recorder-web: parses its arguments, wires the parts, runs, unwinds. */
#include <signal.h>
#include <sodium.h>
#include <stdio.h>

#include "base/config.h"
#include "base/descriptor.h"
#include "base/log.h"
#include "base/process.h"
#include "base/program.h"
#include "base/ready_file.h"
#include "net/address.h"
#include "web/api/service.h"

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

static enum status announce(const struct program_arguments *options, const char *http,
                            struct fault *fault)
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

static enum status serve(const struct program_arguments *options, const struct config *config,
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

int main(int argc, char **argv)
{
    struct program_arguments arguments;
    struct config *config = NULL;
    struct fault fault = {0};
    unsigned long descriptors;
    sigset_t signals;
    enum status status = process_protect(&fault);
    int early = program_arguments_read(
        argc, argv, "recorder-web",
        "Serves the portal and its interface, and the recordings to whom they belong.",
        "with the base address once requests are answered", &arguments);

    if (early != PROGRAM_GO_ON)
        return early;
    log_open("recorder-web", LOG_INFO);
    if (status == STATUS_OK)
        status = program_prepare(&signals, &fault);
    if (status == STATUS_OK && sodium_init() < 0)
        status = fault_set(&fault, STATUS_IO, 0, "prepare libsodium");
    if (status == STATUS_OK)
        status = descriptor_limit_raise(&descriptors, &fault);
    if (status == STATUS_OK)
        status = config_load(arguments.config, &config, &fault);
    if (status == STATUS_OK)
        status = serve(&arguments, config, &signals, &fault);
    if (status != STATUS_OK)
        (void)fprintf(stderr, "recorder-web: %s\n", fault.text);
    config_destroy(config);
    return status == STATUS_OK ? PROGRAM_EXIT_DONE : PROGRAM_EXIT_SYSTEM;
}
