/* Requests within a dialog: re-INVITE, UPDATE, and those that do not belong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/sip/support.h"

static const char SDP_ONE[] =
    "v=0\r\no=src 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 0\r\na=label:1\r\na=sendonly\r\n";

static void within(struct client *client, const char *method, unsigned cseq, const char *type,
                   const char *body)
{
    request_send(client, &(struct request){.method = method,
                                           .call_id = "dialog",
                                           .to_tag = client->to_tag,
                                           .cseq = cseq,
                                           .type = type,
                                           .body = body});
}

/* "o=- ID VERSION ..." of the last answer */
static void origin(const struct client *client, unsigned long long *id, unsigned long long *version)
{
    const char *line = strstr(client->message, "\r\no=");
    assert_non_null(line);
    assert_int_equal(sscanf(line + 4, "%*s %llu %llu", id, version), 2);
}

static void a_reinvite_keeps_the_session_and_counts_up_for_a_changed_answer(void **state)
{
    (void)state;
    struct stage stage = {0};
    unsigned long long ids[3];
    unsigned long long versions[3];
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    call_establish(client, "dialog");
    origin(client, &ids[0], &versions[0]);
    while (client_receive(client, 50))
        ;
    /* the same again */
    within(client, "INVITE", 2, "application/sdp", SDP);
    client_expect(client, 200);
    origin(client, &ids[1], &versions[1]);
    within(client, "ACK", 2, NULL, NULL);
    assert_int_equal(ids[1], ids[0]);
    assert_int_equal(versions[1], versions[0]);
    while (client_receive(client, 50))
        ;
    /* another */
    within(client, "INVITE", 3, "application/sdp", SDP_ONE);
    client_expect(client, 200);
    origin(client, &ids[2], &versions[2]);
    within(client, "ACK", 3, NULL, NULL);
    assert_int_equal(ids[2], ids[0]);
    assert_int_equal(versions[2], versions[0] + 1);
    assert_int_equal(stage.updates, 2);
    assert_int_equal(stage.media_lines, 1);
    dialog_finish(&stage, client);
}

static void the_200_of_a_reinvite_is_repeated_until_its_own_ack(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = dialog_begin(&stage, false);
    within(client, "INVITE", 2, SIPREC_TYPE, SIPREC_BODY);
    client_expect(client, 200);
    client_expect(client, 200);
    within(client, "ACK", 1, NULL, NULL);
    client_expect(client, 200);
    within(client, "ACK", 2, NULL, NULL);
    assert_int_equal(stage_calls(&stage), 1);
    while (client_receive(client, 0))
        ;
    client_expect_nothing(client, 400);
    assert_int_equal(stage.participants, 2);
    dialog_finish(&stage, client);
}

static void a_reinvite_over_a_new_tcp_connection_belongs_to_the_call(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = dialog_begin(&stage, true);
    struct client *second = client_open(&stage, true);
    memcpy(second->to_tag, client->to_tag, sizeof second->to_tag);
    client_close(client);
    within(second, "INVITE", 2, "application/sdp", SDP);
    client_expect(second, 200);
    within(second, "ACK", 2, NULL, NULL);
    within(second, "BYE", 3, NULL, NULL);
    const char *answer = client_expect(second, 200);
    while (strstr(answer, "CSeq: 2"))
        answer = client_expect(second, 200);
    stage_wait(&stage, &stage.ends, 1);
    assert_int_equal(stage.why, SIP_CALL_BYE);
    dialog_finish(&stage, second);
}

static void an_update_with_sdp_is_answered_with_sdp(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = dialog_begin(&stage, false);
    within(client, "UPDATE", 2, "application/sdp", SDP_ONE);
    const char *answer = client_expect(client, 200);
    assert_non_null(strstr(answer, "m=audio 20000 RTP/AVP 0\r\n"));
    assert_non_null(strstr(answer, ";+sip.srs\r\n"));
    /* no ACK, no repetition */
    client_expect_nothing(client, 200);
    assert_int_equal(stage.updates, 1);
    dialog_finish(&stage, client);
}

