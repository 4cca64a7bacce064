/* reserve: room that is set aside, and given up by what finds none. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "storage/disk/reserve.h"

enum { MIB = 1024 * 1024, BYTES = 3 * MIB };

#define BLOCK UINT64_C(4096)

/* The kernel's disk, but that a file cannot grow, nor be made, while it is full. */
struct fixture {
    char directory[64];
    char path[96];
    char other[96];
    struct disk disk;
    struct reserve *reserve;
    bool full;        /* until the reserve is gone */
    bool stays_full;  /* also then */
    bool unsupported; /* by fallocate */
    bool small;       /* the volume: it has not so much free */
    bool given_up;    /* by another thread, while a call finds it full */
    unsigned tries;   /* of what failed */
    unsigned tried;   /* fallocate, and what makes its file */
};

static bool is_full(struct fixture *fixture)
{
    bool full =
        fixture->stays_full || (fixture->full && faccessat(AT_FDCWD, fixture->path, F_OK, 0) == 0);

    fixture->tries += full;
    if (full && fixture->given_up)
        assert_true(reserve_give_up(fixture->reserve));
    if (full)
        errno = ENOSPC;
    return full;
}

static int full_open(void *context, const char *path, int flags, mode_t mode)
{
    struct fixture *fixture = context;

    fixture->tried += (flags & O_CREAT) && strcmp(path, fixture->path) == 0;
    if ((flags & O_CREAT) && is_full(context))
        return -1;
    return disk_system.open(NULL, path, flags, mode);
}

static ssize_t full_pwrite(void *context, int fd, const void *data, size_t bytes, off_t offset)
{
    return is_full(context) ? -1 : disk_system.pwrite(NULL, fd, data, bytes, offset);
}

static int full_mkdir(void *context, const char *path, mode_t mode)
{
    return is_full(context) ? -1 : disk_system.mkdir(NULL, path, mode);
}

static int full_link(void *context, const char *from, const char *to)
{
    return is_full(context) ? -1 : disk_system.link(NULL, from, to);
}

static int full_rename(void *context, const char *from, const char *to)
{
    return is_full(context) ? -1 : disk_system.rename(NULL, from, to);
}

static int full_fsync(void *context, int fd)
{
    return is_full(context) ? -1 : disk_system.fsync(NULL, fd);
}

static int full_syncfs(void *context, int fd)
{
    return is_full(context) ? -1 : disk_system.syncfs(NULL, fd);
}

static int full_fallocate(void *context, int fd, off_t length)
{
    struct fixture *fixture = context;

    fixture->tried++;
    if (fixture->unsupported) {
        errno = EOPNOTSUPP;
        return -1;
    }
    if (fixture->stays_full) {
        errno = ENOSPC;
        return -1;
    }
    return disk_system.fallocate(NULL, fd, length);
}

/* A hundred times the reserve, and as much free as it needs, or a little less. */
static int full_statvfs(void *context, const char *path, struct statvfs *about)
{
    struct fixture *fixture = context;
    int failed = disk_system.statvfs(NULL, path, about);

    about->f_frsize = BLOCK;
    about->f_blocks = 100 * BYTES / BLOCK;
    about->f_bfree = about->f_bavail = 2 * BYTES / BLOCK - fixture->small;
    return failed;
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    strcpy(fixture->directory, "/tmp/recorder-reserve-XXXXXX");
    assert_non_null(mkdtemp(fixture->directory));
    (void)snprintf(fixture->path, sizeof fixture->path, "%s/" RESERVE_NAME, fixture->directory);
    (void)snprintf(fixture->other, sizeof fixture->other, "%s/other", fixture->directory);
    fixture->disk = disk_system;
    fixture->disk.context = fixture;
    fixture->disk.open = full_open;
    fixture->disk.pwrite = full_pwrite;
    fixture->disk.mkdir = full_mkdir;
    fixture->disk.link = full_link;
    fixture->disk.rename = full_rename;
    fixture->disk.fsync = full_fsync;
    fixture->disk.syncfs = full_syncfs;
    fixture->disk.fallocate = full_fallocate;
    fixture->disk.statvfs = full_statvfs;
    assert_int_equal(
        reserve_create(&fixture->disk, fixture->directory, BYTES, &fixture->reserve, NULL),
        STATUS_OK);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    char command[128];

    reserve_destroy(fixture->reserve);
    (void)snprintf(command, sizeof command, "rm -rf %s", fixture->directory);
    assert_int_equal(system(command), 0);
    free(fixture);
    return 0;
}

