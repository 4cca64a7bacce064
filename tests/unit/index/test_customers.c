/* Customers, numbers, sources, and whose a call is. */
#include "support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static void expect_digits(const char *number, const char *expected)
{
    char digits[BOUND_NUMBER_BYTES] = "untouched";

    number_digits(number, digits);
    assert_string_equal(digits, expected);
}

static void numbers_written_differently_have_the_same_digits(void **state)
{
    (void)state;
    expect_digits("+45 88 30 30 80", "4588303080");
    expect_digits("004588303080", "4588303080");
    expect_digits("4588303080", "4588303080");
    expect_digits("(45) 88-30.30/80", "4588303080");
    expect_digits(" +45\t88303080 ", "4588303080");
    expect_digits("+0045", "0045");
    expect_digits("0", "0");
    expect_digits("00", "");
    expect_digits("", "");
}

static void names_and_service_codes_have_no_digits(void **state)
{
    (void)state;
    expect_digits("anna", "");
    expect_digits("4588a", "");
    expect_digits("*21#", "");
    expect_digits("45+88", "");
    expect_digits("anonymous", "");
}

static void digits_at_the_maximum_are_kept_and_one_past_it_dropped(void **state)
{
    char number[BOUND_NUMBER_BYTES + 2];

    (void)state;
    memset(number, '7', sizeof number);
    number[BOUND_NUMBER_BYTES - 1] = '\0';
    expect_digits(number, number);
    number[BOUND_NUMBER_BYTES - 1] = '7';
    number[BOUND_NUMBER_BYTES] = '\0';
    expect_digits(number, "");
}

static enum status try_customer(struct index *index, const char *number, const char *name)
{
    struct customer customer = {.id = uuid_new(clock_wall_now()), .created = clock_wall_now()};

    (void)snprintf(customer.number, sizeof customer.number, "%s", number);
    (void)snprintf(customer.name, sizeof customer.name, "%s", name);
    return customers_add(index, &customer, NULL, NULL);
}

static void customer_numbers_are_checked(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(try_customer(fixture->index, "", "Name"), STATUS_INVALID);
    assert_int_equal(try_customer(fixture->index, "8830 3080", "Name"), STATUS_INVALID);
    assert_int_equal(try_customer(fixture->index, "88303080", ""), STATUS_INVALID);
    assert_int_equal(try_customer(fixture->index, "a23456789-123456789-123456789-12", "Name"),
                     STATUS_OK);
    assert_int_equal(try_customer(fixture->index, "a23456789-123456789-123456789-123", "Name"),
                     STATUS_INVALID);
    assert_int_equal(try_customer(fixture->index, CUSTOMER_UNASSIGNED, "Name"), STATUS_EXISTS);
}

static void a_customer_is_found_as_added_and_the_pin_is_replaced(void **state)
{
    static const struct sealed_pin none = {{0}};
    static const struct sealed_pin other = {"as it was sealed"};
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct customer customer = {0};
    struct sealed_pin pin = other;
    struct uuid id = add_customer(fixture->index, "88303080");

    assert_ok(customers_pin(fixture->index, "88303080", &customer, &pin, &fault), &fault);
    assert_true(uuid_equal(customer.id, id));
    assert_string_equal(customer.name, "Customer 88303080");
    assert_memory_equal(&pin, &none, sizeof pin);
    assert_ok(customers_set_pin(fixture->index, "88303080", &other, &fault), &fault);
    assert_ok(customers_pin(fixture->index, "88303080", &customer, &pin, &fault), &fault);
    assert_memory_equal(&pin, &other, sizeof pin);
    assert_int_equal(customers_set_pin(fixture->index, "9", &none, &fault), STATUS_NOT_FOUND);
    assert_int_equal(customers_pin(fixture->index, "9", &customer, &pin, &fault), STATUS_NOT_FOUND);
    assert_memory_equal(&pin, &other, sizeof pin);
    assert_int_equal(try_customer(fixture->index, "88303080", "Again"), STATUS_EXISTS);
}

