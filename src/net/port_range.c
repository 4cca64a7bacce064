#include "net/port_range.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "net/address.h"

enum { RECEIVE_BUFFER_BYTES = 512 * 1024, RTCP_BUFFER_BYTES = 32 * 1024 };

/* A ring of the free ports, oldest return first. Invariant: waiting <= ports. */
struct port_range {
    pthread_mutex_t lock;
    unsigned ports; /* all ports of the range, also the ring's size */
    unsigned next;  /* ring index of the port lent next */
    unsigned waiting;
    uint16_t ring[];
};

enum status port_range_create(uint16_t first, uint16_t last, struct port_range **out,
                              struct fault *fault)
{
    unsigned first_even = first + (first & 1U);
    unsigned last_even = last - (last & 1U);

    if (first < 1024 || first_even > last_even)
        return fault_set(fault, STATUS_INVALID, 0, "no even port from 1024 up in range %u-%u",
                         (unsigned)first, (unsigned)last);
    unsigned ports = (last_even - first_even) / 2 + 1;
    struct port_range *range = calloc(1, sizeof *range + ports * sizeof range->ring[0]);
    if (!range)
        return fault_set(fault, STATUS_NOMEM, 0, "port range");
    if (pthread_mutex_init(&range->lock, NULL) != 0) {
        free(range);
        return fault_set(fault, STATUS_NOMEM, 0, "port range");
    }
    range->ports = ports;
    range->waiting = ports;
    for (unsigned i = 0; i < ports; i++)
        range->ring[i] = (uint16_t)(first_even + 2 * i);
    *out = range;
    return STATUS_OK;
}

void port_range_destroy(struct port_range *owned_range)
{
    if (!owned_range)
        return;
    assert(owned_range->waiting == owned_range->ports);
    (void)pthread_mutex_destroy(&owned_range->lock);
    free(owned_range);
}

/* The port that has waited longest; false where none waits. */
static bool port_take(struct port_range *range, uint16_t *port)
{
    bool taken = false;

    (void)pthread_mutex_lock(&range->lock);
    if (range->waiting > 0) {
        *port = range->ring[range->next];
        range->next = (range->next + 1) % range->ports;
        range->waiting--;
        taken = true;
    }
    (void)pthread_mutex_unlock(&range->lock);
    return taken;
}

bool port_range_has_free(struct port_range *range)
{
    (void)pthread_mutex_lock(&range->lock);
    bool waits = range->waiting > 0;
    (void)pthread_mutex_unlock(&range->lock);
    return waits;
}

/* To the end of the line. */
static void port_return(struct port_range *range, uint16_t port)
{
    (void)pthread_mutex_lock(&range->lock);
    assert(range->waiting < range->ports);
    range->ring[(range->next + range->waiting) % range->ports] = port;
    range->waiting++;
    (void)pthread_mutex_unlock(&range->lock);
}

/*
 * A socket as port_range_open promises.
 *
 * STATUS_BUSY  another program has the port.
 */
static enum status socket_open(const struct sockaddr_storage *address, uint16_t port,
                               int receive_bytes, int *descriptor, struct fault *fault)
{
    struct sockaddr_storage local = *address;
    const int on = 1;
    char text[ADDRESS_TEXT_BYTES];
    enum status status;

    address_set_port(&local, port);
    int opened = socket(local.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (opened < 0)
        return fault_set(fault, STATUS_IO, errno, "open a media socket");
    if (bind(opened, (struct sockaddr *)&local, address_length(&local)) != 0) {
        int sys_errno = errno;
        address_format(&local, true, text);
        status = fault_set(fault, sys_errno == EADDRINUSE ? STATUS_BUSY : STATUS_IO, sys_errno,
                           "bind media socket to %s", text);
        goto out;
    }
    if (setsockopt(opened, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0 ||
        setsockopt(opened, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on) != 0 ||
        setsockopt(opened, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes) != 0) {
        status = fault_set(fault, STATUS_IO, errno, "set options of a media socket");
        goto out;
    }
    status = descriptor_raise(&opened, fault);
    if (status != STATUS_OK)
        goto out;
    *descriptor = opened;
    return STATUS_OK;
out:
    (void)close(opened);
    return status;
}

enum status port_range_open(struct port_range *range, const struct sockaddr_storage *address,
                            int *descriptor, uint16_t *port, struct fault *fault)
{
    /* each port is tried once: one that another program has goes to the end of the line */
    for (unsigned i = 0; i < range->ports; i++) {
        uint16_t candidate;
        if (!port_take(range, &candidate))
            break;
        enum status status =
            socket_open(address, candidate, RECEIVE_BUFFER_BYTES, descriptor, fault);
        if (status == STATUS_OK) {
            *port = candidate;
            return STATUS_OK;
        }
        port_return(range, candidate);
        if (status != STATUS_BUSY)
            return status;
    }
    return fault_set(fault, STATUS_FULL, 0, "all %u media ports are in use", range->ports);
}

enum status port_range_open_rtcp(const struct sockaddr_storage *address, uint16_t port,
                                 int *descriptor, struct fault *fault)
{
    assert(port % 2 == 0);
    return socket_open(address, (uint16_t)(port + 1), RTCP_BUFFER_BYTES, descriptor, fault);
}

void port_range_close(struct port_range *range, int descriptor, uint16_t port)
{
    /* closed first, so that the next borrower can bind it */
    (void)close(descriptor);
    port_return(range, port);
}
