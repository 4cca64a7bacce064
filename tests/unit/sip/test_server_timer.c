/* Session timers (RFC 4028): who refreshes, how, and what happens where nobody does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/sip/support.h"

/* A second lasts 10 ms: an interval of 90 s is refreshed after 450 ms, expires after 600 or 900. */
static const struct sip_timer_options QUICK = {.second_ms = 10, .session_expires_s = 90};

static const char UPDATES[] = "Allow: INVITE, ACK, BYE, UPDATE\r\n";

static void within(struct client *client, const char *method, unsigned cseq, const char *headers,
                   const char *body)
{
    request_send(client, &(struct request){.method = method,
                                           .call_id = "timer",
                                           .to_tag = client->to_tag,
                                           .cseq = cseq,
                                           .headers = headers,
                                           .type = body ? "application/sdp" : NULL,
                                           .body = body});
}

/* A call whose INVITE has more headers; its 200 is the client's last message. */
static struct client *begin(struct stage *stage, const char *headers)
{
    stage_start(stage);
    struct client *client = client_open(stage, false);
    request_send(client, &(struct request){.method = "INVITE",
                                           .call_id = "timer",
                                           .headers = headers,
                                           .type = "application/sdp",
                                           .body = SDP});
    client_expect(client, 200);
    within(client, "ACK", 1, NULL, NULL);
    return client;
}

static void expect_end(struct stage *stage, struct client *client, enum sip_call_end why)
{
    client_expect_request(client, "BYE");
    client_answer(client, 200, NULL, NULL);
    stage_wait(stage, &stage->ends, 1);
    assert_int_equal(stage->why, why);
}

static void set_alive(struct stage *stage, bool alive)
{
    pthread_mutex_lock(&stage->lock);
    stage->alive = alive;
    pthread_mutex_unlock(&stage->lock);
}

static void an_interval_that_is_too_short_is_422_with_min_se(void **state)
{
    (void)state;
    struct stage stage = {.timer = {.min_se_s = 100}};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    struct request request = {.method = "INVITE",
                              .call_id = "timer",
                              .headers = "Supported: timer\r\nSession-Expires: 99\r\n",
                              .type = "application/sdp",
                              .body = SDP};
    request_send(client, &request);
    assert_has(client_expect(client, 422), "\r\nMin-SE: 100\r\n");
    assert_int_equal(stage.invites, 0);
    dialog_finish(&stage, client);
    /* within a call, which goes on */
    struct stage second = {0};
    client = begin(&second, "Supported: timer\r\nSession-Expires: 90\r\n");
    within(client, "UPDATE", 2, "k: timer\r\nx: 89\r\n", NULL);
    client_expect(client, 422);
    assert_int_equal(stage_calls(&second), 1);
    dialog_finish(&second, client);
}

