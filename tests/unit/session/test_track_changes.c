/* A recording whose streams change while it runs, on a simulated clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "session/notes.h"
#include "session/voice.h"
#include "unit/session/support.h"

enum { MS_PER_PACKET = 20, STREAMS_MAX = 4 };

/* Streams on a track, each with its sender. */
struct scene {
    struct memory_sink memory;
    struct track *track;
    size_t count;
    struct recording_stream stream[STREAMS_MAX];
    struct sender sender[STREAMS_MAX];
    int16_t *line[STREAMS_MAX]; /* what must be heard of each */
    int64_t end_ms;
};

static struct recording_stream stream_number(size_t index)
{
    return stream_of(index ? RECORDING_RIGHT : RECORDING_LEFT, index % 2 ? "PCMU" : "PCMA");
}

static void open_scene(struct scene *scene, size_t streams, int64_t end_ms)
{
    *scene = (struct scene){.count = streams, .end_ms = end_ms};
    memory_sink_init(&scene->memory);
    for (size_t i = 0; i < STREAMS_MAX; i++) {
        scene->stream[i] = stream_number(i);
        sender_init(&scene->sender[i], i % 2 ? 0 : 8, (size_t)end_ms / MS_PER_PACKET, 10 + i);
        scene->line[i] = calloc((size_t)(end_ms + 100) * 8, sizeof *scene->line[i]);
        assert_non_null(scene->line[i]);
    }
    assert_int_equal(track_create(scene->stream, streams, 7, &scene->track, NULL), STATUS_OK);
    track_begin(scene->track, &test_setup, &test_policy, &scene->memory.sink, &scene->memory);
}

/* A packet of a stream; `heard`: it must be found in the line. */
static void deliver(struct scene *scene, size_t leg, size_t index, int64_t now_ms, bool heard)
{
    sender_deliver(&scene->sender[leg], scene->track, leg, index, now_ms * NS_PER_MS);
    if (heard)
        lay_out(&scene->sender[leg], index, index + 1, now_ms * 8, scene->line[leg],
                (size_t)scene->end_ms * 8);
}

static void hold(struct scene *scene, size_t leg, bool held, int64_t now_ms)
{
    scene->stream[leg].held = held;
    track_update(scene->track, scene->stream, scene->count, now_ms * NS_PER_MS);
}

static void add(struct scene *scene, int64_t now_ms)
{
    struct leg *leg = NULL;
    const struct recording_stream *stream = &scene->stream[scene->count];

    assert_int_equal(track_make_leg(stream, &leg, NULL), STATUS_OK);
    track_add(scene->track, stream, leg, now_ms * NS_PER_MS);
    scene->count++;
}

/* End it and compare every packet with what was to be heard: all of one channel added up. */
static void finish_exactly(struct scene *scene)
{
    finish(scene->track, scene->end_ms * NS_PER_MS);
    size_t frames = frames_of(&scene->memory);
    int16_t *pcm[2];
    for (size_t channel = 0; channel < 2; channel++) {
        pcm[channel] = calloc(frames * PACKET_SAMPLES, sizeof *pcm[channel]);
        assert_non_null(pcm[channel]);
        for (size_t i = 0; i < (size_t)scene->end_ms * 8; i++) {
            int sum = 0;
            for (size_t leg = 0; leg < scene->count; leg++)
                if (scene->stream[leg].channel == channel)
                    sum += scene->line[leg][i];
            pcm[channel][i] = (int16_t)(sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum);
        }
    }
    assert_int_equal(scene->memory.end.duration_ms, scene->end_ms);
    assert_line(&scene->memory, pcm, frames);
    free(pcm[0]);
    free(pcm[1]);
}

static void close_scene(struct scene *scene)
{
    for (size_t i = 0; i < STREAMS_MAX; i++) {
        sender_deinit(&scene->sender[i]);
        free(scene->line[i]);
    }
    memory_sink_deinit(&scene->memory);
}

