/* What is demanded of the timeline, item by item: from packets to what is heard, and to facts. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "media/support.h"

enum { STOP_MS = 6000, PACKET_MS = 20 };

/* One stream and who speaks on it. */
struct scene {
    struct script script;
    struct speaker speaker;
    struct recording_stream stream;
    struct played played;
};

static void open_scene(struct scene *scene, const char *codec, uint32_t rate_hz)
{
    const struct media_codec *agreed = media_codec(codec, rate_hz);

    *scene = (struct scene){.speaker = speaker_of(0, agreed)};
    scene->stream = media_stream_of(RECORDING_LEFT, &agreed, 1);
}

static void play_scene(struct scene *scene, int64_t stop_ms)
{
    script_play(&scene->script, &scene->stream, 1, stop_ms, &scene->played);
}

static void say(struct scene *scene, int64_t from_ms, int64_t to_ms)
{
    script_say(&scene->script, &scene->speaker, from_ms, to_ms);
}

static void assert_heard(const struct scene *scene, int64_t from_ms, int64_t to_ms)
{
    assert_said(&scene->played, RECORDING_LEFT, &scene->speaker, from_ms, to_ms, 0);
}

static void close_scene(struct scene *scene)
{
    played_deinit(&scene->played);
    script_deinit(&scene->script);
    speaker_deinit(&scene->speaker);
}

/* --- 1: places -------------------------------------------------------------------------------- */

static void what_is_said_lies_where_its_timestamps_say(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, "PCMU", 8000);
    say(&scene, 200, 1500);
    say(&scene, 2300, 5000);
    for (int64_t at_ms = 300; at_ms < 5000; at_ms += 3 * PACKET_MS) /* jitter */
        script_delay(&scene.script, 0, at_ms, at_ms + PACKET_MS, at_ms % 100);
    play_scene(&scene, STOP_MS);
    assert_heard(&scene, 200, 1500);
    assert_heard(&scene, 2300, 5000);
    assert_quiet(&scene.played, RECORDING_LEFT, 0, 190);
    assert_quiet(&scene.played, RECORDING_LEFT, 1520, 2280);
    assert_quiet(&scene.played, RECORDING_RIGHT, 0, STOP_MS);
    assert_fact(&scene.played, "silent", 0, 0, 200, 0);
    assert_fact(&scene.played, "silent", 0, 1500, 2300, 0);
    assert_fact(&scene.played, "silent", 0, 5000, STOP_MS, 0);
    assert_heard_ms(&scene.played, 0, 1300 + 2700);
    close_scene(&scene);
}

static void packets_out_of_order_and_doubled_are_heard_once_in_order(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, "PCMU", 8000);
    say(&scene, 200, 4200);
    for (int64_t at_ms = 400; at_ms < 4000; at_ms += 100)
        script_swap(&scene.script, 0, at_ms);
    script_duplicate(&scene.script, 0, 1000, 2000, 5);
    script_duplicate(&scene.script, 0, 2000, 3000, 700);
    play_scene(&scene, STOP_MS);
    assert_heard(&scene, 200, 4200);
    assert_heard_ms(&scene.played, 0, 4000);
    assert_int_equal(scene.played.memory.end.leg[0].packets_duplicate, 100);
    assert_int_equal(scene.played.memory.end.leg[0].packets_lost, 0);
    close_scene(&scene);
}

static void delayed_by_almost_a_second_is_still_heard_in_its_place(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, "PCMU", 8000);
    say(&scene, 200, 4200);
    script_delay(&scene.script, 0, 1000, 1400, 860);
    script_delay(&scene.script, 0, 2600, 2620, 860);
    play_scene(&scene, STOP_MS);
    assert_heard(&scene, 200, 4200);
    assert_heard_ms(&scene.played, 0, 4000);
    assert_int_equal(scene.played.memory.end.leg[0].packets_late, 0);
    close_scene(&scene);
}

