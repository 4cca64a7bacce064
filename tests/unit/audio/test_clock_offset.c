/* How far a sender's clock is from ours, told by simulated packets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "audio/clock_offset.h"
#include "audio/line.h"

enum {
    MS = LINE_PER_MS,
    PACKET_MS = 20,
    PER_S = 1000 / PACKET_MS,
};

/* A sender of a packet each 20 ms, and the way of its packets to us. */
struct sender {
    unsigned seed;
    int64_t ppm;      /* its clock is so much slower: the offset grows */
    int64_t delay_ms; /* of the way, at least */
    int64_t jitter_ms;
    int64_t sent; /* packets */
};

static int64_t sent_ns(const struct sender *sender)
{
    int64_t ns = sender->sent * PACKET_MS * CLOCK_NS_PER_MS;

    return ns + ns / 1000000 * sender->ppm;
}

/* What the next packet's offset would be if it was not delayed by more than the others. */
static int64_t true_offset(const struct sender *sender)
{
    return line_of_ns(sent_ns(sender)) + sender->delay_ms * MS -
           sender->sent * PACKET_MS * LINE_PER_MS;
}

static void send_delayed(struct sender *sender, struct clock_offset *clock, int64_t more_ms)
{
    int64_t delay_ms = sender->delay_ms + more_ms;

    clock_offset_add(clock, sent_ns(sender) + delay_ms * CLOCK_NS_PER_MS,
                     true_offset(sender) + more_ms * MS);
    sender->sent++;
}

static void send_packets(struct sender *sender, struct clock_offset *clock, int64_t packets)
{
    for (; packets > 0; packets--)
        send_delayed(sender, clock,
                     sender->jitter_ms ? rand_r(&sender->seed) % (sender->jitter_ms + 1) : 0);
}

/* How far the estimates are above the truth, in line units. */
static int64_t slow_error(const struct sender *sender, const struct clock_offset *clock)
{
    int64_t offset;

    assert_true(clock_offset_slow(clock, &offset));
    return offset - true_offset(sender);
}

static void assert_within_ms(int64_t error, int64_t least_ms, int64_t most_ms)
{
    if (error < least_ms * MS || error > most_ms * MS)
        fail_msg("error of %ld line units", (long)error);
}

/* Where the quick estimate tells anything. */
static bool fast_is_within_ms(const struct sender *sender, const struct clock_offset *clock,
                              int64_t least_ms, int64_t most_ms)
{
    int64_t offset;

    if (!clock_offset_fast(clock, &offset))
        return false;
    assert_within_ms(offset - true_offset(sender), least_ms, most_ms);
    return true;
}

static void three_packets_tell_a_little_and_half_a_second_of_them_enough(void **state)
{
    (void)state;
    struct clock_offset clock;
    int64_t offset = 77;

    clock_offset_init(&clock);
    assert_false(clock_offset_least(&clock, &offset));
    clock_offset_add(&clock, 0, 5);
    clock_offset_add(&clock, 0, 9);
    assert_false(clock_offset_least(&clock, &offset));
    assert_false(clock_offset_fast(&clock, &offset));
    assert_int_equal(offset, 77);
    clock_offset_add(&clock, 0, 7);
    assert_true(clock_offset_least(&clock, &offset));
    assert_int_equal(offset, 9); /* the greatest of the three least */
    clock_offset_add(&clock, 0, 6);
    assert_true(clock_offset_least(&clock, &offset));
    assert_int_equal(offset, 7);
    offset = 77;
    for (int i = 4; i < CLOCK_OFFSET_FULL; i++) {
        assert_false(clock_offset_slow(&clock, &offset));
        clock_offset_add(&clock, 0, 50);
    }
    assert_true(clock_offset_slow(&clock, &offset));
    assert_int_equal(offset, 7);
}

