/* RTCP, RFC 3550 section 6: what is read of others', and what of ours others can read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rtp/rtcp.h"

/* A sender report with one block, CNAME "ann@pbx", BYE: as most senders compose it. */
static const uint8_t compound_packet[] = {
    0x81, 200,  0,    12,   0x11, 0x22, 0x33, 0x44,                     /* SR of 11223344 */
    0xe5, 0x01, 0x02, 0x03, 0x80, 0,    0,    1,                        /* NTP */
    0,    1,    0x86, 0xa0, 0,    0,    0,    50,   0,   0, 0x1f, 0x40, /* RTP, packets, octets */
    0xaa, 0xbb, 0xcc, 0xdd, 1,    0,    0,    2,    0,   0, 0,    9,    /* block */
    0,    0,    0,    4,    0,    0,    0,    0,    0,   0, 0,    0,
    0x81, 202,  0,    4,    0x11, 0x22, 0x33, 0x44, /* SDES */
    1,    7,    'a',  'n',  'n',  '@',  'p',  'b',  'x', 0, 0,    0,
    0x81, 203,  0,    3,    0x11, 0x22, 0x33, 0x44, /* BYE */
    3,    'e',  'n',  'd',  0,    0,    0,    0,
};

static struct rtcp_compound read_ok(const uint8_t *data, size_t bytes)
{
    struct rtcp_compound compound;
    uint8_t *copy = malloc(bytes); /* of its own length: a sanitizer sees a read past the end */

    assert_non_null(copy);
    memcpy(copy, data, bytes);
    memset(&compound, 0x5a, sizeof compound);
    assert_int_equal(rtcp_read(copy, bytes, &compound), STATUS_OK);
    free(copy);
    return compound;
}

static void a_compound_packet_tells_report_name_and_bye(void **state)
{
    (void)state;
    struct rtcp_compound compound = read_ok(compound_packet, sizeof compound_packet);

    assert_int_equal(compound.reports, 1);
    assert_int_equal(compound.report[0].ssrc, 0x11223344);
    assert_true(compound.report[0].ntp == UINT64_C(0xe501020380000001));
    assert_int_equal(compound.report[0].timestamp, 100000);
    assert_int_equal(compound.report[0].packets, 50);
    assert_int_equal(compound.report[0].octets, 8000);
    assert_true(compound.has_cname);
    assert_int_equal(compound.cname_ssrc, 0x11223344);
    assert_string_equal(compound.cname, "ann@pbx");
    assert_int_equal(compound.byes, 1);
    assert_int_equal(compound.bye[0], 0x11223344);
}

static void every_cut_of_a_packet_is_read_as_far_as_it_goes(void **state)
{
    (void)state;
    for (size_t bytes = 52; bytes < sizeof compound_packet; bytes++) {
        struct rtcp_compound compound = read_ok(compound_packet, bytes);

        assert_int_equal(compound.reports, 1);
        assert_int_equal(compound.has_cname, bytes >= 52 + 20);
        assert_int_equal(compound.byes, 0);
    }
}

static void what_is_no_rtcp_is_invalid_and_changes_nothing(void **state)
{
    (void)state;
    struct rtcp_compound compound;
    struct rtcp_compound before;
    const uint8_t rtp[12] = {0x80, 8};
    const uint8_t version[8] = {0x41, 201, 0, 1};
    const uint8_t longer_than_it_is[8] = {0x80, 201, 0, 2};

    memset(&compound, 0x5a, sizeof compound);
    before = compound;
    assert_int_equal(rtcp_read(rtp, sizeof rtp, &compound), STATUS_INVALID);
    assert_int_equal(rtcp_read(version, sizeof version, &compound), STATUS_INVALID);
    assert_int_equal(rtcp_read(longer_than_it_is, 8, &compound), STATUS_INVALID);
    for (size_t bytes = 0; bytes < 52; bytes++)
        assert_int_equal(rtcp_read(compound_packet, bytes, &compound), STATUS_INVALID);
    assert_memory_equal(&compound, &before, sizeof compound);
}

static void rtcp_is_told_from_rtp_by_its_type(void **state)
{
    (void)state;
    for (unsigned type = 0; type < 256; type++) {
        const uint8_t data[4] = {0x80, (uint8_t)type};

        assert_int_equal(rtcp_is(data, sizeof data), type >= 192 && type <= 223);
        assert_false(rtcp_is(data, 3));
    }
    assert_false(rtcp_is((const uint8_t[4]){0x00, 200}, 4));
}