static void hold_and_resume_leave_both_legs_at_their_places(void **state)
{
    (void)state;
    struct scene scene;
    const struct recording_fact *fact;

    open_scene(&scene, 2, 6000);
    for (int64_t now_ms = 0; now_ms < 6000; now_ms += MS_PER_PACKET) {
        size_t index = (size_t)now_ms / MS_PER_PACKET;
        bool on_hold = now_ms >= 2000 && now_ms < 4000;
        if (now_ms == 2000)
            hold(&scene, 1, true, 2000);
        if (now_ms == 4000)
            hold(&scene, 1, false, 4000);
        deliver(&scene, 0, index, now_ms, true);
        deliver(&scene, 1, index, now_ms, !on_hold); /* music on hold is sent meanwhile */
        if (now_ms % MEDIA_SWEEP_MS == 0)
            track_advance(scene.track, now_ms * NS_PER_MS);
    }
    finish_exactly(&scene);
    assert_int_equal(scene.memory.end.facts, 1 + 2); /* and how each leg was heard */
    fact = memory_sink_fact(&scene.memory, "held", 1);
    assert_non_null(fact);
    assert_int_equal(fact->start_ms, 2000);
    assert_int_equal(fact->end_ms, 4000);
    assert_string_equal(fact->detail, "");
    assert_int_equal(scene.memory.end.leg[1].packets_received, 200);
    assert_int_equal(scene.memory.end.leg[1].packets_ignored, 100);
    assert_int_equal(scene.memory.end.leg[1].packets_lost, 0);
    close_scene(&scene);
}

static void hold_does_not_delay_the_pages_of_the_other_leg(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, 2, 8000);
    scene.memory.sync_in_ms = 0; /* pages do not wait: what is handed over is what was encoded */
    for (int64_t now_ms = 0; now_ms < 8000; now_ms += MS_PER_PACKET) {
        size_t index = (size_t)now_ms / MS_PER_PACKET;
        if (now_ms == 2000)
            hold(&scene, 1, true, 2000);
        deliver(&scene, 0, index, now_ms, true);
        if (now_ms < 2000)
            deliver(&scene, 1, index, now_ms, true);
        if (now_ms % MEDIA_SWEEP_MS)
            continue;
        track_advance(scene.track, now_ms * NS_PER_MS);
        if (now_ms >= VOICE_SETTLE_MS)
            assert_true(scene.memory.last_granule / 48 >= now_ms - MS_PER_PACKET);
    }
    finish_exactly(&scene);
    close_scene(&scene);
}

static void call_that_is_wholly_on_hold_keeps_up_with_the_clock(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, 2, 8000);
    scene.memory.sync_in_ms = 0;
    hold(&scene, 0, true, 500);
    hold(&scene, 1, true, 500);
    for (int64_t now_ms = 0; now_ms < 8000; now_ms += MEDIA_SWEEP_MS) {
        track_advance(scene.track, now_ms * NS_PER_MS);
        if (now_ms > 500)
            assert_true(scene.memory.last_granule / 48 >= now_ms - MS_PER_PACKET);
    }
    finish_exactly(&scene);
    for (int leg = 0; leg < 2; leg++) {
        const struct recording_fact *fact = memory_sink_fact(&scene.memory, "held", leg);
        assert_int_equal(fact->start_ms, 500);
        assert_int_equal(fact->end_ms, 8000);
        assert_int_equal(memory_sink_fact(&scene.memory, "silent", leg)->end_ms, 500);
    }
    close_scene(&scene);
}

static void stream_added_in_the_call_lies_at_its_place(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, 1, 6000);
    for (int64_t now_ms = 0; now_ms < 6000; now_ms += MS_PER_PACKET) {
        size_t index = (size_t)now_ms / MS_PER_PACKET;
        if (now_ms == 2340) /* between two sweeps, heard 60 ms later */
            add(&scene, 2340);
        deliver(&scene, 0, index, now_ms, true);
        if (now_ms >= 2400)
            deliver(&scene, 1, index, now_ms, true);
        if (now_ms % MEDIA_SWEEP_MS == 0)
            track_advance(scene.track, now_ms * NS_PER_MS);
    }
    finish_exactly(&scene);
    assert_int_equal(scene.memory.end.legs, 2);
    assert_int_equal(scene.memory.end.leg[1].channel, RECORDING_RIGHT);
    assert_int_equal(scene.memory.end.leg[1].anchor_samples, 2400 * 8);
    assert_int_equal(scene.memory.end.leg[1].packets_received, 180);
    /* it did not exist before it was added */
    assert_int_equal(scene.memory.end.facts, 1 + 2); /* and how each leg was heard */
    assert_int_equal(memory_sink_fact(&scene.memory, "silent", 1)->start_ms, 2340);
    assert_int_equal(memory_sink_fact(&scene.memory, "silent", 1)->end_ms, 2400);
    close_scene(&scene);
}

