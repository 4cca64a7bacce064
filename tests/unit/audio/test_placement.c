/* Where timestamps lie: one epoch after another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "audio/line.h"
#include "audio/placement.h"

enum {
    NARROW = 8000,
    TICK = LINE_HZ / NARROW,
    PACKET_TICKS = 160,
    PACKET = PACKET_TICKS * TICK,
    MS = LINE_PER_MS,
};

/* The place of 20 ms by a clock; its length is what the ticks are worth. INT64_MIN: it has none. */
static int64_t place_by(struct placement *placement, uint32_t clock_hz, int64_t sequence,
                        uint32_t timestamp, int64_t arrival, int64_t occupied_end)
{
    const struct placement_packet packet = {
        .sequence = sequence,
        .clock_hz = clock_hz,
        .timestamp = timestamp,
        .ticks = clock_hz / 50,
        .arrival = arrival,
        .occupied_end = occupied_end,
    };
    struct placement_place place = {INT64_MIN, INT64_MIN};

    if (placement_find(placement, &packet, &place) == STATUS_OK)
        assert_int_equal(place.end - place.start, PACKET);
    else
        assert_true(place.start == INT64_MIN && place.end == INT64_MIN);
    return place.start;
}

static int64_t place(struct placement *placement, int64_t sequence, uint32_t timestamp,
                     int64_t arrival, int64_t occupied_end)
{
    return place_by(placement, NARROW, sequence, timestamp, arrival, occupied_end);
}

static void first_lies_at_arrival_and_others_by_timestamp(void **state)
{
    (void)state;
    struct placement placement;

    placement_init(&placement);
    assert_int_equal(place(&placement, 5, 0xffffffb0, 6000, 0), 6000);
    assert_int_equal(place(&placement, 6, 0x50, 9000, 6960), 6960); /* across the wrap */
    assert_int_equal(place(&placement, 4, 0xffffff10, 9000, 7920), 5040);
    assert_int_equal(place(&placement, 7, 0xf0, 0, 7920), 7920); /* arrival says nothing now */
}

static void what_overtook_the_first_packet_may_lie_before_the_start(void **state)
{
    (void)state;
    struct placement placement;

    placement_init(&placement);
    assert_int_equal(place(&placement, 5, 1000, 0, 0), 0);
    assert_int_equal(place(&placement, 4, 840, 60, 960), -960);
}

static void anchors_lie_on_the_grid(void **state)
{
    (void)state;
    struct placement placement;

    placement_init(&placement);
    assert_int_equal(place(&placement, 1, 0, 6005, 0), 6000);
    assert_int_equal(place(&placement, 2, 0x40000000, 6000, 6961), 6966);
}

static void every_clock_comes_to_the_same_line(void **state)
{
    (void)state;
    static const uint32_t clocks[] = {8000, 16000, 32000, 44100, 48000, 90000};
    struct placement placement;

    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        placement_init(&placement);
        assert_int_equal(place_by(&placement, clocks[i], 1, 7, 600, 0), 600);
        for (int64_t packet = 1; packet < 100; packet++)
            assert_int_equal(place_by(&placement, clocks[i], 1 + packet,
                                      7 + (uint32_t)packet * (clocks[i] / 50), 0,
                                      600 + packet * PACKET),
                             600 + packet * PACKET);
    }
}

/* 44.1 kHz in packets of any length: what one ends at, the next begins at, hour after hour. */
static void packets_of_an_odd_clock_touch(void **state)
{
    (void)state;
    struct placement placement;
    struct placement_place before = {0, 0};
    uint32_t timestamp = 4000000000;
    int64_t ticks_in_all = 0;
    unsigned seed = 5;

    placement_init(&placement);
    for (int64_t sequence = 0; sequence < 1000000; sequence++) {
        uint32_t ticks = 1 + (uint32_t)rand_r(&seed) % 2000;
        const struct placement_packet packet = {
            .sequence = sequence,
            .clock_hz = 44100,
            .timestamp = timestamp,
            .ticks = ticks,
            .occupied_end = before.end,
        };
        struct placement_place found;
        assert_int_equal(placement_find(&placement, &packet, &found), STATUS_OK);
        assert_int_equal(found.start, before.end);
        assert_true(found.end > found.start);
        timestamp += ticks;
        ticks_in_all += ticks;
        before = found;
    }
    assert_int_equal(before.end, ticks_in_all * LINE_HZ / 44100);
}

