/* Events, as they are told at the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "session/notes.h"

static void an_event_keeps_its_moment_leg_cause_and_words(void **state)
{
    struct notes notes;
    char detail[] = "Anna";

    (void)state;
    notes_init(&notes, 10);
    notes_add(&notes, 1234, 1, "party_joined", detail);
    memset(detail, 'x', 4); /* it was copied */
    assert_int_equal(notes.count, 1);
    assert_int_equal(notes.list[0].start_ms, 1234);
    assert_int_equal(notes.list[0].end_ms, 1234);
    assert_int_equal(notes.list[0].leg, 1);
    assert_int_equal(notes.list[0].count, 0);
    assert_string_equal(notes.list[0].cause, "party_joined");
    assert_string_equal(notes.list[0].detail, "Anna");
    assert_int_equal(notes.dropped.count, 0);
    notes_deinit(&notes);
}

static void long_words_are_cut_between_characters(void **state)
{
    struct notes notes;
    char detail[BOUND_FACT_DETAIL_BYTES + 2];

    (void)state;
    notes_init(&notes, 10);
    memset(detail, 'a', sizeof detail);
    detail[BOUND_FACT_DETAIL_BYTES - 1] = 0;
    notes_add(&notes, 0, -1, "deviation", detail);
    assert_int_equal(strlen(notes.list[0].detail), BOUND_FACT_DETAIL_BYTES - 1);
    /* two bytes of one character lie across the bound */
    detail[BOUND_FACT_DETAIL_BYTES - 2] = (char)0xc3;
    detail[BOUND_FACT_DETAIL_BYTES - 1] = (char)0xa6;
    detail[BOUND_FACT_DETAIL_BYTES] = 0;
    notes_add(&notes, 0, -1, "deviation", detail);
    assert_int_equal(strlen(notes.list[1].detail), BOUND_FACT_DETAIL_BYTES - 2);
    notes_deinit(&notes);
}

static void more_than_the_maximum_is_counted(void **state)
{
    struct notes notes;

    (void)state;
    notes_init(&notes, 10);
    for (int i = 0; i < 10; i++)
        notes_add(&notes, i, -1, "deviation", "");
    assert_int_equal(notes.count, 10);
    assert_int_equal(notes.dropped.count, 0);
    notes_add(&notes, 50, -1, "deviation", "");
    notes_drop(&notes, 60, 2);
    assert_int_equal(notes.count, 10);
    assert_int_equal(notes.dropped.count, 3);
    assert_int_equal(notes.dropped.start_ms, 50);
    assert_int_equal(notes.dropped.end_ms, 60);
    assert_string_equal(notes.dropped.cause, "notes_dropped");
    notes_deinit(&notes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_keeps_its_moment_leg_cause_and_words),
        cmocka_unit_test(long_words_are_cut_between_characters),
        cmocka_unit_test(more_than_the_maximum_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
