/* One leg: every datagram accounted for, every gap explained, the line where it belongs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audio/line.h"
#include "session/leg.h"
#include "session/voice.h"
#include "unit/session/support.h"

enum { SAMPLE = LINE_HZ / RATE_HZ }; /* of 8 kHz, in positions */

enum { PCMA_TYPE = 8, EVENT_TYPE = 101, NOISE_TYPE = 13, FIRST_SSRC = 0x1111, OTHER_SSRC = 0x2222 };

static struct leg *make_leg(void)
{
    return leg_of("PCMA");
}

/* A packet whose samples all decode from one byte, so that its place can be seen. */
static void send_bytes(struct leg *leg, uint32_t ssrc, uint8_t type, int sequence,
                       int64_t timestamp, int64_t arrival_ms, uint8_t byte)
{
    uint8_t payload[PACKET_SAMPLES];
    uint8_t datagram[12 + PACKET_SAMPLES];

    memset(payload, byte, sizeof payload);
    size_t bytes = rtp_build(datagram, type, (uint16_t)sequence, (uint32_t)timestamp, ssrc, payload,
                             sizeof payload);
    leg_receive(leg, datagram, bytes, arrival_ms * NS_PER_MS);
}

static void send_audio(struct leg *leg, int sequence, int64_t timestamp, int64_t arrival_ms)
{
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, sequence, timestamp, arrival_ms, 0x2a);
}

/* As a track without another leg would: gaps are passed a window after their place. */
static int64_t ready(struct leg *leg, int64_t horizon_ns)
{
    leg_settle(leg, horizon_ns);
    int64_t position = leg_ready(leg, horizon_ns - RECORDING_REORDER_MS * NS_PER_MS);

    return position / SAMPLE;
}

static int16_t value_of(uint8_t byte)
{
    int16_t value;

    assert_int_equal(audio_codec_find("PCMA", RATE_HZ)->decode(NULL, &byte, 1, &value), STATUS_OK);
    return value;
}

/* Read to the end and return the samples; freed by the caller. */
static int16_t *read_all(struct leg *leg, size_t samples)
{
    int16_t *pcm = malloc(samples * sizeof *pcm);

    assert_non_null(pcm);
    for (size_t offset = 0; offset < samples; offset += PACKET_SAMPLES)
        leg_read(leg, RATE_HZ, pcm + offset,
                 samples - offset < PACKET_SAMPLES ? samples - offset : PACKET_SAMPLES);
    leg_finish(leg, SAMPLE * ((int64_t)samples));
    return pcm;
}

static void assert_run(const int16_t *pcm, size_t from, size_t to, int16_t value)
{
    for (size_t i = from; i < to; i++)
        assert_int_equal(pcm[i], value);
}

static const struct fact *fact_of(const struct leg *leg, enum fact_cause cause)
{
    const struct facts *facts = leg_facts(leg);

    for (size_t i = 0; i < facts->count; i++)
        if (facts->list[i].cause == cause)
            return &facts->list[i];
    return NULL;
}

static void first_packet_lies_where_it_arrived(void **state)
{
    (void)state;
    struct leg *leg = make_leg();

    send_audio(leg, 1, 12345, 75);
    int16_t *pcm = read_all(leg, 1600);
    assert_int_equal(leg_anchor(leg), SAMPLE * 600);
    assert_run(pcm, 0, 600, 0);
    assert_run(pcm, 600, 760, value_of(0x2a));
    assert_run(pcm, 760, 1600, 0);
    free(pcm);
    leg_destroy(leg);
}

static void sequence_and_timestamp_wrap_without_a_trace(void **state)
{
    (void)state;
    struct leg *leg = make_leg();

    for (int i = 0; i < 50; i++)
        send_audio(leg, 65520 + i, INT64_C(0xffffffff) - 3000 + i * PACKET_SAMPLES, i * 20);
    assert_int_equal(ready(leg, 1000 * NS_PER_MS), 8000);
    int16_t *pcm = read_all(leg, 8000);
    assert_run(pcm, 0, 8000, value_of(0x2a));
    assert_int_equal(leg_counts(leg).placed, 50);
    assert_int_equal(leg_counts(leg).lost, 0);
    assert_int_equal(leg_facts(leg)->count, 0);
    free(pcm);
    leg_destroy(leg);
}

static void reordering_across_the_wrap_is_put_right(void **state)
{
    (void)state;
    const int order[] = {65534, 0, 65535, 2, 1, 3};
    struct leg *leg = make_leg();

    for (int i = 0; i < 6; i++) {
        int index = (uint16_t)(order[i] - 65534);
        send_bytes(leg, FIRST_SSRC, PCMA_TYPE, order[i], index * PACKET_SAMPLES, i * 20,
                   (uint8_t)(0x20 + index));
    }
    int16_t *pcm = read_all(leg, 960);
    for (size_t i = 0; i < 6; i++)
        assert_run(pcm, i * 160, (i + 1) * 160, value_of((uint8_t)(0x20 + i)));
    assert_int_equal(leg_counts(leg).placed, 6);
    free(pcm);
    leg_destroy(leg);
}