static void an_update_with_metadata_alone_is_answered_without_a_body(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = dialog_begin(&stage, true);
    within(client, "UPDATE", 2, "application/rs-metadata+xml", METADATA);
    assert_non_null(strstr(client_expect(client, 200), "\r\nContent-Length: 0\r\n"));
    assert_int_equal(stage.updates, 1);
    assert_false(stage.had_sdp);
    assert_true(stage.had_metadata);
    assert_int_equal(stage.xml_bytes, strlen(METADATA));
    dialog_finish(&stage, client);
}

static void an_empty_update_is_answered_and_not_told(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = dialog_begin(&stage, false);
    within(client, "UPDATE", 2, NULL, NULL);
    assert_non_null(strstr(client_expect(client, 200), "\r\nContent-Length: 0\r\n"));
    assert_int_equal(stage.updates, 0);
    dialog_finish(&stage, client);
}

static void a_repeated_update_reaches_the_owner_once(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = dialog_begin(&stage, false);
    within(client, "UPDATE", 2, "application/sdp", SDP_ONE);
    client_expect(client, 200);
    within(client, "UPDATE", 2, "application/sdp", SDP_ONE);
    client_expect(client, 200);
    assert_int_equal(stage.updates, 1);
    dialog_finish(&stage, client);
}

static void what_the_owner_refuses_is_answered_and_the_call_goes_on(void **state)
{
    static const struct {
        enum status status;
        int code;
    } refusals[] = {{STATUS_UNSUPPORTED, 488}, {STATUS_FULL, 503}, {STATUS_IO, 500}};

    (void)state;
    for (unsigned i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct stage stage = {.update_status = refusals[i].status};
        struct client *client = dialog_begin(&stage, false);
        within(client, "INVITE", 2, "application/sdp", SDP_ONE);
        client_expect(client, refusals[i].code);
        assert_int_equal(stage_calls(&stage), 1);
        dialog_finish(&stage, client);
    }
}

static void a_lower_cseq_is_500_and_changes_nothing(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = dialog_begin(&stage, false);
    within(client, "UPDATE", 10, "application/sdp", SDP_ONE);
    client_expect(client, 200);
    within(client, "BYE", 9, NULL, NULL);
    client_expect(client, 500);
    assert_int_equal(stage_calls(&stage), 1);
    within(client, "BYE", 11, NULL, NULL);
    client_expect(client, 200);
    dialog_finish(&stage, client);
}

static void requests_of_no_known_dialog_are_481(void **state)
{
    static const char *const methods[] = {"BYE", "INVITE", "UPDATE", "INFO", "OPTIONS", "PRACK"};

    (void)state;
    struct stage stage = {0};
    struct client *client = dialog_begin(&stage, false);
    char right_tag[sizeof client->to_tag];
    memcpy(right_tag, client->to_tag, sizeof right_tag);
    for (unsigned i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        (void)snprintf(client->to_tag, sizeof client->to_tag, "wrong-tag");
        within(client, methods[i], 20 + i, NULL, NULL);
        client_expect(client, 481);
        request_send(client, &(struct request){.method = methods[i],
                                               .call_id = "another-call",
                                               .to_tag = right_tag,
                                               .cseq = 2});
        client_expect(client, 481);
    }
    /* a BYE or INFO without a tag has no dialog either */
    request_send(client, &(struct request){.method = "BYE", .call_id = "dialog", .cseq = 30});
    client_expect(client, 481);
    request_send(client, &(struct request){.method = "INFO", .call_id = "dialog", .cseq = 31});
    client_expect(client, 481);
    assert_int_equal(stage_calls(&stage), 1);
    assert_int_equal(stage.updates, 0);
    dialog_finish(&stage, client);
}

static void a_bye_is_answered_again_when_its_answer_was_lost(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = dialog_begin(&stage, false);
    char tag[sizeof client->to_tag];
    memcpy(tag, client->to_tag, sizeof tag);
    for (int i = 0; i < 2; i++) {
        within(client, "BYE", 2, NULL, NULL);
        client_expect(client, 200);
    }
    assert_int_equal(stage.ends, 1);
    within(client, "BYE", 3, NULL, NULL);
    client_expect(client, 481);
    dialog_finish(&stage, client);
}

