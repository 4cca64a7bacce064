/* Before the final answer: reliable provisional responses (RFC 3262), requests that come early. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/sip/support.h"

static void invite(struct client *client, const char *headers)
{
    request_send(client, &(struct request){.method = "INVITE",
                                           .call_id = "early",
                                           .headers = headers,
                                           .type = SIPREC_TYPE,
                                           .body = SIPREC_BODY});
}

static void early(struct client *client, const char *method, unsigned cseq, const char *headers)
{
    request_send(client, &(struct request){.method = method,
                                           .call_id = "early",
                                           .to_tag = client->to_tag,
                                           .cseq = cseq,
                                           .headers = headers});
}

/* The 180 that the client requires; its RAck is written. */
static void expect_ringing(struct client *client, char rack[static 64])
{
    char rseq[32];
    const char *answer = client_expect(client, 180);

    assert_has(answer, "\r\nRequire: 100rel\r\n");
    assert_has(answer, ";+sip.srs\r\n");
    assert_has(answer, "\r\nContent-Length: 0\r\n");
    header_value(client, "RSeq", rseq, sizeof rseq);
    assert_true(strtoul(rseq, NULL, 10) > 0);
    (void)snprintf(rack, 64, "RAck: %s 1 INVITE\r\n", rseq);
}

/* Repetitions of the 180 and of the 200 come between the others. */
static void expect_answer(struct client *client, int code, const char *cseq)
{
    char line[64];

    (void)snprintf(line, sizeof line, "\r\nCSeq: %s\r\n", cseq);
    do {
        assert_non_null(client_receive(client, 5000));
    } while (!strstr(client->message, line) || strstr(client->message, "SIP/2.0 1"));
    (void)snprintf(line, sizeof line, "SIP/2.0 %d ", code);
    assert_has(client->message, line);
}

static void accept_one(struct stage *stage)
{
    struct sdp_local local = {.media_lines = 2};

    local.media[0] = (struct sdp_local_media){.accepted = true, .port = 20000};
    assert_int_equal(sip_call_accept(stage->call, &local), STATUS_OK);
}

static void the_180_is_repeated_until_its_prack(void **state)
{
    char rack[64];
    char again[64];

    (void)state;
    struct stage stage = {.answer = STAGE_LATER};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    invite(client, "Require: 100rel\r\n");
    expect_ringing(client, rack);
    expect_ringing(client, again);
    assert_string_equal(rack, again);
    /* not ours */
    early(client, "PRACK", 2, "RAck: 1 7 INVITE\r\n");
    expect_answer(client, 481, "2 PRACK");
    early(client, "PRACK", 3, "RAck: nonsense\r\n");
    expect_answer(client, 481, "3 PRACK");
    early(client, "PRACK", 4, NULL);
    expect_answer(client, 481, "4 PRACK");
    early(client, "PRACK", 5, rack);
    expect_answer(client, 200, "5 PRACK");
    client_drain(client, 0);
    client_expect_nothing(client, 300);
    /* acknowledged already */
    early(client, "PRACK", 6, rack);
    expect_answer(client, 481, "6 PRACK");
    stage_do(&stage, accept_one);
    expect_answer(client, 200, "1 INVITE");
    early(client, "ACK", 1, NULL);
    assert_int_equal(stage_calls(&stage), 1);
    client_close(client);
    stage_stop(&stage);
}

static void the_answer_need_not_wait_for_the_prack(void **state)
{
    char rack[64];

    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, true);
    invite(client, "Require: siprec, 100rel\r\n");
    expect_ringing(client, rack);
    expect_answer(client, 200, "1 INVITE");
    early(client, "PRACK", 2, rack);
    expect_answer(client, 200, "2 PRACK");
    /* the 200 is still repeated */
    expect_answer(client, 200, "1 INVITE");
    early(client, "ACK", 1, NULL);
    assert_int_equal(stage_calls(&stage), 1);
    client_drain(client, 0);
    client_expect_nothing(client, 300);
    client_close(client);
    stage_stop(&stage);
}

