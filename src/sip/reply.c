#include "sip/reply.h"

#include <stdio.h>

#include "sip/server_private.h"

void reply_final(struct sip_server *server, const struct sip_msg *msg, unsigned code,
                 const char *reason, const char *headers)
{
    (void)sip_treplyf(NULL, NULL, server->sip, msg, false, (uint16_t)code, reason,
                      "%sContent-Length: 0\r\n\r\n", headers);
}

void reply_stateless(struct sip_server *server, const struct sip_msg *msg, unsigned code,
                     const char *reason, const char *headers)
{
    /* libre draws a new tag for every message it decodes, and takes the message as const only for
     * its readers: its own CANCEL handling sets the tag in the same way */
    ((struct sip_msg *)(uintptr_t)msg)->tag =
        server->tag_salt ^
        ((uint64_t)hash_joaat_pl(&msg->via.branch) << 32 | hash_joaat_pl(&msg->callid));
    (void)sip_replyf(server->sip, msg, (uint16_t)code, reason, "%sContent-Length: 0\r\n\r\n",
                     headers);
}

void reply_settle_target(struct sip_msg *msg)
{
    struct pl rport;

    if (msg->tp == SIP_TRANSP_UDP && sa_isset(&msg->via.addr, SA_ADDR) &&
        !sa_cmp(&msg->via.addr, &msg->src, SA_ADDR) &&
        msg_param_exists(&msg->via.params, "rport", &rport) != 0)
        msg->via.addr = msg->src;
}

void reply_unavailable(struct sip_server *server, const struct sip_msg *msg)
{
    char headers[48] = "";

    if (server->options.retry_after_s > 0)
        (void)snprintf(headers, sizeof headers, "Retry-After: %u\r\n",
                       server->options.retry_after_s);
    reply_stateless(server, msg, 503, "Service Unavailable", headers);
}
