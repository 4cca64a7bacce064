/* Packets in the order of their places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audio/line.h"
#include "audio/timeline.h"

static const struct audio_codec any_codec = {.name = "any"};

static enum status place_at(struct timeline *timeline, int64_t start, int64_t length,
                            int64_t arrival, uint8_t byte)
{
    uint8_t payload[40];
    const struct timeline_packet packet = {
        .start = start,
        .end = start + length,
        .arrival = arrival,
        .sequence = byte,
        .run = 1,
        .codec = &any_codec,
        .payload = payload,
        .payload_bytes = sizeof payload,
    };

    memset(payload, byte, sizeof payload);
    return timeline_place(timeline, &packet);
}

static enum status place(struct timeline *timeline, int64_t start, int64_t length, uint8_t byte)
{
    return place_at(timeline, start, length, start < 0 ? 0 : start, byte);
}

/* The next packet taken is heard from start to end, and is this one. */
static void assert_takes(struct timeline *timeline, int64_t start, int64_t end, uint8_t byte)
{
    const struct timeline_entry *head = timeline_head(timeline);

    assert_non_null(head);
    assert_int_equal(head->heard_start, start);
    timeline_pass(timeline, start);
    struct timeline_entry *entry = timeline_take(timeline);
    assert_ptr_equal(entry, head);
    assert_int_equal(entry->heard_end, end);
    assert_int_equal(entry->packet.sequence, byte);
    assert_int_equal(entry->packet.payload_bytes, 40);
    for (size_t i = 0; i < 40; i++)
        assert_int_equal(entry->packet.payload[i], byte);
    assert_int_equal(timeline_position(timeline), end);
    timeline_free(entry);
}

static void packets_in_any_order_are_taken_in_that_of_their_places(void **state)
{
    (void)state;
    struct timeline *timeline = NULL;

    assert_int_equal(timeline_create(&timeline), STATUS_OK);
    assert_null(timeline_head(timeline));
    assert_int_equal(place(timeline, 1920, 960, 3), STATUS_OK);
    assert_int_equal(place(timeline, 0, 960, 1), STATUS_OK);
    assert_int_equal(timeline_ready(timeline, 0), 960);
    assert_int_equal(place(timeline, 960, 960, 2), STATUS_OK);
    assert_int_equal(timeline_ready(timeline, 0), 2880);
    assert_int_equal(timeline_waiting(timeline), 3);
    assert_takes(timeline, 0, 960, 1);
    assert_takes(timeline, 960, 1920, 2);
    assert_takes(timeline, 1920, 2880, 3);
    assert_int_equal(timeline_waiting(timeline), 0);
    assert_int_equal(timeline_occupied_end(timeline), 2880);
    timeline_destroy(timeline);
}

static void what_is_taken_keeps_all_that_was_told_of_it(void **state)
{
    (void)state;
    struct timeline *timeline = NULL;
    const uint8_t payload[] = {1, 2, 3};
    const struct timeline_packet packet = {
        .start = -5,
        .end = 955,
        .arrival = 77,
        .sequence = INT64_C(1) << 40,
        .run = 9,
        .marker = true,
        .payload_type = 96,
        .codec = &any_codec,
        .payload = payload,
        .payload_bytes = sizeof payload,
    };

    assert_int_equal(timeline_create(&timeline), STATUS_OK);
    assert_int_equal(timeline_place(timeline, &packet), STATUS_OK);
    struct timeline_entry *entry = timeline_take(timeline);
    assert_int_equal(entry->heard_start, 0);
    assert_int_equal(entry->heard_end, 955);
    assert_int_equal(entry->packet.start, -5);
    assert_int_equal(entry->packet.end, 955);
    assert_int_equal(entry->packet.arrival, 77);
    assert_true(entry->packet.sequence == INT64_C(1) << 40);
    assert_int_equal(entry->packet.run, 9);
    assert_true(entry->packet.marker);
    assert_int_equal(entry->packet.payload_type, 96);
    assert_ptr_equal(entry->packet.codec, &any_codec);
    assert_ptr_not_equal(entry->packet.payload, payload);
    assert_memory_equal(entry->packet.payload, payload, sizeof payload);
    timeline_destroy(timeline);
    assert_int_equal(entry->packet.payload[2], 3); /* what was taken out lives on */
    timeline_free(entry);
    timeline_free(NULL);
    timeline_destroy(NULL);
}

