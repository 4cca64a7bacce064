/* Pauses of a recording, whoever asks for them: what they reach, and what the sink is told. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <spandsp.h>

#include "session/track.h"
#include "unit/session/support.h"

enum {
    LEFT = 1 << RECORDING_LEFT,
    RIGHT = 1 << RECORDING_RIGHT,
    EVENT_TYPE = 101,
    END_MS = 4000,
};

struct scene {
    struct memory_sink memory;
    struct track *track;
    struct recording_stream streams[BOUND_CALL_STREAMS];
    size_t stream_count;
    int64_t now_ms;
    bool tone[2]; /* a leg sends the tone of '#' */
};

static void open_scene(struct scene *scene, const struct recording_policy *policy)
{
    *scene = (struct scene){.stream_count = 2};
    for (size_t i = 0; i < 2; i++) {
        struct recording_stream *stream = &scene->streams[i];
        *stream = stream_of(i ? RECORDING_RIGHT : RECORDING_LEFT, "PCMA");
        stream->formats = 2;
        stream->format[1] = (struct recording_format){EVENT_TYPE, "telephone-event", RATE_HZ};
    }
    memory_sink_init(&scene->memory);
    assert_int_equal(track_create(scene->streams, 2, 1, &scene->track, NULL), STATUS_OK);
    track_begin(scene->track, &test_setup, policy, &scene->memory.sink, &scene->memory);
}

static void say(struct scene *scene, size_t leg)
{
    uint8_t payload[PACKET_SAMPLES];
    uint8_t datagram[12 + PACKET_SAMPLES];

    memset(payload, 0x2a, sizeof payload);
    for (size_t i = 0; leg < 2 && scene->tone[leg] && i < PACKET_SAMPLES; i++) {
        double turns = 2 * M_PI * ((double)scene->now_ms / 1000 + (double)i / RATE_HZ);
        double value = 6000 * (sin(turns * 941) + sin(turns * 1477));
        payload[i] = linear_to_alaw((int)value);
    }
    size_t bytes = rtp_build(datagram, 8, (uint16_t)(scene->now_ms / 20),
                             (uint32_t)(scene->now_ms * 8), (uint32_t)leg, payload, sizeof payload);
    track_receive(scene->track, leg, datagram, bytes, scene->now_ms * NS_PER_MS);
}

/* All legs speak up to then. */
static void run_to(struct scene *scene, int64_t to_ms)
{
    for (; scene->now_ms < to_ms; scene->now_ms += 20) {
        for (size_t i = 0; i < scene->stream_count; i++)
            say(scene, i);
        if (scene->now_ms % MEDIA_SWEEP_MS == 0)
            track_advance(scene->track, scene->now_ms * NS_PER_MS);
    }
}

static void control(struct scene *scene, bool paused, unsigned channels, int64_t limit_ms)
{
    const struct recording_control asked = {
        .paused = paused,
        .channels = channels,
        .by = RECORDING_CONTROL_API,
        .request = 81,
        .limit_ms = limit_ms,
        .detail = "agent 201: card number",
    };

    track_control(scene->track, &asked, scene->now_ms * NS_PER_MS);
}

static void press(struct scene *scene, size_t leg, const char *digits)
{
    for (; *digits; digits++) {
        const char *name = strchr("0123456789*#ABCD", *digits);
        const uint8_t event = (uint8_t)(name - "0123456789*#ABCD");
        for (uint16_t duration = 160; duration <= 800; duration = (uint16_t)(duration + 160)) {
            const uint8_t payload[] = {event, duration == 800 ? 0x8a : 0x0a,
                                       (uint8_t)(duration >> 8), (uint8_t)duration};
            uint8_t datagram[12 + sizeof payload];
            size_t bytes = rtp_build(datagram, EVENT_TYPE, (uint16_t)(30000 + scene->now_ms / 20),
                                     (uint32_t)((scene->now_ms + 20) * 8 - duration),
                                     0x100 + (uint32_t)leg, payload, sizeof payload);
            run_to(scene, scene->now_ms + 20);
            track_receive(scene->track, leg, datagram, bytes, scene->now_ms * NS_PER_MS);
        }
        run_to(scene, scene->now_ms + 100);
    }
}

static void close_scene(struct scene *scene)
{
    run_to(scene, END_MS);
    finish(scene->track, END_MS * NS_PER_MS);
}

/* The facts of a cause: "leg from-to detail;" in ms. */
static void assert_facts(const struct scene *scene, const char *cause, const char *wanted)
{
    char text[1024] = "";
    size_t length = 0;

    for (size_t i = 0; i < scene->memory.end.facts; i++) {
        const struct recording_fact *fact = &scene->memory.facts[i];
        if (!strcmp(fact->cause, cause))
            length +=
                (size_t)snprintf(text + length, sizeof text - length, "%d %lld-%lld %s;", fact->leg,
                                 (long long)fact->start_ms, (long long)fact->end_ms, fact->detail);
    }
    assert_string_equal(text, wanted);
}

