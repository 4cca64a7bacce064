#include "sip/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sip/input.h"
#include "sip/server_private.h"

enum {
    /* powers of two; transactions of 32 s at some 100 calls a second, and the calls themselves */
    TRANSACTION_BUCKETS = 4096,
    CONNECTION_BUCKETS = 1024,
    CALL_BUCKETS = 4096,
    LINGER_MS = 1000,
};

static enum status stack_open(struct sip_server *server, struct fault *fault)
{
    int err = sip_alloc(&server->sip, NULL, CONNECTION_BUCKETS, TRANSACTION_BUCKETS,
                        CONNECTION_BUCKETS, server->options.software, NULL, NULL);
    if (!err)
        err = input_listen_first(server, request_seen);
    if (!err)
        err = sip_listen(&server->requests, server->sip, true, request_received, server);
    if (!err)
        err = sip_listen(&server->responses, server->sip, false, outgoing_response, server);
    if (!err)
        err = hash_alloc(&server->calls_by_id, CALL_BUCKETS);
    if (err)
        return fault_set(fault, err == ENOMEM ? STATUS_NOMEM : STATUS_IO, err, "SIP stack");
    return STATUS_OK;
}

/*
 * libre keeps its loop's state per thread once re_thread_init was called, and sizes the descriptor
 * table only once: so it is set before anything else.
 */
static enum status loop_open(struct fault *fault)
{
    int err = re_thread_init();

    if (err)
        return fault_set(fault, STATUS_IO, err, "this thread has a SIP server already");
    err = libre_init();
    if (!err)
        err = fd_setsize(BOUND_SIP_TCP_CONNECTIONS);
    if (!err)
        err = poll_method_set(METHOD_EPOLL);
    if (err) {
        libre_close();
        re_thread_close();
        return fault_set(fault, err == ENOMEM ? STATUS_NOMEM : STATUS_IO, err, "SIP event loop");
    }
    return STATUS_OK;
}

static void server_free(struct sip_server *server)
{
    deadline_cancel(&server->after_timer);
    deadline_cancel(&server->linger_timer);
    outgoing_forget_all(server);
    mem_deref(server->first);
    mem_deref(server->requests);
    mem_deref(server->responses);
    transport_close(server);
    mem_deref(server->sip);
    mem_deref(server->calls_by_id);
    mailbox_destroy(server->mailbox);
    deadlines_close(&server->deadlines);
    libre_close();
    re_thread_close();
    free(server);
}

enum status sip_server_create(const struct sip_server_options *options, struct sip_server **out,
                              struct fault *fault)
{
    if (options->listens + options->listens_tls == 0 || options->listens > SERVER_LISTENS_MAX ||
        options->listens_tls > SIP_LISTENS_MAX)
        return fault_set(fault, STATUS_INVALID, 0, "no SIP address to listen on, or more than %d",
                         SERVER_LISTENS_MAX);
    struct sip_server *server = calloc(1, sizeof *server);
    if (!server)
        return fault_set(fault, STATUS_NOMEM, 0, "SIP server");
    enum status status = loop_open(fault);
    if (status != STATUS_OK) {
        free(server);
        return status;
    }
    server->options = *options;
    server->t1_ms = options->t1_ms ? options->t1_ms : SERVER_T1_MS;
    server->tag_salt = rand_u64();
    (void)snprintf(server->probe_id, sizeof server->probe_id, "probe-%016llx",
                   (unsigned long long)rand_u64());
    status = deadlines_open(&server->deadlines, fault);
    if (status == STATUS_OK)
        status = mailbox_create(&server->mailbox, fault);
    if (status == STATUS_OK)
        status = stack_open(server, fault);
    if (status == STATUS_OK)
        status = transport_open(server, fault);
    if (status != STATUS_OK) {
        server_free(server);
        return status;
    }
    *out = server;
    return STATUS_OK;
}

static void linger_over(void *arg)
{
    (void)arg;
    re_cancel();
}

/* Calls are over for us; this gives their clients a moment to hear of it. */
static void linger(struct sip_server *server)
{
    if (!outgoing_has_bye(server))
        return;
    server->lingering = true;
    deadline_set(&server->deadlines, &server->linger_timer, LINGER_MS, linger_over, server);
    (void)re_main(NULL);
}

void sip_server_destroy(struct sip_server *owned_server)
{
    if (!owned_server)
        return;
    owned_server->closing = true;
    mailbox_drain(owned_server->mailbox);
    while (owned_server->calls.head)
        call_shut_down(list_ledata(owned_server->calls.head));
    linger(owned_server);
    server_free(owned_server);
}

enum status sip_server_run(struct sip_server *server, struct fault *fault)
{
    (void)server;
    int err = re_main(NULL);

    return err ? fault_set(fault, STATUS_IO, err, "SIP event loop") : STATUS_OK;
}

void sip_server_run_posted(struct sip_server *server, int wait_ms)
{
    mailbox_wait(server->mailbox, wait_ms);
    mailbox_drain(server->mailbox);
}

void sip_server_stop(struct sip_server *server)
{
    mailbox_stop_loop(server->mailbox);
}

void sip_server_post_letter(struct sip_server *server, struct sip_letter *letter)
{
    mailbox_post(server->mailbox, letter);
}

enum status sip_server_post(struct sip_server *server, void (*function)(void *arg), void *arg)
{
    struct sip_letter *letter = malloc(sizeof *letter);

    if (!letter)
        return STATUS_NOMEM;
    *letter = (struct sip_letter){.function = function, .arg = arg, .owned = true};
    mailbox_post(server->mailbox, letter);
    return STATUS_OK;
}

void sip_server_after(struct sip_server *server, unsigned delay_ms, void (*function)(void *arg),
                      void *arg)
{
    deadline_set(&server->deadlines, &server->after_timer, delay_ms, function, arg);
}

struct sockaddr_storage sip_server_address(const struct sip_server *server)
{
    return server->bound[0];
}

unsigned sip_server_calls(const struct sip_server *server)
{
    return server->call_count;
}
