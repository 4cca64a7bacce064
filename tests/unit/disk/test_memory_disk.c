/* The disk that knows what is durable: what it shows, and what a power cut leaves of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "disk/memory_disk.h"

enum { SECTOR = MEMORY_DISK_SECTOR_BYTES, SEEDS = 400 };

static int make(struct memory_disk *memory, const char *path)
{
    const struct disk *disk = memory_disk_disk(memory);

    return disk->open(disk->context, path, O_RDWR | O_CREAT | O_EXCL, 0600);
}

static void sync_all(struct memory_disk *memory)
{
    const struct disk *disk = memory_disk_disk(memory);
    int root = disk->open(disk->context, "/", O_RDONLY | O_DIRECTORY, 0);

    assert_int_equal(disk->syncfs(disk->context, root), 0);
    assert_int_equal(disk->close(disk->context, root), 0);
    assert_int_equal(memory_disk_pending(memory), 0);
}

static void sync_directory(struct memory_disk *memory, const char *path)
{
    const struct disk *disk = memory_disk_disk(memory);
    int directory = disk->open(disk->context, path, O_RDONLY | O_DIRECTORY, 0);

    assert_int_equal(disk->fsync(disk->context, directory), 0);
    assert_int_equal(disk->close(disk->context, directory), 0);
}

/* So many sectors of one letter. */
static void write_sectors(struct memory_disk *memory, int fd, size_t first, size_t count,
                          char letter)
{
    const struct disk *disk = memory_disk_disk(memory);
    char data[8 * SECTOR];

    memset(data, letter, sizeof data);
    assert_int_equal(disk->pwrite(disk->context, fd, data, count * SECTOR, (off_t)(first * SECTOR)),
                     count * SECTOR);
}

/* Its sectors as letters, '.' for zeros, '#' for anything else. */
static void show(struct memory_disk *memory, const char *path, char *text)
{
    const uint8_t *data = NULL;
    size_t data_bytes = 0;

    assert_true(memory_disk_get(memory, path, &data, &data_bytes));
    assert_int_equal(data_bytes % SECTOR, 0);
    for (size_t i = 0; i < data_bytes; i += SECTOR) {
        bool same = true;
        for (size_t k = 1; k < SECTOR; k++)
            same &= data[i + k] == data[i];
        *text++ = !same ? '#' : data[i] ? (char)data[i] : '.';
    }
    *text = '\0';
}

static void it_is_a_file_system(void **state)
{
    struct memory_disk *memory = memory_disk_create();
    const struct disk *disk = memory_disk_disk(memory);
    void *context = disk->context;
    struct stat about;
    char read[8] = "";
    (void)state;

    assert_int_equal(disk->mkdir(context, "/d", 02770), 0);
    assert_int_equal(disk->mkdir(context, "/d", 02770), -1);
    assert_int_equal(errno, EEXIST);
    assert_int_equal(make(memory, "/x/a"), -1);
    assert_int_equal(errno, ENOENT);
    int fd = make(memory, "/d/a");
    assert_true(fd > 1 << 20); /* the kernel knows no such descriptor */
    assert_int_equal(make(memory, "/d/a"), -1);
    assert_int_equal(errno, EEXIST);
    assert_int_equal(make(memory, "/d/a/b"), -1);
    assert_int_equal(errno, ENOTDIR);
    assert_int_equal(disk->pwrite(context, fd, "text", 4, 3), 4);
    assert_int_equal(disk->pread(context, fd, read, 8, 0), 7);
    assert_memory_equal(read, "\0\0\0text", 7);
    assert_int_equal(disk->pread(context, fd, read, 8, 7), 0);
    assert_int_equal(disk->link(context, "/d/a", "/d/b"), 0);
    assert_int_equal(disk->link(context, "/d/a", "/d/b"), -1);
    assert_int_equal(errno, EEXIST);
    assert_int_equal(disk->unlink(context, "/d/a"), 0);
    assert_int_equal(disk->unlink(context, "/d/a"), -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(disk->rename(context, "/d/b", "/c"), 0);
    assert_int_equal(disk->stat(context, "/c", &about), 0);
    assert_true(S_ISREG(about.st_mode));
    assert_int_equal(about.st_size, 7);
    assert_int_equal(disk->fstat(context, fd, &about), 0);
    assert_int_equal(about.st_size, 7);
    assert_int_equal(disk->ftruncate(context, fd, 4), 0);
    assert_int_equal(disk->ftruncate(context, fd, 7), 0);
    assert_int_equal(disk->pread(context, fd, read, 8, 0), 7);
    assert_memory_equal(read, "\0\0\0t\0\0\0", 7);
    assert_int_equal(disk->chmod(context, "/c", 0640), 0);
    assert_int_equal(disk->stat(context, "/c", &about), 0);
    assert_int_equal(about.st_mode & 07777, 0640);
    assert_int_equal(memory_disk_open_files(memory), 1);
    assert_int_equal(disk->close(context, fd), 0);
    assert_int_equal(disk->close(context, fd), -1);
    assert_int_equal(errno, EBADF);
    memory_disk_destroy(memory);
}

static void a_lock_is_its_open_files(void **state)
{
    struct memory_disk *memory = memory_disk_create();
    const struct disk *disk = memory_disk_disk(memory);
    void *context = disk->context;
    (void)state;

    int first = make(memory, "/a");
    int second = disk->open(context, "/a", O_RDONLY, 0);
    assert_int_equal(disk->flock(context, first), 0);
    assert_int_equal(disk->flock(context, first), 0);
    assert_int_equal(disk->flock(context, second), -1);
    assert_int_equal(errno, EWOULDBLOCK);
    assert_int_equal(disk->close(context, first), 0);
    assert_int_equal(disk->flock(context, second), 0);
    memory_disk_kill(memory);
    assert_int_equal(memory_disk_open_files(memory), 0);
    int third = disk->open(context, "/a", O_RDONLY, 0);
    assert_int_equal(disk->flock(context, third), 0);
    memory_disk_destroy(memory);
}

static void what_was_synced_outlives_every_cut(void **state)
{
    char text[16];
    (void)state;

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct memory_disk *memory = memory_disk_create();
        const struct disk *disk = memory_disk_disk(memory);
        int fd = make(memory, "/a");
        write_sectors(memory, fd, 0, 4, 'a');
        sync_directory(memory, "/");
        write_sectors(memory, fd, 2, 1, 'b');
        assert_int_equal(disk->fsync(disk->context, fd), 0);
        assert_int_equal(memory_disk_pending(memory), 0);
        memory_disk_cut(memory, (enum memory_disk_cut)(seed % MEMORY_DISK_CUTS), seed);
        show(memory, "/a", text);
        assert_string_equal(text, "aaba");
        assert_int_equal(memory_disk_open_files(memory), 0);
        memory_disk_destroy(memory);
    }
}

