/* A leg on hold: what is heard before and after, where it lies, and what is told of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audio/line.h"
#include "session/leg.h"
#include "unit/session/support.h"

enum { SAMPLE = LINE_HZ / RATE_HZ }; /* of 8 kHz, in positions */

enum { PCMA_TYPE = 8, PCMU_TYPE = 0, FIRST_SSRC = 0x1111, OTHER_SSRC = 0x2222 };

static struct leg *make_leg(void)
{
    return leg_of("PCMA");
}

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

static int16_t value_of(uint8_t byte)
{
    int16_t value;

    assert_int_equal(audio_codec_find("PCMA", RATE_HZ)->decode(NULL, &byte, 1, &value), STATUS_OK);
    return value;
}

/* Read on as a track without another leg would, up to what is ready; returns samples read. */
static int64_t read_on(struct leg *leg, int16_t *pcm, int64_t read, int64_t horizon_ms)
{
    leg_settle(leg, horizon_ms * NS_PER_MS);
    int64_t ready = leg_ready(leg, (horizon_ms - RECORDING_REORDER_MS) * NS_PER_MS) / SAMPLE;

    if (ready > read) {
        leg_read(leg, RATE_HZ, pcm + read, (size_t)(ready - read));
        read = ready;
    }
    return read;
}

static void assert_run(const int16_t *pcm, size_t from, size_t to, int16_t value)
{
    for (size_t i = from; i < to; i++)
        assert_int_equal(pcm[i], value);
}

static size_t count_facts(const struct leg *leg, enum fact_cause cause)
{
    size_t count = 0;

    for (size_t i = 0; i < leg_facts(leg)->count; i++)
        count += leg_facts(leg)->list[i].cause == cause;
    return count;
}

static const struct fact *fact_of(const struct leg *leg, enum fact_cause cause)
{
    for (size_t i = 0; i < leg_facts(leg)->count; i++)
        if (leg_facts(leg)->list[i].cause == cause)
            return &leg_facts(leg)->list[i];
    return NULL;
}

/* How a sender behaves while it is on hold. */
struct sender_habit {
    bool sends;            /* goes on sending */
    int sequence_step;     /* added to its numbers at the resume */
    int64_t ticks_of_hold; /* that its timestamps went on by */
    uint32_t ssrc_after;
};

enum { BEFORE = 50, HOLD_MS = 3000, AFTER = 50, LINE = (2 * 1000 + HOLD_MS) * 8 };

/* A second of talk, HOLD_MS of hold, a second of talk; all at its time. */
static void play_hold(struct leg *leg, const struct sender_habit *habit, int16_t *pcm)
{
    int64_t read = 0;
    int sequence = 100;
    int64_t timestamp = 4000000;
    uint32_t ssrc = FIRST_SSRC;

    for (int64_t now_ms = 0; now_ms < 2000 + HOLD_MS; now_ms += 20) {
        bool on_hold = now_ms >= 1000 && now_ms < 1000 + HOLD_MS;
        if (now_ms == 1000)
            leg_hold(leg, true, 1000 * NS_PER_MS);
        if (now_ms == 1000 + HOLD_MS) {
            leg_hold(leg, false, now_ms * NS_PER_MS);
            sequence += habit->sequence_step;
            timestamp += habit->ticks_of_hold;
            ssrc = habit->ssrc_after;
        }
        if (!on_hold || habit->sends) {
            send_bytes(leg, ssrc, PCMA_TYPE, sequence++, timestamp, now_ms, on_hold ? 0x77 : 0x2a);
            timestamp += PACKET_SAMPLES;
        }
        if (now_ms % MEDIA_SWEEP_MS == 0)
            read = read_on(leg, pcm, read, now_ms);
    }
    leg_settle(leg, INT64_MAX);
    leg_read(leg, RATE_HZ, pcm + read, (size_t)(LINE - read));
    leg_finish(leg, SAMPLE * LINE);
}