static void the_200_tells_interval_and_refresher(void **state)
{
    static const struct {
        const char *headers;
        const char *told;
        bool required;
    } asked[] = {
        {"Supported: timer\r\nSession-Expires: 900;refresher=uac\r\n",
         "\r\nSession-Expires: 900;refresher=uac\r\n", true},
        {"k: timer\r\nx: 900;refresher=uas\r\n", "\r\nSession-Expires: 900;refresher=uas\r\n",
         true},
        {"Supported: timer\r\n", "\r\nSession-Expires: 1800;refresher=uas\r\n", true},
        {"", "\r\nSession-Expires: 1800;refresher=uas\r\n", false},
        {"Session-Expires: 600\r\n", "\r\nSession-Expires: 600;refresher=uas\r\n", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        struct stage stage = {0};
        struct client *client = begin(&stage, asked[i].headers);
        assert_has(client->message, asked[i].told);
        if (asked[i].required)
            assert_has(client->message, "\r\nRequire: timer\r\n");
        else
            assert_has_not(client->message, "Require");
        dialog_finish(&stage, client);
    }
}

static void we_refresh_by_update_where_the_client_takes_it(void **state)
{
    char headers[256];

    (void)state;
    struct stage stage = {.t1_ms = 10, .timer = QUICK};
    (void)snprintf(headers, sizeof headers,
                   "%sSupported: timer\r\nSession-Expires: 90;refresher=uas\r\n", UPDATES);
    struct client *client = begin(&stage, headers);
    /* longer than the session would last without */
    for (int i = 0; i < 3; i++) {
        const char *request = client_expect_request(client, "UPDATE");
        assert_has(request, "\r\nSession-Expires: 90;refresher=uac\r\n");
        assert_has(request, "\r\nSupported: siprec, timer, 100rel\r\n");
        assert_has(request, ";+sip.srs\r\n");
        assert_has(request, "\r\nContent-Length: 0\r\n");
        client_answer(client, 200, "Session-Expires: 90;refresher=uac\r\n", NULL);
    }
    assert_int_equal(stage_calls(&stage), 1);
    assert_int_equal(stage.asked_alive, 0);
    dialog_finish(&stage, client);
}

/* The value of o= in the client's last message. */
static void origin(const struct client *client, char text[static 128])
{
    const char *line = strstr(client->message, "\r\no=");

    assert_non_null(line);
    (void)snprintf(text, 128, "%.*s", (int)strcspn(line + 2, "\r"), line + 2);
}

static void we_refresh_by_reinvite_with_the_same_description_where_it_does_not(void **state)
{
    char ours[128];
    char again[128];
    char expected[160];

    (void)state;
    struct stage stage = {.t1_ms = 10, .timer = QUICK};
    struct client *client = begin(&stage, "Allow: INVITE, ACK, BYE\r\n");
    struct client *moved = client_open(&stage, false);
    origin(client, ours);
    client_expect_request(client, "INVITE");
    origin(client, again);
    assert_string_equal(ours, again);
    assert_has(client->message, "\r\nContent-Type: application/sdp\r\n");
    char contact[256];
    (void)snprintf(contact, sizeof contact,
                   "Contact: <sip:moved@%s>\r\nContent-Type: application/sdp\r\n", moved->host);
    client_answer(client, 200, contact, SDP);
    /* the ACK goes to the new target */
    client_expect_request(moved, "ACK");
    (void)snprintf(expected, sizeof expected, "ACK sip:moved@%s SIP/2.0\r\n", moved->host);
    assert_has(moved->message, expected);
    stage_wait(&stage, &stage.updates, 1);
    assert_int_equal(stage.message, SIP_CALL_RESPONSE);
    assert_true(stage.had_sdp);
    assert_false(stage.had_local);
    assert_int_equal(stage.media_lines, 2);
    assert_int_equal(stage_calls(&stage), 1);
    client_close(moved);
    dialog_finish(&stage, client);
}

static void every_repetition_of_the_answer_to_our_reinvite_is_acknowledged(void **state)
{
    (void)state;
    struct stage stage = {.t1_ms = 10, .timer = QUICK};
    struct client *client = begin(&stage, NULL);
    client_expect_request(client, "INVITE");
    char *first = strdup(client->message);
    assert_non_null(first);
    client_answer(client, 200, "Content-Type: application/sdp\r\n", SDP);
    client_expect_request(client, "ACK");
    strcpy(client->message, first);
    free(first);
    client_answer(client, 200, "Content-Type: application/sdp\r\n", SDP);
    client_expect_request(client, "ACK");
    assert_int_equal(stage_calls(&stage), 1);
    assert_int_equal(stage.updates, 1);
    dialog_finish(&stage, client);
}

static void our_reinvite_is_repeated_and_its_refusal_acknowledged(void **state)
{
    char branch[256];
    char again[256];

    (void)state;
    struct stage stage = {.t1_ms = 10, .timer = QUICK};
    struct client *client = begin(&stage, NULL);
    client_expect_request(client, "INVITE");
    header_value(client, "Via", branch, sizeof branch);
    client_expect_request(client, "INVITE");
    header_value(client, "Via", again, sizeof again);
    assert_string_equal(branch, again);
    client_answer(client, 100, NULL, NULL);
    client_answer(client, 488, NULL, NULL);
    do {
        assert_non_null(client_receive(client, 5000));
    } while (strncmp(client->message, "INVITE", 6) == 0);
    assert_int_equal(strncmp(client->message, "ACK sip:src@", 12), 0);
    header_value(client, "Via", again, sizeof again);
    assert_string_equal(branch, again);
    /* it knows the call: that will do */
    assert_int_equal(stage_calls(&stage), 1);
    dialog_finish(&stage, client);
}

static void an_offer_while_our_reinvite_is_open_is_491(void **state)
{
    (void)state;
    struct stage stage = {.t1_ms = 10, .timer = QUICK};
    struct client *client = begin(&stage, NULL);
    client_expect_request(client, "INVITE");
    client_answer(client, 100, NULL, NULL);
    within(client, "INVITE", 2, NULL, SDP);
    do {
        assert_non_null(client_receive(client, 5000));
    } while (strncmp(client->message, "INVITE", 6) == 0);
    assert_has(client->message, "SIP/2.0 491 ");
    within(client, "UPDATE", 3, NULL, SDP);
    do {
        assert_non_null(client_receive(client, 5000));
    } while (!strstr(client->message, "3 UPDATE"));
    assert_has(client->message, "SIP/2.0 491 ");
    assert_int_equal(stage.updates, 0);
    dialog_finish(&stage, client);
}

static void a_refresh_that_meets_another_request_is_sent_again(void **state)
{
    (void)state;
    struct stage stage = {.t1_ms = 10, .timer = QUICK};
    struct client *client = begin(&stage, UPDATES);
    client_expect_request(client, "UPDATE");
    client_answer(client, 491, NULL, NULL);
    client_expect_request(client, "UPDATE");
    client_answer(client, 200, NULL, NULL);
    assert_int_equal(stage_calls(&stage), 1);
    dialog_finish(&stage, client);
}

static void a_refresh_whose_interval_is_too_short_is_sent_again_with_a_longer_one(void **state)
{
    (void)state;
    struct stage stage = {.t1_ms = 10, .timer = QUICK};
    struct client *client = begin(&stage, UPDATES);
    assert_has(client_expect_request(client, "UPDATE"), "\r\nSession-Expires: 90;");
    client_answer(client, 422, "Min-SE: 120\r\n", NULL);
    const char *request = client_expect_request(client, "UPDATE");
    assert_has(request, "\r\nSession-Expires: 120;refresher=uac\r\n");
    assert_has(request, "\r\nMin-SE: 120\r\n");
    client_answer(client, 200, NULL, NULL);
    assert_int_equal(stage_calls(&stage), 1);
    dialog_finish(&stage, client);
}

static void a_client_that_refuses_update_gets_a_reinvite(void **state)
{
    (void)state;
    struct stage stage = {.t1_ms = 10, .timer = QUICK};
    struct client *client = begin(&stage, UPDATES);
    client_expect_request(client, "UPDATE");
    client_answer(client, 405, NULL, NULL);
    client_expect_request(client, "INVITE");
    client_answer(client, 200, "Content-Type: application/sdp\r\n", SDP);
    client_expect_request(client, "ACK");
    assert_int_equal(stage_calls(&stage), 1);
    dialog_finish(&stage, client);
}

static void a_refresh_goes_by_the_connection_that_brought_the_invite(void **state)
{
    (void)state;
    struct stage stage = {.t1_ms = 10, .timer = QUICK};
    stage_start(&stage);
    struct client *client = client_open(&stage, true);
    request_send(client, &(struct request){.method = "INVITE",
                                           .call_id = "timer",
                                           .headers = UPDATES,
                                           .type = "application/sdp",
                                           .body = SDP});
    client_expect(client, 200);
    within(client, "ACK", 1, NULL, NULL);
    for (int i = 0; i < 2; i++) {
        assert_has(client_expect_request(client, "UPDATE"), "\r\nVia: SIP/2.0/TCP ");
        client_answer(client, 200, NULL, NULL);
    }
    assert_int_equal(stage_calls(&stage), 1);
    /* gone: like one that answers nothing */
    client_close(client);
    stage_wait(&stage, &stage.ends, 1);
    assert_int_equal(stage.why, SIP_CALL_EXPIRED);
    stage_stop(&stage);
}

static const char CLIENT_REFRESHES[] = "Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n";

static void a_session_that_its_client_does_not_refresh_ends_by_bye(void **state)
{
    (void)state;
    struct stage stage = {.t1_ms = 10, .timer = QUICK};
    struct client *client = begin(&stage, CLIENT_REFRESHES);
    expect_end(&stage, client, SIP_CALL_EXPIRED);
    assert_int_equal(stage.asked_alive, 1);
    assert_int_equal(stage_calls(&stage), 0);
    dialog_finish(&stage, client);
}

static void while_audio_comes_an_expired_session_goes_on_and_that_is_noted_once(void **state)
{
    (void)state;
    struct stage stage = {.t1_ms = 10, .timer = QUICK, .alive = true};
    struct client *client = begin(&stage, CLIENT_REFRESHES);
    stage_wait(&stage, &stage.asked_alive, 3);
    assert_int_equal(stage_calls(&stage), 1);
    assert_int_equal(stage.updates, 1);
    assert_int_equal(stage.message, SIP_CALL_TIMER);
    assert_int_equal(stage.deviations, UINT64_C(1) << DEVIATION_TIMER_IGNORED);
    assert_false(stage.had_sdp || stage.had_metadata || stage.had_local);
    set_alive(&stage, false);
    expect_end(&stage, client, SIP_CALL_EXPIRED);
    assert_int_equal(stage.updates, 1);
    dialog_finish(&stage, client);
}

static void the_clients_refreshes_keep_the_session(void **state)
{
    (void)state;
    struct stage stage = {.t1_ms = 10, .timer = QUICK};
    struct client *client = begin(&stage, CLIENT_REFRESHES);
    client_drain(client, 300);
    for (unsigned i = 0; i < 3; i++) {
        bool update = i % 2 == 0;
        within(client, update ? "UPDATE" : "INVITE", 2 + i, CLIENT_REFRESHES, update ? NULL : SDP);
        const char *answer = client_expect(client, 200);
        assert_has(answer, "\r\nSession-Expires: 90;refresher=uac\r\n");
        if (!update)
            within(client, "ACK", 2 + i, NULL, NULL);
        client_drain(client, 300);
    }
    /* 1200 ms, twice what it lasts */
    assert_int_equal(stage_calls(&stage), 1);
    assert_int_equal(stage.asked_alive, 0);
    dialog_finish(&stage, client);
}

static void a_client_that_answers_no_refresh_is_recorded_while_audio_comes(void **state)
{
    (void)state;
    struct stage stage = {.t1_ms = 10, .timer = QUICK, .alive = true};
    struct client *client = begin(&stage, NULL);
    client_expect_request(client, "INVITE");
    stage_wait(&stage, &stage.asked_alive, 3);
    assert_int_equal(stage_calls(&stage), 1);
    assert_int_equal(stage.updates, 1);
    assert_true(deviation_has(stage.deviations, DEVIATION_TIMER_IGNORED));
    dialog_finish(&stage, client);
}

static void a_client_that_is_gone_ends_by_the_unanswered_refresh(void **state)
{
    static const char *const allows[] = {"", "Allow: INVITE, UPDATE\r\n"};

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct stage stage = {.t1_ms = 10, .timer = QUICK};
        struct client *client = begin(&stage, allows[i]);
        client_expect_request(client, i == 0 ? "INVITE" : "UPDATE");
        stage_wait(&stage, &stage.ends, 1);
        assert_int_equal(stage.why, SIP_CALL_EXPIRED);
        dialog_finish(&stage, client);
    }
}

