/* Who offers what to whom: offers of ours, answers in ACK, glare, metadata in any message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/sip/support.h"

static const char METADATA_TYPE[] = "application/rs-metadata+xml";
static const char SDP_TYPE[] = "application/sdp";
static const char OUR_OFFER[] = "m=audio 20000 RTP/AVP 8\r\n";

static void within(struct client *client, const char *method, unsigned cseq, const char *type,
                   const char *body)
{
    request_send(client, &(struct request){.method = method,
                                           .call_id = "offer",
                                           .to_tag = client->to_tag,
                                           .cseq = cseq,
                                           .headers = "Allow: INVITE, ACK, BYE, UPDATE\r\n",
                                           .type = type,
                                           .body = body});
}

static struct client *begin(struct stage *stage)
{
    stage_start(stage);
    struct client *client = client_open(stage, false);
    call_establish(client, "offer");
    assert_int_equal(stage_calls(stage), 1);
    client_drain(client, 0);
    return client;
}

/* An INVITE without an offer, answered by ours. */
static struct client *begin_without_offer(struct stage *stage, bool tcp)
{
    stage_start(stage);
    struct client *client = client_open(stage, tcp);
    request_send(client, &(struct request){.method = "INVITE", .call_id = "offer"});
    const char *answer = client_expect(client, 200);
    assert_has(answer, "\r\nContent-Type: application/sdp\r\n");
    assert_has(answer, OUR_OFFER);
    assert_has(answer, ";+sip.srs\r\n");
    assert_false(stage->had_sdp);
    return client;
}

/* Answers that are repetitions of a 200 to an INVITE come between the others. */
static void expect_answer(struct client *client, int code, const char *cseq)
{
    char line[64];

    (void)snprintf(line, sizeof line, "\r\nCSeq: %s\r\n", cseq);
    do {
        assert_non_null(client_receive(client, 5000));
    } while (!strstr(client->message, line));
    (void)snprintf(line, sizeof line, "SIP/2.0 %d ", code);
    assert_has(client->message, line);
}

static void an_invite_without_an_offer_gets_ours_and_its_ack_brings_the_answer(bool tcp)
{
    struct stage stage = {0};
    struct client *client = begin_without_offer(&stage, tcp);

    within(client, "ACK", 1, SDP_TYPE, SDP);
    stage_wait(&stage, &stage.updates, 1);
    assert_int_equal(stage.message, SIP_CALL_ACK);
    assert_true(stage.had_sdp);
    assert_false(stage.had_local);
    assert_int_equal(stage.media_lines, 2);
    assert_int_equal(stage.deviations & (UINT64_C(1) << DEVIATION_NO_ANSWER_IN_ACK), 0);
    /* once, however often the ACK comes */
    within(client, "ACK", 1, SDP_TYPE, SDP);
    assert_int_equal(stage_calls(&stage), 1);
    assert_int_equal(stage.updates, 1);
    dialog_finish(&stage, client);
}

static void an_invite_without_an_offer_gets_ours_over_udp(void **state)
{
    (void)state;
    an_invite_without_an_offer_gets_ours_and_its_ack_brings_the_answer(false);
}

static void an_invite_without_an_offer_gets_ours_over_tcp(void **state)
{
    (void)state;
    an_invite_without_an_offer_gets_ours_and_its_ack_brings_the_answer(true);
}

static void an_ack_may_bring_metadata_beside_the_answer(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = begin_without_offer(&stage, false);
    within(client, "ACK", 1, SIPREC_TYPE, SIPREC_BODY);
    stage_wait(&stage, &stage.updates, 1);
    assert_true(stage.had_sdp);
    assert_true(stage.had_metadata);
    assert_int_equal(stage.participants, 2);
    assert_string_equal(stage.metadata_type, METADATA_TYPE);
    dialog_finish(&stage, client);
}

static void an_ack_without_the_answer_is_noted_and_the_call_goes_on(void **state)
{
    static const char *const bodies[] = {NULL, "no description"};

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct stage stage = {0};
        struct client *client = begin_without_offer(&stage, false);
        within(client, "ACK", 1, bodies[i] ? SDP_TYPE : NULL, bodies[i]);
        stage_wait(&stage, &stage.updates, 1);
        assert_int_equal(stage.message, SIP_CALL_ACK);
        assert_false(stage.had_sdp);
        assert_false(stage.had_local);
        assert_true(deviation_has(stage.deviations, DEVIATION_NO_ANSWER_IN_ACK));
        assert_int_equal(stage_calls(&stage), 1);
        dialog_finish(&stage, client);
    }
}

