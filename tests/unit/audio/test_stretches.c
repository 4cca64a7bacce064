/* Sets of positions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "audio/stretches.h"

/* How many positions it holds. */
static int64_t length_of(struct stretches *set)
{
    int64_t length = 0;

    stretches_sort(set);
    for (size_t i = 0; i < set->count; i++)
        length += set->list[i].end - set->list[i].start;
    return length;
}

static void stretches_that_touch_or_overlap_become_one(void **state)
{
    (void)state;
    struct stretches set = {0};

    stretches_add(&set, 0, 10);
    stretches_add(&set, 10, 20);
    stretches_add(&set, 15, 18);
    stretches_add(&set, 15, 30);
    stretches_add(&set, 31, 40);
    stretches_add(&set, 50, 50);
    stretches_add(&set, 60, 55);
    assert_int_equal(length_of(&set), 39);
    assert_int_equal(set.count, 2);
    assert_int_equal(set.list[0].end, 30);
    assert_int_equal(set.list[1].start, 31);
    assert_false(set.crowded);
    stretches_deinit(&set);
    assert_int_equal(length_of(&set), 0);
}

static void order_of_adding_does_not_matter(void **state)
{
    (void)state;
    struct stretches set = {0};

    stretches_add(&set, 100, 110);
    stretches_add(&set, -20, -10);
    stretches_add(&set, 90, 100);
    stretches_add(&set, 40, 50);
    stretches_add(&set, -10, 5);
    stretches_sort(&set);
    assert_int_equal(set.count, 3);
    assert_int_equal(set.list[0].start, -20);
    assert_int_equal(set.list[0].end, 5);
    assert_int_equal(set.list[1].start, 40);
    assert_int_equal(set.list[2].start, 90);
    assert_int_equal(set.list[2].end, 110);
    stretches_deinit(&set);
}

static void what_is_taken_away_may_split_and_end_stretches(void **state)
{
    (void)state;
    struct stretches set = {0};
    struct stretches others = {0};

    stretches_add(&set, 0, 100);
    stretches_add(&set, 200, 300);
    stretches_add(&others, 90, 210);
    stretches_add(&others, 20, 30);
    stretches_add(&others, 300, 400);
    stretches_add(&others, -5, 1);
    stretches_subtract(&set, &others);
    assert_int_equal(set.count, 3);
    assert_int_equal(set.list[0].start, 1);
    assert_int_equal(set.list[0].end, 20);
    assert_int_equal(set.list[1].start, 30);
    assert_int_equal(set.list[1].end, 90);
    assert_int_equal(set.list[2].start, 210);
    assert_int_equal(set.list[2].end, 300);
    assert_int_equal(length_of(&others), 6 + 10 + 120 + 100);
    stretches_subtract(&others, &(struct stretches){0});
    assert_int_equal(others.count, 4);
    stretches_deinit(&set);
    stretches_deinit(&others);
}

static void nothing_is_left_of_a_set_less_itself(void **state)
{
    (void)state;
    struct stretches set = {0};
    struct stretches same = {0};

    for (int64_t i = 0; i < 100; i++) {
        stretches_add(&set, i * 10, i * 10 + 5);
        stretches_add(&same, i * 10, i * 10 + 5);
    }
    stretches_subtract(&set, &same);
    assert_int_equal(set.count, 0);
    stretches_add(&set, 7, 9);
    assert_int_equal(length_of(&set), 2);
    stretches_deinit(&set);
    stretches_deinit(&same);
}