static void a_client_that_does_not_know_the_call_ends_it_unless_audio_comes(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct stage stage = {.t1_ms = 10, .timer = QUICK, .alive = i == 1};
        struct client *client = begin(&stage, UPDATES);
        client_expect_request(client, "UPDATE");
        client_answer(client, 481, NULL, NULL);
        stage_wait(&stage, &stage.asked_alive, 1);
        if (i == 1) {
            stage_wait(&stage, &stage.asked_alive, 2);
            assert_int_equal(stage_calls(&stage), 1);
            set_alive(&stage, false);
        }
        expect_end(&stage, client, SIP_CALL_EXPIRED);
        dialog_finish(&stage, client);
    }
}

static void a_200_that_is_never_acknowledged_keeps_the_call_while_audio_comes(void **state)
{
    (void)state;
    struct stage stage = {.t1_ms = 4, .alive = true};
    stage_start(&stage);
    struct client *client = client_open(&stage, false);
    request_send(client, &(struct request){.method = "INVITE",
                                           .call_id = "timer",
                                           .type = "application/sdp",
                                           .body = SDP});
    client_expect(client, 200);
    stage_wait(&stage, &stage.updates, 1);
    assert_int_equal(stage.message, SIP_CALL_TIMER);
    assert_int_equal(stage.deviations, UINT64_C(1) << DEVIATION_NO_ACK);
    assert_int_equal(stage_calls(&stage), 1);
    client_drain(client, 0);
    client_expect_nothing(client, 200);
    dialog_finish(&stage, client);
}