static void count_customer(void *context, const struct customer *customer)
{
    char *seen = context;

    (void)strcat(strcat(seen, customer->number), " ");
}

static void customers_are_listed_by_number_with_unassigned(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    char seen[128] = "";

    (void)add_customer(fixture->index, "2");
    (void)add_customer(fixture->index, "1");
    assert_ok(customers_list(fixture->index, count_customer, seen, &fault), &fault);
    assert_string_equal(seen, "1 2 unassigned ");
}

static enum status add_number(struct fixture *fixture, const char *customer, const char *first,
                              const char *last)
{
    return numbers_add(fixture->index, customer, first, last, NULL);
}

static void overlapping_ranges_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};

    (void)add_customer(fixture->index, "1");
    (void)add_customer(fixture->index, "2");
    assert_int_equal(add_number(fixture, "1", "4588303080", "4588303099"), STATUS_OK);
    assert_int_equal(add_number(fixture, "2", "4588303080", "4588303080"), STATUS_EXISTS);
    assert_int_equal(add_number(fixture, "2", "4588303099", "4588303199"), STATUS_EXISTS);
    assert_int_equal(add_number(fixture, "2", "4588303000", "4588303080"), STATUS_EXISTS);
    assert_int_equal(add_number(fixture, "2", "4588303000", "4588304000"), STATUS_EXISTS);
    assert_int_equal(add_number(fixture, "2", "4588303085", "4588303086"), STATUS_EXISTS);
    assert_int_equal(add_number(fixture, "1", "4588303085", "4588303086"), STATUS_EXISTS);
    assert_int_equal(add_number(fixture, "2", "4588303100", "4588303100"), STATUS_OK);
    assert_int_equal(add_number(fixture, "2", "4588303079", "4588303079"), STATUS_OK);
    assert_int_equal(add_number(fixture, "2", "88303080", "88303099"), STATUS_OK);
    assert_int_equal(numbers_add(fixture->index, "2", "+45 88303099", "+45 88303099", &fault),
                     STATUS_EXISTS);
    assert_non_null(strstr(fault.text, "4588303080-4588303099"));
    assert_non_null(strstr(fault.text, "customer 1"));
}

static void malformed_ranges_are_refused(void **state)
{
    struct fixture *fixture = *state;

    (void)add_customer(fixture->index, "1");
    assert_int_equal(add_number(fixture, "1", "", ""), STATUS_INVALID);
    assert_int_equal(add_number(fixture, "1", "anna", "anna"), STATUS_INVALID);
    assert_int_equal(add_number(fixture, "1", "10", "9"), STATUS_INVALID);
    assert_int_equal(add_number(fixture, "1", "20", "19"), STATUS_INVALID);
    assert_int_equal(add_number(fixture, "9", "19", "20"), STATUS_NOT_FOUND);
}

static void list_number(void *context, const struct customer_number *number)
{
    char *seen = context;

    (void)sprintf(seen + strlen(seen), "%s:%s-%s ", number->customer, number->first, number->last);
}

static void numbers_are_listed_by_customer_and_first(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    char seen[256] = "";

    (void)add_customer(fixture->index, "1");
    (void)add_customer(fixture->index, "2");
    assert_int_equal(add_number(fixture, "2", "20", "29"), STATUS_OK);
    assert_int_equal(add_number(fixture, "1", "40", "49"), STATUS_OK);
    assert_int_equal(add_number(fixture, "1", "30", "30"), STATUS_OK);
    assert_ok(numbers_list(fixture->index, list_number, seen, &fault), &fault);
    assert_string_equal(seen, "1:30-30 1:40-49 2:20-29 ");
}

static struct sockaddr_storage address_of(const char *text)
{
    struct sockaddr_storage address = {0};
    struct sockaddr_in *in = (struct sockaddr_in *)&address;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;

    if (inet_pton(AF_INET, text, &in->sin_addr) == 1)
        address.ss_family = AF_INET;
    else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1)
        address.ss_family = AF_INET6;
    else
        fail_msg("no address: %s", text);
    return address;
}

