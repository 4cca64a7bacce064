/* What a network may send: too long, too short, in pieces, malformed, too much. */
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
#include <time.h>
#include <unistd.h>

#include "base/bounds.h"
#include "base/descriptor.h"
#include "net/address.h"
#include "unit/sip/support.h"

/* A text of a filler byte, freed by the caller. */
static char *filled(const char *start, size_t bytes, const char *end)
{
    char *text = malloc(strlen(start) + bytes + strlen(end) + 1);
    assert_non_null(text);
    strcpy(text, start);
    memset(text + strlen(start), 'x', bytes);
    strcpy(text + strlen(start) + bytes, end);
    return text;
}

/* SDP with an attribute line that makes it as long as asked. */
static char *long_sdp(size_t bytes)
{
    return filled(SDP, bytes - strlen(SDP) - strlen("a=x:\r\n") + strlen("a=x:\r\n"), "\r\n");
}

/* The call works: so nothing before it broke the server. */
static void assert_works(struct stage *stage, const char *call_id)
{
    struct client *client = client_open(stage, false);
    call_establish(client, call_id);
    client_close(client);
}

static void an_invite_of_60_kilobytes_over_udp_is_answered(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    char *body = long_sdp(60000);
    struct request request = {
        .method = "INVITE", .call_id = "large", .type = "application/sdp", .body = body};
    request_send(client, &request);
    client_expect(client, 200);
    assert_int_equal(stage.media_lines, 2);
    client_close(client);
    free(body);
    stage_stop(&stage);
}

static void the_longest_datagram_there_can_be_is_answered(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    char *text = malloc(CLIENT_BYTES);
    char *body = long_sdp(60000);
    struct request request = {
        .method = "INVITE", .call_id = "longest", .type = "application/sdp", .body = body};
    size_t bytes = request_write(client, &request, text);
    free(body);
    body = long_sdp(60000 + 65507 - bytes);
    request.body = body;
    bytes = request_write(client, &request, text);
    assert_int_equal(bytes, 65507);
    client_send(client, text, bytes);
    client_expect(client, 200);
    client_close(client);
    free(body);
    free(text);
    stage_stop(&stage);
}

static void a_body_shorter_than_its_content_length_is_400(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    request_send(client, &(struct request){.method = "INVITE",
                                           .call_id = "short",
                                           .type = SIPREC_TYPE,
                                           .body = SIPREC_BODY,
                                           .length_extra = 1});
    assert_non_null(strstr(client_expect(client, 400), "Body Shorter Than Content-Length"));
    assert_int_equal(stage.invites, 0);
    assert_works(&stage, "after");
    client_close(client);
    stage_stop(&stage);
}

static void a_body_longer_than_its_content_length_is_cut_to_it(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    char text[8192];
    char *whole = malloc(CLIENT_BYTES);
    size_t bytes = request_write(
        client,
        &(struct request){
            .method = "INVITE", .call_id = "extra", .type = "application/sdp", .body = SDP},
        whole);
    (void)snprintf(text, sizeof text, "%.*sm=audio 40004 RTP/AVP 8\r\n", (int)bytes, whole);
    client_send(client, text, strlen(text));
    client_expect(client, 200);
    assert_int_equal(stage.media_lines, 2);
    client_close(client);
    free(whole);
    stage_stop(&stage);
}

/* Every length of the INVITE but the whole: an answer of 400 or none, never a call or a crash. */
static void an_invite_truncated_anywhere_is_never_a_call(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    char *text = malloc(CLIENT_BYTES);
    size_t bytes = request_write(
        client,
        &(struct request){
            .method = "INVITE", .call_id = "cut", .type = SIPREC_TYPE, .body = SIPREC_BODY},
        text);
    const char *head_end = strstr(text, "\r\n\r\n");
    for (size_t i = 1; i < bytes; i++) {
        client_send(client, text, i);
        if (i % 16 == 0)
            while (client_receive(client, 0))
                assert_non_null(strstr(client->message, "SIP/2.0 400 "));
    }
    /* cut just before the end of the headers, and within the body */
    stage_calls(&stage);
    while (client_receive(client, 20))
        ;
    client_send(client, text, (size_t)(head_end - text));
    assert_non_null(strstr(client_expect(client, 400), "400 Malformed Or Incomplete Message"));
    client_send(client, text, bytes - 100);
    client_expect(client, 400);
    assert_int_equal(stage.invites, 0);
    assert_works(&stage, "after");
    client_close(client);
    free(text);
    stage_stop(&stage);
}

