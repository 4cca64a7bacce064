#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tools/callgen/plan.h"

enum { PACKETS = 20000 };

static struct plan make(const struct plan_impairment *impairment, uint32_t packets, uint64_t seed)
{
    struct plan plan = {0};
    struct random_lane lane = random_lane(seed, 1);
    assert_int_equal(plan_make(impairment, packets, &lane, &plan), STATUS_OK);
    return plan;
}

static unsigned count(const struct plan *plan, unsigned mark)
{
    unsigned found = 0;
    for (uint32_t i = 0; i < plan->packets; i++) {
        found += (plan->marks[i] & mark) != 0;
    }
    return found;
}

static void plain_plan_is_one_packet_every_20_ms(void **state)
{
    (void)state;
    struct plan plan = make(&(struct plan_impairment){0}, 500, 1);
    assert_int_equal(plan.events, 500);
    for (uint32_t i = 0; i < 500; i++) {
        assert_int_equal(plan.event[i].packet, i);
        assert_int_equal(plan.event[i].at_ms, i * 20);
        assert_int_equal(plan.marks[i], 0);
    }
    plan_deinit(&plan);
}

static void shares_are_kept_within_chance(void **state)
{
    (void)state;
    struct plan_impairment impairment = {0.05, 0.10, 0.20, 200, 0};
    struct plan plan = make(&impairment, PACKETS, 7);
    assert_in_range(count(&plan, PLAN_WITHHELD), 850, 1150);
    assert_in_range(count(&plan, PLAN_DUPLICATED), 1750, 2050);
    assert_in_range(count(&plan, PLAN_REORDERED), 3600, 4000);
    assert_int_equal(plan.events,
                     PACKETS - count(&plan, PLAN_WITHHELD) + count(&plan, PLAN_DUPLICATED));
    plan_deinit(&plan);
}

static void withheld_packets_are_never_sent_and_the_others_are(void **state)
{
    (void)state;
    struct plan_impairment impairment = {0.3, 0.3, 0.3, 100, 30};
    struct plan plan = make(&impairment, PACKETS, 8);
    static uint8_t sent[PACKETS];
    memset(sent, 0, sizeof(sent));
    for (uint32_t i = 0; i < plan.events; i++) {
        sent[plan.event[i].packet]++;
        assert_true(i == 0 || plan.event[i].at_ms >= plan.event[i - 1].at_ms);
    }
    for (uint32_t i = 0; i < PACKETS; i++) {
        unsigned expected = plan.marks[i] & PLAN_WITHHELD     ? 0
                            : plan.marks[i] & PLAN_DUPLICATED ? 2
                                                              : 1;
        assert_int_equal(sent[i], expected);
    }
    plan_deinit(&plan);
}

static void first_and_last_packet_survive_total_loss(void **state)
{
    (void)state;
    struct plan_impairment impairment = {1, 0, 1, 200, 0};
    struct plan plan = make(&impairment, 100, 1);
    assert_int_equal(plan.events, 2);
    assert_int_equal(plan.event[0].packet, 0);
    assert_int_equal(plan.event[0].at_ms, 0);
    assert_int_equal(plan.event[1].packet, 99);
    assert_int_equal(plan.event[1].at_ms, 99 * 20);
    plan_deinit(&plan);
    plan = make(&impairment, 1, 1);
    assert_int_equal(plan.events, 1);
    plan_deinit(&plan);
}

static void held_back_packets_come_that_much_later(void **state)
{
    (void)state;
    struct plan_impairment impairment = {0, 0, 0.1, 200, 0};
    struct plan plan = make(&impairment, 1000, 3);
    for (uint32_t i = 0; i < plan.events; i++) {
        uint32_t packet = plan.event[i].packet;
        uint32_t delay = plan.marks[packet] & PLAN_REORDERED ? 200 : 0;
        assert_int_equal(plan.event[i].at_ms, packet * 20 + delay);
    }
    plan_deinit(&plan);
}

static void loss_of_a_seed_does_not_move_with_other_impairments(void **state)
{
    (void)state;
    struct plan_impairment loss = {0.1, 0, 0, 0, 0};
    struct plan_impairment all = {0.1, 0.2, 0.2, 60, 15};
    struct plan one = make(&loss, 1000, 11);
    struct plan other = make(&all, 1000, 11);
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(one.marks[i] & PLAN_WITHHELD, other.marks[i] & PLAN_WITHHELD);
    }
    plan_deinit(&one);
    plan_deinit(&other);
}

static void lanes_of_one_seed_differ(void **state)
{
    (void)state;
    struct random_lane one = random_lane(1, 1);
    struct random_lane same = random_lane(1, 1);
    struct random_lane other = random_lane(1, 2);
    uint64_t first = random_next(&one);
    assert_true(first == random_next(&same));
    assert_true(first != random_next(&other));
    for (unsigned i = 0; i < 1000; i++) {
        assert_in_range(random_upto(&one, 3), 0, 3);
    }
    assert_int_equal(random_upto(&one, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_plan_is_one_packet_every_20_ms),
        cmocka_unit_test(shares_are_kept_within_chance),
        cmocka_unit_test(withheld_packets_are_never_sent_and_the_others_are),
        cmocka_unit_test(first_and_last_packet_survive_total_loss),
        cmocka_unit_test(held_back_packets_come_that_much_later),
        cmocka_unit_test(loss_of_a_seed_does_not_move_with_other_impairments),
        cmocka_unit_test(lanes_of_one_seed_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