static void a_description_in_the_ack_of_an_answer_is_noted_and_not_used(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    request_send(client, &(struct request){.method = "INVITE",
                                           .call_id = "offer",
                                           .type = SIPREC_TYPE,
                                           .body = SIPREC_BODY});
    client_expect(client, 200);
    within(client, "ACK", 1, SDP_TYPE, SDP);
    stage_wait(&stage, &stage.updates, 1);
    assert_false(stage.had_sdp);
    assert_true(deviation_has(stage.deviations, DEVIATION_SDP_IN_RESPONSE));
    dialog_finish(&stage, client);
}

static void metadata_alone_in_an_invite_is_a_call_with_our_offer(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    request_send(client, &(struct request){.method = "INVITE",
                                           .call_id = "offer",
                                           .type = METADATA_TYPE,
                                           .body = METADATA});
    assert_has(client_expect(client, 200), OUR_OFFER);
    assert_true(stage.had_metadata);
    assert_int_equal(stage.siprec, SIP_SIPREC_METADATA);
    dialog_finish(&stage, client);
}

static void a_reinvite_without_an_offer_gets_ours(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = begin(&stage);
    within(client, "INVITE", 2, NULL, NULL);
    assert_has(client_expect(client, 200), OUR_OFFER);
    assert_int_equal(stage.message, SIP_CALL_REINVITE);
    assert_false(stage.had_sdp);
    assert_true(stage.had_local);
    within(client, "ACK", 2, SDP_TYPE, SDP);
    stage_wait(&stage, &stage.updates, 2);
    assert_int_equal(stage.message, SIP_CALL_ACK);
    assert_true(stage.had_sdp);
    assert_false(stage.had_local);
    dialog_finish(&stage, client);
}

static void a_reinvite_with_metadata_alone_is_told_and_gets_our_offer(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = begin(&stage);
    within(client, "INVITE", 2, METADATA_TYPE, METADATA);
    assert_has(client_expect(client, 200), OUR_OFFER);
    assert_int_equal(stage.message, SIP_CALL_REINVITE);
    assert_true(stage.had_metadata);
    assert_true(stage.had_local);
    within(client, "ACK", 2, SDP_TYPE, SDP);
    stage_wait(&stage, &stage.updates, 2);
    dialog_finish(&stage, client);
}

static void an_update_may_bring_both_or_either(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = begin(&stage);
    within(client, "UPDATE", 2, SIPREC_TYPE, SIPREC_BODY);
    assert_has(client_expect(client, 200), "m=audio 20002 ");
    assert_true(stage.had_sdp && stage.had_metadata && stage.had_local);
    assert_int_equal(stage.message, SIP_CALL_UPDATE);
    within(client, "UPDATE", 3, METADATA_TYPE, METADATA);
    assert_has(client_expect(client, 200), "\r\nContent-Length: 0\r\n");
    assert_true(!stage.had_sdp && stage.had_metadata && !stage.had_local);
    within(client, "UPDATE", 4, SDP_TYPE, SDP);
    assert_has(client_expect(client, 200), "m=audio 20002 ");
    assert_true(stage.had_sdp && !stage.had_metadata);
    assert_int_equal(stage.updates, 3);
    dialog_finish(&stage, client);
}

static void a_bye_with_metadata_tells_it_before_the_end(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = begin(&stage);
    within(client, "BYE", 2, METADATA_TYPE, METADATA);
    client_expect(client, 200);
    stage_wait(&stage, &stage.ends, 1);
    assert_int_equal(stage.updates, 1);
    assert_int_equal(stage.message, SIP_CALL_FAREWELL);
    assert_true(stage.had_metadata);
    assert_false(stage.had_local);
    assert_int_equal(stage.why, SIP_CALL_BYE);
    dialog_finish(&stage, client);
}

static void a_bye_ends_the_call_whatever_its_body_is(void **state)
{
    static const struct {
        const char *type;
        const char *body;
    } bodies[] = {{NULL, "x"}, {"text/plain", "x"}, {"multipart/mixed", "x"}, {SDP_TYPE, "x"}};

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct stage stage = {0};
        struct client *client = begin(&stage);
        within(client, "BYE", 2, bodies[i].type, bodies[i].body);
        client_expect(client, 200);
        stage_wait(&stage, &stage.ends, 1);
        assert_int_equal(stage.why, SIP_CALL_BYE);
        dialog_finish(&stage, client);
    }
}

