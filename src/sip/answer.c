#include <stdio.h>
#include <string.h>

#include "net/address.h"
#include "sip/message.h"
#include "sip/reply.h"
#include "sip/server_private.h"

void answer_forget(struct sip_call *call)
{
    deadline_cancel(&call->timer);
    call->unacknowledged = mem_deref(call->unacknowledged);
    call->answer = mem_deref(call->answer);
    call->our_offer_open = false;
}

void answer_headers(const struct sip_call *call, char headers[static ANSWER_HEADERS_BYTES])
{
    char host[ADDRESS_TEXT_BYTES];

    address_format(&call->identity.local, true, host);
    (void)snprintf(
        headers, ANSWER_HEADERS_BYTES,
        "Contact: <sip:recorder@%s%s>;+sip.srs\r\n" REPLY_ALLOW_HEADERS REPLY_SUPPORTED_HEADERS
            REPLY_ACCEPT_HEADERS,
        host, sip_transp_param(call->transport));
}

/*
 * Send the 200 with our description. *transaction may be NULL: then one is made, which absorbs
 * repeated requests; it is NULL afterwards. *sent, where asked for, is the message to repeat.
 */
static void transmit(const struct sip_call *call, const struct sip_msg *msg,
                     struct sip_strans **transaction, struct mbuf **sent)
{
    char headers[ANSWER_HEADERS_BYTES];

    answer_headers(call, headers);
    refresh_headers(call, headers);
    (void)sip_treplyf(transaction, sent, call->server->sip, msg, true, 200, "OK",
                      "%sContent-Type: application/sdp\r\nContent-Length: %u\r\n\r\n%b", headers,
                      (unsigned)call->description.len, call->description.data,
                      call->description.len);
}

static void repeat(struct sip_call *call)
{
    const struct sip_msg *msg = call->unacknowledged;
    struct sip_strans *none = NULL;
    struct pl rport;
    struct sa target;

    if (!call->answer) {
        transmit(call, msg, &none, &call->answer);
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
        refresh_unacknowledged(call);
        return;
    }
    repeat(call);
    call->interval_ms = call->interval_ms * 2 < longest_ms ? call->interval_ms * 2 : longest_ms;
    deadline_set(&call->server->deadlines, &call->timer, call->interval_ms, answer_timer, call);
}

/* A 200 to an INVITE or re-INVITE: sent, and repeated from now on. */
static void begin(struct sip_call *call, const struct sip_msg *msg, struct sip_strans **transaction)
{
    answer_forget(call);
    call->unacknowledged = mem_ref((void *)(uintptr_t)msg);
    transmit(call, msg, transaction, &call->answer);
    call->answered = clock_mono_now();
    call->interval_ms = call->server->t1_ms;
    deadline_set(&call->server->deadlines, &call->timer, call->interval_ms, answer_timer, call);
}

static enum status write_either(const struct sdp_description *offer, const struct sdp_local *local,
                                struct bytes *text)
{
    return offer ? sdp_write_answer(offer, local, text) : sdp_write_offer(local, text);
}

/* Write our description, under a new version where it differs from the last. */
static enum status write_version(const struct sip_call *call, const struct sdp_description *offer,
                                 struct sdp_local *full, struct bytes *text)
{
    enum status status = write_either(offer, full, text);

    if (status != STATUS_OK || call->description.len == 0 ||
        (text->len == call->description.len &&
         memcmp(text->data, call->description.data, text->len) == 0))
        return status;
    full->session_version++;
    bytes_clear(text);
    return write_either(offer, full, text);
}

/* Keep our description in memory of its length. */
static enum status keep(struct sip_call *call, const struct bytes *text)
{
    struct bytes kept;

    bytes_init(&kept, text->max);
    enum status status = bytes_append(&kept, text->data, text->len);
    if (status != STATUS_OK)
        return status;
    bytes_wipe(&call->description);
    bytes_deinit(&call->description);
    call->description = kept;
    return STATUS_OK;
}

/* It names keys: it is written where it need not move, and no copy of it is left but the last. */
static enum status describe(struct sip_call *call, const struct sdp_description *offer,
                            const struct sdp_local *local)
{
    struct sdp_local full;
    struct bytes text;

    sdp_local_copy(&full, local);
    full.session_id = call->session_id;
    full.session_version = call->session_version;
    if (full.address.ss_family == AF_UNSPEC)
        full.address = call->identity.local;
    bytes_init(&text, call->description.max);
    enum status status = bytes_reserve(&text, text.max);
    if (status == STATUS_OK)
        status = write_version(call, offer, &full, &text);
    if (status == STATUS_OK)
        status = keep(call, &text);
    if (status == STATUS_OK)
        call->session_version = full.session_version;
    bytes_wipe(&text);
    bytes_deinit(&text);
    sdp_local_wipe(&full);
    return status;
}

enum status answer_send(struct sip_call *call, const struct sip_msg *msg,
                        const struct sdp_description *offer, const struct sdp_local *local,
                        struct sip_strans **transaction)
{
    enum status status = describe(call, offer, local);

    if (status != STATUS_OK)
        return status;
    refresh_agree(call, msg);
    if (message_is(msg, "INVITE")) {
        begin(call, msg, transaction);
        call->our_offer_open = offer == NULL;
    } else {
        transmit(call, msg, transaction, NULL);
    }
    return STATUS_OK;
}

void answer_send_empty(struct sip_call *call, const struct sip_msg *msg)
{
    char headers[ANSWER_HEADERS_BYTES];

    if (call->state == CALL_ANSWERED) /* there is a session to refresh */
        refresh_agree(call, msg);
    answer_headers(call, headers);
    refresh_headers(call, headers);
    reply_final(call->server, msg, 200, "OK", headers);
}