static void assert_hold_is_exact(const struct sender_habit *habit)
{
    struct leg *leg = make_leg();
    int16_t *pcm = calloc(LINE, sizeof *pcm);

    assert_non_null(pcm);
    play_hold(leg, habit, pcm);
    assert_run(pcm, 0, 8000, value_of(0x2a));
    assert_run(pcm, 8000, (1000 + HOLD_MS) * 8, 0);
    assert_run(pcm, (1000 + HOLD_MS) * 8, LINE, value_of(0x2a));
    struct leg_counts counts = leg_counts(leg);
    assert_int_equal(counts.placed, BEFORE + AFTER);
    assert_int_equal(counts.ignored, habit->sends ? HOLD_MS / 20 : 0);
    assert_int_equal(counts.lost + counts.late + counts.duplicate + counts.displaced, 0);
    assert_int_equal(leg_facts(leg)->count, 1);
    assert_int_equal(fact_of(leg, FACT_HELD)->start, SAMPLE * 8000);
    assert_int_equal(fact_of(leg, FACT_HELD)->end, SAMPLE * ((1000 + HOLD_MS) * 8));
    free(pcm);
    leg_destroy(leg);
}

static void sender_that_stops_on_hold_with_its_clock(void **state)
{
    (void)state;
    assert_hold_is_exact(&(struct sender_habit){.ssrc_after = FIRST_SSRC});
}

static void sender_that_stops_on_hold_while_its_clock_runs_on(void **state)
{
    (void)state;
    assert_hold_is_exact(
        &(struct sender_habit){.ticks_of_hold = HOLD_MS * 8, .ssrc_after = FIRST_SSRC});
}

static void sender_whose_numbers_run_on_unsent(void **state)
{
    (void)state;
    assert_hold_is_exact(&(struct sender_habit){
        .sequence_step = HOLD_MS / 20, .ticks_of_hold = HOLD_MS * 8, .ssrc_after = FIRST_SSRC});
}

static void sender_that_goes_on_sending_is_not_heard(void **state)
{
    (void)state;
    assert_hold_is_exact(&(struct sender_habit){.sends = true, .ssrc_after = FIRST_SSRC});
}

static void sender_that_begins_anew_after_the_hold(void **state)
{
    (void)state;
    assert_hold_is_exact(&(struct sender_habit){
        .sequence_step = -90, .ticks_of_hold = -3000000, .ssrc_after = FIRST_SSRC});
    assert_hold_is_exact(&(struct sender_habit){
        .sequence_step = 20000, .ticks_of_hold = 123456789, .ssrc_after = OTHER_SSRC});
}

static void packet_that_arrived_before_the_hold_is_heard_though_told_of_it_first(void **state)
{
    struct leg *leg = make_leg();
    int16_t pcm[1600];

    (void)state;
    /* signalling was faster than the thread that reads the socket */
    leg_hold(leg, true, 50 * NS_PER_MS);
    leg_hold(leg, false, 120 * NS_PER_MS);
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 1, 0, 49, 0x21);
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 2, 160, 50, 0x22);
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 3, 320, 119, 0x23);
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 4, 480, 120, 0x24);
    leg_settle(leg, INT64_MAX);
    leg_read(leg, RATE_HZ, pcm, 1600);
    leg_finish(leg, SAMPLE * 1600);
    assert_run(pcm, 49 * 8, 69 * 8, value_of(0x21));
    assert_run(pcm, 69 * 8, 120 * 8, 0);
    assert_run(pcm, 120 * 8, 140 * 8, value_of(0x24));
    assert_int_equal(leg_counts(leg).ignored, 2);
    /* what is heard is no hold: the packet's sound reaches into it */
    assert_int_equal(fact_of(leg, FACT_HELD)->start, SAMPLE * (69 * 8));
    assert_int_equal(fact_of(leg, FACT_HELD)->end, SAMPLE * (120 * 8));
    leg_destroy(leg);
}

