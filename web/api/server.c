#include "web/api/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "web/api/answer.h"
#include "web/api/connections.h"
#include "web/api/workers.h"

struct server {
    struct server_spec spec;
    struct connections *connections;
    struct workers *workers;
    struct MHD_Daemon *daemon;
    int listener; /* -1 once the daemon has it */
    uint16_t port;
    _Atomic int64_t complained_ns; /* when the library's last complaint was logged */
};

/* --- one request ------------------------------------------------------------------------------ */

static enum MHD_Result send_answer(struct exchange *exchange)
{
    if (!exchange->response)
        return MHD_NO;
    enum MHD_Result result =
        MHD_queue_response(exchange->connection, exchange->status, exchange->response);
    MHD_destroy_response(exchange->response);
    exchange->response = NULL;
    log_event(LOG_DEBUG, "http.request", "method=%s path=%s status=%u address=%s", exchange->method,
              exchange->path, exchange->status, exchange->address);
    return result;
}

static struct connection *deadline_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

/* The headers are there. A body that is announced as too large is refused before it comes. */
static enum MHD_Result begin(struct MHD_Connection *connection, const char *method,
                             const char *path, void **request)
{
    struct exchange *exchange = exchange_create(connection, method, path);

    if (!exchange)
        return MHD_NO;
    *request = exchange;
    exchange->deadline = deadline_of(connection);
    const char *length = exchange_header(exchange, MHD_HTTP_HEADER_CONTENT_LENGTH);
    if (!length || strtoull(length, NULL, 10) <= BOUND_HTTP_BODY_BYTES)
        return MHD_YES;
    answer_problem(exchange, PROBLEM_BODY_TOO_LARGE, NULL, NULL);
    return send_answer(exchange);
}

static enum MHD_Result take_body(struct exchange *exchange, const char *data, size_t *data_bytes)
{
    size_t count = *data_bytes;

    *data_bytes = 0;
    if (exchange->body_refused_bytes == 0) {
        enum status status = bytes_append(&exchange->body, data, count);
        if (status == STATUS_OK)
            return MHD_YES;
        if (status != STATUS_LIMIT)
            return MHD_NO;
    }
    exchange->body_refused_bytes += count;
    return exchange->body_refused_bytes > SERVER_BODY_REFUSED_BYTES ? MHD_NO : MHD_YES;
}

static enum MHD_Result hand_over(struct server *server, struct exchange *exchange)
{
    MHD_suspend_connection(exchange->connection);
    if (workers_submit(server->workers, exchange) != STATUS_OK) {
        answer_retry(exchange, PROBLEM_OVERLOADED, 1);
        MHD_resume_connection(exchange->connection);
    }
    return MHD_YES;
}

static enum MHD_Result start(struct server *server, struct exchange *exchange)
{
    exchange->started = true;
    connections_requested(server->connections, exchange->deadline);
    if (exchange->body_refused_bytes > 0) {
        answer_problem(exchange, PROBLEM_BODY_TOO_LARGE, NULL, NULL);
    } else if (strncmp(exchange->path, "/api/", 5) != 0) {
        static_files_answer(server->spec.files, exchange);
    } else if (api_match(exchange) == STATUS_OK) {
        return hand_over(server, exchange);
    }
    return send_answer(exchange);
}

/* --- what libmicrohttpd calls ----------------------------------------------------------------- */

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
                                  const char *path, const char *method, const char *version,
                                  const char *data, size_t *data_bytes, void **request)
{
    struct exchange *exchange = *request;

    (void)version;
    if (!exchange)
        return begin(connection, method, path, request);
    if (*data_bytes > 0)
        return take_body(exchange, data, data_bytes);
    if (exchange->started)
        return send_answer(exchange);
    return start(context, exchange);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **request,
                         enum MHD_RequestTerminationCode code)
{
    struct server *server = context;
    struct exchange *exchange = *request;

    (void)connection;
    (void)code;
    if (!exchange)
        return;
    connections_answered(server->connections, exchange->deadline, clock_mono_now());
    exchange_destroy(exchange);
    *request = NULL;
}

static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct server *server = context;

    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        connections_remove(server->connections, *socket_context);
        *socket_context = NULL;
        return;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info)
        *socket_context = connections_add(server->connections, info->connect_fd, clock_mono_now());
}

/* At most one line a second: some of its complaints are a stranger's to make. */
__attribute__((format(printf, 2, 0))) static void on_complaint(void *context, const char *format,
                                                               va_list args)
{
    struct server *server = context;
    int64_t now_ns = clock_mono_now().ns;
    int64_t last_ns = atomic_load(&server->complained_ns);
    char text[256];

    if (now_ns - last_ns < CLOCK_NS_PER_S ||
        !atomic_compare_exchange_strong(&server->complained_ns, &last_ns, now_ns))
        return;
    (void)vsnprintf(text, sizeof text, format, args);
    log_event(LOG_WARNING, "http.library", "text=\"%s\"", text);
}

