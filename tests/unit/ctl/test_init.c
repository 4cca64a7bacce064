/* init: where a store is made, and where it is not. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void shell(const struct ctl *ctl, const char *commands)
{
    char command[512];

    assert_true((size_t)snprintf(command, sizeof command, "cd %s && %s", ctl->directory, commands) <
                sizeof command);
    assert_int_equal(system(command), 0); /* NOLINT: a name of our own making */
}

static void configure(const struct ctl *ctl, const char *line)
{
    FILE *file = fopen(ctl->config, "a");

    assert_non_null(file);
    (void)fprintf(file, "%s\n", line);
    assert_int_equal(fclose(file), 0);
}

static bool is_there(const struct ctl *ctl, const char *leaf)
{
    char path[256];

    (void)snprintf(path, sizeof path, "%s/%s", ctl->directory, leaf);
    return access(path, F_OK) == 0;
}

/* As a mount point is on which nothing is mounted. */
static void no_second_store_is_made_where_the_first_is_not_mounted(void **state)
{
    struct ctl *ctl = *state;

    assert_int_equal(ctl_run(ctl, "init", NULL), 0);
    shell(ctl, "mv store disk && mkdir store");
    assert_int_equal(ctl_run(ctl, "init", NULL), 4);
    ctl_expect_error(ctl, "nothing is mounted there");
    assert_non_null(strstr(ctl->err, "--new-store"));
    shell(ctl, "rmdir store && mv disk store");
    assert_int_equal(ctl_run(ctl, "init", NULL), 0);
    assert_null(strstr(ctl->out, "created"));
}

static void nor_below_a_mount_point_above_it(void **state)
{
    struct ctl *ctl = *state;
    char line[256];

    (void)snprintf(line, sizeof line, "store = \"%s/disk/recorder/store\"", ctl->directory);
    configure(ctl, line);
    shell(ctl, "mkdir disk");
    assert_int_equal(ctl_run(ctl, "init", NULL), 4);
    ctl_expect_error(ctl, "disk is empty");
    assert_false(is_there(ctl, "disk/recorder"));
    assert_int_equal(ctl_run(ctl, "init", "--new-store", NULL), 0);
    assert_true(is_there(ctl, "disk/recorder/store/store.id"));
}

static void a_store_whose_volumes_know_another_is_not_made(void **state)
{
    struct ctl *ctl = *state;
    char line[256];
    char second[128];

    (void)snprintf(second, sizeof second, "%s/second", ctl->directory);
    (void)snprintf(line, sizeof line, "volumes = {\"%s\"}", second);
    configure(ctl, line);
    shell(ctl, "mkdir second");
    assert_int_equal(ctl_run(ctl, "init", "--new-volume", second, NULL), 0);
    shell(ctl, "mv store disk");
    assert_int_equal(ctl_run(ctl, "init", NULL), 4);
    ctl_expect_error(ctl, "second is a volume of a store");
    assert_false(is_there(ctl, "store"));
    /* and one that is made all the same is another, whose the volume is not */
    assert_int_equal(ctl_run(ctl, "init", "--new-store", NULL), 1);
    assert_int_equal(ctl_run(ctl, "init", "--new-volume", second, NULL), 4);
    ctl_expect_error(ctl, "another store");
    assert_int_equal(ctl_run(ctl, "keeper", "--once", NULL), 5);
}

static void a_volume_that_the_configuration_does_not_name_is_not_taken(void **state)
{
    struct ctl *ctl = *state;

    shell(ctl, "mkdir other");
    assert_int_equal(ctl_run(ctl, "init", "--new-volume", "/tmp/other", NULL), 2);
    ctl_expect_error(ctl, "none of `volumes`");
    assert_false(is_there(ctl, "store"));
}

static void volumes_that_are_not_there_keep_nothing_else_from_being_made(void **state)
{
    struct ctl *ctl = *state;
    char line[256];

    (void)snprintf(line, sizeof line, "volumes = {\"%s/second\"}", ctl->directory);
    configure(ctl, line);
    assert_int_equal(ctl_run(ctl, "--json", "init", NULL), 1);
    assert_non_null(strstr(ctl->out, "missing"));
    assert_non_null(strstr(ctl->err, "second"));
    assert_true(is_there(ctl, "store/index.sqlite"));
    assert_false(is_there(ctl, "second"));
}

static void a_master_key_that_is_a_credential_is_made_by_nobody(void **state)
{
    struct ctl *ctl = *state;
    char credentials[128];

    configure(ctl, "master_key = \"credential\"");
    assert_int_equal(ctl_run(ctl, "init", NULL), 5);
    ctl_expect_error(ctl, "systemd-run");
    assert_false(is_there(ctl, "store"));
    (void)snprintf(credentials, sizeof credentials, "%s/credentials", ctl->directory);
    shell(ctl, "mkdir credentials && head -c 32 /dev/urandom > credentials/recorder-master && "
               "chmod 400 credentials/recorder-master");
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", credentials, 1), 0);
    assert_int_equal(ctl_run(ctl, "init", NULL), 0);
    assert_int_equal(ctl_run(ctl, "customer", "add", CTL_CUSTOMER, "--name", "x", NULL), 0);
    assert_false(is_there(ctl, "store/keys/master.key"));
    assert_int_equal(ctl_run(ctl, "doctor", NULL), 0);
    assert_non_null(strstr(ctl->out, "ok    master_key"));
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    assert_int_equal(ctl_run(ctl, "customer", "list", NULL), 0);
    assert_int_equal(ctl_run(ctl, "keeper", "--once", NULL), 5);
    ctl_expect_error(ctl, "systemd-run --pty -p LoadCredentialEncrypted=recorder-master:FILE");
}

/* Each of the programs may make files in the store's directory. */
static void what_another_put_in_the_place_of_a_directory_is_refused(void **state)
{
    struct ctl *ctl = *state;

    shell(ctl, "mkdir store mine && touch store/x && ln -s ../mine store/receipts");
    assert_int_equal(ctl_run(ctl, "init", NULL), 5);
    ctl_expect_error(ctl, "receipts is there, but is no directory");
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, ctl_set_up_empty, ctl_tear_down)
    const struct CMUnitTest tests[] = {
        CASE(no_second_store_is_made_where_the_first_is_not_mounted),
        CASE(nor_below_a_mount_point_above_it),
        CASE(a_store_whose_volumes_know_another_is_not_made),
        CASE(a_volume_that_the_configuration_does_not_name_is_not_taken),
        CASE(volumes_that_are_not_there_keep_nothing_else_from_being_made),
        CASE(a_master_key_that_is_a_credential_is_made_by_nobody),
        CASE(what_another_put_in_the_place_of_a_directory_is_refused),
    };

    return cmocka_run_group_tests_name("init", tests, NULL, NULL);
}