static enum status add_source(struct fixture *fixture, const char *name, const char *address,
                              unsigned prefix_bits, const char *customer)
{
    struct source source = {.address = address_of(address), .prefix_bits = prefix_bits};

    (void)snprintf(source.name, sizeof source.name, "%s", name);
    (void)snprintf(source.customer, sizeof source.customer, "%s", customer);
    return sources_add(fixture->index, &source, NULL);
}

static struct call_owner owner_of(struct fixture *fixture, const char *caller, const char *called,
                                  const char *source)
{
    struct call_owner owner = {0};
    struct fault fault = {0};

    assert_ok(call_owner_find(fixture->index, caller, called, source, &owner, &fault), &fault);
    return owner;
}

static void expect_owner(struct call_owner owner, struct uuid customer,
                         enum call_direction direction)
{
    assert_true(uuid_equal(owner.customer, customer));
    assert_string_equal(call_direction_name(owner.direction), call_direction_name(direction));
}

static void sources_are_checked(void **state)
{
    struct fixture *fixture = *state;
    struct source nowhere = {.name = "nowhere"};

    assert_int_equal(add_source(fixture, "a", "10.0.0.1", 24, ""), STATUS_INVALID);
    assert_int_equal(add_source(fixture, "a", "10.0.0.0", 33, ""), STATUS_INVALID);
    assert_int_equal(add_source(fixture, "a", "2001:db8::1", 64, ""), STATUS_INVALID);
    assert_int_equal(add_source(fixture, "a", "2001:db8::", 129, ""), STATUS_INVALID);
    assert_int_equal(add_source(fixture, "a", "::ffff:10.0.0.0", 95, ""), STATUS_INVALID);
    assert_int_equal(add_source(fixture, "", "10.0.0.0", 24, ""), STATUS_INVALID);
    assert_int_equal(add_source(fixture, "a\nb", "10.0.0.0", 24, ""), STATUS_INVALID);
    assert_int_equal(add_source(fixture, "a", "10.0.0.0", 24, "9"), STATUS_NOT_FOUND);
    assert_int_equal(sources_add(fixture->index, &nowhere, NULL), STATUS_INVALID);
    assert_int_equal(add_source(fixture, "a", "10.0.0.0", 24, ""), STATUS_OK);
    assert_int_equal(add_source(fixture, "a", "10.0.1.0", 24, ""), STATUS_EXISTS);
    assert_int_equal(add_source(fixture, "b", "10.0.0.0", 24, ""), STATUS_EXISTS);
    assert_int_equal(add_source(fixture, "b", "::ffff:10.0.0.0", 120, ""), STATUS_EXISTS);
    assert_int_equal(add_source(fixture, " c", "10.0.9.0", 24, ""), STATUS_INVALID);
    assert_int_equal(add_source(fixture, "this machine", "10.0.9.0", 24, ""), STATUS_OK);
    assert_int_equal(add_source(fixture, "all", "0.0.0.0", 0, ""), STATUS_OK);
    assert_int_equal(add_source(fixture, "all6", "::", 0, ""), STATUS_OK);
}

static void list_source(void *context, const struct source *source)
{
    char *seen = context;
    char text[INET6_ADDRSTRLEN];
    const void *bytes =
        source->address.ss_family == AF_INET
            ? (const void *)&((const struct sockaddr_in *)&source->address)->sin_addr
            : &((const struct sockaddr_in6 *)&source->address)->sin6_addr;

    assert_non_null(inet_ntop(source->address.ss_family, bytes, text, sizeof text));
    (void)sprintf(seen + strlen(seen), "%s=%s/%u>%s ", source->name, text, source->prefix_bits,
                  source->customer);
}

static void sources_are_listed_as_added(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    char seen[256] = "";

    (void)add_customer(fixture->index, "1");
    assert_int_equal(add_source(fixture, "b", "2001:db8::", 32, "1"), STATUS_OK);
    assert_int_equal(add_source(fixture, "a", "10.1.2.3", 32, ""), STATUS_OK);
    assert_ok(sources_list(fixture->index, list_source, seen, &fault), &fault);
    assert_string_equal(seen, "a=10.1.2.3/32> b=2001:db8::/32>1 ");
}