/* A durable file "aaaa", of which sector 1 was written twice since and sectors 4 and 5 added. */
static struct memory_disk *pending_file(void)
{
    struct memory_disk *memory = memory_disk_create();
    int fd = make(memory, "/a");

    write_sectors(memory, fd, 0, 4, 'a');
    sync_all(memory);
    write_sectors(memory, fd, 1, 1, 'b');
    write_sectors(memory, fd, 1, 1, 'c');
    write_sectors(memory, fd, 4, 2, 'd');
    return memory;
}

static void without_mercy_nothing_unsynced_outlives_a_cut(void **state)
{
    struct memory_disk *memory = pending_file();
    char text[16];
    (void)state;

    memory_disk_cut(memory, MEMORY_DISK_NOTHING, 1);
    show(memory, "/a", text);
    assert_string_equal(text, "aaaa");
    assert_int_equal(memory_disk_pending(memory), 0);
    memory_disk_destroy(memory);
}

static void in_order_a_cut_leaves_one_of_the_states_that_were(void **state)
{
    static const char *const states[] = {"aaaa", "abaa", "acaa", "acaad", "acaadd"};
    bool seen[5] = {false};
    char text[16];
    (void)state;

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct memory_disk *memory = pending_file();
        memory_disk_cut(memory, MEMORY_DISK_IN_ORDER, seed);
        show(memory, "/a", text);
        size_t found = 0;
        while (found < 5 && strcmp(states[found], text) != 0)
            found++;
        assert_in_range(found, 0, 4);
        seen[found] = true;
        memory_disk_destroy(memory);
    }
    for (size_t i = 0; i < 5; i++)
        assert_true(seen[i]);
}

/* 0 where a file is too short for it, 1 where it is empty, 2 where it is there. */
static size_t added(const char *text, size_t sector)
{
    if (strlen(text) <= sector)
        return 0;
    assert_true(text[sector] == 'd' || text[sector] == '.');
    return text[sector] == 'd' ? 2 : 1;
}

static void any_subset_of_sectors_outlives_a_cut(void **state)
{
    bool seen[3][3][3] = {{{false}}};
    size_t different = 0;
    char text[16];
    (void)state;

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct memory_disk *memory = pending_file();
        memory_disk_cut(memory, MEMORY_DISK_ANY, seed);
        show(memory, "/a", text);
        assert_true(text[0] == 'a' && text[2] == 'a' && text[3] == 'a');
        assert_in_range(text[1], 'a', 'c');
        bool *is_seen = &seen[text[1] - 'a'][added(text, 4)][added(text, 5)];
        different += !*is_seen;
        *is_seen = true;
        memory_disk_destroy(memory);
    }
    assert_int_equal(different, 3 * (1 + 2 + 4)); /* all that there can be */
}