static uint64_t allocated(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 ? (uint64_t)about.st_blocks * 512 : 0;
}

static void hold(struct fixture *fixture)
{
    struct fault fault = {0};

    assert_int_equal(reserve_hold(fixture->reserve, &fault), STATUS_OK);
    assert_int_equal(reserve_missing(fixture->reserve), 0);
}

static void all_of_it_is_really_set_aside(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(reserve_missing(fixture->reserve), BYTES);
    hold(fixture);
    assert_true(allocated(fixture->path) >= BYTES);
    hold(fixture); /* again is nothing new */
}

static void given_up_it_is_free_and_missing_until_it_is_held_again(void **state)
{
    struct fixture *fixture = *state;

    hold(fixture);
    int seen = open(fixture->path, O_RDONLY); /* as a backup has it */
    assert_true(seen >= 0);
    assert_true(reserve_give_up(fixture->reserve));
    struct stat about;
    assert_int_equal(fstat(seen, &about), 0);
    assert_int_equal(about.st_blocks, 0);
    close(seen);
    assert_int_equal(access(fixture->path, F_OK), -1);
    assert_int_equal(reserve_missing(fixture->reserve), BYTES);
    assert_false(reserve_give_up(fixture->reserve));
    hold(fixture);
}

static void reserve_of_a_program_before_is_taken_over_in_the_size_that_is_wanted_now(void **state)
{
    struct fixture *fixture = *state;
    struct reserve *next = NULL;

    hold(fixture);
    assert_int_equal(reserve_create(&fixture->disk, fixture->directory, MIB, &next, NULL),
                     STATUS_OK);
    assert_int_equal(reserve_missing(next), MIB);
    assert_int_equal(reserve_hold(next, NULL), STATUS_OK);
    assert_int_equal(allocated(fixture->path), MIB);
    reserve_destroy(next);
    assert_int_equal(allocated(fixture->path), MIB);
}

static void without_room_for_all_of_it_nothing_is_held(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};

    fixture->stays_full = true;
    assert_int_equal(reserve_hold(fixture->reserve, &fault), STATUS_FULL);
    assert_int_equal(reserve_missing(fixture->reserve), BYTES);
    assert_int_equal(access(fixture->path, F_OK), -1);
}

/* Taking all there is, to find out that it is not enough, leaves nobody else any meanwhile. */
static void without_room_for_all_of_it_and_some_more_nothing_is_taken(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};

    fixture->small = true;
    assert_int_equal(reserve_hold(fixture->reserve, &fault), STATUS_FULL);
    assert_int_equal(fixture->tried, 0);
    assert_int_equal(reserve_missing(fixture->reserve), BYTES);
    fixture->small = false;
    hold(fixture);
    struct reserve *next = NULL; /* what is held already needs no room */
    fixture->small = true;
    assert_int_equal(reserve_create(&fixture->disk, fixture->directory, BYTES, &next, NULL),
                     STATUS_OK);
    assert_int_equal(reserve_hold(next, NULL), STATUS_OK);
    reserve_destroy(next);
}

static void where_nothing_can_be_set_aside_it_is_tried_once_and_nothing_is_missing(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};

    fixture->unsupported = true;
    assert_int_equal(reserve_hold(fixture->reserve, &fault), STATUS_UNSUPPORTED);
    assert_int_equal(access(fixture->path, F_OK), -1);
    assert_int_equal(reserve_missing(fixture->reserve), 0);
    unsigned tried = fixture->tried;
    assert_int_equal(reserve_hold(fixture->reserve, &fault), STATUS_OK);
    assert_int_equal(fixture->tried, tried);
    assert_false(reserve_give_up(fixture->reserve));
}

