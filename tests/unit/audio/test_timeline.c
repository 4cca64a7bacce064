/* Packets in the order of their positions, read as one line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audio/timeline.h"

static enum status place_at(struct timeline *timeline, int64_t position, int64_t arrival,
                            size_t samples, uint8_t byte)
{
    uint8_t payload[AUDIO_PACKET_SAMPLES_MAX];
    const struct timeline_packet packet = {
        .position = position,
        .arrival = arrival,
        .run = 1,
        .sequence = position,
        .codec = audio_codec_find("PCMU", 8000),
        .payload = payload,
        .payload_bytes = samples,
    };

    memset(payload, byte, samples);
    return timeline_place(timeline, &packet);
}

static enum status place(struct timeline *timeline, int64_t position, size_t samples, uint8_t byte)
{
    return place_at(timeline, position, position, samples, byte);
}

static int16_t value_of(uint8_t byte)
{
    int16_t value;

    audio_codec_find("PCMU", 8000)->decode(&byte, 1, &value);
    return value;
}

static void assert_reads(struct timeline *timeline, size_t samples, int16_t value)
{
    while (samples) {
        int16_t pcm[1000];
        struct timeline_entry entry;
        bool reached;
        size_t count =
            timeline_read(timeline, pcm, samples < 1000 ? samples : 1000, &reached, &entry);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(pcm[i], value);
        assert_true(count > 0);
        samples -= count;
    }
}

static void packets_in_any_order_read_as_one_line(void **state)
{
    (void)state;
    struct timeline *timeline = NULL;

    assert_int_equal(timeline_create(&timeline), STATUS_OK);
    assert_int_equal(place(timeline, 320, 160, 0x13), STATUS_OK);
    assert_int_equal(place(timeline, 0, 160, 0x11), STATUS_OK);
    assert_int_equal(timeline_ready(timeline, 0), 160);
    assert_int_equal(place(timeline, 160, 160, 0x12), STATUS_OK);
    assert_int_equal(timeline_ready(timeline, 0), 480);
    for (uint8_t i = 0; i < 3; i++)
        assert_reads(timeline, 160, value_of((uint8_t)(0x11 + i)));
    assert_int_equal(timeline_audio_end(timeline), 480);
    assert_int_equal(timeline_waiting(timeline), 0);
    timeline_destroy(timeline);
}

static void late_packet_after_reading_is_refused_and_a_half_late_one_is_heard_in_part(void **state)
{
    (void)state;
    struct timeline *timeline = NULL;

    assert_int_equal(timeline_create(&timeline), STATUS_OK);
    assert_reads(timeline, 240, 0);
    assert_int_equal(place(timeline, 0, 160, 0x11), STATUS_LATE);
    assert_int_equal(place(timeline, 80, 160, 0x11), STATUS_LATE);
    assert_int_equal(place(timeline, 160, 160, 0x11), STATUS_OK);
    assert_reads(timeline, 80, value_of(0x11));
    assert_reads(timeline, 80, 0);
    timeline_destroy(timeline);
}

static void overlapping_packets_keep_what_came_first(void **state)
{
    (void)state;
    struct timeline *timeline = NULL;

    assert_int_equal(timeline_create(&timeline), STATUS_OK);
    assert_int_equal(place(timeline, 100, 100, 0x11), STATUS_OK);
    assert_int_equal(place(timeline, 120, 60, 0x12), STATUS_EXISTS);
    assert_int_equal(place(timeline, 50, 100, 0x13), STATUS_OK);  /* its tail is cut */
    assert_int_equal(place(timeline, 150, 100, 0x14), STATUS_OK); /* its front is cut */
    assert_int_equal(place(timeline, 0, 300, 0x15), STATUS_OK);   /* what lies before the others */
    assert_reads(timeline, 50, value_of(0x15));
    assert_reads(timeline, 50, value_of(0x13));
    assert_reads(timeline, 50, value_of(0x11));
    assert_int_equal(place(timeline, 150, 50, 0x16), STATUS_EXISTS); /* being read */
    assert_reads(timeline, 50, value_of(0x11));
    assert_reads(timeline, 50, value_of(0x14));
    assert_reads(timeline, 50, 0);
    timeline_destroy(timeline);
}