static void late_packet_after_reading_is_refused_and_a_half_late_one_is_heard_in_part(void **state)
{
    (void)state;
    struct timeline *timeline = NULL;

    assert_int_equal(timeline_create(&timeline), STATUS_OK);
    timeline_pass(timeline, 1440);
    assert_int_equal(place(timeline, 0, 960, 1), STATUS_LATE);
    assert_int_equal(place(timeline, 480, 960, 2), STATUS_LATE);
    assert_int_equal(place(timeline, 481, 960, 3), STATUS_OK); /* by its last position */
    assert_takes(timeline, 1440, 1441, 3);
    assert_int_equal(place(timeline, 960, 960, 4), STATUS_OK);
    assert_takes(timeline, 1441, 1920, 4);
    timeline_destroy(timeline);
}

static void overlapping_packets_keep_what_came_first(void **state)
{
    (void)state;
    struct timeline *timeline = NULL;

    assert_int_equal(timeline_create(&timeline), STATUS_OK);
    assert_int_equal(place(timeline, 100, 100, 1), STATUS_OK);
    assert_int_equal(place(timeline, 100, 100, 9), STATUS_EXISTS);
    assert_int_equal(place(timeline, 120, 60, 2), STATUS_EXISTS);
    assert_int_equal(place(timeline, 50, 100, 3), STATUS_OK);  /* its tail is cut */
    assert_int_equal(place(timeline, 150, 100, 4), STATUS_OK); /* its front is cut */
    assert_int_equal(place(timeline, 0, 300, 5), STATUS_OK);   /* what lies before the others */
    assert_takes(timeline, 0, 50, 5);
    assert_takes(timeline, 50, 100, 3);
    assert_takes(timeline, 100, 200, 1);
    assert_int_equal(place(timeline, 150, 50, 6), STATUS_LATE); /* taken out already */
    assert_takes(timeline, 200, 250, 4);
    timeline_destroy(timeline);
}

static void what_cannot_be_decoded_lies_on_the_grid(void **state)
{
    (void)state;
    struct timeline *timeline = NULL;
    struct timeline_packet packet = {.start = -1, .end = 961};

    assert_int_equal(timeline_create(&timeline), STATUS_OK);
    timeline_begin(timeline, 6);
    assert_int_equal(timeline_place(timeline, &packet), STATUS_OK);
    packet = (struct timeline_packet){.start = 961, .end = 965};
    assert_int_equal(timeline_place(timeline, &packet), STATUS_EXISTS);
    packet = (struct timeline_packet){.start = 961, .end = 1925};
    assert_int_equal(timeline_place(timeline, &packet), STATUS_OK);
    assert_int_equal(timeline_ready(timeline, 0), 1920); /* they still touch */
    struct timeline_entry *entry = timeline_take(timeline);
    assert_int_equal(entry->packet.start, -LINE_GRID);
    assert_int_equal(entry->heard_end, 960);
    assert_null(entry->packet.codec);
    timeline_free(entry);
    timeline_destroy(timeline);
}

static void gap_that_is_passed_makes_what_follows_ready(void **state)
{
    (void)state;
    struct timeline *timeline = NULL;

    assert_int_equal(timeline_create(&timeline), STATUS_OK);
    assert_int_equal(place(timeline, 960, 960, 1), STATUS_OK);
    assert_int_equal(place(timeline, 1920, 960, 2), STATUS_OK);
    assert_int_equal(timeline_ready(timeline, 0), 0);
    assert_int_equal(timeline_ready(timeline, 960), 960);
    timeline_pass(timeline, 480);
    assert_int_equal(timeline_ready(timeline, 0), 480);
    timeline_pass(timeline, 960);
    assert_int_equal(timeline_ready(timeline, 960), 2880);
    assert_int_equal(timeline_ready(timeline, 3000), 3000);
    timeline_destroy(timeline);
}

static void waiting_audio_falls_due_by_its_arrival(void **state)
{
    (void)state;
    struct timeline *timeline = NULL;

    assert_int_equal(timeline_create(&timeline), STATUS_OK);
    assert_int_equal(timeline_due(timeline, 0), 0);
    assert_int_equal(place_at(timeline, 160, 160, 500, 1), STATUS_OK);
    assert_int_equal(place_at(timeline, 480, 160, 600, 2), STATUS_OK);
    assert_int_equal(place_at(timeline, 320, 160, 700, 3), STATUS_OK); /* reordered */
    assert_int_equal(timeline_due(timeline, 499), 0);
    assert_int_equal(timeline_due(timeline, 500), 320);
    assert_int_equal(timeline_due(timeline, 600), 640);
    timeline_pass(timeline, 160);
    assert_int_equal(timeline_due(timeline, 499), 160);
    timeline_destroy(timeline);
}

static void waiting_packets_stop_at_their_bound(void **state)
{
    (void)state;
    struct timeline *timeline = NULL;

    assert_int_equal(timeline_create(&timeline), STATUS_OK);
    for (int64_t i = 1; i <= BOUND_REORDER_PACKETS; i++)
        assert_int_equal(place(timeline, i * 160, 160, 1), STATUS_OK);
    assert_int_equal(place(timeline, 100000, 160, 2), STATUS_LIMIT);
    assert_int_equal(timeline_waiting(timeline), BOUND_REORDER_PACKETS);
    assert_takes(timeline, 160, 320, 1);
    assert_int_equal(place(timeline, 100000, 160, 2), STATUS_OK);
    timeline_destroy(timeline);
}

