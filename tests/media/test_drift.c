/*
 * What two senders say at one moment lies together, whatever their clocks do, for hours; and what
 * is put in or left out for it lies in silence.
 *
 * MEDIA_SEED plays one random call alone, MEDIA_RUNS so many, from MEDIA_FIRST on.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "media/support.h"
#include "media/support_drift.h"

enum {
#ifdef __SANITIZE_ADDRESS__
    HOURS = 1, /* ten times slower there */
#else
    HOURS = 4,
#endif
    HOUR_MS = 3600 * 1000,
    SHORT_MS = HOUR_MS / 12, /* long enough to be moved several times */
    APART_MS_MAX = 40,
};

static const struct manner fair = {
    .rate_hz = 8000, .path_ms = 20, .jitter_ms = 10, .talk_ms = 3000, .quiet_ms = 500};

/* The legs lie together, nothing is moved in speech, and all that came is placed. */
static void play_and_check(const char *name, const struct manner *left, const struct manner *right,
                           uint64_t seed, int64_t length_ms)
{
    const struct manner manners[DRIFT_LEGS] = {*left, *right};
    struct drifted drifted = drift_play(name, manners, seed, length_ms);

    assert_true(drifted.apart_ms <= APART_MS_MAX);
    for (size_t i = 0; i < DRIFT_LEGS; i++) {
        const struct drifted_leg *leg = &drifted.leg[i];
        assert_int_equal(leg->moved_in_speech + leg->forced, 0);
        assert_int_equal(leg->late + leg->displaced, 0);
    }
}

/* Both ways on both legs. */
static void play_all(const char *name, const struct manner *base, int64_t length_ms)
{
    enum { WAYS = 4, DRIFT_PPM = 200, LONGER_MS = 5 };

    for (unsigned way = 0; way < WAYS; way++) {
        struct manner left = *base;
        struct manner right = *base;
        left.ppm = way & 1 ? DRIFT_PPM : -DRIFT_PPM;
        right.ppm = way & 2 ? DRIFT_PPM : -DRIFT_PPM;
        right.rate_hz = 2 * left.rate_hz;
        right.path_ms += LONGER_MS;
        play_and_check(name, &left, &right, way, length_ms);
    }
}

static void legs_that_drift_apart_lie_together_after_four_hours(void **state)
{
    (void)state;
    struct manner left = fair;
    struct manner right = fair;

    left.ppm = 200;
    right.ppm = -200;
    right.rate_hz = 2 * left.rate_hz;
    left.jitter_ms = right.jitter_ms = 40;
    play_and_check("hours", &left, &right, 1, HOURS * HOUR_MS);
}

static void either_way_on_either_leg_is_the_same(void **state)
{
    (void)state;
    play_all("either way", &fair, SHORT_MS);
}

static void short_pauses_are_enough(void **state)
{
    (void)state;
    struct manner manner = fair;

    manner.talk_ms = 60000;
    manner.quiet_ms = 60;
    play_all("60 ms of quiet a minute", &manner, SHORT_MS);
}

static void jitter_and_stragglers_move_nothing(void **state)
{
    (void)state;
    struct manner manner = fair;

    manner.jitter_ms = 60;
    manner.outlier_of = 20;
    manner.outlier_ms = 300;
    play_all("jitter and stragglers", &manner, SHORT_MS);
}

static void loss_moves_nothing(void **state)
{
    (void)state;
    struct manner manner = fair;

    manner.jitter_ms = 40;
    manner.lose_of = 30;
    play_all("loss", &manner, SHORT_MS);
}

static void reports_bring_legs_of_one_sender_together(void **state)
{
    (void)state;
    struct manner manner = fair;

    manner.reports = true;
    manner.jitter_ms = 40;
    play_all("reports", &manner, SHORT_MS);
    manner.reports_of_last = true;
    play_all("reports of the last packet", &manner, SHORT_MS);
}

/* --- random calls ------------------------------------------------------------------------------
 */

static struct manner random_manner(uint64_t *random)
{
    struct manner manner = {0};

    manner.rate_hz = random_below(random, 2) ? 8000 : 16000;
    manner.ppm = (double)random_below(random, 401) - 200;
    manner.path_ms = random_below(random, 10);
    manner.jitter_ms = random_below(random, 80);
    manner.outlier_of = random_below(random, 2) ? 0 : 10 + random_below(random, 100);
    manner.outlier_ms = random_below(random, 250);
    manner.talk_ms = 200 + random_below(random, 20000);
    manner.quiet_ms = 60 + random_below(random, 2000);
    manner.lose_of = random_below(random, 3) ? 0 : 20 + random_below(random, 200);
    return manner;
}

static uint64_t number_of_environment(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text ? strtoull(text, NULL, 10) : otherwise;
}

static void random_senders_lie_together(void **state)
{
    enum { RUNS = 15 };
    (void)state;
    uint64_t seed = number_of_environment("MEDIA_SEED", 0);
    uint64_t first = seed ? seed : number_of_environment("MEDIA_FIRST", 1);
    uint64_t runs = seed ? 1 : number_of_environment("MEDIA_RUNS", RUNS);

    for (uint64_t i = first; i < first + runs; i++) {
        uint64_t random = i;
        char name[40];
        struct manner left = random_manner(&random);
        struct manner right = random_manner(&random);
        left.reports = right.reports = random_below(&random, 3) == 0;
        left.reports_of_last = right.reports_of_last = random_below(&random, 2);
        (void)snprintf(name, sizeof name, "seed %" PRIu64, i);
        play_and_check(name, &left, &right, random, SHORT_MS);
    }
}

/* One who never pauses is moved by force, but the legs lie together all the same. */
static void legs_that_are_never_quiet_lie_together(void **state)
{
    enum { LENGTH_MS = HOUR_MS, FORCED_APART_MS = 45 };
    (void)state;
    struct manner manners[DRIFT_LEGS] = {
        {.rate_hz = 8000, .ppm = 200, .path_ms = 20, .jitter_ms = 10, .talk_ms = 1000},
        {.rate_hz = 8000, .ppm = -200, .path_ms = 20, .jitter_ms = 10, .talk_ms = 1000},
    };
    struct drifted drifted = drift_play("never quiet", manners, 1, LENGTH_MS);

    for (size_t i = 0; i < DRIFT_LEGS; i++)
        assert_int_equal(drifted.leg[i].moved_in_speech, drifted.leg[i].forced);
    assert_true(drifted.apart_ms <= FORCED_APART_MS);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(legs_that_drift_apart_lie_together_after_four_hours),
        cmocka_unit_test(either_way_on_either_leg_is_the_same),
        cmocka_unit_test(short_pauses_are_enough),
        cmocka_unit_test(jitter_and_stragglers_move_nothing),
        cmocka_unit_test(loss_moves_nothing),
        cmocka_unit_test(reports_bring_legs_of_one_sender_together),
        cmocka_unit_test(random_senders_lie_together),
        cmocka_unit_test(legs_that_are_never_quiet_lie_together),
        cmocka_unit_test(path_that_becomes_longer_takes_nothing_of_what_is_quiet),
        cmocka_unit_test(first_packets_behind_a_report_are_not_believed_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