static void a_torn_sector_was_on_its_way(void **state)
{
    size_t torn = 0;
    char text[16];
    (void)state;

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct memory_disk *memory = pending_file();
        memory_disk_cut(memory, MEMORY_DISK_TORN, seed);
        show(memory, "/a", text);
        assert_true(text[0] == 'a' && text[2] == 'a' && text[3] == 'a');
        torn += strchr(text, '#') != NULL;
        memory_disk_destroy(memory);
    }
    assert_in_range(torn, 1, SEEDS / 2);
}

static void the_same_seed_is_the_same_cut(void **state)
{
    char text[2][16];
    (void)state;

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct memory_disk *memory = pending_file();
        struct memory_disk *copy = memory_disk_copy(memory);
        memory_disk_cut(memory, (enum memory_disk_cut)(seed % MEMORY_DISK_CUTS), seed);
        memory_disk_cut(copy, (enum memory_disk_cut)(seed % MEMORY_DISK_CUTS), seed);
        show(memory, "/a", text[0]);
        show(copy, "/a", text[1]);
        assert_string_equal(text[0], text[1]);
        memory_disk_destroy(memory);
        memory_disk_destroy(copy);
    }
}

static void a_name_is_durable_with_its_directory(void **state)
{
    struct memory_disk *memory = memory_disk_create();
    const struct disk *disk = memory_disk_disk(memory);
    void *context = disk->context;
    (void)state;

    assert_int_equal(disk->mkdir(context, "/d", 0700), 0);
    sync_directory(memory, "/");
    int fd = make(memory, "/d/a");
    write_sectors(memory, fd, 0, 1, 'a');
    assert_int_equal(disk->fsync(context, fd), 0);
    struct memory_disk *copy = memory_disk_copy(memory);
    memory_disk_cut(copy, MEMORY_DISK_NOTHING, 0);
    assert_true(memory_disk_has(copy, "/d"));
    assert_false(memory_disk_has(copy, "/d/a")); /* the file's own sync says nothing of it */
    memory_disk_destroy(copy);

    sync_directory(memory, "/d");
    assert_int_equal(disk->unlink(context, "/d/a"), 0);
    memory_disk_cut(memory, MEMORY_DISK_NOTHING, 0);
    assert_true(memory_disk_has(memory, "/d/a")); /* nor is its end durable */
    assert_int_equal(disk->unlink(context, "/d/a"), 0);
    sync_directory(memory, "/d");
    memory_disk_cut(memory, MEMORY_DISK_NOTHING, 0);
    assert_false(memory_disk_has(memory, "/d/a"));
    memory_disk_destroy(memory);
}

static void a_rename_is_done_whole_or_not_at_all(void **state)
{
    size_t done = 0;
    char text[16];
    (void)state;

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct memory_disk *memory = memory_disk_create();
        const struct disk *disk = memory_disk_disk(memory);
        write_sectors(memory, make(memory, "/old"), 0, 1, 'o');
        write_sectors(memory, make(memory, "/new"), 0, 2, 'n');
        sync_all(memory);
        assert_int_equal(disk->rename(disk->context, "/new", "/old"), 0);
        memory_disk_cut(memory, MEMORY_DISK_ANY, seed);
        show(memory, "/old", text);
        bool moved = strcmp(text, "nn") == 0;
        assert_true(moved || strcmp(text, "o") == 0);
        assert_int_equal(memory_disk_has(memory, "/new"), !moved);
        done += moved;
        memory_disk_destroy(memory);
    }
    assert_in_range(done, SEEDS / 8, SEEDS * 7 / 8);
}

static void what_a_failed_sync_dropped_may_or_may_not_be_there(void **state)
{
    size_t there = 0;
    char text[16];
    (void)state;

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct memory_disk *memory = pending_file();
        memory_disk_drop_pages(memory, -1);
        sync_directory(memory, "/");
        memory_disk_cut(memory, MEMORY_DISK_ANY, seed);
        show(memory, "/a", text);
        there += text[1] != 'a';
        memory_disk_destroy(memory);
    }
    assert_in_range(there, 1, SEEDS - 1);
}

