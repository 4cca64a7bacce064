/* A volume is there where it bears its store's mark. */
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

#include "disk/faulty.h"
#include "storage/disk/volume_mark.h"
#include "storage/disk/volumes.h"

struct places {
    char directory[64];
    char store[80];
    char second[80];
    char other[80];
};

static void shell(const struct places *places, const char *commands)
{
    char command[512];

    (void)snprintf(command, sizeof command, "cd %s && %s", places->directory, commands);
    assert_int_equal(system(command), 0); /* NOLINT: a name of our own making */
}

static int set_up(void **state)
{
    struct places *places = calloc(1, sizeof *places);

    assert_non_null(places);
    (void)strcpy(places->directory, "/tmp/unit-mark-XXXXXX");
    assert_non_null(mkdtemp(places->directory));
    (void)snprintf(places->store, sizeof places->store, "%s/store", places->directory);
    (void)snprintf(places->second, sizeof places->second, "%s/second", places->directory);
    (void)snprintf(places->other, sizeof places->other, "%s/other", places->directory);
    shell(places, "mkdir -p store/recordings second/recordings other/recordings");
    *state = places;
    return 0;
}

static int tear_down(void **state)
{
    shell(*state, "rm -rf \"$PWD\"");
    free(*state);
    return 0;
}

static enum status missing(const struct places *places, const struct disk *disk)
{
    const struct volumes volumes = {2, {places->store, places->second}};
    struct fault fault = {0};

    return volumes_missing(disk, &volumes, &fault);
}

static void take(const char *store, const char *directory, bool wanted)
{
    bool made = !wanted;
    struct fault fault = {0};

    if (volume_mark_set(&disk_system, store, directory, &made, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    assert_int_equal(made, wanted);
}

static void make_store(const char *store)
{
    bool made = false;

    assert_int_equal(volume_mark_make(&disk_system, store, &made, NULL), STATUS_OK);
    assert_true(made);
    assert_int_equal(volume_mark_make(&disk_system, store, &made, NULL), STATUS_OK);
    assert_false(made);
}

static void a_volume_is_there_with_its_stores_mark_alone(void **state)
{
    const struct places *places = *state;
    bool made = false;

    assert_int_equal(missing(places, &disk_system), STATUS_NOT_FOUND); /* the store has no id */
    assert_int_equal(volume_mark_set(&disk_system, places->store, places->second, &made, NULL),
                     STATUS_NOT_FOUND);
    make_store(places->store);
    assert_int_equal(missing(places, &disk_system), STATUS_NOT_FOUND);
    take(places->store, places->second, true);
    assert_int_equal(missing(places, &disk_system), STATUS_OK);
    take(places->store, places->second, false);
    /* as while it is not mounted: a directory of recordings is no mark */
    shell(places, "mv second away && mkdir -p second/recordings");
    assert_int_equal(missing(places, &disk_system), STATUS_NOT_FOUND);
    shell(places, "rm -r second");
    assert_int_equal(missing(places, &disk_system), STATUS_NOT_FOUND);
    shell(places, "mv away second");
    assert_int_equal(missing(places, &disk_system), STATUS_OK);
}

static void a_volume_of_another_store_is_not_taken(void **state)
{
    const struct places *places = *state;
    struct fault fault = {0};
    bool made = false;

    make_store(places->store);
    make_store(places->other);
    take(places->other, places->second, true);
    assert_int_equal(missing(places, &disk_system), STATUS_CONFLICT);
    assert_int_equal(volume_mark_set(&disk_system, places->store, places->second, &made, &fault),
                     STATUS_EXISTS);
    assert_non_null(strstr(fault.text, places->second));
    assert_false(made);
    shell(places, "rm second/store.id");
    take(places->store, places->second, true);
    assert_int_equal(missing(places, &disk_system), STATUS_OK);
}

static void a_mark_that_is_not_whole_is_none_and_stays(void **state)
{
    const struct places *places = *state;
    bool made = false;

    make_store(places->store);
    shell(places, "head -c 36 store/store.id > second/store.id");
    assert_int_equal(missing(places, &disk_system), STATUS_CORRUPT);
    shell(places, "tr 0-9a-f x < store/store.id > second/store.id");
    assert_int_equal(missing(places, &disk_system), STATUS_CORRUPT);
    assert_int_equal(volume_mark_set(&disk_system, places->store, places->second, &made, NULL),
                     STATUS_CORRUPT);
    shell(places, "grep -q x second/store.id");
    shell(places, "mv second/store.id store/store.id");
    assert_int_equal(volume_mark_make(&disk_system, places->store, &made, NULL), STATUS_CORRUPT);
    shell(places, "grep -q x store/store.id");
}

static ssize_t dead_pread(void *context, int fd, void *data, size_t data_bytes, off_t offset)
{
    (void)context;
    (void)fd;
    (void)data;
    (void)data_bytes;
    (void)offset;
    errno = EIO;
    return -1;
}

static void a_disk_that_fails_is_not_missing(void **state)
{
    const struct places *places = *state;
    struct disk dead = disk_system;

    make_store(places->store);
    take(places->store, places->second, true);
    dead.pread = dead_pread;
    assert_int_equal(missing(places, &dead), STATUS_OK);
}

/* Each call fails once: the mark is whole or not there, and the next try makes it. */
static void whatever_fails_a_mark_is_whole_or_not_there(void **state)
{
    const struct places *places = *state;
    struct faulty faulty;
    uint64_t nth = 1;
    bool over = false;

    make_store(places->store);
    for (; !over; nth++) {
        const struct faulty_plan plan = {
            .kinds = FAULTY_CHANGES, .nth = nth, .times = 1, .sys_errno = EIO};
        bool made = false;
        struct uuid id;
        faulty_init(&faulty, &disk_system, NULL);
        faulty_lay(&faulty, &plan);
        enum status status =
            volume_mark_set(&faulty.disk, places->store, places->second, &made, NULL);
        over = faulty_failed(&faulty) == 0;
        enum status there = volume_mark_read(&disk_system, places->second, &id, NULL);
        if (status == STATUS_OK)
            assert_int_equal(there, STATUS_OK);
        else
            assert_true(there == STATUS_OK || there == STATUS_NOT_FOUND);
        assert_int_equal(volume_mark_set(&disk_system, places->store, places->second, &made, NULL),
                         STATUS_OK);
        assert_int_equal(missing(places, &disk_system), STATUS_OK);
        shell(places, "rm -f second/store.id second/store.id.new");
        faulty_deinit(&faulty);
    }
    assert_true(nth > 5);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_volume_is_there_with_its_stores_mark_alone),
        CASE(a_volume_of_another_store_is_not_taken),
        CASE(a_mark_that_is_not_whole_is_none_and_stays),
        CASE(a_disk_that_fails_is_not_missing),
        CASE(whatever_fails_a_mark_is_whole_or_not_there),
    };

    return cmocka_run_group_tests_name("volume_mark", tests, NULL, NULL);
}