static void gap_before_the_hold_is_still_lost(void **state)
{
    struct leg *leg = make_leg();
    int16_t pcm[16000];

    (void)state;
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 1, 0, 0, 0x21);
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 7, 960, 120, 0x21);
    leg_hold(leg, true, 500 * NS_PER_MS);
    leg_hold(leg, false, 900 * NS_PER_MS);
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 90, 9999, 1000, 0x22);
    leg_settle(leg, INT64_MAX);
    leg_read(leg, RATE_HZ, pcm, 16000);
    leg_finish(leg, SAMPLE * 16000);
    assert_int_equal(leg_counts(leg).lost, 5);
    assert_int_equal(count_facts(leg, FACT_LOST), 1);
    assert_int_equal(fact_of(leg, FACT_LOST)->count, 5);
    assert_int_equal(count_facts(leg, FACT_HELD), 1);
    assert_int_equal(fact_of(leg, FACT_HELD)->start, SAMPLE * (500 * 8));
    assert_int_equal(fact_of(leg, FACT_HELD)->end, SAMPLE * (900 * 8));
    /* before the hold, after it, and at the end */
    assert_int_equal(count_facts(leg, FACT_SILENT), 3);
    assert_run(pcm, 8000, 8160, value_of(0x22));
    leg_destroy(leg);
}

static void packet_that_comes_on_hold_is_not_missing_before_it(void **state)
{
    struct leg *leg = make_leg();

    (void)state;
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 1, 0, 0, 0x21);
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 3, 320, 40, 0x21);
    leg_hold(leg, true, 45 * NS_PER_MS);
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 2, 160, 46, 0x21); /* overtaken */
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 9, 1280, 160, 0x21);
    assert_int_equal(leg_counts(leg).lost, 0);
    assert_int_equal(leg_counts(leg).ignored, 2);
    assert_int_equal(leg_counts(leg).placed, 2);
    leg_destroy(leg);
}

static void leg_on_hold_is_ready_as_far_as_is_known(void **state)
{
    struct leg *leg = make_leg();

    (void)state;
    leg_settle(leg, 100 * NS_PER_MS);
    assert_int_equal(leg_ready(leg, 0), 0);
    leg_hold(leg, true, 200 * NS_PER_MS);
    leg_settle(leg, 150 * NS_PER_MS); /* something may still have come before the hold */
    assert_int_equal(leg_ready(leg, 0), 0);
    leg_settle(leg, 300 * NS_PER_MS);
    assert_int_equal(leg_ready(leg, 0), SAMPLE * (300 * 8));
    leg_hold(leg, false, 350 * NS_PER_MS);
    leg_settle(leg, 400 * NS_PER_MS);
    assert_int_equal(leg_ready(leg, 0), SAMPLE * (350 * 8));
    leg_destroy(leg);
}

static void leg_that_is_held_to_the_end_says_so(void **state)
{
    struct leg *leg = make_leg();
    int16_t pcm[8000];

    (void)state;
    leg_hold(leg, true, 0);
    leg_settle(leg, INT64_MAX);
    leg_read(leg, RATE_HZ, pcm, 8000);
    leg_finish(leg, SAMPLE * 8000);
    assert_int_equal(leg_facts(leg)->count, 1);
    assert_int_equal(fact_of(leg, FACT_HELD)->start, 0);
    assert_int_equal(fact_of(leg, FACT_HELD)->end, SAMPLE * 8000);
    assert_int_equal(leg_anchor(leg), -1);
    leg_destroy(leg);
}

static void leg_that_joined_tells_nothing_of_the_time_before(void **state)
{
    struct sender_clocks senders = {0};
    struct leg *leg = make_leg();
    int16_t pcm[8000];

    (void)state;
    leg_begin(leg, &test_setup, &senders, 500 * NS_PER_MS,
              SAMPLE * 3840); /* the line is read up to 480 ms */
    assert_int_equal(leg_ready(leg, 0), SAMPLE * 4000);
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 1, 0, 600, 0x21);
    leg_read(leg, RATE_HZ, pcm, 8000 - 3840);
    leg_finish(leg, SAMPLE * 8000);
    assert_int_equal(leg_anchor(leg), SAMPLE * 4800);
    assert_run(pcm, 0, 960, 0);
    assert_run(pcm, 960, 1120, value_of(0x21));
    assert_int_equal(count_facts(leg, FACT_SILENT), 2);
    assert_int_equal(fact_of(leg, FACT_SILENT)->start, SAMPLE * 4000);
    assert_int_equal(fact_of(leg, FACT_SILENT)->end, SAMPLE * 4800);
    leg_destroy(leg);
}

