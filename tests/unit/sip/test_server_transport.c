/* TCP and UDP as they come: cut, glued, too large, malformed, slow, too many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bounds.h"
#include "base/descriptor.h"
#include "net/address.h"
#include "unit/sip/support.h"

static void options_send(struct client *client, const char *call_id)
{
    request_send(client, &(struct request){.method = "OPTIONS", .call_id = call_id});
}

static void text_send(struct client *client, const char *text)
{
    client_send(client, text, strlen(text));
}

/* The next answer, which is for that Call-ID. */
static void expect_answer(struct client *client, int code, const char *call_id)
{
    char value[200];

    client_expect(client, code);
    header_value(client, "Call-ID", value, sizeof value);
    assert_string_equal(value, call_id);
}

/* --- keepalives --- */

static void expect_pong(struct client *client)
{
    struct pollfd waiting = {.fd = client->fd, .events = POLLIN};
    char answer[16];

    assert_int_equal(poll(&waiting, 1, 5000), 1);
    assert_int_equal(recv(client->fd, answer, sizeof answer, 0), 2);
    assert_memory_equal(answer, "\r\n", 2);
}

static void two_line_ends_are_answered_by_one_however_they_are_cut(void **state)
{
    (void)state;
    const int on = 1;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, true);
    assert_int_equal(setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), 0);
    text_send(client, "\r\n\r\n");
    expect_pong(client);
    for (int i = 0; i < 4; i++) {
        client_send(client, &"\r\n\r\n"[i], 1);
        /* the server has had the time to read it */
        stage_calls(&stage);
    }
    expect_pong(client);
    client_close(client);
    stage_stop(&stage);
}

static void single_line_ends_before_a_message_are_ignored(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, true);
    text_send(client, "\r\n");
    options_send(client, "after-one");
    expect_answer(client, 200, "after-one");
    text_send(client, "\n\r\n");
    options_send(client, "after-some");
    expect_answer(client, 200, "after-some");
    client_close(client);
    stage_stop(&stage);
}

/* --- messages that libre alone would not survive --- */

/* A call, then something bad on its connection, then the call is ended there. */
static void connection_survives(const char *text, int code)
{
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, true);
    call_establish(client, "survivor");
    char to_tag[sizeof client->to_tag];
    memcpy(to_tag, client->to_tag, sizeof to_tag);
    text_send(client, text);
    if (code > 0)
        expect_answer(client, code, "bad");
    request_send(client, &(struct request){
                             .method = "BYE", .call_id = "survivor", .to_tag = to_tag, .cseq = 2});
    expect_answer(client, 200, "survivor");
    stage_wait(&stage, &stage.ends, 1);
    assert_int_equal(stage.why, SIP_CALL_BYE);
    client_close(client);
    stage_stop(&stage);
}

#define BAD_REQUEST(more)                                                                          \
    "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bKbad\r\n"                \
    "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: bad\r\nCSeq: 1 OPTIONS\r\n" more "\r\n"

static void a_malformed_header_does_not_end_the_connection(void **state)
{
    (void)state;
    connection_survives(BAD_REQUEST("Content-Type: ;;\r\nContent-Length: 0\r\n"), 400);
    connection_survives(BAD_REQUEST(": no name\r\nContent-Length: 0\r\n"), 400);
}

static void a_malformed_response_does_not_end_the_connection(void **state)
{
    (void)state;
    connection_survives("SIP/2.0 abc\r\nContent-Length: 0\r\n\r\n", 0);
}

static void the_version_may_be_in_small_letters(void **state)
{
    (void)state;
    connection_survives(
        "OPTIONS sip:a@b sip/2.0\r\nVia: sip/2.0/TCP 127.0.0.1:9;branch=z9hG4bKbad\r\n"
        "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: bad\r\n"
        "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
        200);
    connection_survives("sip/2.0 200 OK\r\nContent-Length: 0\r\n\r\n", 0);
}

static void a_request_without_content_length_has_no_body(void **state)
{
    (void)state;
    connection_survives(BAD_REQUEST(""), 200);
}

static void an_unreadable_content_length_is_answered_and_ends_the_connection(void **state)
{
    (void)state;
    static const char *const texts[] = {BAD_REQUEST("Content-Length: -5\r\n"),
                                        BAD_REQUEST("Content-Length: 0\r\nl: 1\r\n"),
                                        BAD_REQUEST("Content-Type: application/sdp\r\n") "v=0"};
    struct stage stage = {0};
    stage_start(&stage);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct client *client = client_open(&stage, true);
        text_send(client, texts[i]);
        expect_answer(client, 400, "bad");
        assert_true(client_is_closed(client));
        client_close(client);
    }
    stage_stop(&stage);
}

