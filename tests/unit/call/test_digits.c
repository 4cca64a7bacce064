/* Digits of callgen: packets of events by RFC 4733. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tools/callgen/digits.h"

static void key_is_pressed_once_and_its_end_told_three_times(void **state)
{
    (void)state;
    struct digits_packet packet;
    for (uint32_t i = 0; i < DIGITS_STEP_PACKETS; i++) {
        bool event = digits_packet("*", 160, DIGITS_FIRST_PACKET + i, &packet);
        assert_int_equal(event, i < 7);
        if (!event) {
            continue;
        }
        uint32_t duration = i < 4 ? 160 * (i + 1) : 800;
        assert_int_equal(packet.begins, i == 0);
        assert_int_equal(packet.began_packet, DIGITS_FIRST_PACKET);
        assert_int_equal(packet.payload[0], 10);
        assert_int_equal(packet.payload[1] & 0x80, i < 4 ? 0 : 0x80);
        assert_int_equal(packet.payload[2] << 8 | packet.payload[3], duration);
    }
}

static void keys_follow_each_other_and_nothing_follows_the_last(void **state)
{
    (void)state;
    struct digits_packet packet;
    assert_false(digits_packet("1#", 960, DIGITS_FIRST_PACKET - 1, &packet));
    assert_true(digits_packet("1#", 960, DIGITS_FIRST_PACKET, &packet));
    assert_int_equal(packet.payload[0], 1);
    assert_true(digits_packet("1#", 960, DIGITS_FIRST_PACKET + DIGITS_STEP_PACKETS, &packet));
    assert_int_equal(packet.payload[0], 11);
    assert_false(digits_packet("1#", 960, DIGITS_FIRST_PACKET + 2 * DIGITS_STEP_PACKETS, &packet));
    assert_false(digits_packet(NULL, 960, DIGITS_FIRST_PACKET, &packet));
}

static void only_keys_are_taken_and_no_more_than_the_maximum(void **state)
{
    (void)state;
    assert_true(digits_are_valid("0123456789*#ABCD"));
    assert_true(digits_are_valid("11111111111111111111111111111111"));
    assert_false(digits_are_valid("111111111111111111111111111111111"));
    assert_false(digits_are_valid(""));
    assert_false(digits_are_valid("12x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_is_pressed_once_and_its_end_told_three_times),
        cmocka_unit_test(keys_follow_each_other_and_nothing_follows_the_last),
        cmocka_unit_test(only_keys_are_taken_and_no_more_than_the_maximum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
