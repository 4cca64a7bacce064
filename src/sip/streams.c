#include "sip/streams.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "sip/input.h"
#include "sip/libre_layout.h"
#include "sip/salvage.h"
#include "sip/server_private.h"
#include "sip/sip_tls.h"
#include "sip/stream_input.h"

enum {
    LISTENERS_MAX = 2 * SIP_LISTENS_MAX, /* TCP and TLS */
    BUCKETS = 1024,
    ABOVE_TLS = 10,        /* libre's own layer is 0 */
    SWEEP_FACTOR = 2,      /* of T1: how often connections are looked at */
    GOODBYE_FACTOR = 4,    /* of T1: for the peer to read our last answer and close */
    KEEPALIVE_IDLE_S = 60, /* the kernel asks a silent peer whether it is there */
    KEEPALIVE_INTERVAL_S = 15,
    KEEPALIVE_COUNT = 4,
};

/* for libre's timers, which follow the wall clock: a step of it is no reason to close */
static const uint64_t NEVER_MS = UINT64_C(10) * 365 * 86400 * 1000;

/* libre's listener, whose connections come to us first. */
struct stream_listener {
    struct streams *streams;
    struct libre_listener *libre;
    tcp_conn_h *accept_handler; /* libre's own, and its argument */
    void *arg;
};

struct streams {
    struct sip_server *server;
    struct libre_sip *sip;
    struct list open; /* struct stream */
    struct hash *by_connection;
    struct stream_listener listeners[LISTENERS_MAX];
    size_t listener_count;
    size_t waiting_bytes; /* of all unfinished messages */
    struct deadline sweep;
};

/* One connection; it is closed when connection->tcp is NULL, and freed at the next sweep. */
struct stream {
    struct le in_list;
    struct le in_hash;
    struct streams *streams;
    struct libre_connection *connection; /* referenced */
    struct stream_input input;
    mono_time opened;
    mono_time ended; /* by us */
    bool identified; /* name and fingerprint are set */
    char name[SIP_TLS_NAME_BYTES];
    char fingerprint[SIP_TLS_FINGERPRINT_BYTES];
};

static uint32_t connection_key(const void *connection)
{
    return hash_fast((const char *)&connection, sizeof connection);
}

static bool is_connection(struct le *le, void *arg)
{
    const struct stream *stream = le->data;

    return stream->connection == arg;
}

static struct stream *stream_find(const struct streams *streams, const void *sock)
{
    return list_ledata(hash_lookup(streams->by_connection, connection_key(sock), is_connection,
                                   (void *)(uintptr_t)sock));
}

static void stream_free(struct stream *stream)
{
    stream->streams->waiting_bytes -= stream_input_waiting(&stream->input);
    stream_input_deinit(&stream->input);
    list_unlink(&stream->in_list);
    hash_unlink(&stream->in_hash);
    mem_deref(stream->connection);
    free(stream);
}

/* libre then finds that the peer has closed, and does likewise. */
static void stream_cut(const struct stream *stream)
{
    (void)shutdown(tcp_conn_fd(stream->connection->tcp), SHUT_RDWR);
}

/* --- what comes --- */

static struct message_origin stream_origin(const struct stream *stream)
{
    return (struct message_origin){
        .sock = stream->connection,
        .transport = stream->connection->tls ? SIP_TRANSP_TLS : SIP_TRANSP_TCP,
        .source = stream->connection->peer,
        .local = stream->connection->local,
    };
}

static void stream_message(void *context, struct mbuf *mb)
{
    const struct stream *stream = context;
    const struct message_origin origin = stream_origin(stream);

    input_take(stream->streams->server, &origin, mb);
}

static void stream_refused(void *context, const char *data, size_t bytes, unsigned code,
                           const char *reason)
{
    const struct stream *stream = context;
    const struct message_origin origin = stream_origin(stream);
    const struct salvage_answer answer = {code, reason, ""};

    salvage_send(stream->streams->server, &origin, data, bytes, &answer);
}

