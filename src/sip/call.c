#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "body/multipart_text.h"
#include "sip/message.h"
#include "sip/reply.h"
#include "sip/server_private.h"
#include "sip/sip_body.h"

enum {
    DESCRIPTION_BYTES = 32768, /* of ours; with its headers it still fits one datagram */
    SNAPSHOT_BYTES = 4096,
};

const char *sip_call_message_name(enum sip_call_message message)
{
    switch (message) {
    case SIP_CALL_INVITE:
        return "INVITE";
    case SIP_CALL_REINVITE:
        return "re-INVITE";
    case SIP_CALL_UPDATE:
        return "UPDATE";
    case SIP_CALL_ACK:
        return "ACK";
    case SIP_CALL_RESPONSE:
        return "response";
    case SIP_CALL_PRACK:
        return "PRACK";
    case SIP_CALL_FAREWELL:
        return "BYE";
    case SIP_CALL_TIMER:
        return "timer";
    }
    return "";
}

/* --- life --- */

static void offer_free(struct sip_call *call)
{
    sdp_description_deinit(call->offer);
    free(call->offer);
    call->offer = NULL;
}

static void call_free(struct sip_call *call)
{
    deadline_cancel(&call->timer);
    refresh_stop(call);
    snapshot_stop(call);
    outgoing_detach(call);
    mem_deref(call->transaction);
    mem_deref(call->invite);
    mem_deref(call->unacknowledged);
    mem_deref(call->answer);
    mem_deref(call->provisional);
    bytes_wipe(&call->description);
    bytes_deinit(&call->description);
    free(call->texts);
    free(call->from);
    mem_deref(call->dialog_id);
    mem_deref(call->remote_tag);
    mem_deref(call->sock);
    mem_deref(call->request_headers);
    mem_deref(call->first_route);
    mem_deref(call->remote_target);
    offer_free(call);
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
    refresh_stop(call);
    snapshot_stop(call);
    outgoing_detach(call);
    list_unlink(&call->in_list);
    hash_unlink(&call->in_hash);
    server->call_count--;
    handler->end(handler->context, call->context, why);
    call_release(call);
}

static void cancel_received(void *arg)
{
    call_refuse(arg, 487, "Request Terminated", 0, SIP_CALL_CANCELLED);
}

/* The text behind one, both in call->texts. */
static const char *text_behind(const char *text)
{
    return text + strlen(text) + 1;
}

/* The texts of the identity, one behind the other. */
static bool texts_fill(struct sip_call *call, const struct sip_msg *msg,
                       const struct sip_peer *peer)
{
    const struct text_span texts[] = {
        message_span(msg->callid),
        text_span_trim(message_span(msg->from.auri)),
        text_span_trim(message_span(msg->to.auri)),
        message_span(msg->from.val),
        message_span(msg->to.val),
        message_header_value(msg, &MESSAGE_ASSERTED),
        message_header_value(msg, &MESSAGE_SESSION_ID),
        message_header_value(msg, &MESSAGE_USER_AGENT),
        {.text = peer->certificate_name, .bytes = strlen(peer->certificate_name)},
        {.text = peer->certificate_fingerprint, .bytes = strlen(peer->certificate_fingerprint)}};
    size_t bytes = 0;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        bytes += texts[i].bytes + 1;
    call->texts = malloc(bytes);
    if (!call->texts)
        return false;
    char *out = call->texts;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        message_copy_text(texts[i], out);
        out += texts[i].bytes + 1;
    }
    return true;
}

static bool identity_fill(struct sip_call *call, const struct sip_msg *msg)
{
    struct sip_call_identity *identity = &call->identity;

    transport_peer(call->server, msg, &identity->peer);
    if (!texts_fill(call, msg, &identity->peer))
        return false;
    identity->call_id = call->texts;
    identity->from_uri = text_behind(identity->call_id);
    identity->to_uri = text_behind(identity->from_uri);
    identity->from = text_behind(identity->to_uri);
    identity->to = text_behind(identity->from);
    identity->asserted = text_behind(identity->to);
    identity->session_id = text_behind(identity->asserted);
    identity->user_agent = text_behind(identity->session_id);
    identity->peer.certificate_name = text_behind(identity->user_agent);
    identity->peer.certificate_fingerprint = text_behind(identity->peer.certificate_name);
    identity->local = transport_local(msg);
    return true;
}

/* The dialog that the INVITE begins (RFC 3261 section 12.1.1). */
static bool dialog_fill(struct sip_call *call, const struct sip_msg *msg)
{
    static const struct pl none = {.p = "", .l = 0};

    (void)snprintf(call->local_tag, sizeof call->local_tag, "%016llx",
                   (unsigned long long)msg->tag);
    call->remote_cseq = msg->cseq.num;
    return pl_strdup(&call->dialog_id, &msg->callid) == 0 &&
           pl_strdup(&call->remote_tag, msg->from.tag.p ? &msg->from.tag : &none) == 0;
}

