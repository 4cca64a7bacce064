#include "tools/callgen/transport.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/bounds.h"
#include "net/address.h"
#include "tools/callgen/sip_message.h"

enum { SIP_PORT = 5060, SEND_WAIT_S = 5, RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024 };

struct transport {
    bool tcp;
    int descriptor;
    struct sockaddr_storage peer;
    struct sockaddr_storage local;
    size_t used;     /* bytes in buffer */
    size_t consumed; /* of these, already given out */
    char buffer[2 * BOUND_SIP_MESSAGE_BYTES];
};

static enum status resolve(const char *to, struct sockaddr_storage *peer, struct fault *fault)
{
    char host[BOUND_PATH_BYTES];
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM};
    struct addrinfo *found = NULL;
    if (address_parse(to, SIP_PORT, peer) == STATUS_OK) {
        return address_port(peer) != 0 ? STATUS_OK
                                       : fault_set(fault, STATUS_INVALID, 0, "%s: no port", to);
    }
    (void)snprintf(host, sizeof(host), "%s", to);
    char *colon = strrchr(host, ':');
    const char *port = "5060";
    if (colon != NULL) {
        *colon = '\0';
        port = colon + 1;
    }
    int error = getaddrinfo(host, port, &hints, &found);
    if (error != 0) {
        return fault_set(fault, STATUS_INVALID, 0, "%s: %s", to, gai_strerror(error));
    }
    memcpy(peer, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return STATUS_OK;
}

static void set_options(int descriptor, bool tcp)
{
    struct timeval wait = {.tv_sec = SEND_WAIT_S};
    /* none of these is needed for a right result: failures are of no consequence */
    (void)setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
    if (tcp) {
        (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    } else {
        (void)setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &(int){RECEIVE_BUFFER_BYTES},
                         sizeof(int));
    }
}

static enum status open_socket(struct transport *transport, struct fault *fault)
{
    char text[ADDRESS_TEXT_BYTES];
    socklen_t length = sizeof(transport->local);
    int kind = (transport->tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC;
    int descriptor = socket(transport->peer.ss_family, kind, 0);
    if (descriptor < 0) {
        return fault_set(fault, STATUS_IO, errno, "open a SIP socket");
    }
    set_options(descriptor, transport->tcp);
    address_format(&transport->peer, true, text);
    if (connect(descriptor, (struct sockaddr *)&transport->peer,
                address_length(&transport->peer)) != 0 ||
        getsockname(descriptor, (struct sockaddr *)&transport->local, &length) != 0) {
        enum status status = fault_set(fault, STATUS_IO, errno, "connect to %s", text);
        (void)close(descriptor);
        return status;
    }
    transport->descriptor = descriptor;
    transport->used = 0;
    transport->consumed = 0;
    return STATUS_OK;
}

enum status transport_open(const char *to, bool tcp, struct transport **out, struct fault *fault)
{
    struct transport *transport = calloc(1, sizeof(*transport));
    if (transport == NULL) {
        return fault_set(fault, STATUS_NOMEM, 0, "memory for SIP");
    }
    transport->tcp = tcp;
    transport->descriptor = -1;
    enum status status = resolve(to, &transport->peer, fault);
    if (status == STATUS_OK) {
        status = open_socket(transport, fault);
    }
    if (status != STATUS_OK) {
        free(transport);
        return status;
    }
    *out = transport;
    return STATUS_OK;
}

static void drop(struct transport *transport)
{
    if (transport->descriptor >= 0) {
        (void)close(transport->descriptor);
    }
    transport->descriptor = -1;
}

void transport_close(struct transport *owned_transport)
{
    if (owned_transport != NULL) {
        drop(owned_transport);
        free(owned_transport);
    }
}

enum status transport_send(struct transport *transport, const char *text, size_t text_bytes,
                           struct fault *fault)
{
    size_t done = 0;
    if (transport->descriptor < 0) {
        enum status status = open_socket(transport, fault);
        if (status != STATUS_OK) {
            return status;
        }
    }
    while (done < text_bytes) {
        ssize_t sent = send(transport->descriptor, text + done, text_bytes - done, MSG_NOSIGNAL);
        if (sent >= 0) {
            done += (size_t)sent;
        } else if (errno != EINTR) {
            enum status status = fault_set(fault, STATUS_IO, errno, "send SIP");
            if (transport->tcp) {
                drop(transport);
            }
            return status;
        }
    }
    return STATUS_OK;
}

/* One recv into what is free of the buffer. */
static enum status fill(struct transport *transport, struct fault *fault)
{
    ssize_t got = recv(transport->descriptor, transport->buffer + transport->used,
                       sizeof(transport->buffer) - transport->used, MSG_DONTWAIT);
    if (got > 0 || (got == 0 && !transport->tcp)) {
        transport->used += (size_t)got;
        return STATUS_OK;
    }
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
        return STATUS_END;
    }
    int error = got == 0 ? 0 : errno;
    if (transport->tcp) {
        drop(transport);
    }
    return fault_set(fault, STATUS_IO, error, "the recorder is gone%s",
                     error == 0 ? ": connection closed" : "");
}

