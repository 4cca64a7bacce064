/* What is told of a whole recording beside its audio: who spoke for how long, how it was heard. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "session/speech.h"
#include "unit/session/support.h"

enum { PACKETS = 400, MS_PER_PACKET = 20, DURATION_MS = PACKETS * MS_PER_PACKET };
enum { ALAW_SILENCE = 0xd5, ULAW_SILENCE = 0xff };

struct call {
    struct memory_sink memory;
    struct track *track;
    struct sender sender[2];
    struct planned plan[2 * PACKETS];
    size_t planned;
};

static void open_call(struct call *call)
{
    const struct recording_stream both[] = {stream_of(RECORDING_LEFT, "PCMA"),
                                            stream_of(RECORDING_RIGHT, "PCMU")};

    call->planned = 0;
    memory_sink_init(&call->memory);
    assert_int_equal(track_create(both, 2, 7, &call->track, NULL), STATUS_OK);
    track_begin(call->track, &test_setup, &test_policy, &call->memory.sink, &call->memory);
    sender_init(&call->sender[0], 8, PACKETS, 1);
    sender_init(&call->sender[1], 0, PACKETS, 2);
}

/* Whatever is said outside of a stretch is silence, as the codec has it. */
static void say_only(struct call *call, size_t leg, size_t from_ms, size_t to_ms)
{
    struct sender *sender = &call->sender[leg];
    size_t from = from_ms / MS_PER_PACKET * PACKET_SAMPLES;
    size_t to = to_ms / MS_PER_PACKET * PACKET_SAMPLES;
    int silence = leg ? ULAW_SILENCE : ALAW_SILENCE;

    memset(sender->payload, silence, from);
    memset(sender->payload + to, silence, PACKETS * PACKET_SAMPLES - to);
}

static void plan(struct call *call, size_t leg, size_t index, int64_t late_us)
{
    int64_t arrival_ns = (int64_t)index * MS_PER_PACKET * NS_PER_MS + late_us * 1000;

    call->plan[call->planned++] = (struct planned){arrival_ns, leg, index};
}

static void play_call(struct call *call)
{
    play(call->track, call->sender, call->plan, call->planned, (DURATION_MS + 500) * NS_PER_MS);
    finish(call->track, DURATION_MS * NS_PER_MS);
    assert_int_equal(call->memory.end.duration_ms, DURATION_MS);
}

static void close_call(struct call *call)
{
    sender_deinit(&call->sender[0]);
    sender_deinit(&call->sender[1]);
    memory_sink_deinit(&call->memory);
}

static void who_speaks_how_long_and_when_both_do_is_told(void **state)
{
    struct call call;

    (void)state;
    open_call(&call);
    say_only(&call, 0, 1000, 4000);
    say_only(&call, 1, 3000, 6000);
    for (size_t i = 0; i < PACKETS; i++) {
        plan(&call, 0, i, 0);
        plan(&call, 1, i, 0);
    }
    play_call(&call);
    const struct recording_end *end = &call.memory.end;
    assert_in_range(end->leg[0].speech_ms, 3000, 3000 + SPEECH_HANG_MS);
    assert_in_range(end->leg[1].speech_ms, 3000, 3000 + SPEECH_HANG_MS);
    assert_in_range(end->talk_over_ms, 1000, 1000 + SPEECH_HANG_MS);
    assert_in_range(end->leg[0].longest_silence_ms, 4000 - SPEECH_HANG_MS, 4000);
    assert_int_equal(end->leg[1].longest_silence_ms, 3000);
    close_call(&call);
}

static void a_clean_leg_has_the_best_that_its_codec_can_and_no_jitter(void **state)
{
    struct call call;

    (void)state;
    open_call(&call);
    for (size_t i = 0; i < PACKETS; i++) {
        plan(&call, 0, i, 0);
        plan(&call, 1, i, i % 2 ? 2000 : 0);
    }
    play_call(&call);
    const struct recording_quality *left = &call.memory.end.leg[0].quality;
    const struct recording_quality *right = &call.memory.end.leg[1].quality;
    assert_int_equal(left->r_tenths, 932);
    assert_int_equal(left->mos_hundredths, 441);
    assert_int_equal(left->jitter_us, 0);
    assert_int_equal(right->r_tenths, 932);
    /* 2 ms between each and the next; RFC 3550's estimate begins at 0 */
    assert_in_range(right->jitter_us, 1800, 2000);
    assert_int_equal(memory_sink_facts(&call.memory, "quality", 0), 1);
    const struct recording_fact *fact = memory_sink_fact(&call.memory, "quality", 0);
    assert_int_equal(fact->start_ms, DURATION_MS);
    assert_int_equal(fact->end_ms, DURATION_MS);
    assert_string_equal(fact->detail, "R 93.2 MOS 4.41 loss 0.00 % jitter 0.0 ms");
    close_call(&call);
}