static void assert_told(const struct scene *scene, size_t index, bool paused, unsigned channels,
                        enum recording_control_by by, int64_t at_ms, const char *detail)
{
    const struct memory_control *told = &scene->memory.control[index];

    assert_true(index < scene->memory.controls);
    assert_int_equal(told->control.paused, paused);
    assert_int_equal(told->control.channels, channels);
    assert_int_equal(told->control.by, by);
    assert_int_equal(told->at_ms, at_ms);
    assert_string_equal(told->detail, detail);
}

static void a_pause_reaches_its_channels_and_is_told_when_it_took_effect(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene, &test_policy);
    run_to(&scene, 1000);
    control(&scene, true, LEFT, 0);
    assert_told(&scene, 0, true, LEFT, RECORDING_CONTROL_API, 1000, "agent 201: card number");
    assert_int_equal(scene.memory.control[0].control.request, 81);
    run_to(&scene, 2000);
    control(&scene, false, LEFT, 0);
    assert_told(&scene, 1, false, LEFT, RECORDING_CONTROL_API, 2000, "agent 201: card number");
    close_scene(&scene);
    assert_facts(&scene, "paused", "0 1000-2000 agent 201: card number;");
    assert_int_equal(scene.memory.controls, 2);
    memory_sink_deinit(&scene.memory);
}

static void a_stream_that_is_added_in_a_pause_begins_paused(void **state)
{
    struct scene scene;
    struct leg *leg;

    (void)state;
    open_scene(&scene, &test_policy);
    run_to(&scene, 1000);
    control(&scene, true, RIGHT, 0);
    run_to(&scene, 1500);
    scene.streams[2] = scene.streams[1];
    assert_int_equal(track_make_leg(&scene.streams[2], &leg, NULL), STATUS_OK);
    track_add(scene.track, &scene.streams[2], leg, 1500 * NS_PER_MS);
    scene.stream_count = 3;
    run_to(&scene, 2000);
    track_update(scene.track, scene.streams, 3, 2000 * NS_PER_MS); /* a re-INVITE changes nothing */
    run_to(&scene, 3000);
    control(&scene, false, RECORDING_BOTH, 0);
    close_scene(&scene);
    assert_facts(&scene, "paused",
                 "1 1000-3000 agent 201: card number;2 1500-3000 agent 201: card number;");
    assert_facts(&scene, "held", "");
    memory_sink_deinit(&scene.memory);
}

static void a_pause_ends_by_itself_when_its_limit_is_over(void **state)
{
    const struct recording_policy policy = {.pause_max_ms = 1500};
    struct scene scene;

    (void)state;
    open_scene(&scene, &policy);
    run_to(&scene, 500);
    control(&scene, true, LEFT, 0);
    control(&scene, true, RIGHT, 510);
    close_scene(&scene);
    assert_facts(&scene, "paused",
                 "0 500-2000 agent 201: card number;1 500-1010 agent 201: card number;");
    assert_told(&scene, 2, false, RIGHT, RECORDING_CONTROL_LIMIT, 1010, "limit");
    assert_told(&scene, 3, false, LEFT, RECORDING_CONTROL_LIMIT, 2000, "limit");
    assert_int_equal(scene.memory.controls, 4);
    memory_sink_deinit(&scene.memory);
}

static void a_limit_is_over_though_nothing_arrives(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene, &test_policy);
    control(&scene, true, RECORDING_BOTH, 700);
    track_advance(scene.track, 699 * NS_PER_MS);
    assert_int_equal(scene.memory.controls, 1);
    track_advance(scene.track, 700 * NS_PER_MS);
    assert_told(&scene, 1, false, RECORDING_BOTH, RECORDING_CONTROL_LIMIT, 700, "limit");
    close_scene(&scene);
    memory_sink_deinit(&scene.memory);
}

/* Within one sweep: the limit is over, somebody speaks, and the next pause begins. */
static void a_limit_that_is_over_before_the_next_pause_ends_the_one_before(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene, &test_policy);
    run_to(&scene, 1000);
    control(&scene, true, LEFT, 500);
    run_to(&scene, 1440);
    scene.now_ms = 1640;
    control(&scene, true, LEFT, 0);
    scene.now_ms = 1560; /* it came before the pause, and is read after it was asked for */
    say(&scene, 0);
    scene.now_ms = 1640;
    close_scene(&scene);
    assert_told(&scene, 1, false, LEFT, RECORDING_CONTROL_LIMIT, 1500, "limit");
    assert_told(&scene, 2, true, LEFT, RECORDING_CONTROL_API, 1640, "agent 201: card number");
    assert_facts(&scene, "paused",
                 "0 1000-1500 agent 201: card number;0 1640-4000 agent 201: card number;");
    assert_int_equal(scene.memory.end.leg[0].packets_received, 51);
    memory_sink_deinit(&scene.memory);
}

