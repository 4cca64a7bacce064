/* Ports, addresses, connections, posting: what the server does for the process around it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/bounds.h"
#include "base/descriptor.h"
#include "net/address.h"
#include "unit/sip/support.h"

static void udp_and_tcp_share_the_free_port_that_was_chosen(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    assert_true(address_port(&stage.address) > 0);
    struct client *udp = client_open(&stage, false);
    struct client *tcp = client_open(&stage, true);
    request_send(udp, &(struct request){.method = "OPTIONS", .call_id = "udp"});
    client_expect(udp, 200);
    request_send(tcp, &(struct request){.method = "OPTIONS", .call_id = "tcp"});
    client_expect(tcp, 200);
    client_close(udp);
    client_close(tcp);
    stage_stop(&stage);
}

static void a_wildcard_listener_tells_the_address_that_faces_the_client(void **state)
{
    static const char *const wildcards[] = {"0.0.0.0:0", "[::]:0"};
    static const bool transports[] = {false, true};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct stage stage = {.listen = wildcards[i / 2]};
        char expected[128];
        uint16_t port;
        stage_start(&stage);
        /* an IPv4 client in all cases: an IPv6 wildcard takes it too */
        port = address_port(&stage.address);
        assert_int_equal(address_parse("127.0.0.1", port, &stage.address), STATUS_OK);
        struct client *client = client_open(&stage, transports[i % 2]);
        call_establish(client, "any");
        (void)snprintf(expected, sizeof expected, "<sip:recorder@127.0.0.1:%u", (unsigned)port);
        assert_non_null(strstr(client->message, expected));
        assert_non_null(strstr(client->message, "c=IN IP4 127.0.0.1\r\n"));
        assert_int_equal(stage_calls(&stage), 1);
        while (client_receive(client, 0))
            ;
        stage_do(&stage, stage_hang_up);
        const char *bye = client_receive(client, 5000);
        assert_non_null(bye);
        assert_int_equal(strncmp(bye, "BYE sip:src@127.0.0.1:", 22), 0);
        (void)snprintf(expected, sizeof expected, " 127.0.0.1:%u;branch=", (unsigned)port);
        assert_non_null(strstr(bye, expected));
        client_close(client);
        stage_stop(&stage);
    }
}

static void calls_over_ipv6_are_answered_with_ipv6_addresses(void **state)
{
    static const bool transports[] = {false, true};
    struct sockaddr_storage loopback;

    (void)state;
    assert_int_equal(address_parse("::1", 0, &loopback), STATUS_OK);
    int trial = socket(AF_INET6, SOCK_DGRAM, 0);
    int usable = bind(trial, (struct sockaddr *)&loopback, address_length(&loopback));
    close(trial);
    if (usable != 0)
        skip();
    for (unsigned i = 0; i < 2; i++) {
        struct stage stage = {.listen = "[::1]:0"};
        stage_start(&stage);
        struct client *client = client_open(&stage, transports[i]);
        call_establish(client, "six");
        assert_non_null(strstr(client->message, "Contact: <sip:recorder@[::1]:"));
        assert_non_null(strstr(client->message, "c=IN IP6 ::1\r\n"));
        client_close(client);
        stage_stop(&stage);
    }
}

struct second_server {
    struct sockaddr_storage address;
    enum status status;
    struct fault fault;
};

static void *second_server_thread(void *arg)
{
    struct second_server *second = arg;
    struct sip_server_options options = {.listens = 1, .calls_max = 1};
    struct sip_server *server = NULL;

    options.listen[0] = second->address;
    second->status = sip_server_create(&options, &server, &second->fault);
    sip_server_destroy(server);
    return NULL;
}

static void an_address_in_use_is_a_fault_that_names_it(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct second_server second = {.address = stage.address};
    pthread_t thread;
    char text[ADDRESS_TEXT_BYTES];
    assert_int_equal(pthread_create(&thread, NULL, second_server_thread, &second), 0);
    pthread_join(thread, NULL);
    assert_int_equal(second.status, STATUS_IO);
    address_format(&stage.address, true, text);
    assert_non_null(strstr(second.fault.text, text));
    stage_stop(&stage);
}

static void no_address_to_listen_on_is_refused(void **state)
{
    (void)state;
    struct sip_server_options options = {0};
    struct sip_server *server = NULL;
    struct fault fault;
    assert_int_equal(sip_server_create(&options, &server, &fault), STATUS_INVALID);
    options.listens = 9;
    assert_int_equal(sip_server_create(&options, &server, &fault), STATUS_INVALID);
    assert_null(server);
    sip_server_destroy(NULL);
}

