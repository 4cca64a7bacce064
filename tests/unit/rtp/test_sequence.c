/* Sequence numbers beyond 16 bits, and the count of what never came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "rtp/sequence.h"

static void mark_number(struct rtp_sequence *sequence, uint16_t number)
{
    rtp_sequence_mark(sequence, rtp_sequence_extend(sequence, number));
}

static void wrap_goes_on_counting_upwards(void **state)
{
    (void)state;
    struct rtp_sequence sequence;

    rtp_sequence_init(&sequence, 65530);
    for (uint32_t i = 0; i < 200000; i++)
        mark_number(&sequence, (uint16_t)(65530 + i));
    assert_int_equal(sequence.highest - sequence.first, 199999);
    assert_int_equal(rtp_sequence_lost(&sequence), 0);
}

static void missing_numbers_are_lost_until_they_come(void **state)
{
    (void)state;
    struct rtp_sequence sequence;

    rtp_sequence_init(&sequence, 65534);
    mark_number(&sequence, 65534);
    mark_number(&sequence, 2);
    assert_int_equal(rtp_sequence_lost(&sequence), 3);
    assert_int_equal(rtp_sequence_missing(&sequence, 65534, 65534 + 4), 3);
    mark_number(&sequence, 0);
    assert_int_equal(rtp_sequence_lost(&sequence), 2);
    assert_int_equal(rtp_sequence_missing(&sequence, 65534, 65534 + 4), 2);
    assert_true(rtp_sequence_seen(&sequence, 65536));
    assert_false(rtp_sequence_seen(&sequence, 65535));
}

static void number_before_the_first_belongs_to_the_run(void **state)
{
    (void)state;
    struct rtp_sequence sequence;

    rtp_sequence_init(&sequence, 1);
    mark_number(&sequence, 1);
    mark_number(&sequence, 65535);
    assert_int_equal(sequence.first, -1);
    assert_int_equal(rtp_sequence_lost(&sequence), 1);
    assert_true(rtp_sequence_seen(&sequence, -1));
}

static void noted_number_is_expected_and_lost(void **state)
{
    (void)state;
    struct rtp_sequence sequence;

    rtp_sequence_init(&sequence, 10);
    mark_number(&sequence, 10);
    rtp_sequence_note(&sequence, 11);
    rtp_sequence_note(&sequence, 11);
    assert_int_equal(rtp_sequence_lost(&sequence), 1);
}

static void history_remembers_exactly_its_length(void **state)
{
    (void)state;
    struct rtp_sequence sequence;

    rtp_sequence_init(&sequence, 0);
    mark_number(&sequence, 0);
    mark_number(&sequence, RTP_SEQUENCE_HISTORY - 1);
    assert_true(rtp_sequence_seen(&sequence, 0));
    mark_number(&sequence, RTP_SEQUENCE_HISTORY);
    assert_false(rtp_sequence_seen(&sequence, 0));
    assert_false(rtp_sequence_seen(&sequence, 1));
    /* one that is older than the history cannot be counted twice */
    rtp_sequence_mark(&sequence, 0);
    assert_int_equal(sequence.came, 3);
}

static void long_gap_forgets_the_bits_of_numbers_a_lap_ago(void **state)
{
    (void)state;
    struct rtp_sequence sequence;

    rtp_sequence_init(&sequence, 5);
    for (uint16_t i = 5; i < 1000; i++)
        mark_number(&sequence, i);
    mark_number(&sequence, 2900);
    for (int64_t i = 2900 - RTP_SEQUENCE_HISTORY + 1; i < 2900; i++)
        assert_false(rtp_sequence_seen(&sequence, i));
    assert_int_equal(rtp_sequence_missing(&sequence, 999, 2900), 1900);
    assert_int_equal(rtp_sequence_lost(&sequence), 1900);
}

static void late_number_has_come_and_is_missing_where_it_was_due(void **state)
{
    (void)state;
    struct rtp_sequence sequence;

    rtp_sequence_init(&sequence, 10);
    mark_number(&sequence, 10);
    mark_number(&sequence, 13);
    rtp_sequence_mark_late(&sequence, 11);
    assert_true(rtp_sequence_seen(&sequence, 11));
    assert_int_equal(rtp_sequence_lost(&sequence), 1);
    assert_int_equal(rtp_sequence_missing(&sequence, 10, 13), 2);
    rtp_sequence_mark_late(&sequence, 13);
    assert_int_equal(rtp_sequence_lost(&sequence), 1);
}

static void two_in_a_row_far_behind_begin_anew_and_one_does_not(void **state)
{
    (void)state;
    struct rtp_sequence sequence;

    rtp_sequence_init(&sequence, 1000);
    mark_number(&sequence, 1000);
    assert_false(rtp_sequence_is_restart(&sequence, 1000 - RTP_SEQUENCE_MISORDER));
    assert_false(rtp_sequence_is_restart(&sequence, 1001 - RTP_SEQUENCE_MISORDER));
    assert_false(rtp_sequence_is_restart(&sequence, 400));
    rtp_sequence_mark_late(&sequence, 400);
    assert_int_equal(rtp_sequence_lost(&sequence), 0);
    assert_false(rtp_sequence_is_restart(&sequence, 1001));
    assert_false(rtp_sequence_is_restart(&sequence, 401));
    assert_false(rtp_sequence_is_restart(&sequence, 401));
    assert_true(rtp_sequence_is_restart(&sequence, 402));
}

static void jump_begins_one_past_the_bound(void **state)
{
    (void)state;
    struct rtp_sequence sequence;

    rtp_sequence_init(&sequence, 30000);
    assert_false(rtp_sequence_is_jump(&sequence, 30000 + RTP_SEQUENCE_JUMP));
    assert_true(rtp_sequence_is_jump(&sequence, 30000 + RTP_SEQUENCE_JUMP + 1));
    assert_false(rtp_sequence_is_jump(&sequence, 30000 - RTP_SEQUENCE_JUMP));
    assert_true(rtp_sequence_is_jump(&sequence, 30000 - RTP_SEQUENCE_JUMP - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrap_goes_on_counting_upwards),
        cmocka_unit_test(missing_numbers_are_lost_until_they_come),
        cmocka_unit_test(number_before_the_first_belongs_to_the_run),
        cmocka_unit_test(noted_number_is_expected_and_lost),
        cmocka_unit_test(history_remembers_exactly_its_length),
        cmocka_unit_test(long_gap_forgets_the_bits_of_numbers_a_lap_ago),
        cmocka_unit_test(late_number_has_come_and_is_missing_where_it_was_due),
        cmocka_unit_test(two_in_a_row_far_behind_begin_anew_and_one_does_not),
        cmocka_unit_test(jump_begins_one_past_the_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
