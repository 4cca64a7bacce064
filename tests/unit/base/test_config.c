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
    assert_int_equal(config->sip_listen.count, 1);
    assert_string_equal(config->sip_listen.item[0], "127.0.0.1:5060");
    assert_int_equal(config->sip_listen_tls.count, 0);
    assert_int_equal(config->volumes.count, 0);
    assert_int_equal(config->rtp_address.count, 0);
    assert_false(config->sip_tls_client_required);
    assert_int_equal(config->session_expires_s, 1800);
    assert_int_equal(config->session_min_se_s, 90);
    assert_int_equal(config->drain_s, 0);
    assert_string_equal(config->master_key, "/var/lib/recorder/keys/master.key");
    assert_int_equal(config->rtp_port_first, 20000);
    assert_true(*config->node);
    config_destroy(config);
}

static void expect_master(const char *text, const char *path, bool is_credential)
{
    struct config *config = NULL;

    assert_int_equal(load(text, &config, NULL), STATUS_OK);
    assert_string_equal(config->master_key, path);
    assert_int_equal(config->master_key_is_credential, is_credential);
    config_destroy(config);
}

static void a_master_key_is_a_credential_where_there_is_one_or_it_is_named_so(void **state)
{
    char directory[] = "/tmp/recorder-credentials-XXXXXX";
    char path[96];

    (void)state;
    expect_master("keys = \"/k\"", "/k/master.key", false);
    expect_master("master_key = \"credential\"", "$CREDENTIALS_DIRECTORY/recorder-master", true);
    assert_non_null(mkdtemp(directory));
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", directory, 1), 0);
    (void)snprintf(path, sizeof path, "%s/recorder-master", directory);
    expect_master("keys = \"/k\"", "/k/master.key", false);
    expect_master("master_key = \"credential\"", path, true);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    expect_master("keys = \"/k\"", path, true);
    expect_master("master_key = \"/k/mine\"", "/k/mine", false);
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(directory), 0);
}

static void options_and_comments_are_read(void **state)
{
    struct config *config = NULL;

    (void)state;
    assert_int_equal(
        load("# ours\nstore = \"/tmp/s\"\nvolumes = {\"/tmp/t\"}\ncalls_max = 7\n", &config, NULL),
        STATUS_OK);
    assert_string_equal(config->store, "/tmp/s");
    assert_int_equal(config->volumes.count, 1);
    assert_string_equal(config->volumes.item[0], "/tmp/t");
    assert_string_equal(config->keys, "/tmp/s/keys");
    assert_int_equal(config->calls_max, 7);
    config_destroy(config);
}

static void directories_are_absolute_and_have_one_name(void **state)
{
    static const char *const relative[] = {"store = \"s\"\n", "keys = \"./k\"\n",
                                           "volumes = {\"/tmp/t\", \"u\"}\n"};
    struct config *config = NULL;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(load("store = \"/tmp/s//\"\nvolumes = {\"/tmp/t/\", \"/\"}\n", &config, NULL),
                     STATUS_OK);
    assert_string_equal(config->store, "/tmp/s");
    assert_string_equal(config->keys, "/tmp/s/keys");
    assert_string_equal(config->volumes.item[0], "/tmp/t");
    assert_string_equal(config->volumes.item[1], "/");
    config_destroy(config);
    for (size_t i = 0; i < sizeof relative / sizeof relative[0]; i++) {
        assert_int_equal(load(relative[i], &config, &fault), STATUS_INVALID);
        assert_non_null(strstr(fault.text, "no absolute path"));
    }
}

static void list_is_read_from_braces_and_from_one_plain_value(void **state)
{
    struct config *config = NULL;

    (void)state;
    assert_int_equal(
        load("sip_listen = {\"127.0.0.1:5060\", \"[::1]:5060\"}\nrtp_address = \"10.0.0.1\"\n"
             "rtp_advertise = \"\"\n",
             &config, NULL),
        STATUS_OK);
    assert_int_equal(config->sip_listen.count, 2);
    assert_string_equal(config->sip_listen.item[0], "127.0.0.1:5060");
    assert_string_equal(config->sip_listen.item[1], "[::1]:5060");
    assert_int_equal(config->rtp_address.count, 1);
    assert_string_equal(config->rtp_address.item[0], "10.0.0.1");
    assert_int_equal(config->rtp_advertise.count, 0);
    config_destroy(config);
}

