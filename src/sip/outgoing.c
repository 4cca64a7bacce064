#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/address.h"
#include "sip/message.h"
#include "sip/server_private.h"

enum { BRANCH_BYTES = 32 };

enum request_step {
    REQUEST_CALLING,    /* repeated over UDP */
    REQUEST_PROCEEDING, /* a provisional answer came */
    REQUEST_COMPLETED,  /* INVITE alone: over, but its answer may come again, or late */
};

/* A client transaction (RFC 3261 section 17.1). In server->sent. */
struct outgoing_request {
    struct le in_list;
    struct le in_call; /* call->pending, while call is set */
    struct sip_server *server;
    struct sip_call *call; /* NULL: nobody waits */
    void (*answered)(struct sip_call *call, const struct sip_msg *response);
    const char *method;
    bool invite;
    enum request_step step;
    char branch[BRANCH_BYTES];
    struct mbuf *request;
    struct mbuf *ack; /* INVITE: sent for its final answer; NULL before */
    struct sa ack_target;
    struct sa source; /* where the call's INVITE came from */
    struct sa target;
    enum sip_transp transport;
    void *sock;
    struct deadline timer;
    unsigned interval_ms;
    mono_time since; /* when it was sent, or heard of last */
};

/* --- sending --- */

static void request_free(struct outgoing_request *request)
{
    deadline_cancel(&request->timer);
    list_unlink(&request->in_list);
    list_unlink(&request->in_call);
    mem_deref(request->request);
    mem_deref(request->ack);
    mem_deref(request->sock);
    free(request);
}

static bool is_bye(const struct outgoing_request *request)
{
    return strcmp(request->method, "BYE") == 0;
}

bool outgoing_has_bye(const struct sip_server *server)
{
    for (const struct le *le = server->sent.head; le; le = le->next) {
        if (is_bye(le->data))
            return true;
    }
    return false;
}

static void transmit(const struct outgoing_request *request, const struct sa *target,
                     struct mbuf *text)
{
    (void)sip_send(request->server->sip, request->sock, request->transport, target, text);
}

/*
 * Over: by a final answer, or by none in time. An INVITE stays for a while to acknowledge answers
 * that come again or late; whoever waits is told last, as he may end the call.
 */
static void request_over(struct outgoing_request *request, const struct sip_msg *response)
{
    struct sip_server *server = request->server;
    struct sip_call *call = request->call;
    void (*answered)(struct sip_call *, const struct sip_msg *) = request->answered;

    request->call = NULL;
    list_unlink(&request->in_call);
    if (request->invite)
        request->step = REQUEST_COMPLETED;
    else
        request_free(request);
    if (server->lingering && !outgoing_has_bye(server))
        re_cancel();
    if (call && answered)
        answered(call, response);
}

static void request_timer(void *arg);

static void request_wait(struct outgoing_request *request, unsigned delay_ms)
{
    deadline_set(&request->server->deadlines, &request->timer, delay_ms, request_timer, request);
}

/* Timers A and B, E and F, D; over TCP it is only waited for (RFC 3261 sections 17.1.1, 17.1.2). */
static void request_timer(void *arg)
{
    struct outgoing_request *request = arg;
    unsigned t1_ms = request->server->t1_ms;
    unsigned longest_ms = t1_ms * SERVER_T2_FACTOR;
    int64_t waited_ms = (clock_mono_now().ns - request->since.ns) / CLOCK_NS_PER_MS;

    if (request->step == REQUEST_COMPLETED) {
        request_free(request);
        return;
    }
    if (waited_ms >= (int64_t)t1_ms * SERVER_WAIT_FACTOR) {
        if (request->invite)
            request_wait(request, t1_ms * SERVER_WAIT_FACTOR);
        request_over(request, NULL);
        return;
    }
    if (request->transport == SIP_TRANSP_UDP &&
        (request->step == REQUEST_CALLING || !request->invite))
        transmit(request, &request->target, request->request);
    request->interval_ms *= 2;
    if (request->interval_ms > longest_ms)
        request->interval_ms = longest_ms;
    request_wait(request, request->interval_ms);
}

static void branch_draw(char branch[static BRANCH_BYTES])
{
    (void)snprintf(branch, BRANCH_BYTES, "z9hG4bK%016llx", (unsigned long long)rand_u64());
}

static int request_write(struct sip_call *call, const struct outgoing_message *message,
                         const char *branch, struct mbuf *request)
{
    char host[ADDRESS_TEXT_BYTES];
    const char *software = call->server->options.software;
    int err;

    address_format(&call->identity.local, true, host);
    err = mbuf_printf(request,
                      "%s %s SIP/2.0\r\nVia: SIP/2.0/%s %s;branch=%s;rport\r\n"
                      "Max-Forwards: 70\r\n%sCSeq: %u %s\r\n",
                      message->method, call->remote_target, sip_transp_name(call->transport), host,
                      branch, call->request_headers, call->next_cseq, message->method);
    if (software)
        err |= mbuf_printf(request, "User-Agent: %s\r\n", software);
    err |= mbuf_printf(request, "%sContent-Length: %zu\r\n\r\n", message->headers,
                       message->body.bytes);
    if (message->body.bytes > 0)
        err |= mbuf_write_mem(request, (const uint8_t *)message->body.text, message->body.bytes);
    request->pos = 0;
    return err;
}