/* Wherever the packet, and when it comes, lie between two sweeps. */
static void packet_that_is_late_by_a_second_is_heard_in_its_place(void **state)
{
    (void)state;
    static const int64_t late_ms[] = {990, 1000};

    for (int64_t first_ms = 200; first_ms < 200 + PACKET_MS; first_ms += 10)
        for (int64_t at_ms = 2000; at_ms < 2000 + SCRIPT_STEP_MS; at_ms += PACKET_MS)
            for (size_t i = 0; i < 2; i++) {
                struct scene scene;
                open_scene(&scene, "PCMU", 8000);
                say(&scene, first_ms, first_ms + 4000);
                script_delay(&scene.script, 0, at_ms, at_ms + PACKET_MS, late_ms[i]);
                play_scene(&scene, STOP_MS);
                assert_heard(&scene, at_ms - 200, at_ms + 300);
                assert_heard_ms(&scene.played, 0, 4000);
                assert_int_equal(scene.played.memory.end.leg[0].packets_late, 0);
                assert_int_equal(scene.played.memory.end.leg[0].packets_lost, 0);
                close_scene(&scene);
            }
}

static void numbers_and_timestamps_wrap_without_a_trace(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, "PCMU", 8000);
    scene.speaker.sequence = 65500;
    scene.speaker.timestamp = UINT32_MAX - 60 * 160;
    say(&scene, 200, 4200);
    script_swap(&scene.script, 0, 200 + 35 * PACKET_MS);
    script_swap(&scene.script, 0, 200 + 60 * PACKET_MS);
    play_scene(&scene, STOP_MS);
    assert_heard(&scene, 200, 4200);
    assert_heard_ms(&scene.played, 0, 4000);
    assert_int_equal(scene.played.memory.end.leg[0].packets_lost, 0);
    close_scene(&scene);
}

static void timestamp_that_jumps_by_hours_is_a_new_anchor(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, "PCMU", 8000);
    say(&scene, 200, 1200);
    scene.speaker.timestamp += UINT32_C(8000) * 3600 * 5;
    say(&scene, 1200, 2200);
    scene.speaker.timestamp -= UINT32_C(8000) * 3600 * 9;
    say(&scene, 2200, 4200);
    play_scene(&scene, STOP_MS);
    assert_heard(&scene, 200, 4200);
    assert_heard_ms(&scene.played, 0, 4000);
    assert_int_equal(scene.played.memory.end.duration_ms, STOP_MS);
    close_scene(&scene);
}

static void clock_that_stands_still_in_a_pause_hides_no_silence(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, "PCMU", 8000);
    say(&scene, 200, 1200);
    scene.speaker.clock_ms += 500; /* nothing is counted of a pause of half a second */
    say(&scene, 1700, 4200);
    play_scene(&scene, STOP_MS);
    assert_heard(&scene, 200, 1200);
    assert_heard(&scene, 1700, 4200);
    assert_fact(&scene.played, "silent", 0, 1200, 1700, 0);
    close_scene(&scene);
}

/* --- 2: sources ------------------------------------------------------------------------------- */

static void first_packet_that_was_delayed_anchors_nothing(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, "PCMU", 8000);
    say(&scene, 200, 2000);
    script_delay(&scene.script, 0, 200, 240, 35);
    script_hold(&scene.script, 0, 2000, 2400);
    say(&scene, 2600, 4200); /* numbers and timestamps went on */
    script_delay(&scene.script, 0, 2600, 2620, 15);
    play_scene(&scene, STOP_MS);
    assert_heard(&scene, 200, 2000);
    assert_heard(&scene, 2600, 4200);
    assert_heard_ms(&scene.played, 0, 1800 + 1600);
    close_scene(&scene);
}

static void other_source_goes_on_without_a_gap(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, "PCMU", 8000);
    say(&scene, 200, 2200);
    scene.speaker.ssrc = 0x99999999;
    scene.speaker.sequence = 40000;
    scene.speaker.timestamp = 3000000000;
    say(&scene, 2200, 4200);
    play_scene(&scene, STOP_MS);
    assert_heard(&scene, 200, 4200);
    assert_heard_ms(&scene.played, 0, 4000);
    assert_fact(&scene.played, "ssrc_change", 0, 2200, 2200, 0);
    close_scene(&scene);
}

