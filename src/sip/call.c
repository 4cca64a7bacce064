#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/address.h"
#include "sip/message.h"
#include "sip/reply.h"
#include "sip/server_private.h"

enum {
    ANSWER_BYTES = 32768, /* of an SDP answer; with its headers it still fits one datagram */
    HEADERS_BYTES = 512,
};

/* --- life --- */

static void call_free(struct sip_call *call)
{
    deadline_cancel(&call->timer);
    mem_deref(call->transaction);
    mem_deref(call->dialog);
    mem_deref(call->invite);
    mem_deref(call->unacknowledged);
    mem_deref(call->answer);
    bytes_deinit(&call->last_answer);
    for (size_t i = 0; i < sizeof call->texts / sizeof call->texts[0]; i++)
        free(call->texts[i]);
    mem_deref(call->sock);
    mem_deref(call->bye_headers);
    mem_deref(call->first_route);
    mem_deref(call->remote_target);
    free(call->offer);
    free(call);
}

void call_hold(struct sip_call *call)
{
    call->users++;
}

void call_release(struct sip_call *call)
{
    call->users--;
    if (call->users == 0 && call->state == CALL_ENDED)
        call_free(call);
}

void call_end(struct sip_call *call, enum sip_call_end why)
{
    struct sip_server *server = call->server;
    const struct sip_server_handler *handler = &server->options.handler;

    call_hold(call);
    call->state = CALL_ENDED;
    deadline_cancel(&call->timer);
    list_unlink(&call->in_list);
    hash_unlink(&call->in_hash);
    server->call_count--;
    handler->end(handler->context, call->context, why);
    call_release(call);
}

static void cancel_received(void *arg)
{
    struct sip_call *call = arg;

    (void)sip_treply(&call->transaction, call->server->sip, call->invite, 487,
                     "Request Terminated");
    call_end(call, SIP_CALL_CANCELLED);
}

static bool identity_fill(struct sip_call *call, const struct sip_msg *msg)
{
    const struct text_span texts[] = {message_span(msg->callid), message_span(msg->from.auri),
                                      message_span(msg->to.auri),
                                      message_header_value(msg, &MESSAGE_USER_AGENT)};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        call->texts[i] = message_copy_text(texts[i]);
        if (!call->texts[i])
            return false;
    }
    call->identity = (struct sip_call_identity){.call_id = call->texts[0],
                                                .from_uri = call->texts[1],
                                                .to_uri = call->texts[2],
                                                .user_agent = call->texts[3],
                                                .source = message_source(msg),
                                                .local = transport_local(msg)};
    return true;
}

static struct sip_call *call_create(struct sip_server *server, const struct sip_msg *msg,
                                    const char **defect)
{
    struct sip_call *call = calloc(1, sizeof *call);

    *defect = NULL;
    if (!call)
        return NULL;
    call->server = server;
    bytes_init(&call->last_answer, ANSWER_BYTES);
    int err = sip_dialog_accept(&call->dialog, msg);
    if (err) {
        if (err != ENOMEM)
            *defect = "Missing Contact Or From Tag";
        goto out;
    }
    if (!identity_fill(call, msg) || bye_prepare(call, msg) != STATUS_OK)
        goto out;
    call->invite = mem_ref((void *)(uintptr_t)msg);
    call->session_id = (uint64_t)clock_wall_us(clock_wall_now());
    call->session_version = 1;
    return call;
out:
    call_free(call);
    return NULL;
}

struct sip_call *call_begin(struct sip_server *server, const struct sip_msg *msg,
                            struct sdp_offer **owned_sdp)
{
    const char *defect;
    struct sip_call *call = call_create(server, msg, &defect);

