#include <stdio.h>

#include "sip/message.h"
#include "sip/reply.h"
#include "sip/server_private.h"

enum { RSEQ_MASK = 0x3fffffff, HEADERS_BYTES = ANSWER_HEADERS_BYTES + 64 };

/* RFC 3262 section 3: T1 doubling, given up after 64*T1. */
static void provisional_timer(void *arg)
{
    struct sip_call *call = arg;
    const struct sip_server *server = call->server;
    const struct sip_msg *msg = call->invite;
    int64_t waited_ms = (clock_mono_now().ns - call->answered.ns) / CLOCK_NS_PER_MS;
    struct pl rport;
    struct sa target;

    if (waited_ms >= (int64_t)server->t1_ms * SERVER_WAIT_FACTOR) {
        call_refuse(call, 504, "No PRACK", 0, SIP_CALL_REFUSED);
        return;
    }
    sip_reply_addr(&target, msg, msg_param_exists(&msg->via.params, "rport", &rport) == 0);
    (void)sip_send(server->sip, msg->sock, msg->tp, &target, call->provisional);
    call->interval_ms *= 2;
    deadline_set(&call->server->deadlines, &call->timer, call->interval_ms, provisional_timer,
                 call);
}

void provisional_send(struct sip_call *call)
{
    const struct sip_msg *msg = call->invite;
    char headers[HEADERS_BYTES];

    if (!message_header_lists(msg, &MESSAGE_REQUIRE, "100rel"))
        return;
    call->rseq = (rand_u32() & RSEQ_MASK) + 1;
    answer_headers(call, headers);
    (void)sip_treplyf(&call->transaction, &call->provisional, call->server->sip, msg, true, 180,
                      "Ringing", "%sRequire: 100rel\r\nRSeq: %u\r\nContent-Length: 0\r\n\r\n",
                      headers, call->rseq);
    if (!call->provisional)
        return;
    call->answered = clock_mono_now();
    call->interval_ms = call->server->t1_ms;
    deadline_set(&call->server->deadlines, &call->timer, call->interval_ms, provisional_timer,
                 call);
}

/* RAck: response-num CSeq-num method (RFC 3262 section 7.2) */
static bool names_our_180(const struct sip_call *call, const struct sip_msg *msg)
{
    struct text_span value = message_header_value(msg, &MESSAGE_RACK);
    struct pl rseq;
    struct pl cseq;
    struct pl method;

    return call->provisional && value.text &&
           re_regex(value.text, value.bytes, "[0-9]+[ \t]+[0-9]+[ \t]+[A-Z]+", &rseq, NULL, &cseq,
                    NULL, &method) == 0 &&
           pl_u32(&rseq) == call->rseq && pl_u32(&cseq) == call->invite_cseq &&
           pl_strcmp(&method, "INVITE") == 0;
}

void provisional_acknowledge(struct sip_call *call, const struct sip_msg *msg)
{
    if (!names_our_180(call, msg)) {
        reply_final(call->server, msg, 481, "No Such Provisional Response", "");
        return;
    }
    call->provisional = mem_deref(call->provisional);
    /* after the answer the timer is that of the 200 */
    if (call->state == CALL_WAITING)
        deadline_cancel(&call->timer);
    reply_final(call->server, msg, 200, "OK", "");
}