static void packet_that_overtook_the_first_one_is_placed_before_it(void **state)
{
    (void)state;
    struct leg *leg = make_leg();

    send_audio(leg, 11, 1000 + PACKET_SAMPLES, 100);
    send_audio(leg, 10, 1000, 110);
    int16_t *pcm = read_all(leg, 1600);
    assert_int_equal(leg_anchor(leg), SAMPLE * 640);
    assert_run(pcm, 640, 960, value_of(0x2a));
    assert_int_equal(leg_counts(leg).placed, 2);
    assert_int_equal(leg_counts(leg).lost, 0);
    free(pcm);
    leg_destroy(leg);
}

static void timestamp_jump_with_consecutive_numbers_is_silence(void **state)
{
    (void)state;
    struct leg *leg = make_leg();

    send_audio(leg, 1, 0, 0);
    send_audio(leg, 2, 8000, 1000);
    int16_t *pcm = read_all(leg, 8160);
    assert_int_equal(leg_counts(leg).lost, 0);
    assert_null(fact_of(leg, FACT_LOST));
    assert_int_equal(fact_of(leg, FACT_SILENT)->start, SAMPLE * 160);
    assert_int_equal(fact_of(leg, FACT_SILENT)->end, SAMPLE * 8000);
    assert_run(pcm, 160, 8000, 0);
    assert_run(pcm, 8000, 8160, value_of(0x2a));
    free(pcm);
    leg_destroy(leg);
}

static void missing_numbers_are_lost_for_as_long_as_they_last(void **state)
{
    (void)state;
    struct leg *leg = make_leg();

    send_audio(leg, 1, 0, 0);
    send_audio(leg, 6, 800, 100);
    int16_t *pcm = read_all(leg, 960);
    assert_run(pcm, 160, 800, 0);
    assert_int_equal(leg_counts(leg).lost, 4);
    assert_int_equal(fact_of(leg, FACT_LOST)->start, SAMPLE * 160);
    assert_int_equal(fact_of(leg, FACT_LOST)->end, SAMPLE * 800);
    assert_int_equal(fact_of(leg, FACT_LOST)->count, 4);
    assert_int_equal(leg_facts(leg)->count, 1);
    free(pcm);
    leg_destroy(leg);
}

static void loss_within_a_silence_leaves_the_rest_silent(void **state)
{
    (void)state;
    struct leg *leg = make_leg();

    send_audio(leg, 1, 0, 0);
    send_audio(leg, 3, 8000, 1000);
    free(read_all(leg, 8160));
    assert_int_equal(fact_of(leg, FACT_LOST)->start, SAMPLE * (8000 - 160));
    assert_int_equal(fact_of(leg, FACT_LOST)->end, SAMPLE * 8000);
    assert_int_equal(fact_of(leg, FACT_SILENT)->start, SAMPLE * 160);
    assert_int_equal(fact_of(leg, FACT_SILENT)->end, SAMPLE * (8000 - 160));
    leg_destroy(leg);
}

static void telephone_events_and_comfort_noise_are_neither_heard_nor_lost(void **state)
{
    (void)state;
    struct leg *leg = make_leg();

    send_audio(leg, 1, 0, 0);
    send_bytes(leg, FIRST_SSRC, EVENT_TYPE, 2, 160, 20, 0x55);
    send_bytes(leg, FIRST_SSRC, EVENT_TYPE, 3, 160, 40, 0x55);
    send_bytes(leg, FIRST_SSRC, NOISE_TYPE, 4, 320, 60, 0x55);
    send_audio(leg, 5, 640, 80);
    int16_t *pcm = read_all(leg, 800);
    assert_run(pcm, 160, 640, 0);
    assert_run(pcm, 640, 800, value_of(0x2a));
    assert_int_equal(leg_counts(leg).ignored, 3);
    assert_int_equal(leg_counts(leg).lost, 0);
    assert_null(fact_of(leg, FACT_LOST));
    assert_int_equal(fact_of(leg, FACT_SILENT)->start, SAMPLE * 160);
    free(pcm);
    leg_destroy(leg);
}

static void audio_of_another_known_payload_type_is_heard(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    uint8_t byte = 0x2a;
    int16_t value;

    assert_int_equal(audio_codec_find("PCMU", RATE_HZ)->decode(NULL, &byte, 1, &value), STATUS_OK);
    send_audio(leg, 1, 0, 0);
    send_bytes(leg, FIRST_SSRC, 0, 2, 160, 20, 0x2a); /* PCMU though PCMA was answered */
    leg_set_formats(leg, &(struct recording_format){97, "PCMU", RATE_HZ}, 1);
    leg_set_formats(leg, &(struct recording_format){98, "PCMU", RATE_HZ}, 1);
    send_bytes(leg, FIRST_SSRC, 97, 3, 320, 40, 0x2a); /* the change has not reached its sender */
    send_bytes(leg, FIRST_SSRC, 98, 4, 480, 60, 0x2a);
    int16_t *pcm = read_all(leg, 640);
    assert_run(pcm, 0, 160, value_of(0x2a));
    assert_run(pcm, 160, 640, value);
    assert_int_equal(leg_counts(leg).placed, 4);
    assert_int_equal(leg_counts(leg).ignored, 0);
    free(pcm);
    leg_destroy(leg);
}

