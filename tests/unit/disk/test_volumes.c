/* The volumes of a configuration, and paths on them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/disk/volumes.h"

static void the_stores_own_comes_first_and_each_once(void **state)
{
    const struct config config = {
        .store = (char *)"/a",
        .volumes = {3, {(char *)"/b", (char *)"/a", (char *)"/b"}},
    };
    (void)state;

    struct volumes volumes = volumes_of(&config);
    assert_int_equal(volumes.count, 2);
    assert_string_equal(volumes.directory[0], "/a");
    assert_string_equal(volumes.directory[1], "/b");
}

static void as_many_as_a_configuration_can_name_fit(void **state)
{
    static char names[CONFIG_LIST_MAX][8];
    struct config config = {.store = (char *)"/store"};
    (void)state;

    for (int i = 0; i < CONFIG_LIST_MAX; i++) {
        (void)snprintf(names[i], sizeof names[i], "/v%c", (char)(0x30 + i));
        config.volumes.item[config.volumes.count++] = names[i];
    }
    assert_int_equal(volumes_of(&config).count, VOLUMES_MAX);
}

static void a_path_is_below_the_volume_that_it_begins_with(void **state)
{
    const struct volumes volumes = {2, {"/srv/rec", "/srv/rec2"}};
    char path[BOUND_PATH_BYTES];
    (void)state;

    assert_int_equal(volumes_path(&volumes, 1, "recordings/x.crec", path), STATUS_OK);
    assert_string_equal(path, "/srv/rec2/recordings/x.crec");
    assert_string_equal(volumes_below(&volumes, path), "recordings/x.crec");
    assert_string_equal(volumes_below(&volumes, "/srv/rec/a"), "a");
    assert_null(volumes_below(&volumes, "/srv/rec"));
    assert_null(volumes_below(&volumes, "/srv/record/a"));
}

static void a_path_that_does_not_fit_is_refused(void **state)
{
    static char name[BOUND_PATH_BYTES];
    const struct volumes volumes = {1, {"/a"}};
    char path[BOUND_PATH_BYTES];
    (void)state;

    memset(name, 'x', BOUND_PATH_BYTES - 4);
    assert_int_equal(volumes_path(&volumes, 0, name, path), STATUS_OK);
    name[BOUND_PATH_BYTES - 4] = 'x';
    assert_int_equal(volumes_path(&volumes, 0, name, path), STATUS_LIMIT);
}

static int dead_stat(void *context, const char *path, struct stat *about)
{
    (void)context;
    (void)path;
    (void)about;
    errno = EIO;
    return -1;
}

static void a_store_without_its_recordings_is_missing_and_one_that_fails_is_not(void **state)
{
    char directory[] = "/tmp/unit-volumes-XXXXXX";
    char recordings[64];
    struct disk dead = disk_system;
    struct fault fault = {0};
    (void)state;

    assert_non_null(mkdtemp(directory));
    const struct volumes volumes = {1, {directory}};
    (void)snprintf(recordings, sizeof recordings, "%s/recordings", directory);
    assert_int_equal(volumes_missing(&disk_system, &volumes, &fault), STATUS_NOT_FOUND);
    assert_non_null(strstr(fault.text, recordings));
    assert_int_equal(mkdir(recordings, 0700), 0);
    assert_int_equal(volumes_missing(&disk_system, &volumes, &fault), STATUS_OK);
    assert_int_equal(rmdir(recordings), 0);
    dead.stat = dead_stat;
    assert_int_equal(volumes_missing(&dead, &volumes, &fault), STATUS_OK);
    assert_int_equal(rmdir(directory), 0);
}

/* Each as it may be named: with a slash more, by a link, or as it is. */
static void a_volume_that_is_named_twice_is_found_by_what_it_is(void **state)
{
    char directory[] = "/tmp/unit-volumes-XXXXXX";
    char slash[64];
    char other[64];
    char linked[64];
    char command[200];
    struct fault fault = {0};
    (void)state;

    assert_non_null(mkdtemp(directory));
    (void)snprintf(slash, sizeof slash, "%s/", directory);
    (void)snprintf(other, sizeof other, "%s/other", directory);
    (void)snprintf(linked, sizeof linked, "%s/link", directory);
    (void)snprintf(command, sizeof command,
                   "cd %s && mkdir -p recordings other/recordings && ln -s other link", directory);
    assert_int_equal(system(command), 0); /* NOLINT: names of our own making */
    const struct volumes volumes = {4, {directory, other, slash, linked}};
    const struct volumes gone = {2, {directory, "/nowhere"}};

    assert_int_equal(volumes_compare(&disk_system, &volumes, 0, 1), VOLUMES_ONE_DISK);
    assert_int_equal(volumes_compare(&disk_system, &volumes, 0, 2), VOLUMES_ONE_DIRECTORY);
    assert_int_equal(volumes_compare(&disk_system, &volumes, 3, 1), VOLUMES_ONE_DIRECTORY);
    assert_int_equal(volumes_compare(&disk_system, &gone, 0, 1), VOLUMES_APART);
    assert_int_equal(volumes_distinct(&disk_system, &volumes, 0, &fault), STATUS_OK);
    assert_int_equal(volumes_distinct(&disk_system, &volumes, 1, &fault), STATUS_OK);
    assert_int_equal(volumes_distinct(&disk_system, &volumes, 2, &fault), STATUS_CONFLICT);
    assert_int_equal(volumes_distinct(&disk_system, &volumes, 3, &fault), STATUS_CONFLICT);
    assert_non_null(strstr(fault.text, linked));
    assert_non_null(strstr(fault.text, other));
    (void)snprintf(command, sizeof command, "rm -r %s", directory);
    assert_int_equal(system(command), 0); /* NOLINT: likewise */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_stores_own_comes_first_and_each_once),
        cmocka_unit_test(as_many_as_a_configuration_can_name_fit),
        cmocka_unit_test(a_path_is_below_the_volume_that_it_begins_with),
        cmocka_unit_test(a_path_that_does_not_fit_is_refused),
        cmocka_unit_test(a_store_without_its_recordings_is_missing_and_one_that_fails_is_not),
        cmocka_unit_test(a_volume_that_is_named_twice_is_found_by_what_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
