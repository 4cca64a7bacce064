/* Reception statistics against RFC 3550 A.1, A.3, A.8, and against a model that just counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "rtp/reception.h"

enum { SSRC = 7, RATE_HZ = 8000, TICKS = 160, PERIOD_MS = 20 };

static void take(struct reception *reception, uint16_t number, uint32_t timestamp, int64_t at_ms)
{
    const struct rtp_packet packet = {.ssrc = SSRC, .sequence = number, .timestamp = timestamp};

    reception_packet(reception, &packet, RATE_HZ, at_ms * CLOCK_NS_PER_MS);
}

/* Number n of a stream that began at `base`, on time. */
static void take_nth(struct reception *reception, uint16_t base, uint32_t nth)
{
    take(reception, (uint16_t)(base + nth), nth * TICKS, 1000 + (int64_t)nth * PERIOD_MS);
}

static struct rtcp_block block_now(struct reception *reception)
{
    struct rtcp_block block;

    assert_true(reception_block(reception, 0, &block));
    return block;
}

static void nothing_received_is_not_reported(void **state)
{
    (void)state;
    struct reception reception = {0};
    struct rtcp_block block;

    assert_false(reception_block(&reception, 0, &block));
    take(&reception, 1, 0, 0);
    assert_true(reception_block(&reception, 0, &block));
    assert_false(reception_block(&reception, 0, &block)); /* it is silent since */
}

static void a_stream_without_loss_has_none_over_wraps(void **state)
{
    (void)state;
    struct reception reception = {0};

    for (uint32_t nth = 0; nth < 140000; nth++)
        take_nth(&reception, 65000, nth);
    struct rtcp_block block = block_now(&reception);
    assert_int_equal(block.ssrc, SSRC);
    assert_int_equal(block.lost, 0);
    assert_int_equal(block.fraction_lost, 0);
    assert_int_equal(block.highest, 65000 + 139999);
    assert_int_equal(block.jitter, 0);
}

static void loss_is_told_in_all_and_for_the_interval(void **state)
{
    (void)state;
    struct reception reception = {0};

    for (uint32_t nth = 0; nth < 100; nth++)
        if (nth % 4 != 1)
            take_nth(&reception, 65500, nth);
    struct rtcp_block block = block_now(&reception);
    assert_int_equal(block.lost, 25);
    assert_int_equal(block.fraction_lost, 64);
    for (uint32_t nth = 100; nth < 200; nth++)
        take_nth(&reception, 65500, nth);
    block = block_now(&reception);
    assert_int_equal(block.lost, 25);
    assert_int_equal(block.fraction_lost, 0);
}

static void duplicates_make_the_loss_negative(void **state)
{
    (void)state;
    struct reception reception = {0};

    for (uint32_t nth = 0; nth < 10; nth++) {
        take_nth(&reception, 5, nth);
        take_nth(&reception, 5, nth);
    }
    struct rtcp_block block = block_now(&reception);
    assert_int_equal(block.lost, -10);
    assert_int_equal(block.fraction_lost, 0);
}

static void reordering_is_no_loss(void **state)
{
    (void)state;
    struct reception reception = {0};

    for (uint32_t nth = 0; nth < 100; nth += 2) {
        take_nth(&reception, 65530, nth + 1);
        take_nth(&reception, 65530, nth);
    }
    /* the very first came second: what is before the first is not expected (A.1) */
    assert_int_equal(block_now(&reception).lost, -1);
    assert_int_equal(reception.highest, 65530 + 99);
}

static void one_stray_number_changes_nothing_and_two_in_a_row_begin_anew(void **state)
{
    (void)state;
    struct reception reception = {0};

    for (uint32_t nth = 0; nth < 10; nth++)
        take_nth(&reception, 100, nth);
    take(&reception, 40000, 5, 1300);
    assert_int_equal(reception.highest, 109);
    assert_int_equal(reception.received, 10);
    take_nth(&reception, 100, 10);
    assert_int_equal(reception.received, 11);
    take(&reception, 50000, 0, 2000);
    take(&reception, 50001, TICKS, 2020);
    assert_int_equal(reception.highest, 50001);
    assert_int_equal(block_now(&reception).lost, 0);
}

static void another_source_begins_anew(void **state)
{
    (void)state;
    struct reception reception = {0};
    const struct rtcp_sender_report report = {.ssrc = SSRC, .ntp = 1};
    const struct rtp_packet other = {.ssrc = 8, .sequence = 9};

    take(&reception, 1, 0, 0);
    take(&reception, 5, 640, 80);
    reception_report(&reception, &report, 0);
    assert_true(reception.has_sr);
    reception_packet(&reception, &other, RATE_HZ, 0);
    struct rtcp_block block = block_now(&reception);
    assert_int_equal(block.ssrc, 8);
    assert_int_equal(block.lost, 0);
    assert_int_equal(block.last_sr, 0);
}

/* A.8's example by hand: every packet 10 ms off the one before, so D is 80 ticks each time. */
static void jitter_nears_the_mean_deviation(void **state)
{
    (void)state;
    struct reception reception = {0};
    uint32_t expected = 0;

    for (uint32_t nth = 0; nth < 400; nth++) {
        take(&reception, (uint16_t)nth, nth * TICKS,
             1000 + (int64_t)nth * PERIOD_MS + (nth % 2 ? 10 : 0));
        if (nth > 0)
            expected += 80 - ((expected + 8) >> 4);
        assert_int_equal(reception.jitter, expected);
    }
    assert_float_equal(reception_jitter_ms(&reception, RATE_HZ), 10, 0.1);
    assert_int_equal(block_now(&reception).jitter, expected >> 4);
}