static void line_that_begins_later_is_read_from_there(void **state)
{
    (void)state;
    struct timeline *timeline = NULL;

    assert_int_equal(timeline_create(&timeline), STATUS_OK);
    timeline_begin(timeline, 800);
    assert_int_equal(timeline_occupied_end(timeline), 800);
    assert_int_equal(timeline_ready(timeline, 0), 800);
    assert_int_equal(place(timeline, 640, 160, 1), STATUS_LATE);
    assert_int_equal(place(timeline, 800, 160, 2), STATUS_OK);
    assert_int_equal(timeline_ready(timeline, 0), 960);
    assert_takes(timeline, 800, 960, 2);
    timeline_destroy(timeline);
}

static void what_is_moved_later_leaves_a_gap_in_front(void **state)
{
    (void)state;
    struct timeline *timeline = NULL;

    assert_int_equal(timeline_create(&timeline), STATUS_OK);
    assert_int_equal(place(timeline, 0, 960, 1), STATUS_OK);
    assert_int_equal(place(timeline, 960, 960, 2), STATUS_OK);
    assert_takes(timeline, 0, 960, 1);
    assert_int_equal(timeline_shift(timeline, 480), 0);
    assert_int_equal(timeline_ready(timeline, 0), 960);
    assert_int_equal(timeline_occupied_end(timeline), 2400);
    assert_int_equal(timeline_head(timeline)->packet.start, 1440);
    assert_takes(timeline, 1440, 2400, 2);
    timeline_destroy(timeline);
}

static void what_is_counted_anew_lies_closer_or_farther_and_lasts_as_long(void **state)
{
    (void)state;
    struct timeline *timeline = NULL;

    assert_int_equal(timeline_create(&timeline), STATUS_OK);
    assert_int_equal(place(timeline, 960, 960, 1), STATUS_OK);
    assert_int_equal(place(timeline, 2880, 960, 2), STATUS_OK);
    assert_int_equal(place(timeline, 4800, 960, 3), STATUS_OK);
    timeline_pass(timeline, 960);
    uint32_t run = timeline_head(timeline)->packet.run;
    assert_int_equal(timeline_recount(timeline, run, 960, 8000, 16000), 0);
    assert_int_equal(timeline_ready(timeline, 0), 3840);
    assert_int_equal(timeline_recount(timeline, run, 960, 16000, 8000), 0);
    assert_int_equal(timeline_ready(timeline, 0), 1920);
    assert_int_equal(timeline_recount(timeline, run + 1, 960, 8000, 16000), 0); /* of another */
    assert_takes(timeline, 960, 1920, 1);
    assert_takes(timeline, 2880, 3840, 2);
    assert_takes(timeline, 4800, 5760, 3);
    timeline_destroy(timeline);
}

static void what_is_moved_earlier_is_cut_at_what_was_read(void **state)
{
    (void)state;
    struct timeline *timeline = NULL;

    assert_int_equal(timeline_create(&timeline), STATUS_OK);
    assert_int_equal(place(timeline, 960, 480, 1), STATUS_OK);
    assert_int_equal(place(timeline, 1440, 960, 2), STATUS_OK);
    assert_int_equal(place(timeline, 2400, 960, 3), STATUS_OK);
    timeline_pass(timeline, 960);
    assert_int_equal(timeline_shift(timeline, -480), 1); /* the first ends where reading is */
    assert_int_equal(timeline_waiting(timeline), 2);
    assert_int_equal(timeline_ready(timeline, 0), 2880);
    assert_int_equal(timeline_shift(timeline, -480), 0);
    assert_int_equal(timeline_head(timeline)->packet.start, 480);
    assert_takes(timeline, 960, 1440, 2);
    assert_takes(timeline, 1440, 2400, 3);
    timeline_destroy(timeline);
}

/* The same the slow way: who has each position; 0 where nobody. */
enum { MODEL_LENGTH = 6000 };
struct model {
    uint8_t owner[MODEL_LENGTH];
    int64_t position;
};

static bool is_taken(const struct model *model, int64_t at)
{
    return at < MODEL_LENGTH && model->owner[at];
}

static int64_t first_of(const struct model *model, int64_t at)
{
    while (at > model->position && model->owner[at - 1] == model->owner[at])
        at--;
    return at;
}

static enum status model_place(struct model *model, int64_t start, int64_t length, uint8_t owner)
{
    int64_t end = start + length;
    int64_t from = start > model->position ? start : model->position;

