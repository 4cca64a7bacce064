/* owners: `init` gives each file to the user that it is for. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/recorderctl/owners_files.h"

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
        skip(); /* nobody else can */
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
        skip();
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
        skip();
    assert_int_not_equal(ctl_run(ctl, "init", "--ingest-user", "nobody-of-that-name", NULL), 0);
    assert_non_null(strstr(ctl->err, "nobody-of-that-name"));
}

/* --- who may write there puts something else in its place ---------------------------------------
 */

static const struct owners USERS = {
    .ingest = INGEST,
    .web = WEB,
    .keeper = KEEPER,
    .ingest_group = INGEST,
    .web_group = WEB,
    .keeper_group = KEEPER,
    .shared_group = SHARED,
};

/* Between the look at a file and giving it. */
struct attack {
    const char *commands; /* in the directory of all */
    const struct ctl *ctl;
    const char *path;
    enum status status;
    bool changed;
};

static void shell(const struct ctl *ctl, const char *commands)
{
    char command[768];

    assert_true((size_t)snprintf(command, sizeof command, "cd %s && %s", ctl->directory, commands) <
                sizeof command);
    assert_int_equal(system(command), 0); /* NOLINT: a name of our own making */
}

static bool attack_one(void *arg, const struct owners_seen *seen)
{
    struct attack *attack = arg;
    size_t length = strlen(seen->path);
    size_t wanted = strlen(attack->path);

    if (length < wanted || strcmp(seen->path + length - wanted, attack->path) != 0)
        return true;
    shell(attack->ctl, attack->commands);
    attack->status = owners_files_give(seen, &USERS, &attack->changed, NULL);
    return false;
}

/* victim/shadow is root's, and stays so; recordings/x/shadow is what was looked at. */
static void expect_untouched(struct ctl *ctl, const char *commands)
{
    struct attack attack = {commands, ctl, "/x/shadow", STATUS_OK, false};
    struct config *config = NULL;
    struct stat about;
    char victim[160];

    shell(ctl,
          "rm -rf victim store/recordings/x store/recordings/y && "
          "mkdir victim store/recordings/x && touch victim/shadow store/recordings/x/shadow && "
          "chmod 600 victim/shadow store/recordings/x/shadow");
    assert_int_equal(config_load(ctl->config, &config, NULL), STATUS_OK);
    assert_int_equal(owners_files_walk(config, attack_one, &attack, NULL), STATUS_OK);
    config_destroy(config);
    if (attack.status != STATUS_CONFLICT || attack.changed)
        fail_msg("%s: %s", commands, status_name(attack.status));
    (void)snprintf(victim, sizeof victim, "%s/victim/shadow", ctl->directory);
    assert_int_equal(stat(victim, &about), 0);
    assert_int_equal(about.st_uid, 0);
    assert_int_equal(about.st_mode & 07777, 0600);
}

static void another_file_than_was_looked_at_is_given_to_nobody(void **state)
{
    struct ctl *ctl = *state;

    if (geteuid() != 0)
        skip();
    assert_int_equal(init_for_users(ctl), 0);
    expect_untouched(ctl, "cd store/recordings && mv x y && ln -s ../../victim x");
    expect_untouched(ctl, "cd store/recordings && mv x y && ln -s $PWD/../../victim x");
    expect_untouched(ctl, "cd store/recordings/x && rm shadow && ln -s ../../../victim/shadow .");
    expect_untouched(ctl, "cd store/recordings/x && rm shadow && mv ../../../victim/shadow . && "
                          "ln shadow ../../../victim/shadow");
    expect_untouched(ctl, "cd store && mv recordings gone && mkdir recordings && "
                          "ln -s ../../victim recordings/x; cd .. && rm -rf store/gone");
    expect_untouched(ctl, "cd store && rm -r recordings && ln -s ../victim recordings && "
                          "mkdir ../victim/x && ln ../victim/shadow ../victim/x/shadow");
}

static void what_was_refused_is_told_and_the_rest_is_done(void **state)
{
    struct ctl *ctl = *state;

    if (geteuid() != 0)
        skip();
    assert_int_equal(init_for_users(ctl), 0);
    shell(ctl, "touch victim && chmod 600 victim && ln victim store/recordings/a && "
               "touch store/recordings/b");
    assert_int_equal(init_for_users(ctl), 1);
    assert_non_null(strstr(ctl->err, "store/recordings/a"));
    assert_non_null(strstr(ctl->out, "\"owners_refused\": 1"));
    expect(ctl, "recordings/a", 0600, 0, 0);
    expect(ctl, "recordings/b", 0664, INGEST, INGEST);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, ctl_set_up_empty, ctl_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(users_that_are_named_get_their_files),
        CASE(what_root_makes_later_is_theirs_too),
        CASE(mode_that_was_changed_is_set_again),
        CASE(user_that_there_is_not_is_named),
        CASE(another_file_than_was_looked_at_is_given_to_nobody),
        CASE(what_was_refused_is_told_and_the_rest_is_done),
    };

    return cmocka_run_group_tests_name("owners", tests, NULL, NULL);
}
