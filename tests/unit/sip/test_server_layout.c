/* The same flags as CMakeLists.txt gives src/sip, so that this program sees the same structs. */
#define HAVE_INTTYPES_H
#define HAVE_STDBOOL_H
#define HAVE_INET6

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sip/libre_layout.h"

static const char TEXT[] = "INVITE sip:rec@[2001:db8::1]:5070 SIP/2.0\r\n"
                           "Via: SIP/2.0/TCP [2001:db8::2]:5071;branch=z9hG4bKx\r\n"
                           "From: <sip:a@b>;tag=f\r\nTo: <sip:c@d>\r\nCall-ID: id\r\n"
                           "CSeq: 77 INVITE\r\nContent-Type: application/sdp\r\n"
                           "Content-Length: 3\r\n\r\nabc";

/* A decoded message fills its struct from the first field to the last: all must be where we look.
 */
static void libre_fills_the_message_struct_that_our_flags_describe(void **state)
{
    (void)state;
    struct mbuf *mb = mbuf_alloc(sizeof TEXT);
    struct sip_msg *msg = NULL;
    assert_int_equal(mbuf_write_mem(mb, (const uint8_t *)TEXT, sizeof TEXT - 1), 0);
    mb->pos = 0;
    assert_int_equal(sip_msg_decode(&msg, mb), 0);
    assert_true(msg->req);
    assert_ptr_equal(msg->mb, mb);
    assert_null(msg->sock);
    assert_int_equal(msg->cseq.num, 77);
    assert_int_equal(pl_strcmp(&msg->cseq.met, "INVITE"), 0);
    assert_int_equal(pl_strcmp(&msg->callid, "id"), 0);
    assert_int_equal(pl_strcmp(&msg->clen, "3"), 0);
    assert_int_equal(pl_strcmp(&msg->from.tag, "f"), 0);
    assert_int_equal(pl_strcmp(&msg->ctyp.subtype, "sdp"), 0);
    assert_int_equal(msg->via.tp, SIP_TRANSP_TCP);
    assert_int_equal(sa_af(&msg->via.addr), AF_INET6);
    assert_int_equal(sa_port(&msg->via.addr), 5071);
    assert_int_equal(msg->uri.port, 5070);
    assert_int_equal(mbuf_get_left(mb), 3);
    mem_deref(msg);
    mem_deref(mb);
}

static void ipv6_addresses_have_the_size_that_libre_gives_them(void **state)
{
    (void)state;
    struct sa address;
    assert_int_equal(sizeof address, 32);
    assert_int_equal(sa_set_str(&address, "::1", 5060), 0);
    assert_int_equal(address.len, sizeof(struct sockaddr_in6));
    assert_true(sa_is_loopback(&address));
}

/* What is read of libre's own structs, against what its functions tell of the same. */
struct observed {
    struct sip *sip;
    const struct libre_listener *listener;
    bool message_seen;
};

static void give_up(void *arg)
{
    (void)arg;
    re_cancel();
}

static bool message_observed(const struct sip_msg *msg, void *arg)
{
    struct observed *observed = arg;
    const struct libre_sip *sip = (const struct libre_sip *)(const void *)observed->sip;
    const struct libre_connection *connection = msg->sock;
    const struct list *bucket = hash_list(sip->connections, sa_hash(&msg->src, SA_ALL));

    assert_ptr_equal(list_ledata(list_tail(bucket)), connection);
    assert_ptr_equal(connection->tcp, sip_msg_tcpconn(msg));
    assert_null(connection->tls);
    assert_true(sa_cmp(&connection->peer, &msg->src, SA_ALL));
    assert_true(sa_cmp(&connection->local, &msg->dst, SA_ALL));
    assert_true(tmr_isrunning(&connection->idle_timer));
    assert_ptr_equal(connection->idle_timer.arg, connection);
    uint64_t left_ms = tmr_get_expire(&connection->idle_timer);
    assert_true(left_ms > 890 * 1000 && left_ms <= 900 * 1000);
    assert_false(tmr_isrunning(&connection->keepalive_timer));
    observed->message_seen = true;
    re_cancel();
    return true;
}