static void a_tcp_message_in_pieces_of_one_byte_is_one_call(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, true);
    const int on = 1;
    char *text = malloc(CLIENT_BYTES);
    assert_int_equal(setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), 0);
    size_t bytes = request_write(
        client,
        &(struct request){
            .method = "INVITE", .call_id = "pieces", .type = SIPREC_TYPE, .body = SIPREC_BODY},
        text);
    for (size_t i = 0; i < bytes; i++) {
        client_send(client, text + i, 1);
        if (i % 8 == 0)
            nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);
    }
    client_expect(client, 200);
    assert_int_equal(stage.invites, 1);
    assert_int_equal(stage.participants, 2);
    client_close(client);
    free(text);
    stage_stop(&stage);
}

static void several_messages_in_one_tcp_segment_are_all_answered(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, true);
    char *text = malloc(3 * CLIENT_BYTES);
    struct request invite = {
        .method = "INVITE", .call_id = "batch-1", .type = SIPREC_TYPE, .body = SIPREC_BODY};
    size_t bytes = request_write(client, &invite, text);
    bytes += request_write(client, &(struct request){.method = "OPTIONS", .call_id = "batch-2"},
                           text + bytes);
    invite.call_id = "batch-3";
    bytes += request_write(client, &invite, text + bytes);
    client_send(client, text, bytes);
    unsigned invites = 0;
    unsigned options = 0;
    while (invites < 2 || options < 1) {
        assert_non_null(client_receive(client, 5000));
        if (strstr(client->message, "SIP/2.0 200") && strstr(client->message, "OPTIONS\r\n"))
            options++;
        else if (strstr(client->message, "SIP/2.0 100"))
            invites++;
    }
    stage_wait(&stage, &stage.invites, 2);
    client_close(client);
    free(text);
    stage_stop(&stage);
}

static void a_call_outlives_the_connection_that_brought_it(void **state)
{
    (void)state;
    struct stage stage = {.t1_ms = 50};
    stage_start(&stage);
    struct client *client = client_open(&stage, true);
    struct client *broken = client_open(&stage, true);
    call_establish(client, "outlive");
    assert_int_equal(stage_calls(&stage), 1);
    client_close(client);
    /* not SIP, but it has lines and colons */
    client_send(broken, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27);
    assert_true(client_is_closed(broken));
    assert_int_equal(stage_calls(&stage), 1);
    client_close(broken);
    stage_stop(&stage);
}

struct wrong_body {
    const char *type;
    const char *body;
    const char *headers;
    int code;
    const char *told; /* what the answer says */
};

static void bodies_that_cannot_be_worked_with_get_their_own_answer(void **state)
{
    static const struct wrong_body wrong[] = {
        {"text/plain", "hello", NULL, 415, "\r\nAccept: application/sdp, multipart/mixed"},
        {"application/isup", "x", NULL, 415, "\r\nAccept: "},
        {"application/sdp", "zipped", "Content-Encoding: gzip\r\n", 415,
         "\r\nAccept-Encoding: identity\r\n"},
        {NULL, "hello", NULL, 400, "Bad Content-Type"},
        {NULL, "<html/>", NULL, 400, "Bad Content-Type"},
        {NULL, "-- v=0", NULL, 400, "Bad Multipart Body"},
        {"nonsense", "v=0\r\n", NULL, 400, "400 Malformed"},
        {"multipart/mixed", "--a\r\n\r\nb\r\n--a--\r\n", NULL, 400, "\r\nWarning: 399 recorder"},
        {"multipart/mixed;boundary=a", "no parts here", NULL, 400, "\r\nWarning: 399 recorder"},
        {"multipart/mixed;boundary=a",
         "--a\r\nContent-Type: multipart/alternative;boundary=b\r\n\r\n--b\r\n"
         "Content-Type: application/sdp\r\n\r\nv=0\r\nm=audio 4000 RTP/AVP 0\r\n--b--\r\n"
         "--a--\r\n",
         NULL, 415, "no multipart within a multipart"},
        {"application/sdp", "this is not SDP", NULL, 400, "\r\nWarning: 399 recorder"},
    };
    char call_id[32];

    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct client *client = client_open(&stage, false);
        (void)snprintf(call_id, sizeof call_id, "wrong-%u", i);
        request_send(client, &(struct request){.method = "INVITE",
                                               .call_id = call_id,
                                               .headers = wrong[i].headers,
                                               .type = wrong[i].type,
                                               .body = wrong[i].body});
        assert_non_null(strstr(client_expect(client, wrong[i].code), wrong[i].told));
        client_close(client);
    }
    assert_int_equal(stage.invites, 0);
    assert_works(&stage, "after");
    stage_stop(&stage);
}

