/* call_ties: what ties a recording is kept as it was last told, and nothing that ever did is lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/call_ties.h"

static void what_is_not_said_stays(void **state)
{
    struct call_ties ties = {0};
    const struct recording_ties first = {
        .session_id = "session", .sip_session_id = "sip", .call_reference = "27"};
    const struct recording_ties second = {.session_id = "", .group_id = "group"};

    (void)state;
    call_ties_keep(&ties, &first);
    call_ties_keep(&ties, &second);
    const struct recording_ties shown = call_ties_show(&ties);
    assert_string_equal(shown.session_id, "session");
    assert_string_equal(shown.sip_session_id, "sip");
    assert_string_equal(shown.group_id, "group");
    assert_string_equal(shown.call_reference, "27");
    assert_int_equal(shown.others, 0);
}

static void expect_other(const struct recording_ties *shown, size_t place,
                         enum recording_tie_kind kind, const char *value)
{
    assert_true(place < shown->others);
    assert_int_equal(shown->other[place].kind, kind);
    assert_string_equal(shown->other[place].value, value);
}

static void what_another_takes_the_place_of_stays_a_tie(void **state)
{
    struct call_ties ties = {0};
    const struct recording_ties said[] = {
        {"s1", "a", "g1", "27", 1, {{RECORDING_TIE_GROUP, "g9"}}},
        {"s2", "b", "g2", "28", 2, {{RECORDING_TIE_GROUP, "g2"}, {RECORDING_TIE_SESSION, "s8"}}},
    };

    (void)state;
    for (size_t i = 0; i < 2; i++)
        call_ties_keep(&ties, &said[i]);
    call_ties_keep(&ties, &said[1]);
    const struct recording_ties shown = call_ties_show(&ties);
    assert_string_equal(shown.group_id, "g2");
    assert_int_equal(shown.others, 6);
    expect_other(&shown, 0, RECORDING_TIE_SESSION, "s8");
    expect_other(&shown, 1, RECORDING_TIE_GROUP, "g1");
    expect_other(&shown, 2, RECORDING_TIE_SIP_SESSION, "a");
    expect_other(&shown, 3, RECORDING_TIE_SESSION, "s1");
    expect_other(&shown, 4, RECORDING_TIE_REFERENCE, "27");
    expect_other(&shown, 5, RECORDING_TIE_GROUP, "g9");
}

static void past_the_bound_those_said_first_are_forgotten(void **state)
{
    struct call_ties ties = {0};
    char value[16];

    (void)state;
    for (int i = 0; i <= BOUND_TIES + 1; i++) {
        (void)snprintf(value, sizeof value, "group-%d", i);
        const struct recording_ties said = {.group_id = value};
        call_ties_keep(&ties, &said);
        const struct recording_ties shown = call_ties_show(&ties);
        assert_string_equal(shown.group_id, value);
        assert_int_equal(shown.others, i < BOUND_TIES ? i : BOUND_TIES);
        if (i)
            expect_other(&shown, shown.others - 1, RECORDING_TIE_GROUP,
                         i <= BOUND_TIES ? "group-0" : "group-1");
    }
}

static void a_long_tie_is_cut_and_told_once(void **state)
{
    struct call_ties ties = {0};
    char value[BOUND_TIE_BYTES + 2];
    struct recording_ties said = {.others = 1, .other = {{RECORDING_TIE_GROUP, value}}};

    (void)state;
    memset(value, 'x', sizeof value);
    value[BOUND_TIE_BYTES - 1] = '\0';
    call_ties_keep(&ties, &said);
    struct recording_ties shown = call_ties_show(&ties);
    expect_other(&shown, 0, RECORDING_TIE_GROUP, value);
    value[BOUND_TIE_BYTES - 1] = 'x';
    value[BOUND_TIE_BYTES] = '\0';
    call_ties_keep(&ties, &said);
    shown = call_ties_show(&ties);
    assert_int_equal(shown.others, 1);
    assert_int_equal(strlen(shown.other[0].value), BOUND_TIE_BYTES - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_said_stays),
        cmocka_unit_test(what_another_takes_the_place_of_stays_a_tie),
        cmocka_unit_test(past_the_bound_those_said_first_are_forgotten),
        cmocka_unit_test(a_long_tie_is_cut_and_told_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
