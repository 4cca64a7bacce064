#include <stdio.h>
#include <string.h>

#include "sip/info.h"
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

struct merged {
    const struct sip_server *server;
    const struct sip_msg *msg;
};

static bool call_began_by(struct le *le, void *arg)
{
    const struct sip_call *call = le->data;
    const struct merged *merged = arg;
    const struct sip_msg *msg = merged->msg;
    int64_t settled_ms = (clock_mono_now().ns - call->invite_settled.ns) / CLOCK_NS_PER_MS;

    return pl_strcmp(&msg->callid, call->dialog_id) == 0 && call->remote_tag[0] &&
           pl_strcmp(&msg->from.tag, call->remote_tag) == 0 && msg->cseq.num == call->invite_cseq &&
           (call->state == CALL_WAITING ||
            settled_ms < (int64_t)merged->server->t1_ms * SERVER_WAIT_FACTOR);
}

bool dialog_is_merged(const struct sip_server *server, const struct sip_msg *msg)
{
    struct merged merged = {.server = server, .msg = msg};

    return hash_lookup(server->calls_by_id, hash_joaat_pl(&msg->callid), call_began_by, &merged);
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
    if (standing_refused(server, call, msg))
        return;
    bool answers = call->our_offer_open;
    answer_forget(call);
    if (msg->cseq.num == call->invite_cseq)
        call->invite_settled = clock_mono_now();
    refresh_heard(call);
    sip_body_read_lenient(msg, SIP_CALL_ACK, answers, &body);
    if (answers && !body.offer.sdp)
        deviation_add(&body.offer.deviations, DEVIATION_NO_ANSWER_IN_ACK);
    call_tell_body(call, &body);
    sip_body_deinit(&body);
}

/* --- re-INVITE and UPDATE --- */

