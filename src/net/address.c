#include "net/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct sockaddr_in *as_ipv4(const struct sockaddr_storage *address)
{
    return (const struct sockaddr_in *)(const void *)address;
}

static const struct sockaddr_in6 *as_ipv6(const struct sockaddr_storage *address)
{
    return (const struct sockaddr_in6 *)(const void *)address;
}

/* Digits only, 0..65535. */
static bool port_parse(const char *text, uint16_t *port)
{
    unsigned value = 0;

    if (!*text || strlen(text) > 5)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return false;
        value = value * 10 + (unsigned)(*text - '0');
    }
    if (value > UINT16_MAX)
        return false;
    *port = (uint16_t)value;
    return true;
}

/*
 * Split text into a host without brackets and the port's text (NULL where none). A bare text with
 * more than one colon is an IPv6 address without port.
 */
static bool host_split(const char *text, char host[static INET6_ADDRSTRLEN], const char **port)
{
    const char *start = text;
    const char *end;

    *port = NULL;
    if (*text == '[') {
        start++;
        end = strchr(start, ']');
        if (!end || (end[1] && end[1] != ':'))
            return false;
        if (end[1])
            *port = end + 2;
    } else {
        end = strchr(text, ':');
        if (end && !strchr(end + 1, ':'))
            *port = end + 1;
        else
            end = text + strlen(text);
    }
    size_t host_bytes = (size_t)(end - start);
    if (host_bytes >= INET6_ADDRSTRLEN)
        return false;
    memcpy(host, start, host_bytes);
    host[host_bytes] = '\0';
    return true;
}

enum status address_parse(const char *text, uint16_t default_port, struct sockaddr_storage *address)
{
    struct sockaddr_in ipv4 = {.sin_family = AF_INET};
    struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6};
    char host[INET6_ADDRSTRLEN];
    const char *port_text;
    uint16_t port = default_port;
    bool bracketed = *text == '[';

    if (!host_split(text, host, &port_text) || (port_text && !port_parse(port_text, &port)))
        return STATUS_INVALID;
    if (!bracketed && inet_pton(AF_INET, host, &ipv4.sin_addr) == 1) {
        ipv4.sin_port = htons(port);
        memset(address, 0, sizeof *address);
        memcpy(address, &ipv4, sizeof ipv4);
        return STATUS_OK;
    }
    if (inet_pton(AF_INET6, host, &ipv6.sin6_addr) == 1) {
        ipv6.sin6_port = htons(port);
        memset(address, 0, sizeof *address);
        memcpy(address, &ipv6, sizeof ipv6);
        return STATUS_OK;
    }
    return STATUS_INVALID;
}

void address_format(const struct sockaddr_storage *address, bool with_port,
                    char text[static ADDRESS_TEXT_BYTES])
{
    char host[INET6_ADDRSTRLEN] = "unknown";
    bool ipv6 = address->ss_family == AF_INET6;

    if (address->ss_family == AF_INET)
        (void)inet_ntop(AF_INET, &as_ipv4(address)->sin_addr, host, sizeof host);
    else if (ipv6)
        (void)inet_ntop(AF_INET6, &as_ipv6(address)->sin6_addr, host, sizeof host);
    if (!with_port)
        (void)snprintf(text, ADDRESS_TEXT_BYTES, "%s", host);
    else
        (void)snprintf(text, ADDRESS_TEXT_BYTES, ipv6 ? "[%s]:%u" : "%s:%u", host,
                       (unsigned)address_port(address));
}

uint16_t address_port(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET)
        return ntohs(as_ipv4(address)->sin_port);
    if (address->ss_family == AF_INET6)
        return ntohs(as_ipv6(address)->sin6_port);
    return 0;
}

void address_set_port(struct sockaddr_storage *address, uint16_t port)
{
    if (address->ss_family == AF_INET)
        ((struct sockaddr_in *)(void *)address)->sin_port = htons(port);
    else if (address->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)(void *)address)->sin6_port = htons(port);
}

socklen_t address_length(const struct sockaddr_storage *address)
{
    return address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                          : sizeof(struct sockaddr_in);
}

bool address_is_any(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET)
        return as_ipv4(address)->sin_addr.s_addr == htonl(INADDR_ANY);
    return address->ss_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&as_ipv6(address)->sin6_addr);
}

void address_unmap(struct sockaddr_storage *address)
{
    struct sockaddr_in ipv4 = {.sin_family = AF_INET};

    if (address->ss_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&as_ipv6(address)->sin6_addr))
        return;
    ipv4.sin_port = as_ipv6(address)->sin6_port;
    memcpy(&ipv4.sin_addr, &as_ipv6(address)->sin6_addr.s6_addr[12], sizeof ipv4.sin_addr);
    memset(address, 0, sizeof *address);
    memcpy(address, &ipv4, sizeof ipv4);
}

bool address_same_host(const struct sockaddr_storage *one, const struct sockaddr_storage *other)
{
    if (one->ss_family != other->ss_family)
        return false;
    if (one->ss_family == AF_INET)
        return as_ipv4(one)->sin_addr.s_addr == as_ipv4(other)->sin_addr.s_addr;
    return one->ss_family == AF_INET6 &&
           IN6_ARE_ADDR_EQUAL(&as_ipv6(one)->sin6_addr, &as_ipv6(other)->sin6_addr);
}

bool address_equal(const struct sockaddr_storage *one, const struct sockaddr_storage *other)
{
    return address_same_host(one, other) && address_port(one) == address_port(other);
}

enum status address_facing(const struct sockaddr_storage *peer, struct sockaddr_storage *local,
                           struct fault *fault)
{
    struct sockaddr_storage target = *peer;
    struct sockaddr_storage found = {0};
    socklen_t found_bytes = sizeof found;
    enum status status = STATUS_OK;
    char text[ADDRESS_TEXT_BYTES];

    address_unmap(&target);
    /* connect refuses port 0 on some families; which port it is does not change the route */
    if (address_port(&target) == 0)
        address_set_port(&target, 9);
    int descriptor = socket(target.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0 ||
        connect(descriptor, (struct sockaddr *)&target, address_length(&target)) != 0 ||
        getsockname(descriptor, (struct sockaddr *)&found, &found_bytes) != 0) {
        int sys_errno = errno;
        address_format(&target, false, text);
        status = fault_set(fault, STATUS_IO, sys_errno, "find our address towards %s", text);
        goto out;
    }
    address_set_port(&found, 0);
    *local = found;
out:
    if (descriptor >= 0)
        (void)close(descriptor);
    return status;
}
