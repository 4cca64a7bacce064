/* What a message says of the call, whatever becomes of what it offers: documents, From. */
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

static struct client *begin(struct stage *stage)
{
    stage_start(stage);
    struct client *client = client_open(stage, false);
    call_establish(client, "told");
    assert_int_equal(stage_calls(stage), 1);
    client_drain(client, 0);
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

static void send_both(struct client *client, const char *method, unsigned cseq, const char *headers)
{
    request_send(client, &(struct request){.method = method,
                                           .call_id = "told",
                                           .to_tag = client->to_tag,
                                           .cseq = cseq,
                                           .headers = headers,
                                           .type = SIPREC_TYPE,
                                           .body = SIPREC_BODY});
}

static void expect_document_alone(struct stage *stage, unsigned updates)
{
    stage_wait(stage, &stage->updates, updates);
    assert_int_equal(stage->updates, updates);
    assert_true(stage->had_metadata);
    assert_false(stage->had_sdp || stage->had_local || stage->late);
    assert_int_equal(stage->xml_bytes, strlen(METADATA));
}

static void metadata_of_a_request_that_meets_our_offer_is_told(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    request_send(client, &(struct request){.method = "INVITE", .call_id = "told"});
    client_expect(client, 200);
    send_both(client, "UPDATE", 2, NULL);
    expect_answer(client, 491, "2 UPDATE");
    expect_document_alone(&stage, 1);
    assert_int_equal(stage.message, SIP_CALL_UPDATE);
    send_both(client, "INVITE", 3, NULL);
    expect_answer(client, 491, "3 INVITE");
    expect_document_alone(&stage, 2);
    assert_int_equal(stage.message, SIP_CALL_REINVITE);
    dialog_finish(&stage, client);
}

static void metadata_of_a_request_with_too_short_a_timer_is_told(void **state)
{
    (void)state;
    struct stage stage = {.timer = {.min_se_s = 100}};
    struct client *client = begin(&stage);
    send_both(client, "INVITE", 2, "Supported: timer\r\nSession-Expires: 95\r\n");
    expect_answer(client, 422, "2 INVITE");
    expect_document_alone(&stage, 1);
    dialog_finish(&stage, client);
}

static void metadata_behind_a_later_request_is_told_as_late(void **state)
{
    static const char *const methods[] = {"UPDATE", "INVITE"};
    char cseq[32];

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct stage stage = {0};
        struct client *client = begin(&stage);
        send_both(client, "UPDATE", 10, NULL);
        expect_answer(client, 200, "10 UPDATE");
        send_both(client, methods[i], 9, NULL);
        (void)snprintf(cseq, sizeof cseq, "9 %s", methods[i]);
        expect_answer(client, 500, cseq);
        stage_wait(&stage, &stage.updates, 2);
        assert_true(stage.late && stage.had_metadata);
        assert_false(stage.had_sdp || stage.had_local);
        /* what comes in order is no late one */
        send_both(client, "UPDATE", 11, NULL);
        expect_answer(client, 200, "11 UPDATE");
        assert_int_equal(stage.updates, 3);
        assert_false(stage.late);
        dialog_finish(&stage, client);
    }
}

static void update_from(struct client *client, unsigned cseq, const char *from)
{
    char line[32];

    request_send(client, &(struct request){.method = "UPDATE",
                                           .call_id = "told",
                                           .to_tag = client->to_tag,
                                           .cseq = cseq,
                                           .from = from});
    (void)snprintf(line, sizeof line, "%u UPDATE", cseq);
    expect_answer(client, 200, line);
}

static void another_from_is_told_once(void **state)
{
    static const char moved[] = "<sip:2000@cucm;x-refci=1;x-farend;x-farendaddr=1001>";

    (void)state;
    struct stage stage = {0};
    struct client *client = begin(&stage);
    update_from(client, 2, NULL);
    assert_int_equal(stage.updates, 0);
    update_from(client, 3, moved);
    assert_int_equal(stage.updates, 1);
    assert_has(stage.changed_from, moved);
    assert_int_equal(stage.message, SIP_CALL_UPDATE);
    assert_false(stage.had_local);
    update_from(client, 4, moved);
    assert_int_equal(stage.updates, 1);
    /* beside other news it is not said again */
    request_send(client, &(struct request){.method = "UPDATE",
                                           .call_id = "told",
                                           .to_tag = client->to_tag,
                                           .cseq = 5,
                                           .from = moved,
                                           .type = METADATA_TYPE,
                                           .body = METADATA});
    expect_answer(client, 200, "5 UPDATE");
    assert_int_equal(stage.updates, 2);
    assert_string_equal(stage.changed_from, "");
    /* back again is a change too */
    update_from(client, 6, NULL);
    assert_int_equal(stage.updates, 3);
    assert_has(stage.changed_from, "\"SRC\" <sip:src@example.net>");
    dialog_finish(&stage, client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metadata_of_a_request_that_meets_our_offer_is_told),
        cmocka_unit_test(metadata_of_a_request_with_too_short_a_timer_is_told),
        cmocka_unit_test(metadata_behind_a_later_request_is_told_as_late),
        cmocka_unit_test(another_from_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
