/* Each call that making the index's file makes of its disk fails once, and for ever: what is there
 * afterwards is an index, or can be made one. What SQLite does of its own is not among them. */
#include "support.h"

#include <errno.h>
#include <sys/stat.h>

#include "disk/faulty.h"

static size_t runs;

static int print_runs(void **state)
{
    (void)state;
    print_message("disk_sweep: %zu runs, each with a failure\n", runs);
    return 0;
}

/* Returns how many calls failed. */
static uint64_t run(const struct faulty_plan *plan)
{
    struct index_files files;
    struct index *index = NULL;
    struct fault fault = {0};
    struct faulty faulty;
    struct stat about;
    enum status expected = plan->sys_errno == ENOSPC ? STATUS_FULL : STATUS_IO;

    (void)snprintf(files.directory, sizeof files.directory, "/tmp/unit-index-XXXXXX");
    assert_non_null(mkdtemp(files.directory));
    (void)snprintf(files.path, sizeof files.path, "%s/index.sqlite", files.directory);
    faulty_init(&faulty, &disk_system, NULL);
    faulty_lay(&faulty, plan);
    enum status status = index_create(&faulty.disk, files.path, &fault);
    uint64_t failed = faulty_failed(&faulty);
    if (status != STATUS_OK) {
        assert_int_equal(status, expected);
        assert_int_equal(fault.status, expected);
        assert_true(failed > 0);
        assert_int_not_equal(index_open(files.path, &index, &fault), STATUS_OK);
    }
    faulty_heal(&faulty);
    assert_ok(index_create(&faulty.disk, files.path, &fault), &fault);
    assert_ok(index_open(files.path, &index, &fault), &fault);
    (void)add_customer(index, "88303080");
    index_close(index);
    assert_int_equal(stat(files.path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0660); /* the programs share it */
    faulty_deinit(&faulty);
    index_files_remove(&files);
    return failed;
}

static void the_index_is_made_whatever_call_fails(void **state)
{
    static const int errnos[] = {EIO, ENOSPC};
    (void)state;

    for (int kind = 0; kind < FAULTY_KINDS; kind++)
        for (size_t i = 0; i < 4; i++) {
            uint64_t failed = 1;
            for (uint64_t nth = 1; failed; nth++) {
                failed = run(&(struct faulty_plan){.kinds = FAULTY_SET(kind),
                                                   .nth = nth,
                                                   .times = i / 2,
                                                   .sys_errno = errnos[i % 2]});
                runs += failed != 0;
            }
        }
    assert_true(runs >= 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_index_is_made_whatever_call_fails),
    };

    return cmocka_run_group_tests_name("disk_sweep", tests, NULL, print_runs);
}