static void each_packet_is_told_once_with_the_gap_before_it(void **state)
{
    (void)state;
    struct timeline *timeline = NULL;
    struct timeline_entry entry;
    int16_t pcm[400];
    bool reached;

    assert_int_equal(timeline_create(&timeline), STATUS_OK);
    assert_int_equal(place(timeline, 100, 50, 0x11), STATUS_OK);
    assert_int_equal(place(timeline, 200, 50, 0x11), STATUS_OK);
    assert_int_equal(timeline_read(timeline, pcm, 400, &reached, &entry), 100);
    assert_false(reached);
    assert_int_equal(timeline_read(timeline, pcm, 20, &reached, &entry), 20);
    assert_true(reached && entry.first);
    assert_int_equal(entry.gap_start, 0);
    assert_int_equal(entry.gap_end, 100);
    assert_int_equal(timeline_read(timeline, pcm, 400, &reached, &entry), 30);
    assert_false(reached);
    assert_int_equal(timeline_read(timeline, pcm, 400, &reached, &entry), 50);
    assert_int_equal(timeline_read(timeline, pcm, 400, &reached, &entry), 50);
    assert_true(reached && !entry.first);
    assert_int_equal(entry.gap_start, 150);
    assert_int_equal(entry.gap_end, 200);
    assert_int_equal(entry.sequence_before, 100);
    assert_int_equal(entry.sequence, 200);
    assert_int_equal(timeline_audio_end(timeline), 250);
    assert_int_equal(timeline_read(timeline, pcm, 400, &reached, &entry), 400);
    assert_int_equal(timeline_audio_end(timeline), 250);
    assert_int_equal(timeline_occupied_end(timeline), 650);
    timeline_destroy(timeline);
}

static void gap_that_is_passed_makes_what_follows_ready(void **state)
{
    (void)state;
    struct timeline *timeline = NULL;

    assert_int_equal(timeline_create(&timeline), STATUS_OK);
    assert_int_equal(place(timeline, 160, 160, 0x11), STATUS_OK);
    assert_int_equal(place(timeline, 320, 160, 0x11), STATUS_OK);
    assert_int_equal(timeline_ready(timeline, 0), 0);
    assert_int_equal(timeline_ready(timeline, 160), 160);
    assert_reads(timeline, 160, 0);
    assert_int_equal(timeline_ready(timeline, 160), 480);
    timeline_destroy(timeline);
}

static void waiting_audio_falls_due_by_its_arrival(void **state)
{
    (void)state;
    struct timeline *timeline = NULL;

    assert_int_equal(timeline_create(&timeline), STATUS_OK);
    assert_int_equal(timeline_due(timeline, 0), 0);
    assert_int_equal(place_at(timeline, 160, 500, 160, 0x11), STATUS_OK);
    assert_int_equal(place_at(timeline, 480, 600, 160, 0x11), STATUS_OK);
    assert_int_equal(place_at(timeline, 320, 700, 160, 0x11), STATUS_OK); /* reordered */
    assert_int_equal(timeline_due(timeline, 499), 0);
    assert_int_equal(timeline_due(timeline, 500), 320);
    assert_int_equal(timeline_due(timeline, 600), 640);
    assert_reads(timeline, 160, 0);
    assert_int_equal(timeline_due(timeline, 499), 160);
    timeline_destroy(timeline);
}

static void waiting_packets_stop_at_their_bound(void **state)
{
    (void)state;
    struct timeline *timeline = NULL;

    assert_int_equal(timeline_create(&timeline), STATUS_OK);
    for (int64_t i = 1; i <= BOUND_REORDER_PACKETS; i++)
        assert_int_equal(place(timeline, i * 160, 160, 0x11), STATUS_OK);
    assert_int_equal(place(timeline, 100000, 160, 0x11), STATUS_LIMIT);
    assert_int_equal(timeline_waiting(timeline), BOUND_REORDER_PACKETS);
    assert_reads(timeline, 160, 0);
    assert_reads(timeline, 160, value_of(0x11));
    assert_int_equal(place(timeline, 100000, 160, 0x11), STATUS_OK);
    timeline_destroy(timeline);
}

