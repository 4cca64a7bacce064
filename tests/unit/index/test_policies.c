/* How a customer's calls are recorded. */
#include "support.h"

#include <string.h>

static struct customer_policy policy_of(struct fixture *fixture, struct uuid customer)
{
    struct customer_policy policy;
    struct fault fault = {0};

    assert_ok(customers_policy(fixture->index, &customer, &policy, &fault), &fault);
    return policy;
}

static void expect_policy(struct customer_policy policy, struct customer_policy expected)
{
    assert_int_equal(policy.mask, expected.mask);
    assert_int_equal(policy.pause_max_s, expected.pause_max_s);
    assert_int_equal(policy.encoder, expected.encoder);
    assert_int_equal(policy.bitrate, expected.bitrate);
    assert_int_equal(policy.complexity, expected.complexity);
}

static void a_new_customer_and_unassigned_have_the_policy_of_all_zeros(void **state)
{
    struct fixture *fixture = *state;
    static const struct customer_policy none;

    expect_policy(policy_of(fixture, add_customer(fixture->index, "1")), none);
    expect_policy(policy_of(fixture, unassigned(fixture->index)), none);
}

static void a_policy_reads_back_as_set_at_its_greatest_and_is_its_customers_alone(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    static const struct customer_policy none;
    const struct customer_policy most = {.mask = POLICY_BOTH,
                                         .pause_max_s = POLICY_PAUSE_S_MAX,
                                         .encoder = POLICY_AUDIO,
                                         .bitrate = POLICY_BITRATE_MAX,
                                         .complexity = POLICY_COMPLEXITY_MAX};
    struct uuid one = add_customer(fixture->index, "1");
    struct uuid two = add_customer(fixture->index, "2");

    assert_ok(customers_set_policy(fixture->index, "1", &most, &fault), &fault);
    expect_policy(policy_of(fixture, one), most);
    expect_policy(policy_of(fixture, two), none);
    assert_ok(customers_set_policy(fixture->index, "1", &none, &fault), &fault);
    expect_policy(policy_of(fixture, one), none);
}

static void expect_refused(struct fixture *fixture, struct customer_policy policy, const char *why)
{
    struct fault fault = {0};

    assert_int_equal(customers_set_policy(fixture->index, "1", &policy, &fault), STATUS_INVALID);
    assert_non_null(strstr(fault.text, why));
}

static void values_past_their_range_are_refused_by_name_and_nothing_changes(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct uuid one = add_customer(fixture->index, "1");
    struct customer_policy least = {.bitrate = POLICY_BITRATE_MIN, .pause_max_s = 1};

    assert_ok(customers_set_policy(fixture->index, "1", &least, &fault), &fault);
    expect_refused(fixture, (struct customer_policy){.pause_max_s = POLICY_PAUSE_S_MAX + 1},
                   "limit of a pause");
    expect_refused(fixture, (struct customer_policy){.bitrate = POLICY_BITRATE_MIN - 1}, "bitrate");
    expect_refused(fixture, (struct customer_policy){.bitrate = POLICY_BITRATE_MAX + 1}, "bitrate");
    expect_refused(fixture, (struct customer_policy){.complexity = POLICY_COMPLEXITY_MAX + 1},
                   "complexity");
    expect_refused(fixture, (struct customer_policy){.mask = (enum policy_parties)4}, "mask");
    expect_refused(fixture, (struct customer_policy){.encoder = (enum policy_encoder)3}, "encoder");
    expect_policy(policy_of(fixture, one), least);
}

static void nobodys_policy_is_not_found(void **state)
{
    struct fixture *fixture = *state;
    static const struct customer_policy none;
    struct customer_policy policy = {.bitrate = 9999};
    struct uuid nobody = uuid_new(clock_wall_now());

    assert_int_equal(customers_policy(fixture->index, &nobody, &policy, NULL), STATUS_NOT_FOUND);
    assert_int_equal(policy.bitrate, 9999);
    assert_int_equal(customers_set_policy(fixture->index, "9", &none, NULL), STATUS_NOT_FOUND);
}

static void parties_are_found_by_their_names(void **state)
{
    enum policy_parties parties = POLICY_NOBODY;

    (void)state;
    for (unsigned i = POLICY_NOBODY; i <= POLICY_BOTH; i++) {
        assert_int_equal(policy_parties_find(policy_parties_name((enum policy_parties)i), &parties),
                         STATUS_OK);
        assert_int_equal(parties, i);
    }
    assert_int_equal(policy_parties_find("unknown", &parties), STATUS_NOT_FOUND);
    assert_int_equal(parties, POLICY_BOTH);
    assert_string_equal(policy_parties_name((enum policy_parties)(POLICY_BOTH + 1)), "unknown");
}

int main(void)
{
#define WITH_INDEX(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_INDEX(a_new_customer_and_unassigned_have_the_policy_of_all_zeros),
        WITH_INDEX(a_policy_reads_back_as_set_at_its_greatest_and_is_its_customers_alone),
        WITH_INDEX(values_past_their_range_are_refused_by_name_and_nothing_changes),
        WITH_INDEX(nobodys_policy_is_not_found),
        cmocka_unit_test(parties_are_found_by_their_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