static void stream_that_is_added_and_silent_delays_by_the_window_at_most(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, 1, 6000);
    scene.memory.sync_in_ms = 0;
    for (int64_t now_ms = 0; now_ms < 6000; now_ms += MS_PER_PACKET) {
        if (now_ms == 2340)
            add(&scene, 2340);
        deliver(&scene, 0, (size_t)now_ms / MS_PER_PACKET, now_ms, true);
        if (now_ms % MEDIA_SWEEP_MS)
            continue;
        track_advance(scene.track, now_ms * NS_PER_MS);
        int64_t behind_ms = now_ms - scene.memory.last_granule / 48;
        if (now_ms < VOICE_SETTLE_MS)
            assert_true(behind_ms <= VOICE_SETTLE_MS);
        else if (now_ms <= 2300)
            assert_true(behind_ms <= 0);
        else
            assert_true(behind_ms <= RECORDING_REORDER_MS);
    }
    finish_exactly(&scene);
    close_scene(&scene);
}

static void legs_of_one_channel_are_heard_together(void **state)
{
    (void)state;
    struct scene scene;

    /* one on the left and three on the right, whose sum is often louder than 16 bits hold */
    open_scene(&scene, 3, 3000);
    for (int64_t now_ms = 0; now_ms < 3000; now_ms += MS_PER_PACKET) {
        size_t index = (size_t)now_ms / MS_PER_PACKET;
        if (now_ms == 1000)
            add(&scene, 1000);
        if (now_ms == 2000)
            hold(&scene, 1, true, 2000);
        for (size_t leg = 0; leg < scene.count; leg++)
            deliver(&scene, leg, index, now_ms, leg != 1 || now_ms < 2000);
        if (now_ms % MEDIA_SWEEP_MS == 0)
            track_advance(scene.track, now_ms * NS_PER_MS);
    }
    finish_exactly(&scene);
    assert_int_equal(scene.memory.end.legs, 4);
    for (size_t leg = 0; leg < 4; leg++)
        assert_int_equal(scene.memory.end.leg[leg].packets_lost, 0);
    /* the picture is of what is heard: per channel, whatever the number of legs */
    assert_int_equal(scene.memory.end.peaks.pixels, 60);
    for (size_t pixel = 0; pixel < 60; pixel++)
        for (size_t channel = 0; channel < 2; channel++) {
            const int8_t *peak = scene.memory.peaks + (pixel * 2 + channel) * 2;
            assert_true(peak[0] < -100 && peak[1] > 100);
        }
    close_scene(&scene);
}

static void as_many_streams_as_the_bound_are_heard(void **state)
{
    (void)state;
    struct recording_stream streams[BOUND_CALL_STREAMS];
    struct memory_sink memory;
    struct track *track = NULL;
    struct sender sender;

    for (size_t i = 0; i < BOUND_CALL_STREAMS; i++)
        streams[i] = stream_of(i % 2 ? RECORDING_RIGHT : RECORDING_LEFT, "PCMA");
    memory_sink_init(&memory);
    assert_int_equal(track_create(streams, BOUND_CALL_STREAMS, 7, &track, NULL), STATUS_OK);
    track_begin(track, &test_setup, &test_policy, &memory.sink, &memory);
    sender_init(&sender, 8, 50, 1);
    for (size_t index = 0; index < 50; index++)
        for (size_t leg = 0; leg < BOUND_CALL_STREAMS; leg++)
            sender_deliver(&sender, track, leg, index, (int64_t)index * 20 * NS_PER_MS);
    track_advance(track, 1000 * NS_PER_MS);
    finish(track, 1000 * NS_PER_MS);
    assert_int_equal(memory.end.legs, BOUND_CALL_STREAMS);
    for (size_t leg = 0; leg < BOUND_CALL_STREAMS; leg++)
        assert_int_equal(memory.end.leg[leg].packets_received, 50);
    sender_deinit(&sender);
    memory_sink_deinit(&memory);
}

