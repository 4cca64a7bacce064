/* store_policy: what customers and sources want, in the words of the session. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "ingest/store_policy.h"
#include "net/address.h"
#include "storage/index/customers.h"
#include "unit/index_files.h"

struct fixture {
    struct index_files files;
    struct index *index;
    struct uuid customer;
};

static void assert_ok(enum status status, const struct fault *fault)
{
    if (status != STATUS_OK)
        fail_msg("%s: %s", status_name(status), fault->text);
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct customer customer = {.number = "10020030", .name = "Nordlys"};
    struct fault fault = {0};

    assert_non_null(fixture);
    fixture->index = index_files_make(&fixture->files);
    customer.created = clock_wall_now();
    customer.id = uuid_new(customer.created);
    fixture->customer = customer.id;
    assert_ok(customers_add(fixture->index, &customer, NULL, &fault), &fault);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    index_close(fixture->index);
    index_files_remove(&fixture->files);
    free(fixture);
    return 0;
}

static void add_source(struct fixture *fixture, const char *pause, const char *resume)
{
    struct source source = {.name = "pbx", .prefix_bits = 8, .channels = 3};
    struct fault fault = {0};

    (void)snprintf(source.pause_code, sizeof source.pause_code, "%s", pause);
    (void)snprintf(source.resume_code, sizeof source.resume_code, "%s", resume);
    assert_int_equal(address_parse("127.0.0.0", 0, &source.address), STATUS_OK);
    assert_ok(sources_add(fixture->index, &source, &fault), &fault);
}

static struct recording_policy find(struct fixture *fixture, const char *source)
{
    struct recording_policy policy;
    struct fault fault = {0};

    assert_ok(store_policy_find(fixture->index, &fixture->customer, source, &policy, &fault),
              &fault);
    assert_int_equal(fault.text[0], '\0');
    return policy;
}

static void set(struct fixture *fixture, const struct customer_policy *policy)
{
    struct fault fault = {0};

    assert_ok(customers_set_policy(fixture->index, "10020030", policy, &fault), &fault);
}

static void where_nobody_said_anything_nothing_is_masked_limited_or_matched(void **state)
{
    static const struct recording_policy nothing = {.pause_code = ""};
    struct fixture *fixture = *state;

    const struct recording_policy policy = find(fixture, "gone by now");
    assert_int_equal(policy.mask_channels, nothing.mask_channels);
    assert_int_equal(policy.pause_max_ms, 0);
    assert_string_equal(policy.pause_code, "");
    assert_string_equal(policy.resume_code, "");
    assert_int_equal(policy.encoder.bitrate, 0);
    assert_int_equal(policy.encoder.complexity, 0);
    assert_int_equal(policy.encoder.application, OPUS_LOW_DELAY);
    assert_int_equal(policy.channels, 0);
}

static void what_the_customer_and_the_source_want_is_what_is_done(void **state)
{
    struct fixture *fixture = *state;

    add_source(fixture, "*1", "*2");
    set(fixture, &(struct customer_policy){.mask = POLICY_CALLER,
                                           .pause_max_s = 90,
                                           .encoder = POLICY_AUDIO,
                                           .bitrate = 32000,
                                           .complexity = 7});
    const struct recording_policy policy = find(fixture, "pbx");
    assert_int_equal(policy.mask_channels, 1 << RECORDING_LEFT);
    assert_int_equal(policy.pause_max_ms, 90000);
    assert_string_equal(policy.pause_code, "*1");
    assert_string_equal(policy.resume_code, "*2");
    assert_int_equal(policy.encoder.bitrate, 32000);
    assert_int_equal(policy.encoder.complexity, 7);
    assert_int_equal(policy.encoder.application, OPUS_MUSIC);
    assert_int_equal(policy.channels, 3);
}

static void the_caller_is_left_and_the_called_right(void **state)
{
    (void)state;
    assert_int_equal(store_policy_channels(POLICY_NOBODY), 0);
    assert_int_equal(store_policy_channels(POLICY_CALLER), 1 << RECORDING_LEFT);
    assert_int_equal(store_policy_channels(POLICY_CALLED), 1 << RECORDING_RIGHT);
    assert_int_equal(store_policy_channels(POLICY_BOTH), RECORDING_BOTH);
}

static void customer_that_is_unknown_has_no_policy(void **state)
{
    struct fixture *fixture = *state;
    struct recording_policy policy;
    struct fault fault = {0};
    const struct uuid nobody = uuid_new(clock_wall_now());

    assert_int_equal(store_policy_find(fixture->index, &nobody, "", &policy, &fault),
                     STATUS_NOT_FOUND);
}

#define WITH_INDEX(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_INDEX(where_nobody_said_anything_nothing_is_masked_limited_or_matched),
        WITH_INDEX(what_the_customer_and_the_source_want_is_what_is_done),
        cmocka_unit_test(the_caller_is_left_and_the_called_right),
        WITH_INDEX(customer_that_is_unknown_has_no_policy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