/* Speech all the time, or 3 s in every 10. */
static void follow_drift(int64_t ppm, bool pauses)
{
    enum { SECONDS = 4 * 3600 };
    struct sender sender = {1, ppm, 30, 100, 0};
    struct clock_offset clock;
    int told = 0;

    clock_offset_init(&clock);
    for (int64_t second = 0; second < SECONDS; second++) {
        if (pauses && second % 10 >= 3) {
            sender.sent += PER_S;
            continue;
        }
        send_packets(&sender, &clock, PER_S);
        if (second % 10 == 2)
            assert_within_ms(slow_error(&sender, &clock), -4, second > 10 ? 8 : 12);
        told += fast_is_within_ms(&sender, &clock, -1, pauses ? 35 : 18);
    }
    assert_true(told > SECONDS / 12);
    /* the drift is 2.88 s by now, where there is one */
    assert_true(labs((long)(true_offset(&sender) / MS - 30)) >= labs((long)ppm) * 14);
}

static void drift_is_followed_for_four_hours(void **state)
{
    (void)state;
    for (int64_t ppm = -200; ppm <= 200; ppm += 200) {
        follow_drift(ppm, false);
        follow_drift(ppm, true);
    }
}

static void two_wrong_timestamps_in_a_window_move_nothing(void **state)
{
    (void)state;
    struct sender sender = {1, 0, 30, 20, 0};
    struct clock_offset clock;
    int told = 0;

    clock_offset_init(&clock);
    send_packets(&sender, &clock, 10 * PER_S);
    for (int i = 0; i < 60; i++) { /* one each second */
        send_delayed(&sender, &clock, -500);
        send_packets(&sender, &clock, PER_S - 1);
        assert_within_ms(slow_error(&sender, &clock), 0, 5);
        told += fast_is_within_ms(&sender, &clock, 0, 5);
    }
    assert_true(told >= 29); /* but where a window has begun */
}

static void late_packets_move_nothing(void **state)
{
    (void)state;
    struct sender sender = {1, 0, 30, 10, 0};
    struct clock_offset clock;
    int told = 0;

    clock_offset_init(&clock);
    for (int i = 0; i < 1000; i++) {
        send_delayed(&sender, &clock, rand_r(&sender.seed) % 2 ? 800 : 0);
        told += fast_is_within_ms(&sender, &clock, 0, 1);
        if (i > PER_S)
            assert_within_ms(slow_error(&sender, &clock), 0, 1);
    }
    assert_true(told > 700);
}

static void path_that_becomes_longer_is_seen_in_five_seconds_and_believed_in_sixteen(void **state)
{
    (void)state;
    struct sender sender = {1, 0, 30, 10, 0};
    struct clock_offset clock;

    for (int64_t phase = 0; phase < 2 * PER_S; phase += 7) { /* of the windows */
        clock_offset_init(&clock);
        sender = (struct sender){1, 0, 30, 10, 0};
        send_packets(&sender, &clock, 20 * PER_S + phase);
        sender.delay_ms += 50;
        send_packets(&sender, &clock, PER_S);
        int64_t told = 0; /* what the quick estimate told last, 4.5 s after the change */
        for (int packet = 0; packet < 7 * PER_S / 2; packet++) {
            send_packets(&sender, &clock, 1);
            (void)clock_offset_fast(&clock, &told);
        }
        assert_within_ms(told - true_offset(&sender), 0, 5);
        assert_within_ms(slow_error(&sender, &clock), -50, -45);
        send_packets(&sender, &clock, 12 * PER_S);
        assert_within_ms(slow_error(&sender, &clock), 0, 5);
    }
}

static void path_that_becomes_shorter_is_believed_at_once(void **state)
{
    (void)state;
    struct sender sender = {1, 0, 80, 10, 0};
    struct clock_offset clock;

    clock_offset_init(&clock);
    send_packets(&sender, &clock, 20 * PER_S);
    sender.delay_ms -= 50;
    send_packets(&sender, &clock, PER_S);
    assert_within_ms(slow_error(&sender, &clock), 0, 5);
    assert_true(fast_is_within_ms(&sender, &clock, 0, 5));
}

