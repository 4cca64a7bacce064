/* name_address: From, To and P-Asserted-Identity as they come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "body/name_address.h"

static const char *number_in(const char *value)
{
    static char number[BOUND_NUMBER_BYTES];
    struct name_address address;

    name_address_read(value, &address);
    name_address_number(&address, number);
    return number;
}

static const char *name_in(const char *value)
{
    static char name[BOUND_NAME_BYTES];
    struct name_address address;

    name_address_read(value, &address);
    name_address_name(&address, name);
    return name;
}

static bool parameter_in(const char *value, const char *name, const char *expected)
{
    char found[32] = "untouched";
    struct name_address address;

    name_address_read(value, &address);
    bool is = name_address_parameter(&address, name, found, sizeof found);
    assert_string_equal(found, is ? expected : "untouched");
    return is;
}

static void numbers_of_all_forms_are_read(void **state)
{
    (void)state;
    assert_string_equal(number_in("<sip:+4588303080@pbx>;tag=1"), "+4588303080");
    assert_string_equal(number_in("sip:2000@pbx;tag=1"), "2000");
    assert_string_equal(number_in("Bob Smith <sips:bob@pbx:5061;transport=tls>"), "bob");
    assert_string_equal(number_in("<tel:+45-88-30-30-80;phone-context=x>"), "+4588303080");
    assert_string_equal(number_in("\"a <sip:9@x>\" <sip:2@y>"), "2");
    assert_string_equal(number_in("<sip:1@a>, <sip:2@b>"), "1");
    assert_string_equal(number_in(""), "");
    assert_string_equal(number_in("<"), "");
}

static void those_who_hide_have_no_number(void **state)
{
    (void)state;
    assert_string_equal(number_in("<sip:anonymous@anonymous.invalid>"), "");
    assert_string_equal(number_in("<sip:withheld@pbx>"), "");
    assert_string_equal(number_in("<tel:anonymous>"), "");
    assert_string_equal(number_in("<sip:Unavailable@10.0.0.1>"), "");
    assert_string_equal(number_in("<sip:Restricted@10.0.0.1>"), "");
}

static void names_lose_quotes_and_escapes(void **state)
{
    (void)state;
    assert_string_equal(name_in("\"Ann \\\"X\\\" \\\\ Lee\" <sip:1@a>"), "Ann \"X\" \\ Lee");
    assert_string_equal(name_in("Bob Smith <sip:1@a>"), "Bob Smith");
    assert_string_equal(name_in("<sip:1@a>"), "");
    assert_string_equal(name_in("sip:1@a"), "");
    assert_string_equal(name_in("\"open <sip:1@a>"), "");
}

static void names_are_valid_utf_8_whatever_was_sent(void **state)
{
    (void)state;
    assert_string_equal(name_in("\"S\xc3\xb8ren\" <sip:1@a>"), "S\xc3\xb8ren");
    assert_string_equal(name_in("\"S\xf8ren\" <sip:1@a>"), "S\xc3\xb8ren");
    assert_string_equal(name_in("\"a\xc3\" <sip:1@a>"), "a\xc3\x83");
    assert_string_equal(name_in("\"a\x01\x7f"
                                "b\" <sip:1@a>"),
                        "ab");
}

static void long_texts_are_cut_and_nothing_else(void **state)
{
    char value[4096];

    (void)state;
    memset(value, 'x', sizeof value);
    memcpy(value, "\"", 1);
    memcpy(value + 2000, "\" <sip:", 7);
    memcpy(value + 4000, "@host>", 7);
    assert_int_equal(strlen(name_in(value)), BOUND_NAME_BYTES - 1);
    assert_true(strlen(number_in(value)) < BOUND_NUMBER_BYTES);
}

static void parameters_are_found_inside_and_behind_the_uri(void **state)
{
    (void)state;
    assert_true(parameter_in("<sip:1@a;x-nearend;x-refci=27>;tag=q", "x-nearend", ""));
    assert_true(parameter_in("<sip:1@a;x-nearend;X-REFCI=27>;tag=q", "x-refci", "27"));
    assert_true(parameter_in("<sip:1@a>; x-refci = \"2;7\" ;tag=q", "x-refci", "2;7"));
    assert_true(parameter_in("sip:1@a;x-refci=27", "x-refci", "27"));
    assert_true(parameter_in("<sip:1@a>;tag=q", "tag", "q"));
    assert_false(parameter_in("<sip:1@a;x-refcix=27>;tag=q", "x-refci", ""));
    assert_false(parameter_in("\";x-refci=1\" <sip:1@a>", "x-refci", ""));
    assert_false(parameter_in("<sip:1@a?x-refci=27;x-refci=28>", "x-refci", ""));
    assert_true(parameter_in("<sip:1@a;p=0123456789012345678901234567890123456789>", "p",
                             "0123456789012345678901234567890"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_all_forms_are_read),
        cmocka_unit_test(those_who_hide_have_no_number),
        cmocka_unit_test(names_lose_quotes_and_escapes),
        cmocka_unit_test(names_are_valid_utf_8_whatever_was_sent),
        cmocka_unit_test(long_texts_are_cut_and_nothing_else),
        cmocka_unit_test(parameters_are_found_inside_and_behind_the_uri),
    };

    return cmocka_run_group_tests_name("name_address", tests, NULL, NULL);
}
