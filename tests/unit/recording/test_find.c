/* Where a recording's file is looked for: below a volume, whatever the row says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "storage/recording/find.h"

static void a_path_leads_nowhere_but_to_recordings(void **state)
{
    static const char *const others[] = {
        "",
        "recordings",
        "recordings/",
        "recordings/.crec",
        "recordings/../keys/private/hold.crec",
        "recordings/2026/../../../etc/shadow.crec",
        "/recordings/2026/11/22/x.crec",
        "keys/private/hold.key",
        "index.sqlite",
        "recordings/2026/11/22/x.crec.tail",
    };
    const struct volumes volumes = {.count = 1, .directory = {"/nowhere"}};
    char path[BOUND_PATH_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct fault fault = {0};
        assert_false(recording_path_is_one(others[i]));
        assert_int_equal(recording_find(&disk_system, &volumes, others[i], path, &fault),
                         STATUS_CORRUPT);
        assert_non_null(strstr(fault.text, "path"));
    }
    assert_true(recording_path_is_one("recordings/2026/11/22/x.crec"));
}

static void one_that_is_nowhere_is_looked_for_where_it_should_be(void **state)
{
    const struct volumes volumes = {.count = 2, .directory = {"/nowhere", "/elsewhere"}};
    char path[BOUND_PATH_BYTES];
    struct fault fault = {0};

    (void)state;
    assert_int_equal(
        recording_find(&disk_system, &volumes, "recordings/2026/11/22/x.crec", path, &fault),
        STATUS_OK);
    assert_string_equal(path, "/nowhere/recordings/2026/11/22/x.crec");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_leads_nowhere_but_to_recordings),
        cmocka_unit_test(one_that_is_nowhere_is_looked_for_where_it_should_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