/* Nothing comes for a while, then all of it at once. */
static void burst_after_a_stall_moves_nothing(void **state)
{
    (void)state;
    static const int64_t stalls[] = {10, 100, 500, 1900, 5000, 20000};

    for (size_t i = 0; i < sizeof stalls / sizeof *stalls; i++) {
        for (int64_t phase = 0; phase < 2 * PER_S; phase += 7) {
            struct sender sender = {1, 0, 30, 10, 0};
            struct clock_offset clock;
            clock_offset_init(&clock);
            send_packets(&sender, &clock, 10 * PER_S + phase);
            for (int64_t left = stalls[i]; left > 0; left -= PACKET_MS)
                send_delayed(&sender, &clock, left);
            int told = 0;
            for (int64_t packet = 0; packet < 10 * PER_S; packet++) {
                send_packets(&sender, &clock, 1);
                assert_within_ms(slow_error(&sender, &clock), 0, packet < 5 ? 61 : 10);
                told += fast_is_within_ms(&sender, &clock, 0, 10);
            }
            assert_true(told > 300);
        }
    }
}

static void add_many(struct clock_offset *clock, int64_t window, int count, int64_t offset)
{
    for (; count > 0; count--)
        clock_offset_add(clock, window * CLOCK_OFFSET_WINDOW_MS * CLOCK_NS_PER_MS, offset);
}

/* A few packets that all were slow tell nothing about the clock that could not wait. */
static void few_packets_do_not_tell_fast(void **state)
{
    (void)state;
    struct clock_offset clock;
    int64_t offset = 77;

    clock_offset_init(&clock);
    add_many(&clock, 0, CLOCK_OFFSET_FULL - 1, 1000);
    add_many(&clock, 1, 100, 1000);
    assert_false(clock_offset_fast(&clock, &offset));

    clock_offset_init(&clock);
    add_many(&clock, 0, CLOCK_OFFSET_FULL, 1000);
    assert_false(clock_offset_fast(&clock, &offset)); /* its window is not over yet */
    add_many(&clock, 1, CLOCK_OFFSET_FULL / 2 - 1, 2000);
    assert_false(clock_offset_fast(&clock, &offset));
    assert_int_equal(offset, 77);
    add_many(&clock, 1, 1, 2000);
    assert_true(clock_offset_fast(&clock, &offset));
    assert_int_equal(offset, 1000);
}

static void what_was_known_moves_with_a_clock_that_is_set(void **state)
{
    (void)state;
    struct sender sender = {1, 0, 30, 10, 0};
    struct clock_offset clock;

    clock_offset_init(&clock);
    send_packets(&sender, &clock, 11 * PER_S);
    int64_t slow = slow_error(&sender, &clock);
    assert_true(fast_is_within_ms(&sender, &clock, 0, 3));
    clock_offset_move(&clock, -25 * MS);
    assert_int_equal(slow_error(&sender, &clock), slow - 25 * MS);
    assert_true(fast_is_within_ms(&sender, &clock, -25, -22));
    sender.delay_ms -= 25;
    send_packets(&sender, &clock, 5);
    assert_within_ms(slow_error(&sender, &clock), 0, 3);
}

/* Hours on hold: what was known before has no say any more. */
static void what_is_long_ago_is_forgotten(void **state)
{
    (void)state;
    struct clock_offset clock;
    int64_t offset = 77;

    clock_offset_init(&clock);
    for (int i = 0; i < 100; i++)
        clock_offset_add(&clock, 0, 5);
    clock_offset_add(&clock, 3600 * CLOCK_NS_PER_S, 50);
    assert_false(clock_offset_least(&clock, &offset));
    clock_offset_add(&clock, 3600 * CLOCK_NS_PER_S, 50);
    clock_offset_add(&clock, 3599 * CLOCK_NS_PER_S, 50); /* as if it had come with them */
    assert_true(clock_offset_least(&clock, &offset));
    assert_int_equal(offset, 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_packets_tell_a_little_and_half_a_second_of_them_enough),
        cmocka_unit_test(drift_is_followed_for_four_hours),
        cmocka_unit_test(two_wrong_timestamps_in_a_window_move_nothing),
        cmocka_unit_test(late_packets_move_nothing),
        cmocka_unit_test(path_that_becomes_longer_is_seen_in_five_seconds_and_believed_in_sixteen),
        cmocka_unit_test(path_that_becomes_shorter_is_believed_at_once),
        cmocka_unit_test(burst_after_a_stall_moves_nothing),
        cmocka_unit_test(few_packets_do_not_tell_fast),
        cmocka_unit_test(what_was_known_moves_with_a_clock_that_is_set),
        cmocka_unit_test(what_is_long_ago_is_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
