/* siprec_number: the number in an address of record, and which numbers are one phone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "body/siprec_metadata.h"
#include "body/siprec_number.h"

static void expect_number(const char *aor, const char *expected)
{
    char *number = malloc(strlen(aor) + 1);

    assert_non_null(number);
    siprec_number_of_aor(aor, number);
    assert_string_equal(number, expected);
    free(number);
}

static void user_part_is_the_number(void **state)
{
    (void)state;
    expect_number("sip:1234@192.0.2.15", "1234");
    expect_number("sip:+12025550123@pbx.example.com;user=phone", "+12025550123");
    expect_number("SIPS:alice@example.com:5061", "alice");
    expect_number("+12025550123@pbx.example.com", "+12025550123");
    expect_number("sip:12025550123;phone-context=+1@pbx.example.com", "12025550123");
    expect_number("sip:bob:secret@example.com", "bob");
    expect_number(" <sip:bob@example.com> ", "bob");
    expect_number("\"Bob, B.\" <sip:1002@example.com;transport=tcp>;x=y", "1002");
    expect_number("sip:1002@example.com?Subject=a@b", "1002");
}

static void user_part_without_a_host_is_the_number_too(void **state)
{
    (void)state;
    expect_number("sip:12025550123", "12025550123");
    expect_number("sip:+12025550123;user=phone", "+12025550123");
    expect_number("2001", "2001");
}

static void host_alone_is_no_number(void **state)
{
    (void)state;
    expect_number("", "");
    expect_number("sip:", "");
    expect_number("sip:192.0.2.31;user=phone", "");
    expect_number("sip:[2001:db8::1]:5060", "");
    expect_number("sip:sbc.example.com", "");
    expect_number("sip:@example.com", "");
    expect_number("<>", "");
    expect_number("tel:", "");
    expect_number("tel:anonymous", "");
    expect_number("tel:Unavailable;phone-context=example.com", "");
}

static void telephone_uri_gives_its_number_without_separators(void **state)
{
    (void)state;
    expect_number("tel:+44-1632-960-456", "+441632960456");
    expect_number("TEL:(020)2555.0123;phone-context=+1", "02025550123");
    expect_number("tel:*31#", "*31#");
}

static void separators_are_taken_out_of_a_global_number_but_not_of_a_name(void **state)
{
    (void)state;
    expect_number("sip:+1-202-555-0123@as.example.net;user=phone", "+12025550123");
    expect_number("sip:mary-ann.b@example.net", "mary-ann.b");
    expect_number("sip:+alpha-1@example.net", "+alpha-1");
    expect_number("sip:+@example.net", "+");
}

static void number_that_is_withheld_is_none(void **state)
{
    (void)state;
    expect_number("sip:anonymous@anonymous.invalid", "");
    expect_number("\"Anonymous\" <sip:Anonymous@pbx.example.net;user=phone>", "");
    expect_number("sip:c8oqz84zk7z@anonymous.invalid;transport=tcp", "");
    expect_number("sip:unavailable@unknown.invalid:5060", "");
    expect_number("sip:Restricted@192.0.2.1", "");
    expect_number("anonymous", "");
    expect_number("sip:private.line@example.net", "private.line");
    expect_number("sip:1001@pbx.invalid", "1001");
}

static void user_phone_makes_a_number_of_what_looks_like_one(void **state)
{
    (void)state;
    expect_number("sip:(202) 555-0123@as.example.net;user=phone", "2025550123");
    expect_number("sip:202-555-0123@as.example.net;transport=tcp;USER=phone", "2025550123");
    expect_number("sip:202-555-0123@as.example.net", "202-555-0123");
    expect_number("sip:mary-ann@as.example.net;user=phone", "mary-ann");
}

static void name_is_a_phone_number_by_its_plus_or_its_length(void **state)
{
    char number[32];

    (void)state;
    assert_true(siprec_number_is_phone("+45 12"));
    assert_true(siprec_number_is_phone("(202) 555-0123"));
    assert_false(siprec_number_is_phone("123456"));
    assert_false(siprec_number_is_phone("+"));
    assert_false(siprec_number_is_phone(""));
    assert_false(siprec_number_is_phone("2025550123 Ada"));
    siprec_number_of_phone("+1 (202) 555-0123", number);
    assert_string_equal(number, "+12025550123");
}

static void escapes_are_decoded_where_printable_text_comes_of_it(void **state)
{
    (void)state;
    expect_number("sip:%2B12025550123@example.net", "+12025550123");
    expect_number("sip:%2b1%20202@example.net", "+1202");
    expect_number("sip:a%23b%40c@example.net", "a#b@c");
    expect_number("sip:x%00%0a%ff%zz%4@example.net", "x%00%0a%ff%zz%4");
    expect_number("sip:x%4", "x%4");
    expect_number("sip:x%", "x%");
}

static void numbers_with_and_without_country_code_are_one_phone(void **state)
{
    (void)state;
    assert_int_equal(siprec_number_compare("+12025550123", "12025550123"), SIPREC_NUMBER_SAME);
    assert_int_equal(siprec_number_compare("+1-202-5550123", "12025550123"), SIPREC_NUMBER_SAME);
    assert_int_equal(siprec_number_compare("2025550123", "+12025550123"), SIPREC_NUMBER_SUFFIX);
    assert_int_equal(siprec_number_compare("+12025550123", "5550123"), SIPREC_NUMBER_SUFFIX);
    assert_int_equal(siprec_number_compare("+12025550123", "550123"), SIPREC_NUMBER_DIFFERENT);
    assert_int_equal(siprec_number_compare("1234", "1234"), SIPREC_NUMBER_SAME);
    assert_int_equal(siprec_number_compare("12025550123", "12025550124"), SIPREC_NUMBER_DIFFERENT);
}

static void what_is_no_number_is_compared_as_spelled(void **state)
{
    char many[80];

    (void)state;
    assert_int_equal(siprec_number_compare("Alice", "alice"), SIPREC_NUMBER_SAME);
    assert_int_equal(siprec_number_compare("alice", "malice"), SIPREC_NUMBER_DIFFERENT);
    assert_int_equal(siprec_number_compare("", ""), SIPREC_NUMBER_DIFFERENT);
    assert_int_equal(siprec_number_compare("+", "+"), SIPREC_NUMBER_SAME);
    memset(many, '7', sizeof many);
    many[sizeof many - 1] = '\0'; /* more digits than any number: no suffix of it counts */
    assert_int_equal(siprec_number_compare(many, many), SIPREC_NUMBER_SAME);
    assert_int_equal(siprec_number_compare(many, "77777777"), SIPREC_NUMBER_DIFFERENT);
}

