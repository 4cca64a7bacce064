/* Recordings that failed, and whose key, disk or file comes back; and what cannot be looked at. */
#include "support.h"

#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void run(const char *format, const char *directory, const char *other)
{
    char command[1600];

    (void)snprintf(command, sizeof command, format, directory, other);
    assert_int_equal(system(command), 0); /* NOLINT: names of our own making */
}

static void flip(const char *path, long offset)
{
    FILE *file = fopen(path, "r+");

    assert_non_null(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    int byte = fgetc(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    assert_int_not_equal(fputc(byte ^ 1, file), EOF);
    assert_int_equal(fclose(file), 0);
}

/* The keys are what is brought back last after a disaster. */
static void a_recording_comes_back_with_its_key(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);

    run("cp -r '%s/keys/private' '%s/private'", ctl->store, ctl->directory);
    (void)ctl_sql(ctl, "DELETE FROM recordings");
    run("rm -r '%s'/keys/private/*%s", ctl->store, "");
    assert_int_equal(ctl_run(ctl, "index", "rebuild", NULL), 1);
    assert_string_equal(ctl_state(ctl, &recording), "failed");
    run("cp -r '%s'/private/* '%s/keys/private'", ctl->directory, ctl->store);
    assert_int_equal(ctl_round(ctl, 0, "completed"), 1);
    assert_string_equal(ctl_state(ctl, &recording), "sealed");
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM recordings WHERE duration_ms = 2000 AND"
                                  " caller_digits = '4570000000' AND end_cause = 'bye'"),
                     1);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM facts WHERE cause = 'lost'"), 1);
}

static void a_file_that_turns_up_comes_back_and_none_is_told_twice(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_ROW_BEHIND, 60);
    char away[128];

    (void)snprintf(away, sizeof away, "%s/away", ctl->directory);
    assert_int_equal(rename(recording.path, away), 0);
    assert_int_equal(ctl_round(ctl, 1, "failed"), 1);
    assert_int_equal(ctl_round(ctl, 0, "failed"), 0);
    assert_string_equal(ctl_state(ctl, &recording), "failed");
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'failed'"), 1);
    assert_int_equal(rename(away, recording.path), 0);
    assert_int_equal(ctl_round(ctl, 0, "completed"), 1);
    assert_string_equal(ctl_state(ctl, &recording), "sealed");
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
}

static void one_that_was_cut_short_is_recovered_when_it_can_be_read(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_CRASHED, 60);

    flip(recording.path, 20); /* in the header */
    assert_int_equal(ctl_round(ctl, 1, "failed"), 1);
    assert_int_equal(ctl_round(ctl, 0, "failed"), 0);
    flip(recording.path, 20);
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 1);
    assert_string_equal(ctl_state(ctl, &recording), "recovered");
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
}

static void a_file_of_another_customer_is_not_given_to_that_of_the_row(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_ROW_BEHIND, 60);

    (void)ctl_sql(ctl, "UPDATE recordings SET state = 3, customer ="
                       " (SELECT id FROM customers WHERE number = 'unassigned')");
    assert_int_equal(ctl_round(ctl, 0, "completed"), 0);
    assert_string_equal(ctl_state(ctl, &recording), "failed");
    assert_int_equal(ctl_run(ctl, "index", "rebuild", NULL), 0); /* as the file says */
    assert_string_equal(ctl_state(ctl, &recording), "sealed");
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
}

/* Root, too, is kept out by modes then. */
static void set_override(bool on)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    const unsigned override = 1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH;

    assert_int_equal(syscall(SYS_capget, &header, data), 0);
    data[0].effective &= ~override;
    data[0].effective |= on ? data[0].permitted & override : 0;
    assert_int_equal(syscall(SYS_capset, &header, data), 0);
}

static void a_directory_that_cannot_be_read_is_told_and_the_rest_is_looked_at(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording orphan = ctl_record(ctl, CTL_WITHOUT_ROW, 200);
    char path[128];

    run("touch -d -200seconds '%s'%s", orphan.path, "");
    (void)snprintf(path, sizeof path, "%s/recordings/1999", ctl->store);
    assert_int_equal(mkdir(path, 0), 0);
    set_override(false);
    int64_t orphans = ctl_round(ctl, 5, "orphans");
    set_override(true);
    assert_int_equal(orphans, 1);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(ctl_round(ctl, 0, "orphans"), 1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, ctl_set_up, ctl_tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_recording_comes_back_with_its_key),
        CASE(a_file_that_turns_up_comes_back_and_none_is_told_twice),
        CASE(one_that_was_cut_short_is_recovered_when_it_can_be_read),
        CASE(a_file_of_another_customer_is_not_given_to_that_of_the_row),
        CASE(a_directory_that_cannot_be_read_is_told_and_the_rest_is_looked_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
