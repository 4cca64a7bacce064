#include "web/api/connections.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

struct connection {
    struct connection *next;
    struct connection *previous;
    int socket_descriptor;
    mono_time since;
    bool requested; /* a whole request is there and not yet answered */
    bool shut;
};

struct connections {
    pthread_mutex_t lock;
    struct connection *first;
};

enum status connections_create(struct connections **out)
{
    struct connections *connections = calloc(1, sizeof *connections);

    if (!connections)
        return STATUS_NOMEM;
    connections->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    *out = connections;
    return STATUS_OK;
}

void connections_destroy(struct connections *owned_connections)
{
    if (!owned_connections)
        return;
    assert(!owned_connections->first);
    (void)pthread_mutex_destroy(&owned_connections->lock);
    free(owned_connections);
}

struct connection *connections_add(struct connections *connections, int socket_descriptor,
                                   mono_time now)
{
    struct connection *connection = calloc(1, sizeof *connection);

    if (!connection)
        return NULL;
    connection->socket_descriptor = socket_descriptor;
    connection->since = now;
    (void)pthread_mutex_lock(&connections->lock);
    connection->next = connections->first;
    if (connection->next)
        connection->next->previous = connection;
    connections->first = connection;
    (void)pthread_mutex_unlock(&connections->lock);
    return connection;
}

void connections_remove(struct connections *connections, struct connection *owned_connection)
{
    if (!owned_connection)
        return;
    (void)pthread_mutex_lock(&connections->lock);
    if (owned_connection->next)
        owned_connection->next->previous = owned_connection->previous;
    if (owned_connection->previous)
        owned_connection->previous->next = owned_connection->next;
    else
        connections->first = owned_connection->next;
    (void)pthread_mutex_unlock(&connections->lock);
    free(owned_connection);
}

void connections_requested(struct connections *connections, struct connection *connection)
{
    if (!connection)
        return;
    (void)pthread_mutex_lock(&connections->lock);
    connection->requested = true;
    (void)pthread_mutex_unlock(&connections->lock);
}

void connections_answered(struct connections *connections, struct connection *connection,
                          mono_time now)
{
    if (!connection)
        return;
    (void)pthread_mutex_lock(&connections->lock);
    connection->requested = false;
    connection->since = now;
    (void)pthread_mutex_unlock(&connections->lock);
}

unsigned connections_reap(struct connections *connections, mono_time now)
{
    unsigned count = 0;

    (void)pthread_mutex_lock(&connections->lock);
    for (struct connection *each = connections->first; each; each = each->next) {
        int64_t age_ns = now.ns - each->since.ns;
        if (each->requested || each->shut || age_ns <= CONNECTIONS_REQUEST_MAX_S * CLOCK_NS_PER_S)
            continue;
        (void)shutdown(each->socket_descriptor, SHUT_RDWR);
        each->shut = true;
        count++;
    }
    (void)pthread_mutex_unlock(&connections->lock);
    return count;
}
