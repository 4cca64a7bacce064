/**
 * server: libmicrohttpd, its threads and its limits; hands requests to the routes.
 *
 * Threads: libmicrohttpd's (one per core, epoll) receive requests and send answers, the audio of
 * long answers being read and authenticated as it is sent. What asks the database or opens a
 * recording runs on workers, the connection being suspended meanwhile; it stays so where a recorder
 * is then waited for (control_waits).
 */
#ifndef RECORDER_WEB_API_SERVER_H
#define RECORDER_WEB_API_SERVER_H

#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "web/api/api.h"
#include "web/api/static_files.h"

enum {
    SERVER_WORKERS = 8,
    SERVER_IO_THREADS_MAX = 16,
    SERVER_INACTIVITY_S = 30,
    SERVER_BODY_REFUSED_BYTES = 1024 * 1024, /* read past the maximum before hanging up */
};

struct server;

/* All borrowed until server_destroy. */
struct server_spec {
    const char *listen; /* ADDRESS:PORT; port 0 takes a free one */
    unsigned connections_max;
    unsigned connections_per_address_max;
    const char *index_path;
    struct api *api;
    const struct static_files *files; /* NULL: no portal */
};

/** Listen and serve. STATUS_OK, STATUS_INVALID (listen), STATUS_IO, STATUS_NOMEM. */
enum status server_start(const struct server_spec *spec, struct server **out,
                         struct fault *fault) MUST_CHECK;

/** Port that is listened on. */
uint16_t server_port(const struct server *server);

/** Close connections that are too slow. To be called every second or so. */
void server_tick(struct server *server, mono_time now);

/** Finish the requests that workers have, close all connections, free. NULL is accepted. */
void server_destroy(struct server *owned_server);

#endif