static void a_body_without_content_type_is_what_it_begins_like(void **state)
{
    static const struct {
        const char *body;
        bool sdp;
        bool metadata;
    } bodies[] = {{SDP, true, false}, {SIPREC_BODY, true, true}, {METADATA, false, true}};
    char call_id[32];

    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    for (unsigned i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct client *client = client_open(&stage, false);
        (void)snprintf(call_id, sizeof call_id, "untyped-%u", i);
        request_send(client, &(struct request){
                                 .method = "INVITE", .call_id = call_id, .body = bodies[i].body});
        client_expect(client, 200);
        assert_int_equal(stage.had_sdp, bodies[i].sdp);
        assert_int_equal(stage.had_metadata, bodies[i].metadata);
        assert_true(deviation_has(stage.deviations, DEVIATION_NO_CONTENT_TYPE));
        client_close(client);
    }
    stage_stop(&stage);
}

static void a_header_line_without_a_colon_is_noted_and_costs_nothing(void **state)
{
    (void)state;
    for (unsigned tcp = 0; tcp < 2; tcp++) {
        struct stage stage = {0};
        stage_start(&stage);
        struct client *client = client_open(&stage, tcp);
        request_send(client, &(struct request){.method = "INVITE",
                                               .call_id = "colon",
                                               .headers = "this is no header\r\n and goes on\r\n",
                                               .type = SIPREC_TYPE,
                                               .body = SIPREC_BODY});
        client_expect(client, 200);
        assert_int_equal(stage.participants, 2);
        assert_int_equal(stage.media_lines, 2);
        assert_true(deviation_has(stage.deviations, DEVIATION_HEADER_LINE));
        client_close(client);
        stage_stop(&stage);
    }
}

/* SDP of so many m-lines, freed by the caller. */
static char *many_lines(unsigned lines)
{
    static const char line[] = "m=audio 40000 RTP/AVP 8\r\na=label:%u\r\n";
    size_t room = 128 + lines * (sizeof line + 16);
    char *text = malloc(room);

    assert_non_null(text);
    int used = snprintf(text, room,
                        "v=0\r\no=s 1 1 IN IP4 1.1.1.1\r\ns=-\r\nc=IN IP4 1.1.1.1\r\n"
                        "t=0 0\r\n");
    for (unsigned i = 0; i < lines; i++)
        used += snprintf(text + used, room - (size_t)used, line, i);
    return text;
}

static void a_conference_of_many_media_lines_is_taken_and_one_past_the_maximum_is_488(void **state)
{
    static const struct {
        unsigned lines;
        int code;
    } offers[] = {{40, 200}, {BOUND_SDP_MEDIA, 200}, {BOUND_SDP_MEDIA + 1, 488}};
    char call_id[32];

    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    for (unsigned i = 0; i < sizeof offers / sizeof offers[0]; i++) {
        struct client *client = client_open(&stage, false);
        char *body = many_lines(offers[i].lines);
        (void)snprintf(call_id, sizeof call_id, "lines-%u", i);
        request_send(client, &(struct request){.method = "INVITE",
                                               .call_id = call_id,
                                               .type = "application/sdp",
                                               .body = body});
        client_expect(client, offers[i].code);
        if (offers[i].code == 200)
            assert_int_equal(stage.media_lines, offers[i].lines);
        client_close(client);
        free(body);
    }
    assert_int_equal(stage.invites, 2);
    stage_stop(&stage);
}

