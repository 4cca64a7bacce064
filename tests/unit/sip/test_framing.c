/* Where a message ends in a stream (RFC 3261 sections 7.5, 18.3 and 20.14). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bounds.h"
#include "sip/framing.h"

static struct framing framing_of(const char *text)
{
    size_t scanned = 0;
    return framing_next(text, strlen(text), &scanned);
}

static void expect(const char *text, enum framing_kind kind, size_t bytes)
{
    struct framing framing = framing_of(text);
    assert_int_equal(framing.kind, kind);
    assert_int_equal(framing.bytes, bytes);
}

static void a_message_ends_with_its_content_length(void **state)
{
    (void)state;
    static const char text[] = "BYE sip:a@b SIP/2.0\r\nContent-Length: 3\r\n\r\nabcREST";
    struct framing framing = framing_of(text);
    assert_int_equal(framing.kind, FRAMING_MESSAGE);
    assert_int_equal(framing.bytes, strlen(text) - 4);
    assert_int_equal(framing.head_bytes, strlen(text) - 7);
}

static void content_length_is_found_in_every_form(void **state)
{
    (void)state;
    static const char *const forms[] = {"Content-Length: 2",
                                        "content-length:2",
                                        "l: 2",
                                        "L:2",
                                        "Content-Length : 2",
                                        "l\t:\t2 ",
                                        "Content-Length:\r\n 2",
                                        "Content-Length: 0002",
                                        "Content-Length: 2\r\nl: 2"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        char text[200];
        int bytes =
            snprintf(text, sizeof text, "A sip:a SIP/2.0\r\n%s\r\nVia: x\r\n\r\nab", forms[i]);
        expect(text, FRAMING_MESSAGE, (size_t)bytes);
    }
}

static void other_headers_are_not_taken_for_content_length(void **state)
{
    (void)state;
    static const char text[] = "A sip:a SIP/2.0\r\nX-Content-Length: 9\r\nSubject: x\r\n"
                               " Content-Length: 9\r\nContent-Length: 0\r\n\r\n";
    expect(text, FRAMING_MESSAGE, strlen(text));
}

static void a_length_that_is_no_number_loses_the_place(void **state)
{
    (void)state;
    static const char *const lengths[] = {"Content-Length: -1", "Content-Length: 0x10",
                                          "Content-Length:", "Content-Length: 5 5",
                                          "Content-Length: 5\r\nl: 6"};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char text[200];
        int bytes = snprintf(text, sizeof text, "A sip:a SIP/2.0\r\n%s\r\n\r\n", lengths[i]);
        expect(text, FRAMING_NO_LENGTH, (size_t)bytes);
    }
}

static void without_a_length_there_is_no_body(void **state)
{
    (void)state;
    struct framing framing = framing_of("BYE sip:a SIP/2.0\r\nVia: x\r\n\r\n");
    assert_int_equal(framing.kind, FRAMING_MESSAGE);
    /* but one was meant */
    assert_int_equal(
        framing_of("BYE sip:a SIP/2.0\r\nContent-Type: application/sdp\r\n\r\nv=0").kind,
        FRAMING_NO_LENGTH);
    assert_int_equal(framing_of("BYE sip:a SIP/2.0\r\nc:application/sdp\r\n\r\nv=0").kind,
                     FRAMING_NO_LENGTH);
}

static void line_ends_between_messages_are_dropped_and_two_are_a_ping(void **state)
{
    (void)state;
    expect("\r\n\r\n", FRAMING_PING, 4);
    expect("\r\n\r\nA", FRAMING_PING, 4);
    expect("\r\nA", FRAMING_BLANK, 2);
    expect("\r\n\rA", FRAMING_BLANK, 2);
    expect("\nA", FRAMING_BLANK, 1);
    expect("\rA", FRAMING_BLANK, 1);
    expect("\r", FRAMING_MORE, 0);
    expect("\r\n", FRAMING_MORE, 0);
    expect("\r\n\r", FRAMING_MORE, 0);
}

static void bare_line_feeds_end_a_head_too(void **state)
{
    (void)state;
    expect("A sip:a SIP/2.0\nl: 2\n\nab", FRAMING_MESSAGE, 24);
    expect("A sip:a SIP/2.0\r\nl: 2\n\r\nab", FRAMING_MESSAGE, 26);
}

