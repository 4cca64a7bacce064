/* Which bytes a Range field asks for, RFC 9110 section 14. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "web/api/range.h"

#define UNTOUCHED UINT64_C(0xdeadbeef)

static void expect(const char *text, uint64_t total, enum range_kind kind, uint64_t first,
                   uint64_t last)
{
    struct range range = {.first = UNTOUCHED, .last = UNTOUCHED};

    if (range_parse(text, total, &range) != kind || range.first != first || range.last != last)
        fail_msg("\"%s\" of %" PRIu64 ": got %" PRIu64 "-%" PRIu64, text ? text : "(none)", total,
                 range.first, range.last);
}

static void expect_part(const char *text, uint64_t total, uint64_t first, uint64_t last)
{
    expect(text, total, RANGE_PART, first, last);
}

static void expect_whole(const char *text, uint64_t total)
{
    expect(text, total, RANGE_WHOLE, UNTOUCHED, UNTOUCHED);
}

static void expect_none(const char *text, uint64_t total)
{
    expect(text, total, RANGE_UNSATISFIABLE, UNTOUCHED, UNTOUCHED);
}

static void range_with_both_ends_is_taken_as_written(void **state)
{
    (void)state;
    expect_part("bytes=0-499", 10000, 0, 499);
    expect_part("bytes=500-999", 10000, 500, 999);
    expect_part("bytes=9999-9999", 10000, 9999, 9999);
    expect_part("bytes=0-0", 1, 0, 0);
}

static void last_position_is_cut_to_the_end(void **state)
{
    (void)state;
    expect_part("bytes=0-9999", 10000, 0, 9999);
    expect_part("bytes=0-10000", 10000, 0, 9999);
    expect_part("bytes=9999-100000", 10000, 9999, 9999);
}

static void open_range_runs_to_the_end(void **state)
{
    (void)state;
    expect_part("bytes=0-", 10000, 0, 9999);
    expect_part("bytes=9500-", 10000, 9500, 9999);
    expect_part("bytes=9999-", 10000, 9999, 9999);
}

static void suffix_range_counts_from_the_end(void **state)
{
    (void)state;
    expect_part("bytes=-500", 10000, 9500, 9999);
    expect_part("bytes=-1", 10000, 9999, 9999);
    expect_part("bytes=-10000", 10000, 0, 9999);
    expect_part("bytes=-10001", 10000, 0, 9999);
}

static void range_past_the_end_cannot_be_satisfied(void **state)
{
    (void)state;
    expect_none("bytes=10000-", 10000);
    expect_none("bytes=10000-10001", 10000);
    expect_none("bytes=-0", 10000);
    expect_none("bytes=0-", 0);
    expect_none("bytes=-0", 0);
}

static void suffix_of_nothing_is_all_of_it(void **state)
{
    (void)state;
    expect_whole("bytes=-5", 0);
}

static void numbers_past_64_bits_count_as_the_largest(void **state)
{
    (void)state;
    expect_part("bytes=0-18446744073709551615", 100, 0, 99);
    expect_part("bytes=0-18446744073709551616", 100, 0, 99);
    expect_part("bytes=5-99999999999999999999999999999999", 100, 5, 99);
    expect_part("bytes=-99999999999999999999999999999999", 100, 0, 99);
    expect_none("bytes=18446744073709551616-", 100);
    expect_none("bytes=99999999999999999999999-99999999999999999999999", 100);
}

static void absent_field_and_unknown_unit_are_ignored(void **state)
{
    (void)state;
    expect_whole(NULL, 100);
    expect_whole("", 100);
    expect_whole("seconds=0-5", 100);
    expect_whole("bytes", 100);
    expect_whole("bytes 0-5", 100);
    expect_whole("bytes =0-5", 100);
}

static void unit_is_compared_without_regard_to_case(void **state)
{
    (void)state;
    expect_part("Bytes=0-5", 100, 0, 5);
    expect_part("BYTES=-5", 100, 95, 99);
}

static void malformed_range_is_ignored(void **state)
{
    static const char *const malformed[] = {
        "bytes=",      "bytes=-",      "bytes=5-4",   "bytes=a-5",  "bytes=0-b",   "bytes=0",
        "bytes=0--5",  "bytes=--5",    "bytes=0-5-9", "bytes=+0-5", "bytes=0x0-5", "bytes=0 -5",
        "bytes=0- 5",  "bytes=0-5;",   "bytes=0-5 6", "bytes=,",    "bytes=0-5,x", "bytes=0-5, 7-",
        "bytes=1.0-2", "bytes=\xff-5", "bytes=0-5x",  "bytes=-5-",  "bytes=*",     "bytes=*/100",
        "bytes==0-5",  "bytes=5-4,0-1"};

    (void)state;
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++)
        expect_whole(malformed[i], 100);
}

static void several_ranges_are_answered_by_the_whole(void **state)
{
    (void)state;
    expect_whole("bytes=0-1,5-6", 100);
    expect_whole("bytes=0-0,-1", 100);
    expect_whole("bytes=0-0 , 500-", 100);
}

static void empty_list_elements_and_spaces_are_skipped(void **state)
{
    (void)state;
    expect_part("bytes=,0-5", 100, 0, 5);
    expect_part("bytes= 0-5 ,\t,", 100, 0, 5);
    expect_part("bytes=0-5,", 100, 0, 5);
}

/* Every well-formed single range of a small representation, against a model. */
static void all_small_ranges_agree_with_a_model(void **state)
{
    char text[32];

    (void)state;
    for (unsigned total = 1; total <= 6; total++) {
        for (unsigned first = 0; first <= 8; first++) {
            for (unsigned last = first; last <= 8; last++) {
                (void)snprintf(text, sizeof text, "bytes=%u-%u", first, last);
                if (first >= total)
                    expect_none(text, total);
                else
                    expect_part(text, total, first, last < total ? last : total - 1);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(range_with_both_ends_is_taken_as_written),
        cmocka_unit_test(last_position_is_cut_to_the_end),
        cmocka_unit_test(open_range_runs_to_the_end),
        cmocka_unit_test(suffix_range_counts_from_the_end),
        cmocka_unit_test(range_past_the_end_cannot_be_satisfied),
        cmocka_unit_test(suffix_of_nothing_is_all_of_it),
        cmocka_unit_test(numbers_past_64_bits_count_as_the_largest),
        cmocka_unit_test(absent_field_and_unknown_unit_are_ignored),
        cmocka_unit_test(unit_is_compared_without_regard_to_case),
        cmocka_unit_test(malformed_range_is_ignored),
        cmocka_unit_test(several_ranges_are_answered_by_the_whole),
        cmocka_unit_test(empty_list_elements_and_spaces_are_skipped),
        cmocka_unit_test(all_small_ranges_agree_with_a_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
