/* What was found that is not as it should be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "media/support.h"
#include "media/support_drift.h"

/* One who never pauses is moved by force, but the legs lie together all the same. */
static void legs_that_are_never_quiet_lie_together(void **state)
{
    enum { LENGTH_MS = 3600 * 1000, APART_MS_MAX = 45 };
    (void)state;
    struct manner manners[DRIFT_LEGS] = {
        {.rate_hz = 8000, .ppm = 200, .path_ms = 20, .jitter_ms = 10, .talk_ms = 1000},
        {.rate_hz = 8000, .ppm = -200, .path_ms = 20, .jitter_ms = 10, .talk_ms = 1000},
    };
    struct drifted drifted = drift_play("never quiet", manners, 1, LENGTH_MS);

    for (size_t i = 0; i < DRIFT_LEGS; i++)
        assert_int_equal(drifted.leg[i].moved_in_speech, drifted.leg[i].forced);
    assert_true(drifted.apart_ms <= APART_MS_MAX);
}

/*
 * The quickest packets of the last seconds come later than those of the time before: where it is
 * quiet the line follows either of the two by turns, and of each packet next to nothing is heard.
 */
static void path_that_becomes_longer_takes_nothing_of_what_is_quiet(void **state)
{
    enum { LENGTH_MS = 60000, CUT_MS = 100 };
    (void)state;
    struct manner manner = {.rate_hz = 8000,
                            .path_ms = 20,
                            .jitter_ms = 5,
                            .talk_ms = 1000,
                            .quiet_ms = 9000,
                            .longer_from_ms = 20000,
                            .longer_ms = 60};
    const struct manner manners[DRIFT_LEGS] = {manner, manner};
    struct drifted drifted = drift_play("longer path", manners, 1, LENGTH_MS);

    for (size_t i = 0; i < DRIFT_LEGS; i++) {
        assert_int_equal(drifted.leg[i].late, 0);
        assert_true(drifted.leg[i].unheard_ms <= CUT_MS);
    }
}

/*
 * Two reports are enough to know a sender's clock, but the first three packets behind them do not
 * tell how long the path is: where one of these was delayed the line is moved to and fro, and what
 * comes meanwhile finds its place taken.
 */
static void first_packets_behind_a_report_are_not_believed_alone(void **state)
{
    enum { LENGTH_MS = 20000, CALLS = 100 };
    (void)state;
    uint64_t late = 0;

    for (uint64_t seed = 0; seed < CALLS; seed++) {
        struct manner manner = {.rate_hz = 8000,
                                .path_ms = 5,
                                .jitter_ms = 70,
                                .talk_ms = 700 + (int64_t)seed,
                                .quiet_ms = 1200,
                                .reports = true};
        const struct manner manners[DRIFT_LEGS] = {manner, manner};
        struct drifted drifted = drift_play("reports", manners, seed, LENGTH_MS);
        for (size_t i = 0; i < DRIFT_LEGS; i++)
            late += drifted.leg[i].late;
    }
    assert_int_equal(late, 0);
}

/*
 * A sender begins anew. An old packet that comes among the first of the new ones makes the clock
 * forget what it knew, and of the three offsets that it knows then one is of a delayed packet: no
 * reason to move what was said before.
 */
static void few_packets_behind_a_restart_do_not_move_the_line(void **state)
{
    enum { STOP_MS = 6000, DELAY_MS = 124, FIRST_MS = 1500, ANEW_MS = 2100 };
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(legs_that_are_never_quiet_lie_together),
        cmocka_unit_test(path_that_becomes_longer_takes_nothing_of_what_is_quiet),
        cmocka_unit_test(first_packets_behind_a_report_are_not_believed_alone),
        cmocka_unit_test(few_packets_behind_a_restart_do_not_move_the_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
