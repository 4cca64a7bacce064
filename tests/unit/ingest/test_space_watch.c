/* space_watch: the level that admission asks for, and the reserve that goes and comes with it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ingest/space_watch.h"
#include "storage/disk/reserve.h"

enum { MIB = 1024 * 1024, WHOLE_MIB = 1000, RESERVE_MIB = 2 };

/* The kernel's disk, but that its volume is as full as the test says. */
struct fixture {
    char directory[64];
    char path[96];
    struct disk disk;
    struct config config;
    struct space_watch *watch;
    unsigned free_mib; /* beside the reserve */
    bool fails;
    mono_time now;
};

static bool reserve_is_there(const struct fixture *fixture)
{
    return access(fixture->path, F_OK) == 0;
}

static int told_statvfs(void *context, const char *path, struct statvfs *about)
{
    struct fixture *fixture = context;
    unsigned free_mib = fixture->free_mib + (reserve_is_there(fixture) ? 0 : RESERVE_MIB);

    (void)path;
    if (fixture->fails) {
        errno = EIO;
        return -1;
    }
    *about = (struct statvfs){
        .f_frsize = MIB, .f_blocks = WHOLE_MIB, .f_bfree = free_mib, .f_bavail = free_mib};
    return 0;
}

/* No room for what is named so. */
static int told_mkdir(void *context, const char *path, mode_t mode)
{
    (void)context;
    if (strstr(path, "full")) {
        errno = ENOSPC;
        return -1;
    }
    return disk_system.mkdir(NULL, path, mode);
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    strcpy(fixture->directory, "/tmp/recorder-space-XXXXXX");
    assert_non_null(mkdtemp(fixture->directory));
    (void)snprintf(fixture->path, sizeof fixture->path, "%s/" RESERVE_NAME, fixture->directory);
    fixture->disk = disk_system;
    fixture->disk.context = fixture;
    fixture->disk.statvfs = told_statvfs;
    fixture->disk.mkdir = told_mkdir;
    fixture->config = (struct config){.store = fixture->directory,
                                      .disk_warn_percent = 15,
                                      .disk_stop_exports_percent = 8,
                                      .disk_refuse_calls_percent = 5,
                                      .disk_reserve_mib = RESERVE_MIB,
                                      .calls_max = 10};
    fixture->free_mib = 500;
    fixture->now = clock_mono_now();
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    char command[128];

    space_watch_destroy(fixture->watch);
    (void)snprintf(command, sizeof command, "rm -rf %s", fixture->directory);
    assert_int_equal(system(command), 0);
    free(fixture);
    return 0;
}

static void create(struct fixture *fixture)
{
    struct fault fault = {0};

    assert_int_equal(space_watch_create(&fixture->disk, &fixture->config, &fixture->watch, &fault),
                     STATUS_OK);
}

/* A look a minute later. */
static enum space_level look(struct fixture *fixture, unsigned free_mib)
{
    fixture->free_mib = free_mib;
    fixture->now.ns += 60 * CLOCK_NS_PER_S;
    space_watch_look(fixture->watch, fixture->now);
    return space_watch_level(fixture->watch);
}

static void reserve_is_held_from_the_start(void **state)
{
    struct fixture *fixture = *state;

    create(fixture);
    assert_int_equal(space_watch_level(fixture->watch), SPACE_PLENTY);
    assert_true(reserve_is_there(fixture));
    space_watch_destroy(fixture->watch);
    fixture->watch = NULL;
    assert_true(reserve_is_there(fixture));
}

static void volume_that_is_full_at_the_start_lets_no_call_in(void **state)
{
    struct fixture *fixture = *state;

    fixture->free_mib = 20;
    create(fixture);
    assert_int_equal(space_watch_level(fixture->watch), SPACE_NO_CALLS);
}

static void level_follows_the_volume(void **state)
{
    struct fixture *fixture = *state;

    create(fixture);
    assert_int_equal(look(fixture, 140), SPACE_LOW);
    assert_int_equal(look(fixture, 70), SPACE_NO_EXPORTS);
    assert_int_equal(look(fixture, 40), SPACE_NO_CALLS);
    assert_true(reserve_is_there(fixture));
    assert_int_equal(look(fixture, 900), SPACE_PLENTY);
}