/* RFC 5506: it need not begin with a report, and packets of other types are passed over. */
static void reduced_size_and_unknown_packets_are_read(void **state)
{
    (void)state;
    const uint8_t data[] = {
        0x81, 205, 0, 2, 0, 0, 0, 1, 0,   0,   0,   2,   /* feedback */
        0x80, 204, 0, 2, 0, 0, 0, 1, 'n', 'a', 'm', 'e', /* APP */
        0x80, 207, 0, 1, 0, 0, 0, 1,                     /* XR */
        0x80, 201, 0, 1, 0, 0, 0, 1,                     /* empty RR */
        0x82, 203, 0, 2, 0, 0, 0, 1, 0,   0,   0,   2,   /* BYE of two */
    };
    struct rtcp_compound compound = read_ok(data, sizeof data);

    assert_int_equal(compound.reports, 0);
    assert_false(compound.has_cname);
    assert_int_equal(compound.byes, 2);
    assert_int_equal(compound.bye[1], 2);
}

static void padding_is_left_out_and_must_be_possible(void **state)
{
    (void)state;
    uint8_t data[] = {0xa1, 203, 0, 2, 0, 0, 0, 7, 0, 0, 0, 4};

    assert_int_equal(read_ok(data, sizeof data).byes, 1);
    data[11] = 0;
    assert_int_equal(read_ok(data, sizeof data).byes, 0);
    data[11] = 8; /* leaves no SSRC */
    assert_int_equal(read_ok(data, sizeof data).byes, 0);
    data[11] = 9;
    assert_int_equal(read_ok(data, sizeof data).byes, 0);
}

static void counts_that_pass_the_packet_end_the_reading(void **state)
{
    (void)state;
    const uint8_t bye[] = {0x9f, 203, 0, 1, 0, 0, 0, 1, 0x81, 203, 0, 1, 0, 0, 0, 2};
    const uint8_t report[] = {0x80, 200, 0, 1, 0, 0, 0, 1, 0x81, 203, 0, 1, 0, 0, 0, 2};
    const uint8_t sdes[] = {0x81, 202, 0,    2,   0, 0, 0, 1, 1, 3,
                            'a',  'b', 0x81, 203, 0, 1, 0, 0, 0, 2};

    assert_int_equal(read_ok(bye, sizeof bye).byes, 0);
    assert_int_equal(read_ok(report, sizeof report).byes, 0);
    struct rtcp_compound compound = read_ok(sdes, sizeof sdes);
    assert_false(compound.has_cname);
    assert_int_equal(compound.byes, 0);
}

/* The report itself is whole where only its blocks are cut. */
static void a_report_counts_also_where_its_blocks_are_cut(void **state)
{
    (void)state;
    uint8_t data[28] = {0x9f, 200, 0, 6, 0, 0, 0, 9};

    assert_int_equal(read_ok(data, sizeof data).reports, 1);
    assert_int_equal(read_ok(data, sizeof data).report[0].ssrc, 9);
}

static void the_name_is_the_first_and_has_no_control_characters(void **state)
{
    (void)state;
    const uint8_t data[] = {
        0x82, 202, 0,   6, 0, 0,   0,    1,                   /* two chunks */
        2,    1,   'N', 1, 5, 'a', '\n', 0x7f, 0, 0xc3, 0, 0, /* NAME, then CNAME */
        0,    0,   0,   2, 1, 1,   'z',  0,
    };

    struct rtcp_compound compound = read_ok(data, sizeof data);
    assert_true(compound.has_cname);
    assert_int_equal(compound.cname_ssrc, 1);
    assert_string_equal(compound.cname, "a???\xc3");
}

static void more_sources_than_are_kept_are_counted_no_further(void **state)
{
    (void)state;
    enum { BYES = 3 };
    uint8_t data[BYES * (4 + 31 * 4)];
    uint8_t reports[(RTCP_SOURCES_MAX + 1) * 28];

    memset(data, 0, sizeof data);
    for (size_t i = 0; i < BYES; i++)
        memcpy(data + i * 128, (const uint8_t[]){0x9f, 203, 0, 31}, 4);
    assert_int_equal(read_ok(data, sizeof data).byes, RTCP_SOURCES_MAX);
    memset(reports, 0, sizeof reports);
    for (size_t i = 0; i <= RTCP_SOURCES_MAX; i++)
        memcpy(reports + i * 28, (const uint8_t[]){0x80, 200, 0, 6}, 4);
    assert_int_equal(read_ok(reports, sizeof reports).reports, RTCP_SOURCES_MAX);
}