static void a_call_belongs_to_the_calling_numbers_customer_first(void **state)
{
    struct fixture *fixture = *state;
    struct uuid one = add_customer(fixture->index, "1");
    struct uuid two = add_customer(fixture->index, "2");

    assert_int_equal(add_number(fixture, "1", "4588303080", "4588303099"), STATUS_OK);
    assert_int_equal(add_number(fixture, "2", "4570000000", "4570000000"), STATUS_OK);
    assert_int_equal(add_source(fixture, "pbx", "10.0.0.0", 8, "2"), STATUS_OK);
    expect_owner(owner_of(fixture, "+4588303080", "+4570000000", ""), one, CALL_OUT);
    expect_owner(owner_of(fixture, "+4570000000", "+4588303099", "pbx"), two, CALL_OUT);
    expect_owner(owner_of(fixture, "+4511111111", "004588303099", "pbx"), one, CALL_IN);
    expect_owner(owner_of(fixture, "+4588303081", "4588303099", ""), one, CALL_INTERNAL);
    expect_owner(owner_of(fixture, "anna", "4588303080", ""), one, CALL_IN);
    expect_owner(owner_of(fixture, "4588303100", "4588303079", "pbx"), two, CALL_UNKNOWN);
    expect_owner(owner_of(fixture, "458830308", "45883030801", ""), unassigned(fixture->index),
                 CALL_UNKNOWN);
    expect_owner(owner_of(fixture, "", "", ""), unassigned(fixture->index), CALL_UNKNOWN);
    expect_owner(owner_of(fixture, "", "", "gone"), unassigned(fixture->index), CALL_UNKNOWN);
}

static void a_call_between_two_customers_belongs_to_the_one_whose_system_recorded_it(void **state)
{
    struct fixture *fixture = *state;
    struct uuid one = add_customer(fixture->index, "1");
    struct uuid two = add_customer(fixture->index, "2");

    assert_int_equal(add_number(fixture, "1", "4588303080", "4588303080"), STATUS_OK);
    assert_int_equal(add_number(fixture, "2", "4570000000", "4570000000"), STATUS_OK);
    assert_int_equal(add_source(fixture, "pbx-1", "10.0.0.1", 32, "1"), STATUS_OK);
    assert_int_equal(add_source(fixture, "pbx-2", "10.0.0.2", 32, "2"), STATUS_OK);
    expect_owner(owner_of(fixture, "+4588303080", "+4570000000", "pbx-1"), one, CALL_OUT);
    expect_owner(owner_of(fixture, "+4588303080", "+4570000000", "pbx-2"), two, CALL_IN);
}

static void a_source_without_a_default_leaves_a_strangers_call_unassigned(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(add_source(fixture, "host", "10.0.0.31", 32, ""), STATUS_OK);
    expect_owner(owner_of(fixture, "1", "2", "host"), unassigned(fixture->index), CALL_UNKNOWN);
}

static struct source whole_source(void)
{
    struct source source = {.name = "sbc",
                            .address = address_of("2001:db8::"),
                            .prefix_bits = 32,
                            .certificate = "sbc.example.net",
                            .customer = "1",
                            .plain_calls = true,
                            .plain_keys = true,
                            .calls_max = SOURCE_LIMIT_MAX,
                            .dialogs_max = 20,
                            .rate_per_s = 30,
                            .pause_code = "*1#0987",
                            .resume_code = "*2",
                            .channels = SOURCE_CHANNELS_MAX};

    return source;
}