bool outgoing_send(struct sip_call *call, const struct outgoing_message *message)
{
    struct sip_server *server = call->server;
    struct outgoing_request *request = calloc(1, sizeof *request);
    struct pl hop;

    if (!request)
        return false;
    request->server = server;
    request->method = message->method;
    request->invite = strcmp(message->method, "INVITE") == 0;
    branch_draw(request->branch);
    pl_set_str(&hop, call->first_route ? call->first_route : call->remote_target);
    request->source = call->source;
    request->target = target_hop(&call->source, &hop);
    request->transport = call->transport;
    request->sock = mem_ref(call->sock);
    request->request = mbuf_alloc(1024);
    if (!request->request || request_write(call, message, request->branch, request->request)) {
        request_free(request);
        return false;
    }
    call->next_cseq++;
    list_append(&server->sent, &request->in_list, request);
    if (message->answered) {
        request->call = call;
        request->answered = message->answered;
        list_append(&call->pending, &request->in_call, request);
    }
    request->since = clock_mono_now();
    request->interval_ms = server->t1_ms;
    request_wait(request, request->interval_ms);
    transmit(request, &request->target, request->request);
    return true;
}

bool outgoing_is_offering(const struct sip_call *call)
{
    for (const struct le *le = call->pending.head; le; le = le->next) {
        const struct outgoing_request *request = le->data;
        if (request->invite)
            return true;
    }
    return false;
}

void outgoing_detach(struct sip_call *call)
{
    struct le *le = call->pending.head;

    while (le) {
        struct outgoing_request *request = le->data;
        le = le->next;
        list_unlink(&request->in_call);
        request->call = NULL;
        if (!request->invite)
            request_free(request);
    }
}

void outgoing_forget_all(struct sip_server *server)
{
    struct le *le = server->sent.head;

    while (le) {
        struct le *next = le->next;
        request_free(le->data);
        le = next;
    }
}

/* --- answers --- */

static bool route_copy(const struct sip_hdr *hdr, const struct sip_msg *msg, void *arg)
{
    (void)msg;
    return mbuf_printf(arg, "Route: %r\r\n", &hdr->val) != 0;
}

/*
 * The ACK, from our request as it was sent and its answer: of the same transaction for a refusal
 * (RFC 3261 section 17.1.1.3), one of its own to the new target for a 2xx (section 13.2.2.4).
 */
static int ack_write(const struct sip_msg *own, const struct sip_msg *response,
                     const struct pl *uri, struct mbuf *ack)
{
    struct pl sent_by = own->via.sentby;
    char branch[BRANCH_BYTES];
    int err = mbuf_printf(ack, "ACK %r SIP/2.0\r\n", uri);

    if (response->scode < 300) {
        branch_draw(branch);
        err |= mbuf_printf(ack, "Via: SIP/2.0/%s %r;branch=%s;rport\r\n",
                           sip_transp_name(own->via.tp), &sent_by, branch);
    } else {
        err |= mbuf_printf(ack, "Via: %r\r\n", &own->via.val);
    }
    err |= mbuf_write_str(ack, "Max-Forwards: 70\r\n");
    err |= sip_msg_hdr_apply(own, true, SIP_HDR_ROUTE, route_copy, ack) ? ENOMEM : 0;
    err |= mbuf_printf(ack,
                       "To: %r\r\nFrom: %r\r\nCall-ID: %r\r\nCSeq: %u ACK\r\n"
                       "Content-Length: 0\r\n\r\n",
                       &response->to.val, &own->from.val, &own->callid, own->cseq.num);
    ack->pos = 0;
    return err;
}

static void acknowledge(struct outgoing_request *request, const struct sip_msg *response)
{
    struct sip_msg *own = NULL;
    struct mbuf *ack = mbuf_alloc(1024);
    struct pl uri;

    if (!ack)
        return;
    int err = sip_msg_decode(&own, request->request);
    request->request->pos = 0;
    if (err)
        goto out;
    if (response->scode >= 300 || !target_contact(response, &uri))
        uri = own->ruri;
    request->ack_target = sip_msg_hdr(own, SIP_HDR_ROUTE) || response->scode >= 300
                              ? request->target
                              : target_hop(&request->source, &uri);
    if (ack_write(own, response, &uri, ack))
        goto out;
    request->ack = mem_ref(ack);
    transmit(request, &request->ack_target, request->ack);
out:
    mem_deref(own);
    mem_deref(ack);
}

static void response_take(struct outgoing_request *request, const struct sip_msg *msg)
{
    bool first = request->step != REQUEST_COMPLETED;

    if (msg->scode < 200) {
        if (first) {
            request->step = REQUEST_PROCEEDING;
            request->since = clock_mono_now();
        }
        return;
    }
    if (!request->invite) {
        request_over(request, msg);
        return;
    }
    if (request->ack) {
        transmit(request, &request->ack_target, request->ack);
        return;
    }
    acknowledge(request, msg);
    if (first) {
        request_wait(request, request->server->t1_ms * SERVER_WAIT_FACTOR);
        request_over(request, msg);
    }
}

bool outgoing_response(const struct sip_msg *msg, void *arg)
{
    struct sip_server *server = arg;

    for (struct le *le = server->sent.head; le; le = le->next) {
        struct outgoing_request *request = le->data;
        if (pl_strcmp(&msg->via.branch, request->branch) == 0 &&
            pl_strcmp(&msg->cseq.met, request->method) == 0) {
            response_take(request, msg);
            break;
        }
    }
    /* others answer nothing of ours: libre would print each of them */
    return true;
}