/* Nor is there a gap in front of the first that came. */
static void packets_of_an_odd_clock_touch_before_their_anchor(void **state)
{
    (void)state;
    struct placement placement;
    struct placement_packet packet = {
        .sequence = 1000,
        .clock_hz = 44100,
        .timestamp = 1000 * 37,
        .ticks = 37,
        .arrival = 60000,
    };
    struct placement_place behind;
    struct placement_place found;

    placement_init(&placement);
    assert_int_equal(placement_find(&placement, &packet, &behind), STATUS_OK);
    for (; packet.sequence > 0; behind = found) {
        packet.sequence--;
        packet.timestamp -= 37;
        assert_int_equal(placement_find(&placement, &packet, &found), STATUS_OK);
        assert_int_equal(found.end, behind.start);
    }
}

static void ten_seconds_go_by_the_timestamp_and_one_tick_more_by_arrival(void **state)
{
    (void)state;
    struct placement placement;

    for (int more = 0; more < 2; more++) {
        placement_init(&placement);
        assert_int_equal(place(&placement, 1, 7, 0, 0), 0);
        int64_t position =
            place(&placement, 2, (uint32_t)(7 + 80000 + more), INT64_C(79990) * TICK, PACKET);
        assert_int_equal(position, (more ? 79990 : 80000) * TICK);
    }
}

static void one_second_ahead_of_arrival_is_believed_and_more_is_not(void **state)
{
    (void)state;
    struct placement placement;

    for (int more = 0; more < 2; more++) {
        placement_init(&placement);
        assert_int_equal(place(&placement, 1, 0, 0, 0), 0);
        assert_int_equal(place(&placement, 2, (uint32_t)(8500 + more), 500 * TICK, PACKET),
                         (more ? 500 : 8500) * TICK);
    }
}

/* A sender that began with a burst runs ahead of the clock without any gap: nothing is moved. */
static void audio_without_a_gap_may_run_ahead(void **state)
{
    (void)state;
    struct placement placement;

    placement_init(&placement);
    for (int64_t i = 0; i < 100; i++)
        assert_int_equal(place(&placement, i, (uint32_t)i * PACKET_TICKS, 0, i * PACKET),
                         i * PACKET);
}

static void new_epoch_never_overlaps_what_is_there(void **state)
{
    (void)state;
    struct placement placement;

    placement_init(&placement);
    assert_int_equal(place(&placement, 1, 0, 0, 0), 0);
    assert_int_equal(place(&placement, 2, 4000000, 600, PACKET), PACKET);
    const struct placement_packet packet = {
        .sequence = 3,
        .clock_hz = NARROW,
        .timestamp = 0x40000000,
        .ticks = 160,
        .arrival = 300,
        .occupied_end = 2 * PACKET,
    };
    struct placement_place restarted = placement_restart(&placement, &packet);
    assert_int_equal(restarted.start, 2 * PACKET);
    assert_int_equal(restarted.end, 3 * PACKET);
    /* what fits only what was forgotten */
    assert_true(place(&placement, 1, 4000000 - 160, 300, 3 * PACKET) == INT64_MIN);
}

static void old_number_with_an_alien_timestamp_is_late(void **state)
{
    (void)state;
    struct placement placement;

    placement_init(&placement);
    assert_int_equal(place(&placement, 10, 0, 0, 0), 0);
    assert_true(place(&placement, 9, 0x40000000, 600, PACKET) == INT64_MIN);
    assert_int_equal(place(&placement, 11, 160, 600, PACKET), PACKET);
}

