/* The disk that fails what a plan says, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "disk/faulty.h"

struct fixture {
    struct memory_disk *memory;
    struct faulty faulty;
    const struct disk *disk;
};

static void set_up(struct fixture *fixture)
{
    fixture->memory = memory_disk_create();
    faulty_init(&fixture->faulty, memory_disk_disk(fixture->memory), fixture->memory);
    fixture->disk = &fixture->faulty.disk;
}

static void tear_down(struct fixture *fixture)
{
    faulty_deinit(&fixture->faulty);
    memory_disk_destroy(fixture->memory);
}

static int make(struct fixture *fixture, const char *path)
{
    return fixture->disk->open(fixture->disk->context, path, O_RDWR | O_CREAT | O_EXCL, 0600);
}

static ssize_t put(struct fixture *fixture, int fd, const char *text, off_t offset)
{
    return fixture->disk->pwrite(fixture->disk->context, fd, text, strlen(text), offset);
}

static void without_a_plan_nothing_fails_and_all_is_counted(void **state)
{
    struct fixture fixture;
    struct stat about;
    char read[4];
    (void)state;

    set_up(&fixture);
    const struct disk *disk = fixture.disk;
    int fd = make(&fixture, "/a");
    assert_true(fd >= 0);
    assert_int_equal(put(&fixture, fd, "text", 0), 4);
    assert_int_equal(disk->pread(disk->context, fd, read, sizeof read, 0), 4);
    assert_memory_equal(read, "text", 4);
    assert_int_equal(disk->stat(disk->context, "/a", &about), 0);
    assert_int_equal(about.st_size, 4);
    assert_int_equal(disk->close(disk->context, fd), 0);
    fd = disk->open(disk->context, "/a", O_RDONLY, 0);
    assert_true(fd >= 0);
    assert_int_equal(disk->close(disk->context, fd), 0);
    assert_int_equal(faulty_count(&fixture.faulty, FAULTY_CREATE), 1);
    assert_int_equal(faulty_count(&fixture.faulty, FAULTY_OPEN), 1);
    assert_int_equal(faulty_count(&fixture.faulty, FAULTY_PWRITE), 1);
    assert_int_equal(faulty_count(&fixture.faulty, FAULTY_PREAD), 1);
    assert_int_equal(faulty_count(&fixture.faulty, FAULTY_STAT), 1);
    assert_int_equal(faulty_count(&fixture.faulty, FAULTY_FSYNC), 0);
    assert_int_equal(faulty_failed(&fixture.faulty), 0);
    tear_down(&fixture);
}

static void the_nth_of_a_set_fails_once(void **state)
{
    struct fixture fixture;
    (void)state;

    set_up(&fixture);
    int fd = make(&fixture, "/a");
    faulty_lay(&fixture.faulty,
               &(struct faulty_plan){.kinds = FAULTY_SET(FAULTY_PWRITE) | FAULTY_SET(FAULTY_FSYNC),
                                     .nth = 2,
                                     .times = 1,
                                     .sys_errno = ENOSPC});
    assert_int_equal(put(&fixture, fd, "1", 0), 1);
    errno = 0;
    assert_int_equal(fixture.disk->fsync(fixture.disk->context, fd), -1);
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(put(&fixture, fd, "2", 0), 1);
    assert_int_equal(fixture.disk->fsync(fixture.disk->context, fd), 0);
    assert_int_equal(faulty_failed(&fixture.faulty), 1);
    tear_down(&fixture);
}

static void a_lasting_failure_ends_when_healed(void **state)
{
    struct fixture fixture;
    (void)state;

    set_up(&fixture);
    int fd = make(&fixture, "/a");
    faulty_lay(&fixture.faulty,
               &(struct faulty_plan){.kinds = FAULTY_ALL, .nth = 1, .sys_errno = EIO});
    for (int i = 0; i < 5; i++) {
        assert_int_equal(put(&fixture, fd, "1", 0), -1);
        assert_int_equal(make(&fixture, "/b"), -1);
        assert_int_equal(errno, EIO);
    }
    assert_int_equal(faulty_failed(&fixture.faulty), 10);
    faulty_heal(&fixture.faulty);
    assert_int_equal(put(&fixture, fd, "1", 0), 1);
    assert_true(make(&fixture, "/b") >= 0);
    assert_int_equal(faulty_failed(&fixture.faulty), 10);
    tear_down(&fixture);
}

static void every_kind_can_fail_and_does_nothing_then(void **state)
{
    struct fixture fixture;
    struct stat about;
    struct statvfs space;
    char byte;
    (void)state;

    set_up(&fixture);
    const struct disk *disk = fixture.disk;
    void *context = disk->context;
    int fd = make(&fixture, "/a");
    assert_int_equal(put(&fixture, fd, "text", 0), 4);
    assert_int_equal(disk->flock(context, fd), 0);
    faulty_lay(&fixture.faulty,
               &(struct faulty_plan){.kinds = FAULTY_ALL, .nth = 1, .sys_errno = EIO});
    assert_int_equal(disk->open(context, "/a", O_RDONLY, 0), -1);
    assert_int_equal(make(&fixture, "/b"), -1);
    assert_int_equal(disk->pread(context, fd, &byte, 1, 0), -1);
    assert_int_equal(put(&fixture, fd, "X", 0), -1);
    assert_int_equal(disk->ftruncate(context, fd, 0), -1);
    assert_int_equal(disk->fallocate(context, fd, 9), -1);
    assert_int_equal(disk->fsync(context, fd), -1);
    assert_int_equal(disk->syncfs(context, fd), -1);
    assert_int_equal(disk->flock(context, fd), -1);
    assert_int_equal(disk->fstat(context, fd, &about), -1);
    assert_int_equal(disk->fchmod(context, fd, 0777), -1);
    assert_int_equal(disk->stat(context, "/a", &about), -1);
    assert_int_equal(disk->statvfs(context, "/", &space), -1);
    assert_int_equal(disk->chmod(context, "/a", 0777), -1);
    assert_int_equal(disk->mkdir(context, "/d", 0700), -1);
    assert_int_equal(disk->link(context, "/a", "/c"), -1);
    assert_int_equal(disk->rename(context, "/a", "/c"), -1);
    assert_int_equal(disk->unlink(context, "/a"), -1);
    assert_int_equal(disk->list(context, "/", NULL, NULL), -1);
    assert_int_equal(faulty_failed(&fixture.faulty), FAULTY_KINDS);
    faulty_heal(&fixture.faulty);
    for (int kind = 0; kind < FAULTY_KINDS; kind++) {
        assert_true(faulty_count(&fixture.faulty, (enum faulty_kind)kind) >= 1);
        assert_non_null(faulty_kind_name((enum faulty_kind)kind));
    }
    assert_int_equal(disk->stat(context, "/a", &about), 0);
    assert_int_equal(about.st_size, 4);
    assert_int_equal(about.st_mode & 07777, 0600);
    assert_false(memory_disk_has(fixture.memory, "/b"));
    assert_false(memory_disk_has(fixture.memory, "/c"));
    assert_false(memory_disk_has(fixture.memory, "/d"));
    tear_down(&fixture);
}

static void a_torn_write_leaves_its_beginning(void **state)
{
    struct fixture fixture;
    char read[8] = "";
    (void)state;

    set_up(&fixture);
    const struct disk *disk = fixture.disk;
    int fd = make(&fixture, "/a");
    assert_int_equal(put(&fixture, fd, "........", 0), 8);
    faulty_lay(&fixture.faulty, &(struct faulty_plan){.kinds = FAULTY_SET(FAULTY_PWRITE),
                                                      .nth = 1,
                                                      .times = 1,
                                                      .sys_errno = EIO,
                                                      .torn_bytes = 3});
    assert_int_equal(put(&fixture, fd, "12345678", 0), -1);
    assert_int_equal(errno, EIO);
    assert_int_equal(disk->pread(disk->context, fd, read, sizeof read, 0), 8);
    assert_memory_equal(read, "123.....", 8);
    tear_down(&fixture);
}

static void what_a_failed_sync_covered_no_later_one_writes(void **state)
{
    struct fixture fixture;
    const uint8_t *data = NULL;
    size_t data_bytes = 0;
    (void)state;

    for (int whole = 0; whole < 2; whole++) {
        set_up(&fixture);
        const struct disk *disk = fixture.disk;
        void *context = disk->context;
        int fd = make(&fixture, "/a");
        assert_int_equal(disk->syncfs(context, fd), 0);
        assert_int_equal(put(&fixture, fd, "lost", 0), 4);
        faulty_lay(
            &fixture.faulty,
            &(struct faulty_plan){.kinds = FAULTY_SYNCS, .nth = 1, .times = 1, .sys_errno = EIO});
        assert_int_equal(whole ? disk->syncfs(context, fd) : disk->fsync(context, fd), -1);
        assert_int_equal(put(&fixture, fd, "kept", 1024), 4);
        assert_int_equal(disk->fsync(context, fd), 0);
        assert_int_equal(disk->syncfs(context, fd), 0);
        assert_true(memory_disk_get(fixture.memory, "/a", &data, &data_bytes));
        assert_memory_equal(data, "lost", 4); /* it is still read */
        memory_disk_cut(fixture.memory, MEMORY_DISK_NOTHING, 0);
        assert_true(memory_disk_get(fixture.memory, "/a", &data, &data_bytes));
        assert_int_equal(data_bytes, 1028);
        assert_memory_equal(data, "\0\0\0\0", 4);
        assert_memory_equal(data + 1024, "kept", 4);
        tear_down(&fixture);
    }
}

