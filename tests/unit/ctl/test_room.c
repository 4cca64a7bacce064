/* room: what `status` says of the store's volume, and exports that would fill it further. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void configure(const struct ctl *ctl, const char *options)
{
    FILE *file = fopen(ctl->config, "w");

    assert_non_null(file);
    (void)fprintf(file, "store = \"%s\"\n%s\n", ctl->store, options);
    assert_int_equal(fclose(file), 0);
}

static json_t *space(struct ctl *ctl)
{
    assert_int_equal(ctl_run(ctl, "--json", "status", NULL), 0);
    json_t *whole = ctl_json(ctl);
    json_t *part = json_incref(json_object_get(whole, "space"));

    json_decref(whole);
    assert_non_null(part);
    return part;
}

static void status_tells_level_and_reserve(void **state)
{
    struct ctl *ctl = *state;
    char command[192];

    configure(ctl, "disk_reserve_mib = 1\ndisk_warn_percent = 1\ndisk_stop_exports_percent = 1\n"
                   "disk_refuse_calls_percent = 1");
    json_t *before = space(ctl);
    assert_string_equal(json_string_value(json_object_get(before, "level")), "plenty");
    assert_int_equal(json_integer_value(json_object_get(before, "reserve_bytes")), 1048576);
    assert_true(json_is_false(json_object_get(before, "reserve_held")));
    assert_true(json_integer_value(json_object_get(before, "free_bytes")) <=
                json_integer_value(json_object_get(before, "total_bytes")));
    json_decref(before);
    (void)snprintf(command, sizeof command, "fallocate -l 1M %s/reserve", ctl->store);
    assert_int_equal(system(command), 0);
    json_t *after = space(ctl);
    assert_true(json_is_true(json_object_get(after, "reserve_held")));
    json_decref(after);
}

/* A reserve that is larger than what is free leaves nothing. */
static const char full[] = "disk_reserve_mib = 16777216\ndisk_warn_percent = 15";

static void reserve_that_is_missing_counts_as_in_use(void **state)
{
    struct ctl *ctl = *state;

    configure(ctl, full);
    json_t *now = space(ctl);
    assert_string_equal(json_string_value(json_object_get(now, "level")), "no_calls");
    json_decref(now);
}

static void export_onto_the_short_volume_is_refused_and_leaves_nothing(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);
    char path[160];

    configure(ctl, full);
    (void)snprintf(path, sizeof path, "%s/out.opus", ctl->directory);
    assert_int_equal(ctl_run(ctl, "recordings", "export", recording.id_text, "-o", path, NULL), 4);
    ctl_expect_error(ctl, "disk_stop_exports_percent (8)");
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'export'"), 0);
}

static void backup_onto_the_short_volume_is_refused_too(void **state)
{
    struct ctl *ctl = *state;
    char path[160];

    configure(ctl, full);
    (void)snprintf(path, sizeof path, "%s/backup", ctl->directory);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(ctl_run(ctl, "backup", path, NULL), 4);
    ctl_expect_error(ctl, "disk_stop_exports_percent (8)");
    assert_int_equal(rmdir(path), 0); /* nothing is in it */
}

static void export_onto_another_volume_goes_on(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);
    char path[] = "/dev/shm/recorder-room-XXXXXX";
    struct stat here;
    struct stat there;

    assert_int_equal(stat(ctl->store, &here), 0);
    configure(ctl, full);
    assert_non_null(mkdtemp(path));
    char file[64];
    (void)snprintf(file, sizeof file, "%s/out.opus", path);
    int looked = stat(path, &there);
    int code = ctl_run(ctl, "recordings", "export", recording.id_text, "-o", file, NULL);
    int removed = unlink(file); /* whatever it was: nothing of it stays in memory */
    (void)rmdir(path);
    assert_int_equal(looked, 0);
    assert_int_not_equal(here.st_dev, there.st_dev);
    assert_int_equal(code, 0);
    assert_int_equal(removed, 0);
}

static void export_below_a_limit_of_none_is_not_refused(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);
    char path[160];

    configure(ctl, "disk_reserve_mib = 16777216\ndisk_stop_exports_percent = 0\n"
                   "disk_refuse_calls_percent = 0");
    (void)snprintf(path, sizeof path, "%s/out.opus", ctl->directory);
    assert_int_equal(ctl_run(ctl, "recordings", "export", recording.id_text, "-o", path, NULL), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, ctl_set_up, ctl_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(status_tells_level_and_reserve),
        CASE(reserve_that_is_missing_counts_as_in_use),
        CASE(export_onto_the_short_volume_is_refused_and_leaves_nothing),
        CASE(backup_onto_the_short_volume_is_refused_too),
        CASE(export_onto_another_volume_goes_on),
        CASE(export_below_a_limit_of_none_is_not_refused),
    };

    return cmocka_run_group_tests_name("room", tests, NULL, NULL);
}