/* --- what a worker calls ---------------------------------------------------------------------- */

/* After the resuming, or the handing on, the exchange is no longer ours. */
static void run_exchange(void *context, struct lazy_index *lazy, void *job)
{
    struct server *server = context;
    struct exchange *exchange = job;
    struct MHD_Connection *connection = exchange->connection;

    api_run(server->spec.api, lazy, exchange);
    if (exchange->asked.id)
        control_waits_add(server->spec.api->waits, exchange->asked.id, exchange);
    else
        MHD_resume_connection(connection);
}

/* --- starting and stopping -------------------------------------------------------------------- */

static enum status open_listener(struct server *server, struct fault *fault)
{
    const char *text = server->spec.listen;
    struct sockaddr_storage address;
    struct sockaddr_storage bound = {0};
    socklen_t bound_bytes = sizeof bound;
    int on = 1;

    if (address_parse(text, 8080, &address) != STATUS_OK)
        return fault_set(fault, STATUS_INVALID, 0, "http_listen \"%s\": no ADDRESS:PORT", text);
    server->listener = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (server->listener < 0)
        return fault_set(fault, STATUS_IO, errno, "open a socket");
    (void)setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(server->listener, (struct sockaddr *)&address, address_length(&address)) != 0 ||
        listen(server->listener, SOMAXCONN) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&bound, &bound_bytes) != 0)
        return fault_set(fault, STATUS_IO, errno, "listen for HTTP on %s", text);
    server->port = address_port(&bound);
    return STATUS_OK;
}

static unsigned io_threads(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (cores < 2)
        return 2;
    return cores > SERVER_IO_THREADS_MAX ? SERVER_IO_THREADS_MAX : (unsigned)cores;
}

static enum status start_daemon(struct server *server, struct fault *fault)
{
    unsigned threads = io_threads();
    /* The library divides the connections among its threads: each must get one. */
    unsigned connections =
        server->spec.connections_max < threads ? threads : server->spec.connections_max;

    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG,
        0, NULL, NULL, on_request, server, MHD_OPTION_EXTERNAL_LOGGER, on_complaint, server,
        MHD_OPTION_LISTEN_SOCKET, server->listener, MHD_OPTION_THREAD_POOL_SIZE, threads,
        MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        server->spec.connections_per_address_max, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)SERVER_INACTIVITY_S, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, server, MHD_OPTION_END);
    if (!server->daemon)
        return fault_set(fault, STATUS_IO, errno, "start the HTTP library");
    server->listener = -1;
    return STATUS_OK;
}

enum status server_start(const struct server_spec *spec, struct server **out, struct fault *fault)
{
    struct server *server = calloc(1, sizeof *server);

    if (!server)
        return fault_set(fault, STATUS_NOMEM, 0, "start the server");
    server->spec = *spec;
    server->listener = -1;
    struct workers_spec workers = {
        .threads = SERVER_WORKERS,
        .queue_max = spec->connections_max,
        .index_path = spec->index_path,
        .run = run_exchange,
        .context = server,
    };
    enum status status = connections_create(&server->connections);
    if (status != STATUS_OK)
        (void)fault_set(fault, status, 0, "start the server");
    else
        status = open_listener(server, fault);
    if (status == STATUS_OK)
        status = workers_start(&workers, &server->workers, fault);
    if (status == STATUS_OK)
        status = start_daemon(server, fault);
    if (status != STATUS_OK) {
        server_destroy(server);
        return status;
    }
    *out = server;
    return STATUS_OK;
}

uint16_t server_port(const struct server *server)
{
    return server->port;
}

void server_tick(struct server *server, mono_time now)
{
    unsigned closed = connections_reap(server->connections, now);

    if (closed > 0)
        log_event(LOG_INFO, "http.slow", "connections_closed=%u", closed);
}

void server_destroy(struct server *owned_server)
{
    if (!owned_server)
        return;
    /* The library must not be stopped while a connection is suspended: first the workers, which
     * resume theirs or hand them on; then those that wait; what comes after that is refused, not
     * suspended for long. */
    if (owned_server->workers)
        workers_stop(owned_server->workers);
    control_waits_stop(owned_server->spec.api->waits);
    if (owned_server->daemon)
        MHD_stop_daemon(owned_server->daemon);
    if (owned_server->listener >= 0)
        (void)close(owned_server->listener);
    workers_destroy(owned_server->workers);
    connections_destroy(owned_server->connections);
    free(owned_server);
}
