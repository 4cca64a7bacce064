/* owners: `init` gives each file to the user that it is for. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { INGEST = 60001, WEB = 60002, KEEPER = 60003, SHARED = 60000 };

static int init_for_users(struct ctl *ctl)
{
    return ctl_run(ctl, "--json", "init", "--ingest-user", "60001", "--web-user", "60002",
                   "--keeper-user", "60003", "--group", "60000", NULL);
}

static void expect(const struct ctl *ctl, const char *leaf, mode_t mode, uid_t user, gid_t group)
{
    char path[256];
    struct stat about;

    (void)snprintf(path, sizeof path, "%s%s%s", ctl->store, leaf[0] ? "/" : "", leaf);
    if (stat(path, &about) != 0)
        fail_msg("%s is not there", path);
    if ((about.st_mode & 07777) != mode || about.st_uid != user || about.st_gid != group)
        fail_msg("%s: %04o %u:%u", path, (unsigned)(about.st_mode & 07777), (unsigned)about.st_uid,
                 (unsigned)about.st_gid);
}

static void users_that_are_named_get_their_files(void **state)
{
    struct ctl *ctl = *state;

    if (geteuid() != 0) {
        assert_int_equal(init_for_users(ctl), 5);
        ctl_expect_error(ctl, "root");
        return;
    }
    assert_int_equal(init_for_users(ctl), 0);
    expect(ctl, "", 03770, KEEPER, SHARED);
    expect(ctl, "index.sqlite", 0660, KEEPER, SHARED);
    expect(ctl, "recordings", 02775, INGEST, INGEST);
    expect(ctl, "keys/master.key", 0400, KEEPER, KEEPER);
    expect(ctl, "keys/private", 02750, KEEPER, WEB);
    expect(ctl, "keys/signing/ingest.key", 0400, INGEST, INGEST);
    expect(ctl, "keys/signing/keeper.key", 0400, KEEPER, KEEPER);
    json_t *again = NULL;
    assert_int_equal(init_for_users(ctl), 0);
    again = ctl_json(ctl);
    assert_int_equal(json_integer_value(json_object_get(again, "owners_set")), 0);
    json_decref(again);
}

static void what_root_makes_later_is_theirs_too(void **state)
{
    struct ctl *ctl = *state;
    char leaf[128];

    if (geteuid() != 0)
        return; /* nobody else can */
    assert_int_equal(init_for_users(ctl), 0);
    assert_int_equal(ctl_run(ctl, "--json", "customer", "add", "7", "--name", "x", NULL), 0);
    json_t *made = ctl_json(ctl);
    (void)snprintf(leaf, sizeof leaf, "keys/private/%s",
                   json_string_value(json_object_get(made, "id")));
    expect(ctl, leaf, 02750, KEEPER, WEB);
    json_decref(made);
}

static void mode_that_was_changed_is_set_again(void **state)
{
    struct ctl *ctl = *state;
    char path[160];

    if (geteuid() != 0)
        return;
    assert_int_equal(init_for_users(ctl), 0);
    (void)snprintf(path, sizeof path, "%s/keys/signing/keeper.key", ctl->store);
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(ctl_run(ctl, "doctor", NULL), 1);
    assert_int_equal(init_for_users(ctl), 0);
    expect(ctl, "keys/signing/keeper.key", 0400, KEEPER, KEEPER);
    assert_int_equal(ctl_run(ctl, "doctor", NULL), 0);
}

static void user_that_there_is_not_is_named(void **state)
{
    struct ctl *ctl = *state;

    if (geteuid() != 0)
        return;
    assert_int_not_equal(ctl_run(ctl, "init", "--ingest-user", "nobody-of-that-name", NULL), 0);
    assert_non_null(strstr(ctl->err, "nobody-of-that-name"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, ctl_set_up_empty, ctl_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(users_that_are_named_get_their_files),
        CASE(what_root_makes_later_is_theirs_too),
        CASE(mode_that_was_changed_is_set_again),
        CASE(user_that_there_is_not_is_named),
    };

    return cmocka_run_group_tests_name("owners", tests, NULL, NULL);
}
