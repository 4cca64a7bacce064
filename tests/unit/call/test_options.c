#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tools/callgen/options.h"

static enum status read_line(const char *line, struct options *options, struct fault *fault)
{
    static char copy[512];
    char *arguments[32] = {"callgen"};
    int count = 1;
    (void)strncpy(copy, line, sizeof(copy) - 1);
    for (char *word = strtok(copy, " "); word != NULL && count < 31; word = strtok(NULL, " ")) {
        arguments[count++] = word;
    }
    return options_read(count, arguments, options, fault);
}

static void defaults_are_one_call_of_ten_seconds(void **state)
{
    (void)state;
    struct options options;
    struct fault fault = {0};
    assert_int_equal(read_line("--to h:1", &options, &fault), STATUS_OK);
    assert_string_equal(options.to, "h:1");
    assert_int_equal(options.calls, 1);
    assert_int_equal(options.packets, 500);
    assert_int_equal(options.source, OPTIONS_TONE);
    assert_int_equal(options.codec->payload_type, 8);
    assert_false(options.tcp);
    assert_null(options.report);
    assert_string_equal(options.label[1], "2");
}

static void every_option_is_taken(void **state)
{
    (void)state;
    struct options options;
    struct fault fault = {0};
    assert_int_equal(read_line("--to h:1 --transport tcp --codec pcmu --calls 10000 --seconds 0.5 "
                               "--loss 5 --reorder-ms 200 --jitter-ms 10000 --labels x.1,y_2 "
                               "--seed 18446744073709551615 --speech --bye-wait-ms 0",
                               &options, &fault),
                     STATUS_OK);
    assert_true(options.tcp);
    assert_int_equal(options.codec->payload_type, 0);
    assert_int_equal(options.calls, OPTIONS_CALLS_MAX);
    assert_int_equal(options.packets, 25);
    assert_true(options.impairment.loss_share > 0.0499 && options.impairment.loss_share < 0.0501);
    assert_int_equal(options.impairment.reorder_ms, 200);
    assert_int_equal(options.impairment.jitter_ms, OPTIONS_DELAY_MS_MAX);
    assert_string_equal(options.label[0], "x.1");
    assert_true(options.seed == UINT64_MAX);
    assert_int_equal(options.source, OPTIONS_SPEECH);
    assert_int_equal(options.bye_wait_ms, 0);
}

static void values_past_their_limits_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "--to",
        "--to h --calls 10001",
        "--to h --calls 1.5",
        "--to h --calls 0",
        "--to h --calls 1x",
        "--to h --seconds 3601",
        "--to h --seconds inf",
        "--to h --seconds 0.01",
        "--to h --rate 0",
        "--to h --loss -1",
        "--to h --loss 100.1",
        "--to h --jitter-ms 10001",
        "--to h --seed -1",
        "--to h --seed 18446744073709551616",
        "--to h --labels a",
        "--to h --labels a,b,c",
        "--to h --labels a,a",
        "--to h --caller 1@2",
        "--to h --caller 0123456789012345678901234567890123456789012345678901234567890123",
        "--to h --transport sctp",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct options options = {.calls = 77};
        struct fault fault = {0};
        assert_int_equal(read_line(bad[i], &options, &fault), STATUS_INVALID);
        assert_int_equal(options.calls, 77);
        assert_int_not_equal(fault.text[0], '\0');
    }
}

static void number_of_63_characters_is_taken(void **state)
{
    (void)state;
    struct options options;
    struct fault fault = {0};
    assert_int_equal(
        read_line("--to h --caller 012345678901234567890123456789012345678901234567890123456789012",
                  &options, &fault),
        STATUS_OK);
}

static void help_needs_nothing_else(void **state)
{
    (void)state;
    struct options options;
    struct fault fault = {0};
    assert_int_equal(read_line("--help", &options, &fault), STATUS_OK);
    assert_true(options.help);
    assert_non_null(strstr(options_help(), "--bye-wait-ms"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_one_call_of_ten_seconds),
        cmocka_unit_test(every_option_is_taken),
        cmocka_unit_test(values_past_their_limits_are_refused),
        cmocka_unit_test(number_of_63_characters_is_taken),
        cmocka_unit_test(help_needs_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