static void phone_number_of_several_addresses_is_the_number(void **state)
{
    static const char *const names[][2] = {
        {"<nameID aor='sip:ann@pbx'/><nameID aor='sip:+4570010070@pbx'/>", "+4570010070"},
        {"<nameID aor='sip:ann@pbx'/><nameID aor='tel:+45-70010070'/>", "+4570010070"},
        {"<nameID aor='sip:701@pbx'/><nameID aor='sip:+4570010070@pbx'/>", "+4570010070"},
        {"<nameID aor='sip:ann@pbx'/><nameID aor='sip:701@pbx'/>", "701"},
        {"<nameID aor='sip:+4570010070@pbx'/><nameID aor='tel:+4570010071'/>", "+4570010070"},
        {"<nameID aor='sip:ann@pbx'/><nameID aor='sip:bo@pbx'/>", "ann"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct siprec_metadata *metadata = NULL;
        char xml[512];

        (void)snprintf(xml, sizeof xml,
                       "<recording><participant participant_id='p'>%s</participant></recording>",
                       names[i][0]);
        assert_int_equal(siprec_metadata_read(xml, strlen(xml), &metadata, NULL), STATUS_OK);
        assert_string_equal(metadata->participant[0].number, names[i][1]);
        siprec_metadata_destroy(metadata);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phone_number_of_several_addresses_is_the_number),
        cmocka_unit_test(user_part_is_the_number),
        cmocka_unit_test(user_part_without_a_host_is_the_number_too),
        cmocka_unit_test(host_alone_is_no_number),
        cmocka_unit_test(telephone_uri_gives_its_number_without_separators),
        cmocka_unit_test(separators_are_taken_out_of_a_global_number_but_not_of_a_name),
        cmocka_unit_test(number_that_is_withheld_is_none),
        cmocka_unit_test(user_phone_makes_a_number_of_what_looks_like_one),
        cmocka_unit_test(name_is_a_phone_number_by_its_plus_or_its_length),
        cmocka_unit_test(escapes_are_decoded_where_printable_text_comes_of_it),
        cmocka_unit_test(numbers_with_and_without_country_code_are_one_phone),
        cmocka_unit_test(what_is_no_number_is_compared_as_spelled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