static void discard_consumed(struct transport *transport)
{
    transport->used -= transport->consumed;
    memmove(transport->buffer, transport->buffer + transport->consumed, transport->used);
    transport->consumed = 0;
}

/* Between messages of a stream there may be empty lines (RFC 3261 section 7.5, RFC 5626). */
static void skip_empty_lines(struct transport *transport)
{
    while (transport->consumed < transport->used &&
           strchr("\r\n", transport->buffer[transport->consumed]) != NULL &&
           transport->buffer[transport->consumed] != '\0') {
        transport->consumed++;
    }
    discard_consumed(transport);
}

static enum status receive_stream(struct transport *transport, const char **text,
                                  size_t *text_bytes, struct fault *fault)
{
    for (;;) {
        size_t length = 0;
        skip_empty_lines(transport);
        enum status status = sip_message_frame(transport->buffer, transport->used, &length);
        if (status == STATUS_OK) {
            *text = transport->buffer;
            *text_bytes = length;
            transport->consumed = length;
            return STATUS_OK;
        }
        if (status != STATUS_BUSY || transport->used == sizeof(transport->buffer)) {
            drop(transport);
            return fault_set(fault, STATUS_IO, 0, "the recorder sent no SIP over TCP");
        }
        status = transport->descriptor < 0 ? STATUS_END : fill(transport, fault);
        if (status != STATUS_OK) {
            return status;
        }
    }
}

enum status transport_receive(struct transport *transport, const char **text, size_t *text_bytes,
                              struct fault *fault)
{
    discard_consumed(transport);
    if (transport->tcp) {
        return receive_stream(transport, text, text_bytes, fault);
    }
    enum status status = fill(transport, fault);
    if (status == STATUS_OK) {
        *text = transport->buffer;
        *text_bytes = transport->used;
        transport->consumed = transport->used;
    }
    return status;
}

int transport_descriptor(const struct transport *transport)
{
    return transport->descriptor;
}

bool transport_is_tcp(const struct transport *transport)
{
    return transport->tcp;
}

const struct sockaddr_storage *transport_peer(const struct transport *transport)
{
    return &transport->peer;
}

const struct sockaddr_storage *transport_local(const struct transport *transport)
{
    return &transport->local;
}

static enum status bind_media(const struct transport *transport, int *descriptor, unsigned *port,
                              struct fault *fault)
{
    struct sockaddr_storage address = transport->local;
    socklen_t length = sizeof(address);
    address_set_port(&address, 0);
    int opened = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (opened < 0 || bind(opened, (struct sockaddr *)&address, address_length(&address)) != 0 ||
        getsockname(opened, (struct sockaddr *)&address, &length) != 0) {
        enum status status = fault_set(fault, STATUS_IO, errno, "open an RTP socket");
        if (opened >= 0) {
            (void)close(opened);
        }
        return status;
    }
    *descriptor = opened;
    *port = address_port(&address);
    return STATUS_OK;
}

enum status transport_open_media(const struct transport *transport, int *descriptor, unsigned *port,
                                 struct fault *fault)
{
    enum { TRIES = 64 };
    for (unsigned i = 0; i < TRIES; i++) {
        int opened = -1;
        enum status status = bind_media(transport, &opened, port, fault);
        if (status != STATUS_OK) {
            return status;
        }
        if (*port % 2 == 0) {
            *descriptor = opened;
            return STATUS_OK;
        }
        (void)close(opened);
    }
    return fault_set(fault, STATUS_IO, 0, "no even port for RTP in %d tries", TRIES);
}
