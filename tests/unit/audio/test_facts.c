/* The list of what is not heard: merging, and its bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audio/facts.h"

static void touching_facts_of_one_cause_become_one(void **state)
{
    (void)state;
    struct facts facts;

    facts_init(&facts);
    facts_add(&facts, FACT_LOST, 0, 0, 160, 1);
    facts_add(&facts, FACT_SILENT, 0, 160, 320, 0);
    facts_add(&facts, FACT_LOST, 0, 160, 480, 2);
    facts_add(&facts, FACT_LOST, 0, 640, 800, 1);
    assert_int_equal(facts.count, 3);
    assert_int_equal(facts.list[0].end, 480);
    assert_int_equal(facts.list[0].count, 3);
    assert_int_equal(facts.list[2].start, 640);
    facts_deinit(&facts);
}

static void facts_of_different_detail_stay_apart(void **state)
{
    (void)state;
    struct facts facts;

    facts_init(&facts);
    facts_add(&facts, FACT_UNDECODABLE, 1, 0, 960, 1);
    facts_add(&facts, FACT_UNDECODABLE, 2, 960, 1920, 1);
    facts_add(&facts, FACT_UNDECODABLE, 2, 1920, 2880, 1);
    facts_add(&facts, FACT_UNDECODABLE, 1, 2880, 3840, 1);
    assert_int_equal(facts.count, 3);
    assert_int_equal(facts.list[0].detail, 1);
    assert_int_equal(facts.list[0].end, 960);
    assert_int_equal(facts.list[1].detail, 2);
    assert_int_equal(facts.list[1].end, 2880);
    assert_int_equal(facts.list[1].count, 2);
    assert_int_equal(facts.list[2].detail, 1);
    facts_deinit(&facts);
}

static void empty_stretch_is_no_fact(void **state)
{
    (void)state;
    struct facts facts;

    facts_init(&facts);
    facts_add(&facts, FACT_LOST, 0, 160, 160, 1);
    facts_add(&facts, FACT_LOST, 0, 160, 0, 1);
    assert_int_equal(facts.count, 0);
    facts_deinit(&facts);
}

static void past_the_maximum_the_last_counts_on(void **state)
{
    (void)state;
    struct facts facts;
    uint64_t packets = 0;

    facts_init(&facts);
    for (int64_t i = 0; i < FACTS_MAX; i++)
        facts_add(&facts, FACT_LOST, 0, i * 320, i * 320 + 160, 1);
    assert_int_equal(facts.count, FACTS_MAX);
    assert_int_equal(facts.list[FACTS_MAX - 1].count, 1);
    facts_add(&facts, FACT_LOST, 0, FACTS_MAX * INT64_C(320), FACTS_MAX * INT64_C(320) + 160, 1);
    facts_add(&facts, FACT_LATE, 0, 0, 160, 1); /* none of that cause to count on in */
    assert_int_equal(facts.count, FACTS_MAX);
    assert_int_equal(facts.list[FACTS_MAX - 1].count, 2);
    assert_int_equal(facts.list[FACTS_MAX - 1].end, FACTS_MAX * INT64_C(320) + 160);
    for (size_t i = 0; i < facts.count; i++)
        packets += facts.list[i].count;
    assert_int_equal(packets, FACTS_MAX + 1);
    facts_deinit(&facts);
}

static void packet_count_stays_at_its_maximum(void **state)
{
    (void)state;
    struct facts facts;

    facts_init(&facts);
    facts_add(&facts, FACT_LOST, 0, 0, 1, UINT64_C(1) << 40);
    facts_add(&facts, FACT_LOST, 0, 1, 2, 5);
    assert_int_equal(facts.list[0].count, UINT32_MAX);
    facts_deinit(&facts);
}

static void causes_have_their_names(void **state)
{
    (void)state;
    static const char *const names[FACT_CAUSES] = {
        "lost",   "late",   "concealed",   "silent",   "held",
        "paused", "masked", "undecodable", "overlaid", "unwritten",
    };

    for (int cause = 0; cause < FACT_CAUSES; cause++)
        assert_string_equal(fact_cause_name((enum fact_cause)cause), names[cause]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(touching_facts_of_one_cause_become_one),
        cmocka_unit_test(facts_of_different_detail_stay_apart),
        cmocka_unit_test(empty_stretch_is_no_fact),
        cmocka_unit_test(past_the_maximum_the_last_counts_on),
        cmocka_unit_test(packet_count_stays_at_its_maximum),
        cmocka_unit_test(causes_have_their_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