static void past_the_maximum_what_comes_joins_the_last(void **state)
{
    (void)state;
    struct stretches set = {0};

    for (int64_t i = 0; i < STRETCHES_MAX; i++)
        stretches_add(&set, i * 10, i * 10 + 5);
    assert_int_equal(set.count, STRETCHES_MAX);
    assert_false(set.crowded);
    stretches_add(&set, STRETCHES_MAX * INT64_C(10), STRETCHES_MAX * INT64_C(10) + 5);
    assert_true(set.crowded);
    assert_int_equal(set.count, STRETCHES_MAX);
    assert_int_equal(length_of(&set), STRETCHES_MAX * INT64_C(5) + 10);
    stretches_add(&set, 7, 8); /* out of order: all behind it is one then */
    assert_int_equal(length_of(&set), STRETCHES_MAX * INT64_C(10) + 5 - 7 + 5);
    assert_int_equal(set.count, 2);
    stretches_deinit(&set);
}

/* The same stretches again and again, never in order, take no more room than they need. */
static void repeated_stretches_do_not_crowd(void **state)
{
    (void)state;
    struct stretches set = {0};

    for (int64_t i = 0; i < INT64_C(3) * STRETCHES_MAX; i++)
        stretches_add(&set, i * 7919 % 1000 * 10, i * 7919 % 1000 * 10 + 5);
    assert_false(set.crowded);
    assert_true(set.cap < 5000);
    assert_int_equal(length_of(&set), 5000);
    assert_int_equal(set.count, 1000);
    stretches_deinit(&set);
}

/* The same the slow way: a flag for each position. */
enum { MODEL_LENGTH = 3000 };

static void add_random(struct stretches *set, bool model[MODEL_LENGTH], unsigned *seed)
{
    int64_t at = 0;
    bool ordered = rand_r(seed) % 2;

    for (int adds = rand_r(seed) % 120; adds > 0; adds--) {
        at = ordered ? at + rand_r(seed) % 60 : rand_r(seed) % MODEL_LENGTH;
        int64_t end = at + rand_r(seed) % 40;
        if (end > MODEL_LENGTH)
            break;
        stretches_add(set, at, end);
        for (int64_t i = at; i < end; i++)
            model[i] = true;
    }
}

static void assert_like_model(struct stretches *set, const bool model[MODEL_LENGTH])
{
    size_t index = 0;
    int64_t length = 0;

    stretches_sort(set);
    for (int64_t at = 0; at < MODEL_LENGTH; at++) {
        length += model[at];
        if (!model[at] || (at > 0 && model[at - 1]))
            continue;
        int64_t end = at;
        while (end < MODEL_LENGTH && model[end])
            end++;
        assert_true(index < set->count);
        assert_int_equal(set->list[index].start, at);
        assert_int_equal(set->list[index].end, end);
        index++;
    }
    assert_int_equal(set->count, index);
    assert_int_equal(length_of(set), length);
}

static void sets_equal_their_slow_model(void **state)
{
    (void)state;
    unsigned seed = 1;

    for (int run = 0; run < 1000; run++) {
        struct stretches set = {0};
        struct stretches others = {0};
        bool model[MODEL_LENGTH] = {false};
        bool model_others[MODEL_LENGTH] = {false};

        add_random(&set, model, &seed);
        add_random(&others, model_others, &seed);
        if (run % 2)
            assert_like_model(&set, model);
        stretches_subtract(&set, &others);
        for (size_t at = 0; at < MODEL_LENGTH; at++)
            model[at] = model[at] && !model_others[at];
        assert_like_model(&set, model);
        assert_like_model(&others, model_others);
        add_random(&set, model, &seed); /* what was left over is a set like any other */
        assert_like_model(&set, model);
        assert_false(set.crowded || others.crowded);
        stretches_deinit(&set);
        stretches_deinit(&others);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stretches_that_touch_or_overlap_become_one),
        cmocka_unit_test(order_of_adding_does_not_matter),
        cmocka_unit_test(what_is_taken_away_may_split_and_end_stretches),
        cmocka_unit_test(nothing_is_left_of_a_set_less_itself),
        cmocka_unit_test(past_the_maximum_what_comes_joins_the_last),
        cmocka_unit_test(repeated_stretches_do_not_crowd),
        cmocka_unit_test(sets_equal_their_slow_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
