/* rate_limit: what is let through at a given time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/rate_limit.h"

static mono_time at_ms(int64_t ms)
{
    return (mono_time){(1000000 + ms) * CLOCK_NS_PER_MS};
}

static unsigned taken(struct rate_limit *limit, unsigned per_s, mono_time now, unsigned tries)
{
    unsigned count = 0;

    for (unsigned i = 0; i < tries; i++)
        count += rate_limit_take(limit, per_s, now);
    return count;
}

static void burst_is_twice_the_rate(void **state)
{
    struct rate_limit limit = {0};

    (void)state;
    assert_int_equal(taken(&limit, 5, at_ms(0), 100), 10);
    assert_false(rate_limit_take(&limit, 5, at_ms(199)));
    assert_true(rate_limit_take(&limit, 5, at_ms(200)));
    assert_false(rate_limit_take(&limit, 5, at_ms(200)));
}

static void steady_rate_is_let_through_for_ever_and_one_more_is_not(void **state)
{
    struct rate_limit steady = {0};
    struct rate_limit over = {0};
    unsigned refused = 0;

    (void)state;
    for (int i = 0; i < 1000; i++)
        assert_true(rate_limit_take(&steady, 10, at_ms(i * 100)));
    for (int i = 0; i < 1000; i++)
        refused += !rate_limit_take(&over, 10, at_ms(i * 90));
    /* in 90 s 900 of the 1000, and the burst of 20, less what flows while it empties */
    assert_in_range(refused, 75, 85);
}

static void idle_time_saves_no_more_than_one_burst(void **state)
{
    struct rate_limit limit = {0};

    (void)state;
    assert_int_equal(taken(&limit, 3, at_ms(0), 100), 6);
    assert_int_equal(taken(&limit, 3, at_ms(3600 * 1000), 100), 6);
}

static void no_limit_lets_all_through_and_a_new_limit_holds_at_once(void **state)
{
    struct rate_limit limit = {0};

    (void)state;
    assert_int_equal(taken(&limit, 0, at_ms(0), 1000), 1000);
    assert_int_equal(taken(&limit, 1, at_ms(0), 1000), 2);
    assert_int_equal(taken(&limit, 100000, at_ms(3000), 300000), 200000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(burst_is_twice_the_rate),
        cmocka_unit_test(steady_rate_is_let_through_for_ever_and_one_more_is_not),
        cmocka_unit_test(idle_time_saves_no_more_than_one_burst),
        cmocka_unit_test(no_limit_lets_all_through_and_a_new_limit_holds_at_once),
    };

    return cmocka_run_group_tests_name("rate_limit", tests, NULL, NULL);
}