static void
reserve_is_given_up_below_a_tenth_of_the_last_limit_and_held_again_with_room(void **state)
{
    struct fixture *fixture = *state;

    create(fixture);
    assert_int_equal(look(fixture, 5), SPACE_NO_CALLS);
    assert_true(reserve_is_there(fixture));
    assert_int_equal(look(fixture, 4), SPACE_NO_CALLS);
    assert_false(reserve_is_there(fixture));
    assert_int_equal(look(fixture, 55), SPACE_NO_CALLS); /* not a percent above the limit */
    assert_false(reserve_is_there(fixture));
    assert_int_equal(look(fixture, 61), SPACE_NO_EXPORTS);
    assert_true(reserve_is_there(fixture));
}

static void giving_it_up_lets_no_call_in(void **state)
{
    struct fixture *fixture = *state;

    /* a reserve that alone would be room enough */
    fixture->config.disk_refuse_calls_percent = 1;
    fixture->config.disk_reserve_mib = RESERVE_MIB;
    create(fixture);
    assert_int_equal(look(fixture, 0), SPACE_NO_CALLS);
    assert_false(reserve_is_there(fixture));
    for (int i = 0; i < 10; i++)
        assert_int_equal(look(fixture, 0), SPACE_NO_CALLS);
    assert_false(reserve_is_there(fixture));
}

static void what_the_store_gave_up_is_seen_at_the_next_look(void **state)
{
    struct fixture *fixture = *state;

    create(fixture);
    (void)look(fixture, 45);
    const struct disk *disk = space_watch_disk(fixture->watch);
    assert_ptr_not_equal(disk, &fixture->disk);
    char path[96];
    (void)snprintf(path, sizeof path, "%s/full", fixture->directory);
    assert_int_equal(disk->mkdir(disk->context, path, 0700), -1);
    assert_int_equal(errno, ENOSPC);
    assert_false(reserve_is_there(fixture));
    assert_int_equal(look(fixture, 45), SPACE_NO_CALLS);
    assert_false(reserve_is_there(fixture));
}

static void reserve_is_not_taken_back_from_calls_where_none_are_ever_refused(void **state)
{
    struct fixture *fixture = *state;

    fixture->config.disk_refuse_calls_percent = 0;
    create(fixture);
    (void)look(fixture, 0);
    const struct disk *disk = space_watch_disk(fixture->watch);
    char path[96];
    (void)snprintf(path, sizeof path, "%s/full", fixture->directory);
    assert_int_equal(disk->mkdir(disk->context, path, 0700), -1);
    assert_false(reserve_is_there(fixture));
    assert_int_not_equal(look(fixture, 5), SPACE_NO_CALLS);
    assert_false(reserve_is_there(fixture));
    (void)look(fixture, 10);
    assert_true(reserve_is_there(fixture));
}

static void look_that_fails_changes_nothing(void **state)
{
    struct fixture *fixture = *state;

    create(fixture);
    assert_int_equal(look(fixture, 40), SPACE_NO_CALLS);
    fixture->fails = true;
    assert_int_equal(look(fixture, 900), SPACE_NO_CALLS);
    fixture->fails = false;
    assert_int_equal(look(fixture, 900), SPACE_PLENTY);
}

static void store_that_cannot_be_looked_at_is_no_start(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};

    fixture->fails = true;
    assert_int_equal(space_watch_create(&fixture->disk, &fixture->config, &fixture->watch, &fault),
                     STATUS_IO);
    assert_non_null(strstr(fault.text, fixture->directory));
    assert_null(fixture->watch);
}

static void thread_looks_every_second_until_it_is_stopped(void **state)
{
    struct fixture *fixture = *state;

    create(fixture);
    assert_int_equal(space_watch_start(fixture->watch, NULL), STATUS_OK);
    fixture->free_mib = 10;
    for (int i = 0; i < 100 && space_watch_level(fixture->watch) != SPACE_NO_CALLS; i++)
        usleep(50000);
    assert_int_equal(space_watch_level(fixture->watch), SPACE_NO_CALLS);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(reserve_is_held_from_the_start),
        CASE(volume_that_is_full_at_the_start_lets_no_call_in),
        CASE(level_follows_the_volume),
        CASE(reserve_is_given_up_below_a_tenth_of_the_last_limit_and_held_again_with_room),
        CASE(giving_it_up_lets_no_call_in),
        CASE(what_the_store_gave_up_is_seen_at_the_next_look),
        CASE(reserve_is_not_taken_back_from_calls_where_none_are_ever_refused),
        CASE(look_that_fails_changes_nothing),
        CASE(store_that_cannot_be_looked_at_is_no_start),
        CASE(thread_looks_every_second_until_it_is_stopped),
    };

    return cmocka_run_group_tests_name("space_watch", tests, NULL, NULL);
}
