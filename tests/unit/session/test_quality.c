/* The estimate of how a leg is heard, against what the ITU published. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "session/quality.h"

/* Of ITU-T G.113 appendix I. */
static const struct audio_codec g711 = {.robustness = 4.3};
static const struct audio_codec g711_concealed = {.robustness = 25.1};
static const struct audio_codec g729a = {.impairment = 11, .robustness = 19};

static void assert_near(double is, double wanted, double within)
{
    if (is < wanted - within || is > wanted + within)
        fail_msg("%f is not %f", is, wanted);
}

/* ITU-T G.107 annex B and G.109 table 1. */
static void the_mos_of_an_r_is_that_of_g_107(void **state)
{
    (void)state;
    assert_near(quality_mos(93.2), 4.41, 0.005);
    assert_near(quality_mos(90), 4.34, 0.005);
    assert_near(quality_mos(80), 4.03, 0.006);
    assert_near(quality_mos(70), 3.60, 0.005);
    assert_near(quality_mos(60), 3.10, 0.005);
    assert_near(quality_mos(50), 2.58, 0.006);
    assert_near(quality_mos(100), 4.5, 0.0001);
    assert_near(quality_mos(-5), 1, 0.0001);
    for (double r_factor = 0; r_factor <= 100; r_factor += 0.5)
        assert_true(quality_mos(r_factor) >= 1 && quality_mos(r_factor) <= 4.5);
}

static void a_leg_without_loss_has_what_its_codec_leaves(void **state)
{
    const struct quality_loss none = {.heard = 3000};
    const struct quality_loss nothing = {0};

    (void)state;
    assert_near(quality_r_factor(&g711, &none), 93.2, 0.001);
    assert_near(quality_r_factor(&g729a, &none), 82.2, 0.001);
    assert_near(quality_r_factor(&g711, &nothing), 93.2, 0.001);
    assert_near(quality_loss_percent(&nothing), 0, 0);
}

/* G.113 appendix I gives, for random loss, Ie,eff of G.729A: 1 % 15, 2 % 19, 4 % 26 (rounded). */
static void random_loss_takes_what_g_113_says(void **state)
{
    const struct quality_loss one = {.heard = 9900, .lost = 100, .bursts = 99};
    const struct quality_loss two = {.heard = 9800, .lost = 200, .bursts = 196};
    const struct quality_loss four = {.heard = 9600, .lost = 400, .bursts = 384};

    (void)state;
    assert_near(93.2 - quality_r_factor(&g729a, &one), 15.2, 0.05);
    assert_near(93.2 - quality_r_factor(&g729a, &two), 19.0, 0.05);
    assert_near(93.2 - quality_r_factor(&g729a, &four), 25.6, 0.05);
    /* what concealment is worth to G.711 at 2 % */
    assert_near(93.2 - quality_r_factor(&g711, &two), 30.2, 0.05);
    assert_near(93.2 - quality_r_factor(&g711_concealed, &two), 7.0, 0.05);
}

static void loss_in_bursts_is_worse_than_as_much_at_random(void **state)
{
    const struct quality_loss random = {.heard = 980, .lost = 20, .bursts = 20};
    const struct quality_loss burst = {.heard = 980, .lost = 20, .bursts = 5};

    (void)state;
    /* mean burst 4, at random 1/(1 - 0.02): BurstR 3.92 */
    assert_near(quality_r_factor(&g729a, &burst), 93.2 - (11 + 84 * 2 / (2 / 3.92 + 19)), 0.01);
    assert_true(quality_r_factor(&g729a, &burst) < quality_r_factor(&g729a, &random));
}

static void loss_that_is_spread_evenly_is_as_good_as_at_random_and_no_better(void **state)
{
    const struct quality_loss even = {.heard = 50, .lost = 50, .bursts = 50};
    const struct quality_loss random = {.heard = 50, .lost = 50, .bursts = 25};

    (void)state;
    assert_near(quality_r_factor(&g711, &even), quality_r_factor(&g711, &random), 0.0001);
}

static void a_leg_of_which_nearly_all_is_lost_is_next_to_0_and_never_below(void **state)
{
    static const struct audio_codec worst = {.impairment = 95, .robustness = 1};
    const struct quality_loss most = {.heard = 1, .lost = 999, .bursts = 1};

    (void)state;
    assert_near(quality_r_factor(&g711, &most), 0, 3);
    assert_near(quality_mos(quality_r_factor(&g711, &most)), 1, 0.0001);
    assert_near(quality_r_factor(&worst, &most), 0, 0);
}