static bool is_update_alone(const struct sip_call_offer *offer)
{
    return offer->message == SIP_CALL_UPDATE && !offer->sdp;
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

/* Ask the owner for an answer to the offer, or for our offer where there is none, and send it. */
static enum status describe(struct sip_call *call, const struct sip_msg *msg,
                            const struct sip_call_offer *offer)
{
    const struct sip_server_handler *handler = &call->server->options.handler;
    struct sdp_local local = {0};
    struct sip_strans *none = NULL;

    if (offer->sdp)
        local.media_lines = offer->sdp->media_lines;
    enum status status = handler->update(handler->context, call->context, offer, &local);
    if (status == STATUS_OK)
        status = answer_send(call, msg, offer->sdp, &local, &none);
    sdp_local_wipe(&local);
    return status;
}

static void apply_update(struct sip_call *call, const struct sip_msg *msg,
                         const struct sip_call_offer *offer)
{
    if (is_update_alone(offer)) {
        call_tell(call, offer);
        target_take(call, msg);
        answer_send_empty(call, msg);
        return;
    }
    enum status status = describe(call, msg, offer);
    if (status == STATUS_OK)
        target_take(call, msg);
    else
        refuse_update(call->server, msg, status);
}

/*
 * Whether the state of offers refuses it. Before the INVITE's final answer nothing can be offered,
 * nor another INVITE sent: 500 then (RFC 3311 section 5.2, RFC 3261 section 14.2). While an offer
 * of ours is open, an offer or a request for one is 491. An UPDATE without an offer is in nobody's
 * way.
 */
static bool is_refused_for_now(const struct sip_call *call, const struct sip_msg *msg,
                               const struct sip_call_offer *offer)
{
    struct sip_server *server = call->server;
    char headers[32];

    if (is_update_alone(offer))
        return false;
    if (call->state == CALL_WAITING) {
        (void)snprintf(headers, sizeof headers, "Retry-After: %u\r\n", rand_u32() % RETRY_AFTER_S);
        reply_final(server, msg, 500, "INVITE Not Answered Yet", headers);
        return true;
    }
    if (!call->our_offer_open && !outgoing_is_offering(call))
        return false;
    reply_final(server, msg, 491, "Request Pending", "");
    return true;
}

/*
 * Answer a re-INVITE or UPDATE. Metadata is none the worse for what it comes with: that of a
 * refused message is taken too, in its order, for its client may not send it again.
 */
static void answer_update(struct sip_call *call, const struct sip_msg *msg,
                          struct sip_call_offer *offer, const struct sip_body_refusal *refusal)
{
    if (refusal)
        reply_final(call->server, msg, refusal->code, refusal->reason, refusal->headers);
    else if (!refresh_refused(call->server, call, msg) && !is_refused_for_now(call, msg, offer)) {
        apply_update(call, msg, offer);
        return;
    }
    offer->sdp = NULL;
    call_tell(call, offer);
}

static enum sip_call_message update_message(const struct sip_msg *msg)
{
    return message_is(msg, "INVITE") ? SIP_CALL_REINVITE : SIP_CALL_UPDATE;
}

static void update_received(struct sip_call *call, const struct sip_msg *msg)
{
    struct sip_body_refusal refusal;
    struct sip_body body;
    uint64_t known = 0; /* how the feature tag is spelled was told at the INVITE */

    bool readable = sip_body_read(msg, &body, &refusal);
    body.offer.message = update_message(msg);
    body.offer.siprec |= recognition_read(msg, &known);
    body.offer.from = call_learn_from(call, msg);
    if (message_header_count(msg, &MESSAGE_UNREADABLE) > 0)
        deviation_add(&body.offer.deviations, DEVIATION_HEADER_LINE);
    call_hold(call);
    answer_update(call, msg, &body.offer, readable ? NULL : &refusal);
    call_tell_further(call, &body);
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
    call_tell_body(call, &body);
    call_end(call, SIP_CALL_BYE);
    sip_body_deinit(&body);
}

/* A description has no place in it: our 180 has none, so that no offer could be answered. */
static void prack_received(struct sip_call *call, const struct sip_msg *msg)
{
    struct sip_body body;

    provisional_acknowledge(call, msg);
    sip_body_read_lenient(msg, SIP_CALL_PRACK, false, &body);
    call_tell_body(call, &body);
    sip_body_deinit(&body);
}

/* It is answered when what it asks holds: whoever pauses may go on to speak of what is not to be
 * kept. */
static void info_received(struct sip_call *call, const struct sip_msg *msg)
{
    const struct sip_server_handler *handler = &call->server->options.handler;
    struct sip_body_refusal refusal;
    struct sip_call_info info;
    enum status status = STATUS_OK;

    if (!handler->info) {
        reply_stateless(call->server, msg, 405, "Method Not Allowed", REPLY_ALLOW_HEADERS);
        return;
    }
    if (!info_read(msg, &info, &refusal)) {
        reply_final(call->server, msg, refusal.code, refusal.reason, refusal.headers);
        return;
    }
    if (info.kind != SIP_INFO_NOTHING)
        status = handler->info(handler->context, call->context, &info);
    if (status == STATUS_OK)
        reply_final(call->server, msg, 200, "OK", "");
    else
        reply_final(call->server, msg, 500, "Server Internal Error", "");
}

static void call_request(struct sip_call *call, const struct sip_msg *msg)
{
    struct sip_server *server = call->server;

    if (message_is(msg, "BYE")) {
        bye_received(call, msg);
    } else if (message_is(msg, "PRACK")) {
        prack_received(call, msg);
    } else if (message_is(msg, "INFO")) {
        info_received(call, msg);
    } else if (message_is(msg, "INVITE") || message_is(msg, "UPDATE")) {
        update_received(call, msg);
    } else if (message_is(msg, "OPTIONS")) {
        reply_stateless(server, msg, 200, "OK",
                        REPLY_ACCEPT_HEADERS REPLY_ALLOW_HEADERS REPLY_SUPPORTED_HEADERS);
    } else {
        reply_stateless(server, msg, 405, "Method Not Allowed", REPLY_ALLOW_HEADERS);
    }
}

/*
 * Behind a request that was sent later (RFC 3261 section 12.2.2): what it says of the call is kept,
 * and is news no more.
 */
static void late_received(struct sip_call *call, const struct sip_msg *msg)
{
    struct sip_body body;

    reply_final(call->server, msg, 500, "CSeq Lower Than Before", "");
    if (message_is(msg, "PRACK"))
        sip_body_read_lenient(msg, SIP_CALL_PRACK, true, &body);
    else if (message_is(msg, "INVITE") || message_is(msg, "UPDATE"))
        sip_body_read_lenient(msg, update_message(msg), true, &body);
    else
        return;
    body.offer.sdp = NULL;
    body.offer.late = true;
    call_tell_body(call, &body);
    sip_body_deinit(&body);
}

void dialog_request(struct sip_server *server, const struct sip_msg *msg)
{
    struct sip_call *call = call_find(server, msg);

    if (standing_refused(server, call, msg))
        return;
    if (msg->cseq.num < call->remote_cseq) {
        late_received(call, msg);
        return;
    }
    call->remote_cseq = msg->cseq.num;
    call_learn(call, msg);
    call_request(call, msg);
}
