#include <stdio.h>
#include <string.h>

#include "sip/failover.h"
#include "sip/message.h"
#include "sip/recognition.h"
#include "sip/reply.h"
#include "sip/server_private.h"
#include "sip/sip_body.h"

enum { UNSUPPORTED_BYTES = 1024 };

/* Whether a request outside of a dialog may come in; it was answered where not. */
static bool is_admitted(struct sip_server *server, const struct sip_msg *msg)
{
    const struct sip_server_handler *handler = &server->options.handler;
    const char *method = message_is(msg, "INVITE") ? "INVITE" : "OPTIONS";
    struct sip_peer peer;

    if (server->closing) {
        reply_unavailable(server, msg);
        return false;
    }
    transport_peer(server, msg, &peer);
    struct sip_admission admission = handler->admit(handler->context, &peer, method);
    if (admission.code == 0)
        return true;
    char headers[48] = "";
    if (admission.retry_after_s > 0)
        (void)snprintf(headers, sizeof headers, "Retry-After: %u\r\n", admission.retry_after_s);
    reply_stateless(server, msg, admission.code, admission.reason, headers);
    return false;
}

/*
 * A client of plain calls that takes no description as an answer has its 406 (RFC 3261 section
 * 20.1). In a recording session the rule would cost audio, and the client means it otherwise: some
 * list in Accept what they take beside SDP.
 */
static bool answer_refused(struct sip_server *server, const struct sip_msg *msg,
                           const struct sip_call_offer *offer)
{
    if (offer->siprec || message_accepts_sdp(msg))
        return false;
    reply_final(server, msg, 406, "Not Acceptable",
                REPLY_WARNING("the answer is application/sdp, which Accept leaves out"));
    return true;
}

static void call_offer(struct sip_server *server, const struct sip_msg *msg, struct sip_body *body)
{
    const struct sip_server_handler *handler = &server->options.handler;
    struct sip_call *call = call_begin(server, msg, &body->sdp);

    if (!call)
        return;
    call_hold(call);
    provisional_send(call);
    handler->invite(handler->context, call, &body->offer, &call->context);
    call_tell_further(call, body);
    call_release(call);
}

static void invite_read(struct sip_server *server, const struct sip_msg *msg)
{
    struct sip_body_refusal refusal;
    struct sip_body body;
    bool readable = sip_body_read(msg, &body, &refusal);

    body.offer.message = SIP_CALL_INVITE;
    body.offer.siprec |= recognition_read(msg, &body.offer.deviations);
    if (!pl_isset(&msg->from.tag) || !message_header_value(msg, &MESSAGE_CONTACT).text)
        deviation_add(&body.offer.deviations, DEVIATION_NO_CONTACT);
    if (message_header_count(msg, &MESSAGE_UNREADABLE) > 0)
        deviation_add(&body.offer.deviations, DEVIATION_HEADER_LINE);
    if (!readable)
        reply_final(server, msg, refusal.code, refusal.reason, refusal.headers);
    else if (!answer_refused(server, msg, &body.offer))
        call_offer(server, msg, &body);
    sip_body_deinit(&body);
}

static void invite_received(struct sip_server *server, const struct sip_msg *msg)
{
    if (dialog_is_merged(server, msg))
        reply_stateless(server, msg, 482, "Merged Request", "");
    else if (server->call_count >= server->options.calls_max)
        reply_unavailable(server, msg);
    else if (!refresh_refused(server, NULL, msg))
        invite_read(server, msg);
}

/* Answers 420 where a request requires what is not done here. */
static bool require_refused(struct sip_server *server, const struct sip_msg *msg)
{
    struct bytes tags;
    char headers[UNSUPPORTED_BYTES + 32];

    bytes_init(&tags, UNSUPPORTED_BYTES);
    enum status status = message_unsupported(msg, &tags);
    bool refused = status != STATUS_OK || tags.len > 0;
    if (refused) {
        (void)snprintf(headers, sizeof headers, "Unsupported: %.*s\r\n", (int)tags.len,
                       tags.data ? (const char *)tags.data : "");
        reply_final(server, msg, 420, "Bad Extension", headers);
    }
    bytes_deinit(&tags);
    return refused;
}

/* RFC 3261 section 8.2.2.1 */
static bool scheme_refused(struct sip_server *server, const struct sip_msg *msg)
{
    static const char *const taken[] = {"sip", "sips", "tel"};

    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        if (pl_strcasecmp(&msg->uri.scheme, taken[i]) == 0)
            return false;
    }
    reply_stateless(server, msg, 416, "Unsupported URI Scheme", "");
    return true;
}

/* INVITE and OPTIONS: those who ask for something new. */
static void outsider_request(struct sip_server *server, const struct sip_msg *msg)
{
    if (!is_admitted(server, msg) || scheme_refused(server, msg) || require_refused(server, msg))
        return;
    if (message_is(msg, "INVITE"))
        invite_received(server, msg);
    else
        reply_stateless(server, msg, 200, "OK",
                        REPLY_ACCEPT_HEADERS REPLY_ALLOW_HEADERS REPLY_SUPPORTED_HEADERS);
}

static void request_dispatch(struct sip_server *server, const struct sip_msg *msg)
{
    bool outside = !pl_isset(&msg->to.tag);

    if (message_is(msg, "CANCEL")) {
        /* libre answers those that match a transaction; the others have nothing to cancel */
        (void)standing_refused(server, NULL, msg);
    } else if (outside && (message_is(msg, "INVITE") || message_is(msg, "OPTIONS"))) {
        outsider_request(server, msg);
    } else if (outside && (message_is(msg, "BYE") || message_is(msg, "UPDATE") ||
                           message_is(msg, "PRACK") || message_is(msg, "INFO"))) {
        (void)standing_refused(server, NULL, msg);
    } else if (outside) {
        reply_stateless(server, msg, 405, "Method Not Allowed", REPLY_ALLOW_HEADERS);
    } else if (!require_refused(server, msg)) {
        dialog_request(server, msg);
    }
}

/* The first to see it; libre's transactions are asked where this returns false. */
static bool is_dealt_with(struct sip_server *server, const struct sip_msg *msg)
{
    const char *defect = message_defect(msg);

    /* no answer to an ACK, to ourselves, and where there is nowhere to send it */
    if (message_is(msg, "ACK"))
        return defect != NULL;
    if (pl_strcmp(&msg->callid, server->probe_id) == 0 || !pl_isset(&msg->via.sentby))
        return true;
    if (message_method(message_span(msg->met)) == MESSAGE_METHOD_UNKNOWN) {
        reply_stateless(server, msg, 501, "Not Implemented", REPLY_ALLOW_HEADERS);
        return true;
    }
    if (defect)
        reply_stateless(server, msg, 400, defect, "");
    return defect != NULL;
}

bool request_seen(const struct sip_msg *msg, void *arg)
{
    struct sip_server *server = arg;

    /* that came around input.c, and maybe cut by libre's small buffer: its client sends it again */
    if (transport_learn(server, msg))
        return true;
    reply_settle_target((struct sip_msg *)(uintptr_t)msg); /* libre has done with its Via */
    if (is_dealt_with(server, msg) ||
        (message_is(msg, "CANCEL") && standing_refused_cancel(server, msg)))
        return true;
    failover_follow(server, msg);
    return false;
}

bool request_received(const struct sip_msg *msg, void *arg)
{
    struct sip_server *server = arg;

    if (message_is(msg, "ACK"))
        dialog_acknowledge(server, msg);
    else
        request_dispatch(server, msg);
    return true;
}