static void a_bye_before_the_ack_ends_the_call_and_the_repetition(void **state)
{
    (void)state;
    struct stage stage = {0};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    request_send(client, &(struct request){.method = "INVITE",
                                           .call_id = "dialog",
                                           .type = SIPREC_TYPE,
                                           .body = SIPREC_BODY});
    client_expect(client, 200);
    within(client, "BYE", 2, NULL, NULL);
    const char *answer = client_expect(client, 200);
    while (strstr(answer, "INVITE\r\n") && !strstr(answer, "CSeq: 2 BYE"))
        answer = client_expect(client, 200);
    client_expect_nothing(client, 300);
    stage_wait(&stage, &stage.ends, 1);
    assert_int_equal(stage.why, SIP_CALL_BYE);
    dialog_finish(&stage, client);
}

static void options_in_a_dialog_is_answered(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = dialog_begin(&stage, false);
    within(client, "OPTIONS", 2, NULL, NULL);
    assert_non_null(strstr(client_expect(client, 200), "\r\nSupported: siprec, timer, 100rel\r\n"));
    dialog_finish(&stage, client);
}

static void methods_not_taken_are_405_with_allow_and_unknown_ones_501(void **state)
{
    static const char *const methods[] = {"NOTIFY", "MESSAGE", "REFER"};

    (void)state;
    struct stage stage = {0};
    struct client *client = dialog_begin(&stage, false);
    struct client *outside = client_open(&stage, false);
    for (unsigned i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        within(client, methods[i], 2 + i, NULL, NULL);
        assert_non_null(
            strstr(client_expect(client, 405),
                   "\r\nAllow: INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, PRACK, INFO\r\n"));
        request_send(outside, &(struct request){.method = methods[i], .call_id = "outside"});
        assert_non_null(strstr(client_expect(outside, 405), "\r\nAllow: INVITE"));
    }
    within(client, "FROBNICATE", 10, NULL, NULL);
    client_expect(client, 501);
    request_send(outside, &(struct request){.method = "invite", .call_id = "outside"});
    client_expect(outside, 501); /* methods are compared with case */
    client_close(outside);
    assert_int_equal(stage_calls(&stage), 1);
    dialog_finish(&stage, client);
}

static void a_new_contact_is_where_bye_goes(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = dialog_begin(&stage, false);
    struct client *moved = client_open(&stage, false);
    char contact[128];
    (void)snprintf(contact, sizeof contact, "Contact: <sip:moved@%s>\r\n", moved->host);
    request_send(client, &(struct request){.method = "UPDATE",
                                           .call_id = "dialog",
                                           .to_tag = client->to_tag,
                                           .cseq = 2,
                                           .contact = contact});
    client_expect(client, 200);
    stage_do(&stage, stage_hang_up);
    const char *bye = client_receive(moved, 5000);
    assert_non_null(bye);
    assert_int_equal(strncmp(bye, "BYE sip:moved@", 14), 0);
    client_close(moved);
    dialog_finish(&stage, client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reinvite_keeps_the_session_and_counts_up_for_a_changed_answer),
        cmocka_unit_test(the_200_of_a_reinvite_is_repeated_until_its_own_ack),
        cmocka_unit_test(a_reinvite_over_a_new_tcp_connection_belongs_to_the_call),
        cmocka_unit_test(an_update_with_sdp_is_answered_with_sdp),
        cmocka_unit_test(an_update_with_metadata_alone_is_answered_without_a_body),
        cmocka_unit_test(an_empty_update_is_answered_and_not_told),
        cmocka_unit_test(a_repeated_update_reaches_the_owner_once),
        cmocka_unit_test(what_the_owner_refuses_is_answered_and_the_call_goes_on),
        cmocka_unit_test(a_lower_cseq_is_500_and_changes_nothing),
        cmocka_unit_test(requests_of_no_known_dialog_are_481),
        cmocka_unit_test(a_bye_is_answered_again_when_its_answer_was_lost),
        cmocka_unit_test(a_bye_before_the_ack_ends_the_call_and_the_repetition),
        cmocka_unit_test(options_in_a_dialog_is_answered),
        cmocka_unit_test(methods_not_taken_are_405_with_allow_and_unknown_ones_501),
        cmocka_unit_test(a_new_contact_is_where_bye_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
