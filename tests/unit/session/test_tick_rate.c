/* tick_rate: by what timestamps count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"
#include "session/tick_rate.h"

enum { G722_HZ = 8000, PACKET_TICKS = 160, PACKET_MS = 20 };

/* Send so many packets of G.722 in steps of timestamps, one each so many ms; returns the clock. */
static uint32_t see(struct tick_rate *rate, int64_t first, int count, uint32_t step,
                    int64_t each_ms)
{
    uint32_t clock_hz = 0;

    for (int64_t i = first; i < first + count; i++) {
        const struct tick_packet packet = {
            .codec = audio_codec_find("G722", G722_HZ),
            .ticks = PACKET_TICKS,
            .sequence = i,
            .timestamp = 4294960000U + (uint32_t)i * step,
            .arrival_ns = i * each_ms * CLOCK_NS_PER_MS,
        };
        clock_hz = tick_rate_see(rate, &packet);
    }
    return clock_hz;
}

static void clock_is_that_of_the_codec_where_steps_are_what_packets_last(void **state)
{
    struct tick_rate rate = {0};

    (void)state;
    assert_int_equal(see(&rate, 0, 100, PACKET_TICKS, PACKET_MS), G722_HZ);
    assert_int_equal(tick_rate_of(&rate, audio_codec_find("G722", G722_HZ), 1), G722_HZ);
    assert_int_equal(tick_rate_of(&rate, audio_codec_find("PCMA", 8000), 1), 1);
    assert_int_equal(tick_rate_of(&rate, NULL, 1), 1);
}

static void steps_of_twice_or_half_show_another_clock_after_five(void **state)
{
    (void)state;
    for (uint32_t step = PACKET_TICKS / 2; step <= 2 * PACKET_TICKS; step *= 4) {
        struct tick_rate rate = {0};

        assert_int_equal(see(&rate, 0, TICK_RATE_STEPS, step, PACKET_MS), G722_HZ);
        assert_int_equal(see(&rate, TICK_RATE_STEPS, 1, step, PACKET_MS),
                         G722_HZ * step / PACKET_TICKS);
        assert_int_equal(see(&rate, TICK_RATE_STEPS + 1, 100, step, PACKET_MS),
                         G722_HZ * step / PACKET_TICKS);
    }
}

/* Each other packet is silent and not sent; or a codec's packets hold more than is known. */
static void packets_at_the_pace_of_their_steps_count_as_they_should(void **state)
{
    struct tick_rate left_out = {0};
    struct tick_rate shorter = {0};

    (void)state;
    assert_int_equal(see(&left_out, 0, 100, 2 * PACKET_TICKS, 2 * PACKET_MS), G722_HZ);
    assert_int_equal(see(&shorter, 0, 100, PACKET_TICKS / 2, PACKET_MS / 2), G722_HZ);
}

static void packets_that_come_at_once_show_nothing(void **state)
{
    struct tick_rate rate = {0};

    (void)state;
    assert_int_equal(see(&rate, 0, 40, 2 * PACKET_TICKS, 0), G722_HZ);
    assert_int_equal(see(&rate, 0, 40, 2 * PACKET_TICKS, PACKET_MS), G722_HZ); /* old numbers */
}

static void sender_that_mends_its_clock_is_followed(void **state)
{
    struct tick_rate rate = {0};

    (void)state;
    assert_int_equal(see(&rate, 0, 10, 2 * PACKET_TICKS, PACKET_MS), 2 * G722_HZ);
    assert_int_equal(see(&rate, 10, TICK_RATE_STEPS + 1, PACKET_TICKS, PACKET_MS), G722_HZ);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clock_is_that_of_the_codec_where_steps_are_what_packets_last),
        cmocka_unit_test(steps_of_twice_or_half_show_another_clock_after_five),
        cmocka_unit_test(packets_at_the_pace_of_their_steps_count_as_they_should),
        cmocka_unit_test(packets_that_come_at_once_show_nothing),
        cmocka_unit_test(sender_that_mends_its_clock_is_followed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
