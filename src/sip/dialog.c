#include <stdio.h>
#include <string.h>

#include "sip/message.h"
#include "sip/recognition.h"
#include "sip/reply.h"
#include "sip/server_private.h"
#include "sip/sip_body.h"

enum { RETRY_AFTER_S = 11 }; /* between 0 and 10 s (RFC 3261 section 14.2) */

/* RFC 3261 section 12.2.2 */
static bool call_matches(struct le *le, void *arg)
{
    const struct sip_call *call = le->data;
    const struct sip_msg *msg = arg;

    return pl_strcmp(&msg->callid, call->dialog_id) == 0 &&
           pl_strcmp(&msg->to.tag, call->local_tag) == 0 &&
           (pl_isset(&msg->from.tag) ? pl_strcmp(&msg->from.tag, call->remote_tag) == 0
                                     : !call->remote_tag[0]);
}

/* The call that a message belongs to, or NULL. */
static struct sip_call *call_find(const struct sip_server *server, const struct sip_msg *msg)
{
    return list_ledata(hash_lookup(server->calls_by_id, hash_joaat_pl(&msg->callid), call_matches,
                                   (void *)(uintptr_t)msg));
}

/* --- ACK --- */

/* The ACK of a 200 brings the answer where that carried our offer (RFC 3264 section 4). */
void dialog_acknowledge(struct sip_server *server, const struct sip_msg *msg)
{
    struct sip_call *call = call_find(server, msg);
    struct sip_body body;

    if (!call || call->state != CALL_ANSWERED || !call->unacknowledged ||
        call->unacknowledged->cseq.num != msg->cseq.num)
        return;
    bool answers = call->our_offer_open;
    answer_forget(call);
    refresh_heard(call);
    sip_body_read_lenient(msg, SIP_CALL_ACK, answers, &body);
    if (answers && !body.offer.sdp)
        deviation_add(&body.offer.deviations, DEVIATION_NO_ANSWER_IN_ACK);
    call_hold(call);
    call_tell(call, &body.offer);
    call_release(call);
    sip_body_deinit(&body);
}

/* --- re-INVITE and UPDATE --- */

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

/*
 * Ask the owner for an answer to the offer, or for our offer where there is none, and send it. The
 * call may be gone afterwards for all but its memory.
 */
static enum status describe(struct sip_call *call, const struct sip_msg *msg,
                            const struct sip_call_offer *offer)
{
    const struct sip_server_handler *handler = &call->server->options.handler;
    struct sdp_local local = {0};
    struct sip_strans *none = NULL;

    if (offer->sdp)
        local.media_lines = offer->sdp->media_lines;
    enum status status = handler->update(handler->context, call->context, offer, &local);
    if (status == STATUS_OK && call->state == CALL_ANSWERED)
        status = answer_send(call, msg, offer->sdp, &local, &none);
    sdp_local_wipe(&local);
    return status;
}

static void apply_update(struct sip_call *call, const struct sip_msg *msg,
                         const struct sip_call_offer *offer)
{
    enum status status = STATUS_OK;
    bool empty = !offer->sdp && offer->message == SIP_CALL_UPDATE;

    if (empty)
        call_tell(call, offer);
    else
        status = describe(call, msg, offer);
    if (call->state == CALL_ENDED) {
        reply_final(call->server, msg, 481, "Call/Transaction Does Not Exist", "");
        return;
    }
    if (status != STATUS_OK) {
        refuse_update(call->server, msg, status);
        return;
    }
    target_take(call, msg);
    if (empty)
        answer_send_empty(call, msg);
}

/* Whether an offer, or a request for one, comes while one of ours is open: 491 then. */
static bool is_glare(const struct sip_call *call, const struct sip_call_offer *offer)
{
    if (offer->message == SIP_CALL_UPDATE && !offer->sdp)
        return false;
    return call->our_offer_open || outgoing_is_offering(call);
}