static void payload_type_that_was_offered_and_not_answered_is_heard(void **state)
{
    (void)state;
    const struct recording_format formats[] = {{PCMA_TYPE, "PCMA", RATE_HZ}, {96, "PCMU", RATE_HZ}};
    const uint8_t byte = 0x2a;
    struct leg *leg = make_leg();
    int16_t expected;

    leg_set_formats(leg, formats, 2);
    send_bytes(leg, FIRST_SSRC, 96, 1, 0, 0, 0x2a);
    assert_int_equal(audio_codec_find("PCMU", RATE_HZ)->decode(NULL, &byte, 1, &expected),
                     STATUS_OK);
    int16_t *pcm = read_all(leg, PACKET_SAMPLES);
    assert_run(pcm, 0, PACKET_SAMPLES, expected);
    assert_int_equal(leg_counts(leg).placed, 1);
    free(pcm);
    leg_destroy(leg);
}

static void what_is_not_rtp_touches_no_number(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    uint8_t datagram[12 + PACKET_SAMPLES];
    uint8_t payload[PACKET_SAMPLES] = {0};

    send_audio(leg, 1, 0, 0);
    size_t bytes = rtp_build(datagram, PCMA_TYPE, 900, 160, FIRST_SSRC, payload, sizeof payload);
    datagram[0] = 0x40;
    leg_receive(leg, datagram, bytes, 5 * NS_PER_MS);
    leg_receive(leg, datagram, 0, 5 * NS_PER_MS);
    send_audio(leg, 2, 160, 20);
    free(read_all(leg, 320));
    assert_int_equal(leg_counts(leg).ignored, 2);
    assert_int_equal(leg_counts(leg).lost, 0);
    assert_int_equal(leg_counts(leg).placed, 2);
    leg_destroy(leg);
}

static void duplicate_is_counted_and_not_heard(void **state)
{
    (void)state;
    struct leg *leg = make_leg();

    send_audio(leg, 1, 0, 0);
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 1, 0, 10, 0x77);
    int16_t *pcm = read_all(leg, 160);
    assert_run(pcm, 0, 160, value_of(0x2a));
    assert_int_equal(leg_counts(leg).duplicate, 1);
    assert_int_equal(leg_counts(leg).placed, 1);
    free(pcm);
    leg_destroy(leg);
}

static void late_packet_is_counted_late_once_and_explained(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    int16_t pcm[960];

    send_audio(leg, 1, 0, 0);
    send_audio(leg, 6, 800, 100);
    assert_int_equal(ready(leg, 1000 * NS_PER_MS), 160);
    assert_int_equal(ready(leg, 1120 * NS_PER_MS), 960);
    leg_read(leg, RATE_HZ, pcm, 960);
    send_audio(leg, 2, 160, 1121);
    send_audio(leg, 2, 160, 1122);
    leg_finish(leg, SAMPLE * 960);
    assert_int_equal(leg_counts(leg).late, 1);
    assert_int_equal(leg_counts(leg).duplicate, 1);
    assert_int_equal(leg_counts(leg).lost, 3);
    assert_int_equal(leg_counts(leg).placed, 2);
    assert_int_equal(fact_of(leg, FACT_LATE)->start, SAMPLE * 160);
    assert_int_equal(fact_of(leg, FACT_LATE)->end, SAMPLE * 320);
    assert_int_equal(fact_of(leg, FACT_LATE)->count, 1);
    /* what came, though late, is not lost as well */
    assert_int_equal(fact_of(leg, FACT_LOST)->start, SAMPLE * 320);
    assert_int_equal(fact_of(leg, FACT_LOST)->end, SAMPLE * 800);
    assert_int_equal(fact_of(leg, FACT_LOST)->count, 3);
    leg_destroy(leg);
}

static void gap_is_waited_for_as_long_as_the_window(void **state)
{
    (void)state;
    struct leg *leg = make_leg();

    send_audio(leg, 1, 0, 0);
    send_audio(leg, 3, 320, 40);
    assert_int_equal(ready(leg, 40 * NS_PER_MS), 0); /* one packet is a poor anchor */
    assert_int_equal(ready(leg, VOICE_SETTLE_MS * NS_PER_MS), 160);
    assert_int_equal(ready(leg, (20 + RECORDING_REORDER_MS) * NS_PER_MS), 160);
    assert_int_equal(ready(leg, (21 + RECORDING_REORDER_MS) * NS_PER_MS), 168);
    send_audio(leg, 2, 160, 900);
    assert_int_equal(ready(leg, 900 * NS_PER_MS), 480);
    leg_destroy(leg);
}