static void expect_source(struct fixture *fixture, const struct source *expected)
{
    struct source found;
    struct fault fault = {0};

    assert_ok(sources_get(fixture->index, expected->name, &found, &fault), &fault);
    assert_string_equal(found.name, expected->name);
    assert_memory_equal(&found.address, &expected->address, sizeof found.address);
    assert_int_equal(found.prefix_bits, expected->prefix_bits);
    assert_string_equal(found.certificate, expected->certificate);
    assert_string_equal(found.customer, expected->customer);
    assert_int_equal(found.plain_calls, expected->plain_calls);
    assert_int_equal(found.plain_keys, expected->plain_keys);
    assert_int_equal(found.calls_max, expected->calls_max);
    assert_int_equal(found.dialogs_max, expected->dialogs_max);
    assert_int_equal(found.rate_per_s, expected->rate_per_s);
    assert_string_equal(found.pause_code, expected->pause_code);
    assert_string_equal(found.resume_code, expected->resume_code);
    assert_int_equal(found.channels, expected->channels);
}

static void all_of_a_source_reads_back_and_all_but_its_name_can_be_changed(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct source source = whole_source();

    (void)add_customer(fixture->index, "1");
    assert_ok(sources_add(fixture->index, &source, &fault), &fault);
    expect_source(fixture, &source);
    source = (struct source){.name = "sbc", .certificate = "other"};
    assert_ok(sources_change(fixture->index, &source, &fault), &fault);
    expect_source(fixture, &source); /* without a network now */
    (void)strcpy(source.name, "unknown");
    assert_int_equal(sources_change(fixture->index, &source, NULL), STATUS_NOT_FOUND);
    assert_int_equal(sources_get(fixture->index, "unknown", &source, NULL), STATUS_NOT_FOUND);
    assert_ok(sources_remove(fixture->index, "sbc", &fault), &fault);
    assert_int_equal(sources_remove(fixture->index, "sbc", NULL), STATUS_NOT_FOUND);
}

static enum status add_certified(struct fixture *fixture, const char *name, const char *address,
                                 const char *certificate)
{
    struct source source = {.prefix_bits = 32};

    if (*address)
        source.address = address_of(address);
    (void)snprintf(source.name, sizeof source.name, "%s", name);
    (void)snprintf(source.certificate, sizeof source.certificate, "%s", certificate);
    return sources_add(fixture->index, &source, NULL);
}

static void two_sources_differ_in_network_or_certificate(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(add_certified(fixture, "a", "10.0.0.1", ""), STATUS_OK);
    assert_int_equal(add_certified(fixture, "b", "10.0.0.1", "one"), STATUS_OK);
    assert_int_equal(add_certified(fixture, "c", "10.0.0.1", "two"), STATUS_OK);
    assert_int_equal(add_certified(fixture, "d", "10.0.0.2", "one"), STATUS_OK);
    assert_int_equal(add_certified(fixture, "e", "", "one"), STATUS_OK);
    assert_int_equal(add_certified(fixture, "f", "10.0.0.1", "one"), STATUS_EXISTS);
    assert_int_equal(add_certified(fixture, "f", "", "one"), STATUS_EXISTS);
    assert_int_equal(add_certified(fixture, "f", "10.0.0.1", ""), STATUS_EXISTS);
    struct source moved = {.name = "a", .certificate = "one"};
    assert_int_equal(sources_change(fixture->index, &moved, NULL), STATUS_EXISTS);
}

static void certificates_and_limits_of_sources_are_checked(void **state)
{
    struct fixture *fixture = *state;
    const char *digits = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    char text[SOURCE_CERTIFICATE_BYTES];
    struct source source = whole_source();

    source.customer[0] = '\0';
    assert_int_equal(add_certified(fixture, "a", "", ""), STATUS_INVALID);
    assert_int_equal(add_certified(fixture, "a", "", "two\nlines"), STATUS_INVALID);
    assert_int_equal(add_certified(fixture, "a", "", "sha256:0123"), STATUS_INVALID);
    (void)snprintf(text, sizeof text, "sha256:%s0", digits);
    assert_int_equal(add_certified(fixture, "a", "", text), STATUS_INVALID);
    (void)snprintf(text, sizeof text, "sha256:%.63sA", digits);
    assert_int_equal(add_certified(fixture, "a", "", text), STATUS_INVALID);
    (void)snprintf(text, sizeof text, "sha256:%s", digits);
    assert_int_equal(add_certified(fixture, "a", "", text), STATUS_OK);
    source.rate_per_s = SOURCE_LIMIT_MAX + 1;
    assert_int_equal(sources_add(fixture->index, &source, NULL), STATUS_INVALID);
    source.rate_per_s = 0;
    source.calls_max = SOURCE_LIMIT_MAX + 1;
    assert_int_equal(sources_add(fixture->index, &source, NULL), STATUS_INVALID);
    source.calls_max = SOURCE_LIMIT_MAX;
    assert_int_equal(sources_add(fixture->index, &source, NULL), STATUS_OK);
}