static void required_extensions_that_are_not_done_are_420(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    request_send(client, &(struct request){
                             .method = "INVITE",
                             .call_id = "require",
                             .headers = "Require: siprec, foo\r\nRequire: timer, bar,100rel\r\n",
                             .type = SIPREC_TYPE,
                             .body = SIPREC_BODY});
    assert_non_null(strstr(client_expect(client, 420), "\r\nUnsupported: foo, bar\r\n"));
    request_send(client, &(struct request){.method = "OPTIONS",
                                           .call_id = "require-2",
                                           .headers = "Require: SIPREC\r\n"});
    /* the 420 is repeated until its ACK, which never comes here */
    while (!strstr(client_receive(client, 5000), "OPTIONS\r\n"))
        ;
    assert_non_null(strstr(client->message, "SIP/2.0 200 "));
    assert_int_equal(stage.invites, 0);
    client_close(client);
    stage_stop(&stage);
}

static void requests_without_their_mandatory_headers_are_400_or_dropped(void **state)
{
    static const struct {
        const char *headers;
        const char *told; /* NULL: no answer, there being no address for one */
    } wrong[] = {
        {"To: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n", "400 Missing From"},
        {"From: <sip:a@b>;tag=1\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n", "400 Missing To"},
        {"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCSeq: 1 OPTIONS\r\n", "400 Missing Call-ID"},
        {"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\n", "400 Missing CSeq"},
        {"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 BYE\r\n",
         "400 CSeq Of Another Method"},
        {"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 2147483648 OPTIONS\r\n",
         "400 CSeq Out Of Range"},
        {"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n"
         "Content-Length: 0x10\r\n",
         "400 Unreadable Content-Length"},
        {"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n"
         "Content-Length: 99999999999999999999\r\n",
         "400 Body Shorter"},
        {"From: <sip:a@b>;tag=1\r\nf: <sip:c@b>;tag=2\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\n"
         "CSeq: 1 OPTIONS\r\n",
         "400 Header That May Be There Once"},
        {"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCall-ID: 2\r\n"
         "CSeq: 1 OPTIONS\r\n",
         "400 Header That May Be There Once"},
        {"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\n"
         "CSeq: 36893488147419103232 OPTIONS\r\n",
         "400 CSeq Out Of Range"},
        {"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n"
         "Content-Length: 0\r\nl: 1\r\n",
         "400 Content-Lengths That Differ"},
        {"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n"
         "Content-Length: 0\r\nl: 00\r\n",
         "200 OK"},
        {"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 2147483647 OPTIONS\r\n",
         "200 OK"},
    };
    char text[1024];

    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int bytes = snprintf(text, sizeof text,
                             "OPTIONS sip:r@x SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%u;rport"
                             "\r\n%s\r\n",
                             client->host, i, wrong[i].headers);
        client_send(client, text, (size_t)bytes);
        const char *answer = client_receive(client, 5000);
        assert_non_null(answer);
        if (!strstr(answer, wrong[i].told))
            fail_msg("no \"%s\" in: %s", wrong[i].told, answer);
    }
    static const char no_via[] = "OPTIONS sip:r@x SIP/2.0\r\nFrom: <sip:a@b>;tag=1\r\n"
                                 "To: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n";
    client_send(client, no_via, sizeof no_via - 1);
    client_expect_nothing(client, 100);
    client_close(client);
    stage_stop(&stage);
}