static void jump_beyond_ten_seconds_is_anchored_by_arrival(void **state)
{
    (void)state;
    struct leg *leg = make_leg();

    send_audio(leg, 1, 0, 0);
    send_audio(leg, 2, 160, 20);
    send_audio(leg, 3, 160 + 90000, 100);
    send_audio(leg, 4, 320 + 90000, 120);
    int16_t *pcm = read_all(leg, 1120);
    assert_run(pcm, 0, 320, value_of(0x2a));
    assert_run(pcm, 320, 800, 0);
    assert_run(pcm, 800, 1120, value_of(0x2a));
    assert_int_equal(leg_counts(leg).placed, 4);
    assert_int_equal(leg_counts(leg).lost, 0);
    free(pcm);
    leg_destroy(leg);
}

/* Of numbers 1 to 30, 8 and 9 never come; what is behind them has other timestamps. */
static void loss_in_front_of_a_jump_keeps_its_room_and_is_told(void **state)
{
    (void)state;
    for (int64_t sooner_ms = 0; sooner_ms <= 60; sooner_ms += 20) {
        struct leg *leg = make_leg();
        int16_t pcm[1920];

        for (int i = 0; i < 7; i++)
            send_audio(leg, 1 + i, (int64_t)i * 160, 100 + (int64_t)i * 20);
        (void)ready(leg, 400 * NS_PER_MS);
        leg_read(leg, RATE_HZ, pcm, 1920);
        for (int i = 9; i < 30; i++)
            send_audio(leg, 1 + i, 900000 + (int64_t)i * 160, 100 + (int64_t)i * 20 - sooner_ms);
        (void)ready(leg, 5000 * NS_PER_MS);
        free(read_all(leg, 4800));
        assert_int_equal(leg_counts(leg).lost, 2);
        assert_non_null(fact_of(leg, FACT_CONCEALED));
        assert_int_equal(fact_of(leg, FACT_CONCEALED)->count, 2);
        assert_int_equal(fact_of(leg, FACT_CONCEALED)->start, SAMPLE * 1920);
        assert_int_equal(fact_of(leg, FACT_CONCEALED)->end, SAMPLE * 2240);
        leg_destroy(leg);
    }
}

static void numbers_that_are_left_out_without_room_are_told(void **state)
{
    (void)state;
    struct leg *leg = make_leg();

    for (int i = 0; i < 5; i++)
        send_audio(leg, 1 + i, (int64_t)i * 160, (int64_t)i * 20);
    for (int i = 5; i < 30; i++) /* as if no time had passed */
        send_audio(leg, 4 + i, (int64_t)i * 160, (int64_t)i * 20);
    free(read_all(leg, 4800));
    leg_finish(leg, SAMPLE * 4800);
    assert_int_equal(leg_counts(leg).lost, 3);
    const struct notes *events = leg_events(leg);
    assert_int_equal(events->count, 1);
    assert_string_equal(events->list[0].cause, "numbers_skipped");
    assert_string_equal(events->list[0].detail, "3");
    assert_int_equal(events->list[0].start_ms, 100);
    leg_destroy(leg);
}

static void jump_into_the_future_is_anchored_by_arrival(void **state)
{
    (void)state;
    struct leg *leg = make_leg();

    send_audio(leg, 1, 0, 0);
    send_audio(leg, 2, 40000, 20);
    send_audio(leg, 3, 40160, 40);
    free(read_all(leg, 480));
    assert_int_equal(leg_counts(leg).placed, 3);
    assert_int_equal(leg_audio_end(leg), SAMPLE * 480);
    leg_destroy(leg);
}

static void packet_overtaken_by_a_jump_keeps_its_old_place(void **state)
{
    (void)state;
    struct leg *leg = make_leg();

    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 1, 0, 0, 0x21);
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 3, 900000, 100, 0x23);
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 2, 160, 110, 0x22);
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 4, 900160, 120, 0x24);
    int16_t *pcm = read_all(leg, 1120);
    assert_run(pcm, 160, 320, value_of(0x22));
    assert_run(pcm, 800, 960, value_of(0x23));
    assert_run(pcm, 960, 1120, value_of(0x24));
    free(pcm);
    leg_destroy(leg);
}

static void one_stray_timestamp_does_not_move_what_follows(void **state)
{
    (void)state;
    struct leg *leg = make_leg();

    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 1, 0, 0, 0x21);
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 2, 500000000, 20, 0x22);
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 3, 320, 40, 0x23);
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 4, 480, 60, 0x24);
    int16_t *pcm = read_all(leg, 640);
    assert_run(pcm, 320, 480, value_of(0x23));
    assert_run(pcm, 480, 640, value_of(0x24));
    free(pcm);
    leg_destroy(leg);
}