static void what_a_jump_overtook_lies_where_it_belongs(void **state)
{
    (void)state;
    struct placement placement;

    placement_init(&placement);
    assert_int_equal(place(&placement, 1, 0, 0, 0), 0);
    assert_int_equal(place(&placement, 3, 0x40000000, 2 * PACKET, PACKET), 2 * PACKET);
    assert_int_equal(place(&placement, 2, 160, 3 * PACKET, 3 * PACKET), PACKET);
    assert_int_equal(place(&placement, 4, 0x400000a0, 3 * PACKET, 3 * PACKET), 3 * PACKET);
}

static void one_stray_timestamp_moves_nothing_that_follows(void **state)
{
    (void)state;
    struct placement placement;

    placement_init(&placement);
    assert_int_equal(place(&placement, 1, 0, 0, 0), 0);
    assert_int_equal(place(&placement, 2, 0x40000000, PACKET, PACKET), PACKET);
    assert_int_equal(place(&placement, 3, 320, 2 * PACKET, 2 * PACKET), 2 * PACKET);
    assert_int_equal(place(&placement, 4, 480, 3 * PACKET, 3 * PACKET), 3 * PACKET);
}

/* RFC 7160: the timestamp goes on from the packet before, counted by the new clock. */
static void another_clock_goes_on_where_the_one_before_ended(void **state)
{
    (void)state;
    struct placement placement;

    placement_init(&placement);
    assert_int_equal(place_by(&placement, 8000, 1, 1000, 0, 0), 0);
    assert_int_equal(place_by(&placement, 8000, 2, 1160, PACKET, PACKET), PACKET);
    /* jitter of 60 ms is no pause */
    assert_int_equal(place_by(&placement, 16000, 3, 1160 + 320, 2 * PACKET + 60 * MS, 2 * PACKET),
                     2 * PACKET);
    assert_int_equal(place_by(&placement, 16000, 4, 1160 + 640, 3 * PACKET, 3 * PACKET),
                     3 * PACKET);
    assert_int_equal(place_by(&placement, 8000, 5, 1160 + 800, 4 * PACKET, 4 * PACKET), 4 * PACKET);
    assert_int_equal(place_by(&placement, 8000, 6, 1160 + 960, 5 * PACKET, 5 * PACKET), 5 * PACKET);
}

static void another_clock_begins_behind_a_longer_packet(void **state)
{
    (void)state;
    struct placement placement;
    const struct placement_packet longer = {
        .sequence = 2,
        .clock_hz = 8000,
        .timestamp = 1160,
        .ticks = 480,
        .occupied_end = PACKET,
    };
    struct placement_place found;

    placement_init(&placement);
    assert_int_equal(place_by(&placement, 8000, 1, 1000, 0, 0), 0);
    assert_int_equal(placement_find(&placement, &longer, &found), STATUS_OK);
    assert_int_equal(found.end, 4 * PACKET);
    assert_int_equal(place_by(&placement, 16000, 3, 0x40000000, 0, PACKET), 4 * PACKET);
}

static void another_clock_leaves_room_for_what_was_lost_at_the_change(void **state)
{
    (void)state;
    struct placement placement;

    placement_init(&placement);
    assert_int_equal(place_by(&placement, 8000, 1, 1000, 0, 0), 0);
    assert_int_equal(place_by(&placement, 48000, 4, 1000 + 3 * 960, 0, PACKET), 3 * PACKET);
    /* the others come after all, by either clock */
    assert_int_equal(place_by(&placement, 8000, 2, 1160, 0, 4 * PACKET), PACKET);
    assert_int_equal(place_by(&placement, 48000, 3, 1000 + 2 * 960, 0, 4 * PACKET), 2 * PACKET);
    assert_int_equal(place_by(&placement, 48000, 5, 1000 + 4 * 960, 0, 4 * PACKET), 4 * PACKET);
    /* but not by a third one */
    assert_true(place_by(&placement, 16000, 2, 1160, 0, 5 * PACKET) == INT64_MIN);
}

