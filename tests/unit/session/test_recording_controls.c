/* A recording that is paused while it runs: real sockets on loopback, real threads, a sink in
 * memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/session/support.h"

enum { PHASE_PACKETS = 30, PHASES = 3, PHASE_MS = PHASE_PACKETS * 20, WAIT_MS_MAX = 5000 };

/* A call of one stream. */
struct scene {
    struct rig rig;
    struct memory_sink memory;
    struct recording *recording;
    struct sender sender;
    struct pace pace;
    size_t sent;
};

static void open_scene(struct scene *scene, uint16_t port, const struct recording_policy *policy)
{
    const struct recording_begin begin = {.id = uuid_new(clock_wall_now())};

    *scene = (struct scene){0};
    open_rig(&scene->rig, 1, port, (uint16_t)(port + 9));
    memory_sink_init(&scene->memory);
    struct recording_stream stream = stream_of(RECORDING_LEFT, "PCMA");
    stream.sender = scene->rig.sender_address;
    assert_int_equal(recording_create(&begin, &stream, 1, &scene->rig.address, scene->rig.ports,
                                      &scene->memory.sink, &scene->recording, NULL),
                     STATUS_OK);
    sender_init(&scene->sender, 8, PHASES * PHASE_PACKETS, 5);
    recording_start(scene->recording, scene->rig.pool, &scene->memory, policy, clock_mono_now(),
                    clock_wall_now());
}

static void speak(struct scene *scene)
{
    for (size_t i = 0; i < PHASE_PACKETS; i++) {
        pace_next(&scene->pace);
        send_to(&scene->rig, recording_port(scene->recording, 0), &scene->sender, scene->sent++);
    }
}

static size_t controls_of(struct memory_sink *memory)
{
    (void)pthread_mutex_lock(&memory->lock);
    size_t controls = memory->controls;
    (void)pthread_mutex_unlock(&memory->lock);
    return controls;
}

/* Wait until the sink was told of so many; only then are they confirmed. */
static void await_controls(struct scene *scene, size_t count)
{
    for (int waited_ms = 0; controls_of(&scene->memory) < count; waited_ms += 10) {
        assert_true(waited_ms < WAIT_MS_MAX);
        sleep_ms(10);
    }
}

static void close_scene(struct scene *scene)
{
    recording_stop(scene->recording, "bye");
    memory_sink_await_end(&scene->memory);
}

static void deinit_scene(struct scene *scene)
{
    memory_sink_deinit(&scene->memory);
    sender_deinit(&scene->sender);
    close_rig(&scene->rig);
}

static void nothing_is_kept_from_a_confirmed_pause_on_up_to_its_end(void **state)
{
    char detail[] = "agent 201: card number";
    struct recording_control control = {
        .paused = true,
        .channels = RECORDING_BOTH,
        .by = RECORDING_CONTROL_API,
        .request = 4711,
        .detail = detail,
    };
    struct scene scene;

    (void)state;
    open_scene(&scene, 17700, &test_policy);
    speak(&scene);
    assert_int_equal(recording_control(scene.recording, &control), STATUS_OK);
    memset(detail, 'x', sizeof detail - 1); /* it was copied */
    await_controls(&scene, 1);
    speak(&scene);
    control.paused = false;
    assert_int_equal(recording_control(scene.recording, &control), STATUS_OK);
    await_controls(&scene, 2);
    speak(&scene);
    close_scene(&scene);
    const struct memory_control *told = scene.memory.control;
    assert_string_equal(told[0].detail, "agent 201: card number");
    assert_int_equal(told[0].control.request, 4711);
    assert_true(told[0].control.paused);
    assert_false(told[1].control.paused);
    const struct recording_fact *fact = memory_sink_fact(&scene.memory, "paused", 0);
    assert_non_null(fact);
    /* what came just before lies up to a packet in it */
    assert_in_range(fact->start_ms, told[0].at_ms, told[0].at_ms + 20);
    assert_in_range(fact->end_ms, told[1].at_ms, told[1].at_ms + 1);
    assert_true(fact->end_ms - fact->start_ms >= PHASE_MS - 20);
    assert_int_equal(scene.memory.end.leg[0].packets_received, 2 * PHASE_PACKETS);
    assert_int_equal(scene.memory.end.leg[0].packets_ignored, PHASE_PACKETS);
    assert_int_equal(scene.memory.end.leg[0].packets_lost, 0);
    deinit_scene(&scene);
}

static void a_pause_ends_by_itself_and_a_stop_in_a_pause_tells_it_up_to_the_end(void **state)
{
    const struct recording_policy policy = {.pause_max_ms = 300, .pause_code = "##"};
    struct scene scene;

    (void)state;
    open_scene(&scene, 17720, &policy);
    assert_int_equal(recording_press(scene.recording, '#'), STATUS_OK);
    assert_int_equal(recording_press(scene.recording, '#'), STATUS_OK);
    await_controls(&scene, 2);
    const struct memory_control *told = scene.memory.control;
    assert_int_equal(told[0].control.by, RECORDING_CONTROL_DIGITS);
    assert_int_equal(told[1].control.by, RECORDING_CONTROL_LIMIT);
    assert_in_range(told[1].at_ms - told[0].at_ms, 300, 301);
    speak(&scene);
    assert_int_equal(recording_press(scene.recording, '#'), STATUS_OK);
    assert_int_equal(recording_press(scene.recording, '#'), STATUS_OK);
    close_scene(&scene); /* what was asked before the end is told before it */
    assert_int_equal(scene.memory.controls, 3);
    assert_int_equal(scene.memory.end.leg[0].packets_received, PHASE_PACKETS);
    deinit_scene(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_kept_from_a_confirmed_pause_on_up_to_its_end),
        cmocka_unit_test(a_pause_ends_by_itself_and_a_stop_in_a_pause_tells_it_up_to_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