static enum status call_create(struct sip_server *server, const struct sip_msg *msg,
                               struct sip_call **out)
{
    struct sip_call *call = calloc(1, sizeof *call);
    enum status status = STATUS_NOMEM;

    if (!call)
        return STATUS_NOMEM;
    call->server = server;
    bytes_init(&call->description, DESCRIPTION_BYTES);
    bytes_init(&call->snapshot_request, SNAPSHOT_BYTES);
    if (!dialog_fill(call, msg) || !identity_fill(call, msg))
        goto out;
    status = target_prepare(call, msg);
    if (status != STATUS_OK)
        goto out;
    call->invite = mem_ref((void *)(uintptr_t)msg);
    call->invite_cseq = msg->cseq.num;
    call->session_id = (uint64_t)clock_wall_us(clock_wall_now());
    call->session_version = 1;
    call_learn(call, msg);
    *out = call;
    return STATUS_OK;
out:
    call_free(call);
    return status;
}

struct sip_call *call_begin(struct sip_server *server, const struct sip_msg *msg,
                            struct sdp_description **owned_sdp)
{
    struct sip_call *call;
    enum status status = call_create(server, msg, &call);

    if (status == STATUS_INVALID)
        reply_final(server, msg, 400, "Unreadable Contact", "");
    else if (status != STATUS_OK)
        reply_final(server, msg, 500, "Server Internal Error", "");
    if (status != STATUS_OK)
        return NULL;
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

void call_learn(struct sip_call *call, const struct sip_msg *msg)
{
    /* no Allow says nothing (RFC 3261 section 20.5) */
    if (message_header_count(msg, &MESSAGE_ALLOW) > 0) {
        call->takes_update = message_header_lists(msg, &MESSAGE_ALLOW, "UPDATE");
        call->lacks_update = !call->takes_update;
    }
    if (message_is(msg, "UPDATE")) {
        call->takes_update = true;
        call->lacks_update = false;
    }
    if (message_header_lists(msg, &MESSAGE_REQUIRE, "siprec") ||
        message_header_lists(msg, &MESSAGE_SUPPORTED, "siprec"))
        call->knows_siprec = true;
    refresh_heard(call);
}

const char *call_learn_from(struct sip_call *call, const struct sip_msg *msg)
{
    struct text_span value = message_span(msg->from.val);
    char *from = malloc(value.bytes + 1);

    if (!from)
        return NULL;
    message_copy_text(value, from);
    if (strcmp(from, call->from ? call->from : call->identity.from) == 0) {
        free(from);
        return NULL;
    }
    free(call->from);
    call->from = from;
    return from;
}

void call_tell(struct sip_call *call, const struct sip_call_offer *offer)
{
    const struct sip_server_handler *handler = &call->server->options.handler;

    if (call->state == CALL_ENDED ||
        (!offer->sdp && offer->metadata_xml.bytes == 0 && offer->deviations == 0 && !offer->from))
        return;
    /* there is no answer that could refuse it */
    (void)handler->update(handler->context, call->context, offer, NULL);
}

void call_tell_further(struct sip_call *call, struct sip_body *body)
{
    while (sip_body_next(body))
        call_tell(call, &body->offer);
}

void call_tell_body(struct sip_call *call, struct sip_body *body)
{
    call_tell(call, &body->offer);
    call_tell_further(call, body);
}

/* --- the owner's answers --- */

enum status sip_call_accept(struct sip_call *call, const struct sdp_local *local)
{
    if (call->state != CALL_WAITING)
        return STATUS_CONFLICT;
    enum status status = answer_send(call, call->invite, call->offer, local, &call->transaction);
    if (status != STATUS_OK)
        return status;
    call->state = CALL_ANSWERED;
    call->invite_settled = clock_mono_now();
    call->invite = mem_deref(call->invite);
    offer_free(call);
    return STATUS_OK;
}

void call_refuse(struct sip_call *call, unsigned code, const char *reason, unsigned retry_after_s,
                 enum sip_call_end why)
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

void call_hang_up(struct sip_call *call, enum sip_call_end why)
{
    const struct outgoing_message bye = {.method = "BYE", .headers = ""};

    /* without memory it is like one that the network lost */
    (void)outgoing_send(call, &bye);
    call_end(call, why);
}

void call_shut_down(struct sip_call *call)
{
    if (call->state == CALL_WAITING)
        call_refuse(call, 503, "Service Unavailable", call->server->options.retry_after_s,
                    SIP_CALL_SHUTDOWN);
    else
        call_hang_up(call, SIP_CALL_SHUTDOWN);
}
