#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/address.h"
#include "sip/input.h"
#include "sip/message.h"
#include "sip/server_private.h"
#include "sip/sip_tls.h"
#include "sip/streams.h"

/* libre's header of log levels wants these of whoever includes it. */
#define DEBUG_MODULE "recorder"
#define DEBUG_LEVEL 0
/* clang-format off */
#include <re_dbg.h>
/* clang-format on */

enum {
    OPEN_TRIES = 8,
    TCP_BACKLOG = 256,                  /* libre asks for 5 */
    UDP_BUFFER_BYTES = 4 * 1024 * 1024, /* asked for; the kernel caps it */
    HELPER_LAYER = 0,
};

/* What this file, streams.c and sip_tls.c keep of a server. */
struct transport {
    struct streams *streams;
    struct sip_tls *tls; /* NULL where it does not listen for TLS */
    struct sockaddr_storage bound_tls[SIP_LISTENS_MAX];
};

static const char LOOPBACK_V4[] = "127.0.0.1";
static const char LOOPBACK_V6[] = "::1";

/* A socket bound to an address, or -1 and errno. */
static int bind_socket(int type, const struct sockaddr_storage *address)
{
    int descriptor = socket(address->ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;

    if (descriptor < 0)
        return -1;
    /* a restart must not wait for connections of the last run to fade */
    if (type == SOCK_STREAM)
        (void)setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(descriptor, (const struct sockaddr *)address, address_length(address)) != 0 ||
        (type == SOCK_STREAM && listen(descriptor, TCP_BACKLOG) != 0)) {
        int sys_errno = errno;
        (void)close(descriptor);
        errno = sys_errno;
        return -1;
    }
    return descriptor;
}

/*
 * Sockets on UDP and TCP of one address; for port 0 both get the same free one, told in *bound.
 */
static enum status bind_pair(const struct sockaddr_storage *address, int *udp, int *tcp,
                             struct sockaddr_storage *bound, struct fault *fault)
{
    char text[ADDRESS_TEXT_BYTES];
    int sys_errno = 0;

    for (int i = 0; i < OPEN_TRIES; i++) {
        struct sockaddr_storage found = *address;
        socklen_t found_bytes = sizeof found;
        int udp_socket = bind_socket(SOCK_DGRAM, address);
        if (udp_socket < 0) {
            sys_errno = errno;
            break;
        }
        (void)getsockname(udp_socket, (struct sockaddr *)&found, &found_bytes);
        int tcp_socket = bind_socket(SOCK_STREAM, &found);
        if (tcp_socket >= 0) {
            *udp = udp_socket;
            *tcp = tcp_socket;
            *bound = found;
            return STATUS_OK;
        }
        sys_errno = errno;
        (void)close(udp_socket);
        if (address_port(address) != 0)
            break;
    }
    address_format(address, true, text);
    return fault_set(fault, STATUS_IO, sys_errno, "listen for SIP on %s", text);
}

/* The descriptor of this process that is bound to an address, or -1. */
static int find_descriptor(int type, const struct sockaddr_storage *address)
{
    for (int i = 0; i < BOUND_SIP_TCP_CONNECTIONS; i++) {
        struct sockaddr_storage local = {0};
        socklen_t local_bytes = sizeof local;
        int found_type = 0;
        socklen_t type_bytes = sizeof found_type;
        if (getsockopt(i, SOL_SOCKET, SO_TYPE, &found_type, &type_bytes) == 0 &&
            found_type == type && getsockname(i, (struct sockaddr *)&local, &local_bytes) == 0 &&
            address_equal(&local, address))
            return i;
    }
    return -1;
}

/*
 * Add a transport on a throwaway port of the loopback and put our socket in its descriptor's place.
 *
 * libre opens its sockets itself, refuses to listen on 0.0.0.0 and ::, listens for TCP with a
 * backlog of 5 and shares the port with whoever asks for it (SO_REUSEPORT). It knows a socket only
 * by its descriptor, so the one we want can take over that number; the caller then has libre's
 * event set rebuilt. What libre keeps of the throwaway address is used for nothing
 * (transport_local).
 */
static enum status add_transport(struct sip_server *server, enum sip_transp transport, int wanted)
{
    struct tls *certificate =
        server->transport->tls ? sip_tls_context(server->transport->tls) : NULL;
    int type = transport == SIP_TRANSP_UDP ? SOCK_DGRAM : SOCK_STREAM;
    struct sockaddr_storage loopback;
    struct sa local;