/* Two on one side: it is paused once both are, and runs once one of them does. */
static void a_side_is_told_as_paused_once_all_on_it_are(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene, &test_policy);
    struct recording_stream *third = &scene.streams[2];
    struct leg *leg = NULL;
    *third = stream_of(RECORDING_RIGHT, "PCMA");
    assert_int_equal(track_make_leg(third, &leg, NULL), STATUS_OK);
    track_add(scene.track, third, leg, 0);
    scene.stream_count = 3;
    run_to(&scene, 1000);
    scene.streams[1].held = scene.streams[1].hold_is_pause = true;
    track_update(scene.track, scene.streams, 3, 1000 * NS_PER_MS);
    assert_int_equal(scene.memory.controls, 0);
    third->held = third->hold_is_pause = true;
    track_update(scene.track, scene.streams, 3, 1200 * NS_PER_MS);
    assert_told(&scene, 0, true, RIGHT, RECORDING_CONTROL_SIP, 1200, "inactive");
    third->withdrawn = true; /* the other is paused still */
    track_update(scene.track, scene.streams, 3, 1400 * NS_PER_MS);
    assert_int_equal(scene.memory.controls, 1);
    scene.streams[1].held = scene.streams[1].hold_is_pause = false;
    track_update(scene.track, scene.streams, 3, 1600 * NS_PER_MS);
    assert_told(&scene, 1, false, RIGHT, RECORDING_CONTROL_SIP, 1600, "inactive");
    close_scene(&scene);
    memory_sink_deinit(&scene.memory);
}

static void a_source_that_makes_all_streams_inactive_pauses(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene, &test_policy);
    run_to(&scene, 1000);
    for (size_t i = 0; i < 2; i++)
        scene.streams[i].held = scene.streams[i].hold_is_pause = true;
    track_update(scene.track, scene.streams, 2, 1000 * NS_PER_MS);
    assert_told(&scene, 0, true, LEFT, RECORDING_CONTROL_SIP, 1000, "inactive");
    assert_told(&scene, 1, true, RIGHT, RECORDING_CONTROL_SIP, 1000, "inactive");
    run_to(&scene, 1500);
    track_update(scene.track, scene.streams, 2, 1500 * NS_PER_MS);
    /* from a pause to a hold: another fact, without a sound between */
    scene.streams[0].hold_is_pause = false;
    run_to(&scene, 2000);
    track_update(scene.track, scene.streams, 2, 2000 * NS_PER_MS);
    for (size_t i = 0; i < 2; i++)
        scene.streams[i].held = scene.streams[i].hold_is_pause = false;
    run_to(&scene, 2500);
    track_update(scene.track, scene.streams, 2, 2500 * NS_PER_MS);
    close_scene(&scene);
    assert_facts(&scene, "paused", "0 1000-2000 inactive;1 1000-2500 inactive;");
    assert_facts(&scene, "held", "0 2000-2500 ;");
    assert_told(&scene, 2, false, LEFT, RECORDING_CONTROL_SIP, 2000, "inactive");
    assert_told(&scene, 3, false, RIGHT, RECORDING_CONTROL_SIP, 2500, "inactive");
    assert_int_equal(scene.memory.controls, 4);
    memory_sink_deinit(&scene.memory);
}