static void source_that_restarts_is_heard_on(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, "PCMU", 8000);
    say(&scene, 200, 2200);
    scene.speaker.sequence = 30000;
    scene.speaker.timestamp = 77;
    scene.speaker.clock_ms = -1;
    say(&scene, 2600, 4200);
    script_delay(&scene.script, 0, 2000, 2040, 750); /* overtaken by the new start */
    play_scene(&scene, STOP_MS);
    assert_heard(&scene, 200, 2200);
    assert_heard(&scene, 2600, 4200);
    assert_heard_ms(&scene.played, 0, 2000 + 1600);
    assert_int_equal(scene.played.memory.end.leg[0].packets_lost, 0);
    close_scene(&scene);
}

/* What was delayed is followed by what was not: it lies behind, and covers nothing. */
static void timestamp_that_is_reset_behind_a_longer_path_loses_nothing(void **state)
{
    (void)state;
    static const int64_t delays_ms[] = {25, 38, 60};

    for (size_t i = 0; i < sizeof delays_ms / sizeof delays_ms[0]; i++) {
        struct scene scene;
        open_scene(&scene, "PCMU", 8000);
        say(&scene, 200, 2000);
        scene.speaker.ssrc++;
        scene.speaker.sequence = 7;
        scene.speaker.timestamp = 123456;
        scene.speaker.clock_ms = -1;
        say(&scene, 2000, 4000);
        script_delay(&scene.script, 0, 2000, 4000, delays_ms[i]);
        scene.speaker.timestamp += 60 * 8000;
        say(&scene, 4000, 5500);
        play_scene(&scene, STOP_MS);
        assert_null(memory_sink_fact(&scene.played.memory, "overlaid", 0));
        assert_heard_ms(&scene.played, 0, 5300);
        assert_int_equal(scene.played.memory.end.leg[0].packets_lost, 0);
        close_scene(&scene);
    }
}

/* Numbers begin anew at random, so also near those that came: behind them, and a little ahead. */
static void source_that_restarts_near_its_own_numbers_is_heard_on(void **state)
{
    (void)state;
    static const uint16_t restarts[] = {1020, 2500};

    for (size_t i = 0; i < sizeof restarts / sizeof restarts[0]; i++) {
        struct scene scene;
        open_scene(&scene, "PCMU", 8000);
        scene.speaker.sequence = 1000;
        scene.speaker.timestamp = 400000;
        say(&scene, 200, 2200);
        scene.speaker.sequence = restarts[i];
        scene.speaker.timestamp = 3000000000;
        scene.speaker.clock_ms = -1;
        say(&scene, 2600, 4200);
        script_delay(&scene.script, 0, 2000, 2040, 650); /* overtaken by the new start */
        play_scene(&scene, STOP_MS);
        assert_heard(&scene, 200, 2200);
        assert_heard(&scene, 2600, 4200);
        assert_heard_ms(&scene.played, 0, 2000 + 1600);
        assert_int_equal(scene.played.memory.end.leg[0].packets_lost, 0);
        assert_int_equal(scene.played.memory.end.leg[0].packets_duplicate, 0);
        close_scene(&scene);
    }
}

static void timestamp_of_the_same_source_that_is_reset_loses_nothing(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, "PCMU", 8000);
    say(&scene, 200, 2200);
    scene.speaker.timestamp = 12;
    scene.speaker.clock_ms = -1;
    say(&scene, 2200, 4200);
    script_swap(&scene.script, 0, 2180); /* across the reset */
    play_scene(&scene, STOP_MS);
    assert_heard(&scene, 200, 4200);
    assert_heard_ms(&scene.played, 0, 4000);
    close_scene(&scene);
}

