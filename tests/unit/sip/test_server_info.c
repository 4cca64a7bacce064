/* INFO within a dialog: pause, resume, digits, and what is none of these. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "unit/sip/support.h"

static void send_info(struct client *client, unsigned cseq, const char *headers, const char *type,
                      const char *body)
{
    request_send(client, &(struct request){.method = "INFO",
                                           .call_id = "dialog",
                                           .to_tag = client->to_tag,
                                           .cseq = cseq,
                                           .headers = headers,
                                           .type = type,
                                           .body = body});
}

static void record_off_pauses_and_on_resumes_in_any_case(void **state)
{
    static const struct {
        const char *headers;
        enum sip_info_kind kind;
    } cases[] = {{"Record: off\r\n", SIP_INFO_PAUSE},
                 {"Record: on\r\n", SIP_INFO_RESUME},
                 {"RECORD:OFF\r\n", SIP_INFO_PAUSE},
                 {"record :  On \r\n", SIP_INFO_RESUME}};

    (void)state;
    for (unsigned tcp = 0; tcp < 2; tcp++) {
        struct stage stage = {0};
        struct client *client = dialog_begin(&stage, tcp);
        for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            send_info(client, 2 + i, cases[i].headers, NULL, NULL);
            client_expect(client, 200);
            assert_int_equal(stage.infos, i + 1);
            assert_int_equal(stage.info.kind, cases[i].kind);
        }
        dialog_finish(&stage, client);
    }
}

static void record_counts_whatever_body_comes_with_it(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = dialog_begin(&stage, false);
    send_info(client, 2, "Record: off\r\n", "text/plain", "please");
    client_expect(client, 200);
    assert_int_equal(stage.info.kind, SIP_INFO_PAUSE);
    dialog_finish(&stage, client);
}

static void record_that_says_neither_or_both_is_400_and_nothing_is_done(void **state)
{
    static const char *const headers[] = {"Record: maybe\r\n", "Record: \r\n", "Record: offon\r\n",
                                          "Record: off\r\nRecord: on\r\n"};

    (void)state;
    struct stage stage = {0};
    struct client *client = dialog_begin(&stage, false);
    for (unsigned i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        send_info(client, 2 + i, headers[i], NULL, NULL);
        assert_has(client_expect(client, 400), "\r\nWarning: 399 recorder \"");
    }
    assert_int_equal(stage.infos, 0);
    dialog_finish(&stage, client);
}

static void digits_are_read_in_every_form_that_is_sent(void **state)
{
    static const struct {
        const char *type;
        const char *body;
        char digit;
    } cases[] = {
        {"application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", '5'},
        {"application/dtmf-relay", "Signal= *\nDuration= 250", '*'},
        {"application/dtmf-relay", "signal : #\r\n", '#'},
        {"application/dtmf-relay", "Duration=100\r\nSignal=0\r\n", '0'},
        {"application/dtmf-relay", "Signal=10\r\n", '*'},
        {"application/dtmf-relay", "Signal=11\r\n", '#'},
        {"application/dtmf-relay", "Signal=d\r\n", 'D'},
        {"application/dtmf-relay", "Signal=12\r\n", 'A'},
        {"Application/DTMF", "9", '9'},
        {"application/dtmf", "#\r\n", '#'},
        {"application/dtmf;charset=utf-8", "Signal=1", '1'},
    };

    (void)state;
    struct stage stage = {0};
    struct client *client = dialog_begin(&stage, false);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        send_info(client, 2 + i, NULL, cases[i].type, cases[i].body);
        client_expect(client, 200);
        assert_int_equal(stage.infos, i + 1);
        assert_int_equal(stage.info.kind, SIP_INFO_DIGIT);
        assert_int_equal(stage.info.digit, cases[i].digit);
    }
    dialog_finish(&stage, client);
}

static void hook_and_empty_info_are_answered_and_not_told(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = dialog_begin(&stage, false);
    send_info(client, 2, NULL, "application/dtmf-relay", "Signal=16\r\nDuration=100\r\n");
    client_expect(client, 200);
    send_info(client, 3, NULL, "application/dtmf-relay", "Signal=!\r\n");
    client_expect(client, 200);
    send_info(client, 4, NULL, NULL, NULL);
    client_expect(client, 200);
    assert_int_equal(stage.infos, 0);
    dialog_finish(&stage, client);
}

static void bodies_that_name_no_digit_are_400(void **state)
{
    static const char *const bodies[] = {
        "Signal=\r\n", "Signal=17\r\n", "Signal=55\r\n", "Duration=5\r\n", " ", "Signal"};

    (void)state;
    struct stage stage = {0};
    struct client *client = dialog_begin(&stage, false);
    for (unsigned i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        send_info(client, 2 + i, NULL, "application/dtmf-relay", bodies[i]);
        client_expect(client, 400);
    }
    assert_int_equal(stage.infos, 0);
    dialog_finish(&stage, client);
}

static void other_bodies_are_415_and_packages_469(void **state)
{
    (void)state;
    struct stage stage = {0};
    struct client *client = dialog_begin(&stage, false);
    send_info(client, 2, NULL, "application/media_control+xml", "<media_control/>");
    assert_has(client_expect(client, 415),
               "\r\nAccept: application/dtmf-relay, application/dtmf\r\n");
    send_info(client, 3, "Content-Disposition: signal;handling=optional\r\n", "text/plain",
              "hello");
    client_expect(client, 200);
    send_info(client, 4, "Info-Package: conference\r\n", "text/plain", "hello");
    assert_has(client_expect(client, 469), "\r\nRecv-Info:");
    send_info(client, 5, NULL, NULL, "5");
    client_expect(client, 415);
    assert_int_equal(stage.infos, 0);
    dialog_finish(&stage, client);
}

static void what_the_owner_cannot_do_is_500_and_the_call_goes_on(void **state)
{
    (void)state;
    struct stage stage = {.info_status = STATUS_NOMEM};
    struct client *client = dialog_begin(&stage, false);
    send_info(client, 2, "Record: off\r\n", NULL, NULL);
    client_expect(client, 500);
    assert_int_equal(stage.infos, 1);
    assert_int_equal(stage_calls(&stage), 1);
    dialog_finish(&stage, client);
}

static void a_repeated_info_is_told_once_and_one_sent_before_another_never(void **state)
{
    char text[CLIENT_BYTES];

    (void)state;
    struct stage stage = {0};
    struct client *client = dialog_begin(&stage, false);
    size_t bytes = request_write(client,
                                 &(struct request){.method = "INFO",
                                                   .call_id = "dialog",
                                                   .to_tag = client->to_tag,
                                                   .cseq = 5,
                                                   .headers = "Record: off\r\n"},
                                 text);
    for (int i = 0; i < 2; i++) {
        client_send(client, text, bytes);
        client_expect(client, 200);
    }
    assert_int_equal(stage.infos, 1);
    /* it was overtaken: to take it now would undo what was asked after it */
    send_info(client, 4, "Record: on\r\n", NULL, NULL);
    client_expect(client, 500);
    assert_int_equal(stage.infos, 1);
    dialog_finish(&stage, client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(record_off_pauses_and_on_resumes_in_any_case),
        cmocka_unit_test(record_counts_whatever_body_comes_with_it),
        cmocka_unit_test(record_that_says_neither_or_both_is_400_and_nothing_is_done),
        cmocka_unit_test(digits_are_read_in_every_form_that_is_sent),
        cmocka_unit_test(hook_and_empty_info_are_answered_and_not_told),
        cmocka_unit_test(bodies_that_name_no_digit_are_400),
        cmocka_unit_test(other_bodies_are_415_and_packages_469),
        cmocka_unit_test(what_the_owner_cannot_do_is_500_and_the_call_goes_on),
        cmocka_unit_test(a_repeated_info_is_told_once_and_one_sent_before_another_never),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
