/* process: a program that was protected leaves no core, and nobody looks into it. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/process.h"

enum { CHILD_FAILED = 99 };

static char directory[] = "/tmp/unit-process-XXXXXX"; /* where cores go, if anywhere */

/* Run in a child with as large a core as the system lets it have; returns what wait says of it. */
static int in_child(int (*body)(void))
{
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit core;
        for (int i = 1; i < NSIG; i++) /* cmocka and the sanitizers catch some */
            (void)signal(i, SIG_DFL);
        if (chdir(directory) != 0 || getrlimit(RLIMIT_CORE, &core) != 0)
            _exit(CHILD_FAILED);
        core.rlim_cur = core.rlim_max;
        if (setrlimit(RLIMIT_CORE, &core) != 0)
            _exit(CHILD_FAILED);
        _exit(body());
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    return how;
}

static int protect_and_look(void)
{
    struct rlimit core;

    if (process_protect(NULL) != STATUS_OK || getrlimit(RLIMIT_CORE, &core) != 0)
        return CHILD_FAILED;
    return core.rlim_cur == 0 && core.rlim_max == 0 && prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1;
}

static int protect_and_crash(void)
{
    if (process_protect(NULL) != STATUS_OK)
        return CHILD_FAILED;
    (void)raise(SIGSEGV);
    return CHILD_FAILED;
}

static int crash(void)
{
    (void)raise(SIGSEGV);
    return CHILD_FAILED;
}

static int look(void)
{
    return prctl(PR_GET_DUMPABLE) == 1 ? 0 : 1;
}

static void both_ways_to_a_core_are_closed_for_good(void **state)
{
    int how = in_child(protect_and_look);

    (void)state;
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
}

/* Only where one that is not protected leaves a core does the other half say anything. */
static void crash_dumps_no_core_where_another_would(void **state)
{
    (void)state;
    if (!WCOREDUMP(in_child(crash))) {
        print_message("this system dumps no cores: nothing is shown here\n");
        skip();
    }
    int how = in_child(protect_and_crash);
    assert_true(WIFSIGNALED(how));
    assert_int_equal(WTERMSIG(how), SIGSEGV);
    assert_false(WCOREDUMP(how));
}

static void process_that_is_not_protected_is_one_that_the_tests_above_would_find(void **state)
{
    int how = in_child(look);

    (void)state;
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
}

static int make_directory(void **state)
{
    (void)state;
    return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
    char command[64];

    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command); /* NOLINT: a name of our own making */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_to_a_core_are_closed_for_good),
        cmocka_unit_test(crash_dumps_no_core_where_another_would),
        cmocka_unit_test(process_that_is_not_protected_is_one_that_the_tests_above_would_find),
    };

    return cmocka_run_group_tests_name("process", tests, make_directory, remove_directory);
}
