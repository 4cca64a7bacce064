#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "session/digits.h"
#include "session/pause.h"
#include "unit/session/support.h"

enum { LEFT = 1 << RECORDING_LEFT, RIGHT = 1 << RECORDING_RIGHT };

static struct recording_control asked(bool paused, unsigned channels, int64_t limit_ms)
{
    return (struct recording_control){
        .paused = paused, .channels = channels, .limit_ms = limit_ms, .detail = "201: card"};
}

static int64_t apply(struct pause *pause, bool paused, unsigned channels, int64_t limit_ms,
                     int64_t at_ms)
{
    const struct recording_control control = asked(paused, channels, limit_ms);

    return pause_apply(pause, &control, at_ms * NS_PER_MS) / NS_PER_MS;
}

/* --- limits ------------------------------------------------------------------------------------
 */

static void one_channel_is_paused_and_the_other_goes_on(void **state)
{
    struct pause pause = {0};

    (void)state;
    assert_int_equal(apply(&pause, true, LEFT, 0, 100), 100);
    assert_int_equal(pause_channels(&pause), LEFT);
    assert_string_equal(pause_detail(&pause, RECORDING_LEFT), "201: card");
    assert_string_equal(pause_detail(&pause, RECORDING_RIGHT), "");
    assert_int_equal(apply(&pause, false, LEFT, 0, 200), 200);
    assert_int_equal(pause_channels(&pause), 0);
}

static void the_last_command_counts_and_none_takes_effect_before_it(void **state)
{
    struct pause pause = {0};

    (void)state;
    assert_int_equal(apply(&pause, true, RECORDING_BOTH, 0, 500), 500);
    assert_int_equal(apply(&pause, false, RIGHT, 0, 400), 500);
    assert_int_equal(pause_channels(&pause), LEFT);
}

static void a_pause_without_a_limit_never_ends_by_itself(void **state)
{
    struct pause pause = {0};
    int64_t at_ns;

    (void)state;
    apply(&pause, true, RECORDING_BOTH, 0, 0);
    assert_int_equal(pause_expired(&pause, INT64_MAX - 1, &at_ns), 0);
    apply(&pause, true, RECORDING_BOTH, INT64_MAX, 10);
    assert_int_equal(pause_expired(&pause, INT64_MAX - 1, &at_ns), 0);
}

static void the_lesser_of_both_limits_counts(void **state)
{
    static const int64_t cases[][3] = {/* of the policy, asked for, and what counts */
                                       {0, 1000, 1000},
                                       {2000, 0, 2000},
                                       {2000, 1000, 1000},
                                       {1000, 2000, 1000}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct recording_policy policy = {.pause_max_ms = cases[i][0]};
        struct pause pause;
        int64_t at_ns = 0;
        pause_begin(&pause, &policy);
        apply(&pause, true, RECORDING_BOTH, cases[i][1], 500);
        int64_t until_ns = (500 + cases[i][2]) * NS_PER_MS;
        assert_int_equal(pause_expired(&pause, until_ns - 1, &at_ns), 0);
        assert_int_equal(pause_expired(&pause, until_ns, &at_ns), RECORDING_BOTH);
        assert_int_equal(at_ns, until_ns);
    }
}

static void channels_end_one_after_the_other_as_their_limits_are(void **state)
{
    struct pause pause = {0};
    int64_t at_ns = 0;

    (void)state;
    apply(&pause, true, RIGHT, 1000, 0);
    apply(&pause, true, LEFT, 3000, 0);
    assert_int_equal(pause_expired(&pause, 9000 * NS_PER_MS, &at_ns), RIGHT);
    assert_int_equal(at_ns, 1000 * NS_PER_MS);
    apply(&pause, false, RIGHT, 0, 1000);
    assert_int_equal(pause_expired(&pause, 9000 * NS_PER_MS, &at_ns), LEFT);
    assert_int_equal(at_ns, 3000 * NS_PER_MS);
}