static void new_ssrc_is_anchored_by_arrival_and_overlaps_nothing(void **state)
{
    (void)state;
    struct leg *leg = make_leg();

    for (int i = 0; i < 5; i++)
        send_bytes(leg, FIRST_SSRC, PCMA_TYPE, i, i * PACKET_SAMPLES, i * 20, 0x21);
    /* comes before the first source's audio ends: lies behind it */
    send_bytes(leg, OTHER_SSRC, PCMA_TYPE, 30000, 777, 90, 0x31);
    send_bytes(leg, OTHER_SSRC, PCMA_TYPE, 30001, 777 + PACKET_SAMPLES, 110, 0x32);
    int16_t *pcm = read_all(leg, 1120);
    assert_run(pcm, 0, 800, value_of(0x21));
    assert_run(pcm, 800, 960, value_of(0x31));
    assert_run(pcm, 960, 1120, value_of(0x32));
    assert_int_equal(leg_counts(leg).placed, 7);
    assert_int_equal(leg_counts(leg).lost, 0);
    free(pcm);
    leg_destroy(leg);
}

static void voices_beyond_the_maximum_make_room_and_keep_their_losses(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    int16_t pcm[800];
    int64_t heard = 0;

    for (int i = 0; i < 2 * LEG_VOICES_MAX; i++) {
        uint32_t ssrc = (uint32_t)(100 + i);
        send_bytes(leg, ssrc, PCMA_TYPE, 1, 0, i * 100, 0x21);
        send_bytes(leg, ssrc, PCMA_TYPE, 3, 320, i * 100 + 40, 0x21);
        leg_read(leg, RATE_HZ, pcm, 800);
        for (size_t k = 0; k < 800; k++)
            heard += pcm[k] == value_of(0x21);
    }
    assert_int_equal(leg_counts(leg).lost, 2 * LEG_VOICES_MAX);
    assert_int_equal(leg_counts(leg).placed, 4 * LEG_VOICES_MAX);
    assert_int_equal(leg_counts(leg).ignored, 0);
    /* what is concealed between sounds alike */
    assert_true(heard > 4 * LEG_VOICES_MAX * PACKET_SAMPLES * 9 / 10);
    leg_destroy(leg);
}

/* Nobody who waits to be heard makes room. */
static void voice_for_which_there_is_no_room_is_counted(void **state)
{
    (void)state;
    struct leg *leg = make_leg();

    for (int i = 0; i < LEG_VOICES_MAX + 1; i++)
        send_bytes(leg, (uint32_t)(100 + i), PCMA_TYPE, 1, 0, 100, 0x21);
    assert_int_equal(leg_counts(leg).placed, LEG_VOICES_MAX);
    assert_int_equal(leg_counts(leg).ignored, 1);
    leg_destroy(leg);
}

/* Nor who is heard right now: the rest of his packet would be cut off. */
static void voice_that_is_being_read_makes_no_room(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    int16_t pcm[PACKET_SAMPLES];

    for (int i = 0; i < LEG_VOICES_MAX; i++)
        send_bytes(leg, (uint32_t)(100 + i), PCMA_TYPE, 1, 0, 0, 0xc5);
    leg_read(leg, RATE_HZ, pcm, PACKET_SAMPLES / 2);
    send_bytes(leg, 99, PCMA_TYPE, 1, 0, 10, 0xc5);
    leg_read(leg, RATE_HZ, pcm + PACKET_SAMPLES / 2, PACKET_SAMPLES / 2);
    assert_run(pcm, 0, PACKET_SAMPLES, pcm[0]);
    assert_int_equal(leg_counts(leg).ignored, 1);
    leg_destroy(leg);
}

static void numbers_that_begin_anew_are_not_counted_as_lost(void **state)
{
    (void)state;
    struct leg *leg = make_leg();

    send_audio(leg, 100, 0, 0);
    send_audio(leg, 101, 160, 20);
    send_audio(leg, 40000, 50000000, 40);
    send_audio(leg, 40001, 50000160, 60);
    free(read_all(leg, 640));
    assert_int_equal(leg_counts(leg).placed, 4);
    assert_int_equal(leg_counts(leg).lost, 0);
    leg_destroy(leg);
}

static void outage_of_minutes_is_counted_to_the_packet(void **state)
{
    (void)state;
    enum { MISSING = 5000 };
    struct leg *leg = make_leg();
    int64_t ticks = (int64_t)(MISSING + 1) * PACKET_SAMPLES;

    send_audio(leg, 1, 0, 0);
    send_audio(leg, 1 + MISSING + 1, ticks, ticks / 8);
    free(read_all(leg, (size_t)ticks + PACKET_SAMPLES));
    assert_int_equal(leg_counts(leg).lost, MISSING);
    assert_int_equal(fact_of(leg, FACT_LOST)->count, MISSING);
    leg_destroy(leg);
}