static void numbers_left_out_at_a_change_of_clock_are_no_hours_of_silence(void **state)
{
    (void)state;
    struct placement placement;

    placement_init(&placement);
    assert_int_equal(place_by(&placement, 8000, 1, 1000, 0, 0), 0);
    assert_int_equal(place_by(&placement, 48000, 2001, 99, 40 * MS, PACKET), 40 * MS);
}

static void pause_at_a_change_of_clock_is_kept(void **state)
{
    (void)state;
    struct placement placement;

    /* told by the new clock or the old one; as it arrived where that cannot be; and where it says
     * nothing of use */
    static const struct {
        uint32_t timestamp;
        int64_t arrival_ms;
        int64_t expected_ms;
    } cases[] = {
        {1000 + 3 * 16000, 3090, 3000},
        {1000 + 3 * 48000, 3090, 3090},
        {1000 + 3 * 8000, 3090, 3000},
        {500, 3090, 3090},
        {0x40000000, 3090, 3090},
        {500, 219, 20},
        {500, 221, 221},
        {0x40000000, 219, 20},
        {1000 + 3 * 16000, 2980, 2980},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        placement_init(&placement);
        assert_int_equal(place_by(&placement, 8000, 1, 1000, 0, 0), 0);
        assert_int_equal(
            place_by(&placement, 16000, 2, cases[i].timestamp, cases[i].arrival_ms * MS, PACKET),
            cases[i].expected_ms * MS);
    }
}

/* As senders do that do not know RFC 7160: the old clock's ticks, and the new clock comes late. */
static void timestamp_that_goes_on_by_the_old_clock_makes_no_pause(void **state)
{
    (void)state;
    struct placement placement;

    placement_init(&placement);
    assert_int_equal(place_by(&placement, 48000, 1, 1000, 0, 0), 0);
    assert_int_equal(place_by(&placement, 8000, 2, 1960, 150 * MS, PACKET), PACKET);
    assert_int_equal(place_by(&placement, 8000, 3, 2120, 150 * MS, 2 * PACKET), 2 * PACKET);
}

static void change_of_clock_never_overlaps_what_was_read(void **state)
{
    (void)state;
    struct placement placement;

    placement_init(&placement);
    assert_int_equal(place_by(&placement, 8000, 1, 1000, 0, 0), 0);
    assert_int_equal(place_by(&placement, 16000, 2, 1320, 100 * MS, 50 * MS), 50 * MS);
    assert_int_equal(place_by(&placement, 16000, 3, 1640, 100 * MS, 70 * MS), 70 * MS);
}

static void a_shift_moves_all_that_comes_of_both_epochs(void **state)
{
    (void)state;
    struct placement placement;

    placement_init(&placement);
    assert_int_equal(place(&placement, 1, 0, 0, 0), 0);
    assert_int_equal(place(&placement, 3, 0x40000000, 2 * PACKET, PACKET), 2 * PACKET);
    placement_shift(&placement, 60);
    assert_int_equal(place(&placement, 2, 160, 3 * PACKET, 3 * PACKET), PACKET + 60);
    assert_int_equal(place(&placement, 4, 0x400000a0, 3 * PACKET, 3 * PACKET), 3 * PACKET + 60);
    placement_shift(&placement, -120);
    assert_int_equal(place(&placement, 5, 0x40000140, 4 * PACKET, 4 * PACKET), 4 * PACKET - 60);
}

/* A packet of a random script, and where its sender knows that it lies. */
struct sent {
    int64_t sequence;
    uint32_t timestamp;
    int64_t moment; /* when its first sample was spoken */
    int64_t arrival;
    bool lost;
};

