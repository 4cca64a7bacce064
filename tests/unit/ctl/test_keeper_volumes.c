/* Recordings in several segments, and on several volumes, are the keeper's and everybody's. */
#include "support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int ctl_with_second(void **state)
{
    int failed = ctl_set_up(state);
    struct ctl *ctl = *state;
    char second[128];
    FILE *file;

    if (failed)
        return failed;
    (void)snprintf(second, sizeof second, "%s/second", ctl->directory);
    assert_int_equal(mkdir(second, 0770), 0);
    file = fopen(ctl->config, "a");
    assert_non_null(file);
    (void)fprintf(file, "\nvolumes = {\"%s\"}\n", second);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(ctl_run(ctl, "init", "--new-volume", second, NULL), 0);
    return 0;
}

static void second_path(const struct ctl *ctl, const struct ctl_recording *recording,
                        char path[static 512])
{
    (void)snprintf(path, 512, "%s/second%.300s", ctl->directory,
                   recording->path + strlen(ctl->store));
}

static void make_directories(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0770);
        *slash = '/';
    }
}

/* Its sync failed, and it went on below a directory. */
static void go_on(const struct ctl_recording *recording, const char *directory)
{
    struct fault fault = {0};

    assert_int_equal(recording_writer_document(recording->writer, 900, "UPDATE", "a/b",
                                               (const uint8_t *)"third", 5),
                     STATUS_OK);
    assert_int_equal(recording_writer_flush(recording->writer, &fault), STATUS_OK);
    assert_true(recording_writer_lose(recording->writer));
    if (recording_writer_renew(recording->writer, directory, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    assert_int_equal(recording_writer_flush(recording->writer, &fault), STATUS_OK);
    recording_writer_confirm(recording->writer);
}

/* Then its recorder died. */
static void split(const struct ctl_recording *recording, const char *directory)
{
    go_on(recording, directory);
    recording_writer_destroy(recording->writer);
}

static void a_recording_in_two_segments_is_joined(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_ALIVE, 60);
    char second[512];

    split(&recording, ctl->store);
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 1);
    assert_string_equal(ctl_state(ctl, &recording), "recovered");
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
    (void)snprintf(second, sizeof second, "%.*s.1.crec", (int)strlen(recording.path) - 5,
                   recording.path);
    assert_int_not_equal(access(second, F_OK), 0);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'recovered'"), 1);
}

static void flip(const char *path, off_t offset)
{
    uint8_t byte;
    int fd = open(path, O_RDWR);

    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, offset), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
    assert_int_equal(close(fd), 0);
}

/* What its end told stays, but for what is gone before it. */
static void what_is_gone_before_a_sealed_end_is_told_and_silent_in_the_picture(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_ALIVE, 60);

    assert_int_equal(recording_writer_flush(recording.writer, NULL), STATUS_OK);
    recording_writer_confirm(recording.writer);
    go_on(&recording, ctl->store);
    ctl_seal(ctl, &recording);
    flip(recording.path, FORMAT_UNIT_BYTES + 100);
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 1);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM facts WHERE cause = 'unreadable' AND"
                                  " leg = -1 AND end_ms > start_ms"),
                     1);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM facts WHERE cause = 'lost' AND leg = 0 AND"
                                  " start_ms = 100"),
                     1);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM facts"), 2);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM alarms WHERE lost_ms = (SELECT"
                                  " end_ms - start_ms FROM facts WHERE cause = 'unreadable')"),
                     1);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM recordings WHERE end_cause = 'bye' AND"
                                  " talk_over_ms = 860 AND duration_ms = 2000"),
                     1);
    assert_int_equal(
        ctl_run(ctl, "--json", "recordings", "show", recording.id_text, "--details", NULL), 0);
    assert_non_null(strstr(ctl->out, "\"unreadable\""));
}

static void a_volume_that_is_not_mounted_holds_recovery_up(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_ALIVE, 60);
    char second[128];

    (void)snprintf(second, sizeof second, "%s/second", ctl->directory);
    split(&recording, second);
    char away[128];
    (void)snprintf(away, sizeof away, "%s/away", ctl->directory);
    assert_int_equal(rename(second, away), 0);
    assert_int_equal(ctl_run(ctl, "keeper", "--once", NULL), 5);
    assert_string_equal(ctl_state(ctl, &recording), "recording");
    assert_int_equal(rename(away, second), 0);
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 1);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
}

/* init makes nothing on the mount point that could be taken for the volume. */
static void init_while_a_volume_is_not_mounted_loses_no_call(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_CRASHED, 60);
    char path[512];
    char command[4000];

    second_path(ctl, &recording, path);
    make_directories(path);
    (void)snprintf(command, sizeof command,
                   "mv '%s' '%s' && mv '%s.tail' '%s.tail' && cd '%s' && mv second disk && "
                   "mkdir second",
                   recording.path, path, recording.path, path, ctl->directory);
    assert_int_equal(system(command), 0); /* NOLINT: names of our own making */
    assert_int_equal(ctl_run(ctl, "init", NULL), 1);
    assert_non_null(strstr(ctl->err, "second"));
    assert_non_null(strstr(ctl->err, "--new-volume"));
    assert_int_equal(ctl_run(ctl, "doctor", NULL), 1);
    assert_non_null(strstr(ctl->out, "1 of 1 further volumes are not there"));
    for (int i = 0; i < 2; i++)
        assert_int_equal(ctl_run(ctl, "keeper", "--once", NULL), 5);
    assert_string_equal(ctl_state(ctl, &recording), "recording");
    /* as one would be that init made */
    (void)snprintf(command, sizeof command, "mkdir '%s/second/recordings'", ctl->directory);
    assert_int_equal(system(command), 0); /* NOLINT: likewise */
    assert_int_equal(ctl_run(ctl, "keeper", "--once", NULL), 5);
    assert_string_equal(ctl_state(ctl, &recording), "recording");
    (void)snprintf(command, sizeof command, "cd '%s' && rm -r second && mv disk second",
                   ctl->directory);
    assert_int_equal(system(command), 0); /* NOLINT: likewise */
    assert_int_equal(ctl_run(ctl, "init", NULL), 0);
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 1);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
}

