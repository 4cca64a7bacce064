/* One leg that several are heard on in turn, of whom one comes back: moves, music on hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audio/line.h"
#include "session/leg.h"
#include "unit/session/support.h"

enum {
    SPEAKER = 0x1111,
    MUSIC = 0x2222,
    SPEECH_BYTE = 0x2a,
    MUSIC_BYTE = 0x15,
    TALK = 25, /* packets of a talk: half a second */
    TALK_MS = 500,
    MUSIC_NUMBER = 30000, /* far from the speaker's */
    MUSIC_TIME = 777000000,
    SAMPLES = 8 * 6000,
};

/* What comes to a leg, in the order of its arrival, and the line that is read of it. */
struct scene {
    struct leg *leg;
    int64_t now_ms;
    size_t read; /* samples */
    bool lags;   /* another leg keeps the line back: it is read a window behind the clock */
    int16_t pcm[SAMPLES];
};

static struct scene *open_scene(bool lags)
{
    struct scene *scene = calloc(1, sizeof *scene);

    assert_non_null(scene);
    scene->leg = leg_of("PCMA");
    scene->lags = lags;
    return scene;
}

/* Time goes on: the line is read as a track reads it. */
static void go_on(struct scene *scene, int64_t until_ms)
{
    for (; scene->now_ms < until_ms; scene->now_ms++) {
        if (scene->now_ms % MEDIA_SWEEP_MS)
            continue;
        int64_t now_ns = scene->now_ms * NS_PER_MS;
        int64_t window_ns = now_ns - RECORDING_REORDER_MS * NS_PER_MS;
        leg_settle(scene->leg, now_ns);
        int64_t due = leg_due(scene->leg, window_ns);
        int64_t passed_ns = due / LINE_PER_MS * NS_PER_MS;
        passed_ns = passed_ns < window_ns ? passed_ns : window_ns;
        int64_t ready = leg_ready(scene->leg, passed_ns);
        int64_t behind = window_ns / NS_PER_MS * LINE_PER_MS;
        if (scene->lags && ready > behind)
            ready = behind > 0 ? behind : 0;
        size_t samples = (size_t)(ready * RATE_HZ / LINE_HZ);
        if (samples > scene->read)
            leg_read(scene->leg, RATE_HZ, scene->pcm + scene->read, samples - scene->read);
        scene->read = samples > scene->read ? samples : scene->read;
    }
}

/* Packet number `index` of a source, whose clock goes on with its numbers. */
static void send_packet(struct scene *scene, uint32_t ssrc, uint8_t byte, int index,
                        int64_t arrival_ms)
{
    uint8_t payload[PACKET_SAMPLES];
    uint8_t datagram[12 + PACKET_SAMPLES];

    go_on(scene, arrival_ms);
    memset(payload, byte, sizeof payload);
    uint32_t timestamp = (uint32_t)index * PACKET_SAMPLES + (byte == MUSIC_BYTE ? MUSIC_TIME : 0);
    size_t bytes =
        rtp_build(datagram, 8, (uint16_t)(1 + index), timestamp, ssrc, payload, sizeof payload);
    leg_receive(scene->leg, datagram, bytes, arrival_ms * NS_PER_MS);
}

/* Half a second in real time. */
static void talk(struct scene *scene, uint32_t ssrc, uint8_t byte, int first, int64_t from_ms)
{
    for (int i = 0; i < TALK; i++)
        send_packet(scene, ssrc, byte, first + i, from_ms + i * 20);
}

static void end_scene(struct scene *scene, int64_t end_ms)
{
    size_t samples = (size_t)end_ms * 8;

    leg_settle(scene->leg, INT64_MAX);
    assert_in_range(samples, scene->read, SAMPLES);
    leg_read(scene->leg, RATE_HZ, scene->pcm + scene->read, samples - scene->read);
    leg_finish(scene->leg, end_ms * LINE_PER_MS);
}

static void close_scene(struct scene *scene)
{
    leg_destroy(scene->leg);
    free(scene);
}

static int16_t value_of(uint8_t byte)
{
    int16_t value;

    assert_int_equal(audio_codec_find("PCMA", RATE_HZ)->decode(NULL, &byte, 1, &value), STATUS_OK);
    return value;
}