static void a_request_to_a_uri_of_another_scheme_is_416(void **state)
{
    static const struct {
        const char *uri;
        const char *told;
    } uris[] = {{"nobodyknows:this@scheme", "416 Unsupported URI Scheme"},
                {"http:recorder", "416 "},
                {"sips:recorder@x", "200 OK"},
                {"tel:+4588303080", "200 OK"},
                {"sip:recorder@x;unknown=1", "200 OK"}};
    char text[512];

    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    for (unsigned i = 0; i < sizeof uris / sizeof uris[0]; i++) {
        int bytes = snprintf(text, sizeof text,
                             "OPTIONS %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK-%u;rport\r\n"
                             "From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\n"
                             "CSeq: 1 OPTIONS\r\n\r\n",
                             uris[i].uri, client->host, i);
        client_send(client, text, (size_t)bytes);
        const char *answer = client_receive(client, 5000);
        assert_non_null(answer);
        assert_has(answer, uris[i].told);
    }
    client_close(client);
    stage_stop(&stage);
}

static void noise_on_the_ports_is_survived(void **state)
{
    static const char *const noise[] = {
        "\r\n\r\n",
        "x",
        "INVITE",
        "INVITE sip:\r\n\r\n",
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 1.2.3.4;branch=z9hG4bKx\r\nCSeq: 1 BYE\r\n\r\n",
        "INVITE sip:r@x SIP/2.0\r\n:\r\n\r\n",
        "INVITE sip:r@x SIP/2.0\r\nVia: x\r\n\r\n",
        "INVITE sip:r@x SIP/7.0\r\n\r\n",
        "ACK sip:r@x SIP/2.0\r\n\r\n",
        "CANCEL sip:r@x SIP/2.0\r\n\r\n",
        "BYE sip:r@x SIP/2.0\r\nContact: \r\nRequire: ,,\r\n\r\n"};

    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *udp = client_open(&stage, false);
    char *zeros = calloc(1, 60000);
    for (unsigned i = 0; i < sizeof noise / sizeof noise[0]; i++) {
        struct client *tcp = client_open(&stage, true);
        client_send(udp, noise[i], strlen(noise[i]));
        client_send(tcp, noise[i], strlen(noise[i]));
        client_close(tcp);
    }
    client_send(udp, zeros, 60000);
    memset(zeros, 'A', 60000);
    client_send(udp, zeros, 60000);
    assert_works(&stage, "after-noise");
    assert_int_equal(stage.invites, 1);
    free(zeros);
    client_close(udp);
    stage_stop(&stage);
}

static void line_ends_before_a_datagrams_message_are_skipped(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    char *text = malloc(CLIENT_BYTES + 4);
    assert_non_null(text);
    memcpy(text, "\r\n\r\n", 4);
    size_t bytes = request_write(
        client, &(struct request){.method = "OPTIONS", .call_id = "line-ends"}, text + 4);
    client_send(client, text, bytes + 4);
    client_expect(client, 200);
    free(text);
    client_close(client);
    stage_stop(&stage);
}

static void a_cancel_of_nothing_is_481(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    request_send(client, &(struct request){.method = "CANCEL", .call_id = "nothing"});
    client_expect(client, 481);
    client_close(client);
    stage_stop(&stage);
}

static void options_tells_what_is_accepted(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    request_send(client, &(struct request){.method = "OPTIONS", .call_id = "ping"});
    const char *answer = client_expect(client, 200);
    assert_non_null(strstr(answer, "\r\nAccept: application/sdp, multipart/mixed, "
                                   "application/rs-metadata, application/rs-metadata+xml\r\n"));
    assert_non_null(
        strstr(answer, "\r\nAllow: INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, PRACK, INFO\r\n"));
    assert_non_null(strstr(answer, "\r\nSupported: siprec, timer, 100rel\r\n"));
    client_close(client);
    stage_stop(&stage);
}