/* Read what is ready at that time. */
static void read_until(struct leg *leg, int64_t now_ms, int64_t *read)
{
    int16_t pcm[80];

    leg_settle(leg, now_ms * NS_PER_MS);
    for (; *read + 80 <= ready(leg, now_ms * NS_PER_MS); *read += 80)
        leg_read(leg, RATE_HZ, pcm, 80);
}

static void path_that_became_longer_than_the_window_is_anchored_again(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    int64_t read = 0;

    for (int i = 0; i < 500; i++) {
        /* from packet 100 on everything takes 1.5 s longer */
        int64_t now_ms = i * 20 + (i < 100 ? 0 : 1500);
        read_until(leg, now_ms, &read);
        send_audio(leg, i, i * PACKET_SAMPLES, now_ms);
    }
    struct leg_counts counts = leg_counts(leg);
    assert_int_equal(counts.late, 0);
    assert_int_equal(counts.placed, 500);
    assert_int_equal(leg_audio_end(leg), SAMPLE * (500 * PACKET_SAMPLES + 1500 * 8));
    leg_destroy(leg);
}

static void clock_that_stood_still_in_a_pause_costs_no_speech(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    int64_t read = 0;

    for (int i = 0; i < 60; i++) {
        /* numbers and timestamps go on as if there had been no pause; the second speech is short,
         * and one of its packets is overtaken */
        int index = i == 55 ? 56 : i == 56 ? 55 : i;
        int64_t now_ms = i * 20 + (i < 50 ? 0 : 8000);
        read_until(leg, now_ms, &read);
        send_audio(leg, index, index * PACKET_SAMPLES, now_ms);
    }
    leg_settle(leg, INT64_MAX);
    assert_int_equal(leg_audio_end(leg), SAMPLE * (60 * PACKET_SAMPLES + 8000 * 8));
    free(read_all(leg, (size_t)(leg_audio_end(leg) / SAMPLE - read)));
    assert_int_equal(leg_counts(leg).placed, 60);
    assert_int_equal(leg_counts(leg).late + leg_counts(leg).lost, 0);
    leg_destroy(leg);
}

static void capture_played_again_is_heard_again(void **state)
{
    (void)state;
    enum { PACKETS = 400 };
    struct leg *leg = make_leg();
    int64_t read = 0;

    for (int i = 0; i < 3 * PACKETS; i++) {
        int64_t now_ms = i * 20;
        read_until(leg, now_ms, &read);
        send_audio(leg, i % PACKETS + 7, i % PACKETS * PACKET_SAMPLES, now_ms);
    }
    /* one far behind might be a stray: the second in a row shows that the sender began anew */
    assert_int_equal(leg_counts(leg).placed, 3 * PACKETS - 2);
    assert_int_equal(leg_counts(leg).duplicate + leg_counts(leg).late, 2);
    assert_int_equal(leg_counts(leg).lost, 0);
    leg_destroy(leg);
}

static void numbers_that_began_anew_far_away_do_not_meet_the_old_ones(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    int64_t read = 0;

    for (int i = 0; i < 4000; i++) {
        int64_t now_ms = i * 20;
        read_until(leg, now_ms, &read);
        send_audio(leg, i < 100 ? 10000 + i : 6900 + i, i * PACKET_SAMPLES, now_ms);
    }
    assert_int_equal(leg_counts(leg).placed, 4000);
    assert_int_equal(leg_counts(leg).lost, 0);
    leg_destroy(leg);
}

static void packet_whose_place_is_taken_is_counted_apart(void **state)
{
    (void)state;
    struct leg *leg = make_leg();

    send_audio(leg, 1, 0, 0);
    send_audio(leg, 2, 0, 20);
    free(read_all(leg, 320));
    assert_int_equal(leg_counts(leg).placed, 1);
    assert_int_equal(leg_counts(leg).displaced, 1);
    assert_int_equal(leg_counts(leg).ignored + leg_counts(leg).lost, 0);
    leg_destroy(leg);
}

static void stall_that_passes_does_not_move_what_follows(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    int64_t read = 0;

    for (int i = 0; i < 400; i++) {
        /* packets 100 to 174 come all at once, 1.5 s after the first of them was due */
        int64_t now_ms = i >= 100 && i < 175 ? 3500 : i * 20;
        read_until(leg, now_ms, &read);
        send_audio(leg, i, i * PACKET_SAMPLES, now_ms);
    }
    assert_int_equal(leg_counts(leg).late, 25);
    assert_int_equal(leg_counts(leg).lost, 0);
    assert_int_equal(leg_audio_end(leg), SAMPLE * (400 * PACKET_SAMPLES));
    leg_destroy(leg);
}