/* Random packets against a plain array that does the same the slow way. */
static void line_equals_its_slow_model(void **state)
{
    (void)state;
    enum { LENGTH = 20000 };
    unsigned seed = 1;

    for (int run = 0; run < 200; run++) {
        struct timeline *timeline = NULL;
        int16_t *model = calloc(LENGTH, sizeof *model);
        assert_int_equal(timeline_create(&timeline), STATUS_OK);
        assert_non_null(model);
        int64_t read = 0;
        for (int64_t now = 0; now < LENGTH - 4000; now += 400) {
            for (int i = 0; i < 3; i++) {
                uint8_t byte = (uint8_t)rand_r(&seed) & 0x7f;
                int64_t start = now + rand_r(&seed) % 3000 - 1500;
                int64_t samples = 1 + rand_r(&seed) % 400;
                bool taken = start < read;
                for (int64_t at = start; at < start + samples && !taken; at++)
                    taken = at >= 0 && model[at];
                /* the model keeps to whole free places */
                if (start < 0 || taken || !value_of(byte))
                    continue;
                assert_int_equal(place(timeline, start, (size_t)samples, byte), STATUS_OK);
                for (int64_t at = start; at < start + samples; at++)
                    model[at] = value_of(byte);
            }
            int64_t until = read + rand_r(&seed) % 800;
            for (; read < until && read < LENGTH; read++)
                assert_reads(timeline, 1, model[read]);
        }
        for (; read < LENGTH; read++)
            assert_reads(timeline, 1, model[read]);
        free(model);
        timeline_destroy(timeline);
    }
}

static void line_that_begins_later_is_read_from_there(void **state)
{
    (void)state;
    struct timeline *timeline = NULL;

    assert_int_equal(timeline_create(&timeline), STATUS_OK);
    timeline_begin(timeline, 800);
    assert_int_equal(timeline_occupied_end(timeline), 800);
    assert_int_equal(timeline_ready(timeline, 0), 800);
    assert_int_equal(timeline_audio_end(timeline), 0);
    assert_int_equal(place(timeline, 640, 160, 0x11), STATUS_LATE);
    assert_int_equal(place(timeline, 800, 160, 0x12), STATUS_OK);
    assert_int_equal(timeline_ready(timeline, 0), 960);
    assert_reads(timeline, 160, value_of(0x12));
    assert_int_equal(timeline_audio_end(timeline), 960);
    timeline_destroy(timeline);
}

/* Read up to the next packet. */
static struct timeline_entry next_entry(struct timeline *timeline)
{
    int16_t pcm[1000];
    struct timeline_entry entry;
    bool reached = false;

    for (int i = 0; i < 100 && !reached; i++)
        (void)timeline_read(timeline, pcm, 1000, &reached, &entry);
    assert_true(reached);
    return entry;
}

static void entry_tells_source_and_codec_of_both_packets(void **state)
{
    (void)state;
    struct timeline *timeline = NULL;
    const uint8_t payload[160] = {0};
    struct timeline_packet packet = {
        .ssrc = 11,
        .codec = audio_codec_find("PCMU", 8000),
        .payload = payload,
        .payload_bytes = sizeof payload,
    };

    assert_int_equal(timeline_create(&timeline), STATUS_OK);
    assert_int_equal(timeline_place(timeline, &packet), STATUS_OK);
    packet.position = 480;
    packet.ssrc = 22;
    packet.codec = audio_codec_find("PCMA", 8000);
    assert_int_equal(timeline_place(timeline, &packet), STATUS_OK);
    struct timeline_entry entry = next_entry(timeline);
    assert_true(entry.first);
    assert_null(entry.codec_before);
    assert_int_equal(entry.ssrc, 11);
    entry = next_entry(timeline);
    assert_false(entry.first);
    assert_int_equal(entry.ssrc_before, 11);
    assert_int_equal(entry.ssrc, 22);
    assert_string_equal(entry.codec_before->name, "PCMU");
    assert_string_equal(entry.codec->name, "PCMA");
    assert_int_equal(entry.gap_end, 480);
    timeline_destroy(timeline);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_that_begins_later_is_read_from_there),
        cmocka_unit_test(entry_tells_source_and_codec_of_both_packets),
        cmocka_unit_test(packets_in_any_order_read_as_one_line),
        cmocka_unit_test(late_packet_after_reading_is_refused_and_a_half_late_one_is_heard_in_part),
        cmocka_unit_test(overlapping_packets_keep_what_came_first),
        cmocka_unit_test(each_packet_is_told_once_with_the_gap_before_it),
        cmocka_unit_test(gap_that_is_passed_makes_what_follows_ready),
        cmocka_unit_test(waiting_audio_falls_due_by_its_arrival),
        cmocka_unit_test(waiting_packets_stop_at_their_bound),
        cmocka_unit_test(line_equals_its_slow_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