    for (int i = 0; i < OPEN_TRIES; i++) {
        socklen_t loopback_bytes = sizeof loopback;
        if (address_parse(LOOPBACK_V4, 0, &loopback) != STATUS_OK)
            return STATUS_INVALID;
        int trial = bind_socket(type, &loopback);
        if (trial < 0)
            return STATUS_IO;
        (void)getsockname(trial, (struct sockaddr *)&loopback, &loopback_bytes);
        (void)close(trial);
        (void)sa_set_sa(&local, (const struct sockaddr *)&loopback);
        /* another program may have taken the port just now */
        if (sip_transp_add(server->sip, transport, &local, certificate))
            continue;
        int placeholder = find_descriptor(type, &loopback);
        if (placeholder < 0 || dup3(wanted, placeholder, O_CLOEXEC) < 0)
            return STATUS_IO;
        return transport == SIP_TRANSP_UDP ? STATUS_OK
                                           : streams_adopt(server->transport->streams, placeholder);
    }
    return STATUS_IO;
}

static enum status open_listener(struct sip_server *server, size_t index, struct fault *fault)
{
    const struct sockaddr_storage *address = &server->options.listen[index];
    int udp = -1;
    int tcp = -1;
    enum status status = bind_pair(address, &udp, &tcp, &server->bound[index], fault);

    if (status != STATUS_OK)
        return status;
    status = add_transport(server, SIP_TRANSP_UDP, udp);
    if (status == STATUS_OK)
        status = add_transport(server, SIP_TRANSP_TCP, tcp);
    if (status != STATUS_OK)
        (void)fault_set(fault, status, 0, "hand SIP sockets to libre");
    (void)close(udp);
    (void)close(tcp);
    return status;
}

/*
 * An OPTIONS of our own is the first datagram of each UDP socket: libre hands a socket over only
 * with a message (transport_learn). A lost one costs little: the next message does the same.
 */
static void send_probe(struct sip_server *server, const struct sockaddr_storage *bound)
{
    struct sockaddr_storage target = *bound;
    bool ipv6 = bound->ss_family == AF_INET6;
    char host[ADDRESS_TEXT_BYTES];
    char text[512];

    if (address_is_any(bound) &&
        address_parse(ipv6 ? LOOPBACK_V6 : LOOPBACK_V4, address_port(bound), &target) != STATUS_OK)
        return;
    address_format(&target, true, host);
    int bytes = snprintf(text, sizeof text,
                         "OPTIONS sip:%s SIP/2.0\r\n"
                         "Via: SIP/2.0/UDP %s;branch=z9hG4bK%s\r\n"
                         "From: <sip:%s>;tag=1\r\nTo: <sip:%s>\r\n"
                         "Call-ID: %s\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
                         host, host, server->probe_id, host, host, server->probe_id);
    assert(bytes > 0 && (size_t)bytes < sizeof text);
    int descriptor = socket(target.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0)
        return;
    (void)sendto(descriptor, text, (size_t)bytes, 0, (struct sockaddr *)&target,
                 address_length(&target));
    (void)close(descriptor);
}

static enum status open_tls_listener(struct sip_server *server, size_t index, struct fault *fault)
{
    const struct sockaddr_storage *address = &server->options.listen_tls[index];
    struct sockaddr_storage *bound = &server->transport->bound_tls[index];
    socklen_t bound_bytes = sizeof *bound;
    char text[ADDRESS_TEXT_BYTES];
    int descriptor = bind_socket(SOCK_STREAM, address);

    if (descriptor < 0) {
        address_format(address, true, text);
        return fault_set(fault, STATUS_IO, errno, "listen for SIP over TLS on %s", text);
    }
    (void)getsockname(descriptor, (struct sockaddr *)bound, &bound_bytes);
    enum status status = add_transport(server, SIP_TRANSP_TLS, descriptor);
    if (status != STATUS_OK)
        (void)fault_set(fault, status, 0, "hand a TLS socket to libre");
    (void)close(descriptor);
    return status;
}

/* libre's words about what peers do wrong would go to stderr, a line for each. */
static void words_dropped(int level, const char *text, size_t bytes, void *arg)
{
    (void)level;
    (void)text;
    (void)bytes;
    (void)arg;
}

static enum status parts_create(struct sip_server *server, struct fault *fault)
{
    struct transport *transport = calloc(1, sizeof *transport);