    if (!call) {
        if (defect)
            reply_final(server, msg, 400, defect, "");
        else
            reply_final(server, msg, 500, "Server Internal Error", "");
        return NULL;
    }
    if (sip_strans_alloc(&call->transaction, server->sip, msg, cancel_received, call)) {
        reply_final(server, msg, 500, "Server Internal Error", "");
        call_free(call);
        return NULL;
    }
    /* a failure takes the transaction along: the client sends its INVITE again */
    if (sip_treply(&call->transaction, server->sip, msg, 100, "Trying")) {
        call_free(call);
        return NULL;
    }
    call->offer = *owned_sdp;
    *owned_sdp = NULL;
    list_append(&server->calls, &call->in_list, call);
    hash_append(server->calls_by_id, hash_joaat_pl(&msg->callid), &call->in_hash, call);
    server->call_count++;
    return call;
}

const struct sip_call_identity *sip_call_identity(const struct sip_call *call)
{
    return &call->identity;
}

/* --- 200 and its ACK --- */

static void answer_forget(struct sip_call *call)
{
    deadline_cancel(&call->timer);
    call->unacknowledged = mem_deref(call->unacknowledged);
    call->answer = mem_deref(call->answer);
}

void call_acknowledged(struct sip_call *call, uint32_t cseq)
{
    if (call->unacknowledged && call->unacknowledged->cseq.num == cseq)
        answer_forget(call);
}

static void contact_headers(const struct sip_call *call, const struct sip_msg *msg,
                            char headers[static HEADERS_BYTES])
{
    char host[ADDRESS_TEXT_BYTES];

    address_format(&call->identity.local, true, host);
    (void)snprintf(
        headers, HEADERS_BYTES,
        "Contact: <sip:recorder@%s%s>;+sip.srs\r\n" REPLY_ALLOW_HEADERS REPLY_SUPPORTED_HEADERS
            REPLY_ACCEPT_HEADERS,
        host, sip_transp_param(msg->tp));
}

/*
 * Send the 200 with last_answer. *transaction may be NULL: then one is made, which absorbs repeated
 * requests; it is NULL afterwards. *sent, where asked for, is the message to repeat.
 */
static void answer_send(const struct sip_call *call, const struct sip_msg *msg,
                        struct sip_strans **transaction, struct mbuf **sent)
{
    char headers[HEADERS_BYTES];

    contact_headers(call, msg, headers);
    (void)sip_treplyf(transaction, sent, call->server->sip, msg, true, 200, "OK",
                      "%sContent-Type: application/sdp\r\nContent-Length: %u\r\n\r\n%b", headers,
                      (unsigned)call->last_answer.len, call->last_answer.data,
                      call->last_answer.len);
}

static void answer_repeat(struct sip_call *call)
{
    const struct sip_msg *msg = call->unacknowledged;
    struct sip_strans *none = NULL;
    struct pl rport;
    struct sa target;

    if (!call->answer) {
        answer_send(call, msg, &none, &call->answer);
        return;
    }
    sip_reply_addr(&target, msg, msg_param_exists(&msg->via.params, "rport", &rport) == 0);
    (void)sip_send(call->server->sip, msg->sock, msg->tp, &target, call->answer);
}

/* RFC 3261 section 13.3.1.4, on any transport */
static void answer_timer(void *arg)
{
    struct sip_call *call = arg;
    const struct sip_server *server = call->server;
    int64_t waited_ms = (clock_mono_now().ns - call->answered.ns) / CLOCK_NS_PER_MS;
    unsigned longest_ms = server->t1_ms * SERVER_T2_FACTOR;

    if (waited_ms >= (int64_t)server->t1_ms * SERVER_WAIT_FACTOR) {
        bye_send(call);
        call_end(call, SIP_CALL_NO_ACK);
        return;
    }
    answer_repeat(call);
    call->interval_ms = call->interval_ms * 2 < longest_ms ? call->interval_ms * 2 : longest_ms;
    deadline_set(&call->server->deadlines, &call->timer, call->interval_ms, answer_timer, call);
}

/* A 200 to an INVITE or re-INVITE: sent, and repeated from now on. */
static void answer_begin(struct sip_call *call, const struct sip_msg *msg,
                         struct sip_strans **transaction)
{
    answer_forget(call);
    call->unacknowledged = mem_ref((void *)(uintptr_t)msg);
    answer_send(call, msg, transaction, &call->answer);
    call->answered = clock_mono_now();
    call->interval_ms = call->server->t1_ms;
    deadline_set(&call->server->deadlines, &call->timer, call->interval_ms, answer_timer, call);
}

