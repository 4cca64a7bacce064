#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/address.h"
#include "unit/sip/support.h"

/* The life of a call: accepted, changed, ended in every way. Each test runs over UDP and TCP. */

static void say(struct client *client, const char *method, const char *call_id, unsigned cseq)
{
    request_send(client,
                 &(struct request){
                     .method = method, .call_id = call_id, .to_tag = client->to_tag, .cseq = cseq});
}

static void invite(struct client *client, const char *call_id)
{
    request_send(client, &(struct request){.method = "INVITE",
                                           .call_id = call_id,
                                           .headers = "Require: siprec\r\nUser-Agent: test SBC\r\n"
                                                      "Record-Route: <sip:127.0.0.1:9;lr>\r\n",
                                           .type = SIPREC_TYPE,
                                           .body = SIPREC_BODY});
}

static void a_siprec_call(bool tcp)
{
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, tcp);
    char source[ADDRESS_TEXT_BYTES];
    char expected[256];

    invite(client, "life");
    const char *trying = client_receive(client, 5000);
    assert_has(trying, "SIP/2.0 100 Trying\r\n");
    const char *answer = client_expect(client, 200);
    (void)snprintf(expected, sizeof expected, "\r\nContact: <sip:recorder@%s%s>;+sip.srs\r\n",
                   client->server, tcp ? ";transport=tcp" : "");
    assert_has(answer, expected);
    assert_has(answer, "\r\nRecord-Route: <sip:127.0.0.1:9;lr>\r\n");
    assert_has(answer, "\r\nServer: unit-test\r\n");
    assert_has(answer, "\r\nAllow: INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, PRACK, INFO\r\n");
    assert_has(answer, "\r\nSupported: siprec, timer, 100rel\r\n");
    assert_has(answer, "\r\nAccept: application/sdp, multipart/mixed, application/rs-metadata");
    assert_has(answer, "\r\nContent-Type: application/sdp\r\n");
    assert_has(answer, "IN IP4 127.0.0.1\r\n");
    assert_has(answer, "m=audio 20000 RTP/AVP 8\r\n");
    assert_has(answer, "m=audio 20002 RTP/AVP 8\r\n");
    assert_has(answer, "a=recvonly\r\n");
    say(client, "ACK", "life", 1);
    assert_int_equal(stage_calls(&stage), 1);
    assert_true(stage.had_sdp);
    assert_true(stage.had_metadata);
    assert_int_equal(stage.siprec, SIP_SIPREC_REQUIRED | SIP_SIPREC_METADATA);
    assert_int_equal(stage.media_lines, 2);
    assert_int_equal(stage.participants, 2);
    assert_true(stage.xml_bytes >= strlen(METADATA) - 2);
    assert_string_equal(stage.from_uri, "sip:src@example.net");
    assert_string_equal(stage.user_agent, "test SBC");
    address_format(&stage.source, true, source);
    assert_string_equal(source, client->host);
    address_format(&stage.local, true, source);
    assert_string_equal(source, client->server);
    say(client, "BYE", "life", 2);
    client_expect(client, 200);
    stage_wait(&stage, &stage.ends, 1);
    assert_int_equal(stage.why, SIP_CALL_BYE);
    assert_int_equal(stage.calls_after_end, 0);
    client_close(client);
    stage_stop(&stage);
}

static void a_siprec_call_over_udp_is_answered_and_ended(void **state)
{
    (void)state;
    a_siprec_call(false);
}

static void a_siprec_call_over_tcp_is_answered_and_ended(void **state)
{
    (void)state;
    a_siprec_call(true);
}