    if (!transport)
        return fault_set(fault, STATUS_NOMEM, 0, "SIP transports");
    server->transport = transport;
    enum status status = streams_create(server, &transport->streams, fault);
    if (status == STATUS_OK && server->options.listens_tls > 0)
        status = sip_tls_create(&server->options.tls, &transport->tls, fault);
    return status;
}

enum status transport_open(struct sip_server *server, struct fault *fault)
{
    dbg_handler_set(words_dropped, NULL);
    enum status created = parts_create(server, fault);
    if (created != STATUS_OK)
        return created;
    for (size_t i = 0; i < server->options.listens; i++) {
        enum status status = open_listener(server, i, fault);
        if (status != STATUS_OK)
            return status;
    }
    for (size_t i = 0; i < server->options.listens_tls; i++) {
        enum status status = open_tls_listener(server, i, fault);
        if (status != STATUS_OK)
            return status;
    }
    /* the kernel forgot the placeholders: this registers all descriptors anew */
    int err = poll_method_set(METHOD_EPOLL);
    if (err)
        return fault_set(fault, STATUS_IO, err, "register SIP sockets");
    for (size_t i = 0; i < server->options.listens; i++)
        send_probe(server, &server->bound[i]);
    return STATUS_OK;
}

void transport_close(struct sip_server *server)
{
    if (!server->transport)
        return;
    streams_destroy(server->transport->streams);
    sip_tls_destroy(server->transport->tls);
    free(server->transport);
    server->transport = NULL;
}

enum status sip_server_reload_tls(struct sip_server *server, const struct sip_tls_options *tls,
                                  struct fault *fault)
{
    if (!server->transport->tls)
        return fault_set(fault, STATUS_INVALID, 0, "the server does not listen for TLS");
    return sip_tls_reload(server->transport->tls, tls, fault);
}

struct sockaddr_storage sip_server_tls_address(const struct sip_server *server)
{
    return server->transport->bound_tls[0];
}

/* Sees each datagram before libre, and leaves it none. */
static bool datagram_received(struct sa *src, struct mbuf *mb, void *arg)
{
    const struct server_udp *udp = arg;
    const struct message_origin origin = {
        .sock = udp->sock, .transport = SIP_TRANSP_UDP, .source = *src, .local = udp->local};

    /* line ends before a message are to be ignored (RFC 3261 section 7.5); alone they keep alive */
    while (mbuf_get_left(mb) > 0 && (*mbuf_buf(mb) == '\r' || *mbuf_buf(mb) == '\n'))
        mb->pos++;
    if (mbuf_get_left(mb) > 0)
        input_take(udp->server, &origin, mb);
    return true;
}

bool transport_learn(struct sip_server *server, const struct sip_msg *msg)
{
    if (msg->tp != SIP_TRANSP_UDP)
        return false;
    for (size_t i = 0; i < server->options.listens; i++) {
        struct server_udp *udp = &server->udp[i];
        if (udp->sock == msg->sock)
            return false;
        if (udp->sock)
            continue;
        udp->sock = msg->sock;
        udp->server = server;
        (void)udp_local_get(msg->sock, &udp->local);
        udp_rxsz_set(msg->sock, BOUND_SIP_MESSAGE_BYTES);
        (void)udp_sockbuf_set(msg->sock, UDP_BUFFER_BYTES);
        (void)udp_register_helper(NULL, msg->sock, HELPER_LAYER, NULL, datagram_received, udp);
        return true;
    }
    return false;
}

struct sockaddr_storage transport_local(const struct sip_msg *msg)
{
    struct sockaddr_storage source = message_source(msg);
    struct sockaddr_storage local = {0};
    struct sockaddr_storage facing;

    memcpy(&local, &msg->dst.u, sizeof msg->dst.u);
    address_unmap(&local);
    if (address_is_any(&local) && address_facing(&source, &facing, NULL) == STATUS_OK) {
        address_set_port(&facing, address_port(&local));
        local = facing;
    }
    return local;
}

void transport_peer(const struct sip_server *server, const struct sip_msg *msg,
                    struct sip_peer *peer)
{
    *peer = (struct sip_peer){.address = message_source(msg),
                              .transport = message_transport(msg),
                              .certificate_name = "",
                              .certificate_fingerprint = ""};
    if (msg->tp == SIP_TRANSP_TLS)
        streams_certificate(server->transport->streams, msg->sock, &peer->certificate_name,
                            &peer->certificate_fingerprint);
}