static void reserve_of_nothing_is_always_held(void **state)
{
    struct fixture *fixture = *state;
    struct reserve *none = NULL;

    assert_int_equal(reserve_create(&fixture->disk, fixture->directory, 0, &none, NULL), STATUS_OK);
    assert_int_equal(reserve_missing(none), 0);
    assert_int_equal(reserve_hold(none, NULL), STATUS_OK);
    assert_false(reserve_give_up(none));
    assert_int_equal(access(fixture->path, F_OK), -1);
    reserve_destroy(none);
}

static void link_it(struct fixture *fixture, const struct disk *disk)
{
    char to[128];

    (void)snprintf(to, sizeof to, "%s.linked", fixture->other);
    assert_int_equal(disk->link(disk->context, fixture->other, to), 0);
}

static void rename_it(struct fixture *fixture, const struct disk *disk)
{
    char to[128];

    (void)snprintf(to, sizeof to, "%s.renamed", fixture->other);
    assert_int_equal(disk->rename(disk->context, fixture->other, to), 0);
}

static void mkdir_it(struct fixture *fixture, const struct disk *disk)
{
    char path[128];

    (void)snprintf(path, sizeof path, "%s.made", fixture->other);
    assert_int_equal(disk->mkdir(disk->context, path, 0700), 0);
}

static void write_it(struct fixture *fixture, const struct disk *disk)
{
    struct disk_file file = disk_open(disk, fixture->other, O_RDWR, 0);

    assert_int_equal(disk_write(file, 0, "abc", 3, NULL), STATUS_OK);
    disk_close(&file);
}

static void open_it(struct fixture *fixture, const struct disk *disk)
{
    char path[128];

    (void)snprintf(path, sizeof path, "%s.opened", fixture->other);
    struct disk_file file = disk_open(disk, path, O_RDWR | O_CREAT | O_EXCL, 0600);
    assert_true(file.fd >= 0);
    disk_close(&file);
}

static void call_that_finds_no_space_gives_it_up_and_succeeds(void **state)
{
    static void (*const calls[])(struct fixture *, const struct disk *) = {
        open_it, write_it, mkdir_it, link_it, rename_it,
    };
    struct fixture *fixture = *state;
    const struct disk *disk = reserve_disk(fixture->reserve);

    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        fixture->full = false;
        hold(fixture);
        struct disk_file file = disk_open(disk, fixture->other, O_RDWR | O_CREAT, 0600);
        disk_close(&file);
        fixture->full = true;
        fixture->tries = 0;
        calls[i](fixture, disk);
        assert_int_equal(fixture->tries, 1);
        assert_int_equal(reserve_missing(fixture->reserve), BYTES);
    }
}

static void call_that_finds_no_space_succeeds_also_where_another_gave_it_up_meanwhile(void **state)
{
    struct fixture *fixture = *state;
    const struct disk *disk = reserve_disk(fixture->reserve);

    hold(fixture);
    fixture->full = true;
    fixture->given_up = true;
    mkdir_it(fixture, disk);
    assert_int_equal(fixture->tries, 1);
}

static void without_a_reserve_no_space_is_no_space(void **state)
{
    struct fixture *fixture = *state;
    const struct disk *disk = reserve_disk(fixture->reserve);
    struct disk_file file = disk_open(disk, fixture->other, O_RDWR | O_CREAT, 0600);

    hold(fixture);
    fixture->stays_full = true;
    fixture->tries = 0;
    assert_int_equal(disk_write(file, 0, "abc", 3, NULL), STATUS_FULL);
    assert_int_equal(fixture->tries, 2); /* before and after it was given up */
    assert_int_equal(disk_write(file, 0, "abc", 3, NULL), STATUS_FULL);
    assert_int_equal(fixture->tries, 3);
    disk_close(&file);
}

