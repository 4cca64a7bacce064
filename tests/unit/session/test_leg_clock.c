/*
 * Senders whose clocks drift apart, over hours of simulated time: what they say at the same moment
 * lies at the same place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audio/line.h"
#include "session/leg.h"
#include "unit/session/support.h"

enum {
    HOURS = 4,
    CYCLE_MS = 10000, /* of which they talk: */
    TALK_MS = 2000,
    SPURTS = HOURS * 3600 * 1000 / CYCLE_MS,
    PACKETS = TALK_MS / 20,
    FRAME = LINE_HZ / 50,
    QUIET_FRAMES = 50, /* what is heard behind so many silent ones begins a talk spurt */
};

/* One leg and who sends to it. */
struct talker {
    struct leg *leg;
    double ppm; /* its timestamps run so much too fast */
    int64_t path_ms;
    int64_t untrue_ms; /* by so much its reports are wrong */
    uint32_t jitter_ms;
    uint64_t random;
    uint16_t sequence;
    int64_t position;
    int silent_frames;
    size_t spurts;
    int64_t heard_at[SPURTS + 1];
};

static uint32_t timestamp_of(const struct talker *talker, double now_ms)
{
    return (uint32_t)(int64_t)(now_ms * 8 * (1 + talker->ppm * 1e-6)) + 77777;
}

/* When packets leave at an even pace of the sender's own clock. */
static void say_packet(struct talker *talker, int64_t spurt_ms, int index)
{
    uint8_t payload[PACKET_SAMPLES];
    uint8_t datagram[12 + PACKET_SAMPLES];
    double sent_ms = (double)spurt_ms + index * 20 / (1 + talker->ppm * 1e-6);
    double arrival_ms = sent_ms + (double)talker->path_ms;
    uint32_t timestamp = timestamp_of(talker, (double)spurt_ms) + (uint32_t)index * PACKET_SAMPLES;

    if (talker->jitter_ms)
        arrival_ms += random_below(&talker->random, talker->jitter_ms * 100) / 100.0;
    memset(payload, 0x2a, sizeof payload);
    size_t bytes =
        rtp_build(datagram, 8, talker->sequence++, timestamp, 0x1111, payload, sizeof payload);
    if (!index)
        datagram[1] |= 0x80;
    leg_receive(talker->leg, datagram, bytes, (int64_t)(arrival_ms * 1e6));
}

static void hear(struct talker *talker, int64_t horizon_ms)
{
    int16_t pcm[FRAME / 6];

    leg_settle(talker->leg, horizon_ms * NS_PER_MS);
    int64_t ready = leg_ready(talker->leg, (horizon_ms - RECORDING_REORDER_MS) * NS_PER_MS);
    for (; talker->position + FRAME <= ready; talker->position += FRAME) {
        size_t first = 0;
        leg_read(talker->leg, RATE_HZ, pcm, FRAME / 6);
        while (first < FRAME / 6 && !pcm[first])
            first++;
        if (first == FRAME / 6) {
            talker->silent_frames++;
            continue;
        }
        if (talker->silent_frames >= QUIET_FRAMES && talker->spurts < SPURTS + 1)
            talker->heard_at[talker->spurts++] = talker->position + (int64_t)first * 6;
        talker->silent_frames = 0;
    }
}

static void report(struct talker *talker, int64_t now_ms)
{
    const struct sockaddr_storage from = {.ss_family = AF_UNSPEC};
    uint64_t host_ms = UINT64_C(3900000000000) + (uint64_t)(now_ms + talker->untrue_ms);
    const struct rtcp_sender_report sent = {
        .ssrc = 0x1111,
        .ntp = host_ms / 1000 << 32 | (host_ms % 1000 << 32) / 1000,
        .timestamp = timestamp_of(talker, (double)now_ms),
    };

    leg_report(talker->leg, &sent, "both@here", &from);
}

static void open_talker(struct talker *talker, struct sender_clocks *senders, double ppm,
                        int64_t path_ms, uint32_t jitter_ms)
{
    const struct recording_format format = {8, "PCMA", RATE_HZ};

    *talker = (struct talker){
        .ppm = ppm,
        .path_ms = path_ms,
        .jitter_ms = jitter_ms,
        .random = (uint64_t)path_ms + 1,
        .silent_frames = QUIET_FRAMES,
    };
    assert_int_equal(leg_create(&format, 1, &talker->leg), STATUS_OK);
    leg_begin(talker->leg, &test_setup, senders, 0, 0);
}