static void identity_is_all_that_headers_and_transport_tell(void **state)
{
    static const bool transports[] = {false, true};

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct stage stage = {0};
        stage_start(&stage);
        struct client *client = client_open(&stage, transports[i]);
        request_send(client,
                     &(struct request){.method = "INVITE",
                                       .call_id = "identity",
                                       .headers = "P-Asserted-Identity: \"Bo, X\" <sip:1@n>,\r\n"
                                                  " <tel:+2>\r\nSession-ID: 00ff;remote=01\r\n"
                                                  "Require: siprec\r\n",
                                       .contact = "Contact: <sip:src@127.0.0.1;+sip.src>\r\n",
                                       .type = SIPREC_TYPE,
                                       .body = SIPREC_BODY});
        client_expect(client, 200);
        assert_string_equal(stage.asserted, "\"Bo, X\" <sip:1@n>");
        assert_string_equal(stage.session_id, "00ff;remote=01");
        assert_string_equal(stage.from, "\"SRC\" <sip:src@example.net>;tag=from-1");
        assert_string_equal(stage.to, "<sip:recorder@example.net>");
        assert_int_equal(stage.transport, transports[i] ? SIP_OVER_TCP : SIP_OVER_UDP);
        assert_int_equal(stage.siprec,
                         SIP_SIPREC_REQUIRED | SIP_SIPREC_FEATURE | SIP_SIPREC_METADATA);
        assert_true(deviation_has(stage.deviations, DEVIATION_FEATURE_TAG_SPELLING));
        assert_int_equal(stage.message, SIP_CALL_INVITE);
        assert_string_equal(stage.metadata_type, "application/rs-metadata+xml");
        assert_string_equal(stage.asked_method, "INVITE");
        client_close(client);
        stage_stop(&stage);
    }
}

static void plain_sdp_is_a_call_without_metadata(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    request_send(client, &(struct request){.method = "INVITE",
                                           .call_id = "plain",
                                           .type = "Application/SDP; charset=utf-8",
                                           .body = SDP});
    client_expect(client, 200);
    say(client, "ACK", "plain", 1);
    assert_int_equal(stage_calls(&stage), 1);
    assert_false(stage.had_metadata);
    assert_int_equal(stage.siprec, 0);
    assert_int_equal(stage.xml_bytes, 0);
    assert_string_equal(stage.metadata_fault, "");
    client_close(client);
    stage_stop(&stage);
    assert_int_equal(stage.why, SIP_CALL_SHUTDOWN);
}

static void compact_header_names_are_understood(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    char text[2048];
    int bytes =
        snprintf(text, sizeof text,
                 "INVITE sip:r@x SIP/2.0\r\nv: SIP/2.0/UDP %s;branch=z9hG4bKc;rport\r\n"
                 "f: <sip:a@b>;tag=from-1\r\nt: <sip:c@d>\r\ni: compact\r\nCSeq: 1 INVITE\r\n"
                 "m: <sip:src@%s>\r\nc: application/sdp\r\nl: %zu\r\n\r\n%s",
                 client->host, client->host, strlen(SDP), SDP);
    client_send(client, text, (size_t)bytes);
    client_expect(client, 200);
    client_close(client);
    stage_stop(&stage);
}

static void metadata_may_come_first_and_in_any_case(void **state)
{
    static const char first[] =
        "preamble\r\n--b1\r\ncontent-type: APPLICATION/RS-METADATA+XML\r\n\r\n";
    static const char second[] = "\r\n--b1\r\nCONTENT-TYPE: Application/Sdp\r\n\r\n";
    char body[8192];

    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, true);
    (void)snprintf(body, sizeof body, "%s%s%s%s\r\n--b1--\r\n", first, METADATA, second, SDP);
    request_send(client, &(struct request){.method = "INVITE",
                                           .call_id = "order",
                                           .type = "Multipart/Related; boundary=\"b1\"",
                                           .body = body});
    client_expect(client, 200);
    assert_int_equal(stage.participants, 2);
    assert_int_equal(stage.media_lines, 2);
    client_close(client);
    stage_stop(&stage);
}

static void unreadable_metadata_is_still_a_call_and_its_bytes_are_kept(void **state)
{
    static const char doctype[] =
        "<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY e \"x\">]><recording>&e;</recording>";
    char body[4096];

    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    (void)snprintf(body, sizeof body,
                   "--b\r\nContent-Type: application/sdp\r\n\r\n%s\r\n--b\r\n"
                   "Content-Type: application/rs-metadata\r\n\r\n%s\r\n--b--\r\n",
                   SDP, doctype);
    request_send(client, &(struct request){.method = "INVITE",
                                           .call_id = "doctype",
                                           .type = "multipart/mixed; boundary=b",
                                           .body = body});
    client_expect(client, 200);
    assert_false(stage.had_metadata);
    assert_int_equal(stage.xml_bytes, strlen(doctype));
    assert_true(strlen(stage.metadata_fault) > 0);
    client_close(client);
    stage_stop(&stage);
}