static void an_offer_while_ours_is_open_is_491(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = begin_without_offer(&stage, false);
    within(client, "UPDATE", 2, SDP_TYPE, SDP);
    expect_answer(client, 491, "2 UPDATE");
    within(client, "INVITE", 3, SDP_TYPE, SDP);
    expect_answer(client, 491, "3 INVITE");
    /* no offer, no glare */
    within(client, "UPDATE", 4, METADATA_TYPE, METADATA);
    expect_answer(client, 200, "4 UPDATE");
    assert_int_equal(stage.updates, 1);
    within(client, "ACK", 1, SDP_TYPE, SDP);
    stage_wait(&stage, &stage.updates, 2);
    within(client, "UPDATE", 5, SDP_TYPE, SDP);
    expect_answer(client, 200, "5 UPDATE");
    dialog_finish(&stage, client);
}

static void a_reinvite_before_the_ack_of_an_answer_is_taken(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    request_send(client, &(struct request){.method = "INVITE",
                                           .call_id = "offer",
                                           .type = SIPREC_TYPE,
                                           .body = SIPREC_BODY});
    client_expect(client, 200);
    within(client, "INVITE", 2, SDP_TYPE, SDP);
    expect_answer(client, 200, "2 INVITE");
    assert_int_equal(stage.updates, 1);
    within(client, "ACK", 2, NULL, NULL);
    assert_int_equal(stage_calls(&stage), 1);
    client_drain(client, 0);
    client_expect_nothing(client, 300);
    dialog_finish(&stage, client);
}

static void a_body_that_may_be_left_unread_is_left_unread(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    request_send(client,
                 &(struct request){.method = "INVITE",
                                   .call_id = "offer",
                                   .headers = "Content-Disposition: session;handling=optional\r\n",
                                   .type = "application/isup",
                                   .body = "x"});
    assert_has(client_expect(client, 200), OUR_OFFER);
    dialog_finish(&stage, client);
}

static void ask_for_a_snapshot(struct stage *stage)
{
    sip_call_request_snapshot(stage->call, "the first update is partial");
}

static void a_snapshot_is_asked_for_by_update_once_and_its_answer_may_bring_it(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = begin(&stage);
    /* its Allow names UPDATE from now on */
    within(client, "OPTIONS", 2, NULL, NULL);
    client_expect(client, 200);
    stage_do(&stage, ask_for_a_snapshot);
    stage_do(&stage, ask_for_a_snapshot);
    const char *request = client_expect_request(client, "UPDATE");
    assert_has(request, "\r\nContent-Type: application/rs-metadata\r\n");
    assert_has(request, "\r\nContent-Disposition: recording-session\r\n");
    assert_has(request, "\r\nRequire: siprec\r\n");
    assert_has(request, ";+sip.srs\r\n");
    assert_has(request, "requestsnapshot");
    assert_has(request, "the first update is partial");
    client_answer(client, 200, "Content-Type: application/rs-metadata\r\n", METADATA);
    stage_wait(&stage, &stage.updates, 1);
    assert_int_equal(stage.message, SIP_CALL_RESPONSE);
    assert_true(stage.had_metadata);
    assert_false(stage.had_local);
    assert_string_equal(stage.metadata_type, "application/rs-metadata");
    client_drain(client, 100);
    /* the next one is sent again */
    stage_do(&stage, ask_for_a_snapshot);
    client_expect_request(client, "UPDATE");
    client_answer(client, 403, NULL, NULL);
    assert_int_equal(stage_calls(&stage), 1);
    dialog_finish(&stage, client);
}

static void a_snapshot_asked_for_within_an_update_is_sent_after_its_answer(void **state)
{
    (void)state;
    struct stage stage = {.snapshot_at_update = true};
    struct client *client = begin(&stage);
    within(client, "UPDATE", 2, METADATA_TYPE, METADATA);
    assert_has(client_receive(client, 5000), "SIP/2.0 200 ");
    client_expect_request(client, "UPDATE");
    /* it meets a request of the client's: once more */
    client_answer(client, 491, NULL, NULL);
    char cseq[32];
    char again[32];
    header_value(client, "CSeq", cseq, sizeof cseq);
    client_expect_request(client, "UPDATE");
    header_value(client, "CSeq", again, sizeof again);
    assert_string_not_equal(cseq, again);
    client_answer(client, 200, NULL, NULL);
    dialog_finish(&stage, client);
}

static void a_call_may_end_while_a_snapshot_is_asked_for(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = begin(&stage);
    within(client, "UPDATE", 2, NULL, NULL);
    client_expect(client, 200);
    stage_do(&stage, ask_for_a_snapshot);
    client_expect_request(client, "UPDATE");
    within(client, "BYE", 3, NULL, NULL);
    client_expect(client, 200);
    client_drain(client, 100);
    assert_int_equal(stage_calls(&stage), 0);
    dialog_finish(&stage, client);
}