static void without_prack_the_call_is_refused_with_504(void **state)
{
    char rack[64];

    (void)state;
    struct stage stage = {.answer = STAGE_LATER, .t1_ms = 5};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    invite(client, "Require: 100rel\r\n");
    expect_ringing(client, rack);
    expect_answer(client, 504, "1 INVITE");
    stage_wait(&stage, &stage.ends, 1);
    assert_int_equal(stage.why, SIP_CALL_REFUSED);
    client_close(client);
    stage_stop(&stage);
}

static void a_client_that_only_supports_it_gets_none(void **state)
{
    (void)state;
    struct stage stage = {.answer = STAGE_LATER};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    invite(client, "Supported: 100rel\r\n");
    assert_has(client_receive(client, 5000), "SIP/2.0 100 ");
    client_expect_nothing(client, 100);
    client_close(client);
    stage_stop(&stage);
}

static void offers_before_the_answer_are_500_with_retry_after(void **state)
{
    static const char *const methods[] = {"UPDATE", "INVITE"};
    char rack[64];
    char value[32];

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct stage stage = {.answer = STAGE_LATER};
        stage_start(&stage);
        struct client *client = client_open(&stage, false);
        invite(client, "Require: 100rel\r\n");
        expect_ringing(client, rack);
        request_send(client, &(struct request){.method = methods[i],
                                               .call_id = "early",
                                               .to_tag = client->to_tag,
                                               .cseq = 2,
                                               .type = "application/sdp",
                                               .body = SDP});
        (void)snprintf(value, sizeof value, "2 %s", methods[i]);
        expect_answer(client, 500, value);
        header_value(client, "Retry-After", value, sizeof value);
        assert_true(value[0] != '\0' && strtoul(value, NULL, 10) <= 10);
        assert_int_equal(stage.updates, 0);
        assert_int_equal(stage_calls(&stage), 1);
        /* what it says of the call is not refused */
        request_send(client, &(struct request){.method = methods[i],
                                               .call_id = "early",
                                               .to_tag = client->to_tag,
                                               .cseq = 3,
                                               .type = SIPREC_TYPE,
                                               .body = SIPREC_BODY});
        (void)snprintf(value, sizeof value, "3 %s", methods[i]);
        expect_answer(client, 500, value);
        stage_wait(&stage, &stage.updates, 1);
        assert_true(stage.had_metadata && !stage.had_sdp && !stage.had_local);
        client_close(client);
        stage_stop(&stage);
    }
}

static void metadata_alone_before_the_answer_is_taken(void **state)
{
    char rack[64];
    char value[32];

    (void)state;
    struct stage stage = {.answer = STAGE_LATER};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    invite(client, "Require: 100rel\r\nSupported: timer\r\nSession-Expires: 90;refresher=uac\r\n");
    expect_ringing(client, rack);
    request_send(client, &(struct request){.method = "UPDATE",
                                           .call_id = "early",
                                           .to_tag = client->to_tag,
                                           .cseq = 2,
                                           .headers = "Supported: timer\r\nSession-Expires: 90\r\n",
                                           .type = "application/rs-metadata+xml",
                                           .body = METADATA});
    expect_answer(client, 200, "2 UPDATE");
    assert_has(client->message, ";+sip.srs\r\n");
    assert_has(client->message, "\r\nContent-Length: 0\r\n");
    /* there is no session yet whose time could run */
    assert_has_not(client->message, "Session-Expires");
    assert_int_equal(stage.updates, 1);
    assert_int_equal(stage.message, SIP_CALL_UPDATE);
    assert_true(stage.had_metadata && !stage.had_local);
    /* one that brings nothing is answered too */
    early(client, "UPDATE", 3, NULL);
    expect_answer(client, 200, "3 UPDATE");
    assert_int_equal(stage.updates, 1);
    stage_do(&stage, accept_one);
    expect_answer(client, 200, "1 INVITE");
    header_value(client, "Session-Expires", value, sizeof value);
    assert_string_equal(value, "90;refresher=uac");
    early(client, "ACK", 1, NULL);
    assert_int_equal(stage_calls(&stage), 1);
    client_close(client);
    stage_stop(&stage);
}

