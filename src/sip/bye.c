#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/address.h"
#include "sip/message.h"
#include "sip/server_private.h"

enum { BRANCH_BYTES = 32 };

/* A client transaction for BYE (RFC 3261 section 17.1.2). In server->byes. */
struct bye {
    struct le in_list;
    struct sip_server *server;
    char branch[BRANCH_BYTES];
    struct mbuf *request;
    struct sa target;
    enum sip_transp transport;
    void *sock;
    struct deadline timer;
    unsigned interval_ms;
    mono_time sent;
};

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

enum status bye_prepare(struct sip_call *call, const struct sip_msg *msg)
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
    if (err || mbuf_strdup(routes.headers, &call->bye_headers, mbuf_get_left(routes.headers)))
        goto out;
    call->transport = msg->tp;
    call->sock = mem_ref(msg->sock);
    call->source = msg->src;
    bye_retarget(call, msg);
    status = call->remote_target ? STATUS_OK : STATUS_INVALID;
out:
    mem_deref(routes.headers);
    return status;
}

void bye_retarget(struct sip_call *call, const struct sip_msg *msg)
{
    const struct sip_hdr *contact = sip_msg_hdr(msg, SIP_HDR_CONTACT);
    struct sip_addr address;
    char *target = NULL;

    if (!contact || sip_addr_decode(&address, &contact->val) || pl_strdup(&target, &address.auri))
        return;
    mem_deref(call->remote_target);
    call->remote_target = target;
}

static void bye_free(struct bye *bye)
{
    deadline_cancel(&bye->timer);
    list_unlink(&bye->in_list);
    mem_deref(bye->request);
    mem_deref(bye->sock);
    free(bye);
}

static void bye_over(struct bye *bye)
{
    struct sip_server *server = bye->server;

    bye_free(bye);
    if (server->lingering && !server->byes.head)
        re_cancel();
}

static void bye_transmit(const struct bye *bye)
{
    (void)sip_send(bye->server->sip, bye->sock, bye->transport, &bye->target, bye->request);
}

/* Timers E and F; over TCP it is only waited for (17.1.2.2). */
static void bye_timer(void *arg)
{
    struct bye *bye = arg;
    const struct sip_server *server = bye->server;
    int64_t waited_ms = (clock_mono_now().ns - bye->sent.ns) / CLOCK_NS_PER_MS;
    unsigned longest_ms = server->t1_ms * SERVER_T2_FACTOR;

    if (waited_ms >= (int64_t)server->t1_ms * SERVER_WAIT_FACTOR) {
        bye_over(bye);
        return;
    }
    if (bye->transport == SIP_TRANSP_UDP)
        bye_transmit(bye);
    bye->interval_ms = bye->interval_ms * 2 < longest_ms ? bye->interval_ms * 2 : longest_ms;
    deadline_set(&bye->server->deadlines, &bye->timer, bye->interval_ms, bye_timer, bye);
}

/*
 * The next hop: first route, else remote target, where that is an address of the family the INVITE
 * came by; else where the INVITE came from. A TCP connection that still stands is used whatever
 * this says.
 */
static struct sa bye_target(const struct sip_call *call)
{
    struct sockaddr_storage from = {0};
    struct sa target;
    struct uri uri;
    struct pl text;

    pl_set_str(&text, call->first_route ? call->first_route : call->remote_target);
    if (uri_decode(&uri, &text) || sa_set(&target, &uri.host, uri.port ? uri.port : SIP_PORT))
        return call->source;
    memcpy(&from, &call->source.u, sizeof call->source.u);
    /* a dual-stack socket speaks to IPv4 in IPv6's clothes */
    if (sa_af(&call->source) == AF_INET6 && sa_af(&target) == AF_INET) {
        char mapped[64];
        address_unmap(&from);
        if (from.ss_family != AF_INET ||
            re_snprintf(mapped, sizeof mapped, "::ffff:%j", &target) < 0 ||
            sa_set_str(&target, mapped, uri.port ? uri.port : SIP_PORT))
            return call->source;
    }
    return sa_af(&target) == sa_af(&call->source) ? target : call->source;
}

static int bye_write(const struct sip_call *call, const char *branch, struct mbuf *request)
{
    char host[ADDRESS_TEXT_BYTES];
    const char *software = call->server->options.software;
    int err;

    address_format(&call->identity.local, true, host);
    err = mbuf_printf(request,
                      "BYE %s SIP/2.0\r\nVia: SIP/2.0/%s %s;branch=%s;rport\r\n"
                      "Max-Forwards: 70\r\n%sCSeq: %u BYE\r\n",
                      call->remote_target, sip_transp_name(call->transport), host, branch,
                      call->bye_headers, sip_dialog_lseq(call->dialog));
    if (software)
        err |= mbuf_printf(request, "User-Agent: %s\r\n", software);
    err |= mbuf_write_str(request, "Content-Length: 0\r\n\r\n");
    request->pos = 0;
    return err;
}

void bye_send(const struct sip_call *call)
{
    struct sip_server *server = call->server;
    struct bye *bye = calloc(1, sizeof *bye);

    if (!bye)
        return;
    bye->server = server;
    list_append(&server->byes, &bye->in_list, bye);
    (void)snprintf(bye->branch, sizeof bye->branch, "z9hG4bK%016llx",
                   (unsigned long long)rand_u64());
    bye->target = bye_target(call);
    bye->transport = call->transport;
    bye->sock = mem_ref(call->sock);
    bye->request = mbuf_alloc(1024);
    if (!bye->request || bye_write(call, bye->branch, bye->request)) {
        bye_free(bye);
        return;
    }
    bye_transmit(bye);
    bye->sent = clock_mono_now();
    bye->interval_ms = server->t1_ms;
    deadline_set(&bye->server->deadlines, &bye->timer, bye->interval_ms, bye_timer, bye);
}

bool bye_response(const struct sip_msg *msg, void *arg)
{
    struct sip_server *server = arg;

    for (struct le *le = server->byes.head; le && msg->scode >= 200; le = le->next) {
        struct bye *bye = le->data;
        if (pl_strcmp(&msg->via.branch, bye->branch) == 0) {
            bye_over(bye);
            break;
        }
    }
    /* others answer nothing of ours: libre would print each of them */
    return true;
}

void bye_forget_all(struct sip_server *server)
{
    struct le *le = server->byes.head;

    while (le) {
        struct le *next = le->next;
        bye_free(le->data);
        le = next;
    }
}