static void sources_that_are_interleaved_are_both_heard(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, "PCMU", 8000);
    struct speaker other = speaker_of(0, scene.speaker.codec);
    other.sound = 3;
    other.ssrc = 0x22222222;
    other.sequence = 9000;
    other.timestamp = 123456;
    say(&scene, 200, 4200);
    script_say(&scene.script, &other, 1205, 3205);
    play_scene(&scene, STOP_MS);
    assert_heard(&scene, 200, 1200);
    assert_heard(&scene, 3300, 4200);
    for (int64_t at_ms = 1300; at_ms < 3100; at_ms += 100) { /* each is half of what is heard */
        const double half = 0.6;
        double likeness;
        double lag_ms =
            heard_lag_ms(&scene.played, RECORDING_LEFT, &scene.speaker, at_ms, 12, &likeness);
        assert_true(likeness > half && fabs(lag_ms) <= 1);
        lag_ms = heard_lag_ms(&scene.played, RECORDING_LEFT, &other, at_ms, 12, &likeness);
        assert_true(likeness > half && fabs(lag_ms) <= 1);
    }
    assert_heard_ms(&scene.played, 0, 4000);
    assert_int_equal(scene.played.memory.end.leg[0].packets_lost, 0);
    speaker_deinit(&other);
    close_scene(&scene);
}

/* --- 3: one clock ----------------------------------------------------------------------------- */

/* Two streams. */
struct duet {
    struct script script;
    struct speaker speaker[2];
    struct recording_stream stream[2];
    struct played played;
};

static void open_duet(struct duet *duet)
{
    const struct media_codec *codec = media_codec("PCMA", 8000);

    *duet = (struct duet){.speaker = {speaker_of(0, codec), speaker_of(1, codec)}};
    duet->speaker[1].timestamp = 98765;
    for (size_t i = 0; i < 2; i++)
        duet->stream[i] = media_stream_of(i ? RECORDING_RIGHT : RECORDING_LEFT, &codec, 1);
}

static void close_duet(struct duet *duet)
{
    played_deinit(&duet->played);
    script_deinit(&duet->script);
    speaker_deinit(&duet->speaker[0]);
    speaker_deinit(&duet->speaker[1]);
}

/* By how much both are heard later than said, in the middle of a talk. */
static void measure(const struct duet *duet, int64_t at_ms, double *lag_ms)
{
    const double most_ms = 60; /* what they say repeats after 131 and 148 ms */

    for (size_t i = 0; i < 2; i++)
        lag_ms[i] = heard_lag_ms(&duet->played, i ? RECORDING_RIGHT : RECORDING_LEFT,
                                 &duet->speaker[i], at_ms, most_ms, NULL);
}

static void legs_whose_clocks_drift_apart_are_moved_together_in_silence(void **state)
{
    enum { END_MS = 240000, CYCLE_MS = 4000, TALK_MS = 1500, DRIFT_MS = END_MS / 5000 };
    (void)state;
    struct duet duet;
    double lag_ms[2];

    open_duet(&duet);
    for (int64_t at_ms = 1000; at_ms < END_MS; at_ms += CYCLE_MS)
        for (size_t i = 0; i < 2; i++)
            script_say(&duet.script, &duet.speaker[i], at_ms, at_ms + TALK_MS);
    script_drift(&duet.script, 0, 200);
    script_drift(&duet.script, 1, -200);
    script_play(&duet.script, duet.stream, 2, END_MS, &duet.played);
    measure(&duet, END_MS - CYCLE_MS + 1000 + TALK_MS / 2, lag_ms);
    /* what is said at one moment of our clock: the senders' differ by 95 ms then */
    assert_true(fabs(lag_ms[0] + DRIFT_MS) <= 15);
    assert_true(fabs(lag_ms[1] - DRIFT_MS) <= 15);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(memory_sink_facts(&duet.played.memory, "clock_corrected", (int)i), 0);
        assert_int_equal(fact_packets(&duet.played, "lost", (int)i), 0);
        assert_int_equal(fact_packets(&duet.played, "late", (int)i), 0);
    }
    close_duet(&duet);
}