/* Write our description into last_answer, under a new version where it differs from the last. */
static enum status answer_describe(struct sip_call *call, const struct sdp_offer *offer,
                                   const struct sdp_answer *answer)
{
    struct sdp_answer full = *answer;
    struct bytes text;
    enum status status;

    full.session_id = call->session_id;
    full.session_version = call->session_version;
    if (full.address.ss_family == AF_UNSPEC)
        full.address = call->identity.local;
    bytes_init(&text, ANSWER_BYTES);
    status = sdp_write_answer(offer, &full, &text);
    if (status == STATUS_OK && call->last_answer.len > 0 &&
        (text.len != call->last_answer.len ||
         memcmp(text.data, call->last_answer.data, text.len) != 0)) {
        full.session_version++;
        bytes_clear(&text);
        status = sdp_write_answer(offer, &full, &text);
    }
    if (status != STATUS_OK) {
        bytes_deinit(&text);
        return status;
    }
    call->session_version = full.session_version;
    bytes_deinit(&call->last_answer);
    call->last_answer = text;
    return STATUS_OK;
}

enum status sip_call_accept(struct sip_call *call, const struct sdp_answer *answer)
{
    if (call->state != CALL_WAITING)
        return STATUS_CONFLICT;
    enum status status = answer_describe(call, call->offer, answer);
    if (status != STATUS_OK)
        return status;
    call->state = CALL_ANSWERED;
    answer_begin(call, call->invite, &call->transaction);
    call->invite = mem_deref(call->invite);
    free(call->offer);
    call->offer = NULL;
    return STATUS_OK;
}

enum status call_answer(struct sip_call *call, const struct sip_msg *msg,
                        const struct sdp_offer *offer, const struct sdp_answer *answer)
{
    struct sip_strans *none = NULL;
    enum status status = answer_describe(call, offer, answer);

    if (status != STATUS_OK)
        return status;
    if (message_is(msg, "INVITE"))
        answer_begin(call, msg, &none);
    else
        answer_send(call, msg, &none, NULL);
    return STATUS_OK;
}

void call_answer_empty(struct sip_call *call, const struct sip_msg *msg)
{
    char headers[HEADERS_BYTES];

    contact_headers(call, msg, headers);
    reply_final(call->server, msg, 200, "OK", headers);
}

/* --- refusal and end --- */

static void call_refuse(struct sip_call *call, unsigned code, const char *reason,
                        unsigned retry_after_s, enum sip_call_end why)
{
    char headers[48] = "";

    if (retry_after_s > 0)
        (void)snprintf(headers, sizeof headers, "Retry-After: %u\r\n", retry_after_s);
    (void)sip_treplyf(&call->transaction, NULL, call->server->sip, call->invite, false,
                      (uint16_t)code, reason, "%sContent-Length: 0\r\n\r\n", headers);
    call_end(call, why);
}

void sip_call_reject(struct sip_call *call, unsigned code, const char *reason,
                     unsigned retry_after_s)
{
    if (call->state == CALL_WAITING)
        call_refuse(call, code, reason, retry_after_s, SIP_CALL_REFUSED);
}

static void call_hang_up(struct sip_call *call, enum sip_call_end why)
{
    bye_send(call);
    call_end(call, why);
}

void sip_call_hangup(struct sip_call *call)
{
    if (call->state == CALL_ANSWERED)
        call_hang_up(call, SIP_CALL_SHUTDOWN);
}

void call_shut_down(struct sip_call *call)
{
    if (call->state == CALL_WAITING)
        call_refuse(call, 503, "Service Unavailable", call->server->options.retry_after_s,
                    SIP_CALL_SHUTDOWN);
    else
        call_hang_up(call, SIP_CALL_SHUTDOWN);
}