static void what_is_not_sip_is_closed(void **state)
{
    (void)state;
    static const char *const texts[] = {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\x16\x03\x01\x02",
                                        "\x01\x02\x03"};
    struct stage stage = {0};
    stage_start(&stage);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct client *client = client_open(&stage, true);
        text_send(client, texts[i]);
        assert_true(client_is_closed(client));
        client_close(client);
    }
    stage_stop(&stage);
}

/* An offer with an attribute that makes the whole body so long; the caller frees it. */
static char *long_offer(size_t bytes)
{
    size_t sdp_bytes = strlen(SDP);
    char *body = malloc(bytes + 1);

    assert_non_null(body);
    memset(body, 'x', bytes);
    memcpy(body, SDP, sdp_bytes);
    memcpy(body + sdp_bytes, "a=x:", 4);
    memcpy(body + bytes - 2, "\r\n", 2);
    body[bytes] = '\0';
    return body;
}

static void a_request_of_100_kilobytes_is_a_call(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, true);
    char *body = long_offer(100000);
    request_send(client, &(struct request){.method = "INVITE",
                                           .call_id = "large",
                                           .type = "application/sdp",
                                           .body = body});
    client_expect(client, 200);
    client_close(client);
    free(body);
    stage_stop(&stage);
}

/* A conference's: what does not fit a datagram. */
static void metadata_of_200_kilobytes_is_read(void **state)
{
    (void)state;
    enum { PADDING = 200000, WHOLE = PADDING + 8192 };
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, true);
    const char *padded_at = strstr(SIPREC_BODY, "<session ");
    size_t body_bytes = strlen(SIPREC_BODY) + PADDING;
    char *text = malloc(WHOLE);
    assert_non_null(text);
    int head = snprintf(text, WHOLE,
                        "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP %s;branch=z9hG4bKmeta\r\n"
                        "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: metadata\r\n"
                        "CSeq: 1 INVITE\r\nContact: <sip:a@b>\r\nRequire: siprec\r\n"
                        "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n%.*s<!--",
                        client->host, SIPREC_TYPE, body_bytes, (int)(padded_at - SIPREC_BODY),
                        SIPREC_BODY);
    memset(text + head, 'x', PADDING - 7);
    int tail = snprintf(text + head + PADDING - 7, (size_t)(WHOLE - head - PADDING + 7), "-->%s",
                        padded_at);
    client_send(client, text, (size_t)(head + PADDING - 7 + tail));
    client_expect(client, 200);
    assert_true(stage.had_metadata);
    assert_int_equal(stage.participants, 2);
    assert_true(stage.xml_bytes > PADDING);
    client_close(client);
    free(text);
    stage_stop(&stage);
}

static void a_message_past_the_maximum_is_answered_513_and_the_connection_goes_on(void **state)
{
    (void)state;
    enum { BODY = BOUND_SIP_STREAM_MESSAGE_BYTES };
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, true);
    char *body = long_offer(BODY);
    char head[1024];
    int bytes = snprintf(head, sizeof head,
                         "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP %s;branch=z9hG4bKlarge\r\n"
                         "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: too-large\r\n"
                         "CSeq: 1 INVITE\r\nContact: <sip:a@b>\r\n"
                         "Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n",
                         client->host, BODY);
    client_send(client, head, (size_t)bytes);
    expect_answer(client, 513, "too-large");
    client_send(client, body, BODY);
    options_send(client, "after-large");
    expect_answer(client, 200, "after-large");
    assert_int_equal(stage.invites, 0);
    client_close(client);
    free(body);
    stage_stop(&stage);
}

static void a_head_without_end_is_answered_513_and_ends_the_connection(void **state)
{
    (void)state;
    char filler[1024];
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, true);
    text_send(client, "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bKe\r\n"
                      "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: endless\r\n"
                      "CSeq: 1 OPTIONS\r\nSubject: ");
    memset(filler, 'x', sizeof filler);
    for (int i = 0; i < BOUND_SIP_STREAM_HEAD_BYTES / 1024; i++)
        client_send(client, filler, sizeof filler);
    expect_answer(client, 513, "endless");
    assert_true(client_is_closed(client));
    client_close(client);
    stage_stop(&stage);
}

/* --- another transport --- */

static void accept_later(struct stage *stage)
{
    struct sdp_local answer = {.media_lines = 2};

    for (size_t i = 0; i < answer.media_lines; i++)
        answer.media[i] =
            (struct sdp_local_media){.accepted = true, .port = (uint16_t)(20000 + 2 * i)};
    assert_int_equal(sip_call_accept(stage->call, &answer), STATUS_OK);
}