static void a_burst_is_what_touches_whatever_became_of_it(void **state)
{
    struct facts facts;

    (void)state;
    facts_init(&facts);
    facts_add(&facts, FACT_LOST, 0, 1000, 2000, 1);
    facts_add(&facts, FACT_LOST, 0, 5000, 6000, 1);
    facts_add(&facts, FACT_LATE, 0, 2000, 3000, 1);
    facts_add(&facts, FACT_CONCEALED, 0, 8000, 9000, 1);
    facts_add(&facts, FACT_SILENT, 0, 3000, 5000, 0);
    facts_add(&facts, FACT_UNDECODABLE, 0, 9500, 9900, 1);
    assert_int_equal(quality_bursts(&facts), 3);
    facts_deinit(&facts);
    facts_init(&facts);
    assert_int_equal(quality_bursts(&facts), 0);
}

/* --- jitter ------------------------------------------------------------------------------------
 */

enum { STEP_MS = 20, CLOCK_HZ = 8000, STEP_TICKS = 160 };

static void send(struct quality_jitter *jitter, uint32_t ssrc, uint32_t number, int64_t late_us)
{
    const struct rtp_packet packet = {.ssrc = ssrc, .timestamp = 0xffffff00u + number * STEP_TICKS};
    int64_t arrival_ns = (int64_t)number * STEP_MS * CLOCK_NS_PER_MS + late_us * 1000;

    quality_jitter_packet(jitter, &packet, CLOCK_HZ, arrival_ns);
}

static void packets_at_their_pace_have_no_jitter(void **state)
{
    struct quality_jitter jitter = {0};

    (void)state;
    assert_int_equal(quality_jitter_us(&jitter), 0);
    for (uint32_t i = 0; i < 500; i++)
        send(&jitter, 1, i, 7000);
    assert_int_equal(quality_jitter_us(&jitter), 0);
}

/* Every other one 5 ms late: every difference is 5 ms, and so is what RFC 3550 converges to. */
static void jitter_is_the_mean_difference_of_the_transit_times(void **state)
{
    struct quality_jitter jitter = {0};

    (void)state;
    for (uint32_t i = 0; i < 20000; i++)
        send(&jitter, 1, i, i % 2 ? 5000 : 0);
    assert_in_range(quality_jitter_us(&jitter), 4980, 5000);
}

static void sources_that_alternate_do_not_look_like_jitter(void **state)
{
    struct quality_jitter jitter = {0};

    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        send(&jitter, 1, i, 0);
        send(&jitter, 2, i + 77, 400);
        send(&jitter, 3, i * 1, 9000);
    }
    assert_int_equal(quality_jitter_us(&jitter), 0);
}

static void a_pause_that_the_timestamps_do_not_know_of_is_no_jitter(void **state)
{
    struct quality_jitter jitter = {0};

    (void)state;
    for (uint32_t i = 0; i < 100; i++)
        send(&jitter, 1, i, i < 50 ? 0 : 60000000);
    assert_int_equal(quality_jitter_us(&jitter), 0);
}

static void another_clock_begins_anew(void **state)
{
    struct quality_jitter jitter = {0};
    struct rtp_packet packet = {.ssrc = 1};

    (void)state;
    for (uint32_t i = 0; i < 100; i++) {
        uint32_t clock_hz = i < 50 ? 8000 : 48000;
        packet.timestamp += clock_hz / 50;
        quality_jitter_packet(&jitter, &packet, clock_hz, i * STEP_MS * CLOCK_NS_PER_MS);
        quality_jitter_packet(&jitter, &packet, 0, 0); /* not known what it is: left out */
    }
    assert_int_equal(quality_jitter_us(&jitter), 0);
}

static void it_is_told_in_words(void **state)
{
    const struct quality_loss loss = {.heard = 9998, .lost = 2, .bursts = 2};
    char text[QUALITY_TEXT_BYTES];

    (void)state;
    quality_text(92.14, &loss, 1234, text);
    assert_string_equal(text, "R 92.1 MOS 4.39 loss 0.02 % jitter 1.2 ms");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mos_of_an_r_is_that_of_g_107),
        cmocka_unit_test(a_leg_without_loss_has_what_its_codec_leaves),
        cmocka_unit_test(random_loss_takes_what_g_113_says),
        cmocka_unit_test(loss_in_bursts_is_worse_than_as_much_at_random),
        cmocka_unit_test(loss_that_is_spread_evenly_is_as_good_as_at_random_and_no_better),
        cmocka_unit_test(a_leg_of_which_nearly_all_is_lost_is_next_to_0_and_never_below),
        cmocka_unit_test(a_burst_is_what_touches_whatever_became_of_it),
        cmocka_unit_test(packets_at_their_pace_have_no_jitter),
        cmocka_unit_test(jitter_is_the_mean_difference_of_the_transit_times),
        cmocka_unit_test(sources_that_alternate_do_not_look_like_jitter),
        cmocka_unit_test(a_pause_that_the_timestamps_do_not_know_of_is_no_jitter),
        cmocka_unit_test(another_clock_begins_anew),
        cmocka_unit_test(it_is_told_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