static void recording_that_calls_itself_any_xml_is_metadata(void **state)
{
    static const char *const types[] = {"text/xml", "application/xml;charset=utf-8",
                                        "application/recording+xml"};
    char body[4096];

    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct stage stage = {0};
        stage_start(&stage);
        struct client *client = client_open(&stage, false);
        (void)snprintf(body, sizeof body,
                       "--b\r\nContent-Type: application/sdp\r\n\r\n%s\r\n--b\r\n"
                       "Content-Type: text/xml\r\n\r\n<other/>\r\n--b\r\n"
                       "Content-Type: %s\r\n\r\n<?xml version=\"1.0\"?><recording/>\r\n--b--\r\n",
                       SDP, types[i]);
        request_send(client, &(struct request){.method = "INVITE",
                                               .call_id = "any-xml",
                                               .type = "multipart/mixed; boundary=b",
                                               .body = body});
        client_expect(client, 200);
        assert_true(stage.had_metadata);
        assert_true(stage.siprec & SIP_SIPREC_METADATA);
        client_close(client);
        stage_stop(&stage);
    }
}

#define METADATA_PART(headers, xml)                                                                \
    "--b\r\nContent-Type: application/rs-metadata+xml\r\n" headers "\r\n" xml "\r\n"
#define RECORDING(id)                                                                              \
    "<recording xmlns=\"urn:ietf:params:xml:ns:recording:1\">"                                     \
    "<participant participant_id=\"" id "\"><nameID aor=\"sip:1@x\"/></participant></recording>"

/* INVITE and UPDATE alike: the description comes with the first. */
static void each_of_several_documents_in_one_body_is_told_in_its_order(void **state)
{
    static const char first[] = RECORDING("p");
    static const char third[] = RECORDING("p100");
    char body[4096];

    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    (void)snprintf(body, sizeof body,
                   "--b\r\nContent-Type: application/sdp\r\n\r\n%s\r\n%s%s%s--b--\r\n", SDP,
                   METADATA_PART("", RECORDING("p")), METADATA_PART("", "<>"),
                   METADATA_PART("", RECORDING("p100")));
    request_send(client, &(struct request){.method = "INVITE",
                                           .call_id = "several",
                                           .type = "multipart/mixed; boundary=b",
                                           .body = body});
    client_expect(client, 200);
    stage_wait(&stage, &stage.updates, 2);
    assert_int_equal(stage.invites, 1);
    assert_int_equal(stage.message, SIP_CALL_INVITE);
    assert_int_equal(stage.all_xml_bytes, sizeof first - 1 + 2 + sizeof third - 1);
    assert_int_equal(stage.xml_bytes, sizeof third - 1);
    assert_false(stage.had_sdp);
    assert_true(stage.had_metadata);
    assert_string_equal(stage.metadata_fault, "");
    client_close(client);
    stage_stop(&stage);
}

static void metadata_in_a_transfer_encoding_that_its_header_tells_is_no_deviation(void **state)
{
    static const char encoded[] = "<recording xmlns=3D\"urn:ietf:params:xml:ns:recording:1\">"
                                  "<session session_id=3D\"s\"/></recording>";
    static const char *const headers[] = {"Content-Transfer-Encoding: quoted-printable\r\n", ""};
    char body[4096];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct stage stage = {0};
        stage_start(&stage);
        struct client *client = client_open(&stage, false);
        (void)snprintf(body, sizeof body,
                       "--b\r\nContent-Type: application/sdp\r\n\r\n%s\r\n--b\r\n"
                       "Content-Type: application/rs-metadata+xml\r\n%s\r\n%s\r\n--b--\r\n",
                       SDP, headers[i], encoded);
        request_send(client, &(struct request){.method = "INVITE",
                                               .call_id = "encoded",
                                               .type = "multipart/mixed; boundary=b",
                                               .body = body});
        client_expect(client, 200);
        assert_true(stage.had_metadata);
        assert_int_equal(deviation_has(stage.deviations, DEVIATION_METADATA_ENCODED), i == 1);
        assert_false(deviation_has(stage.deviations, DEVIATION_MULTIPART_HEADER));
        client_close(client);
        stage_stop(&stage);
    }
}