static void a_sector_written_again_after_a_failed_sync_is_synced(void **state)
{
    struct memory_disk *memory = pending_file();
    const struct disk *disk = memory_disk_disk(memory);
    char text[16];
    (void)state;

    memory_disk_drop_pages(memory, -1);
    int fd = disk->open(disk->context, "/a", O_RDWR, 0);
    write_sectors(memory, fd, 4, 1, 'e');
    assert_int_equal(disk->fsync(disk->context, fd), 0);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct memory_disk *copy = memory_disk_copy(memory);
        memory_disk_cut(copy, (enum memory_disk_cut)(seed % MEMORY_DISK_CUTS), seed);
        show(copy, "/a", text);
        assert_int_equal(strlen(text), 6);
        assert_int_equal(text[4], 'e');
        memory_disk_destroy(copy);
    }
    memory_disk_evict(memory);
    show(memory, "/a", text);
    assert_string_equal(text, "aaaae."); /* as it is on the disk */
    memory_disk_destroy(memory);
}

static void a_full_disk_takes_part_of_a_write(void **state)
{
    struct memory_disk *memory = memory_disk_create();
    const struct disk *disk = memory_disk_disk(memory);
    void *context = disk->context;
    struct statvfs space;
    char data[4 * SECTOR] = "";
    (void)state;

    memory_disk_limit(memory, 3);
    int fd = make(memory, "/a");
    assert_int_equal(disk->pwrite(context, fd, data, sizeof data, 0), 3 * SECTOR);
    assert_int_equal(disk->pwrite(context, fd, data, 1, 3 * SECTOR), -1);
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(disk->pwrite(context, fd, data, SECTOR, 2 * SECTOR), SECTOR); /* has it */
    assert_int_equal(disk->fallocate(context, fd, 4 * SECTOR), -1);
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(disk->statvfs(context, "/", &space), 0);
    assert_int_equal(space.f_bavail, 0);
    assert_int_equal(memory_disk_used(memory), 3);
    assert_int_equal(disk->unlink(context, "/a"), 0);
    assert_int_equal(memory_disk_used(memory), 3); /* it is open */
    assert_int_equal(disk->close(context, fd), 0);
    assert_int_equal(memory_disk_used(memory), 0);
    memory_disk_destroy(memory);
}

static void count(void *arg, const char *path)
{
    size_t *counted = arg;

    assert_true(strcmp(path, "/d/e/a") == 0 || strcmp(path, "/b") == 0);
    (*counted)++;
}

static void files_are_put_told_and_listed(void **state)
{
    struct memory_disk *memory = memory_disk_create();
    const struct disk *disk = memory_disk_disk(memory);
    size_t counted = 0;
    const uint8_t *data = NULL;
    size_t data_bytes = 0;
    (void)state;

    assert_int_equal(disk->mkdir(disk->context, "/d", 0700), 0);
    assert_int_equal(disk->mkdir(disk->context, "/d/e", 0700), 0);
    sync_all(memory);
    memory_disk_put(memory, "/d/e/a", (const uint8_t *)"old text", 8);
    memory_disk_put(memory, "/d/e/a", (const uint8_t *)"new", 3);
    memory_disk_put(memory, "/b", (const uint8_t *)"b", 1);
    assert_int_equal(memory_disk_pending(memory), 0);
    memory_disk_cut(memory, MEMORY_DISK_NOTHING, 0);
    assert_true(memory_disk_get(memory, "/d/e/a", &data, &data_bytes));
    assert_int_equal(data_bytes, 3);
    assert_memory_equal(data, "new", 3);
    assert_false(memory_disk_get(memory, "/d/e", &data, &data_bytes));
    memory_disk_each(memory, count, &counted);
    assert_int_equal(counted, 2);
    memory_disk_destroy(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_a_file_system),
        cmocka_unit_test(a_lock_is_its_open_files),
        cmocka_unit_test(what_was_synced_outlives_every_cut),
        cmocka_unit_test(without_mercy_nothing_unsynced_outlives_a_cut),
        cmocka_unit_test(in_order_a_cut_leaves_one_of_the_states_that_were),
        cmocka_unit_test(any_subset_of_sectors_outlives_a_cut),
        cmocka_unit_test(a_torn_sector_was_on_its_way),
        cmocka_unit_test(the_same_seed_is_the_same_cut),
        cmocka_unit_test(a_name_is_durable_with_its_directory),
        cmocka_unit_test(a_rename_is_done_whole_or_not_at_all),
        cmocka_unit_test(what_a_failed_sync_dropped_may_or_may_not_be_there),
        cmocka_unit_test(a_sector_written_again_after_a_failed_sync_is_synced),
        cmocka_unit_test(a_full_disk_takes_part_of_a_write),
        cmocka_unit_test(files_are_put_told_and_listed),
    };

    return cmocka_run_group_tests_name("memory_disk", tests, NULL, NULL);
}
