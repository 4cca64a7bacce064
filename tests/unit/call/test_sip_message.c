#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "tools/callgen/call_setup.h"
#include "tools/callgen/sip_message.h"

static const char answer[] = "SIP/2.0 200 OK\r\n"
                             "v: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
                             "Record-Route: <sip:a.example;lr>,\r\n <sip:b.example;lr>\r\n"
                             "record-route: <sip:c.example;lr>\r\n"
                             "f: <sip:x@y>;tag=1\r\nt: \"A, B\" <sip:r@192.0.2.2>;tag=2\r\n"
                             "i: callgen-17-abc\r\nCSeq:  1   INVITE \r\n"
                             "m: <sip:r@192.0.2.2:5080;transport=udp>;+sip.srs\r\n"
                             "l: 5\r\n\r\nhelloMORE";

static struct sip_message read_good(const char *text)
{
    struct sip_message message;
    assert_int_equal(sip_message_read(text, strlen(text), &message), STATUS_OK);
    return message;
}

static void compact_and_folded_headers_are_found(void **state)
{
    (void)state;
    struct sip_message message = read_good(answer);
    assert_int_equal(message.status_code, 200);
    assert_int_equal(message.cseq, 1);
    assert_true(sip_span_is(message.method, "INVITE"));
    assert_true(sip_span_is(message.call_id, "callgen-17-abc"));
    assert_true(sip_span_is(message.body, "hello"));
    struct sip_span contact = sip_message_header(&message, "Contact", 0);
    assert_true(sip_span_is(sip_span_uri(contact), "sip:r@192.0.2.2:5080;transport=udp"));
    assert_true(sip_span_is(sip_message_header(&message, "Record-Route", 1), "<sip:c.example;lr>"));
    assert_null(sip_message_header(&message, "Record-Route", 2).start);
    assert_null(sip_message_header(&message, "Expires", 0).start);
}

static void dialog_takes_over_tag_contact_and_route(void **state)
{
    (void)state;
    struct sip_message message = read_good(answer);
    struct call *call = calloc(1, sizeof(*call));
    assert_non_null(call);
    assert_true(call_setup_dialog(call, &message));
    assert_string_equal(call->dialog.to, "\"A, B\" <sip:r@192.0.2.2>;tag=2");
    assert_string_equal(call->dialog.target, "sip:r@192.0.2.2:5080;transport=udp");
    assert_string_equal(call->dialog.route, "Route: <sip:c.example;lr>\r\n"
                                            "Route: <sip:b.example;lr>\r\n"
                                            "Route: <sip:a.example;lr>\r\n");
    free(call);
}

static void dialog_without_contact_is_refused(void **state)
{
    (void)state;
    struct sip_message message =
        read_good("SIP/2.0 200 OK\r\nTo: <sip:r@x>;tag=2\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\r\n");
    struct call *call = calloc(1, sizeof(*call));
    assert_non_null(call);
    assert_false(call_setup_dialog(call, &message));
    assert_string_equal(call->dialog.to, "");
    free(call);
}

static void request_line_gives_the_method(void **state)
{
    (void)state;
    struct sip_message message =
        read_good("BYE sip:x@y SIP/2.0\r\nCall-ID: 1\r\nCSeq: 7 BYE\r\n\r\n");
    assert_int_equal(message.status_code, 0);
    assert_true(sip_span_is(message.method, "BYE"));
    assert_int_equal(message.body.bytes, 0);
}

static void malformed_messages_are_invalid(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "\r\n\r\n",
        "SIP/2.0 200 OK\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n",
        "SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n",
        "SIP/2.0 200 OK\r\nCall-ID: 1\r\n\r\n",
        "SIP/2.0 200 OK\r\nCall-ID: 1\r\nCSeq: x INVITE\r\n\r\n",
        "SIP/2.0 200 OK\r\nCall-ID: 1\r\nCSeq: 1\r\n\r\n",
        "SIP/2.0 099 OK\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\r\n",
        "SIP/2.0 700 OK\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\r\n",
        "SIP/2.0 2x0 OK\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\r\n",
        "BYE sip:x@y SIP/3.0\r\nCall-ID: 1\r\nCSeq: 7 BYE\r\n\r\n",
        "SIP/2.0 200 OK\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nContent-Length: 3\r\n\r\nab",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct sip_message message;
        assert_int_equal(sip_message_read(bad[i], strlen(bad[i]), &message), STATUS_INVALID);
    }
}