static void answer_later(struct stage *stage)
{
    struct sdp_local answer = {.media_lines = 2};
    answer.media[0] = (struct sdp_local_media){.accepted = true, .port = 20000};
    assert_int_equal(address_parse("192.0.2.77", 0, &answer.address), STATUS_OK);
    assert_int_equal(sip_call_accept(stage->call, &answer), STATUS_OK);
}

static void an_answer_may_come_later_and_retransmitted_invites_make_no_second_call(void **state)
{
    (void)state;
    struct stage stage = {.answer = STAGE_LATER};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    invite(client, "later");
    assert_has(client_receive(client, 5000), "SIP/2.0 100");
    invite(client, "later");
    assert_has(client_receive(client, 5000), "SIP/2.0 100");
    stage_do(&stage, answer_later);
    const char *answer = client_expect(client, 200);
    assert_has(answer, "c=IN IP4 192.0.2.77\r\n");
    assert_has(answer, "m=audio 0 RTP/AVP");
    say(client, "ACK", "later", 1);
    invite(client, "later");
    client_expect_nothing(client, 100);
    assert_int_equal(stage.invites, 1);
    assert_int_equal(stage_calls(&stage), 1);
    client_close(client);
    stage_stop(&stage);
}

static void a_merged_request_is_482(void **state)
{
    (void)state;
    struct stage stage = {.answer = STAGE_LATER};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    struct request request = {
        .method = "INVITE", .call_id = "merged", .type = SIPREC_TYPE, .body = SIPREC_BODY};
    request_send(client, &request);
    assert_has(client_receive(client, 5000), "SIP/2.0 100");
    request.branch = "another-way";
    request_send(client, &request);
    client_expect(client, 482);
    assert_int_equal(stage.invites, 1);
    client_close(client);
    stage_stop(&stage);
}

static void a_rejected_call_is_answered_with_its_code_and_over(void **state)
{
    (void)state;
    struct stage stage = {.answer = STAGE_REJECT};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    invite(client, "full");
    const char *answer = client_expect(client, 503);
    assert_has(answer, "SIP/2.0 503 No Ports Left\r\n");
    assert_has(answer, "\r\nRetry-After: 7\r\n");
    /* repeated until its ACK, then quiet */
    client_expect(client, 503);
    request_send(client, &(struct request){.method = "ACK",
                                           .call_id = "full",
                                           .branch = "full.1.INVITE",
                                           .to_tag = client->to_tag});
    client_expect_nothing(client, 1300);
    assert_int_equal(stage.why, SIP_CALL_REFUSED);
    assert_int_equal(stage_calls(&stage), 0);
    client_close(client);
    stage_stop(&stage);
}

static void cancel_before_the_answer_is_487_and_ends_the_call(void **state)
{
    (void)state;
    struct stage stage = {.answer = STAGE_LATER};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    invite(client, "cancel");
    assert_has(client_receive(client, 5000), "SIP/2.0 100");
    request_send(client, &(struct request){
                             .method = "CANCEL", .call_id = "cancel", .branch = "cancel.1.INVITE"});
    assert_has(client_expect(client, 200), "CSeq: 1 CANCEL");
    assert_has(client_expect(client, 487), "CSeq: 1 INVITE");
    request_send(client, &(struct request){.method = "ACK",
                                           .call_id = "cancel",
                                           .branch = "cancel.1.INVITE",
                                           .to_tag = client->to_tag});
    stage_wait(&stage, &stage.ends, 1);
    assert_int_equal(stage.why, SIP_CALL_CANCELLED);
    assert_int_equal(stage_calls(&stage), 0);
    client_close(client);
    stage_stop(&stage);
}

