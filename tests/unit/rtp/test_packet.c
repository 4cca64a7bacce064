/* Reading RTP: RFC 3550 section 5.1, and everything that is not it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rtp/packet.h"

static void plain_packet_is_read(void **state)
{
    (void)state;
    const uint8_t data[] = {0x80, 0x88, 0x12, 0x34, 0xde, 0xad, 0xbe,
                            0xef, 0x01, 0x02, 0x03, 0x04, 0xd5, 0xd5};
    struct rtp_packet packet;

    assert_int_equal(rtp_packet_parse(data, sizeof data, &packet), STATUS_OK);
    assert_true(packet.marker);
    assert_int_equal(packet.payload_type, 8);
    assert_int_equal(packet.sequence, 0x1234);
    assert_int_equal(packet.timestamp, 0xdeadbeef);
    assert_int_equal(packet.ssrc, 0x01020304);
    assert_ptr_equal(packet.payload, data + 12);
    assert_int_equal(packet.payload_bytes, 2);
}

static void csrc_extension_and_padding_are_left_out(void **state)
{
    (void)state;
    const uint8_t data[] = {0xb2, 0x00, 0,    1, 0, 0, 0, 2, 0, 0, 0, 3, /* V2 P X, two CSRC */
                            9,    9,    9,    9, 8, 8, 8, 8,             /* CSRC */
                            0xbe, 0xde, 0,    1, 1, 2, 3, 4,             /* extension, one word */
                            0x55, 0x56, 0x57,                            /* payload */
                            0,    0,    3};                              /* padding */
    struct rtp_packet packet;

    assert_int_equal(rtp_packet_parse(data, sizeof data, &packet), STATUS_OK);
    assert_int_equal(packet.payload_bytes, 3);
    assert_int_equal(packet.payload[0], 0x55);
    assert_false(packet.marker);
}

static void payload_may_be_empty(void **state)
{
    (void)state;
    const uint8_t data[12] = {0x80};
    const uint8_t padded[16] = {0xa0, [15] = 4};
    struct rtp_packet packet;

    assert_int_equal(rtp_packet_parse(data, sizeof data, &packet), STATUS_OK);
    assert_int_equal(packet.payload_bytes, 0);
    assert_int_equal(rtp_packet_parse(padded, sizeof padded, &packet), STATUS_OK);
    assert_int_equal(packet.payload_bytes, 0);
}

/* A refused packet leaves the output as it was. */
static void assert_refused(const uint8_t *data, size_t bytes, enum status status)
{
    struct rtp_packet packet;
    struct rtp_packet before;

    memset(&packet, 0x5a, sizeof packet);
    before = packet;
    /* in a buffer of its own length, so that a sanitizer sees a read past the end */
    uint8_t *copy = malloc(bytes ? bytes : 1);
    assert_non_null(copy);
    if (bytes)
        memcpy(copy, data, bytes);
    assert_int_equal(rtp_packet_parse(copy, bytes, &packet), status);
    assert_memory_equal(&packet, &before, sizeof packet);
    free(copy);
}

static void lengths_that_pass_the_end_are_refused(void **state)
{
    (void)state;
    const uint8_t csrc[12 + 56] = {0x8f};
    const uint8_t extension_header[12 + 3] = {0x90};
    const uint8_t extension[12 + 8] = {0x90, [15] = 2};
    const uint8_t padding_zero[14] = {0xa0};
    const uint8_t padding_long[14] = {0xa0, [13] = 3};

    assert_refused(csrc, sizeof csrc, STATUS_INVALID);
    assert_refused(extension_header, sizeof extension_header, STATUS_INVALID);
    assert_refused(extension, sizeof extension, STATUS_INVALID);
    assert_refused(padding_zero, sizeof padding_zero, STATUS_INVALID);
    assert_refused(padding_long, sizeof padding_long, STATUS_INVALID);
    for (size_t bytes = 0; bytes < 12; bytes++)
        assert_refused((const uint8_t[12]){0x80}, bytes, STATUS_INVALID);
}

static void other_versions_are_refused(void **state)
{
    (void)state;
    assert_refused((const uint8_t[12]){0x00}, 12, STATUS_INVALID);
    assert_refused((const uint8_t[12]){0x40}, 12, STATUS_INVALID);
    assert_refused((const uint8_t[12]){0xc0}, 12, STATUS_INVALID);
    /* STUN on the same port */
    assert_refused((const uint8_t[20]){0x00, 0x01, 0x00, 0x00, 0x21, 0x12, 0xa4, 0x42}, 20,
                   STATUS_INVALID);
}

static void rtcp_on_the_rtp_port_is_told_apart(void **state)
{
    (void)state;
    struct rtp_packet packet;

    for (int type = 192; type <= 223; type++)
        assert_refused((const uint8_t[28]){0x80, (uint8_t)type}, 28, STATUS_UNSUPPORTED);
    assert_int_equal(rtp_packet_parse((const uint8_t[12]){0x80, 191}, 12, &packet), STATUS_OK);
    assert_int_equal(rtp_packet_parse((const uint8_t[12]){0x80, 224}, 12, &packet), STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_packet_is_read),
        cmocka_unit_test(csrc_extension_and_padding_are_left_out),
        cmocka_unit_test(payload_may_be_empty),
        cmocka_unit_test(lengths_that_pass_the_end_are_refused),
        cmocka_unit_test(other_versions_are_refused),
        cmocka_unit_test(rtcp_on_the_rtp_port_is_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