static enum status add_coded(struct fixture *fixture, const char *pause, const char *resume)
{
    struct source source = {.name = "pbx", .certificate = "pbx"};

    (void)snprintf(source.pause_code, sizeof source.pause_code, "%s", pause);
    (void)snprintf(source.resume_code, sizeof source.resume_code, "%s", resume);
    enum status status = sources_add(fixture->index, &source, NULL);
    if (status == STATUS_OK)
        assert_int_equal(sources_remove(fixture->index, "pbx", NULL), STATUS_OK);
    return status;
}

static void codes_are_digits_that_can_be_pressed_and_told_apart(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(add_coded(fixture, "*1", "*2"), STATUS_OK);
    assert_int_equal(add_coded(fixture, "##", "##"), STATUS_OK); /* in turns */
    assert_int_equal(add_coded(fixture, "0123456", ""), STATUS_OK);
    assert_int_equal(add_coded(fixture, "", "*9"), STATUS_OK);
    assert_int_equal(add_coded(fixture, "*", "*2"), STATUS_INVALID);
    assert_int_equal(add_coded(fixture, "*1", "2"), STATUS_INVALID);
    assert_int_equal(add_coded(fixture, "*A", "*2"), STATUS_INVALID);
    assert_int_equal(add_coded(fixture, "* 1", "*2"), STATUS_INVALID);
    assert_int_equal(add_coded(fixture, "*1", "*12"), STATUS_INVALID);
    assert_int_equal(add_coded(fixture, "9*12", "*1"), STATUS_INVALID);
}

static void own_channels_of_a_source_are_checked(void **state)
{
    struct fixture *fixture = *state;
    struct source source = whole_source();

    source.customer[0] = '\0';
    source.channels = SOURCE_CHANNELS_MAX + 1;
    assert_int_equal(sources_add(fixture->index, &source, NULL), STATUS_INVALID);
    source.channels = SOURCE_CHANNELS_MAX;
    assert_int_equal(sources_add(fixture->index, &source, NULL), STATUS_OK);
}

int main(void)
{
#define WITH_INDEX(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_written_differently_have_the_same_digits),
        cmocka_unit_test(names_and_service_codes_have_no_digits),
        cmocka_unit_test(digits_at_the_maximum_are_kept_and_one_past_it_dropped),
        WITH_INDEX(customer_numbers_are_checked),
        WITH_INDEX(a_customer_is_found_as_added_and_the_pin_is_replaced),
        WITH_INDEX(customers_are_listed_by_number_with_unassigned),
        WITH_INDEX(overlapping_ranges_are_refused),
        WITH_INDEX(malformed_ranges_are_refused),
        WITH_INDEX(numbers_are_listed_by_customer_and_first),
        WITH_INDEX(sources_are_checked),
        WITH_INDEX(sources_are_listed_as_added),
        WITH_INDEX(a_call_belongs_to_the_calling_numbers_customer_first),
        WITH_INDEX(a_call_between_two_customers_belongs_to_the_one_whose_system_recorded_it),
        WITH_INDEX(a_source_without_a_default_leaves_a_strangers_call_unassigned),
        WITH_INDEX(all_of_a_source_reads_back_and_all_but_its_name_can_be_changed),
        WITH_INDEX(two_sources_differ_in_network_or_certificate),
        WITH_INDEX(certificates_and_limits_of_sources_are_checked),
        WITH_INDEX(codes_are_digits_that_can_be_pressed_and_told_apart),
        WITH_INDEX(own_channels_of_a_source_are_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