static void metadata_in_a_prack_is_told_also_where_it_is_late_or_acknowledges_nothing(void **state)
{
    char rack[64];

    (void)state;
    struct stage stage = {.answer = STAGE_LATER};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    invite(client, "Require: 100rel\r\n");
    expect_ringing(client, rack);
    struct request prack = {.method = "PRACK",
                            .call_id = "early",
                            .to_tag = client->to_tag,
                            .cseq = 5,
                            .headers = rack,
                            .type = SIPREC_TYPE,
                            .body = SIPREC_BODY};
    request_send(client, &prack);
    expect_answer(client, 200, "5 PRACK");
    stage_wait(&stage, &stage.updates, 1);
    assert_int_equal(stage.message, SIP_CALL_PRACK);
    assert_true(stage.had_metadata && !stage.had_local && !stage.late);
    /* an offer has no place there, and is noted */
    assert_false(stage.had_sdp);
    assert_true(deviation_has(stage.deviations, DEVIATION_SDP_IN_RESPONSE));
    prack.cseq = 6;
    request_send(client, &prack);
    expect_answer(client, 481, "6 PRACK");
    stage_wait(&stage, &stage.updates, 2);
    assert_true(stage.had_metadata && !stage.late);
    prack.cseq = 4;
    request_send(client, &prack);
    expect_answer(client, 500, "4 PRACK");
    stage_wait(&stage, &stage.updates, 3);
    assert_true(stage.had_metadata && stage.late);
    assert_int_equal(stage_calls(&stage), 1);
    client_close(client);
    stage_stop(&stage);
}

static void a_bye_before_the_answer_ends_the_call_with_487(void **state)
{
    char rack[64];

    (void)state;
    struct stage stage = {.answer = STAGE_LATER};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    invite(client, "Require: 100rel\r\n");
    expect_ringing(client, rack);
    early(client, "BYE", 2, NULL);
    expect_answer(client, 200, "2 BYE");
    expect_answer(client, 487, "1 INVITE");
    stage_wait(&stage, &stage.ends, 1);
    assert_int_equal(stage.why, SIP_CALL_CANCELLED);
    client_close(client);
    stage_stop(&stage);
}

static void a_cancel_before_the_prack_ends_the_call_with_487(void **state)
{
    char rack[64];

    (void)state;
    struct stage stage = {.answer = STAGE_LATER};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    invite(client, "Require: 100rel\r\n");
    expect_ringing(client, rack);
    request_send(client, &(struct request){
                             .method = "CANCEL", .call_id = "early", .branch = "early.1.INVITE"});
    expect_answer(client, 200, "1 CANCEL");
    expect_answer(client, 487, "1 INVITE");
    stage_wait(&stage, &stage.ends, 1);
    client_close(client);
    stage_stop(&stage);
}

static void info_before_the_answer_is_told(void **state)
{
    char rack[64];

    (void)state;
    struct stage stage = {.answer = STAGE_LATER};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    invite(client, "Require: 100rel\r\n");
    expect_ringing(client, rack);
    early(client, "INFO", 2, "Record: off\r\n");
    expect_answer(client, 200, "2 INFO");
    assert_int_equal(stage.infos, 1);
    assert_int_equal(stage.info.kind, SIP_INFO_PAUSE);
    stage_do(&stage, accept_one);
    expect_answer(client, 200, "1 INVITE");
    early(client, "ACK", 1, NULL);
    client_close(client);
    stage_stop(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_180_is_repeated_until_its_prack),
        cmocka_unit_test(the_answer_need_not_wait_for_the_prack),
        cmocka_unit_test(without_prack_the_call_is_refused_with_504),
        cmocka_unit_test(a_client_that_only_supports_it_gets_none),
        cmocka_unit_test(offers_before_the_answer_are_500_with_retry_after),
        cmocka_unit_test(metadata_alone_before_the_answer_is_taken),
        cmocka_unit_test(metadata_in_a_prack_is_told_also_where_it_is_late_or_acknowledges_nothing),
        cmocka_unit_test(a_bye_before_the_answer_ends_the_call_with_487),
        cmocka_unit_test(a_cancel_before_the_prack_ends_the_call_with_487),
        cmocka_unit_test(info_before_the_answer_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