/* Both say the same things at the same moments, for hours. */
static void talk(struct talker *talkers, bool reports)
{
    for (int64_t spurt = 0; spurt < SPURTS; spurt++) {
        int64_t at_ms = 1000 + spurt * CYCLE_MS;
        for (int64_t ms = 0; ms < CYCLE_MS; ms += 100) {
            for (int index = (int)ms / 20; index < (int)ms / 20 + 5 && index < PACKETS; index++)
                for (size_t i = 0; i < 2; i++)
                    say_packet(&talkers[i], at_ms, index);
            /* in the pauses too: a report tells the time, whatever is sent */
            for (size_t i = 0; reports && i < 2 && ms % 5000 == 200; i++)
                report(&talkers[i], at_ms + ms);
            /* what arrives within the next 100 ms is there already: so look back */
            for (size_t i = 0; i < 2; i++)
                hear(&talkers[i], at_ms + ms - 100);
        }
    }
}

/* The greatest distance of a moment on the one leg from the same on the other, from a spurt on. */
static int64_t apart(const struct talker *talkers, size_t from)
{
    int64_t most = 0;

    assert_true(talkers[0].spurts >= SPURTS - 1);
    assert_int_equal(talkers[0].spurts, talkers[1].spurts);
    for (size_t i = from; i < talkers[0].spurts; i++) {
        int64_t distance = llabs(talkers[0].heard_at[i] - talkers[1].heard_at[i]);
        most = distance > most ? distance : most;
    }
    return most;
}

static void assert_nothing_was_lost(struct talker *talkers)
{
    for (size_t i = 0; i < 2; i++) {
        struct leg_counts counts = leg_counts(talkers[i].leg);
        assert_int_equal(counts.placed, (uint64_t)SPURTS * PACKETS);
        assert_int_equal(counts.late + counts.lost + counts.displaced, 0);
        /* all of it in the pauses */
        for (size_t k = 0; k < leg_events(talkers[i].leg)->count; k++)
            assert_string_not_equal(leg_events(talkers[i].leg)->list[k].cause, "clock_corrected");
        leg_destroy(talkers[i].leg);
    }
}

static void legs_that_drift_apart_lie_together_after_four_hours(void **state)
{
    (void)state;
    static struct talker talkers[2];
    struct sender_clocks senders = {0};

    open_talker(&talkers[0], &senders, 200, 20, 60);
    open_talker(&talkers[1], &senders, -200, 30, 60);
    talk(talkers, false);
    print_message("apart by %lld us at most\n",
                  (long long)(apart(talkers, 0) * 1000 / LINE_PER_MS));
    assert_true(apart(talkers, 0) <= 40 * LINE_PER_MS);
    assert_nothing_was_lost(talkers);
    sender_clocks_deinit(&senders);
}

/* Without reports a path that is longer by 90 ms looks like a clock that is behind by as much. */
static void reports_of_one_sender_bring_its_legs_together_whatever_their_paths(void **state)
{
    (void)state;
    static struct talker talkers[2];
    struct sender_clocks senders = {0};

    open_talker(&talkers[0], &senders, 200, 10, 40);
    open_talker(&talkers[1], &senders, -200, 100, 60);
    talk(talkers, true);
    /* from the third report on, which come every five seconds */
    print_message("apart by %lld us at most\n",
                  (long long)(apart(talkers, 3) * 1000 / LINE_PER_MS));
    assert_true(apart(talkers, 3) <= 25 * LINE_PER_MS);
    assert_nothing_was_lost(talkers);
    sender_clocks_deinit(&senders);
}

/* Some senders' reports tell the time of something else. */
static void reports_that_cannot_be_true_are_not_believed(void **state)
{
    (void)state;
    static struct talker talkers[2];
    struct sender_clocks senders = {0};

    open_talker(&talkers[0], &senders, 200, 20, 60);
    open_talker(&talkers[1], &senders, -200, 30, 60);
    talkers[1].untrue_ms = 5000;
    talk(talkers, true);
    assert_true(apart(talkers, 0) <= 40 * LINE_PER_MS);
    assert_nothing_was_lost(talkers);
    sender_clocks_deinit(&senders);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(legs_that_drift_apart_lie_together_after_four_hours),
        cmocka_unit_test(reports_of_one_sender_bring_its_legs_together_whatever_their_paths),
        cmocka_unit_test(reports_that_cannot_be_true_are_not_believed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
