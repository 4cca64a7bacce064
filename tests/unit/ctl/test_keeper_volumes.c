/* Recordings in several segments, and on several volumes, are the keeper's and everybody's. */
#include "support.h"

#include <stdio.h>
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

/* Its sync failed, and it went on below a directory; then its recorder died. */
static void split(const struct ctl_recording *recording, const char *directory)
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

static void a_volume_that_is_not_mounted_holds_recovery_up(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_ALIVE, 60);
    char second[128];

    assert_int_equal(ctl_run(ctl, "init", NULL), 0); /* makes its directory of recordings */
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

static void a_recording_on_another_volume_is_found_there(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);
    char path[512];

    assert_int_equal(ctl_run(ctl, "init", NULL), 0);
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

    assert_int_equal(ctl_run(ctl, "init", NULL), 0);
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

int main(void)
{
#define WITH_SECOND(test) cmocka_unit_test_setup_teardown(test, ctl_with_second, ctl_tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_recording_in_two_segments_is_joined, ctl_set_up,
                                        ctl_tear_down),
        WITH_SECOND(a_volume_that_is_not_mounted_holds_recovery_up),
        WITH_SECOND(a_recording_on_another_volume_is_found_there),
        WITH_SECOND(a_recording_that_began_on_another_volume_is_recovered_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