static void list_past_its_maximum_is_refused(void **state)
{
    struct config *config = NULL;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(
        load("sip_listen = {\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\"}\n", &config, NULL),
        STATUS_OK);
    assert_int_equal(config->sip_listen.count, CONFIG_LIST_MAX);
    config_destroy(config);
    config = NULL;
    assert_int_equal(load("sip_listen = {\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\"}\n",
                          &config, &fault),
                     STATUS_INVALID);
    assert_non_null(strstr(fault.text, "sip_listen has 9 values, allowed are 8"));
}

static void tls_options_that_lack_their_file_are_refused(void **state)
{
    struct config *config = NULL;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(load("sip_listen_tls = \"127.0.0.1:5061\"\n", &config, &fault),
                     STATUS_INVALID);
    assert_non_null(strstr(fault.text, "sip_tls_certificate"));
    assert_int_equal(load("sip_tls_client_required = true\n", &config, &fault), STATUS_INVALID);
    assert_non_null(strstr(fault.text, "sip_tls_client_ca"));
    assert_int_equal(load("sip_listen_tls = \"127.0.0.1:5061\"\nsip_tls_certificate = \"/c.pem\"\n"
                          "sip_tls_client_ca = \"/ca.pem\"\nsip_tls_client_required = true\n",
                          &config, NULL),
                     STATUS_OK);
    assert_string_equal(config->sip_tls_certificate, "/c.pem");
    assert_string_equal(config->sip_tls_key, "");
    assert_true(config->sip_tls_client_required);
    config_destroy(config);
}

static void session_timer_below_its_least_is_refused(void **state)
{
    struct config *config = NULL;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(load("session_min_se_s = 89\n", &config, &fault), STATUS_INVALID);
    assert_int_equal(load("session_min_se_s = 600\nsession_expires_s = 300\n", &config, &fault),
                     STATUS_INVALID);
    assert_non_null(strstr(fault.text, "session_min_se_s is above session_expires_s"));
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

static void limits_of_room_are_read_and_must_be_in_order(void **state)
{
    struct config *config = NULL;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(load("", &config, NULL), STATUS_OK);
    assert_int_equal(config->disk_warn_percent, 15);
    assert_int_equal(config->disk_stop_exports_percent, 8);
    assert_int_equal(config->disk_refuse_calls_percent, 5);
    assert_int_equal(config->disk_reserve_mib, -1);
    config_destroy(config);
    config = NULL;
    assert_int_equal(load("disk_warn_percent = 20\ndisk_stop_exports_percent = 20\n"
                          "disk_refuse_calls_percent = 0\ndisk_reserve_mib = 0\n",
                          &config, NULL),
                     STATUS_OK);
    assert_int_equal(config->disk_warn_percent, 20);
    assert_int_equal(config->disk_reserve_mib, 0);
    config_destroy(config);
    config = NULL;
    assert_int_equal(load("disk_warn_percent = 7\n", &config, &fault), STATUS_INVALID);
    assert_non_null(strstr(fault.text, "disk_stop_exports_percent is above disk_warn_percent"));
    assert_int_equal(load("disk_refuse_calls_percent = 9\n", &config, &fault), STATUS_INVALID);
    assert_non_null(
        strstr(fault.text, "disk_refuse_calls_percent is above disk_stop_exports_percent"));
    assert_int_equal(load("disk_warn_percent = 91\n", &config, &fault), STATUS_INVALID);
    assert_int_equal(load("disk_reserve_mib = -2\n", &config, &fault), STATUS_INVALID);
    assert_null(config);
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
        cmocka_unit_test(a_master_key_is_a_credential_where_there_is_one_or_it_is_named_so),
        cmocka_unit_test(options_and_comments_are_read),
        cmocka_unit_test(directories_are_absolute_and_have_one_name),
        cmocka_unit_test(list_is_read_from_braces_and_from_one_plain_value),
        cmocka_unit_test(list_past_its_maximum_is_refused),
        cmocka_unit_test(tls_options_that_lack_their_file_are_refused),
        cmocka_unit_test(session_timer_below_its_least_is_refused),
        cmocka_unit_test(unknown_option_is_named_with_its_line),
        cmocka_unit_test(number_out_of_range_is_refused_with_the_range),
        cmocka_unit_test(limits_of_room_are_read_and_must_be_in_order),
        cmocka_unit_test(missing_file_is_named),
    };

    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