/*
 * libre's helper: sees the bytes of a connection, decrypted, before the SIP stack. Only keepalives,
 * which that answers, are left in mb.
 */
static bool bytes_received(int *err, struct mbuf *mb, bool *established, void *arg)
{
    struct stream *stream = arg;
    struct streams *streams = stream->streams;
    bool ended_before = stream->input.ended;

    (void)err;
    (void)established;
    streams->waiting_bytes -= stream_input_waiting(&stream->input);
    stream_input_take(&stream->input, mb, BOUND_SIP_STREAM_WAITING_BYTES - streams->waiting_bytes);
    streams->waiting_bytes += stream_input_waiting(&stream->input);
    if (stream->input.ended && !ended_before) {
        stream->ended = clock_mono_now();
        /* what was answered still gets there: a connection closed over unread bytes is reset */
        (void)shutdown(tcp_conn_fd(stream->connection->tcp), SHUT_WR);
    }
    return false;
}

/* --- the sweep --- */

/* A peer that is gone is found by the kernel. */
static void keep_open(struct libre_connection *connection)
{
    struct tmr *timer = &connection->idle_timer;

    if (tmr_isrunning(timer) && timer->arg == connection && tmr_get_expire(timer) < NEVER_MS / 2)
        tmr_start(timer, NEVER_MS, timer->th, connection);
}

static void stream_look_at(struct stream *stream, mono_time now)
{
    const struct stream_input *input = &stream->input;
    int64_t t1_ns = (int64_t)stream->streams->server->t1_ms * CLOCK_NS_PER_MS;
    int64_t longest_ns = t1_ns * SERVER_WAIT_FACTOR;

    if (!stream->connection->tcp)
        stream_free(stream);
    else if ((input->ended && now.ns - stream->ended.ns > t1_ns * GOODBYE_FACTOR) ||
             (!input->spoke && now.ns - stream->opened.ns > longest_ns) ||
             (stream_input_is_unfinished(input) && now.ns - input->began.ns > longest_ns))
        stream_cut(stream);
    else if (input->spoke)
        keep_open(stream->connection);
}

static void sweep(void *arg)
{
    struct streams *streams = arg;
    mono_time now = clock_mono_now();
    struct le *le = streams->open.head;

    while (le) {
        struct le *next = le->next;
        stream_look_at(le->data, now);
        le = next;
    }
    if (streams->open.head)
        deadline_set(&streams->server->deadlines, &streams->sweep,
                     streams->server->t1_ms * SWEEP_FACTOR, sweep, streams);
}

/* --- new ones --- */

static bool address_is_full(const struct streams *streams, const struct sa *peer)
{
    unsigned same = 0;

    for (struct le *le = streams->open.head; le; le = le->next) {
        const struct stream *stream = le->data;
        if (stream->connection->tcp && sa_cmp(&stream->connection->peer, peer, SA_ADDR))
            same++;
    }
    return same >= BOUND_SIP_TCP_PER_ADDRESS;
}

/* The one that libre has just made for a peer, NULL where it could not. */
static struct libre_connection *newest_connection(const struct streams *streams,
                                                  const struct sa *peer)
{
    const struct list *bucket = hash_list(streams->sip->connections, sa_hash(peer, SA_ALL));
    struct libre_connection *connection = bucket ? list_ledata(list_tail(bucket)) : NULL;

    if (!connection || !connection->tcp || !sa_cmp(&connection->peer, peer, SA_ALL) ||
        stream_find(streams, connection))
        return NULL;
    return connection;
}

static void socket_prepare(int descriptor)
{
    const struct {
        int level;
        int name;
        int value;
    } options[] = {
        {SOL_SOCKET, SO_KEEPALIVE, 1},
        {IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S},
        {IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S},
        {IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT},
        {IPPROTO_TCP, TCP_NODELAY, 1},
    };

    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        (void)setsockopt(descriptor, options[i].level, options[i].name, &options[i].value,
                         sizeof options[i].value);
}

static enum status stream_begin(struct streams *streams, struct libre_connection *connection)
{
    struct stream *stream = calloc(1, sizeof *stream);