/* That byte's sound, and no other, is heard in a stretch. */
static void assert_heard(const struct scene *scene, int64_t from_ms, int64_t end_ms, uint8_t byte)
{
    for (int64_t i = from_ms * 8; i < end_ms * 8; i++)
        assert_int_equal(scene->pcm[i], value_of(byte));
}

static size_t samples_of(const struct scene *scene, uint8_t byte)
{
    size_t found = 0;

    for (size_t i = 0; i < SAMPLES; i++)
        found += scene->pcm[i] == value_of(byte);
    return found;
}

static void clock_that_stood_still_while_another_was_heard_loses_nothing(void **state)
{
    struct scene *scene = open_scene(*(const bool *)*state);

    talk(scene, SPEAKER, SPEECH_BYTE, 0, 0);
    talk(scene, MUSIC, MUSIC_BYTE, 0, TALK_MS);
    talk(scene, SPEAKER, SPEECH_BYTE, TALK, 2 * TALK_MS); /* its next number and timestamp */
    end_scene(scene, 3 * TALK_MS);
    assert_heard(scene, 0, TALK_MS, SPEECH_BYTE);
    assert_heard(scene, TALK_MS, 2 * TALK_MS, MUSIC_BYTE);
    assert_heard(scene, 2 * TALK_MS, 3 * TALK_MS, SPEECH_BYTE);
    assert_int_equal(leg_counts(scene->leg).placed, 3 * TALK);
    assert_int_equal(leg_facts(scene->leg)->count, 0);
    close_scene(scene);
}

/* Two addresses that send by one SSRC, as behind a gateway that makes it up. */
static void numbers_that_are_gone_back_to_by_one_source_lose_nothing(void **state)
{
    struct scene *scene = open_scene(*(const bool *)*state);

    talk(scene, SPEAKER, SPEECH_BYTE, 0, 0);
    talk(scene, SPEAKER, MUSIC_BYTE, MUSIC_NUMBER, TALK_MS);
    talk(scene, SPEAKER, SPEECH_BYTE, TALK, 2 * TALK_MS);
    end_scene(scene, 3 * TALK_MS);
    assert_heard(scene, 0, TALK_MS, SPEECH_BYTE);
    assert_heard(scene, TALK_MS, 2 * TALK_MS, MUSIC_BYTE);
    assert_heard(scene, 2 * TALK_MS, 3 * TALK_MS, SPEECH_BYTE);
    assert_int_equal(leg_counts(scene->leg).placed, 3 * TALK);
    assert_int_equal(leg_facts(scene->leg)->count, 0);
    close_scene(scene);
}

/* Three times each, with clocks that stand still while the other is heard. */
static void assert_turns(bool lags, uint32_t other_ssrc, int other_first)
{
    struct scene *scene = open_scene(lags);

    for (int turn = 0; turn < 3; turn++) {
        talk(scene, SPEAKER, SPEECH_BYTE, turn * TALK, (int64_t)2 * turn * TALK_MS);
        talk(scene, other_ssrc, MUSIC_BYTE, other_first + turn * TALK,
             (int64_t)(2 * turn + 1) * TALK_MS);
    }
    end_scene(scene, 6 * TALK_MS);
    for (int turn = 0; turn < 3; turn++) {
        int64_t from_ms = (int64_t)2 * turn * TALK_MS;
        assert_heard(scene, from_ms, from_ms + TALK_MS, SPEECH_BYTE);
        assert_heard(scene, from_ms + TALK_MS, from_ms + 2 * TALK_MS, MUSIC_BYTE);
    }
    assert_int_equal(leg_counts(scene->leg).placed, 6 * TALK);
    assert_int_equal(leg_facts(scene->leg)->count, 0);
    close_scene(scene);
}

static void two_in_turn_three_times_lose_nothing(void **state)
{
    assert_turns(*(const bool *)*state, MUSIC, 0);
}

static void two_in_turn_by_one_ssrc_lose_nothing(void **state)
{
    assert_turns(*(const bool *)*state, SPEAKER, MUSIC_NUMBER);
}

