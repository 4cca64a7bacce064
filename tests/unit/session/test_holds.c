/* When a leg is on hold, and when it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "session/holds.h"

static void a_hold_lasts_from_its_moment_up_to_the_next(void **state)
{
    struct holds holds = {0};

    (void)state;
    holds_set(&holds, true, 1000);
    assert_false(holds_at(&holds, 999));
    assert_true(holds_at(&holds, 1000));
    assert_true(holds_at(&holds, INT64_MAX - 1));
    holds_set(&holds, false, 2000);
    assert_true(holds_at(&holds, 1999));
    assert_false(holds_at(&holds, 2000));
    holds_deinit(&holds);
}

static void saying_the_same_again_changes_nothing(void **state)
{
    struct holds holds = {0};

    (void)state;
    holds_set(&holds, false, 500);
    assert_int_equal(holds.count, 0);
    holds_set(&holds, true, 1000);
    holds_set(&holds, true, 1500);
    holds_set(&holds, false, 2000);
    holds_set(&holds, false, 2500);
    assert_int_equal(holds.count, 1);
    assert_int_equal(holds.list[0].start_ns, 1000);
    assert_int_equal(holds.list[0].end_ns, 2000);
    holds_deinit(&holds);
}

static void a_hold_that_ended_as_it_began_was_none(void **state)
{
    struct holds holds = {0};

    (void)state;
    holds_set(&holds, true, 1000);
    holds_set(&holds, false, 1000);
    assert_int_equal(holds.count, 0);
    holds_set(&holds, true, 2000);
    holds_set(&holds, false, 3000);
    holds_set(&holds, true, 3000); /* on hold again before anything could be heard */
    assert_int_equal(holds.count, 1);
    assert_true(holds_at(&holds, 3000));
    assert_int_equal(holds_ended(&holds, 3000), 0);
    holds_deinit(&holds);
}

static void talk_between_holds_is_told_apart(void **state)
{
    struct holds holds = {0};

    (void)state;
    for (int64_t at = 1000; at < 4000; at += 1000) {
        holds_set(&holds, true, at);
        holds_set(&holds, false, at + 500);
    }
    assert_int_equal(holds_ended(&holds, 0), 0);
    assert_int_equal(holds_ended(&holds, 1499), 0);
    assert_int_equal(holds_ended(&holds, 1500), 1);
    assert_int_equal(holds_ended(&holds, 2600), 2);
    assert_int_equal(holds_ended(&holds, 9000), 3);
    holds_deinit(&holds);
}

static void what_is_known_reaches_as_far_as_the_hold_and_the_horizon(void **state)
{
    struct holds holds = {0};

    (void)state;
    assert_int_equal(holds_known(&holds, 5000), 0);
    holds_set(&holds, true, 1000);
    assert_int_equal(holds_known(&holds, 999), 0);
    assert_int_equal(holds_known(&holds, 1000), 1000);
    assert_int_equal(holds_known(&holds, 1800), 1800);
    holds_set(&holds, false, 2000);
    assert_int_equal(holds_known(&holds, 1800), 1800);
    assert_int_equal(holds_known(&holds, 9000), 2000);
    holds_set(&holds, true, 7000);
    assert_int_equal(holds_known(&holds, 6000), 2000);
    holds_deinit(&holds);
}

static void past_the_maximum_rather_too_much_is_heard(void **state)
{
    struct holds holds = {0};

    (void)state;
    for (int64_t i = 0; i < HOLDS_MAX; i++) {
        holds_set(&holds, true, i * 1000);
        holds_set(&holds, false, i * 1000 + 500);
    }
    assert_true(holds_at(&holds, (HOLDS_MAX - 1) * 1000));
    holds_set(&holds, true, HOLDS_MAX * 1000);
    assert_int_equal(holds.count, HOLDS_MAX);
    assert_false(holds_at(&holds, HOLDS_MAX * 1000 + 1));
    holds_set(&holds, false, HOLDS_MAX * 1000 + 500);
    assert_int_equal(holds.list[HOLDS_MAX - 1].end_ns, (HOLDS_MAX - 1) * 1000 + 500);
    holds_deinit(&holds);
}

static void past_the_maximum_a_pause_is_never_left_out(void **state)
{
    struct holds holds = {0};

    (void)state;
    assert_int_equal(holds_reserve(&holds), STATUS_OK);
    for (int64_t i = 0; i <= HOLDS_MAX + 1; i++) {
        holds_pause(&holds, true, 0, i * 1000);
        assert_true(holds_at(&holds, i * 1000));
        assert_true(holds_at(&holds, i * 1000 + 499));
        holds_pause(&holds, false, 0, i * 1000 + 500);
        assert_false(holds_at(&holds, i * 1000 + 500));
    }
    assert_int_equal(holds.count, HOLDS_MAX);
    holds_deinit(&holds);
}

static void a_pause_for_another_reason_is_another_one_without_a_gap(void **state)
{
    struct holds holds = {0};

    (void)state;
    assert_int_equal(holds_reserve(&holds), STATUS_OK);
    holds_pause(&holds, true, 1, 1000);
    holds_pause(&holds, true, 1, 1500);
    holds_pause(&holds, true, 2, 2000);
    holds_pause(&holds, true, 3, 2000); /* instead of the one that has just begun */
    holds_pause(&holds, false, 0, 3000);
    assert_int_equal(holds.count, 2);
    assert_int_equal(holds.list[0].start_ns, 1000);
    assert_int_equal(holds.list[0].end_ns, 2000);
    assert_int_equal(holds.list[0].detail, 1);
    assert_int_equal(holds.list[1].start_ns, 2000);
    assert_int_equal(holds.list[1].end_ns, 3000);
    assert_int_equal(holds.list[1].detail, 3);
    holds_deinit(&holds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hold_lasts_from_its_moment_up_to_the_next),
        cmocka_unit_test(saying_the_same_again_changes_nothing),
        cmocka_unit_test(a_hold_that_ended_as_it_began_was_none),
        cmocka_unit_test(talk_between_holds_is_told_apart),
        cmocka_unit_test(what_is_known_reaches_as_far_as_the_hold_and_the_horizon),
        cmocka_unit_test(past_the_maximum_rather_too_much_is_heard),
        cmocka_unit_test(past_the_maximum_a_pause_is_never_left_out),
        cmocka_unit_test(a_pause_for_another_reason_is_another_one_without_a_gap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
