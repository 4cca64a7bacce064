#include <string.h>

#include "body/multipart_text.h"
#include "net/address.h"
#include "sip/message.h"
#include "sip/server_private.h"

/* Route headers, and the first route. */
struct route_collection {
    struct mbuf *headers;
    char **first;
    int err;
};

static bool route_collect(const struct sip_hdr *hdr, const struct sip_msg *msg, void *arg)
{
    struct route_collection *routes = arg;
    struct sip_addr address;

    (void)msg;
    if (pl_strcasecmp(&hdr->name, "Record-Route"))
        return false;
    routes->err = mbuf_printf(routes->headers, "Route: %r\r\n", &hdr->val);
    if (!routes->err && !*routes->first && !sip_addr_decode(&address, &hdr->val))
        routes->err = pl_strdup(routes->first, &address.auri);
    return routes->err != 0;
}

/* Blanks and line ends may stand in a folded header, but not in the request line of a BYE. */
static bool is_one_word(const struct pl *uri)
{
    for (size_t i = 0; i < uri->l; i++) {
        if ((unsigned char)uri->p[i] <= ' ')
            return false;
    }
    return uri->l > 0;
}

enum status target_prepare(struct sip_call *call, const struct sip_msg *msg)
{
    struct route_collection routes = {.headers = mbuf_alloc(512), .first = &call->first_route};
    enum status status = STATUS_NOMEM;

    if (!routes.headers)
        return STATUS_NOMEM;
    /* the route set of a UAS is the Record-Route in its order (RFC 3261 section 12.1.1) */
    (void)sip_msg_hdr_apply(msg, true, SIP_HDR_RECORD_ROUTE, route_collect, &routes);
    int err = routes.err;
    err |= mbuf_printf(routes.headers, "To: %r\r\nFrom: %r;tag=%016llx\r\nCall-ID: %r\r\n",
                       &msg->from.val, &msg->to.val, msg->tag, &msg->callid);
    routes.headers->pos = 0;
    if (err || mbuf_strdup(routes.headers, &call->request_headers, mbuf_get_left(routes.headers)))
        goto out;
    call->transport = msg->tp;
    call->sock = mem_ref(msg->sock);
    call->source = msg->src;
    call->next_cseq = (uint32_t)(msg->tag & UINT16_MAX) + 1;
    target_take(call, msg);
    /* a client of RFC 2543 need not name a Contact: From is it then */
    if (!call->remote_target && is_one_word(&msg->from.auri))
        (void)pl_strdup(&call->remote_target, &msg->from.auri);
    status = call->remote_target ? STATUS_OK : STATUS_INVALID;
out:
    mem_deref(routes.headers);
    return status;
}

bool target_contact(const struct sip_msg *msg, struct pl *uri)
{
    struct text_span contact = message_header_value(msg, &MESSAGE_CONTACT);
    struct pl text = {.p = contact.text, .l = contact.bytes};
    struct sip_addr address;

    if (!contact.text || sip_addr_decode(&address, &text))
        return false;
    struct text_span word = text_span_trim(message_span(address.auri));
    *uri = (struct pl){.p = word.text, .l = word.bytes};
    return is_one_word(uri);
}

void target_take(struct sip_call *call, const struct sip_msg *msg)
{
    char *target = NULL;
    struct pl uri;

    if (!target_contact(msg, &uri) || pl_strdup(&target, &uri))
        return;
    mem_deref(call->remote_target);
    call->remote_target = target;
}

struct sa target_hop(const struct sa *source, const struct pl *text)
{
    struct sockaddr_storage from = {0};
    struct sa target;
    struct uri uri;

    if (uri_decode(&uri, text) || sa_set(&target, &uri.host, uri.port ? uri.port : SIP_PORT))
        return *source;
    memcpy(&from, &source->u, sizeof source->u);
    /* a dual-stack socket speaks to IPv4 in IPv6's clothes */
    if (sa_af(source) == AF_INET6 && sa_af(&target) == AF_INET) {
        char mapped[64];
        address_unmap(&from);
        if (from.ss_family != AF_INET ||
            re_snprintf(mapped, sizeof mapped, "::ffff:%j", &target) < 0 ||
            sa_set_str(&target, mapped, uri.port ? uri.port : SIP_PORT))
            return *source;
    }
    return sa_af(&target) == sa_af(source) ? target : *source;
}
