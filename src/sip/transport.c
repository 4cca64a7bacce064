#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "net/address.h"
#include "sip/message.h"
#include "sip/reply.h"
#include "sip/server_private.h"

enum {
    OPEN_TRIES = 8,
    TCP_BACKLOG = 256,                  /* libre asks for 5 */
    UDP_BUFFER_BYTES = 4 * 1024 * 1024, /* asked for; the kernel caps it */
    HELPER_LAYER = 0,
    REQUEST_BYTES_MIN = 16,
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
        if (sip_transp_add(server->sip, transport, &local))
            continue;
        int placeholder = find_descriptor(type, &loopback);
        if (placeholder < 0 || dup3(wanted, placeholder, O_CLOEXEC) < 0)
            return STATUS_IO;
        return STATUS_OK;
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

enum status transport_open(struct sip_server *server, struct fault *fault)
{
    for (size_t i = 0; i < server->options.listens; i++) {
        enum status status = open_listener(server, i, fault);
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

/* Whether a line is a header that an answer repeats. */
static bool line_is_kept(const char *line, size_t line_bytes)
{
    static const char *const names[] = {"Via", "v", "From", "f", "To", "t", "Call-ID", "i", "CSeq"};
    const char *colon = memchr(line, ':', line_bytes);
    size_t name_bytes = colon ? (size_t)(colon - line) : 0;

    while (name_bytes > 0 && (line[name_bytes - 1] == ' ' || line[name_bytes - 1] == '\t'))
        name_bytes--;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (name_bytes == strlen(names[i]) && strncasecmp(line, names[i], name_bytes) == 0)
            return true;
    }
    return false;
}

/* Copy the start line and the whole lines of those headers; then the headers are over. */
static int copy_kept_lines(const char *data, size_t data_bytes, struct mbuf *kept)
{
    const char *end = data + data_bytes;
    const char *line_end;
    bool keep = true;
    int err = 0;

    for (const char *line = data; !err && (line_end = memchr(line, '\n', (size_t)(end - line)));
         line = line_end + 1) {
        size_t line_bytes = (size_t)(line_end - line) + 1;
        if (line_bytes == 1 || (line_bytes == 2 && *line == '\r'))
            break;
        /* a line that begins with a blank goes on with the one before */
        if (line != data && *line != ' ' && *line != '\t')
            keep = line_is_kept(line, line_bytes);
        if (keep)
            err = mbuf_write_mem(kept, (const uint8_t *)line, line_bytes);
    }
    return err ? err : mbuf_write_str(kept, "\r\n");
}

/*
 * Answer what libre cannot decode, and would only drop: a datagram that ends within its headers, or
 * that has one malformed header. What an answer needs is decoded alone; a request that does not
 * even tell where to answer gets none.
 */
static void answer_undecodable(struct server_udp *udp, const struct sa *src, const struct mbuf *mb)
{
    struct mbuf *kept = mbuf_alloc(mbuf_get_left(mb) + 4);
    struct sip_msg *msg = NULL;

    if (!kept)
        return;
    if (copy_kept_lines((const char *)mbuf_buf(mb), mbuf_get_left(mb), kept))
        goto out;
    kept->pos = 0;
    if (sip_msg_decode(&msg, kept))
        goto out;
    msg->sock = mem_ref(udp->sock);
    msg->src = *src;
    msg->tp = SIP_TRANSP_UDP;
    if (msg->req && !message_is(msg, "ACK") && pl_isset(&msg->via.branch))
        reply_stateless(udp->server, msg, 400, "Malformed Or Incomplete Message", "");
out:
    mem_deref(msg);
    mem_deref(kept);
}

/*
 * Sees each datagram before libre; true: dealt with. What cannot be decoded ends here: libre would
 * print a line for each.
 */
static bool datagram_received(struct sa *src, struct mbuf *mb, void *arg)
{
    struct sip_msg *msg = NULL;

    /* line ends before a message are to be ignored (RFC 3261 section 7.5); alone they keep alive */
    while (mbuf_get_left(mb) > 0 && (*mbuf_buf(mb) == '\r' || *mbuf_buf(mb) == '\n'))
        mb->pos++;
    if (mbuf_get_left(mb) == 0)
        return true;
    size_t start = mb->pos;
    int err = sip_msg_decode(&msg, mb);
    mb->pos = start;
    mem_deref(msg);
    if (!err)
        return false;
    /* what is too short for a request line, or no text, is no request: STUN, noise */
    if (mbuf_get_left(mb) >= REQUEST_BYTES_MIN && *mbuf_buf(mb) >= 'A' && *mbuf_buf(mb) <= 'Z')
        answer_undecodable(arg, src, mb);
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
    struct sa address = msg->dst;

    /* of a UDP message libre tells the throwaway address; a TCP connection has its own */
    if (msg->tp == SIP_TRANSP_UDP)
        (void)udp_local_get(msg->sock, &address);
    memcpy(&local, &address.u, sizeof address.u);
    address_unmap(&local);
    if (address_is_any(&local) && address_facing(&source, &facing, NULL) == STATUS_OK) {
        address_set_port(&facing, address_port(&local));
        local = facing;
    }
    return local;
}