static void every_truncation_is_read_without_harm(void **state)
{
    (void)state;
    for (size_t length = 0; length < sizeof(answer); length++) {
        char *copy = malloc(length + 1); /* exact, so that a sanitizer sees a read past it */
        assert_non_null(copy);
        memcpy(copy, answer, length);
        char *exact = realloc(copy, length == 0 ? 1 : length);
        assert_non_null(exact);
        struct sip_message message;
        size_t frame = 0;
        enum status read = sip_message_read(exact, length, &message);
        enum status framed = sip_message_frame(exact, length, &frame);
        assert_true((read == STATUS_OK) == (framed == STATUS_OK));
        free(exact);
    }
}

static void stream_is_cut_at_the_content_length(void **state)
{
    (void)state;
    size_t length = 0;
    size_t whole = strlen(answer) - strlen("MORE");
    assert_int_equal(sip_message_frame(answer, strlen(answer), &length), STATUS_OK);
    assert_int_equal(length, whole);
    assert_int_equal(sip_message_frame(answer, whole - 1, &length), STATUS_BUSY);
    static const char none[] = "SIP/2.0 200 OK\r\nCall-ID: 1\r\n\r\n";
    assert_int_equal(sip_message_frame(none, strlen(none), &length), STATUS_INVALID);
}

static void stream_without_end_is_given_up_past_the_largest_message(void **state)
{
    (void)state;
    size_t length = 0;
    char *text = malloc(BOUND_SIP_MESSAGE_BYTES + 1);
    assert_non_null(text);
    memset(text, 'a', BOUND_SIP_MESSAGE_BYTES + 1);
    assert_int_equal(sip_message_frame(text, BOUND_SIP_MESSAGE_BYTES, &length), STATUS_BUSY);
    assert_int_equal(sip_message_frame(text, BOUND_SIP_MESSAGE_BYTES + 1, &length), STATUS_INVALID);
    free(text);
}

static void content_length_past_the_largest_message_is_invalid(void **state)
{
    (void)state;
    size_t length = 0;
    static const char most[] = "X\r\nContent-Length: 65535\r\n\r\n";
    static const char past[] = "X\r\nContent-Length: 65536\r\n\r\n";
    assert_int_equal(sip_message_frame(most, strlen(most), &length), STATUS_BUSY);
    assert_int_equal(sip_message_frame(past, strlen(past), &length), STATUS_INVALID);
}

static void numbers_are_patterns_of_the_index(void **state)
{
    (void)state;
    char number[BOUND_NUMBER_BYTES];
    call_setup_number("+4588303080", 7, number);
    assert_string_equal(number, "+4588303080");
    call_setup_number("45####00", 1234, number);
    assert_string_equal(number, "45123400");
    call_setup_number("##", 1234, number);
    assert_string_equal(number, "34");
}

static void call_id_gives_the_index_back(void **state)
{
    (void)state;
    uint32_t index = 0;
    struct sip_message message = read_good(answer);
    assert_true(call_setup_index(message.call_id, &index));
    assert_int_equal(index, 17);
    assert_false(call_setup_index((struct sip_span){"callgen-x", 9}, &index));
    assert_false(call_setup_index((struct sip_span){"other-1-2", 9}, &index));
    assert_false(call_setup_index((struct sip_span){NULL, 0}, &index));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compact_and_folded_headers_are_found),
        cmocka_unit_test(dialog_takes_over_tag_contact_and_route),
        cmocka_unit_test(dialog_without_contact_is_refused),
        cmocka_unit_test(request_line_gives_the_method),
        cmocka_unit_test(malformed_messages_are_invalid),
        cmocka_unit_test(every_truncation_is_read_without_harm),
        cmocka_unit_test(stream_is_cut_at_the_content_length),
        cmocka_unit_test(stream_without_end_is_given_up_past_the_largest_message),
        cmocka_unit_test(content_length_past_the_largest_message_is_invalid),
        cmocka_unit_test(numbers_are_patterns_of_the_index),
        cmocka_unit_test(call_id_gives_the_index_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