static void cancel_after_the_answer_changes_nothing(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    call_establish(client, "late-cancel");
    request_send(client, &(struct request){.method = "CANCEL",
                                           .call_id = "late-cancel",
                                           .branch = "late-cancel.1.INVITE"});
    const char *answer = client_expect(client, 200);
    while (strstr(answer, "CSeq: 1 INVITE"))
        answer = client_expect(client, 200);
    assert_has(answer, "CSeq: 1 CANCEL");
    assert_int_equal(stage_calls(&stage), 1);
    assert_int_equal(stage.ends, 0);
    client_close(client);
    stage_stop(&stage);
}

static void the_200_is_repeated_until_its_ack(bool tcp)
{
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, tcp);
    char first[8192];

    invite(client, "repeat");
    (void)snprintf(first, sizeof first, "%s", client_expect(client, 200));
    for (int i = 0; i < 3; i++)
        assert_string_equal(client_expect(client, 200), first);
    /* an ACK of something else does not count */
    say(client, "ACK", "repeat", 9);
    assert_string_equal(client_expect(client, 200), first);
    say(client, "ACK", "repeat", 1);
    assert_int_equal(stage_calls(&stage), 1);
    while (client_receive(client, 0))
        ;
    client_expect_nothing(client, 400);
    client_close(client);
    stage_stop(&stage);
}

static void the_200_is_repeated_over_udp_until_its_ack(void **state)
{
    (void)state;
    the_200_is_repeated_until_its_ack(false);
}

static void the_200_is_repeated_over_tcp_until_its_ack(void **state)
{
    (void)state;
    the_200_is_repeated_until_its_ack(true);
}

/* The next request that the server sends, and its answer. */
static void expect_bye(struct client *client)
{
    char from[256];
    char to[256];

    assert_has(client_expect_request(client, "BYE"), "BYE sip");
    header_value(client, "From", from, sizeof from);
    header_value(client, "To", to, sizeof to);
    assert_has(to, "tag=from-1");
    assert_has(from, client->to_tag);
    client_answer(client, 200, NULL, NULL);
}

static void without_ack_the_call_is_ended_by_bye(void **state)
{
    (void)state;
    struct stage stage = {.t1_ms = 5};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    /* no Record-Route here: BYE goes to the Contact */
    request_send(client, &(struct request){.method = "INVITE",
                                           .call_id = "no-ack",
                                           .type = SIPREC_TYPE,
                                           .body = SIPREC_BODY});
    client_expect(client, 200);
    expect_bye(client);
    stage_wait(&stage, &stage.ends, 1);
    assert_int_equal(stage.why, SIP_CALL_NO_ACK);
    assert_int_equal(stage_calls(&stage), 0);
    client_close(client);
    stage_stop(&stage);
}

static void hanging_up_says_bye(bool tcp, const char *contact)
{
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, tcp);
    request_send(client, &(struct request){.method = "INVITE",
                                           .call_id = "hangup",
                                           .contact = contact,
                                           .type = SIPREC_TYPE,
                                           .body = SIPREC_BODY});
    client_expect(client, 200);
    say(client, "ACK", "hangup", 1);
    stage_do(&stage, stage_hang_up);
    assert_int_equal(stage.ends, 1);
    assert_int_equal(stage.why, SIP_CALL_SHUTDOWN);
    expect_bye(client);
    client_close(client);
    stage_stop(&stage);
}

static void hanging_up_says_bye_over_udp(void **state)
{
    (void)state;
    hanging_up_says_bye(false, NULL);
}

static void hanging_up_says_bye_over_tcp(void **state)
{
    (void)state;
    hanging_up_says_bye(true, NULL);
}

static void bye_to_a_contact_that_is_a_name_goes_to_where_the_invite_came_from(void **state)
{
    (void)state;
    hanging_up_says_bye(false, "Contact: <sip:src@sbc.example.net:5060>\r\n");
    hanging_up_says_bye(false, "Contact: <sip:src@sbc.example.net>\r\n");
    hanging_up_says_bye(true, "Contact: <sips:src@sbc.example.net;transport=tcp>\r\n");
}

