#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <spandsp.h>

#include "audio/tone_mask.h"

enum {
    MS_PER_S = 1000,
    LINE_MS = 400,
    LINE_SAMPLES_MAX = 48 * LINE_MS,
    TONE_FROM_MS = 100,
    HEARD_MS_MAX = 40, /* of a tone's beginning */
    TAKEN_MS_MAX = TONE_MASK_FRAME_MS,
    TAIL_MS_MAX = 5, /* of a tone's end */
    ALL = 16,
};

static const double full_dbm0 = 3.14; /* of a sine that just fits (ITU-T G.711) */

/* A digit's tones, and what is around it. */
struct tone {
    size_t digit;
    uint32_t rate_hz;
    double low_dbm0;
    double high_dbm0;
    double detuned; /* part by which both are too high */
    double from_ms;
    double to_ms;
    double noise_dbm0; /* around it, not below it; 0: none */
};

/* What became of it, ms. */
struct masked {
    double begin_heard;
    double middle_heard;
    double end_heard;
    double taken_before;
    double taken_behind;
    char pressed; /* the first that was told */
    size_t presses;
};

static double amplitude(double dbm0)
{
    return 32767 * pow(10, (dbm0 - full_dbm0) / 20);
}

static double sample_of(const struct tone *tone, double ms, uint64_t *random)
{
    static const double low_hz[] = {697, 770, 852, 941};
    static const double high_hz[] = {1209, 1336, 1477, 1633};

    *random = *random * UINT64_C(6364136223846793005) + 1;
    if (ms < tone->from_ms || ms >= tone->to_ms)
        return tone->noise_dbm0 < 0 ? amplitude(tone->noise_dbm0) * sqrt(1.5) *
                                          ((double)(*random >> 40) / (1 << 23) - 1)
                                    : 0;
    double turns = ms / MS_PER_S * 2 * M_PI * (1 + tone->detuned);
    return amplitude(tone->low_dbm0) * sin(turns * low_hz[tone->digit / 4]) +
           amplitude(tone->high_dbm0) * sin(turns * high_hz[tone->digit % 4] + 1);
}

/* As a leg does: frame by frame, silenced where the mask says so. */
static void mask_line(int16_t *pcm, size_t samples, uint32_t rate_hz, struct masked *masked)
{
    struct tone_mask mask = {0};
    size_t frame = rate_hz * TONE_MASK_FRAME_MS / MS_PER_S;
    char pressed;

    for (size_t at = 0; at < samples; at += frame) {
        size_t count = samples - at < frame ? samples - at : frame;
        if (tone_mask_take(&mask, pcm + at, count, rate_hz, &pressed))
            memset(pcm + at, 0, count * sizeof *pcm);
        if (pressed && !masked->presses++)
            masked->pressed = pressed;
    }
}

static bool lies_within(const struct tone *tone, double ms)
{
    return ms >= tone->from_ms && ms < tone->to_ms;
}

static struct masked play(const struct tone *tone)
{
    static int16_t before[LINE_SAMPLES_MAX];
    static int16_t after[LINE_SAMPLES_MAX];
    size_t samples = tone->rate_hz * LINE_MS / MS_PER_S;
    double ms_each = (double)MS_PER_S / tone->rate_hz;
    uint64_t random = tone->digit + 1;
    struct masked masked = {0};
    bool begun = false;

    for (size_t i = 0; i < samples; i++) {
        before[i] = (int16_t)lrint(sample_of(tone, (double)i * ms_each, &random));
        if (tone->rate_hz == 8000)
            before[i] = alaw_to_linear(linear_to_alaw(before[i]));
    }
    memcpy(after, before, samples * sizeof *after);
    mask_line(after, samples, tone->rate_hz, &masked);
    for (size_t i = 0; i < samples; i++) {
        double ms = (double)i * ms_each;
        bool within = lies_within(tone, ms);
        bool heard = after[i] != 0 && after[i] == before[i];
        bool taken = before[i] != 0 && after[i] == 0;
        begun = begun || (within && taken);
        if (within && heard && !begun)
            masked.begin_heard += ms_each;
        else if (within && heard && tone->to_ms - ms <= TAIL_MS_MAX)
            masked.end_heard += ms_each;
        else if (within && heard)
            masked.middle_heard += ms_each;
        else if (!within && taken)
            *(ms < tone->from_ms ? &masked.taken_before : &masked.taken_behind) += ms_each;
    }
    return masked;
}