/* No network keeps so much back: the sender's clock stood still while it made them. */
static void more_than_can_be_held_is_anchored_at_once(void **state)
{
    (void)state;
    enum { HELD = 128, BEFORE = 10, AFTER = HELD + 40 };
    struct leg *leg = make_leg();
    int64_t read = 0;

    for (int i = 0; i < BEFORE + AFTER; i++) {
        int64_t now_ms = i < BEFORE ? i * 20 : 20000;
        read_until(leg, now_ms, &read);
        send_audio(leg, i, i * PACKET_SAMPLES, now_ms);
    }
    assert_int_equal(leg_counts(leg).placed, BEFORE + AFTER);
    assert_int_equal(leg_audio_end(leg), SAMPLE * (20000 * 8 + AFTER * PACKET_SAMPLES));
    leg_destroy(leg);
}

static void flood_behind_a_gap_stops_at_the_bound(void **state)
{
    (void)state;
    struct leg *leg = make_leg();

    for (int i = 0; i < BOUND_REORDER_PACKETS + 1; i++)
        send_audio(leg, i, i * PACKET_SAMPLES, 0);
    assert_int_equal(leg_counts(leg).placed, BOUND_REORDER_PACKETS);
    assert_int_equal(leg_counts(leg).ignored, 1);
    assert_int_equal(leg_counts(leg).lost, 1);
    leg_destroy(leg);
}

static void packets_of_any_length_are_placed_to_the_sample(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    uint8_t payload[AUDIO_PACKET_SAMPLES_MAX];
    uint8_t datagram[12 + AUDIO_PACKET_SAMPLES_MAX];
    uint64_t random = 3;
    uint32_t position = 0;

    for (int i = 0; i < 200; i++) {
        size_t samples = 1 + random_below(&random, 400);
        memset(payload, i & 1 ? 0x21 : 0x22, samples);
        size_t bytes = rtp_build(datagram, PCMA_TYPE, (uint16_t)i, position, 5, payload, samples);
        leg_receive(leg, datagram, bytes, position * INT64_C(125000));
        position += (uint32_t)samples;
    }
    assert_int_equal(ready(leg, 1000 * NS_PER_MS), position);
    free(read_all(leg, position));
    assert_int_equal(leg_facts(leg)->count, 0);
    leg_destroy(leg);
}

/* RFC 3551 section 4.2: up to 200 ms; and as long as a datagram may be. */
static void packets_of_200_ms_and_more_are_heard_whole(void **state)
{
    (void)state;
    static const size_t lengths[] = {1600, AUDIO_PACKET_SAMPLES_MAX - 12};

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct leg *leg = make_leg();
        uint8_t payload[AUDIO_PACKET_SAMPLES_MAX];
        uint8_t datagram[12 + AUDIO_PACKET_SAMPLES_MAX];
        size_t samples = lengths[i];

        memset(payload, 0x2a, samples);
        for (uint16_t number = 0; number < 5; number++) {
            uint32_t position = number * (uint32_t)samples;
            size_t bytes =
                rtp_build(datagram, PCMA_TYPE, number, position, FIRST_SSRC, payload, samples);
            leg_receive(leg, datagram, bytes, position * INT64_C(125000));
        }
        assert_int_equal(ready(leg, 5 * (int64_t)samples * 125000), 5 * samples);
        int16_t *pcm = read_all(leg, 5 * samples);
        assert_run(pcm, 0, 5 * samples, value_of(0x2a));
        assert_int_equal(leg_counts(leg).placed, 5);
        assert_int_equal(leg_facts(leg)->count, 0);
        free(pcm);
        leg_destroy(leg);
    }
}

/*
 * Hundreds of seeded runs with loss, duplicates, reordering within and beyond the window, events
 * and rubbish: the account always closes.
 */