static void digits_of_the_sources_codes_pause_and_resume(void **state)
{
    const struct recording_policy policy = {.pause_code = "*71", .resume_code = "*72"};
    struct scene scene;

    (void)state;
    open_scene(&scene, &policy);
    press(&scene, 1, "5");
    press(&scene, 1, "*71");
    assert_int_equal(scene.memory.controls, 1);
    assert_told(&scene, 0, true, RECORDING_BOTH, RECORDING_CONTROL_DIGITS,
                scene.memory.control[0].at_ms, "digits");
    press(&scene, 0, "4711");
    press(&scene, 0, "*72");
    assert_int_equal(scene.memory.controls, 2);
    assert_false(scene.memory.control[1].control.paused);
    int64_t resumed_ms = scene.now_ms;
    press(&scene, 1, "6");
    close_scene(&scene);
    char wanted[256];
    (void)snprintf(
        wanted, sizeof wanted, "0 %lld-%lld digits;1 %lld-%lld digits;",
        (long long)scene.memory.control[0].at_ms, (long long)scene.memory.control[1].at_ms,
        (long long)scene.memory.control[0].at_ms, (long long)scene.memory.control[1].at_ms);
    assert_facts(&scene, "paused", wanted);
    assert_true(resumed_ms - scene.memory.control[1].at_ms < 300);
    /* those of the first code are stars; those pressed in the pause, the second code too, are not
     * told at all */
    assert_int_equal(memory_sink_facts(&scene.memory, "dtmf", 0), 0);
    assert_int_equal(memory_sink_facts(&scene.memory, "dtmf", 1), 5);
    char digits[8] = "";
    for (size_t i = 0; i < scene.memory.end.facts; i++)
        if (!strcmp(scene.memory.facts[i].cause, "dtmf"))
            strcat(digits, scene.memory.facts[i].detail);
    assert_string_equal(digits, "5***6");
    memory_sink_deinit(&scene.memory);
}

/* As a client does that tells digits by INFO and by events. */
static void a_code_that_is_told_twice_counts_once(void **state)
{
    const struct recording_policy policy = {.pause_code = "*9", .resume_code = "*9"};
    struct scene scene;

    (void)state;
    open_scene(&scene, &policy);
    run_to(&scene, 500);
    track_press(scene.track, '*', 480 * NS_PER_MS);
    track_press(scene.track, '9', 500 * NS_PER_MS);
    assert_told(&scene, 0, true, RECORDING_BOTH, RECORDING_CONTROL_DIGITS, 500, "digits");
    press(&scene, 1, "*9");
    assert_int_equal(scene.memory.controls, 1);
    run_to(&scene, 3000);
    press(&scene, 1, "*9");
    assert_int_equal(scene.memory.controls, 2);
    assert_false(scene.memory.control[1].control.paused);
    close_scene(&scene);
    memory_sink_deinit(&scene.memory);
}

/* What a tone says counts only where its leg is listened to for tones, and sends no events. */
static void tones_of_a_code_pause_where_they_are_masked(void **state)
{
    const struct recording_policy policy = {.mask_channels = RIGHT, .pause_code = "##"};
    struct scene scene;

    (void)state;
    open_scene(&scene, &policy);
    run_to(&scene, 500);
    for (size_t leg = 0; leg < 2; leg++) {
        for (int i = 0; i < 2; i++) {
            scene.tone[leg] = true;
            run_to(&scene, scene.now_ms + 100);
            scene.tone[leg] = false;
            run_to(&scene, scene.now_ms + 100);
        }
        run_to(&scene, scene.now_ms + 400);
        assert_int_equal(scene.memory.controls, leg);
    }
    close_scene(&scene);
    assert_int_equal(memory_sink_facts(&scene.memory, "paused", 0), 1);
    assert_int_equal(memory_sink_facts(&scene.memory, "paused", 1), 1);
    memory_sink_deinit(&scene.memory);
}

static void digits_are_masked_on_the_channels_of_the_policy_alone(void **state)
{
    const struct recording_policy policy = {.mask_channels = RIGHT};
    struct scene scene;

    (void)state;
    open_scene(&scene, &policy);
    press(&scene, 0, "5");
    press(&scene, 1, "6");
    close_scene(&scene);
    assert_string_equal(memory_sink_fact(&scene.memory, "dtmf", 0)->detail, "5");
    assert_string_equal(memory_sink_fact(&scene.memory, "dtmf", 1)->detail, "*");
    assert_int_equal(memory_sink_facts(&scene.memory, "masked", 0), 0);
    assert_int_equal(memory_sink_facts(&scene.memory, "masked", 1), 1);
    memory_sink_deinit(&scene.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pause_reaches_its_channels_and_is_told_when_it_took_effect),
        cmocka_unit_test(a_stream_that_is_added_in_a_pause_begins_paused),
        cmocka_unit_test(a_pause_ends_by_itself_when_its_limit_is_over),
        cmocka_unit_test(a_limit_is_over_though_nothing_arrives),
        cmocka_unit_test(a_limit_that_is_over_before_the_next_pause_ends_the_one_before),
        cmocka_unit_test(a_side_is_told_as_paused_once_all_on_it_are),
        cmocka_unit_test(a_source_that_makes_all_streams_inactive_pauses),
        cmocka_unit_test(digits_of_the_sources_codes_pause_and_resume),
        cmocka_unit_test(a_code_that_is_told_twice_counts_once),
        cmocka_unit_test(tones_of_a_code_pause_where_they_are_masked),
        cmocka_unit_test(digits_are_masked_on_the_channels_of_the_policy_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