static void a_pause_in_a_pause_begins_its_limit_anew(void **state)
{
    struct pause pause = {0};
    int64_t at_ns = 0;

    (void)state;
    apply(&pause, true, LEFT, 1000, 0);
    apply(&pause, true, LEFT, 1000, 900);
    assert_int_equal(pause_expired(&pause, 1500 * NS_PER_MS, &at_ns), 0);
    assert_int_equal(pause_expired(&pause, 1900 * NS_PER_MS, &at_ns), LEFT);
}

/* --- codes -------------------------------------------------------------------------------------
 */

static struct pause with_codes(const char *pause_code, const char *resume_code)
{
    struct recording_policy policy = {0};
    struct pause pause;

    strcpy(policy.pause_code, pause_code);
    strcpy(policy.resume_code, resume_code);
    pause_begin(&pause, &policy);
    return pause;
}

/* Press digits, so long one after the other; what the last one completes. */
static enum pause_code press(struct pause *pause, struct pause_pressed *pressed, const char *digits,
                             int64_t *now_ms, int64_t step_ms)
{
    enum pause_code code = PAUSE_CODE_NONE;
    size_t count = 0;

    for (; *digits; digits++) {
        assert_int_equal(code, PAUSE_CODE_NONE);
        *now_ms += step_ms;
        code = pause_press(pause, pressed, *digits, *now_ms * NS_PER_MS, &count);
    }
    if (code != PAUSE_CODE_NONE)
        assert_int_equal(count,
                         strlen(code == PAUSE_CODE_PAUSE ? pause->pause_code : pause->resume_code));
    return code;
}

static void a_code_is_found_at_the_end_of_whatever_was_pressed(void **state)
{
    struct pause pause = with_codes("*71", "*72");
    struct pause_pressed pressed = {0};
    int64_t now_ms = 0;

    (void)state;
    assert_int_equal(press(&pause, &pressed, "123456789012", &now_ms, 200), PAUSE_CODE_NONE);
    assert_int_equal(press(&pause, &pressed, "**71", &now_ms, 200), PAUSE_CODE_PAUSE);
    assert_int_equal(press(&pause, &pressed, "71", &now_ms, 200), PAUSE_CODE_NONE);
    assert_int_equal(press(&pause, &pressed, "*72", &now_ms, 200), PAUSE_CODE_RESUME);
}

static void digits_of_two_legs_make_no_code(void **state)
{
    struct pause pause = with_codes("##", "");
    struct pause_pressed one = {0};
    struct pause_pressed other = {0};
    int64_t now_ms = 0;

    (void)state;
    assert_int_equal(press(&pause, &one, "#", &now_ms, 100), PAUSE_CODE_NONE);
    assert_int_equal(press(&pause, &other, "#", &now_ms, 100), PAUSE_CODE_NONE);
    assert_int_equal(press(&pause, &one, "#", &now_ms, 100), PAUSE_CODE_PAUSE);
}

static void digits_too_far_apart_make_no_code(void **state)
{
    struct pause pause = with_codes("*71", "");
    struct pause_pressed pressed = {0};
    int64_t now_ms = 0;

    (void)state;
    assert_int_equal(press(&pause, &pressed, "*71", &now_ms, PAUSE_DIGIT_GAP_MS + 1),
                     PAUSE_CODE_NONE);
    assert_int_equal(press(&pause, &pressed, "*71", &now_ms, PAUSE_DIGIT_GAP_MS), PAUSE_CODE_PAUSE);
}

static void one_code_for_both_pauses_and_resumes_in_turns(void **state)
{
    struct pause pause = with_codes("*9", "*9");
    struct pause_pressed pressed = {0};
    int64_t now_ms = 0;

    (void)state;
    assert_int_equal(press(&pause, &pressed, "*9", &now_ms, 100), PAUSE_CODE_PAUSE);
    apply(&pause, true, RECORDING_BOTH, 0, now_ms);
    assert_int_equal(press(&pause, &pressed, "*9", &now_ms, 100), PAUSE_CODE_RESUME);
    apply(&pause, false, RECORDING_BOTH, 0, now_ms);
    apply(&pause, true, LEFT, 0, now_ms); /* half a pause is none yet */
    assert_int_equal(press(&pause, &pressed, "*9", &now_ms, 100), PAUSE_CODE_PAUSE);
}