static void reports_of_the_sender_tell_more_than_arrivals(void **state)
{
    enum { END_MS = 30000, CYCLE_MS = 3000, TALK_MS = 1500, LONGER_MS = 50, APART_MS = 123456 };
    (void)state;
    struct duet duet;
    double lag_ms[2];

    open_duet(&duet);
    duet.speaker[1].path_ms = LONGER_MS;
    for (int64_t at_ms = 1000; at_ms < END_MS; at_ms += CYCLE_MS)
        for (size_t i = 0; i < 2; i++) {
            script_say(&duet.script, &duet.speaker[i], at_ms, at_ms + TALK_MS);
            script_report(&duet.script, &duet.speaker[i], at_ms + TALK_MS + 200, APART_MS,
                          "one@here");
        }
    script_play(&duet.script, duet.stream, 2, END_MS, &duet.played);
    measure(&duet, 1000 + TALK_MS / 2, lag_ms);
    assert_true(fabs(lag_ms[1] - lag_ms[0] - LONGER_MS) <= 2); /* none had come yet */
    measure(&duet, END_MS - CYCLE_MS + 1000 + TALK_MS / 2, lag_ms);
    assert_true(fabs(lag_ms[0] - lag_ms[1]) <= 15);
    close_duet(&duet);
}

/*
 * A sender begins anew. An old packet that comes among the first of the new ones makes the clock
 * forget what it knew, and of the three offsets that it knows then one is of a delayed packet: no
 * reason to move what was said before.
 */
static void few_packets_behind_a_restart_do_not_move_the_line(void **state)
{
    enum { DELAY_MS = 124, FIRST_MS = 1500, ANEW_MS = 2100 };
    (void)state;
    struct script script = {0};
    struct played played;
    const struct media_codec *codec = media_codec("PCMU", 8000);
    struct speaker speaker = speaker_of(0, codec);
    const struct recording_stream stream = media_stream_of(RECORDING_LEFT, &codec, 1);

    script_say(&script, &speaker, 200, 1000);
    script_say(&script, &speaker, FIRST_MS, 2000);
    script_delay(&script, 0, 1960, 1980, 191); /* comes behind the third of the new ones */
    speaker.sequence = 30000;
    speaker.timestamp = 77;
    speaker.clock_ms = -1;
    script_say(&script, &speaker, ANEW_MS, 2220);
    script_delay(&script, 0, 2200, 2220, DELAY_MS);
    script_say(&script, &speaker, 3600, 4600);
    script_play(&script, &stream, 1, STOP_MS, &played);
    assert_said(&played, RECORDING_LEFT, &speaker, 200, 1000, 0);
    assert_said(&played, RECORDING_LEFT, &speaker, FIRST_MS, 2000, 0);
    assert_said(&played, RECORDING_LEFT, &speaker, ANEW_MS, 2200, 0);
    assert_said(&played, RECORDING_LEFT, &speaker, 3600, 4600, 0);
    played_deinit(&played);
    script_deinit(&script);
    speaker_deinit(&speaker);
}

/* --- 4: loss ---------------------------------------------------------------------------------- */

static void short_loss_is_concealed_and_moves_nothing(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, "PCMU", 8000);
    say(&scene, 200, 4200);
    script_lose(&scene.script, 0, 1000, 1020);
    script_lose(&scene.script, 0, 2000, 2060);
    play_scene(&scene, STOP_MS);
    assert_heard(&scene, 200, 1000);
    assert_heard(&scene, 1020, 2000);
    assert_heard(&scene, 2060, 4200);
    assert_fact(&scene.played, "concealed", 0, 1000, 1020, 1);
    assert_fact(&scene.played, "concealed", 0, 2000, 2060, 3);
    assert_int_equal(fact_packets(&scene.played, "lost", 0), 0);
    assert_true(energy(scene.played.pcm, 1000 * 48, 1020 * 48, 0) > 20 * 48 * 1e5);
    assert_heard_ms(&scene.played, 0, 4000 - 80);
    close_scene(&scene);
}