static void a_client_without_update_is_not_asked_for_a_snapshot(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = begin(&stage);
    request_send(client, &(struct request){.method = "OPTIONS",
                                           .call_id = "offer",
                                           .to_tag = client->to_tag,
                                           .cseq = 2,
                                           .headers = "Allow: INVITE, ACK, BYE\r\n"});
    client_expect(client, 200);
    stage_do(&stage, ask_for_a_snapshot);
    client_expect_nothing(client, 100);
    /* an UPDATE of its own shows better */
    request_send(client, &(struct request){.method = "UPDATE",
                                           .call_id = "offer",
                                           .to_tag = client->to_tag,
                                           .cseq = 3,
                                           .headers = "Allow: INVITE, ACK, BYE\r\n"});
    client_expect(client, 200);
    stage_do(&stage, ask_for_a_snapshot);
    client_expect_request(client, "UPDATE");
    client_answer(client, 200, NULL, NULL);
    dialog_finish(&stage, client);
}

static void a_client_that_does_not_say_what_it_allows_is_asked_for_a_snapshot(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = begin(&stage);
    stage_do(&stage, ask_for_a_snapshot);
    client_expect_request(client, "UPDATE");
    /* it knows no UPDATE after all: once is enough */
    client_answer(client, 405, NULL, NULL);
    client_drain(client, 100);
    stage_do(&stage, ask_for_a_snapshot);
    client_expect_nothing(client, 100);
    dialog_finish(&stage, client);
}

static void metadata_beside_a_description_that_cannot_be_read_is_told(void **state)
{
    static const char *const methods[] = {"INVITE", "UPDATE"};
    static const char body[] = "--x\r\nContent-Type: application/sdp\r\n\r\nno description\r\n"
                               "--x\r\nContent-Type: application/rs-metadata+xml\r\n\r\n"
                               "<recording xmlns='urn:ietf:params:xml:ns:recording:1'>"
                               "<participant participant_id='cGFydHkx'/></recording>\r\n--x--\r\n";

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct stage stage = {0};
        struct client *client = begin(&stage);
        within(client, methods[i], 2, "multipart/mixed;boundary=x", body);
        client_expect(client, 400);
        stage_wait(&stage, &stage.updates, 1);
        assert_true(stage.had_metadata);
        assert_false(stage.had_sdp);
        assert_false(stage.had_local);
        assert_int_equal(stage.participants, 1);
        assert_int_equal(stage_calls(&stage), 1);
        dialog_finish(&stage, client);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_invite_without_an_offer_gets_ours_over_udp),
        cmocka_unit_test(an_invite_without_an_offer_gets_ours_over_tcp),
        cmocka_unit_test(an_ack_may_bring_metadata_beside_the_answer),
        cmocka_unit_test(an_ack_without_the_answer_is_noted_and_the_call_goes_on),
        cmocka_unit_test(a_description_in_the_ack_of_an_answer_is_noted_and_not_used),
        cmocka_unit_test(metadata_alone_in_an_invite_is_a_call_with_our_offer),
        cmocka_unit_test(a_reinvite_without_an_offer_gets_ours),
        cmocka_unit_test(a_reinvite_with_metadata_alone_is_told_and_gets_our_offer),
        cmocka_unit_test(an_update_may_bring_both_or_either),
        cmocka_unit_test(a_bye_with_metadata_tells_it_before_the_end),
        cmocka_unit_test(a_bye_ends_the_call_whatever_its_body_is),
        cmocka_unit_test(an_offer_while_ours_is_open_is_491),
        cmocka_unit_test(a_reinvite_before_the_ack_of_an_answer_is_taken),
        cmocka_unit_test(a_body_that_may_be_left_unread_is_left_unread),
        cmocka_unit_test(a_snapshot_is_asked_for_by_update_once_and_its_answer_may_bring_it),
        cmocka_unit_test(a_snapshot_asked_for_within_an_update_is_sent_after_its_answer),
        cmocka_unit_test(a_call_may_end_while_a_snapshot_is_asked_for),
        cmocka_unit_test(a_client_without_update_is_not_asked_for_a_snapshot),
        cmocka_unit_test(a_client_that_does_not_say_what_it_allows_is_asked_for_a_snapshot),
        cmocka_unit_test(metadata_beside_a_description_that_cannot_be_read_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