static void without_codes_no_digits_do_anything(void **state)
{
    struct pause pause = {0};
    struct pause_pressed pressed = {0};
    int64_t now_ms = 0;

    (void)state;
    assert_int_equal(press(&pause, &pressed, "*#0123456789ABCD", &now_ms, 100), PAUSE_CODE_NONE);
}

static void the_longest_code_is_found(void **state)
{
    struct pause pause = with_codes("*123456", "");
    struct pause_pressed pressed = {0};
    int64_t now_ms = 0;

    (void)state;
    assert_int_equal(strlen(pause.pause_code), BOUND_PAUSE_CODE_BYTES - 1);
    assert_int_equal(press(&pause, &pressed, "999*123456", &now_ms, 100), PAUSE_CODE_PAUSE);
}

/* --- presses -----------------------------------------------------------------------------------
 */

static bool take(struct digits *digits, uint32_t timestamp, uint8_t event, uint16_t duration,
                 bool end)
{
    const struct codec_event parsed = {.event = event, .end = end, .duration = duration};

    return digits_take(digits, 7, timestamp, RATE_HZ, &parsed);
}

static void all_packets_of_one_press_are_one_press(void **state)
{
    struct digits digits = {0};

    (void)state;
    assert_true(take(&digits, 1000, 5, 160, false));
    assert_false(take(&digits, 1000, 5, 320, false));
    for (int i = 0; i < 3; i++)
        assert_false(take(&digits, 1000, 5, 480, true));
    assert_true(take(&digits, 2000, 5, 160, false));
    assert_false(take(&digits, 1000, 5, 480, true)); /* overtaken */
    assert_false(take(&digits, 2000, 5, 320, true));
}

static void the_same_digit_again_is_another_press_though_the_end_of_the_first_was_lost(void **state)
{
    struct digits digits = {0};

    (void)state;
    assert_true(take(&digits, 1000, 5, 160, false));
    assert_true(take(&digits, 1000 + 160 + 400, 5, 160, false));
}

static void a_long_press_in_segments_is_one_press(void **state)
{
    struct digits digits = {0};

    (void)state;
    assert_true(take(&digits, 1000, 5, 0xff00, false));
    assert_false(take(&digits, 1000, 5, 0xffff, false));
    assert_false(take(&digits, 1000 + 0xffff, 5, 400, false));
    assert_false(take(&digits, 1000 + 0xffff, 5, 800, true));
    assert_true(take(&digits, 1000 + 0xffff + 800, 6, 100, false));
}

static void a_sender_that_begins_anew_presses_anew(void **state)
{
    struct digits digits = {0};
    const struct codec_event parsed = {.event = 5, .duration = 160};

    (void)state;
    assert_true(take(&digits, 0x90000000, 5, 160, true));
    assert_true(take(&digits, 1000, 5, 160, false));
    assert_true(digits_take(&digits, 8, 1000, RATE_HZ, &parsed));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_channel_is_paused_and_the_other_goes_on),
        cmocka_unit_test(the_last_command_counts_and_none_takes_effect_before_it),
        cmocka_unit_test(a_pause_without_a_limit_never_ends_by_itself),
        cmocka_unit_test(the_lesser_of_both_limits_counts),
        cmocka_unit_test(channels_end_one_after_the_other_as_their_limits_are),
        cmocka_unit_test(a_pause_in_a_pause_begins_its_limit_anew),
        cmocka_unit_test(a_code_is_found_at_the_end_of_whatever_was_pressed),
        cmocka_unit_test(digits_of_two_legs_make_no_code),
        cmocka_unit_test(digits_too_far_apart_make_no_code),
        cmocka_unit_test(one_code_for_both_pauses_and_resumes_in_turns),
        cmocka_unit_test(without_codes_no_digits_do_anything),
        cmocka_unit_test(the_longest_code_is_found),
        cmocka_unit_test(all_packets_of_one_press_are_one_press),
        cmocka_unit_test(
            the_same_digit_again_is_another_press_though_the_end_of_the_first_was_lost),
        cmocka_unit_test(a_long_press_in_segments_is_one_press),
        cmocka_unit_test(a_sender_that_begins_anew_presses_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
