#include <stdio.h>
#include <string.h>

#include "net/address.h"
#include "sip/message.h"
#include "sip/reply.h"
#include "sip/server_private.h"
#include "sip/sip_body.h"

enum { UNSUPPORTED_BYTES = 1024 };

static bool is_ready(struct sip_server *server)
{
    const struct sip_server_handler *handler = &server->options.handler;

    return !server->closing && handler->ready(handler->context);
}

static void options_received(struct sip_server *server, const struct sip_msg *msg)
{
    if (!is_ready(server))
        reply_unavailable(server, msg);
    else
        reply_stateless(server, msg, 200, "OK",
                        REPLY_ACCEPT_HEADERS REPLY_ALLOW_HEADERS REPLY_SUPPORTED_HEADERS);
}

static void invite_received(struct sip_server *server, const struct sip_msg *msg,
                            bool siprec_required)
{
    const struct sip_server_handler *handler = &server->options.handler;
    struct sip_body_refusal refusal;
    struct sip_body body;
    struct sip_call *call = NULL;

    if (!is_ready(server) || server->call_count >= server->options.calls_max) {
        reply_unavailable(server, msg);
        return;
    }
    if (!sip_body_read(msg, &body, &refusal)) {
        reply_final(server, msg, refusal.code, refusal.reason, refusal.headers);
        goto out;
    }
    if (!body.offer.sdp) {
        reply_final(server, msg, 488, "Not Acceptable Here",
                    REPLY_WARNING("INVITE without a session description is not answered"));
        goto out;
    }
    call = call_begin(server, msg, &body.sdp);
    if (!call)
        goto out;
    body.offer.siprec_required = siprec_required;
    call_hold(call);
    handler->invite(handler->context, call, &body.offer, &call->context);
    call_release(call);
out:
    sip_body_deinit(&body);
}

/* Answers 420 where a request requires what is not done here. */
static bool require_refused(struct sip_server *server, const struct sip_msg *msg, bool *siprec)
{
    struct bytes tags;
    char headers[UNSUPPORTED_BYTES + 32];

    bytes_init(&tags, UNSUPPORTED_BYTES);
    enum status status = message_unsupported(msg, &tags, siprec);
    bool refused = status != STATUS_OK || tags.len > 0;
    if (refused) {
        (void)snprintf(headers, sizeof headers, "Unsupported: %.*s\r\n", (int)tags.len,
                       tags.data ? (const char *)tags.data : "");
        reply_final(server, msg, 420, "Bad Extension", headers);
    }
    bytes_deinit(&tags);
    return refused;
}

static void request_dispatch(struct sip_server *server, const struct sip_msg *msg)
{
    bool siprec = false;

    if (message_is(msg, "CANCEL")) {
        /* libre answers those that match a transaction; the others have nothing to cancel */
        reply_stateless(server, msg, 481, "Call/Transaction Does Not Exist", "");
        return;
    }
    if (require_refused(server, msg, &siprec))
        return;
    if (pl_isset(&msg->to.tag))
        dialog_request(server, msg);
    else if (message_is(msg, "INVITE"))
        invite_received(server, msg, siprec);
    else if (message_is(msg, "OPTIONS"))
        options_received(server, msg);
    else if (message_is(msg, "BYE") || message_is(msg, "UPDATE"))
        reply_stateless(server, msg, 481, "Call/Transaction Does Not Exist", "");
    else
        reply_stateless(server, msg, 405, "Method Not Allowed", REPLY_ALLOW_HEADERS);
}

/*
 * RFC 3261 section 18.2.2 answers UDP to the source's address, but to the port of sent-by. Where
 * sent-by is another address than the source, a NAT lies between and its port means nothing on this
 * side: such a client is answered where it sent from, as RFC 3581 does when asked by rport.
 */
static void answer_through_nat(struct sip_msg *msg)
{
    struct pl rport;

    if (msg->tp == SIP_TRANSP_UDP && sa_isset(&msg->via.addr, SA_ADDR) &&
        !sa_cmp(&msg->via.addr, &msg->src, SA_ADDR) &&
        msg_param_exists(&msg->via.params, "rport", &rport) != 0)
        msg->via.addr = msg->src;
}

bool request_received(const struct sip_msg *msg, void *arg)
{
    struct sip_server *server = arg;
    bool first = transport_learn(server, msg);
    const char *defect = message_defect(msg);

    answer_through_nat((struct sip_msg *)msg); /* libre owns it and has done with its Via */
    if (message_is(msg, "ACK")) {
        if (!defect)
            dialog_acknowledge(server, msg);
        return true;
    }
    if (pl_strcmp(&msg->callid, server->probe_id) == 0)
        return true;
    /* cut by libre's small buffer before it was raised: the client sends it again */
    if (first && defect)
        return true;
    /* nowhere to answer to */
    if (!pl_isset(&msg->via.sentby))
        return true;
    if (defect)
        reply_stateless(server, msg, 400, defect, "");
    else
        request_dispatch(server, msg);
    return true;
}