static void assert_masked(const struct tone *tone, struct masked *worst)
{
    struct masked masked = play(tone);

    if (masked.begin_heard > HEARD_MS_MAX || masked.middle_heard > 0 ||
        masked.taken_before > TAKEN_MS_MAX || masked.taken_behind > TAKEN_MS_MAX ||
        masked.presses != 1 || masked.pressed != "123A456B789C*0#D"[tone->digit])
        fail_msg("digit %zu of %u Hz, %.0f and %.0f dBm0, %.1f %% off, %.3f to %.3f ms: heard "
                 "%.2f ms at first, %.2f in the middle; taken %.2f before, %.2f behind; %zu "
                 "presses, %c",
                 tone->digit, tone->rate_hz, tone->low_dbm0, tone->high_dbm0, tone->detuned * 100,
                 tone->from_ms, tone->to_ms, masked.begin_heard, masked.middle_heard,
                 masked.taken_before, masked.taken_behind, masked.presses,
                 masked.pressed ? masked.pressed : '-');
    worst->begin_heard = fmax(worst->begin_heard, masked.begin_heard);
    worst->end_heard = fmax(worst->end_heard, masked.end_heard);
    worst->taken_behind = fmax(worst->taken_behind, masked.taken_behind);
    worst->taken_before = fmax(worst->taken_before, masked.taken_before);
}

static void print_worst(const struct masked *worst)
{
    print_message("at most %.2f ms of a tone's beginning and %.2f of its end are heard, %.2f ms "
                  "before and %.2f behind it are taken\n",
                  worst->begin_heard, worst->end_heard, worst->taken_before, worst->taken_behind);
}

/* From every millisecond of a frame on, with silence or with noise around it. */
static void tones_of_all_digits_are_silenced_wherever_they_begin(void **state)
{
    static const double levels_dbm0[] = {-3, -15, -30};
    static const double twists_db[] = {-6, 0, 6};
    struct masked worst = {0};

    (void)state;
    for (size_t digit = 0; digit < ALL; digit++)
        for (int at_ms = 0; at_ms < 2 * TONE_MASK_FRAME_MS; at_ms++)
            for (size_t i = 0; i < 9; i++) {
                double level_dbm0 = levels_dbm0[i / 3];
                double twist_db = twists_db[i % 3];
                const struct tone tone = {
                    .digit = digit,
                    .rate_hz = 8000,
                    .low_dbm0 = level_dbm0 - (twist_db > 0 ? twist_db : 0),
                    .high_dbm0 = level_dbm0 + (twist_db < 0 ? twist_db : 0),
                    .from_ms = TONE_FROM_MS + at_ms,
                    .to_ms = TONE_FROM_MS + at_ms + 70 + 0.37 * at_ms,
                    .noise_dbm0 = at_ms & 1 ? level_dbm0 - 3 : 0,
                };
                assert_masked(&tone, &worst);
            }
    print_worst(&worst);
}

static void tones_are_silenced_at_every_rate_and_where_they_are_out_of_tune(void **state)
{
    static const uint32_t rates_hz[] = {8000, 16000, 48000};
    struct masked worst = {0};

    (void)state;
    for (size_t rate = 0; rate < 3; rate++)
        for (size_t digit = 0; digit < ALL; digit++)
            for (int percent_tenths = -18; percent_tenths <= 18; percent_tenths += 6) {
                const struct tone tone = {
                    .digit = digit,
                    .rate_hz = rates_hz[rate],
                    .low_dbm0 = -12,
                    .high_dbm0 = -10,
                    .detuned = percent_tenths / 1000.0,
                    .from_ms = TONE_FROM_MS + (double)digit + 0.3,
                    .to_ms = TONE_FROM_MS + 60 + 2 * (double)digit,
                    .noise_dbm0 = -40,
                };
                assert_masked(&tone, &worst);
            }
    print_worst(&worst);
}

/* 40 ms is the shortest that must be understood (ITU-T Q.24). */
static void the_shortest_digits_are_silenced_too(void **state)
{
    struct masked worst = {0};

    (void)state;
    for (size_t digit = 0; digit < ALL; digit++)
        for (int at_ms = 0; at_ms < TONE_MASK_FRAME_MS; at_ms++) {
            const struct tone tone = {
                .digit = digit,
                .rate_hz = 8000,
                .low_dbm0 = -8,
                .high_dbm0 = -6,
                .from_ms = TONE_FROM_MS + at_ms,
                .to_ms = TONE_FROM_MS + at_ms + 40,
            };
            assert_masked(&tone, &worst);
        }
    print_worst(&worst);
}

/* --- what is no digit --------------------------------------------------------------------------
 */

enum { SPEECH_BYTES_MAX = 32 * 1024 * 1024, WAVE_HEADER = 44, SPEECH_HZ = 22050 };

static const char pangrams[] =
    "The quick brown fox jumps over the lazy dog. Please call me back on Monday, at a quarter to "
    "nine; we are in no hurry. Oh, are you there? Aah, I see: Anna and Arthur are far away. My "
    "number ends in zero, one, two, three, four, five, six, seven, eight, nine. Who would know "
    "how, or why, our mother moved north? We were away a year ago. Eeh, maybe later, around "
    "eleven. Mmm, I am humming a long tune, la la la la, and so on and on.";