static void our_report_is_as_the_standard_draws_it(void **state)
{
    (void)state;
    const struct rtcp_block block = {
        .ssrc = 0x11223344,
        .fraction_lost = 128,
        .lost = -2,
        .highest = 0x00010005,
        .jitter = 6,
        .last_sr = 0x01020304,
        .delay_since_last_sr = 0x00018000,
    };
    const uint8_t expected[] = {
        0x81, 201,  0,    7, 0xca, 0xfe, 0xba, 0xbe, 0x11, 0x22, 0x33, 0x44, 128,  0xff,
        0xff, 0xfe, 0,    1, 0,    5,    0,    0,    0,    6,    1,    2,    3,    4,
        0,    1,    0x80, 0, 0x81, 202,  0,    3,    0xca, 0xfe, 0xba, 0xbe, 1,    3,
        'r',  '@',  'h',  0, 0,    0,    0x81, 203,  0,    1,    0xca, 0xfe, 0xba, 0xbe,
    };
    uint8_t data[RTCP_PACKET_BYTES_MAX];

    assert_int_equal(rtcp_write_receiver_report(0xcafebabe, &block, 1, "r@h", true, data),
                     sizeof expected);
    assert_memory_equal(data, expected, sizeof expected);
    assert_int_equal(rtcp_write_receiver_report(0xcafebabe, &block, 1, "r@h", false, data),
                     sizeof expected - 8);
}

static void losses_are_cut_to_what_24_bits_hold(void **state)
{
    (void)state;
    uint8_t data[RTCP_PACKET_BYTES_MAX];
    struct rtcp_block block = {.lost = 0x800000};

    (void)rtcp_write_receiver_report(1, &block, 1, "", false, data);
    assert_memory_equal(data + 13, ((const uint8_t[]){0x7f, 0xff, 0xff}), 3);
    block.lost = -0x800001;
    (void)rtcp_write_receiver_report(1, &block, 1, "", false, data);
    assert_memory_equal(data + 13, ((const uint8_t[]){0x80, 0x00, 0x00}), 3);
}

static void names_of_every_length_are_read_back(void **state)
{
    (void)state;
    static const struct rtcp_block blocks[RTCP_SOURCES_MAX];
    char cname[RTCP_CNAME_BYTES];
    uint8_t data[RTCP_PACKET_BYTES_MAX];

    for (size_t length = 0; length < RTCP_CNAME_BYTES; length++) {
        memset(cname, 'x', length);
        cname[length] = '\0';
        size_t bytes = rtcp_write_receiver_report(5, blocks, RTCP_SOURCES_MAX, cname, true, data);
        struct rtcp_compound compound = read_ok(data, bytes);

        assert_int_equal(bytes % 4, 0);
        assert_true(compound.has_cname);
        assert_string_equal(compound.cname, cname);
        assert_int_equal(compound.byes, 1);
    }
}

static void reports_come_at_the_intervals_of_the_standard(void **state)
{
    (void)state;
    double sum_s = 0;

    assert_float_equal(rtcp_interval_s(false, 0), 2.0521, 0.001);
    assert_float_equal(rtcp_interval_s(false, UINT32_MAX), 6.1563, 0.001);
    assert_float_equal(rtcp_interval_s(true, 0), 1.02605, 0.001);
    for (uint32_t i = 0; i < 1000; i++)
        sum_s += rtcp_interval_s(false, i * (UINT32_MAX / 1000));
    assert_float_equal(sum_s / 1000, 4.1041, 0.02); /* 5 s, compensated */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_compound_packet_tells_report_name_and_bye),
        cmocka_unit_test(every_cut_of_a_packet_is_read_as_far_as_it_goes),
        cmocka_unit_test(what_is_no_rtcp_is_invalid_and_changes_nothing),
        cmocka_unit_test(rtcp_is_told_from_rtp_by_its_type),
        cmocka_unit_test(reduced_size_and_unknown_packets_are_read),
        cmocka_unit_test(padding_is_left_out_and_must_be_possible),
        cmocka_unit_test(counts_that_pass_the_packet_end_the_reading),
        cmocka_unit_test(a_report_counts_also_where_its_blocks_are_cut),
        cmocka_unit_test(the_name_is_the_first_and_has_no_control_characters),
        cmocka_unit_test(more_sources_than_are_kept_are_counted_no_further),
        cmocka_unit_test(our_report_is_as_the_standard_draws_it),
        cmocka_unit_test(losses_are_cut_to_what_24_bits_hold),
        cmocka_unit_test(names_of_every_length_are_read_back),
        cmocka_unit_test(reports_come_at_the_intervals_of_the_standard),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