static void a_recording_on_another_volume_is_found_there(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);
    char path[512];

    second_path(ctl, &recording, path);
    make_directories(path);
    assert_int_equal(rename(recording.path, path), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 0);
}

static void a_recording_that_began_on_another_volume_is_recovered_there(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_CRASHED, 60);
    char path[512];
    char tail[600];
    char tail_there[600];

    second_path(ctl, &recording, path);
    make_directories(path);
    (void)snprintf(tail, sizeof tail, "%.500s.tail", recording.path);
    (void)snprintf(tail_there, sizeof tail_there, "%s.tail", path);
    assert_int_equal(rename(recording.path, path), 0);
    assert_int_equal(rename(tail, tail_there), 0);
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 1);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_not_equal(access(tail_there, F_OK), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
}

static void a_volume_that_is_not_mounted_is_no_damage_of_its_recordings(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);
    char path[512];
    char second[128];
    char away[128];

    second_path(ctl, &recording, path);
    make_directories(path);
    assert_int_equal(rename(recording.path, path), 0);
    (void)snprintf(second, sizeof second, "%s/second", ctl->directory);
    (void)snprintf(away, sizeof away, "%s/away", ctl->directory);
    assert_int_equal(rename(second, away), 0);
    assert_int_equal(ctl_run(ctl, "keeper", "--once", "--scrub", NULL), 5);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM alarms"), 0);
    assert_int_equal(ctl_sql(ctl, "SELECT scrub_result FROM recordings"), 0);
    assert_int_equal(rename(away, second), 0);
    assert_int_equal(ctl_run(ctl, "keeper", "--once", "--scrub", NULL), 0);
    assert_int_equal(ctl_sql(ctl, "SELECT scrub_result FROM recordings"), 1);
    assert_int_equal(unlink(path), 0);
    (void)ctl_sql(ctl, "UPDATE recordings SET scrubbed_us = 1");
    assert_int_equal(ctl_run(ctl, "keeper", "--once", "--scrub", NULL), 1);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM alarms"), 1);
}

static void name_volume(struct ctl *ctl, const char *directory)
{
    FILE *file = fopen(ctl->config, "a");

    assert_non_null(file);
    (void)fprintf(file, "\nvolumes = {\"%s\"}\n", directory);
    assert_int_equal(fclose(file), 0);
}

/* A lock that is held by the other name of a file is not that of a call in progress. */
static void a_volume_that_is_the_stores_own_holds_recovery_up_and_is_told(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_CRASHED, 60);
    char linked[128];

    (void)snprintf(linked, sizeof linked, "%s/link", ctl->directory);
    assert_int_equal(symlink(ctl->store, linked), 0);
    name_volume(ctl, linked);
    assert_int_equal(ctl_run(ctl, "keeper", "--once", NULL), 5);
    assert_string_equal(ctl_state(ctl, &recording), "recording");
    assert_int_equal(ctl_run(ctl, "doctor", NULL), 1);
    assert_non_null(strstr(ctl->out, "are one directory"));
    assert_int_equal(unlink(linked), 0);
}

static void the_stores_own_directory_with_a_slash_more_is_no_other_volume(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_CRASHED, 60);
    char slash[128];

    (void)snprintf(slash, sizeof slash, "%s/", ctl->store);
    name_volume(ctl, slash);
    assert_int_equal(ctl_run(ctl, "keeper", "--once", NULL), 0);
    assert_string_equal(ctl_state(ctl, &recording), "recovered");
}

int main(void)
{
#define WITH_SECOND(test) cmocka_unit_test_setup_teardown(test, ctl_with_second, ctl_tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_recording_in_two_segments_is_joined, ctl_set_up,
                                        ctl_tear_down),
        cmocka_unit_test_setup_teardown(
            what_is_gone_before_a_sealed_end_is_told_and_silent_in_the_picture, ctl_set_up,
            ctl_tear_down),
        cmocka_unit_test_setup_teardown(
            a_volume_that_is_the_stores_own_holds_recovery_up_and_is_told, ctl_set_up,
            ctl_tear_down),
        cmocka_unit_test_setup_teardown(
            the_stores_own_directory_with_a_slash_more_is_no_other_volume, ctl_set_up,
            ctl_tear_down),
        WITH_SECOND(init_while_a_volume_is_not_mounted_loses_no_call),
        WITH_SECOND(a_volume_that_is_not_mounted_holds_recovery_up),
        WITH_SECOND(a_recording_on_another_volume_is_found_there),
        WITH_SECOND(a_volume_that_is_not_mounted_is_no_damage_of_its_recordings),
        WITH_SECOND(a_recording_that_began_on_another_volume_is_recovered_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
