#include <stdio.h>
#include <string.h>

#include "sip/message.h"
#include "sip/reply.h"
#include "sip/server_private.h"
#include "sip/sip_body.h"

static bool call_matches(struct le *le, void *arg)
{
    const struct sip_call *call = le->data;

    return sip_dialog_cmp(call->dialog, arg);
}

/* The accepted call that a request belongs to, or NULL. */
static struct sip_call *call_find(const struct sip_server *server, const struct sip_msg *msg)
{
    struct sip_call *call = list_ledata(hash_lookup(
        server->calls_by_id, hash_joaat_pl(&msg->callid), call_matches, (void *)(uintptr_t)msg));

    return call && call->state == CALL_ANSWERED ? call : NULL;
}

void dialog_acknowledge(struct sip_server *server, const struct sip_msg *msg)
{
    struct sip_call *call = call_find(server, msg);

    if (call)
        call_acknowledged(call, msg->cseq.num);
}

/* What the owner said to an offer, as an answer. */
static void refuse_update(struct sip_server *server, const struct sip_msg *msg, enum status status)
{
    char headers[48] = "";

    if (status == STATUS_UNSUPPORTED) {
        reply_final(server, msg, 488, "Not Acceptable Here", "");
        return;
    }
    if (status != STATUS_FULL) {
        reply_final(server, msg, 500, "Server Internal Error", "");
        return;
    }
    if (server->options.retry_after_s > 0)
        (void)snprintf(headers, sizeof headers, "Retry-After: %u\r\n",
                       server->options.retry_after_s);
    reply_final(server, msg, 503, "Service Unavailable", headers);
}

/* Ask the owner, answer. The call may be gone afterwards for all but its memory. */
static void apply_update(struct sip_call *call, const struct sip_msg *msg,
                         const struct sip_call_offer *offer)
{
    struct sip_server *server = call->server;
    const struct sip_server_handler *handler = &server->options.handler;
    struct sdp_answer answer = {0};

    if (offer->sdp)
        answer.media_lines = offer->sdp->media_lines;
    enum status status = handler->update(handler->context, call->context, offer, &answer);
    if (call->state == CALL_ENDED) {
        reply_final(server, msg, 481, "Call/Transaction Does Not Exist", "");
        return;
    }
    if (status == STATUS_OK && offer->sdp)
        status = call_answer(call, msg, offer->sdp, &answer);
    else if (status == STATUS_OK)
        call_answer_empty(call, msg);
    if (status == STATUS_OK)
        bye_retarget(call, msg);
    else
        refuse_update(server, msg, status);
}

/* re-INVITE and UPDATE */
static void update_received(struct sip_call *call, const struct sip_msg *msg)
{
    struct sip_server *server = call->server;
    struct sip_body_refusal refusal;
    struct sip_body body;
    bool siprec = false;
    struct bytes tags;

    bytes_init(&tags, 0);
    if (!sip_body_read(msg, &body, &refusal)) {
        reply_final(server, msg, refusal.code, refusal.reason, refusal.headers);
    } else if (!body.offer.sdp && message_is(msg, "INVITE")) {
        reply_final(server, msg, 488, "Not Acceptable Here",
                    REPLY_WARNING("INVITE without a session description is not answered"));
    } else {
        /* what is required was checked before: only "siprec" can be left */
        body.offer.siprec_required =
            message_unsupported(msg, &tags, &siprec) == STATUS_OK && siprec;
        call_hold(call);
        apply_update(call, msg, &body.offer);
        call_release(call);
    }
    bytes_deinit(&tags);
    sip_body_deinit(&body);
}

void dialog_request(struct sip_server *server, const struct sip_msg *msg)
{
    struct sip_call *call = call_find(server, msg);

    if (!call) {
        reply_stateless(server, msg, 481, "Call/Transaction Does Not Exist", "");
    } else if (!sip_dialog_rseq_valid(call->dialog, msg)) {
        /* RFC 3261 section 12.2.2 */
        reply_final(server, msg, 500, "CSeq Lower Than Before", "");
    } else if (message_is(msg, "BYE")) {
        reply_final(server, msg, 200, "OK", "");
        call_end(call, SIP_CALL_BYE);
    } else if (message_is(msg, "INVITE") || message_is(msg, "UPDATE")) {
        update_received(call, msg);
    } else if (message_is(msg, "OPTIONS")) {
        reply_stateless(server, msg, 200, "OK",
                        REPLY_ACCEPT_HEADERS REPLY_ALLOW_HEADERS REPLY_SUPPORTED_HEADERS);
    } else {
        reply_stateless(server, msg, 405, "Method Not Allowed", REPLY_ALLOW_HEADERS);
    }
}