/* Speech at that rate; NULL where nothing here can speak. */
static int16_t *speak(const char *voice, int pitch, uint32_t rate_hz, size_t *samples)
{
    char command[1024];
    int16_t *wave = malloc(SPEECH_BYTES_MAX);

    assert_non_null(wave);
    (void)snprintf(command, sizeof command,
                   "espeak-ng -v %s -p %d -a 150 --stdout '%s' 2>/dev/null", voice, pitch,
                   pangrams);
    FILE *pipe = popen(command, "r");
    size_t bytes = pipe ? fread(wave, 1, SPEECH_BYTES_MAX, pipe) : 0;
    if (pipe)
        (void)pclose(pipe);
    if (bytes < WAVE_HEADER + SPEECH_HZ) {
        free(wave);
        return NULL;
    }
    size_t count = (bytes - WAVE_HEADER) / sizeof *wave;
    *samples = (size_t)((uint64_t)count * rate_hz / SPEECH_HZ);
    int16_t *pcm = calloc(*samples, sizeof *pcm);
    assert_non_null(pcm);
    for (size_t i = 0; i < *samples; i++) {
        double at = (double)i * SPEECH_HZ / rate_hz;
        size_t from = WAVE_HEADER / sizeof *wave + (size_t)at;
        double part = at - floor(at);
        pcm[i] = (int16_t)(wave[from] * (1 - part) + wave[from + 1] * part);
    }
    free(wave);
    return pcm;
}

static void speech_is_not_taken_for_digits(void **state)
{
    static const char *const voices[] = {"en-gb",    "en-us+f3", "da",    "de+f2",
                                         "en-us+m5", "sv+f4",    "fr+m3", "fi+f1"};
    static const uint32_t rates_hz[] = {8000, 16000};
    double taken_ms = 0;
    double spoken_ms = 0;

    (void)state;
    for (size_t i = 0; i < 2 * sizeof voices / sizeof *voices; i++) {
        uint32_t rate_hz = rates_hz[i % 2];
        size_t frame = rate_hz * TONE_MASK_FRAME_MS / MS_PER_S;
        struct tone_mask mask = {0};
        size_t samples = 0;
        char pressed;
        int16_t *pcm = speak(voices[i / 2], 20 + 10 * (int)(i / 2), rate_hz, &samples);
        if (!pcm) {
            print_message("nothing here can speak\n");
            skip();
        }
        for (size_t at = 0; at + frame <= samples; at += frame) {
            bool taken = tone_mask_take(&mask, pcm + at, frame, rate_hz, &pressed);
            taken_ms += taken ? TONE_MASK_FRAME_MS : 0;
            spoken_ms += TONE_MASK_FRAME_MS;
        }
        free(pcm);
    }
    print_message("%.1f minutes of speech: %.1f ms of a minute are masked\n",
                  spoken_ms / 60 / MS_PER_S, taken_ms / (spoken_ms / 60 / MS_PER_S));
    assert_true(taken_ms == 0);
}

static void tones_that_are_no_digits_are_heard(void **state)
{
    static const double pairs_hz[][2] = {
        {350, 440},  {480, 620}, {440, 480},   {425, 0},     {1100, 0},    {2100, 0},
        {950, 1400}, {700, 0},   {1336, 0},    {697, 941},   {1209, 1477}, {730, 1209},
        {697, 1270}, {1000, 0},  {1400, 2060}, {1300, 1700}, {660, 1300},  {981, 1550},
    };
    int16_t frame[160];

    (void)state;
    for (size_t pair = 0; pair < sizeof pairs_hz / sizeof *pairs_hz; pair++) {
        struct tone_mask mask = {0};
        char pressed;
        for (size_t at = 0; at < 4000; at++) {
            double turns = (double)at * 2 * M_PI / 8000;
            frame[at % 160] =
                (int16_t)(8000 * (sin(turns * pairs_hz[pair][0]) + sin(turns * pairs_hz[pair][1])));
            if (at % 160 == 159 && tone_mask_take(&mask, frame, 160, 8000, &pressed))
                fail_msg("%.0f and %.0f Hz are masked", pairs_hz[pair][0], pairs_hz[pair][1]);
        }
    }
}

static void a_change_of_rate_forgets_what_came_before(void **state)
{
    struct tone_mask mask = {0};
    int16_t frame[960] = {0};
    char pressed;

    (void)state;
    for (size_t i = 0; i < 160; i++)
        frame[i] = (int16_t)(8000 * (sin((double)i * 2 * M_PI * 770 / 8000) +
                                     sin((double)i * 2 * M_PI * 1336 / 8000)));
    assert_true(tone_mask_take(&mask, frame, 160, 8000, &pressed));
    assert_int_equal(pressed, '5');
    memset(frame, 0, sizeof frame);
    assert_false(tone_mask_take(&mask, frame, 960, 48000, &pressed));
    assert_int_equal(pressed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tones_of_all_digits_are_silenced_wherever_they_begin),
        cmocka_unit_test(tones_are_silenced_at_every_rate_and_where_they_are_out_of_tune),
        cmocka_unit_test(the_shortest_digits_are_silenced_too),
        cmocka_unit_test(speech_is_not_taken_for_digits),
        cmocka_unit_test(tones_that_are_no_digits_are_heard),
        cmocka_unit_test(a_change_of_rate_forgets_what_came_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