    if (end <= model->position)
        return STATUS_LATE;
    if (is_taken(model, from) && start >= first_of(model, from))
        for (uint8_t other = model->owner[from]; model->owner[from] == other;)
            from++;
    if (from >= end || is_taken(model, from))
        return STATUS_EXISTS;
    for (; from < end && !is_taken(model, from); from++)
        model->owner[from] = owner;
    return STATUS_OK;
}

static size_t model_owners(const struct model *model)
{
    size_t owners = 0;
    uint8_t before = 0;

    for (int64_t at = model->position; at < MODEL_LENGTH; before = model->owner[at++])
        owners += model->owner[at] && model->owner[at] != before;
    return owners;
}

static size_t model_shift(struct model *model, int64_t by)
{
    struct model moved = {.position = model->position};
    size_t owners = model_owners(model);

    for (int64_t at = model->position; at < MODEL_LENGTH; at++)
        if (at + by >= model->position && at + by < MODEL_LENGTH)
            moved.owner[at + by] = model->owner[at];
    *model = moved;
    return owners - model_owners(model);
}

static void assert_like_model(const struct timeline *timeline, const struct model *model)
{
    int64_t ready = model->position;
    int64_t end = MODEL_LENGTH;

    while (is_taken(model, ready))
        ready++;
    while (end > model->position && !model->owner[end - 1])
        end--;
    assert_int_equal(timeline_position(timeline), model->position);
    assert_int_equal(timeline_ready(timeline, 0), ready);
    assert_int_equal(timeline_occupied_end(timeline), end);
    assert_int_equal(timeline_waiting(timeline), model_owners(model));
}

/* Take or pass what comes next, up to a position. */
static void read_both(struct timeline *timeline, struct model *model, int64_t until)
{
    while (model->position < until) {
        uint8_t owner = model->owner[model->position];
        int64_t end = model->position;
        while (end < MODEL_LENGTH && model->owner[end] == owner && (owner || end < until))
            end++;
        if (owner)
            assert_takes(timeline, model->position, end, owner);
        else
            timeline_pass(timeline, end);
        model->position = end;
    }
}

static void line_equals_its_slow_model(void **state)
{
    (void)state;
    unsigned seed = 1;
    size_t statuses[3] = {0};
    size_t dropped = 0;

    for (int run = 0; run < 60; run++) {
        struct timeline *timeline = NULL;
        struct model model = {.position = 0};
        uint8_t owner = 0;
        assert_int_equal(timeline_create(&timeline), STATUS_OK);
        while (model.position < MODEL_LENGTH - 2000) {
            owner = (uint8_t)(owner % 255 + 1);
            int64_t start = model.position + rand_r(&seed) % 900 - 300;
            int64_t length = 1 + rand_r(&seed) % 200;
            enum status status = place(timeline, start, length, owner);
            assert_int_equal(status, model_place(&model, start, length, owner));
            statuses[status == STATUS_OK ? 0 : status == STATUS_LATE ? 1 : 2]++;
            assert_like_model(timeline, &model);
            if (rand_r(&seed) % 4 == 0)
                read_both(timeline, &model, model.position + rand_r(&seed) % 150);
            if (rand_r(&seed) % 20 == 0) {
                int64_t by = (rand_r(&seed) % 61 - 30) * LINE_GRID;
                size_t gone = model_shift(&model, by);
                assert_int_equal(timeline_shift(timeline, by), gone);
                dropped += gone;
            }
            assert_like_model(timeline, &model);
        }
        timeline_destroy(timeline);
    }
    assert_true(statuses[0] > 1000 && statuses[1] > 500 && statuses[2] > 500 && dropped > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_in_any_order_are_taken_in_that_of_their_places),
        cmocka_unit_test(what_is_taken_keeps_all_that_was_told_of_it),
        cmocka_unit_test(late_packet_after_reading_is_refused_and_a_half_late_one_is_heard_in_part),
        cmocka_unit_test(overlapping_packets_keep_what_came_first),
        cmocka_unit_test(what_cannot_be_decoded_lies_on_the_grid),
        cmocka_unit_test(gap_that_is_passed_makes_what_follows_ready),
        cmocka_unit_test(waiting_audio_falls_due_by_its_arrival),
        cmocka_unit_test(waiting_packets_stop_at_their_bound),
        cmocka_unit_test(line_that_begins_later_is_read_from_there),
        cmocka_unit_test(what_is_moved_later_leaves_a_gap_in_front),
        cmocka_unit_test(what_is_counted_anew_lies_closer_or_farther_and_lasts_as_long),
        cmocka_unit_test(what_is_moved_earlier_is_cut_at_what_was_read),
        cmocka_unit_test(line_equals_its_slow_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
