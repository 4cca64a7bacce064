#include <stdio.h>
#include <string.h>

#include "sip/message.h"
#include "sip/reply.h"
#include "sip/server_private.h"

enum { METHOD_BYTES = 16 };

static enum sip_standing ask(const struct sip_server *server, const struct sip_call *call,
                             const struct sip_msg *msg)
{
    const struct sip_server_handler *handler = &server->options.handler;
    char method[METHOD_BYTES];
    struct sip_peer peer;

    if (!handler->standing)
        return call ? SIP_STANDING_OWN : SIP_STANDING_OTHER;
    (void)snprintf(method, sizeof method, "%.*s", (int)msg->met.l, msg->met.p);
    transport_peer(server, msg, &peer);
    return handler->standing(handler->context, call ? call->context : NULL, &peer, method);
}

static void refuse(struct sip_server *server, const struct sip_msg *msg, enum sip_standing standing)
{
    if (message_is(msg, "ACK"))
        return;
    if (standing == SIP_STANDING_STRANGER)
        reply_stateless(server, msg, 403, "Forbidden", "");
    else
        reply_stateless(server, msg, 481, "Call/Transaction Does Not Exist", "");
}

bool standing_refused(struct sip_server *server, const struct sip_call *call,
                      const struct sip_msg *msg)
{
    enum sip_standing standing = ask(server, call, msg);

    if (call && standing == SIP_STANDING_OWN)
        return false;
    refuse(server, msg, standing);
    return true;
}

/* The call whose INVITE libre would let it cancel, whatever Call-ID it names. */
static const struct sip_call *find_cancelled(const struct sip_server *server,
                                             const struct sip_msg *msg)
{
    for (const struct le *le = server->calls.tail; le; le = le->prev) {
        const struct sip_call *call = le->data;
        if (call->state == CALL_WAITING &&
            pl_cmp(&call->invite->via.branch, &msg->via.branch) == 0 &&
            pl_cmp(&call->invite->via.sentby, &msg->via.sentby) == 0)
            return call;
    }
    return NULL;
}

bool standing_refused_cancel(struct sip_server *server, const struct sip_msg *msg)
{
    const struct sip_call *call = find_cancelled(server, msg);
    enum sip_standing standing = ask(server, call, msg);

    /* one that comes too late, or again, libre answers */
    if (standing == SIP_STANDING_OWN || (!call && standing == SIP_STANDING_OTHER))
        return false;
    refuse(server, msg, standing);
    return true;
}
