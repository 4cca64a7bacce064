/* Who speaks, and for how long nobody does: tones in noise, of which it is known when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <math.h>

#include "session/speech.h"

enum { RATE_HZ = 8000, TONE_HZ = 400, LONGEST_S = 60, DBOV_NOTHING = -100 };

/* A stretch of a line. */
struct part {
    int ms;
    int speech_dbov; /* of a tone; DBOV_NOTHING: none */
    int noise_dbov;
};

static double amplitude(int dbov)
{
    return dbov <= DBOV_NOTHING ? 0 : 32768 * pow(10, dbov / 20.0);
}

/* Uniform in -1..1, the same in every run. */
static double next_noise(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (double)*seed / 2147483648.0 - 1;
}

static void say(struct speech *speech, const struct part *parts, size_t count, uint32_t rate_hz,
                size_t chunk)
{
    uint32_t seed = 1;
    int16_t *pcm = calloc((size_t)rate_hz * LONGEST_S, sizeof *pcm);

    assert_non_null(pcm);
    for (size_t i = 0; i < count; i++) {
        size_t samples = (size_t)parts[i].ms * rate_hz / 1000;
        double tone = amplitude(parts[i].speech_dbov) * sqrt(2);
        double noise = amplitude(parts[i].noise_dbov) * sqrt(3);
        for (size_t sample = 0; sample < samples; sample++)
            pcm[sample] = (int16_t)(tone * sin(2 * M_PI * TONE_HZ * (double)sample / rate_hz) +
                                    noise * next_noise(&seed));
        for (size_t done = 0; done < samples; done += chunk)
            speech_add(speech, pcm + done, chunk < samples - done ? chunk : samples - done,
                       rate_hz);
    }
    free(pcm);
}

#define SAY(speech, parts, rate_hz, chunk)                                                         \
    say(speech, parts, sizeof parts / sizeof parts[0], rate_hz, chunk)

static void what_is_said_and_the_longest_silence_are_measured(void **state)
{
    const struct part parts[] = {
        {1000, DBOV_NOTHING, -60}, {2000, -26, -60},         {3000, DBOV_NOTHING, -60},
        {1500, -30, -60},          {500, DBOV_NOTHING, -60},
    };
    struct speech speech = {0};

    (void)state;
    SAY(&speech, parts, RATE_HZ, 160);
    /* with what is counted behind each word */
    assert_in_range(speech_ms(&speech), 3500, 3500 + 2 * SPEECH_HANG_MS);
    assert_in_range(speech_longest_silence_ms(&speech), 3000 - SPEECH_HANG_MS, 3000);
    assert_false(speech_is_on(&speech));
}

static void it_is_the_same_at_every_rate_and_in_whatever_pieces_it_comes(void **state)
{
    const struct part parts[] = {
        {700, DBOV_NOTHING, -58}, {1000, -24, -58}, {1300, DBOV_NOTHING, -58}, {400, -40, -58}};
    const uint32_t rates_hz[] = {8000, 16000, 48000};
    const size_t chunks[] = {160, 77, 5000};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        for (size_t chunk = 0; chunk < 3; chunk++) {
            struct speech speech = {0};
            SAY(&speech, parts, rates_hz[i], chunks[chunk]);
            assert_in_range(speech_ms(&speech), 1400, 1400 + SPEECH_HANG_MS);
            assert_in_range(speech_longest_silence_ms(&speech), 1300 - SPEECH_HANG_MS, 1300);
            assert_true(speech_is_on(&speech));
        }
    }
}

static void pauses_between_syllables_are_speech(void **state)
{
    struct part parts[20];
    struct speech speech = {0};

    (void)state;
    for (size_t i = 0; i < 20; i++)
        parts[i] = (struct part){i % 2 ? 160 : 240, i % 2 ? DBOV_NOTHING : -26, -60};
    SAY(&speech, parts, RATE_HZ, 160);
    assert_int_equal(speech_ms(&speech), 10 * 400);
    assert_int_equal(speech_longest_silence_ms(&speech), 0);
}