/* A client at the port of the first one, by the other transport; it speaks of itself alike. */
static struct client *same_client_by_tcp(struct stage *stage, const struct client *first)
{
    struct client *client = client_open(stage, true);
    (void)snprintf(client->host, sizeof client->host, "%s", first->host);
    return client;
}

static void an_invite_repeated_over_tcp_is_answered_there(void **state)
{
    (void)state;
    struct stage stage = {.answer = STAGE_LATER, .t1_ms = 50};
    const struct request invite = {.method = "INVITE",
                                   .call_id = "failover",
                                   .branch = "failover-1",
                                   .contact = "Contact: <sip:src@127.0.0.1>\r\n",
                                   .type = SIPREC_TYPE,
                                   .body = SIPREC_BODY};
    stage_start(&stage);
    struct client *udp = client_open(&stage, false);
    request_send(udp, &invite);
    stage_wait(&stage, &stage.invites, 1);
    assert_non_null(strstr(client_receive(udp, 5000), "SIP/2.0 100"));
    struct client *tcp = same_client_by_tcp(&stage, udp);
    request_send(tcp, &invite);
    assert_non_null(strstr(client_receive(tcp, 5000), "SIP/2.0 100"));
    stage_do(&stage, accept_later);
    client_expect(tcp, 200);
    request_send(tcp,
                 &(struct request){.method = "ACK", .call_id = "failover", .to_tag = tcp->to_tag});
    /* our own requests go that way too */
    stage_do(&stage, stage_hang_up);
    assert_non_null(strstr(client_expect_request(tcp, "BYE"), "Via: SIP/2.0/TCP "));
    assert_int_equal(stage.invites, 1);
    client_close(udp);
    client_close(tcp);
    stage_stop(&stage);
}

static void an_invite_repeated_over_tcp_after_its_200_gets_it_there(void **state)
{
    (void)state;
    struct stage stage = {.t1_ms = 50};
    const struct request invite = {.method = "INVITE",
                                   .call_id = "failover",
                                   .branch = "failover-2",
                                   .type = SIPREC_TYPE,
                                   .body = SIPREC_BODY};
    stage_start(&stage);
    struct client *udp = client_open(&stage, false);
    request_send(udp, &invite);
    client_expect(udp, 200);
    struct client *tcp = same_client_by_tcp(&stage, udp);
    request_send(tcp, &invite);
    client_expect(tcp, 200);
    request_send(tcp,
                 &(struct request){.method = "ACK", .call_id = "failover", .to_tag = tcp->to_tag});
    request_send(tcp,
                 &(struct request){
                     .method = "BYE", .call_id = "failover", .to_tag = tcp->to_tag, .cseq = 2});
    stage_wait(&stage, &stage.ends, 1);
    assert_int_equal(stage.why, SIP_CALL_BYE);
    client_close(udp);
    client_close(tcp);
    stage_stop(&stage);
}

/* --- slow and many --- */

static void a_connection_that_never_finishes_a_message_is_closed(void **state)
{
    (void)state;
    static const char *const beginnings[] = {"", "OPTIONS sip:", "\r",
                                             BAD_REQUEST("Content-Length: 10\r\n") "abc"};
    struct stage stage = {.t1_ms = 10};
    stage_start(&stage);
    struct client *spoken = client_open(&stage, true);
    options_send(spoken, "spoken");
    expect_answer(spoken, 200, "spoken");
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
        struct client *client = client_open(&stage, true);
        text_send(client, beginnings[i]);
        assert_true(client_is_closed(client));
        client_close(client);
    }
    /* one that had spoken and was silent for as long stands */
    options_send(spoken, "still");
    expect_answer(spoken, 200, "still");
    text_send(spoken, "OPTIONS sip:half");
    assert_true(client_is_closed(spoken));
    client_close(spoken);
    stage_stop(&stage);
}

/* A connection from an address of the loopback; -1 where it was closed. */
static int connect_from(const struct stage *stage, const char *from)
{
    struct sockaddr_storage local;
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(address_parse(from, 0, &local), STATUS_OK);
    assert_int_equal(descriptor_raise(&descriptor, NULL), STATUS_OK);
    assert_int_equal(bind(descriptor, (struct sockaddr *)&local, address_length(&local)), 0);
    assert_int_equal(connect(descriptor, (const struct sockaddr *)&stage->address,
                             address_length(&stage->address)),
                     0);
    return descriptor;
}

