#include <stdio.h>
#include <string.h>

#include "sip/server_private.h"
#include "sip/sip_body.h"

enum { GLARE_T1S = 4 }; /* 491: up to 2 s, T1 being 500 ms */

static void snapshot_due(void *arg);

static void later(struct sip_call *call, unsigned delay_ms)
{
    deadline_set(&call->server->deadlines, &call->snapshot_timer, delay_ms, snapshot_due, call);
}

/* The snapshot itself comes in a request of the client; some bring it here. */
static void snapshot_answered(struct sip_call *call, const struct sip_msg *response)
{
    struct sip_body body;

    if (response && response->scode == 491) {
        later(call, rand_u32() % (GLARE_T1S * call->server->t1_ms));
        return;
    }
    bytes_clear(&call->snapshot_request);
    if (response && (response->scode == 405 || response->scode == 501))
        call->lacks_update = true;
    if (!response || response->scode >= 300)
        return;
    call_learn(call, response);
    target_take(call, response);
    sip_body_read_lenient(response, SIP_CALL_RESPONSE, false, &body);
    call_tell_body(call, &body);
    sip_body_deinit(&body);
}

/* RFC 7866 section 9.2, figure 13 */
static void snapshot_due(void *arg)
{
    struct sip_call *call = arg;
    char headers[ANSWER_HEADERS_BYTES];
    const struct outgoing_message message = {
        .method = "UPDATE",
        .headers = headers,
        .body = {.text = (const char *)call->snapshot_request.data,
                 .bytes = call->snapshot_request.len},
        .answered = snapshot_answered};

    answer_headers(call, headers);
    size_t bytes = strlen(headers);
    /* a client that does not say that it knows the tag would have to refuse it */
    (void)snprintf(headers + bytes, sizeof headers - bytes,
                   "%sContent-Disposition: recording-session\r\n"
                   "Content-Type: application/rs-metadata\r\n",
                   call->knows_siprec ? "Require: siprec\r\n" : "");
    if (!outgoing_send(call, &message))
        bytes_clear(&call->snapshot_request);
}

/*
 * Sent from the loop: the owner asks while a message of the client is still to be answered, and a
 * client that waits for its answer may refuse a request.
 */
void sip_call_request_snapshot(struct sip_call *call, const char *reason)
{
    struct bytes *document = &call->snapshot_request;

    if (call->state != CALL_ANSWERED || call->lacks_update || document->len > 0)
        return;
    if (siprec_write_snapshot_request(reason, document) == STATUS_OK)
        later(call, 0);
    else
        bytes_clear(document);
}

void snapshot_stop(struct sip_call *call)
{
    deadline_cancel(&call->snapshot_timer);
    bytes_deinit(&call->snapshot_request);
}