static void change_of_codec_is_told_where_it_is_heard(void **state)
{
    struct leg *leg = make_leg();
    int16_t pcm[1600];

    (void)state;
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 1, 0, 0, 0x21);
    leg_set_formats(leg, &(struct recording_format){PCMU_TYPE, "PCMU", RATE_HZ}, 1);
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 2, 160, 20, 0x21); /* not followed yet */
    send_bytes(leg, FIRST_SSRC, PCMU_TYPE, 3, 320, 40, 0x21);
    send_bytes(leg, FIRST_SSRC, PCMU_TYPE, 4, 480, 60, 0x21);
    leg_read(leg, RATE_HZ, pcm, 1600);
    const struct notes *events = leg_events(leg);
    assert_int_equal(events->count, 1);
    assert_string_equal(events->list[0].cause, "codec_change");
    assert_string_equal(events->list[0].detail, "PCMA -> PCMU");
    assert_int_equal(events->list[0].start_ms, 40);
    leg_destroy(leg);
}

static void new_source_is_told_once_and_loses_nothing(void **state)
{
    struct leg *leg = make_leg();
    int16_t pcm[8000];

    (void)state;
    for (int i = 0; i < 10; i++)
        send_bytes(leg, FIRST_SSRC, PCMA_TYPE, i, i * 160, i * 20, 0x21);
    for (int i = 0; i < 10; i++)
        send_bytes(leg, OTHER_SSRC, PCMA_TYPE, 500 + i, 77 + i * 160, 200 + i * 20, 0x22);
    send_bytes(leg, FIRST_SSRC, PCMA_TYPE, 10, 20 * 160, 400, 0x21); /* known already */
    leg_read(leg, RATE_HZ, pcm, 8000);
    const struct notes *events = leg_events(leg);
    assert_int_equal(events->count, 1);
    assert_string_equal(events->list[0].cause, "ssrc_change");
    assert_string_equal(events->list[0].detail, "00001111 -> 00002222");
    assert_int_equal(events->list[0].start_ms, 200);
    assert_int_equal(leg_counts(leg).placed, 21);
    assert_run(pcm, 0, 1600, value_of(0x21));
    assert_run(pcm, 1600, 3200, value_of(0x22));
    leg_destroy(leg);
}

static void events_without_end_are_counted_past_their_maximum(void **state)
{
    struct leg *leg = make_leg();
    int16_t pcm[PACKET_SAMPLES];

    (void)state;
    for (int i = 0; i < LEG_EVENTS_MAX + 11; i++) {
        send_bytes(leg, FIRST_SSRC, i % 2 ? PCMU_TYPE : PCMA_TYPE, i, i * 160, i * 20, 0x21);
        leg_read(leg, RATE_HZ, pcm, PACKET_SAMPLES);
    }
    assert_int_equal(leg_events(leg)->count, LEG_EVENTS_MAX);
    assert_int_equal(leg_events(leg)->dropped.count, 10);
    leg_destroy(leg);
}

/*
 * Hundreds of seeded calls with loss and many holds, on which some send and some do not, and after
 * which numbers and clocks stand anywhere: every packet and every sample is accounted for, and what
 * was said after a hold lies where it came.
 */