/* So short that its own timestamps would put it over what was heard meanwhile. */
static void word_by_the_same_ssrc_covers_nothing(void **state)
{
    enum { WORD = 7, WORD_MS = WORD * 20 };
    struct scene *scene = open_scene(*(const bool *)*state);

    talk(scene, SPEAKER, SPEECH_BYTE, 0, 0);
    for (int i = 0; i < WORD; i++)
        send_packet(scene, SPEAKER, MUSIC_BYTE, MUSIC_NUMBER + i, TALK_MS + i * 20);
    talk(scene, SPEAKER, SPEECH_BYTE, TALK, TALK_MS + WORD_MS);
    end_scene(scene, 2 * TALK_MS + WORD_MS);
    assert_heard(scene, 0, TALK_MS, SPEECH_BYTE);
    assert_heard(scene, TALK_MS, TALK_MS + WORD_MS, MUSIC_BYTE);
    assert_heard(scene, TALK_MS + WORD_MS, 2 * TALK_MS + WORD_MS, SPEECH_BYTE);
    assert_int_equal(leg_facts(scene->leg)->count, 0);
    close_scene(scene);
}

static void long_music_is_no_reason_to_lose_what_comes_behind_it(void **state)
{
    enum { TALKS = 8 };
    struct scene *scene = open_scene(*(const bool *)*state);

    talk(scene, SPEAKER, SPEECH_BYTE, 0, 0);
    for (int i = 1; i <= TALKS; i++)
        talk(scene, MUSIC, MUSIC_BYTE, (i - 1) * TALK, (int64_t)i * TALK_MS);
    talk(scene, SPEAKER, SPEECH_BYTE, TALK, (TALKS + 1) * TALK_MS);
    end_scene(scene, (TALKS + 2) * TALK_MS);
    assert_heard(scene, 0, TALK_MS, SPEECH_BYTE);
    assert_heard(scene, TALK_MS, (TALKS + 1) * TALK_MS, MUSIC_BYTE);
    assert_heard(scene, (TALKS + 1) * TALK_MS, (TALKS + 2) * TALK_MS, SPEECH_BYTE);
    assert_int_equal(leg_facts(scene->leg)->count, 0);
    close_scene(scene);
}

/* It comes back for a word only, shorter than what shows a pace. */
static void word_of_one_who_comes_back_is_heard(void **state)
{
    enum { WORD = 3, WORD_MS = WORD * 20 };
    struct scene *scene = open_scene(*(const bool *)*state);

    talk(scene, SPEAKER, SPEECH_BYTE, 0, 0);
    talk(scene, MUSIC, MUSIC_BYTE, 0, TALK_MS);
    for (int i = 0; i < WORD; i++)
        send_packet(scene, SPEAKER, SPEECH_BYTE, TALK + i, 2 * TALK_MS + i * 20);
    end_scene(scene, 2 * TALK_MS + WORD_MS);
    assert_heard(scene, 0, TALK_MS, SPEECH_BYTE);
    assert_heard(scene, TALK_MS, 2 * TALK_MS, MUSIC_BYTE);
    assert_heard(scene, 2 * TALK_MS, 2 * TALK_MS + WORD_MS, SPEECH_BYTE);
    assert_int_equal(leg_counts(scene->leg).placed, 2 * TALK + WORD);
    assert_int_equal(leg_counts(scene->leg).late, 0);
    close_scene(scene);
}

static void clock_that_ran_on_keeps_its_time(void **state)
{
    enum { LONGER_MS = 30 };
    struct scene *scene = open_scene(*(const bool *)*state);

    talk(scene, SPEAKER, SPEECH_BYTE, 0, 0);
    talk(scene, MUSIC, MUSIC_BYTE, 0, TALK_MS);
    talk(scene, SPEAKER, SPEECH_BYTE, 2 * TALK, 2 * TALK_MS + LONGER_MS); /* its path is longer */
    end_scene(scene, 3 * TALK_MS);
    assert_heard(scene, 0, TALK_MS, SPEECH_BYTE);
    assert_heard(scene, TALK_MS, 2 * TALK_MS, MUSIC_BYTE);
    assert_heard(scene, 2 * TALK_MS, 3 * TALK_MS, SPEECH_BYTE);
    close_scene(scene);
}

