/* Clients that signal as RFC 2543 had it, or not quite as RFC 3261 has it: their calls are taken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "body/deviation.h"
#include "unit/sip/support.h"

/* One request as such a client writes it: Via without branch, From without tag, no Contact. */
static void send_old(struct client *client, const char *method, unsigned cseq, const char *body)
{
    char text[2048];
    int bytes = snprintf(text, sizeof text,
                         "%s sip:recorder@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s\r\n"
                         "From: <sip:old@example.net>\r\nTo: <sip:recorder@example.net>%s%s\r\n"
                         "Call-ID: old\r\nCSeq: %u %s\r\nContent-Type: application/sdp\r\n\r\n%s",
                         method, client->server, client->host, *client->to_tag ? ";tag=" : "",
                         client->to_tag, cseq, method, body);

    assert_true(bytes > 0 && (size_t)bytes < sizeof text);
    client_send(client, text, (size_t)bytes);
}

static void a_call_without_branch_tag_and_contact_is_a_call_until_its_bye(void **state)
{
    (void)state;
    struct stage stage = {0};
    char via[128];
    char expected[128];
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    send_old(client, "INVITE", 1, SDP);
    client_expect(client, 200);
    header_value(client, "Via", via, sizeof via);
    (void)snprintf(expected, sizeof expected, "SIP/2.0/UDP %s", client->host);
    assert_string_equal(via, expected); /* what was made up for us is not shown to it */
    assert_true(deviation_has(stage.deviations, DEVIATION_NO_CONTACT));
    send_old(client, "ACK", 1, "");
    send_old(client, "BYE", 2, "");
    client_expect(client, 200);
    stage_wait(&stage, &stage.ends, 1);
    assert_int_equal(stage.why, SIP_CALL_BYE);
    assert_int_equal(stage.invites, 1);
    client_close(client);
    stage_stop(&stage);
}

static void its_repeated_invite_is_the_same_call(void **state)
{
    (void)state;
    struct stage stage = {.answer = STAGE_LATER};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    for (int i = 0; i < 3; i++)
        send_old(client, "INVITE", 1, SDP);
    stage_wait(&stage, &stage.invites, 1);
    send_old(client, "CANCEL", 1, "");
    stage_wait(&stage, &stage.ends, 1);
    assert_int_equal(stage.why, SIP_CALL_CANCELLED);
    assert_int_equal(stage.invites, 1);
    client_close(client);
    stage_stop(&stage);
}

/* Its URI would be the request line of our BYE: it must be one word. */
static void bye_goes_by_from_where_the_contact_cannot_be_used(void **state)
{
    static const char *const contacts[] = {"", "Contact: *\r\n",
                                           "Contact: <sip:a@127.0.0.1;x\r\n y>\r\n"};
    char call_id[32];

    (void)state;
    for (unsigned i = 0; i < sizeof contacts / sizeof contacts[0]; i++) {
        struct stage stage = {0};
        stage_start(&stage);
        struct client *client = client_open(&stage, false);
        (void)snprintf(call_id, sizeof call_id, "no-contact-%u", i);
        request_send(client, &(struct request){.method = "INVITE",
                                               .call_id = call_id,
                                               .contact = contacts[i],
                                               .type = SIPREC_TYPE,
                                               .body = SIPREC_BODY});
        client_expect(client, 200);
        request_send(client, &(struct request){
                                 .method = "ACK", .call_id = call_id, .to_tag = client->to_tag});
        stage_calls(&stage);
        client_drain(client, 50);
        stage_do(&stage, stage_hang_up);
        assert_has(client_expect_request(client, "BYE"), "BYE sip:src@example.net SIP/2.0\r\n");
        client_answer(client, 200, NULL, NULL);
        client_close(client);
        stage_stop(&stage);
    }
}

/* Each INVITE of such a client has the same branch, and they are different calls all the same. */
static void a_branch_that_is_only_the_cookie_does_not_merge_calls(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    for (unsigned i = 0; i < 2; i++) {
        request_send(client, &(struct request){.method = "INVITE",
                                               .call_id = i ? "cookie-2" : "cookie-1",
                                               .branch = "",
                                               .type = SIPREC_TYPE,
                                               .body = SIPREC_BODY});
        assert_has(client_expect(client, 200), ";branch=z9hG4bK;rport=");
        request_send(client, &(struct request){.method = "ACK",
                                               .call_id = i ? "cookie-2" : "cookie-1",
                                               .to_tag = client->to_tag});
    }
    assert_int_equal(stage_calls(&stage), 2);
    client_close(client);
    stage_stop(&stage);
}