/* 2 % of one leg, one by one: G.711 concealed, Ie,eff = 95 * 2 / (2 + 25.1) = 7.0. In bursts of 4
 * it is 95 * 2 / (2 / 3.92 + 25.1) = 7.4. */
static void loss_takes_from_the_estimate_and_bursts_take_more(void **state)
{
    struct call call;

    (void)state;
    open_call(&call);
    for (size_t i = 0; i < PACKETS; i++) {
        bool lost = i % 50 == 25;
        bool burst = i % 200 >= 100 && i % 200 < 104;
        if (!lost)
            plan(&call, 0, i, 0);
        if (!burst)
            plan(&call, 1, i, 0);
    }
    play_call(&call);
    assert_int_equal(call.memory.end.leg[0].packets_lost, 8);
    assert_int_equal(call.memory.end.leg[1].packets_lost, 8);
    assert_int_equal(call.memory.end.leg[0].quality.r_tenths, 862);
    assert_int_equal(call.memory.end.leg[1].quality.r_tenths, 858);
    close_call(&call);
}

static void a_leg_that_sent_nothing_has_no_quality_and_is_silent_throughout(void **state)
{
    struct call call;

    (void)state;
    open_call(&call);
    for (size_t i = 0; i < PACKETS; i++)
        plan(&call, 0, i, 0);
    play_call(&call);
    const struct recording_leg *leg = &call.memory.end.leg[1];
    assert_int_equal(leg->quality.mos_hundredths, 0);
    assert_int_equal(leg->quality.r_tenths, 0);
    assert_int_equal(leg->speech_ms, 0);
    assert_int_equal(leg->longest_silence_ms, DURATION_MS);
    assert_int_equal(memory_sink_facts(&call.memory, "quality", 1), 0);
    assert_int_equal(call.memory.end.talk_over_ms, 0);
    close_call(&call);
}

static void what_is_not_decoded_is_not_said_to_be_heard_well(void **state)
{
    enum { NOT_DESCRIBED = 96 };
    struct call call;

    (void)state;
    open_call(&call);
    call.sender[1].payload_type = NOT_DESCRIBED;
    for (size_t i = 0; i < PACKETS; i++) {
        plan(&call, 0, i, 0);
        plan(&call, 1, i, 0);
    }
    play_call(&call);
    assert_int_equal(call.memory.end.leg[1].packets_received, PACKETS);
    assert_int_equal(memory_sink_fact(&call.memory, "undecodable", 1)->count, PACKETS);
    assert_int_equal(call.memory.end.leg[1].quality.r_tenths, 0);
    assert_int_equal(call.memory.end.leg[1].quality.mos_hundredths, 0);
    assert_int_equal(memory_sink_facts(&call.memory, "quality", 1), 0);
    close_call(&call);
}

static void a_hold_is_no_silence_of_a_leg(void **state)
{
    struct leg *leg = leg_of("PCMA");
    int16_t pcm[PACKET_SAMPLES];

    (void)state;
    leg_hold(leg, true, 1000 * NS_PER_MS);
    leg_hold(leg, false, 6000 * NS_PER_MS);
    for (size_t i = 0; i < PACKETS; i++)
        leg_read(leg, RATE_HZ, pcm, PACKET_SAMPLES);
    assert_int_equal(speech_ms(leg_speech(leg)), 0);
    assert_int_equal(speech_longest_silence_ms(leg_speech(leg)), 2000);
    leg_destroy(leg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_speaks_how_long_and_when_both_do_is_told),
        cmocka_unit_test(a_clean_leg_has_the_best_that_its_codec_can_and_no_jitter),
        cmocka_unit_test(loss_takes_from_the_estimate_and_bursts_take_more),
        cmocka_unit_test(a_leg_that_sent_nothing_has_no_quality_and_is_silent_throughout),
        cmocka_unit_test(what_is_not_decoded_is_not_said_to_be_heard_well),
        cmocka_unit_test(a_hold_is_no_silence_of_a_leg),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