/* A path that holds packets back and then lets them all go keeps their time. */
static void source_that_is_only_held_up_keeps_its_time(void **state)
{
    enum { HELD_UP_MS = 400 };
    struct scene *scene = open_scene(*(const bool *)*state);

    talk(scene, SPEAKER, SPEECH_BYTE, 0, 0);
    for (int i = 0; i < TALK; i++) {
        int64_t sent_ms = TALK_MS + i * 20;
        int64_t freed_ms = TALK_MS + HELD_UP_MS;
        send_packet(scene, SPEAKER, SPEECH_BYTE, TALK + i, sent_ms > freed_ms ? sent_ms : freed_ms);
    }
    end_scene(scene, 2 * TALK_MS);
    assert_heard(scene, 0, 2 * TALK_MS, SPEECH_BYTE);
    assert_int_equal(leg_facts(scene->leg)->count, 0);
    close_scene(scene);
}

/* One that comes later for good lies where it arrives, and nothing of it is lost. */
static void source_that_comes_later_for_good_is_heard_whole(void **state)
{
    enum { LATER_MS = 400 };
    struct scene *scene = open_scene(*(const bool *)*state);

    talk(scene, SPEAKER, SPEECH_BYTE, 0, 0);
    send_packet(scene, SPEAKER, SPEECH_BYTE, TALK, TALK_MS); /* was on its way */
    for (int i = 1; i < TALK; i++)
        send_packet(scene, SPEAKER, SPEECH_BYTE, TALK + i, TALK_MS + i * 20 + LATER_MS);
    end_scene(scene, 2 * TALK_MS + LATER_MS);
    assert_int_equal(samples_of(scene, SPEECH_BYTE), 2 * TALK * PACKET_SAMPLES);
    assert_heard(scene, 0, TALK_MS + 20, SPEECH_BYTE);
    assert_heard(scene, TALK_MS + 20 + LATER_MS, 2 * TALK_MS + LATER_MS, SPEECH_BYTE);
    assert_int_equal(leg_facts(scene->leg)->count, 1);
    assert_int_equal(leg_facts(scene->leg)->list[0].cause, FACT_SILENT);
    close_scene(scene);
}

int main(void)
{
    /* each where the line is read at once, and where another leg keeps it back */
    static bool at_once = false;
    static bool later = true;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(clock_that_stood_still_while_another_was_heard_loses_nothing,
                                  &at_once),
        cmocka_unit_test_prestate(clock_that_stood_still_while_another_was_heard_loses_nothing,
                                  &later),
        cmocka_unit_test_prestate(numbers_that_are_gone_back_to_by_one_source_lose_nothing,
                                  &at_once),
        cmocka_unit_test_prestate(numbers_that_are_gone_back_to_by_one_source_lose_nothing, &later),
        cmocka_unit_test_prestate(two_in_turn_three_times_lose_nothing, &at_once),
        cmocka_unit_test_prestate(two_in_turn_three_times_lose_nothing, &later),
        cmocka_unit_test_prestate(two_in_turn_by_one_ssrc_lose_nothing, &at_once),
        cmocka_unit_test_prestate(two_in_turn_by_one_ssrc_lose_nothing, &later),
        cmocka_unit_test_prestate(word_of_one_who_comes_back_is_heard, &at_once),
        cmocka_unit_test_prestate(word_of_one_who_comes_back_is_heard, &later),
        cmocka_unit_test_prestate(word_by_the_same_ssrc_covers_nothing, &at_once),
        cmocka_unit_test_prestate(word_by_the_same_ssrc_covers_nothing, &later),
        cmocka_unit_test_prestate(long_music_is_no_reason_to_lose_what_comes_behind_it, &at_once),
        cmocka_unit_test_prestate(long_music_is_no_reason_to_lose_what_comes_behind_it, &later),
        cmocka_unit_test_prestate(clock_that_ran_on_keeps_its_time, &at_once),
        cmocka_unit_test_prestate(clock_that_ran_on_keeps_its_time, &later),
        cmocka_unit_test_prestate(source_that_is_only_held_up_keeps_its_time, &at_once),
        cmocka_unit_test_prestate(source_that_is_only_held_up_keeps_its_time, &later),
        cmocka_unit_test_prestate(source_that_comes_later_for_good_is_heard_whole, &at_once),
        cmocka_unit_test_prestate(source_that_comes_later_for_good_is_heard_whole, &later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