static void account_closes_over_any_number_of_holds(void **state)
{
    (void)state;
    enum { RUNS = 300, PACKETS = 400 };
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        uint64_t random = seed;
        struct leg *leg = make_leg();
        int16_t *pcm = calloc(PACKETS * PACKET_SAMPLES, sizeof *pcm);
        bool *spoken = calloc(PACKETS, sizeof *spoken);
        bool held = false;
        int sequence = (int)random_below(&random, 65536);
        int64_t timestamp = (int64_t)random_below(&random, UINT32_MAX);
        size_t sent = 0;
        size_t ignored = 0;
        size_t missing = 0; /* since the last packet of this talk */
        size_t lost = 0;
        bool talked = false;
        int64_t read = 0;

        assert_non_null(pcm);
        assert_non_null(spoken);
        for (int i = 0; i < PACKETS; i++) {
            if (random_below(&random, 30) == 0) {
                held = !held;
                leg_hold(leg, held, (int64_t)i * 20 * NS_PER_MS);
                talked = false;
                missing = 0;
                if (!held && random_below(&random, 2)) {
                    sequence += (int)random_below(&random, 30000);
                    timestamp += random_below(&random, 100000000);
                }
            }
            bool withheld = random_below(&random, 10) == 0;
            if (!withheld) {
                send_bytes(leg, FIRST_SSRC, PCMA_TYPE, sequence, timestamp, i * 20, 0x2a);
                sent++;
            }
            if (withheld) {
                missing += talked;
            } else if (held) {
                ignored++;
            } else {
                lost += missing;
                missing = 0;
                talked = true;
                spoken[i] = true;
            }
            sequence++;
            timestamp += PACKET_SAMPLES;
            if (i % 5 == 0)
                read = read_on(leg, pcm, read, i * 20);
        }
        leg_settle(leg, INT64_MAX);
        leg_read(leg, RATE_HZ, pcm + read, (size_t)(PACKETS * PACKET_SAMPLES - read));
        leg_finish(leg, SAMPLE * (PACKETS * PACKET_SAMPLES));
        struct leg_counts counts = leg_counts(leg);
        assert_int_equal(counts.placed + counts.ignored, sent);
        assert_int_equal(counts.ignored, ignored);
        assert_int_equal(counts.lost, lost);
        for (size_t i = 0; i < leg_facts(leg)->count; i++) {
            const struct fact *fact = &leg_facts(leg)->list[i];
            if (fact->cause != FACT_CONCEALED)
                continue;
            assert_true(fact->end - fact->start <= 60 * LINE_PER_MS);
            for (int64_t at = fact->start; at < fact->end; at += PACKET_SAMPLES * SAMPLE) {
                assert_false(spoken[at / SAMPLE / PACKET_SAMPLES]);
                memset(pcm + at / SAMPLE, 0, PACKET_SAMPLES * sizeof *pcm);
            }
            /* what was invented fades into what came */
            for (int64_t k = fact->end / SAMPLE; k < fact->end / SAMPLE + PACKET_SAMPLES / 2; k++)
                pcm[k] = value_of(0x2a);
        }
        for (size_t i = 0; i < PACKETS; i++)
            assert_run(pcm, i * PACKET_SAMPLES, (i + 1) * PACKET_SAMPLES,
                       spoken[i] ? value_of(0x2a) : 0);
        int64_t explained = (int64_t)counts.placed * PACKET_SAMPLES;
        for (size_t i = 0; i < leg_facts(leg)->count; i++)
            explained += (leg_facts(leg)->list[i].end - leg_facts(leg)->list[i].start) / SAMPLE;
        assert_int_equal(explained, PACKETS * PACKET_SAMPLES);
        free(pcm);
        free(spoken);
        leg_destroy(leg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sender_that_stops_on_hold_with_its_clock),
        cmocka_unit_test(sender_that_stops_on_hold_while_its_clock_runs_on),
        cmocka_unit_test(sender_whose_numbers_run_on_unsent),
        cmocka_unit_test(sender_that_goes_on_sending_is_not_heard),
        cmocka_unit_test(sender_that_begins_anew_after_the_hold),
        cmocka_unit_test(packet_that_arrived_before_the_hold_is_heard_though_told_of_it_first),
        cmocka_unit_test(gap_before_the_hold_is_still_lost),
        cmocka_unit_test(packet_that_comes_on_hold_is_not_missing_before_it),
        cmocka_unit_test(leg_on_hold_is_ready_as_far_as_is_known),
        cmocka_unit_test(leg_that_is_held_to_the_end_says_so),
        cmocka_unit_test(leg_that_joined_tells_nothing_of_the_time_before),
        cmocka_unit_test(change_of_codec_is_told_where_it_is_heard),
        cmocka_unit_test(new_source_is_told_once_and_loses_nothing),
        cmocka_unit_test(events_without_end_are_counted_past_their_maximum),
        cmocka_unit_test(account_closes_over_any_number_of_holds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