static void who_is_not_admitted_is_told_so_without_anything_being_kept(void **state)
{
    (void)state;
    struct stage stage = {.admission = {503, "Draining", 5}};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    request_send(client, &(struct request){.method = "OPTIONS", .call_id = "ping"});
    assert_non_null(strstr(client_expect(client, 503), "\r\nRetry-After: 5\r\n"));
    struct request invite = {
        .method = "INVITE", .call_id = "not-ready", .type = SIPREC_TYPE, .body = SIPREC_BODY};
    request_send(client, &invite);
    assert_non_null(strstr(client_expect(client, 503), "\r\nRetry-After: 5\r\n"));
    char tag[sizeof client->to_tag];
    memcpy(tag, client->to_tag, sizeof tag);
    /* a repeated request gets the same tag (RFC 3261 section 8.2.7) */
    request_send(client, &invite);
    client_expect(client, 503);
    assert_string_equal(client->to_tag, tag);
    /* nothing was kept, so each was asked about */
    assert_int_equal(stage.asked, 3);
    assert_string_equal(stage.asked_method, "INVITE");
    assert_int_equal(stage.invites, 0);
    /* a body or an extension that is refused tells nothing to who is not let in */
    pthread_mutex_lock(&stage.lock);
    stage.admission = (struct sip_admission){403, "Forbidden", 0};
    pthread_mutex_unlock(&stage.lock);
    request_send(client, &(struct request){.method = "INVITE",
                                           .call_id = "no-source",
                                           .headers = "Require: foo\r\n",
                                           .type = "text/plain",
                                           .body = "x"});
    const char *answer = client_expect(client, 403);
    assert_has(answer, "SIP/2.0 403 Forbidden\r\n");
    assert_has_not(answer, "Retry-After");
    assert_has_not(answer, "Unsupported");
    client_close(client);
    stage_stop(&stage);
}

static void calls_past_the_maximum_are_503_until_one_ends(void **state)
{
    (void)state;
    struct stage stage = {.calls_max = 2};
    stage_start(&stage);
    struct client *clients[3];
    static const char *const ids[] = {"max-1", "max-2", "max-3"};
    for (int i = 0; i < 3; i++)
        clients[i] = client_open(&stage, false);
    call_establish(clients[0], ids[0]);
    call_establish(clients[1], ids[1]);
    struct request third = {
        .method = "INVITE", .call_id = ids[2], .type = SIPREC_TYPE, .body = SIPREC_BODY};
    request_send(clients[2], &third);
    assert_non_null(strstr(client_expect(clients[2], 503), "\r\nRetry-After: 5\r\n"));
    request_send(clients[0],
                 &(struct request){
                     .method = "BYE", .call_id = ids[0], .to_tag = clients[0]->to_tag, .cseq = 2});
    stage_wait(&stage, &stage.ends, 1);
    third.cseq = 2;
    request_send(clients[2], &third);
    client_expect(clients[2], 200);
    for (int i = 0; i < 3; i++)
        client_close(clients[i]);
    stage_stop(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_invite_of_60_kilobytes_over_udp_is_answered),
        cmocka_unit_test(the_longest_datagram_there_can_be_is_answered),
        cmocka_unit_test(a_body_shorter_than_its_content_length_is_400),
        cmocka_unit_test(a_body_longer_than_its_content_length_is_cut_to_it),
        cmocka_unit_test(an_invite_truncated_anywhere_is_never_a_call),
        cmocka_unit_test(a_tcp_message_in_pieces_of_one_byte_is_one_call),
        cmocka_unit_test(several_messages_in_one_tcp_segment_are_all_answered),
        cmocka_unit_test(a_call_outlives_the_connection_that_brought_it),
        cmocka_unit_test(bodies_that_cannot_be_worked_with_get_their_own_answer),
        cmocka_unit_test(a_body_without_content_type_is_what_it_begins_like),
        cmocka_unit_test(a_header_line_without_a_colon_is_noted_and_costs_nothing),
        cmocka_unit_test(a_conference_of_many_media_lines_is_taken_and_one_past_the_maximum_is_488),
        cmocka_unit_test(required_extensions_that_are_not_done_are_420),
        cmocka_unit_test(requests_without_their_mandatory_headers_are_400_or_dropped),
        cmocka_unit_test(a_request_to_a_uri_of_another_scheme_is_416),
        cmocka_unit_test(noise_on_the_ports_is_survived),
        cmocka_unit_test(line_ends_before_a_datagrams_message_are_skipped),
        cmocka_unit_test(a_cancel_of_nothing_is_481),
        cmocka_unit_test(options_tells_what_is_accepted),
        cmocka_unit_test(who_is_not_admitted_is_told_so_without_anything_being_kept),
        cmocka_unit_test(calls_past_the_maximum_are_503_until_one_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