/* Connections past the descriptor table are closed; those within it go on, and room comes back. */
static void connections_past_the_table_are_closed_and_the_others_go_on(void **state)
{
    enum { ASKED = BOUND_SIP_TCP_CONNECTIONS + 60 };
    static int connections[ASKED];
    unsigned closed = 0;
    unsigned long limit;

    (void)state;
    struct stage stage = {.t1_ms = 500};
    assert_int_equal(descriptor_limit_raise(&limit, NULL), STATUS_OK);
    if (limit < DESCRIPTOR_SIGNALLING_MAX + ASKED + 64)
        skip();
    stage_start(&stage);
    struct client *first = client_open(&stage, true);
    call_establish(first, "first");
    for (int i = 0; i < ASKED; i++) {
        char from[ADDRESS_TEXT_BYTES];
        struct sockaddr_storage local;
        /* no address has so many for itself */
        (void)snprintf(from, sizeof from, "127.0.1.%d", 1 + i % 200);
        assert_int_equal(address_parse(from, 0, &local), STATUS_OK);
        connections[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(descriptor_raise(&connections[i], NULL), STATUS_OK);
        assert_int_equal(bind(connections[i], (struct sockaddr *)&local, address_length(&local)),
                         0);
        assert_int_equal(connect(connections[i], (struct sockaddr *)&stage.address,
                                 address_length(&stage.address)),
                         0);
        /* lets the server accept before its backlog is full */
        if (i % 50 == 49)
            stage_calls(&stage);
    }
    stage_calls(&stage);
    nanosleep(&(struct timespec){.tv_nsec = 300 * 1000 * 1000}, NULL);
    for (int i = 0; i < ASKED; i++) {
        struct pollfd waiting = {.fd = connections[i], .events = POLLIN};
        closed += poll(&waiting, 1, 0) > 0;
    }
    assert_true(closed >= 60);
    assert_true(closed <= 90);
    /* the call's connection, opened before, still carries it */
    request_send(
        first,
        &(struct request){.method = "BYE", .call_id = "first", .to_tag = first->to_tag, .cseq = 2});
    stage_wait(&stage, &stage.ends, 1);
    /* UDP does not care */
    struct client *udp = client_open(&stage, false);
    call_establish(udp, "udp");
    for (int i = 0; i < ASKED; i++)
        close(connections[i]);
    nanosleep(&(struct timespec){.tv_nsec = 300 * 1000 * 1000}, NULL);
    struct client *again = client_open(&stage, true);
    call_establish(again, "again");
    client_close(again);
    client_close(udp);
    client_close(first);
    stage_stop(&stage);
}

static void a_burst_of_connections_waits_for_the_server_and_is_served(void **state)
{
    enum { BURST = 100 };
    struct client *clients[BURST];
    char call_id[BURST][24];
    struct timespec begin;
    struct timespec end;

    (void)state;
    struct stage stage = {.calls_max = BURST, .t1_ms = 500};
    stage_start(&stage);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int i = 0; i < BURST; i++) {
        clients[i] = client_open(&stage, true);
        (void)snprintf(call_id[i], sizeof call_id[i], "burst-%d", i);
        request_send(clients[i], &(struct request){.method = "INVITE",
                                                   .call_id = call_id[i],
                                                   .type = SIPREC_TYPE,
                                                   .body = SIPREC_BODY});
    }
    for (int i = 0; i < BURST; i++) {
        client_expect(clients[i], 200);
        request_send(clients[i], &(struct request){.method = "ACK",
                                                   .call_id = call_id[i],
                                                   .to_tag = clients[i]->to_tag});
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    /* with libre's own backlog of 5 the kernel drops SYNs, each for a second or more */
    assert_true(end.tv_sec - begin.tv_sec < 15);
    assert_int_equal(stage_calls(&stage), BURST);
    for (int i = 0; i < BURST; i++)
        request_send(clients[i], &(struct request){.method = "BYE",
                                                   .call_id = call_id[i],
                                                   .to_tag = clients[i]->to_tag,
                                                   .cseq = 2});
    stage_wait(&stage, &stage.ends, BURST);
    for (int i = 0; i < BURST; i++)
        client_close(clients[i]);
    stage_stop(&stage);
}

struct order {
    unsigned next;
    unsigned wrong;
};

struct numbered {
    struct order *order;
    unsigned number;
};

static void take_number(void *arg)
{
    struct numbered *numbered = arg;
    if (numbered->order->next++ != numbered->number)
        numbered->order->wrong++;
}

/* More than libre's own queue holds while its thread does not read (some 2700). */
static void ten_thousand_posts_are_called_in_order_and_none_is_lost(void **state)
{
    enum { POSTS = 10000 };
    static struct numbered numbered[POSTS];
    struct order order = {0};

    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    for (unsigned i = 0; i < POSTS; i++) {
        numbered[i] = (struct numbered){&order, i};
        assert_int_equal(sip_server_post(stage.server, take_number, &numbered[i]), STATUS_OK);
    }
    stage_calls(&stage);
    assert_int_equal(order.next, POSTS);
    assert_int_equal(order.wrong, 0);
    stage_stop(&stage);
}

struct numbered_letter {
    struct sip_letter letter;
    struct numbered numbered;
    struct stage *stage;
    unsigned calls;
};

/* Takes its number, and posts itself again once. */
static void take_letter(void *arg)
{
    struct numbered_letter *mine = arg;

    take_number(&mine->numbered);
    if (mine->calls++ == 0) {
        mine->numbered.number += 2;
        sip_server_post_letter(mine->stage->server, &mine->letter);
    }
}

static struct numbered_letter letters[2];

static void post_both(struct stage *stage)
{
    for (unsigned i = 0; i < 2; i++)
        sip_server_post_letter(stage->server, &letters[i].letter);
}

static void letters_of_the_senders_own_come_in_order_and_may_be_posted_again(void **state)
{
    (void)state;
    struct order order = {0};
    struct stage stage = {0};
    for (unsigned i = 0; i < 2; i++)
        letters[i] =
            (struct numbered_letter){.letter = {.function = take_letter, .arg = &letters[i]},
                                     .numbered = {&order, i},
                                     .stage = &stage};
    stage_start(&stage);
    stage_do(&stage, post_both);
    /* twice: the second comes after what the letters posted */
    stage_calls(&stage);
    stage_calls(&stage);
    assert_int_equal(letters[0].calls + letters[1].calls, 4);
    assert_int_equal(order.next, 4);
    assert_int_equal(order.wrong, 0);
    stage_stop(&stage);
}

static void posts_that_wait_when_the_server_stops_are_still_called(void **state)
{
    (void)state;
    struct order order = {0};
    struct numbered first = {&order, 0};
    struct sip_server_options options = {.listens = 1, .calls_max = 1};
    struct sip_server *server;
    struct fault fault;
    assert_int_equal(address_parse("127.0.0.1:0", 0, &options.listen[0]), STATUS_OK);
    assert_int_equal(sip_server_create(&options, &server, &fault), STATUS_OK);
    sip_server_stop(server);
    assert_int_equal(sip_server_run(server, &fault), STATUS_OK);
    assert_int_equal(sip_server_post(server, take_number, &first), STATUS_OK);
    sip_server_destroy(server);
    assert_int_equal(order.next, 1);
}

static struct timespec fired;

static void note_time(void *arg)
{
    struct stage *stage = arg;
    clock_gettime(CLOCK_MONOTONIC, &fired);
    pthread_mutex_lock(&stage->lock);
    stage->updates++;
    pthread_cond_broadcast(&stage->changed);
    pthread_mutex_unlock(&stage->lock);
}

static void arm_twice(struct stage *stage)
{
    sip_server_after(stage->server, 5, note_time, stage);
    sip_server_after(stage->server, 60, note_time, stage);
}

static void the_later_timer_replaces_the_one_before(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct timespec begin;
    stage_start(&stage);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    stage_do(&stage, arm_twice);
    stage_wait(&stage, &stage.updates, 1);
    int64_t waited_ms =
        (fired.tv_sec - begin.tv_sec) * 1000 + (fired.tv_nsec - begin.tv_nsec) / 1000000;
    assert_true(waited_ms >= 55);
    nanosleep(&(struct timespec){.tv_nsec = 100 * 1000 * 1000}, NULL);
    assert_int_equal(stage.updates, 1);
    stage_stop(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(udp_and_tcp_share_the_free_port_that_was_chosen),
        cmocka_unit_test(a_wildcard_listener_tells_the_address_that_faces_the_client),
        cmocka_unit_test(calls_over_ipv6_are_answered_with_ipv6_addresses),
        cmocka_unit_test(an_address_in_use_is_a_fault_that_names_it),
        cmocka_unit_test(no_address_to_listen_on_is_refused),
        cmocka_unit_test(connections_past_the_table_are_closed_and_the_others_go_on),
        cmocka_unit_test(a_burst_of_connections_waits_for_the_server_and_is_served),
        cmocka_unit_test(ten_thousand_posts_are_called_in_order_and_none_is_lost),
        cmocka_unit_test(letters_of_the_senders_own_come_in_order_and_may_be_posted_again),
        cmocka_unit_test(posts_that_wait_when_the_server_stops_are_still_called),
        cmocka_unit_test(the_later_timer_replaces_the_one_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