static void longer_loss_is_silence_and_moves_nothing(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, "PCMU", 8000);
    say(&scene, 200, 4200);
    script_lose(&scene.script, 0, 1000, 1080);
    script_lose(&scene.script, 0, 2000, 2500);
    play_scene(&scene, STOP_MS);
    assert_heard(&scene, 200, 1000);
    assert_heard(&scene, 1080, 2000);
    assert_heard(&scene, 2500, 4200);
    assert_quiet(&scene.played, RECORDING_LEFT, 2010, 2490);
    assert_fact(&scene.played, "lost", 0, 1000, 1080, 4);
    assert_fact(&scene.played, "lost", 0, 2000, 2500, 25);
    assert_heard_ms(&scene.played, 0, 4000 - 580);
    assert_int_equal(scene.played.memory.end.leg[0].packets_lost, 29);
    close_scene(&scene);
}

static void opus_restores_what_was_lost_from_the_packet_behind(void **state)
{
    enum { FIRST_MS = 1000, STEP_MS = 240, LOSSES = 13, LAST_MS = FIRST_MS + LOSSES * STEP_MS };
    (void)state;
    struct scene scene;
    int restored = 0;

    open_scene(&scene, "opus", 48000);
    say(&scene, 200, 4200);
    for (int64_t at_ms = FIRST_MS; at_ms < LAST_MS; at_ms += STEP_MS)
        script_lose(&scene.script, 0, at_ms, at_ms + PACKET_MS);
    play_scene(&scene, STOP_MS);
    assert_heard(&scene, 200, 1000);
    for (int64_t at_ms = FIRST_MS; at_ms < LAST_MS; at_ms += STEP_MS) {
        double likeness;
        assert_heard(&scene, at_ms + 140, at_ms + STEP_MS); /* nothing is moved */
        (void)heard_lag_ms(&scene.played, RECORDING_LEFT, &scene.speaker, at_ms, 12, &likeness);
        restored += likeness > 0.7;
    }
    assert_true(restored >= LOSSES - 3); /* its encoder may leave a copy out */
    assert_int_equal(fact_packets(&scene.played, "concealed", 0), LOSSES);
    assert_heard_ms(&scene.played, 0, 4000 - LOSSES * PACKET_MS);
    close_scene(&scene);
}

/* --- 5: facts --------------------------------------------------------------------------------- */

static void what_comes_after_its_place_was_written_is_late(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, "PCMU", 8000);
    say(&scene, 200, 5200);
    script_delay(&scene.script, 0, 1000, 1200, 2000);
    play_scene(&scene, STOP_MS);
    assert_heard(&scene, 200, 1000);
    assert_heard(&scene, 1200, 5200);
    assert_quiet(&scene.played, RECORDING_LEFT, 1010, 1190);
    assert_fact(&scene.played, "late", 0, 1000, 1200, 10);
    assert_int_equal(fact_packets(&scene.played, "lost", 0), 0);
    assert_heard_ms(&scene.played, 0, 4800);
    close_scene(&scene);
}

/* A sender says something else of the same 20 ms, under a number of its own; and then twice in a
 * row, which is one stretch. */
static void what_comes_for_a_place_that_is_taken_is_overlaid(void **state)
{
    (void)state;
    static const int64_t taken_ms[] = {1000, 2000, 2020};
    struct scene scene;
    uint8_t payload[160];
    int64_t said_ms = 200;

    memset(payload, 0x33, sizeof payload);
    open_scene(&scene, "PCMU", 8000);
    for (size_t i = 0; i < sizeof taken_ms / sizeof taken_ms[0]; i++) {
        say(&scene, said_ms, taken_ms[i] + PACKET_MS);
        script_send(&scene.script, &scene.speaker, taken_ms[i], 0, payload, sizeof payload, 160);
        said_ms = taken_ms[i] + PACKET_MS;
    }
    say(&scene, said_ms, 4200);
    play_scene(&scene, STOP_MS);
    assert_heard(&scene, 200, 4200);
    assert_heard_ms(&scene.played, 0, 4000); /* all of the line is heard */
    assert_int_equal(memory_sink_facts(&scene.played.memory, "overlaid", 0), 2);
    assert_fact(&scene.played, "overlaid", 0, 1000, 1020, 1);
    assert_fact(&scene.played, "overlaid", 0, 2000, 2040, 2);
    assert_int_equal(scene.played.memory.end.leg[0].packets_lost, 0);
    close_scene(&scene);
}