static void timestamps_may_wrap_and_clocks_be_large(void **state)
{
    (void)state;
    struct reception reception = {0};
    const int64_t today_ns = INT64_C(1795000000123456789);

    for (uint32_t nth = 0; nth < 100; nth++) {
        const struct rtp_packet packet = {
            .ssrc = SSRC, .sequence = (uint16_t)nth, .timestamp = nth * 960 - 48000};
        reception_packet(&reception, &packet, 48000,
                         today_ns + (int64_t)nth * PERIOD_MS * CLOCK_NS_PER_MS);
    }
    assert_true(reception_jitter_ms(&reception, 48000) < 0.05); /* a tick of rounding */
}

static void another_clock_rate_is_no_jitter(void **state)
{
    (void)state;
    struct reception reception = {0};
    struct rtp_packet packet = {.ssrc = SSRC, .sequence = 1, .timestamp = 1000};

    reception_packet(&reception, &packet, 48000, 5 * CLOCK_NS_PER_S);
    packet.sequence = 2;
    reception_packet(&reception, &packet, 8000, 5 * CLOCK_NS_PER_S);
    assert_int_equal(reception.jitter, 0);
}

static void wild_timestamps_do_not_overflow(void **state)
{
    (void)state;
    struct reception reception = {0};
    uint32_t timestamp = 1;

    for (uint32_t nth = 0; nth < 1000; nth++, timestamp = timestamp * 1664525 + 1013904223)
        take(&reception, (uint16_t)nth, timestamp, nth);
    assert_true(reception.jitter <= UINT32_C(16) << 27);
}

static void the_last_sender_report_and_its_age_are_told(void **state)
{
    (void)state;
    struct reception reception = {0};
    struct rtcp_block block;
    const struct rtcp_sender_report early = {.ssrc = SSRC, .ntp = 1};
    const struct rtcp_sender_report report = {.ssrc = SSRC, .ntp = UINT64_C(0x1111aaaabbbb2222)};
    const struct rtcp_sender_report foreign = {.ssrc = 99, .ntp = 1};

    reception_report(&reception, &early, 0);
    take(&reception, 1, 0, 0);
    assert_true(reception_block(&reception, CLOCK_NS_PER_S, &block));
    assert_int_equal(block.last_sr, 0);
    assert_int_equal(block.delay_since_last_sr, 0);
    take(&reception, 2, TICKS, 9000);
    reception_report(&reception, &report, 10 * CLOCK_NS_PER_S);
    reception_report(&reception, &foreign, 11 * CLOCK_NS_PER_S);
    assert_true(reception_block(&reception, 12 * CLOCK_NS_PER_S + CLOCK_NS_PER_S / 2, &block));
    assert_int_equal(block.last_sr, 0xaaaabbbb);
    assert_int_equal(block.delay_since_last_sr, 5 << 15); /* 2.5 s */
    take(&reception, 3, 2 * TICKS, 9020);
    assert_true(reception_block(&reception, 9 * CLOCK_NS_PER_S, &block));
    assert_int_equal(block.delay_since_last_sr, 0);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* Loss, duplicates and swaps at random: what is lost is what was sent less what came. */
static void counts_agree_with_a_model_that_just_counts(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 50; seed++) {
        struct reception reception = {0};
        uint32_t random = seed * 2654435761u;
        uint16_t base = (uint16_t)next_random(&random);
        int32_t came = 1;
        uint32_t highest = 0;

        take_nth(&reception, base, 0);
        for (uint32_t nth = 1; nth < 3000; nth += 2) {
            bool swapped = next_random(&random) % 8 == 0;

            for (uint32_t i = 0; i < 2; i++) {
                uint32_t number = nth + (swapped ? 1 - i : i);
                uint32_t chance = next_random(&random) % 20;

                for (uint32_t copies = chance == 0 ? 0 : chance == 1 ? 2 : 1; copies; copies--) {
                    take_nth(&reception, base, number);
                    came++;
                    highest = number > highest ? number : highest;
                }
            }
        }
        assert_int_equal(block_now(&reception).lost, (int32_t)highest + 1 - came);
        assert_int_equal(reception.highest, base + highest);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_received_is_not_reported),
        cmocka_unit_test(a_stream_without_loss_has_none_over_wraps),
        cmocka_unit_test(loss_is_told_in_all_and_for_the_interval),
        cmocka_unit_test(duplicates_make_the_loss_negative),
        cmocka_unit_test(reordering_is_no_loss),
        cmocka_unit_test(one_stray_number_changes_nothing_and_two_in_a_row_begin_anew),
        cmocka_unit_test(another_source_begins_anew),
        cmocka_unit_test(jitter_nears_the_mean_deviation),
        cmocka_unit_test(timestamps_may_wrap_and_clocks_be_large),
        cmocka_unit_test(another_clock_rate_is_no_jitter),
        cmocka_unit_test(wild_timestamps_do_not_overflow),
        cmocka_unit_test(the_last_sender_report_and_its_age_are_told),
        cmocka_unit_test(counts_agree_with_a_model_that_just_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