static void the_noise_of_a_line_is_silence_and_speech_above_it_is_not(void **state)
{
    const struct part noise[] = {{20000, DBOV_NOTHING, -44}};
    const struct part talk[] = {{2000, -26, -44}, {2000, DBOV_NOTHING, -44}};
    struct speech speech = {0};

    (void)state;
    SAY(&speech, noise, RATE_HZ, 160);
    assert_int_equal(speech_ms(&speech), 0);
    SAY(&speech, talk, RATE_HZ, 160);
    assert_in_range(speech_ms(&speech), 2000, 2000 + SPEECH_HANG_MS);
}

static void noise_that_begins_in_a_call_is_soon_silence(void **state)
{
    const struct part parts[] = {{10000, DBOV_NOTHING, -60}, {30000, DBOV_NOTHING, -44}};
    struct speech speech = {0};

    (void)state;
    SAY(&speech, parts, RATE_HZ, 160);
    assert_in_range(speech_ms(&speech), 0, 2 * SPEECH_WINDOW_MS + SPEECH_HANG_MS);
    assert_in_range(speech_longest_silence_ms(&speech), 24000 - SPEECH_HANG_MS, 30000);
}

static void where_pauses_are_not_sent_words_are_still_speech(void **state)
{
    struct part parts[40];
    struct speech speech = {0};

    (void)state;
    for (size_t i = 0; i < 40; i++)
        parts[i] = (struct part){i % 2 ? 1000 : 500, i % 2 ? DBOV_NOTHING : -28, DBOV_NOTHING};
    SAY(&speech, parts, RATE_HZ, 160);
    assert_in_range(speech_ms(&speech), 20 * 500, 20 * (500 + SPEECH_HANG_MS));
}

static void nothing_and_the_least_step_of_a_law_are_silence(void **state)
{
    static const int16_t zeros[RATE_HZ];
    static int16_t least[RATE_HZ];
    struct speech speech = {0};

    (void)state;
    for (size_t i = 0; i < RATE_HZ; i++)
        least[i] = i % 3 ? 8 : -8;
    speech_add(&speech, zeros, RATE_HZ, RATE_HZ);
    speech_add(&speech, least, RATE_HZ, RATE_HZ);
    assert_int_equal(speech_ms(&speech), 0);
    assert_int_equal(speech_longest_silence_ms(&speech), 2000);
}

static void a_hold_is_neither_speech_nor_silence(void **state)
{
    const struct part before[] = {{2000, DBOV_NOTHING, -60}, {1000, -26, -60}};
    const struct part behind[] = {{1500, DBOV_NOTHING, -60}};
    struct speech speech = {0};

    (void)state;
    SAY(&speech, before, RATE_HZ, 160);
    assert_true(speech_is_on(&speech));
    for (int i = 0; i < 500; i++)
        speech_skip(&speech);
    assert_false(speech_is_on(&speech));
    SAY(&speech, behind, RATE_HZ, 160);
    assert_in_range(speech_ms(&speech), 1000, 1000 + SPEECH_HANG_MS);
    assert_int_equal(speech_longest_silence_ms(&speech), 2000);
}

static void a_fresh_one_has_heard_nothing(void **state)
{
    const struct speech speech = {0};

    (void)state;
    assert_false(speech_is_on(&speech));
    assert_int_equal(speech_ms(&speech), 0);
    assert_int_equal(speech_longest_silence_ms(&speech), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_and_the_longest_silence_are_measured),
        cmocka_unit_test(it_is_the_same_at_every_rate_and_in_whatever_pieces_it_comes),
        cmocka_unit_test(pauses_between_syllables_are_speech),
        cmocka_unit_test(the_noise_of_a_line_is_silence_and_speech_above_it_is_not),
        cmocka_unit_test(noise_that_begins_in_a_call_is_soon_silence),
        cmocka_unit_test(where_pauses_are_not_sent_words_are_still_speech),
        cmocka_unit_test(nothing_and_the_least_step_of_a_law_are_silence),
        cmocka_unit_test(a_hold_is_neither_speech_nor_silence),
        cmocka_unit_test(a_fresh_one_has_heard_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