static void account_closes_whatever_the_network_does(void **state)
{
    (void)state;
    enum { RUNS = 400, PACKETS = 200 };
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        uint64_t random = seed;
        struct leg *leg = make_leg();
        struct planned plan[2 * PACKETS];
        bool came[PACKETS] = {false};
        size_t count = 0;
        size_t rubbish = 0;
        uint32_t delay_ms_max = seed % 2 ? 900 : 2500;
        int16_t pcm[PACKET_SAMPLES];
        int64_t frames = 0;

        for (size_t i = 0; i < PACKETS; i++) {
            if (i && random_below(&random, 10) == 0)
                continue;
            size_t copies = 1 + (random_below(&random, 10) == 0);
            for (size_t copy = 0; copy < copies; copy++) {
                uint32_t delay_ms =
                    i && random_below(&random, 5) == 0 ? random_below(&random, delay_ms_max) : 0;
                plan[count++] = (struct planned){((int64_t)i * 20 + delay_ms) * NS_PER_MS, 0, i};
            }
            came[i] = true;
        }
        for (int64_t now_ms = 0; now_ms < PACKETS * 20 + 4000; now_ms++) {
            for (size_t i = 0; i < count; i++)
                if (plan[i].arrival_ns == now_ms * NS_PER_MS)
                    send_audio(leg, (int)(plan[i].index + 65500),
                               (int64_t)plan[i].index * PACKET_SAMPLES - 4000, now_ms);
            if (random_below(&random, 200) == 0) {
                leg_receive(leg, (const uint8_t *)"rubbish", 7, now_ms * NS_PER_MS);
                rubbish++;
            }
            if (now_ms % 100)
                continue;
            leg_settle(leg, now_ms * NS_PER_MS);
            for (; (frames + 1) * PACKET_SAMPLES <= ready(leg, now_ms * NS_PER_MS); frames++)
                leg_read(leg, RATE_HZ, pcm, PACKET_SAMPLES);
        }
        leg_finish(leg, SAMPLE * (frames * PACKET_SAMPLES));
        struct leg_counts counts = leg_counts(leg);
        size_t last = 0;
        size_t distinct = 0;
        for (size_t i = 0; i < PACKETS; i++)
            if (came[i]) {
                last = i;
                distinct++;
            }
        assert_int_equal(counts.placed + counts.late + counts.duplicate, count);
        assert_int_equal(counts.ignored, rubbish);
        assert_int_equal(counts.lost, last + 1 - distinct);
        assert_int_equal(counts.placed + counts.late, distinct);
        if (seed % 2) { /* within the window nothing is late */
            assert_int_equal(counts.late, 0);
            assert_int_equal(counts.placed, distinct);
        }
        /* every stretch that is not heard is a fact: placed + facts = the line */
        int64_t explained = (int64_t)counts.placed * PACKET_SAMPLES;
        for (size_t i = 0; i < leg_facts(leg)->count; i++) {
            const struct fact *fact = &leg_facts(leg)->list[i];
            if (fact->cause != FACT_OVERLAID)
                explained += (fact->end - fact->start) / SAMPLE;
        }
        assert_int_equal(explained, frames * PACKET_SAMPLES);
        leg_destroy(leg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_packet_lies_where_it_arrived),
        cmocka_unit_test(sequence_and_timestamp_wrap_without_a_trace),
        cmocka_unit_test(reordering_across_the_wrap_is_put_right),
        cmocka_unit_test(packet_that_overtook_the_first_one_is_placed_before_it),
        cmocka_unit_test(timestamp_jump_with_consecutive_numbers_is_silence),
        cmocka_unit_test(missing_numbers_are_lost_for_as_long_as_they_last),
        cmocka_unit_test(loss_within_a_silence_leaves_the_rest_silent),
        cmocka_unit_test(telephone_events_and_comfort_noise_are_neither_heard_nor_lost),
        cmocka_unit_test(audio_of_another_known_payload_type_is_heard),
        cmocka_unit_test(payload_type_that_was_offered_and_not_answered_is_heard),
        cmocka_unit_test(what_is_not_rtp_touches_no_number),
        cmocka_unit_test(duplicate_is_counted_and_not_heard),
        cmocka_unit_test(late_packet_is_counted_late_once_and_explained),
        cmocka_unit_test(gap_is_waited_for_as_long_as_the_window),
        cmocka_unit_test(jump_beyond_ten_seconds_is_anchored_by_arrival),
        cmocka_unit_test(loss_in_front_of_a_jump_keeps_its_room_and_is_told),
        cmocka_unit_test(numbers_that_are_left_out_without_room_are_told),
        cmocka_unit_test(jump_into_the_future_is_anchored_by_arrival),
        cmocka_unit_test(packet_overtaken_by_a_jump_keeps_its_old_place),
        cmocka_unit_test(one_stray_timestamp_does_not_move_what_follows),
        cmocka_unit_test(new_ssrc_is_anchored_by_arrival_and_overlaps_nothing),
        cmocka_unit_test(voices_beyond_the_maximum_make_room_and_keep_their_losses),
        cmocka_unit_test(voice_for_which_there_is_no_room_is_counted),
        cmocka_unit_test(voice_that_is_being_read_makes_no_room),
        cmocka_unit_test(numbers_that_begin_anew_are_not_counted_as_lost),
        cmocka_unit_test(outage_of_minutes_is_counted_to_the_packet),
        cmocka_unit_test(path_that_became_longer_than_the_window_is_anchored_again),
        cmocka_unit_test(clock_that_stood_still_in_a_pause_costs_no_speech),
        cmocka_unit_test(capture_played_again_is_heard_again),
        cmocka_unit_test(numbers_that_began_anew_far_away_do_not_meet_the_old_ones),
        cmocka_unit_test(packet_whose_place_is_taken_is_counted_apart),
        cmocka_unit_test(stall_that_passes_does_not_move_what_follows),
        cmocka_unit_test(more_than_can_be_held_is_anchored_at_once),
        cmocka_unit_test(flood_behind_a_gap_stops_at_the_bound),
        cmocka_unit_test(packets_of_any_length_are_placed_to_the_sample),
        cmocka_unit_test(packets_of_200_ms_and_more_are_heard_whole),
        cmocka_unit_test(account_closes_whatever_the_network_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