static void observe_listener(struct observed *observed)
{
    const struct libre_sip *sip = (const struct libre_sip *)(const void *)observed->sip;
    const struct libre_transport *transport = list_ledata(list_tail(&sip->transports));
    struct sa local;

    assert_int_equal(hash_bsize(sip->connections), 128);
    assert_int_equal(hash_bsize(sip->server_transactions), 64);
    assert_int_equal(hash_bsize(sip->client_transactions), 32);
    assert_non_null(transport);
    assert_ptr_equal(transport->sip, observed->sip);
    assert_int_equal(transport->transport, SIP_TRANSP_TCP);
    assert_null(transport->tls);
    observed->listener = transport->sock;
    assert_int_equal(tcp_sock_local_get(transport->sock, &local), 0);
    assert_true(sa_cmp(&local, &transport->local, SA_ALL));
    assert_ptr_equal(observed->listener->arg, transport);
    assert_non_null(observed->listener->accept_handler);
    assert_int_equal(observed->listener->accepted, -1);
    int listening = 0;
    socklen_t bytes = sizeof listening;
    assert_int_equal(
        getsockopt(observed->listener->descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &bytes),
        0);
    assert_true(listening);
}

/* The first is libre's own, of its transactions, for which sip_alloc has listened. */
static void observe_watchers(const struct observed *observed, const struct sip_lsnr *ours)
{
    const struct libre_sip *sip = (const struct libre_sip *)(const void *)observed->sip;
    const struct libre_watcher *first = list_ledata(list_head(&sip->watchers));
    const struct libre_watcher *last = list_ledata(list_tail(&sip->watchers));

    assert_ptr_equal(last, ours);
    assert_ptr_equal(last->in_list.data, last);
    assert_true(last->handler == message_observed);
    assert_ptr_equal(last->arg, observed);
    assert_true(last->requests);
    assert_ptr_not_equal(first, last);
    assert_ptr_equal(first->arg, observed->sip);
    assert_null(first->owner);
}

static int connect_to(const struct libre_listener *listener)
{
    struct sockaddr_in address = {0};
    socklen_t bytes = sizeof address;
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(getsockname(listener->descriptor, (struct sockaddr *)&address, &bytes), 0);
    assert_int_equal(connect(descriptor, (struct sockaddr *)&address, bytes), 0);
    return descriptor;
}

static void libre_keeps_its_connections_where_our_layout_says(void **state)
{
    (void)state;
    struct observed observed = {0};
    struct sip_lsnr *listener = NULL;
    struct tmr patience;
    struct sa local;

    assert_string_equal(sys_libre_version_get(), LIBRE_LAYOUT_VERSION);
    assert_int_equal(libre_init(), 0);
    assert_int_equal(sip_alloc(&observed.sip, NULL, 32, 64, 128, NULL, NULL, NULL), 0);
    assert_int_equal(sip_listen(&listener, observed.sip, true, message_observed, &observed), 0);
    observe_watchers(&observed, listener);
    assert_int_equal(sa_set_str(&local, "127.0.0.1", 0), 0);
    assert_int_equal(sip_transp_add(observed.sip, SIP_TRANSP_TCP, &local), 0);
    observe_listener(&observed);
    int descriptor = connect_to(observed.listener);
    assert_int_equal(send(descriptor, TEXT, sizeof TEXT - 1, 0), sizeof TEXT - 1);
    tmr_init(&patience);
    tmr_start(&patience, 5000, give_up, NULL);
    assert_int_equal(re_main(NULL), 0);
    assert_true(observed.message_seen);
    tmr_cancel(&patience);
    close(descriptor);
    mem_deref(listener);
    mem_deref(observed.sip);
    libre_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libre_fills_the_message_struct_that_our_flags_describe),
        cmocka_unit_test(ipv6_addresses_have_the_size_that_libre_gives_them),
        cmocka_unit_test(libre_keeps_its_connections_where_our_layout_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
