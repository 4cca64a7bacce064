#include "sip/failover.h"

#include "sip/message.h"
#include "sip/server_private.h"

/* The INVITE of a call that its client may still be sending; NULL where it has been acknowledged.
 */
static struct sip_msg *open_invite(const struct sip_call *call)
{
    return call->state == CALL_WAITING ? call->invite : call->unacknowledged;
}

static bool is_moving(const struct sip_msg *invite, const struct sip_msg *again)
{
    return invite->sock != again->sock && invite->tp != SIP_TRANSP_TLS &&
           sa_cmp(&invite->src, &again->src, SA_ADDR) &&
           pl_cmp(&invite->via.branch, &again->via.branch) == 0 &&
           pl_cmp(&invite->via.sentby, &again->via.sentby) == 0 &&
           pl_cmp(&invite->cseq.met, &again->cseq.met) == 0;
}

/* libre's transaction answers by what its message tells; our own requests go by the call's. */
static void move(struct sip_call *call, struct sip_msg *invite, const struct sip_msg *again)
{
    mem_deref(invite->sock);
    invite->sock = mem_ref(again->sock);
    invite->tp = again->tp;
    invite->src = again->src;
    mem_deref(call->sock);
    call->sock = mem_ref(again->sock);
    call->transport = again->tp;
    call->source = again->src;
}

void failover_follow(struct sip_server *server, const struct sip_msg *msg)
{
    if (!msg->req || !message_is(msg, "INVITE") || msg->tp == SIP_TRANSP_TLS)
        return;
    const struct list *calls = hash_list(server->calls_by_id, hash_joaat_pl(&msg->callid));
    for (struct le *le = list_head(calls); le; le = le->next) {
        struct sip_call *call = le->data;
        struct sip_msg *invite = open_invite(call);
        if (invite && is_moving(invite, msg))
            move(call, invite, msg);
    }
}