/* Talk and pauses; numbers and timestamps wrap. */
static void write_script(struct sent *script, size_t packets, unsigned *seed)
{
    uint32_t timestamp = (uint32_t)rand_r(seed) * 2;
    int64_t moment = 0;

    for (size_t i = 0; i < packets; i++) {
        script[i] = (struct sent){
            .sequence = 65530 + (int64_t)i,
            .timestamp = timestamp,
            .moment = moment,
            .arrival = moment + rand_r(seed) % 60 * MS,
            .lost = i > 0 && rand_r(seed) % 10 == 0,
        };
        int64_t pause = rand_r(seed) % 50 ? 0 : rand_r(seed) % 120;
        moment += PACKET * (1 + pause);
        timestamp += PACKET_TICKS * (1 + (uint32_t)pause);
    }
    script[0].arrival = 0;
}

static int by_arrival(const void *left, const void *right)
{
    const struct sent *one = left;
    const struct sent *other = right;

    return (one->arrival > other->arrival) - (one->arrival < other->arrival);
}

/* In whatever order they come, and whatever is lost: they lie as they were spoken. */
static void random_scripts_lie_as_they_were_spoken(void **state)
{
    (void)state;
    enum { PACKETS = 300 };
    unsigned seed = 1;

    for (int run = 0; run < 1000; run++) {
        struct sent script[PACKETS];
        struct placement placement;
        int64_t occupied_end = 0;

        write_script(script, PACKETS, &seed);
        qsort(script, PACKETS, sizeof *script, by_arrival);
        int64_t base = script[0].moment - script[0].arrival; /* whichever came first anchors */
        placement_init(&placement);
        for (size_t i = 0; i < PACKETS; i++) {
            if (script[i].lost)
                continue;
            int64_t start = place(&placement, script[i].sequence, script[i].timestamp,
                                  script[i].arrival, occupied_end);
            assert_int_equal(start, script[i].moment - base);
            if (start + PACKET > occupied_end)
                occupied_end = start + PACKET;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_lies_at_arrival_and_others_by_timestamp),
        cmocka_unit_test(what_overtook_the_first_packet_may_lie_before_the_start),
        cmocka_unit_test(anchors_lie_on_the_grid),
        cmocka_unit_test(every_clock_comes_to_the_same_line),
        cmocka_unit_test(packets_of_an_odd_clock_touch),
        cmocka_unit_test(packets_of_an_odd_clock_touch_before_their_anchor),
        cmocka_unit_test(ten_seconds_go_by_the_timestamp_and_one_tick_more_by_arrival),
        cmocka_unit_test(one_second_ahead_of_arrival_is_believed_and_more_is_not),
        cmocka_unit_test(audio_without_a_gap_may_run_ahead),
        cmocka_unit_test(new_epoch_never_overlaps_what_is_there),
        cmocka_unit_test(old_number_with_an_alien_timestamp_is_late),
        cmocka_unit_test(what_a_jump_overtook_lies_where_it_belongs),
        cmocka_unit_test(one_stray_timestamp_moves_nothing_that_follows),
        cmocka_unit_test(another_clock_goes_on_where_the_one_before_ended),
        cmocka_unit_test(another_clock_begins_behind_a_longer_packet),
        cmocka_unit_test(another_clock_leaves_room_for_what_was_lost_at_the_change),
        cmocka_unit_test(numbers_left_out_at_a_change_of_clock_are_no_hours_of_silence),
        cmocka_unit_test(pause_at_a_change_of_clock_is_kept),
        cmocka_unit_test(timestamp_that_goes_on_by_the_old_clock_makes_no_pause),
        cmocka_unit_test(change_of_clock_never_overlaps_what_was_read),
        cmocka_unit_test(a_shift_moves_all_that_comes_of_both_epochs),
        cmocka_unit_test(random_scripts_lie_as_they_were_spoken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