    if (!stream)
        return STATUS_NOMEM;
    stream->streams = streams;
    stream->opened = clock_mono_now();
    stream_input_init(&stream->input,
                      &(struct stream_input_owner){stream_message, stream_refused, stream});
    if (tcp_register_helper(NULL, connection->tcp, ABOVE_TLS, NULL, NULL, bytes_received, stream)) {
        free(stream);
        return STATUS_NOMEM;
    }
    stream->connection = mem_ref(connection);
    if (!streams->open.head)
        deadline_set(&streams->server->deadlines, &streams->sweep,
                     streams->server->t1_ms * SWEEP_FACTOR, sweep, streams);
    list_append(&streams->open, &stream->in_list, stream);
    hash_append(streams->by_connection, connection_key(connection), &stream->in_hash, stream);
    socket_prepare(tcp_conn_fd(connection->tcp));
    return STATUS_OK;
}

static void connection_offered(const struct sa *peer, void *arg)
{
    const struct stream_listener *listener = arg;
    struct streams *streams = listener->streams;

    if (address_is_full(streams, peer)) {
        tcp_reject((struct tcp_sock *)(void *)listener->libre);
        return;
    }
    listener->accept_handler(peer, listener->arg);
    struct libre_connection *connection = newest_connection(streams, peer);
    if (connection && stream_begin(streams, connection) != STATUS_OK)
        (void)shutdown(tcp_conn_fd(connection->tcp), SHUT_RDWR);
}

/* --- life --- */

enum status streams_create(struct sip_server *server, struct streams **out, struct fault *fault)
{
    const char *version = sys_libre_version_get();

    if (strcmp(version, LIBRE_LAYOUT_VERSION) != 0)
        return fault_set(fault, STATUS_UNSUPPORTED, 0,
                         "libre %s is installed, this was made for " LIBRE_LAYOUT_VERSION, version);
    struct streams *streams = calloc(1, sizeof *streams);
    if (!streams || hash_alloc(&streams->by_connection, BUCKETS)) {
        free(streams);
        return fault_set(fault, STATUS_NOMEM, 0, "SIP connections");
    }
    streams->server = server;
    streams->sip = (struct libre_sip *)(void *)server->sip;
    *out = streams;
    return STATUS_OK;
}

void streams_destroy(struct streams *owned_streams)
{
    if (!owned_streams)
        return;
    struct le *le = owned_streams->open.head;
    deadline_cancel(&owned_streams->sweep);
    while (le) {
        struct le *next = le->next;
        stream_free(le->data);
        le = next;
    }
    mem_deref(owned_streams->by_connection);
    free(owned_streams);
}

enum status streams_adopt(struct streams *streams, int descriptor)
{
    const struct libre_transport *transport = list_ledata(list_tail(&streams->sip->transports));

    if (streams->listener_count == LISTENERS_MAX)
        return STATUS_LIMIT;
    if (!transport || transport->sip != streams->server->sip || !transport->sock)
        return STATUS_NOT_FOUND;
    struct libre_listener *libre = transport->sock;
    if (libre->descriptor != descriptor || libre->arg != transport)
        return STATUS_NOT_FOUND;
    struct stream_listener *listener = &streams->listeners[streams->listener_count++];
    *listener = (struct stream_listener){.streams = streams,
                                         .libre = libre,
                                         .accept_handler = libre->accept_handler,
                                         .arg = libre->arg};
    libre->accept_handler = connection_offered;
    libre->arg = listener;
    return STATUS_OK;
}

void streams_certificate(struct streams *streams, const void *sock, const char **name,
                         const char **fingerprint)
{
    struct stream *stream = stream_find(streams, sock);

    *name = "";
    *fingerprint = "";
    if (!stream || !stream->connection->tls)
        return;
    /* it cannot change: there is no renegotiation, and TLS 1.3 asks for none later */
    if (!stream->identified)
        sip_tls_client(stream->connection->tls, stream->name, stream->fingerprint);
    stream->identified = true;
    *name = stream->name;
    *fingerprint = stream->fingerprint;
}
