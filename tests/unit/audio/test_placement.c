/* Where timestamps lie: one epoch after another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "audio/placement.h"

static int64_t place(struct placement *placement, int64_t sequence, uint32_t timestamp,
                     int64_t arrival, int64_t occupied_end)
{
    const struct placement_packet packet = {sequence, timestamp, 160, arrival, occupied_end};
    int64_t position = INT64_MIN;

    if (placement_find(placement, &packet, &position) != STATUS_OK)
        return INT64_MIN;
    return position;
}

static void first_lies_at_arrival_and_others_by_timestamp(void **state)
{
    (void)state;
    struct placement placement;

    placement_init(&placement, 8000, 8000);
    assert_int_equal(place(&placement, 5, 0xffffffb0, 1000, 0), 1000);
    assert_int_equal(place(&placement, 6, 0x50, 1500, 1160), 1160); /* across the wrap */
    assert_int_equal(place(&placement, 4, 0xffffff10, 1500, 1320), 840);
    assert_int_equal(place(&placement, 7, 0xf0, 0, 1320), 1320); /* arrival says nothing now */
}

static void wide_audio_with_a_narrow_clock_is_scaled(void **state)
{
    (void)state;
    struct placement placement;

    placement_init(&placement, 16000, 8000);
    assert_int_equal(place(&placement, 1, 0, 100, 0), 100);
    assert_int_equal(place(&placement, 2, 160, 100, 420), 420);
    assert_int_equal(place(&placement, 4, 480, 100, 740), 1060);
}

static void ten_seconds_go_by_the_timestamp_and_one_tick_more_by_arrival(void **state)
{
    (void)state;
    struct placement placement;

    for (int more = 0; more < 2; more++) {
        placement_init(&placement, 8000, 8000);
        assert_int_equal(place(&placement, 1, 7, 0, 0), 0);
        int64_t position = place(&placement, 2, (uint32_t)(7 + 80000 + more), 79990, 160);
        assert_int_equal(position, more ? 79990 : 80000);
    }
}

static void one_second_ahead_of_arrival_is_believed_and_more_is_not(void **state)
{
    (void)state;
    struct placement placement;

    for (int more = 0; more < 2; more++) {
        placement_init(&placement, 8000, 8000);
        assert_int_equal(place(&placement, 1, 0, 0, 0), 0);
        assert_int_equal(place(&placement, 2, (uint32_t)(8500 + more), 500, 160),
                         more ? 500 : 8500);
    }
}

/* A sender that began with a burst runs ahead of the clock without any gap: nothing is moved. */
static void audio_without_a_gap_may_run_ahead(void **state)
{
    (void)state;
    struct placement placement;

    placement_init(&placement, 8000, 8000);
    for (int i = 0; i < 100; i++)
        assert_int_equal(place(&placement, i, (uint32_t)i * 160, 0, i * 160), i * 160);
}

static void new_epoch_never_overlaps_what_is_there(void **state)
{
    (void)state;
    struct placement placement;

    placement_init(&placement, 8000, 8000);
    assert_int_equal(place(&placement, 1, 0, 0, 0), 0);
    assert_int_equal(place(&placement, 2, 4000000, 100, 160), 160);
    const struct placement_packet packet = {3, 4000160, 160, 50, 320};
    assert_int_equal(placement_restart(&placement, &packet), 320);
}

static void old_number_with_an_alien_timestamp_is_late(void **state)
{
    (void)state;
    struct placement placement;

    placement_init(&placement, 8000, 8000);
    assert_int_equal(place(&placement, 10, 0, 0, 0), 0);
    assert_true(place(&placement, 9, 0x40000000, 100, 160) == INT64_MIN);
    assert_int_equal(place(&placement, 11, 160, 100, 160), 160);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_lies_at_arrival_and_others_by_timestamp),
        cmocka_unit_test(wide_audio_with_a_narrow_clock_is_scaled),
        cmocka_unit_test(ten_seconds_go_by_the_timestamp_and_one_tick_more_by_arrival),
        cmocka_unit_test(one_second_ahead_of_arrival_is_believed_and_more_is_not),
        cmocka_unit_test(audio_without_a_gap_may_run_ahead),
        cmocka_unit_test(new_epoch_never_overlaps_what_is_there),
        cmocka_unit_test(old_number_with_an_alien_timestamp_is_late),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