static void what_is_not_sip_is_told_by_its_first_line(void **state)
{
    (void)state;
    expect("GET / HTTP/1.1\r\n", FRAMING_LOST, 0);
    expect("\x16\x03\x01", FRAMING_LOST, 0);
    expect("{", FRAMING_LOST, 0);
    expect("INVITE sip:a@b", FRAMING_MORE, 0);
    /* whether the version is ours is for the decoder */
    expect("INVITE sip:a@b SIP/7.0\r\n", FRAMING_MORE, 0);
    expect("INVITE sip:a@b sip/2.0\r\n", FRAMING_MORE, 0);
    expect("A sip:a Sip/2.0\r\n\r\n", FRAMING_MESSAGE, 19);
}

/* However it is cut, the same end is found. */
static void every_cut_waits_for_the_same_end(void **state)
{
    (void)state;
    static const char text[] = "SIP/2.0 200 OK\r\nVia: a\r\n b\r\nl: 4\r\n\r\n\r\n\r\n";
    size_t scanned = 0;
    for (size_t bytes = 1; bytes < sizeof text - 1; bytes++)
        assert_int_equal(framing_next(text, bytes, &scanned).kind, FRAMING_MORE);
    struct framing framing = framing_next(text, sizeof text - 1, &scanned);
    assert_int_equal(framing.kind, FRAMING_MESSAGE);
    assert_int_equal(framing.bytes, sizeof text - 1);
}

static void a_message_may_have_its_maximum_and_not_one_byte_more(void **state)
{
    (void)state;
    char text[200];
    struct framing framing;
    for (int extra = 0; extra < 2; extra++) {
        int head = snprintf(text, sizeof text, "A sip:a SIP/2.0\r\nl: 000000\r\n\r\n");
        (void)snprintf(text, sizeof text, "A sip:a SIP/2.0\r\nl: %06d\r\n\r\n",
                       BOUND_SIP_STREAM_MESSAGE_BYTES - head + extra);
        framing = framing_of(text);
        assert_int_equal(framing.kind, extra ? FRAMING_TOO_LARGE : FRAMING_MORE);
        assert_int_equal(framing.bytes, BOUND_SIP_STREAM_MESSAGE_BYTES + extra);
    }
    framing = framing_of("A sip:a SIP/2.0\r\nl: 99999999999999999999999999999\r\n\r\n");
    assert_int_equal(framing.kind, FRAMING_TOO_LARGE);
    assert_true(framing.bytes > BOUND_SIP_STREAM_MESSAGE_BYTES);
}

static void a_head_may_have_its_maximum_and_not_one_byte_more(void **state)
{
    (void)state;
    enum { EDGE = BOUND_SIP_STREAM_HEAD_BYTES };
    char *text = malloc(EDGE + 1);
    assert_non_null(text);
    memset(text, 'x', EDGE + 1);
    memcpy(text, "A sip:a SIP/2.0\r\nS: ", 20);
    memcpy(text + EDGE - 4, "\r\n\r\n", 4);
    size_t scanned = 0;
    struct framing framing = framing_next(text, EDGE, &scanned);
    assert_int_equal(framing.kind, FRAMING_MESSAGE);
    assert_int_equal(framing.bytes, EDGE);
    memset(text + EDGE - 4, 'x', 4);
    scanned = 0;
    assert_int_equal(framing_next(text, EDGE - 1, &scanned).kind, FRAMING_MORE);
    assert_int_equal(framing_next(text, EDGE, &scanned).kind, FRAMING_LOST);
    memcpy(text + EDGE - 3, "\r\n\r\n", 4);
    scanned = 0;
    assert_int_equal(framing_next(text, EDGE + 1, &scanned).kind, FRAMING_LOST);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_ends_with_its_content_length),
        cmocka_unit_test(content_length_is_found_in_every_form),
        cmocka_unit_test(other_headers_are_not_taken_for_content_length),
        cmocka_unit_test(a_length_that_is_no_number_loses_the_place),
        cmocka_unit_test(without_a_length_there_is_no_body),
        cmocka_unit_test(line_ends_between_messages_are_dropped_and_two_are_a_ping),
        cmocka_unit_test(bare_line_feeds_end_a_head_too),
        cmocka_unit_test(what_is_not_sip_is_told_by_its_first_line),
        cmocka_unit_test(every_cut_waits_for_the_same_end),
        cmocka_unit_test(a_message_may_have_its_maximum_and_not_one_byte_more),
        cmocka_unit_test(a_head_may_have_its_maximum_and_not_one_byte_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