static void codec_of_an_added_stream_must_be_known(void **state)
{
    (void)state;
    struct scene scene;
    struct leg *leg = NULL;
    struct fault fault;

    open_scene(&scene, 1, 100);
    strcpy(scene.stream[1].format[0].codec, "AMR");
    assert_int_equal(track_make_leg(&scene.stream[1], &leg, &fault), STATUS_UNSUPPORTED);
    assert_null(leg);
    assert_non_null(strstr(fault.text, "AMR"));
    assert_false(track_accepts(&scene.stream[1]));
    strcpy(scene.stream[1].format[0].codec, "pcmu");
    assert_true(track_accepts(&scene.stream[1]));
    finish(scene.track, 100 * NS_PER_MS);
    close_scene(&scene);
}

static void events_are_told_among_the_facts_in_their_order(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, 2, 1000);
    notes_add(track_notes(scene.track), 700, 1, "party_left", "Anna");
    notes_add(track_notes(scene.track), 300, -1, "deviation", "no Require");
    notes_add(track_notes(scene.track), 5000, -1, "party_joined", "Bo"); /* as it ended */
    finish(scene.track, 1000 * NS_PER_MS);
    for (size_t i = 1; i < scene.memory.end.facts; i++)
        assert_true(scene.memory.facts[i - 1].start_ms <= scene.memory.facts[i].start_ms);
    const struct recording_fact *left = memory_sink_fact(&scene.memory, "party_left", 1);
    assert_int_equal(left->start_ms, 700);
    assert_int_equal(left->end_ms, 700);
    assert_string_equal(left->detail, "Anna");
    assert_int_equal(memory_sink_fact(&scene.memory, "deviation", -1)->start_ms, 300);
    assert_int_equal(memory_sink_fact(&scene.memory, "party_joined", -1)->start_ms, 1000);
    assert_int_equal(memory_sink_facts(&scene.memory, "notes_dropped", -1), 0);
    close_scene(&scene);
}

static void what_is_refused_or_doubled_is_counted_for_its_leg(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, 2, 100);
    track_count(scene.track, 1, LEG_REFUSED, 5);
    track_count(scene.track, 1, LEG_DUPLICATE, 3);
    track_count(scene.track, 1, LEG_IGNORED, 2);
    finish(scene.track, 100 * NS_PER_MS);
    assert_int_equal(scene.memory.end.leg[1].packets_refused, 5);
    assert_int_equal(scene.memory.end.leg[1].packets_duplicate, 3);
    assert_int_equal(scene.memory.end.leg[1].packets_received, 3);
    assert_int_equal(scene.memory.end.leg[1].packets_ignored, 2);
    assert_int_equal(scene.memory.end.leg[0].packets_refused, 0);
    close_scene(&scene);
}

/* One packet of 6000 Hz, of which 8 kHz can hold nothing, as L16 at 16 kHz. */
static void send_wide(struct track *track, size_t index, int64_t now_ms)
{
    enum { WIDE_PACKET = 320 };
    static const int16_t wave[] = {0, 566, -800, 566, 0, -566, 800, -566};
    uint8_t payload[2 * WIDE_PACKET];
    uint8_t datagram[12 + sizeof payload];

    for (size_t i = 0; i < WIDE_PACKET; i++) {
        uint16_t value = (uint16_t)wave[i % 8];
        payload[2 * i] = (uint8_t)(value >> 8);
        payload[2 * i + 1] = (uint8_t)value;
    }
    size_t bytes = rtp_build(datagram, 96, (uint16_t)(1000 + index),
                             (uint32_t)(index * WIDE_PACKET), 0x77, payload, sizeof payload);
    track_receive(track, 0, datagram, bytes, now_ms * NS_PER_MS);
}