static void a_late_answer_to_our_reinvite_is_acknowledged_though_the_call_is_over(void **state)
{
    (void)state;
    struct stage stage = {.t1_ms = 10, .timer = QUICK};
    struct client *client = begin(&stage, NULL);
    client_expect_request(client, "INVITE");
    char *ours = strdup(client->message);
    assert_non_null(ours);
    stage_do(&stage, stage_hang_up);
    strcpy(client->message, ours);
    free(ours);
    client_answer(client, 200, "Content-Type: application/sdp\r\n", SDP);
    do {
        assert_non_null(client_receive(client, 5000));
    } while (strncmp(client->message, "ACK", 3) != 0);
    assert_int_equal(stage.updates, 0);
    dialog_finish(&stage, client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_interval_that_is_too_short_is_422_with_min_se),
        cmocka_unit_test(the_200_tells_interval_and_refresher),
        cmocka_unit_test(we_refresh_by_update_where_the_client_takes_it),
        cmocka_unit_test(we_refresh_by_reinvite_with_the_same_description_where_it_does_not),
        cmocka_unit_test(every_repetition_of_the_answer_to_our_reinvite_is_acknowledged),
        cmocka_unit_test(our_reinvite_is_repeated_and_its_refusal_acknowledged),
        cmocka_unit_test(an_offer_while_our_reinvite_is_open_is_491),
        cmocka_unit_test(a_refresh_that_meets_another_request_is_sent_again),
        cmocka_unit_test(a_refresh_whose_interval_is_too_short_is_sent_again_with_a_longer_one),
        cmocka_unit_test(a_client_that_refuses_update_gets_a_reinvite),
        cmocka_unit_test(a_refresh_goes_by_the_connection_that_brought_the_invite),
        cmocka_unit_test(a_session_that_its_client_does_not_refresh_ends_by_bye),
        cmocka_unit_test(while_audio_comes_an_expired_session_goes_on_and_that_is_noted_once),
        cmocka_unit_test(the_clients_refreshes_keep_the_session),
        cmocka_unit_test(a_client_that_answers_no_refresh_is_recorded_while_audio_comes),
        cmocka_unit_test(a_client_that_is_gone_ends_by_the_unanswered_refresh),
        cmocka_unit_test(a_client_that_does_not_know_the_call_ends_it_unless_audio_comes),
        cmocka_unit_test(a_200_that_is_never_acknowledged_keeps_the_call_while_audio_comes),
        cmocka_unit_test(a_late_answer_to_our_reinvite_is_acknowledged_though_the_call_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