/* Metadata beside a description that cannot be read is none the worse for it. */
static void refuse_unreadable(struct sip_call *call, const struct sip_msg *msg,
                              const struct sip_body_refusal *refusal,
                              const struct sip_call_offer *offer)
{
    reply_final(call->server, msg, refusal->code, refusal->reason, refusal->headers);
    call_tell(call, offer);
}

static void update_received(struct sip_call *call, const struct sip_msg *msg)
{
    struct sip_server *server = call->server;
    struct sip_body_refusal refusal;
    struct sip_body body;
    uint64_t known = 0; /* how the feature tag is spelled was told at the INVITE */

    if (refresh_refused(server, call, msg))
        return;
    bool readable = sip_body_read(msg, &body, &refusal);
    body.offer.message = message_is(msg, "INVITE") ? SIP_CALL_REINVITE : SIP_CALL_UPDATE;
    body.offer.siprec |= recognition_read(msg, &known);
    if (message_header_count(msg, &MESSAGE_UNREADABLE) > 0)
        deviation_add(&body.offer.deviations, DEVIATION_HEADER_LINE);
    call_hold(call);
    if (!readable)
        refuse_unreadable(call, msg, &refusal, &body.offer);
    else if (is_glare(call, &body.offer))
        reply_final(server, msg, 491, "Request Pending", "");
    else
        apply_update(call, msg, &body.offer);
    call_release(call);
    sip_body_deinit(&body);
}

/* --- the others --- */

static void bye_received(struct sip_call *call, const struct sip_msg *msg)
{
    struct sip_body body;

    reply_final(call->server, msg, 200, "OK", "");
    /* of a dialog that the 180 has made (RFC 3261 section 15.1.2) */
    if (call->state == CALL_WAITING) {
        call_refuse(call, 487, "Request Terminated", 0, SIP_CALL_CANCELLED);
        return;
    }
    sip_body_read_lenient(msg, SIP_CALL_FAREWELL, false, &body);
    call_hold(call);
    call_tell(call, &body.offer);
    if (call->state != CALL_ENDED)
        call_end(call, SIP_CALL_BYE);
    call_release(call);
    sip_body_deinit(&body);
}

/* The INVITE's final answer is still to come: nothing can be offered (RFC 3311 section 5.2). */
static void refuse_for_now(struct sip_server *server, const struct sip_msg *msg)
{
    char headers[32];

    (void)snprintf(headers, sizeof headers, "Retry-After: %u\r\n", rand_u32() % RETRY_AFTER_S);
    reply_final(server, msg, 500, "INVITE Not Answered Yet", headers);
}

static void call_request(struct sip_call *call, const struct sip_msg *msg)
{
    struct sip_server *server = call->server;

    if (message_is(msg, "BYE")) {
        bye_received(call, msg);
    } else if (message_is(msg, "PRACK")) {
        provisional_acknowledge(call, msg);
    } else if (message_is(msg, "INVITE") || message_is(msg, "UPDATE")) {
        if (call->state == CALL_WAITING)
            refuse_for_now(server, msg);
        else
            update_received(call, msg);
    } else if (message_is(msg, "OPTIONS")) {
        reply_stateless(server, msg, 200, "OK",
                        REPLY_ACCEPT_HEADERS REPLY_ALLOW_HEADERS REPLY_SUPPORTED_HEADERS);
    } else {
        reply_stateless(server, msg, 405, "Method Not Allowed", REPLY_ALLOW_HEADERS);
    }
}

void dialog_request(struct sip_server *server, const struct sip_msg *msg)
{
    struct sip_call *call = call_find(server, msg);

    if (!call) {
        reply_stateless(server, msg, 481, "Call/Transaction Does Not Exist", "");
        return;
    }
    if (msg->cseq.num < call->remote_cseq) {
        /* RFC 3261 section 12.2.2 */
        reply_final(server, msg, 500, "CSeq Lower Than Before", "");
        return;
    }
    call->remote_cseq = msg->cseq.num;
    call_learn(call, msg);
    call_request(call, msg);
}
