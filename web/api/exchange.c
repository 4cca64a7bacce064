#include "web/api/exchange.h"

#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"

static void take_peer(struct exchange *exchange)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

    if (!info || !info->client_addr)
        return;
    if (info->client_addr->sa_family == AF_INET)
        memcpy(&exchange->peer, info->client_addr, sizeof(struct sockaddr_in));
    else if (info->client_addr->sa_family == AF_INET6)
        memcpy(&exchange->peer, info->client_addr, sizeof(struct sockaddr_in6));
    else
        return;
    address_format(&exchange->peer, false, exchange->address);
}

struct exchange *exchange_create(struct MHD_Connection *connection, const char *method,
                                 const char *path)
{
    struct exchange *exchange = calloc(1, sizeof *exchange);

    if (!exchange)
        return NULL;
    exchange->path = strdup(path);
    if (!exchange->path) {
        free(exchange);
        return NULL;
    }
    exchange->connection = connection;
    (void)snprintf(exchange->method, sizeof exchange->method, "%s", method);
    bytes_init(&exchange->body, BOUND_HTTP_BODY_BYTES);
    take_peer(exchange);
    return exchange;
}

void exchange_destroy(struct exchange *owned_exchange)
{
    if (!owned_exchange)
        return;
    if (owned_exchange->response)
        MHD_destroy_response(owned_exchange->response);
    bytes_wipe(&owned_exchange->body);
    bytes_deinit(&owned_exchange->body);
    sodium_memzero(owned_exchange->token, sizeof owned_exchange->token);
    free(owned_exchange->path);
    free(owned_exchange);
}

bool exchange_is_head(const struct exchange *exchange)
{
    return strcmp(exchange->method, MHD_HTTP_METHOD_HEAD) == 0;
}

bool exchange_reads(const struct exchange *exchange)
{
    return exchange_is_head(exchange) || strcmp(exchange->method, MHD_HTTP_METHOD_GET) == 0;
}

const char *exchange_header(const struct exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

const char *exchange_cookie(const struct exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->connection, MHD_COOKIE_KIND, name);
}

enum status exchange_query(const struct exchange *exchange, const char *name, const char **value)
{
    const char *text = NULL;
    size_t length = 0;

    if (MHD_lookup_connection_value_n(exchange->connection, MHD_GET_ARGUMENT_KIND, name,
                                      strlen(name), &text, &length) != MHD_YES ||
        !text || length == 0) {
        *value = NULL;
        return STATUS_OK;
    }
    if (strlen(text) != length)
        return STATUS_INVALID;
    *value = text;
    return STATUS_OK;
}
