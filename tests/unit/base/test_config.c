/* config: defaults, what is read, and what the person is told when it is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/config.h"

static char *write_file(const char *text)
{
    char *path = strdup("/tmp/recorder-config-XXXXXX");
    int descriptor = mkstemp(path);

    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, text, strlen(text)), strlen(text));
    close(descriptor);
    return path;
}

static enum status load(const char *text, struct config **config, struct fault *fault)
{
    char *path = write_file(text);
    enum status status = config_load(path, config, fault);

    unlink(path);
    free(path);
    return status;
}

static void empty_file_gives_working_defaults(void **state)
{
    struct config *config = NULL;

    (void)state;
    assert_int_equal(load("", &config, NULL), STATUS_OK);
    assert_string_equal(config->sip_listen, "127.0.0.1:5060");
    assert_string_equal(config->master_key, "/var/lib/recorder/keys/master.key");
    assert_int_equal(config->rtp_port_first, 20000);
    assert_true(*config->node);
    config_destroy(config);
}

static void options_and_comments_are_read(void **state)
{
    struct config *config = NULL;

    (void)state;
    assert_int_equal(load("# ours\nstore = \"/tmp/s\"\ncalls_max = 7\n", &config, NULL), STATUS_OK);
    assert_string_equal(config->store, "/tmp/s");
    assert_string_equal(config->keys, "/tmp/s/keys");
    assert_int_equal(config->calls_max, 7);
    config_destroy(config);
}

static void unknown_option_is_named_with_its_line(void **state)
{
    struct config *config = NULL;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(load("calls_max = 7\nstor = \"/tmp/s\"\n", &config, &fault), STATUS_INVALID);
    assert_null(config);
    assert_non_null(strstr(fault.text, "line 2"));
    assert_non_null(strstr(fault.text, "stor"));
}

static void number_out_of_range_is_refused_with_the_range(void **state)
{
    struct config *config = NULL;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(load("rtp_port_last = 65536\n", &config, &fault), STATUS_INVALID);
    assert_non_null(strstr(fault.text, "rtp_port_last is 65536, allowed is 1024 to 65535"));
    assert_int_equal(load("rtp_port_first = 30001\n", &config, &fault), STATUS_INVALID);
    assert_non_null(strstr(fault.text, "rtp_port_first is above rtp_port_last"));
}

static void missing_file_is_named(void **state)
{
    struct config *config = NULL;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(config_load("/nonexistent/recorder.conf", &config, &fault), STATUS_IO);
    assert_non_null(strstr(fault.text, "/nonexistent/recorder.conf"));
    assert_non_null(strstr(fault.text, "No such file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_file_gives_working_defaults),
        cmocka_unit_test(options_and_comments_are_read),
        cmocka_unit_test(unknown_option_is_named_with_its_line),
        cmocka_unit_test(number_out_of_range_is_refused_with_the_range),
        cmocka_unit_test(missing_file_is_named),
    };

    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
