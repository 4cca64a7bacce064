/* space: what a look sees, and which level it leads to. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "storage/disk/space.h"

static const struct space_limits LIMITS = {15, 8, 5};
static const mono_time START = {1000 * CLOCK_NS_PER_S};

/* A volume of a million bytes with so many hundredths of a percent free. */
static struct space with_free(unsigned share)
{
    return (struct space){.free_bytes = (uint64_t)share * 100, .whole_bytes = 1000000};
}

static mono_time after_s(int64_t s)
{
    return (mono_time){START.ns + s * CLOCK_NS_PER_S};
}

static void level_is_by_the_limits(void **state)
{
    static const struct {
        unsigned share;
        enum space_level level;
    } cases[] = {
        {10000, SPACE_PLENTY}, {1500, SPACE_PLENTY},    {1499, SPACE_LOW},
        {800, SPACE_LOW},      {799, SPACE_NO_EXPORTS}, {500, SPACE_NO_EXPORTS},
        {499, SPACE_NO_CALLS}, {0, SPACE_NO_CALLS},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct space space = with_free(cases[i].share);
        assert_int_equal(space_free_share(&space), cases[i].share);
        assert_int_equal(space_level(&space, &LIMITS), cases[i].level);
    }
}

static void limit_of_none_is_never_reached(void **state)
{
    static const struct space_limits none = {0, 0, 0};
    struct space full = with_free(0);

    (void)state;
    assert_int_equal(space_level(&full, &none), SPACE_PLENTY);
}

static void scarce_files_count_as_scarce_bytes_do(void **state)
{
    struct space space = with_free(9000);

    (void)state;
    space.whole_files = 1000;
    space.free_files = 49;
    assert_int_equal(space_free_share(&space), 490);
    assert_int_equal(space_level(&space, &LIMITS), SPACE_NO_CALLS);
    space.whole_files = 0; /* it counts none */
    assert_int_equal(space_level(&space, &LIMITS), SPACE_PLENTY);
}

static void volume_of_nothing_has_nothing_free(void **state)
{
    struct space nothing = {0};

    (void)state;
    assert_int_equal(space_level(&nothing, &LIMITS), SPACE_NO_CALLS);
}

static void what_is_to_be_set_aside_counts_as_in_use(void **state)
{
    struct space space = with_free(1000);
    struct space left = space_without(&space, 40000);

    (void)state;
    assert_int_equal(space_free_share(&left), 600);
    left = space_without(&space, 100001);
    assert_int_equal(space_free_share(&left), 0);
}

static bool judge(struct space_state *now_at, unsigned share, int64_t at_s)
{
    struct space space = with_free(share);

    return space_judge(now_at, &space, &LIMITS, after_s(at_s));
}

static void it_gets_worse_at_once_by_as_many_levels_as_it_takes(void **state)
{
    struct space_state at = {0};

    (void)state;
    assert_true(judge(&at, 1400, 0));
    assert_int_equal(at.level, SPACE_LOW);
    assert_true(judge(&at, 300, 1));
    assert_int_equal(at.level, SPACE_NO_CALLS);
    assert_false(judge(&at, 200, 2));
}

static void it_gets_better_only_a_percent_above_the_limit(void **state)
{
    struct space_state at = {SPACE_NO_CALLS, START};

    (void)state;
    assert_false(judge(&at, 500, 100));
    assert_false(judge(&at, 599, 101));
    assert_true(judge(&at, 600, 102));
    assert_int_equal(at.level, SPACE_NO_EXPORTS);
    assert_false(judge(&at, 899, 200));
    assert_true(judge(&at, 1599, 201));
    assert_int_equal(at.level, SPACE_LOW);
    assert_true(judge(&at, 1600, 300));
    assert_int_equal(at.level, SPACE_PLENTY);
}

static void it_gets_better_by_several_levels_where_all_their_limits_are_passed(void **state)
{
    struct space_state at = {SPACE_NO_CALLS, START};

    (void)state;
    assert_true(judge(&at, 9000, 100));
    assert_int_equal(at.level, SPACE_PLENTY);
}

static void it_never_gets_better_right_after_a_change(void **state)
{
    struct space_state at = {0};

    (void)state;
    assert_true(judge(&at, 400, 0));
    assert_false(judge(&at, 9000, 1));
    assert_false(judge(&at, 9000, SPACE_CALM_S - 1));
    assert_true(judge(&at, 9000, SPACE_CALM_S));
}

static void volume_that_swings_around_a_limit_changes_its_level_once(void **state)
{
    struct space_state at = {0};
    unsigned changes = 0;

    (void)state;
    for (int i = 0; i < 100; i++)
        changes += judge(&at, i % 2 ? 490 : 590, i);
    assert_int_equal(changes, 2); /* exports at the first look, calls at the second */
    assert_int_equal(at.level, SPACE_NO_CALLS);
}

/* --- looking -----------------------------------------------------------------------------------
 */

static int statvfs_of_ext4(void *context, const char *path, struct statvfs *about)
{
    (void)context;
    (void)path;
    *about = (struct statvfs){.f_frsize = 4096,
                              .f_bsize = 4096,
                              .f_blocks = 1000,
                              .f_bfree = 250,
                              .f_bavail = 200,
                              .f_files = 100,
                              .f_ffree = 40,
                              .f_favail = 40};
    return 0;
}

static int statvfs_that_fails(void *context, const char *path, struct statvfs *about)
{
    (void)context;
    (void)path;
    (void)about;
    errno = EIO;
    return -1;
}

static void what_is_kept_for_root_is_neither_free_nor_part_of_the_whole(void **state)
{
    struct disk disk = disk_system;
    struct space space;

    (void)state;
    disk.statvfs = statvfs_of_ext4;
    assert_int_equal(space_look(&disk, "/", &space, NULL), STATUS_OK);
    assert_int_equal(space.free_bytes, 200 * 4096);
    assert_int_equal(space.whole_bytes, 950 * 4096);
    assert_int_equal(space.free_files, 40);
    assert_int_equal(space.whole_files, 100);
}

static void volume_that_cannot_be_looked_at_is_named(void **state)
{
    struct disk disk = disk_system;
    struct space space = {.free_bytes = 7};
    struct fault fault = {0};

    (void)state;
    disk.statvfs = statvfs_that_fails;
    assert_int_equal(space_look(&disk, "/srv/store", &space, &fault), STATUS_IO);
    assert_non_null(strstr(fault.text, "/srv/store"));
    assert_int_equal(space.free_bytes, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(level_is_by_the_limits),
        cmocka_unit_test(limit_of_none_is_never_reached),
        cmocka_unit_test(scarce_files_count_as_scarce_bytes_do),
        cmocka_unit_test(volume_of_nothing_has_nothing_free),
        cmocka_unit_test(what_is_to_be_set_aside_counts_as_in_use),
        cmocka_unit_test(it_gets_worse_at_once_by_as_many_levels_as_it_takes),
        cmocka_unit_test(it_gets_better_only_a_percent_above_the_limit),
        cmocka_unit_test(it_gets_better_by_several_levels_where_all_their_limits_are_passed),
        cmocka_unit_test(it_never_gets_better_right_after_a_change),
        cmocka_unit_test(volume_that_swings_around_a_limit_changes_its_level_once),
        cmocka_unit_test(what_is_kept_for_root_is_neither_free_nor_part_of_the_whole),
        cmocka_unit_test(volume_that_cannot_be_looked_at_is_named),
    };

    return cmocka_run_group_tests_name("space", tests, NULL, NULL);
}