static void a_message_that_cannot_be_decoded_is_answered_from_what_can_be_read(void **state)
{
    static const struct {
        const char *text;
        const char *told;
    } wrong[] = {
        {"OPTIONS sip:r@x SIP/7.0\r\nVia: SIP/7.0/UDP h;branch=z9hG4bK1\r\nCall-ID: i\r\n"
         "To: <sip:r@x>\r\nCSeq: 1 OPTIONS\r\n\r\n",
         "SIP/2.0 505 Version Not Supported\r\nVia: SIP/7.0/UDP h;branch=z9hG4bK1\r\n"
         "Call-ID: i\r\nTo: <sip:r@x>;tag="},
        {"REGISTER sip:x SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z9hG4bK2\r\nTo: nothing\r\n\r\n",
         "SIP/2.0 405 Method Not Allowed\r\nv: SIP/2.0/UDP h;branch=z9hG4bK2\r\n"},
        {"INVITE sip:r@x SIP/2.0\r\nVia: SIP/2.0/UDP h;;,;,,\r\nt: <sip:r@x>;TAG=3\r\n\r\n",
         "SIP/2.0 400 Malformed Or Incomplete Message\r\nVia: SIP/2.0/UDP h;;,;,,\r\n"
         "t: <sip:r@x>;TAG=3\r\nServer:"},
    };

    (void)state;
    for (int tcp = 0; tcp < 2; tcp++) {
        struct stage stage = {0};
        stage_start(&stage);
        for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
            char text[1024];
            struct client *client = client_open(&stage, tcp);
            /* answered where it came from, if need be */
            int bytes = snprintf(text, sizeof text, "%s", wrong[i].text);
            char *host = strstr(text, "UDP h;");
            (void)snprintf(host, sizeof text - (size_t)(host - text), "UDP %s%s", client->host,
                           strstr(wrong[i].text, "UDP h;") + 5);
            bytes = (int)strlen(text);
            client_send(client, text, (size_t)bytes);
            const char *answer = client_receive(client, 5000);
            assert_non_null(answer);
            assert_int_equal(strncmp(answer, wrong[i].told, 30), 0);
            assert_has(answer, strchr(wrong[i].told, ';'));
            client_close(client);
        }
        assert_int_equal(stage.asked, 0);
        stage_stop(&stage);
    }
}

static void an_answer_is_406_where_a_plain_call_does_not_take_sdp(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    struct request request = {.method = "INVITE",
                              .call_id = "accept-1",
                              .headers = "Accept: text/plain;q=1, application/rs-metadata\r\n",
                              .type = "application/sdp",
                              .body = SDP};
    request_send(client, &request);
    assert_has(client_expect(client, 406), "\r\nWarning: 399 recorder ");
    request_send(client, &(struct request){
                             .method = "ACK", .call_id = "accept-1", .to_tag = client->to_tag});
    request.call_id = "accept-2";
    request.headers = "Accept: text/plain, APPLICATION/SDP;level=1\r\n";
    request_send(client, &request);
    client_expect(client, 200);
    client_close(client);
    /* in a recording session it costs no audio */
    client = client_open(&stage, false);
    request = (struct request){.method = "INVITE",
                               .call_id = "accept-3",
                               .headers = "Require: siprec\r\nAccept: application/rs-metadata\r\n",
                               .type = SIPREC_TYPE,
                               .body = SIPREC_BODY};
    request_send(client, &request);
    client_expect(client, 200);
    client_close(client);
    stage_stop(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_without_branch_tag_and_contact_is_a_call_until_its_bye),
        cmocka_unit_test(its_repeated_invite_is_the_same_call),
        cmocka_unit_test(bye_goes_by_from_where_the_contact_cannot_be_used),
        cmocka_unit_test(a_branch_that_is_only_the_cookie_does_not_merge_calls),
        cmocka_unit_test(a_message_that_cannot_be_decoded_is_answered_from_what_can_be_read),
        cmocka_unit_test(an_answer_is_406_where_a_plain_call_does_not_take_sdp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