/* Whether a ping is answered. */
static bool is_served(int descriptor)
{
    struct pollfd waiting = {.fd = descriptor, .events = POLLIN};
    char answer[16];

    (void)send(descriptor, "\r\n\r\n", 4, MSG_NOSIGNAL);
    return poll(&waiting, 1, 5000) == 1 && recv(descriptor, answer, sizeof answer, 0) == 2;
}

static void one_address_has_its_part_of_the_connections_and_not_one_more(void **state)
{
    (void)state;
    static int mine[BOUND_SIP_TCP_PER_ADDRESS];
    unsigned long limit;
    struct stage stage = {0};
    assert_int_equal(descriptor_limit_raise(&limit, NULL), STATUS_OK);
    stage_start(&stage);
    for (int i = 0; i < BOUND_SIP_TCP_PER_ADDRESS; i++) {
        mine[i] = connect_from(&stage, "127.0.0.2");
        assert_true(is_served(mine[i]));
    }
    int one_more = connect_from(&stage, "127.0.0.2");
    assert_false(is_served(one_more));
    int other = connect_from(&stage, "127.0.0.3");
    assert_true(is_served(other));
    close(mine[0]);
    close(one_more);
    /* the server has seen the first go */
    bool served = false;
    for (int i = 0; i < 100 && !served; i++) {
        one_more = connect_from(&stage, "127.0.0.2");
        served = is_served(one_more);
        close(one_more);
    }
    assert_true(served);
    close(other);
    for (int i = 1; i < BOUND_SIP_TCP_PER_ADDRESS; i++)
        close(mine[i]);
    stage_stop(&stage);
}

/* --- addresses --- */

static void large_requests_are_calls(const char *listen, bool tcp)
{
    struct stage stage = {.listen = listen};
    stage_start(&stage);
    struct client *client = client_open(&stage, tcp);
    char *body = long_offer(64000);
    request_send(client, &(struct request){.method = "INVITE",
                                           .call_id = "64000",
                                           .type = "application/sdp",
                                           .body = body});
    client_expect(client, 200);
    client_close(client);
    free(body);
    stage_stop(&stage);
}

static void large_requests_over_ipv4_are_calls(void **state)
{
    (void)state;
    large_requests_are_calls("127.0.0.1:0", false);
    large_requests_are_calls("127.0.0.1:0", true);
}

static void large_requests_over_ipv6_are_calls(void **state)
{
    (void)state;
    large_requests_are_calls("[::1]:0", false);
    large_requests_are_calls("[::1]:0", true);
}

static void ipv4_clients_of_a_dual_stack_listener_have_ipv4_addresses(void **state)
{
    (void)state;
    char text[ADDRESS_TEXT_BYTES];
    for (int tcp = 0; tcp < 2; tcp++) {
        struct stage stage = {.listen = "[::]:0"};
        stage_start(&stage);
        struct client *client = client_open(&stage, tcp);
        call_establish(client, "dual");
        stage_wait(&stage, &stage.invites, 1);
        address_format(&stage.source, true, text);
        assert_string_equal(text, client->host);
        address_format(&stage.local, true, text);
        assert_string_equal(text, client->server);
        client_close(client);
        stage_stop(&stage);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_line_ends_are_answered_by_one_however_they_are_cut),
        cmocka_unit_test(single_line_ends_before_a_message_are_ignored),
        cmocka_unit_test(a_malformed_header_does_not_end_the_connection),
        cmocka_unit_test(a_malformed_response_does_not_end_the_connection),
        cmocka_unit_test(the_version_may_be_in_small_letters),
        cmocka_unit_test(a_request_without_content_length_has_no_body),
        cmocka_unit_test(an_unreadable_content_length_is_answered_and_ends_the_connection),
        cmocka_unit_test(what_is_not_sip_is_closed),
        cmocka_unit_test(a_request_of_100_kilobytes_is_a_call),
        cmocka_unit_test(metadata_of_200_kilobytes_is_read),
        cmocka_unit_test(a_message_past_the_maximum_is_answered_513_and_the_connection_goes_on),
        cmocka_unit_test(a_head_without_end_is_answered_513_and_ends_the_connection),
        cmocka_unit_test(an_invite_repeated_over_tcp_is_answered_there),
        cmocka_unit_test(an_invite_repeated_over_tcp_after_its_200_gets_it_there),
        cmocka_unit_test(a_connection_that_never_finishes_a_message_is_closed),
        cmocka_unit_test(one_address_has_its_part_of_the_connections_and_not_one_more),
        cmocka_unit_test(large_requests_over_ipv4_are_calls),
        cmocka_unit_test(large_requests_over_ipv6_are_calls),
        cmocka_unit_test(ipv4_clients_of_a_dual_stack_listener_have_ipv4_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