/* A leg that goes over to 16 kHz is not degraded to 8, and nothing bangs where it does. */
static void rate_of_a_channel_rises_with_what_is_brought(void **state)
{
    (void)state;
    enum { AT_MS = 1000, END_MS = 2000, PER_MS = 48, PRE_SKIP = 120 };
    struct scene scene;

    open_scene(&scene, 2, END_MS);
    scene.stream[0].format[scene.stream[0].formats++] = (struct recording_format){96, "L16", 16000};
    track_update(scene.track, scene.stream, 2, 0);
    for (int64_t now_ms = 0; now_ms < END_MS; now_ms += MS_PER_PACKET) {
        size_t index = (size_t)now_ms / MS_PER_PACKET;
        if (now_ms < AT_MS)
            deliver(&scene, 0, index, now_ms, true);
        else
            send_wide(scene.track, index, now_ms);
        if (now_ms % MEDIA_SWEEP_MS == 0)
            track_advance(scene.track, now_ms * NS_PER_MS);
    }
    finish(scene.track, END_MS * NS_PER_MS);
    size_t frames;
    int16_t *pcm = decode_stream(&scene.memory, &frames);
    size_t at = AT_MS * PER_MS + PRE_SKIP;
    size_t end = END_MS * PER_MS;
    /* loud noise before; then a tone of 800, whose power is half the square of that */
    assert_true(energy(pcm, at / 2, at - 960, 0) / (double)(at - 960 - at / 2) > 1e7);
    double power = energy(pcm, at + 4800, end, 0) / (double)(end - at - 4800);
    assert_true(power > 0.7 * 320000 && power < 1.3 * 320000);
    for (size_t i = at + 20 * PER_MS; i < end; i++)
        assert_in_range(abs(pcm[2 * i]), 0, 1600);
    assert_int_equal(scene.memory.end.leg[0].rate_hz, 16000);
    assert_string_equal(memory_sink_fact(&scene.memory, "codec_change", 0)->detail, "PCMA -> L16");
    assert_int_equal(scene.memory.end.peaks.pixels, END_MS / 50);
    for (size_t pixel = AT_MS / 50 + 1; pixel < END_MS / 50; pixel++)
        assert_in_range(scene.memory.peaks[pixel * 4 + 1], 2, 4); /* of 256 steps each */
    free(pcm);
    close_scene(&scene);
}

static void what_cannot_be_decoded_is_named_in_its_fact(void **state)
{
    (void)state;
    struct scene scene;
    uint8_t datagram[12 + PACKET_SAMPLES];
    const uint8_t payload[30] = {0};

    open_scene(&scene, 1, 1000);
    scene.stream[0].format[scene.stream[0].formats++] =
        (struct recording_format){97, "AMR", RATE_HZ};
    track_update(scene.track, scene.stream, 1, 0);
    for (size_t i = 0; i < 10; i++) {
        size_t bytes =
            rtp_build(datagram, 97, (uint16_t)i, (uint32_t)i * 160, 5, payload, sizeof payload);
        track_receive(scene.track, 0, datagram, bytes, (int64_t)i * 20 * NS_PER_MS);
    }
    finish(scene.track, 1000 * NS_PER_MS);
    const struct recording_fact *fact = memory_sink_fact(&scene.memory, "undecodable", 0);
    assert_non_null(fact);
    assert_int_equal(fact->start_ms, 0);
    assert_int_equal(fact->end_ms, 200);
    assert_int_equal(fact->count, 10);
    assert_string_equal(fact->detail, "97 AMR/8000 (no decoder)");
    assert_int_equal(memory_sink_fact(&scene.memory, "silent", 0)->start_ms, 200);
    close_scene(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hold_and_resume_leave_both_legs_at_their_places),
        cmocka_unit_test(hold_does_not_delay_the_pages_of_the_other_leg),
        cmocka_unit_test(call_that_is_wholly_on_hold_keeps_up_with_the_clock),
        cmocka_unit_test(stream_added_in_the_call_lies_at_its_place),
        cmocka_unit_test(stream_that_is_added_and_silent_delays_by_the_window_at_most),
        cmocka_unit_test(legs_of_one_channel_are_heard_together),
        cmocka_unit_test(as_many_streams_as_the_bound_are_heard),
        cmocka_unit_test(codec_of_an_added_stream_must_be_known),
        cmocka_unit_test(events_are_told_among_the_facts_in_their_order),
        cmocka_unit_test(what_is_refused_or_doubled_is_counted_for_its_leg),
        cmocka_unit_test(rate_of_a_channel_rises_with_what_is_brought),
        cmocka_unit_test(what_cannot_be_decoded_is_named_in_its_fact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
