#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/descriptor.h"

static void a_raised_descriptor_is_above_the_signalling_table_and_still_works(void **state)
{
    (void)state;
    int ends[2];
    char read_back[4];
    struct fault fault;
    unsigned long limit = 0;
    assert_int_equal(descriptor_limit_raise(&limit, &fault), STATUS_OK);
    assert_true(limit > DESCRIPTOR_SIGNALLING_MAX);
    assert_int_equal(pipe(ends), 0);
    int before = ends[0];
    assert_int_equal(descriptor_raise(&ends[0], &fault), STATUS_OK);
    assert_true(ends[0] >= DESCRIPTOR_SIGNALLING_MAX);
    assert_int_equal(fcntl(before, F_GETFD), -1);
    assert_int_equal(fcntl(ends[0], F_GETFD), FD_CLOEXEC);
    assert_int_equal(write(ends[1], "abc", 4), 4);
    assert_int_equal(read(ends[0], read_back, 4), 4);
    assert_string_equal(read_back, "abc");
    close(ends[0]);
    close(ends[1]);
}

static void without_room_the_descriptor_stays_and_the_fault_names_the_limit(void **state)
{
    (void)state;
    struct rlimit files;
    struct fault fault;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
    struct rlimit small = {.rlim_cur = DESCRIPTOR_SIGNALLING_MAX, .rlim_max = files.rlim_max};
    int descriptor = dup(STDERR_FILENO);
    int before = descriptor;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &small), 0);
    enum status status = descriptor_raise(&descriptor, &fault);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
    assert_int_equal(status, STATUS_IO);
    assert_int_equal(descriptor, before);
    assert_non_null(strstr(fault.text, "LimitNOFILE"));
    assert_int_equal(close(descriptor), 0);
}

static void a_closed_descriptor_is_refused(void **state)
{
    (void)state;
    int descriptor = -1;
    assert_int_equal(descriptor_raise(&descriptor, NULL), STATUS_IO);
    assert_int_equal(descriptor, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_raised_descriptor_is_above_the_signalling_table_and_still_works),
        cmocka_unit_test(without_room_the_descriptor_stays_and_the_fault_names_the_limit),
        cmocka_unit_test(a_closed_descriptor_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