static void note(void *arg, enum faulty_kind kind)
{
    uint32_t *told = arg;

    *told = *told << 5 | (uint32_t)kind;
}

static void each_change_is_told_before_it_is_made(void **state)
{
    struct fixture fixture;
    uint32_t told = 1;
    char byte;
    (void)state;

    set_up(&fixture);
    fixture.faulty.before = note;
    fixture.faulty.before_arg = &told;
    int fd = make(&fixture, "/a");
    assert_int_equal(fixture.disk->pread(fixture.disk->context, fd, &byte, 1, 0), 0);
    faulty_lay(&fixture.faulty,
               &(struct faulty_plan){.kinds = FAULTY_ALL, .nth = 1, .sys_errno = EIO});
    assert_int_equal(put(&fixture, fd, "1", 0), -1);
    assert_int_equal(told, (1U << 5 | FAULTY_CREATE) << 5 | FAULTY_PWRITE);
    tear_down(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_plan_nothing_fails_and_all_is_counted),
        cmocka_unit_test(the_nth_of_a_set_fails_once),
        cmocka_unit_test(a_lasting_failure_ends_when_healed),
        cmocka_unit_test(every_kind_can_fail_and_does_nothing_then),
        cmocka_unit_test(a_torn_write_leaves_its_beginning),
        cmocka_unit_test(what_a_failed_sync_covered_no_later_one_writes),
        cmocka_unit_test(each_change_is_told_before_it_is_made),
    };

    return cmocka_run_group_tests_name("faulty", tests, NULL, NULL);
}
