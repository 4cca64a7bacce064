/* Who guesses is slowed, and nobody else; on a simulated clock. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sodium.h>

#include "net/address.h"
#include "web/api/throttle.h"

static const mono_time start = {.ns = INT64_C(1000) * CLOCK_NS_PER_S};

static mono_time after_ms(mono_time time, int64_t ms)
{
    return (mono_time){.ns = time.ns + ms * CLOCK_NS_PER_MS};
}

static struct sockaddr_storage peer(const char *text)
{
    struct sockaddr_storage address;

    assert_int_equal(address_parse(text, 0, &address), STATUS_OK);
    return address;
}

static int set_up(void **state)
{
    return throttle_create((struct throttle **)state) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    throttle_destroy(*state);
    return 0;
}

/* Try at a moment: 0 where admitted, else the seconds to wait. */
static unsigned try(struct throttle *throttle, const char *address, const char *customer,
                    mono_time now)
{
    struct sockaddr_storage from = peer(address);
    unsigned retry_after_s = 0;

    if (throttle_admit(throttle, &from, customer, now, &retry_after_s))
        return 0;
    assert_true(retry_after_s > 0);
    return retry_after_s;
}

static void first_attempts_are_not_slowed(void **state)
{
    for (int i = 0; i < THROTTLE_FREE_ATTEMPTS; i++)
        assert_int_equal(try(*state, "10.0.0.1", "100", start), 0);
    assert_int_equal(try(*state, "10.0.0.1", "100", start), 1);
}

static void each_failure_doubles_the_wait_up_to_a_minute(void **state)
{
    static const unsigned waits[] = {1, 2, 4, 8, 16, 32, 60, 60, 60};
    mono_time now = start;

    for (int i = 0; i < THROTTLE_FREE_ATTEMPTS; i++)
        assert_int_equal(try(*state, "10.0.0.1", "100", now), 0);
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        assert_int_equal(try(*state, "10.0.0.1", "100", now), waits[i]);
        now = after_ms(now, (int64_t)waits[i] * 1000 - 1);
        assert_int_equal(try(*state, "10.0.0.1", "100", now), 1);
        now = after_ms(now, 1);
        assert_int_equal(try(*state, "10.0.0.1", "100", now), 0);
    }
}

static void address_is_slowed_over_all_customers(void **state)
{
    char customer[16];

    for (int i = 0; i < THROTTLE_FREE_ATTEMPTS; i++) {
        (void)snprintf(customer, sizeof customer, "%d", i);
        assert_int_equal(try(*state, "10.0.0.1", customer, start), 0);
    }
    assert_int_equal(try(*state, "10.0.0.1", "other", start), 1);
    assert_int_equal(try(*state, "10.0.0.2", "other", start), 0);
}

static void one_ipv6_network_is_one_address(void **state)
{
    for (int i = 0; i < THROTTLE_FREE_ATTEMPTS; i++)
        assert_int_equal(try(*state, i % 2 ? "2001:db8::1" : "2001:db8::ffff:1", "100", start), 0);
    assert_int_equal(try(*state, "2001:db8::77", "200", start), 1);
    assert_int_equal(try(*state, "2001:db8:0:1::1", "200", start), 0);
}

/* Many addresses guess one customer's PIN. */
static void besiege(struct throttle *throttle, const char *customer, mono_time now)
{
    char address[32];

    for (unsigned i = 0; i < 200; i++) {
        (void)snprintf(address, sizeof address, "192.0.2.%u", i);
        (void)try(throttle, address, customer, now);
    }
}

static void customer_under_attack_waits_a_few_seconds_once(void **state)
{
    mono_time now = start;

    for (int i = 0; i < 60; i++) {
        besiege(*state, "100", now);
        now = after_ms(now, 1000);
    }
    unsigned wait = try(*state, "10.0.0.1", "100", now);
    assert_in_range(wait, 1, THROTTLE_CUSTOMER_MAX_S);
    /* The strangers go on; none of them can take the customer's place. */
    for (unsigned i = 0; i < wait; i++) {
        now = after_ms(now, 1000);
        besiege(*state, "100", now);
    }
    assert_int_equal(try(*state, "10.0.0.1", "100", now), 0);
    assert_int_equal(try(*state, "10.0.0.1", "200", now), 0);
}

static void guesses_from_a_new_address_are_slowed_for_an_attacked_customer(void **state)
{
    besiege(*state, "100", start);
    assert_in_range(try(*state, "198.51.100.7", "100", start), 1, THROTTLE_CUSTOMER_MAX_S);
}

static void right_pin_forgets_the_failures(void **state)
{
    struct sockaddr_storage from = peer("10.0.0.1");

    for (int i = 0; i < THROTTLE_FREE_ATTEMPTS; i++)
        assert_int_equal(try(*state, "10.0.0.1", "100", start), 0);
    throttle_succeeded(*state, &from, "100", start);
    assert_int_equal(try(*state, "10.0.0.2", "100", start), 0);
    assert_int_equal(try(*state, "10.0.0.1", "100", start), 0);
}

/* Someone with an account of their own must not wash a guessing address clean by signing in. */
static void own_sign_in_does_not_excuse_guesses_at_others(void **state)
{
    struct sockaddr_storage from = peer("10.0.0.1");
    mono_time now = start;
    unsigned admitted = 0;

    for (int i = 0; i < 600; i++, now = after_ms(now, 1000)) {
        admitted += try(*state, "10.0.0.1", "victim", now) == 0;
        if (try(*state, "10.0.0.1", "mine", now) == 0)
            throttle_succeeded(*state, &from, "mine", now);
    }
    assert_in_range(admitted, 1, 25);
}

static void attempt_that_was_not_tried_is_not_counted(void **state)
{
    struct sockaddr_storage from = peer("10.0.0.1");

    for (int i = 0; i < 50; i++) {
        assert_int_equal(try(*state, "10.0.0.1", "100", start), 0);
        throttle_refund(*state, &from, "100", start);
    }
}

static void failures_are_forgotten_after_a_quiet_while(void **state)
{
    mono_time later = after_ms(start, (int64_t)THROTTLE_FORGET_S * 1000 + 1);

    for (int i = 0; i < THROTTLE_FREE_ATTEMPTS; i++)
        assert_int_equal(try(*state, "10.0.0.1", "100", start), 0);
    for (int i = 0; i < THROTTLE_FREE_ATTEMPTS; i++)
        assert_int_equal(try(*state, "10.0.0.1", "100", later), 0);
    assert_int_equal(try(*state, "10.0.0.1", "100", later), 1);
}

static void more_strangers_than_entries_do_no_harm(void **state)
{
    char address[32];

    for (unsigned i = 0; i < 3 * THROTTLE_ENTRIES; i++) {
        (void)snprintf(address, sizeof address, "10.%u.%u.%u", i >> 16, (i >> 8) & 255, i & 255);
        assert_int_equal(try(*state, address, address, after_ms(start, i)), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(first_attempts_are_not_slowed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_failure_doubles_the_wait_up_to_a_minute, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(address_is_slowed_over_all_customers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_ipv6_network_is_one_address, set_up, tear_down),
        cmocka_unit_test_setup_teardown(customer_under_attack_waits_a_few_seconds_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            guesses_from_a_new_address_are_slowed_for_an_attacked_customer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(right_pin_forgets_the_failures, set_up, tear_down),
        cmocka_unit_test_setup_teardown(own_sign_in_does_not_excuse_guesses_at_others, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(attempt_that_was_not_tried_is_not_counted, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(failures_are_forgotten_after_a_quiet_while, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(more_strangers_than_entries_do_no_harm, set_up, tear_down),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
