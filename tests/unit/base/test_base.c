/* base: clocks as text, buffers with a maximum, identifiers, faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/text.h"
#include "base/uuid.h"

static void time_is_written_as_utc_with_milliseconds(void **state)
{
    char text[CLOCK_RFC3339_BYTES];

    (void)state;
    clock_format_rfc3339(clock_wall_from_us(INT64_C(1795355830042999)), text);
    assert_string_equal(text, "2026-11-22T13:57:10.042Z");
    clock_format_rfc3339(clock_wall_from_us(-1), text);
    assert_string_equal(text, "1969-12-31T23:59:59.999Z");
}

static void time_with_an_offset_is_read_as_the_same_moment(void **state)
{
    wall_time utc;
    wall_time danish;

    (void)state;
    assert_int_equal(clock_parse_rfc3339("2026-06-22T10:00:00.5Z", &utc), STATUS_OK);
    assert_int_equal(clock_parse_rfc3339("2026-06-22T12:00:00.500000+02:00", &danish), STATUS_OK);
    assert_true(utc.ns == danish.ns);
    assert_int_equal(clock_parse_rfc3339("2026-06-22", &utc), STATUS_OK);
    assert_int_equal(clock_wall_us(utc), INT64_C(1782086400000000));
}

static void year_that_the_clock_cannot_hold_is_the_nearest_it_can(void **state)
{
    wall_time time;

    (void)state;
    assert_int_equal(clock_parse_rfc3339("9999-12-31T23:59:59Z", &time), STATUS_OK);
    assert_true(time.ns == INT64_MAX);
    assert_int_equal(clock_parse_rfc3339("0001-01-01", &time), STATUS_OK);
    assert_true(time.ns == INT64_MIN);
    assert_int_equal(clock_parse_rfc3339("2261-12-31T23:59:59Z", &time), STATUS_OK);
    assert_true(clock_wall_us(time) == INT64_C(9214646399000000));
}

static void leap_second_at_the_end_of_a_month_is_the_second_after(void **state)
{
    wall_time leap;
    wall_time after;

    (void)state;
    assert_int_equal(clock_parse_rfc3339("2016-12-31T23:59:60Z", &leap), STATUS_OK);
    assert_int_equal(clock_parse_rfc3339("2017-01-01T00:00:00Z", &after), STATUS_OK);
    assert_true(leap.ns == after.ns);
}

static void malformed_times_are_refused(void **state)
{
    static const char *const texts[] = {"",
                                        "2026",
                                        "2026-13-01",
                                        "2026-02-30",
                                        "2026-06-22T",
                                        "2026-06-22T25:00:00Z",
                                        "2026-06-22T10:00:00",
                                        "2026-06-22T10:00:00Zx",
                                        "2026-06-22T10:00:00+2:00",
                                        "20260622"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        wall_time time = {7};
        assert_int_equal(clock_parse_rfc3339(texts[i], &time), STATUS_INVALID);
        assert_int_equal(time.ns, 7);
    }
}

static void buffer_with_a_secret_stays_where_it_is_and_is_overwritten(void **state)
{
    struct bytes bytes;
    static const uint8_t nothing[1000];

    (void)state;
    bytes_init(&bytes, 1000);
    bytes_wipe(&bytes);
    assert_int_equal(bytes_reserve(&bytes, 1001), STATUS_LIMIT);
    assert_int_equal(bytes_reserve(&bytes, 1000), STATUS_OK);
    const uint8_t *place = bytes.data;
    while (bytes.len < 996)
        assert_int_equal(bytes_printf(&bytes, "key:"), STATUS_OK);
    assert_ptr_equal(bytes.data, place);
    bytes_wipe(&bytes);
    assert_int_equal(bytes.len, 0);
    assert_ptr_equal(bytes.data, place);
    assert_memory_equal(place, nothing, 1000);
    bytes_deinit(&bytes);
}

static void buffer_holds_its_maximum_and_not_one_byte_more(void **state)
{
    struct bytes bytes;

    (void)state;
    bytes_init(&bytes, 5);
    assert_int_equal(bytes_append(&bytes, "abcde", 5), STATUS_OK);
    assert_int_equal(bytes_append(&bytes, "f", 1), STATUS_LIMIT);
    assert_memory_equal(bytes.data, "abcde", 5);
    assert_int_equal(bytes_printf(&bytes, "%d", 1), STATUS_LIMIT);
    bytes_clear(&bytes);
    assert_int_equal(bytes_append(&bytes, "cde", 3), STATUS_OK);
    assert_int_equal(bytes_printf(&bytes, "%d", 42), STATUS_OK);
    assert_memory_equal(bytes.data, "cde42", 5);
    bytes_clear(&bytes);
    assert_int_equal(bytes_append(&bytes, "42", 2), STATUS_OK);
    assert_int_equal(bytes_printf(&bytes, "%d", 1234), STATUS_LIMIT);
    assert_int_equal(bytes.len, 2);
    assert_int_equal(bytes_printf(&bytes, "%s", ""), STATUS_OK);
    assert_int_equal(bytes_printf(&bytes, "%d", 123), STATUS_OK);
    assert_memory_equal(bytes.data, "42123", 5);
    bytes_deinit(&bytes);
}

static void integers_are_stored_little_endian(void **state)
{
    uint8_t out[8];

    (void)state;
    bytes_put_u64(out, UINT64_C(0x0102030405060708));
    assert_int_equal(out[0], 8);
    assert_int_equal(out[7], 1);
    assert_true(bytes_get_u64(out) == UINT64_C(0x0102030405060708));
    bytes_put_u32(out, 0xfffefdfc);
    assert_int_equal(bytes_get_u32(out), 0xfffefdfc);
    assert_int_equal(bytes_get_u16(out), 0xfdfc);
}

static void identifiers_sort_by_time_and_bear_version_seven(void **state)
{
    struct uuid early = uuid_new(clock_wall_from_us(1000000));
    struct uuid late = uuid_new(clock_wall_from_us(2000000));

    (void)state;
    assert_true(memcmp(early.b, late.b, UUID_BYTES) < 0);
    assert_int_equal(early.b[6] >> 4, 7);
    assert_int_equal(early.b[8] >> 6, 2);
}

static void identifier_text_is_read_back(void **state)
{
    struct uuid uuid = uuid_new(clock_wall_now());
    struct uuid back;
    char text[UUID_TEXT_BYTES];

    (void)state;
    uuid_format(uuid, text);
    assert_int_equal(uuid_parse(text, &back), STATUS_OK);
    assert_true(uuid_equal(uuid, back));
    text[35] = '\0';
    assert_int_equal(uuid_parse(text, &back), STATUS_INVALID);
    assert_int_equal(uuid_parse("0193d2f0-0000-7000-8000-0000000000000", &back), STATUS_INVALID);
    assert_int_equal(uuid_parse("../../../etc/passwd", &back), STATUS_INVALID);
}

static void fault_tells_the_chain_of_steps(void **state)
{
    struct fault fault = {0};

    (void)state;
    assert_int_equal(fault_set(&fault, STATUS_FULL, 28, "fsync"), STATUS_FULL);
    fault_wrap(&fault, "close recording %d", 81);
    assert_string_equal(fault.text, "close recording 81: fsync: No space left on device");
    assert_int_equal(fault_set(NULL, STATUS_IO, 0, "nobody listens"), STATUS_IO);
}

static void text_is_cut_between_characters(void **state)
{
    char text[5];

    (void)state;
    text_copy(text, sizeof text, "abcd");
    assert_string_equal(text, "abcd");
    text_copy(text, sizeof text, "abcde");
    assert_string_equal(text, "abcd");
    text_copy(text, sizeof text, "abc\u00e6");
    assert_string_equal(text, "abc");
    text_copy(text, sizeof text, "ab\u00e6\u00e6");
    assert_string_equal(text, "ab\u00e6");
    text_copy(text, sizeof text, "a\u20ac\u20ac");
    assert_string_equal(text, "a\u20ac");
    text_copy(text, sizeof text, "\U0001F600\U0001F600");
    assert_string_equal(text, "\U0001F600");
    text_copy(text, 1, "\u00e6");
    assert_string_equal(text, "");
}

static void text_that_is_not_utf8_is_told_from_text(void **state)
{
    static const char *const good[] = {"", "abc", "\u00e6\u20ac\U0001F600", "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x80",
                                      "a\xc3",
                                      "\xe2\x82",
                                      "\xf0\x9f\x98",
                                      "\xc0\x80",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf8\x88\x80\x80\x80",
                                      "\xff"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(text_is_utf8(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(text_is_utf8(bad[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_is_written_as_utc_with_milliseconds),
        cmocka_unit_test(time_with_an_offset_is_read_as_the_same_moment),
        cmocka_unit_test(year_that_the_clock_cannot_hold_is_the_nearest_it_can),
        cmocka_unit_test(leap_second_at_the_end_of_a_month_is_the_second_after),
        cmocka_unit_test(malformed_times_are_refused),
        cmocka_unit_test(buffer_holds_its_maximum_and_not_one_byte_more),
        cmocka_unit_test(buffer_with_a_secret_stays_where_it_is_and_is_overwritten),
        cmocka_unit_test(integers_are_stored_little_endian),
        cmocka_unit_test(identifiers_sort_by_time_and_bear_version_seven),
        cmocka_unit_test(identifier_text_is_read_back),
        cmocka_unit_test(fault_tells_the_chain_of_steps),
        cmocka_unit_test(text_is_cut_between_characters),
        cmocka_unit_test(text_that_is_not_utf8_is_told_from_text),
    };

    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