static void bye_follows_the_recorded_route_and_is_repeated_until_answered(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    struct client *proxy = client_open(&stage, false);
    char routes[256];
    char expected[256];
    (void)snprintf(routes, sizeof routes,
                   "Record-Route: <sip:%s;lr>\r\nRecord-Route: <sip:192.0.2.9;lr>\r\n",
                   proxy->host);
    request_send(client, &(struct request){.method = "INVITE",
                                           .call_id = "route",
                                           .headers = routes,
                                           .type = SIPREC_TYPE,
                                           .body = SIPREC_BODY});
    client_expect(client, 200);
    say(client, "ACK", "route", 1);
    stage_do(&stage, stage_hang_up);
    for (int i = 0; i < 3; i++) {
        const char *bye = client_receive(proxy, 5000);
        assert_non_null(bye);
        (void)snprintf(expected, sizeof expected, "BYE sip:src@%s SIP/2.0\r\n", client->host);
        assert_int_equal(strncmp(bye, expected, strlen(expected)), 0);
        (void)snprintf(expected, sizeof expected,
                       "\r\nRoute: <sip:%s;lr>\r\nRoute: <sip:192.0.2.9;lr>\r\n", proxy->host);
        assert_has(bye, expected);
    }
    memcpy(proxy->to_tag, client->to_tag, sizeof proxy->to_tag);
    expect_bye(proxy);
    while (client_receive(proxy, 20))
        ;
    client_expect_nothing(proxy, 400);
    client_close(client);
    client_close(proxy);
    stage_stop(&stage);
}

static void stopping_the_server_says_bye_to_all_calls(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    struct client *waiting = client_open(&stage, false);
    call_establish(client, "stop-1");
    assert_int_equal(stage_calls(&stage), 1);
    pthread_mutex_lock(&stage.lock);
    stage.answer = STAGE_LATER;
    pthread_mutex_unlock(&stage.lock);
    invite(waiting, "stop-2");
    assert_has(client_receive(waiting, 5000), "SIP/2.0 100");
    stage.told_to_stop = true;
    sip_server_stop(stage.server);
    expect_bye(client);
    client_expect(waiting, 503);
    client_close(client);
    client_close(waiting);
    stage_stop(&stage);
    assert_int_equal(stage.ends, 2);
    assert_int_equal(stage.why, SIP_CALL_SHUTDOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_siprec_call_over_udp_is_answered_and_ended),
        cmocka_unit_test(a_siprec_call_over_tcp_is_answered_and_ended),
        cmocka_unit_test(identity_is_all_that_headers_and_transport_tell),
        cmocka_unit_test(plain_sdp_is_a_call_without_metadata),
        cmocka_unit_test(compact_header_names_are_understood),
        cmocka_unit_test(metadata_may_come_first_and_in_any_case),
        cmocka_unit_test(unreadable_metadata_is_still_a_call_and_its_bytes_are_kept),
        cmocka_unit_test(recording_that_calls_itself_any_xml_is_metadata),
        cmocka_unit_test(each_of_several_documents_in_one_body_is_told_in_its_order),
        cmocka_unit_test(metadata_in_a_transfer_encoding_that_its_header_tells_is_no_deviation),
        cmocka_unit_test(an_answer_may_come_later_and_retransmitted_invites_make_no_second_call),
        cmocka_unit_test(a_merged_request_is_482),
        cmocka_unit_test(a_rejected_call_is_answered_with_its_code_and_over),
        cmocka_unit_test(cancel_before_the_answer_is_487_and_ends_the_call),
        cmocka_unit_test(cancel_after_the_answer_changes_nothing),
        cmocka_unit_test(the_200_is_repeated_over_udp_until_its_ack),
        cmocka_unit_test(the_200_is_repeated_over_tcp_until_its_ack),
        cmocka_unit_test(without_ack_the_call_is_ended_by_bye),
        cmocka_unit_test(hanging_up_says_bye_over_udp),
        cmocka_unit_test(hanging_up_says_bye_over_tcp),
        cmocka_unit_test(bye_to_a_contact_that_is_a_name_goes_to_where_the_invite_came_from),
        cmocka_unit_test(bye_follows_the_recorded_route_and_is_repeated_until_answered),
        cmocka_unit_test(stopping_the_server_says_bye_to_all_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