static void sync_that_finds_no_space_is_never_tried_again(void **state)
{
    struct fixture *fixture = *state;
    const struct disk *disk = reserve_disk(fixture->reserve);
    struct disk_file file = disk_open(disk, fixture->other, O_RDWR | O_CREAT, 0600);

    hold(fixture);
    fixture->full = true;
    assert_int_equal(disk_sync(file, fixture->other, NULL), STATUS_FULL);
    assert_int_equal(fixture->tries, 1);
    assert_int_equal(reserve_missing(fixture->reserve), BYTES); /* for what comes after it */
    fixture->full = false;
    hold(fixture);
    fixture->full = true;
    assert_int_equal(disk->syncfs(disk->context, file.fd), -1);
    assert_int_equal(fixture->tries, 2);
    disk_close(&file);
}

static void want_of_room_on_another_volume_leaves_it_alone(void **state)
{
    struct fixture *fixture = *state;
    const struct disk *disk = reserve_disk(fixture->reserve);

    hold(fixture);
    fixture->stays_full = true;
    struct disk_file file = disk_open(disk, "/dev/full", O_WRONLY, 0);
    assert_true(file.fd >= 0);
    assert_int_equal(disk_write(file, 0, "x", 1, NULL), STATUS_FULL);
    disk_close(&file);
    assert_int_equal(disk->mkdir(disk->context, "/elsewhere/x", 0700), -1);
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(reserve_missing(fixture->reserve), 0);
}

static void other_failures_leave_it_alone(void **state)
{
    struct fixture *fixture = *state;
    const struct disk *disk = reserve_disk(fixture->reserve);

    hold(fixture);
    struct disk_file file = disk_open(disk, "/nonexistent/file", O_RDWR | O_CREAT, 0600);
    assert_int_equal(file.fd, -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(reserve_missing(fixture->reserve), 0);
}

static void size_is_what_was_asked_for_or_a_mib_a_call_within_a_share_of_the_volume(void **state)
{
    const struct space large = {.whole_bytes = UINT64_C(1000) * 1024 * MIB};
    const struct space small = {.whole_bytes = UINT64_C(1000) * MIB};

    (void)state;
    assert_int_equal(reserve_bytes(&large, -1, 2000, 5), UINT64_C(2000) * MIB);
    assert_int_equal(reserve_bytes(&small, -1, 2000, 5), UINT64_C(50) * MIB);
    assert_int_equal(reserve_bytes(&small, 70, 2000, 5), UINT64_C(70) * MIB);
    assert_int_equal(reserve_bytes(&small, 0, 2000, 5), 0);
}

static void path_that_is_too_long_is_refused(void **state)
{
    char directory[2048];
    struct reserve *reserve = NULL;

    (void)state;
    memset(directory, 'a', sizeof directory);
    directory[sizeof directory - 1] = '\0';
    assert_int_equal(reserve_create(&disk_system, directory, BYTES, &reserve, NULL), STATUS_LIMIT);
    assert_null(reserve);
    reserve_destroy(NULL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(all_of_it_is_really_set_aside),
        CASE(given_up_it_is_free_and_missing_until_it_is_held_again),
        CASE(reserve_of_a_program_before_is_taken_over_in_the_size_that_is_wanted_now),
        CASE(without_room_for_all_of_it_nothing_is_held),
        CASE(without_room_for_all_of_it_and_some_more_nothing_is_taken),
        CASE(where_nothing_can_be_set_aside_it_is_tried_once_and_nothing_is_missing),
        CASE(reserve_of_nothing_is_always_held),
        CASE(call_that_finds_no_space_gives_it_up_and_succeeds),
        CASE(call_that_finds_no_space_succeeds_also_where_another_gave_it_up_meanwhile),
        CASE(without_a_reserve_no_space_is_no_space),
        CASE(sync_that_finds_no_space_is_never_tried_again),
        CASE(want_of_room_on_another_volume_leaves_it_alone),
        CASE(other_failures_leave_it_alone),
        cmocka_unit_test(size_is_what_was_asked_for_or_a_mib_a_call_within_a_share_of_the_volume),
        cmocka_unit_test(path_that_is_too_long_is_refused),
    };

    return cmocka_run_group_tests_name("reserve", tests, NULL, NULL);
}
