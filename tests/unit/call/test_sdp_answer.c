#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "net/address.h"
#include "tools/callgen/sdp_answer.h"

static const char head[] =
    "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n";

static enum status read_media(const char *media, unsigned payload_type,
                              struct sdp_answer_stream streams[2])
{
    char text[1024];
    (void)strcpy(text, head);
    (void)strncat(text, media, sizeof(text) - sizeof(head));
    return sdp_answer_read(text, strlen(text), payload_type, streams, 2);
}

static void assert_target(const struct sdp_answer_stream *stream, const char *expected)
{
    char text[ADDRESS_TEXT_BYTES];
    assert_true(stream->accepted);
    address_format(&stream->target, true, text);
    assert_string_equal(text, expected);
}

static void ports_and_addresses_are_taken_per_stream(void **state)
{
    (void)state;
    struct sdp_answer_stream streams[2];
    assert_int_equal(read_media("m=audio 20000 RTP/AVP 8\r\na=recvonly\r\n"
                                "m=audio 20002 RTP/AVP 0 8\r\nc=IN IP4 192.0.2.8\r\n",
                                8, streams),
                     STATUS_OK);
    assert_target(&streams[0], "192.0.2.7:20000");
    assert_target(&streams[1], "192.0.2.8:20002");
}

static void port_zero_other_codec_inactive_and_no_address_are_not_accepted(void **state)
{
    (void)state;
    struct sdp_answer_stream streams[2];
    assert_int_equal(read_media("m=audio 0 RTP/AVP 8\nm=audio 20002 RTP/AVP 0\n", 8, streams),
                     STATUS_OK);
    assert_false(streams[0].accepted);
    assert_false(streams[1].accepted);
    assert_int_equal(read_media("m=audio 20000 RTP/AVP 8\r\na=inactive\r\n"
                                "m=audio 20002 RTP/AVP 8\r\nc=IN IP4 0.0.0.0\r\n",
                                8, streams),
                     STATUS_OK);
    assert_false(streams[0].accepted);
    assert_false(streams[1].accepted);
}

static void answer_must_have_as_many_streams_as_the_offer(void **state)
{
    (void)state;
    struct sdp_answer_stream streams[2];
    assert_int_equal(read_media("m=audio 20000 RTP/AVP 8\r\n", 8, streams), STATUS_INVALID);
    assert_int_equal(
        read_media("m=audio 1 RTP/AVP 8\r\nm=audio 1 RTP/AVP 8\r\nm=audio 1 RTP/AVP 8\r\n", 8,
                   streams),
        STATUS_INVALID);
    assert_int_equal(
        read_media("m=audio 1 RTP/AVP 8\r\nm=audio 1 RTP/AVP 8\r\nm=audio 1 RTP/AVP 8\r\n"
                   "m=audio 1 RTP/AVP 8\r\nm=audio 1 RTP/AVP 8\r\nm=audio 1 RTP/AVP 8\r\n"
                   "m=audio 1 RTP/AVP 8\r\nm=audio 1 RTP/AVP 8\r\nm=audio 1 RTP/AVP 8\r\n"
                   "c=IN IP4 1.2.3.4\r\na=inactive\r\n",
                   8, streams),
        STATUS_INVALID);
    assert_int_equal(sdp_answer_read("x", 1, 8, streams, 2), STATUS_INVALID);
}

static void ipv6_answers_are_read(void **state)
{
    (void)state;
    static const char text[] = "v=0\nc=IN IP6 2001:db8::7\nm=audio 20000 RTP/AVP 0\n";
    struct sdp_answer_stream stream;
    assert_int_equal(sdp_answer_read(text, strlen(text), 0, &stream, 1), STATUS_OK);
    assert_target(&stream, "[2001:db8::7]:20000");
}

static void malformed_lines_are_not_accepted(void **state)
{
    (void)state;
    struct sdp_answer_stream streams[2];
    assert_int_equal(read_media("m=audio 70000 RTP/AVP 8\r\nm=audio x RTP/AVP 8\r\n", 8, streams),
                     STATUS_OK);
    assert_false(streams[0].accepted);
    assert_false(streams[1].accepted);
    assert_int_equal(
        read_media("m=video 20000 RTP/AVP 8\r\nm=audio 20000 RTP/SAVP 8\r\n", 8, streams),
        STATUS_OK);
    assert_false(streams[0].accepted);
    assert_false(streams[1].accepted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ports_and_addresses_are_taken_per_stream),
        cmocka_unit_test(port_zero_other_codec_inactive_and_no_address_are_not_accepted),
        cmocka_unit_test(answer_must_have_as_many_streams_as_the_offer),
        cmocka_unit_test(ipv6_answers_are_read),
        cmocka_unit_test(malformed_lines_are_not_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