static void hold_is_not_silence_and_nothing_of_it_is_heard(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, "PCMU", 8000);
    say(&scene, 200, 4200); /* the music plays on */
    script_hold(&scene.script, 0, 1200, 2800);
    play_scene(&scene, STOP_MS);
    assert_heard(&scene, 200, 1200);
    assert_heard(&scene, 2800, 4200);
    assert_quiet(&scene.played, RECORDING_LEFT, 1210, 2790);
    assert_fact(&scene.played, "held", 0, 1200, 2800, 0);
    assert_int_equal(fact_packets(&scene.played, "lost", 0), 0);
    assert_heard_ms(&scene.played, 0, 2400);
    close_scene(&scene);
}

static void copy_that_comes_a_hold_later_is_nothing_lost(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, "PCMU", 8000);
    say(&scene, 200, 4200);
    script_hold(&scene.script, 0, 1000, 1500);
    script_hold(&scene.script, 0, 1600, 2600);
    script_duplicate(&scene.script, 0, 960, 1000, 700); /* it is the second hold by then */
    play_scene(&scene, STOP_MS);
    assert_int_equal(scene.played.memory.end.leg[0].packets_lost, 0);
    assert_int_equal(fact_packets(&scene.played, "lost", 0), 0);
    assert_heard_ms(&scene.played, 0, 800 + 100 + 1600);
    close_scene(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_lies_where_its_timestamps_say),
        cmocka_unit_test(packets_out_of_order_and_doubled_are_heard_once_in_order),
        cmocka_unit_test(delayed_by_almost_a_second_is_still_heard_in_its_place),
        cmocka_unit_test(packet_that_is_late_by_a_second_is_heard_in_its_place),
        cmocka_unit_test(numbers_and_timestamps_wrap_without_a_trace),
        cmocka_unit_test(timestamp_that_jumps_by_hours_is_a_new_anchor),
        cmocka_unit_test(clock_that_stands_still_in_a_pause_hides_no_silence),
        cmocka_unit_test(first_packet_that_was_delayed_anchors_nothing),
        cmocka_unit_test(other_source_goes_on_without_a_gap),
        cmocka_unit_test(source_that_restarts_is_heard_on),
        cmocka_unit_test(timestamp_that_is_reset_behind_a_longer_path_loses_nothing),
        cmocka_unit_test(source_that_restarts_near_its_own_numbers_is_heard_on),
        cmocka_unit_test(timestamp_of_the_same_source_that_is_reset_loses_nothing),
        cmocka_unit_test(sources_that_are_interleaved_are_both_heard),
        cmocka_unit_test(legs_whose_clocks_drift_apart_are_moved_together_in_silence),
        cmocka_unit_test(few_packets_behind_a_restart_do_not_move_the_line),
        cmocka_unit_test(reports_of_the_sender_tell_more_than_arrivals),
        cmocka_unit_test(short_loss_is_concealed_and_moves_nothing),
        cmocka_unit_test(longer_loss_is_silence_and_moves_nothing),
        cmocka_unit_test(opus_restores_what_was_lost_from_the_packet_behind),
        cmocka_unit_test(what_comes_after_its_place_was_written_is_late),
        cmocka_unit_test(what_comes_for_a_place_that_is_taken_is_overlaid),
        cmocka_unit_test(hold_is_not_silence_and_nothing_of_it_is_heard),
        cmocka_unit_test(copy_that_comes_a_hold_later_is_nothing_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
