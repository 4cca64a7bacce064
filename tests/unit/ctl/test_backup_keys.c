/* The copy of the keys: what goes into it, what is destroyed in it, what comes back. */
#include "backup_help.h"

#include <sys/wait.h>
#include <time.h>

#include "storage/seal/keys.h"
#include "storage/seal/shredding.h"

static void key_path(const char *keys, const char *customer, const char *ending,
                     char path[static 256])
{
    char month[KEY_MONTH_BYTES];
    const char *folder = strcmp(ending, "pub") == 0 ? "public/customers" : "private";

    keys_month(clock_wall_now(), month);
    (void)snprintf(path, 256, "%s/%s/%s/%s.%s", keys, folder, customer, month, ending);
}

/* What is shredded in the store is destroyed in the copy; what was lost there stays in it. */
static void copy_of_keys_follows_what_was_shredded_and_keeps_what_was_lost(void **state)
{
    static const char unassigned[] = "00000000-0000-8000-8000-000000000000";
    struct ctl *ctl = *state;
    char store_keys[160];
    char keys[160];
    char path[256];
    char to[160];
    char customer[UUID_TEXT_BYTES];
    char month[KEY_MONTH_BYTES];
    struct key_shredding key = {.customer = ctl->customer};
    struct fault fault = {0};

    below(ctl, "backup", to);
    below(ctl, "keys", keys);
    (void)snprintf(store_keys, sizeof store_keys, "%s/keys", ctl->store);
    uuid_format(ctl->customer, customer);
    assert_int_equal(ctl_run(ctl, "backup", to, "--keys", keys, NULL), 0);
    keys_month(clock_wall_now(), month);
    uint32_t number =
        (uint32_t)strtoul(month, NULL, 10) * 100 + (uint32_t)strtoul(month + 5, NULL, 10);
    key.month = number;
    key.when = clock_wall_now();
    if (keys_shred(&disk_system, store_keys, &key, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, "--keys", keys, NULL), 0);
    json_t *value = ctl_json(ctl);
    json_t *counts = json_object_get(value, "keys");
    assert_int_equal(json_integer_value(json_object_get(counts, "destroyed")), 2);
    json_decref(value);
    key_path(keys, customer, "key", path);
    assert_false(is_there(path));
    key_path(keys, customer, "pub", path);
    assert_false(is_there(path));
    key_path(keys, customer, "shredded", path);
    assert_true(is_there(path));
    key_path(store_keys, unassigned, "key", path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, "--keys", keys, NULL), 1);
    key_path(keys, unassigned, "key", path);
    assert_true(is_there(path));
}

static void keys_are_not_copied_while_the_master_key_is_rotated(void **state)
{
    struct ctl *ctl = *state;
    char keys[160];
    char path[160];
    char to[160];

    below(ctl, "backup", to);
    below(ctl, "keys", keys);
    (void)snprintf(path, sizeof path, "%s/keys/master.key.next", ctl->store);
    write_text(path, "32 bytes");
    assert_int_equal(ctl_run(ctl, "backup", to, "--keys", keys, NULL), 4);
    ctl_expect_error(ctl, "rotat");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(ctl_run(ctl, "backup", to, "--keys", keys, NULL), 0);
}

/* In a process of its own, as one who rotates: holds the lock, and looks whether anything is copied
 * meanwhile. Exits 0 where nothing was. */
static pid_t hold_lock(const struct ctl *ctl, const char *copy)
{
    const struct timespec pause = {.tv_nsec = 300000000};
    char keys[160];
    int ready[2];
    char told = 0;

    (void)snprintf(keys, sizeof keys, "%s/keys", ctl->store);
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct disk_file lock;
        bool held = keys_lock(&disk_system, keys, &lock, NULL) == STATUS_OK;
        held = write(ready[1], "", 1) == 1 && held;
        (void)nanosleep(&pause, NULL);
        _exit(held && !is_there(copy) ? 0 : 1);
    }
    assert_int_equal(read(ready[0], &told, 1), 1);
    assert_int_equal(close(ready[0]), 0);
    assert_int_equal(close(ready[1]), 0);
    return child;
}

static void keys_are_copied_under_the_lock_of_who_wraps_them(void **state)
{
    struct ctl *ctl = *state;
    int status = -1;
    char keys[160];
    char copied[200];
    char to[160];

    below(ctl, "backup", to);
    below(ctl, "keys", keys);
    (void)snprintf(copied, sizeof copied, "%s/private", keys);
    pid_t child = hold_lock(ctl, copied);
    assert_int_equal(ctl_run(ctl, "backup", to, "--keys", keys, NULL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_true(is_there(copied));
}

static void month_of_now(struct key_shredding *key)
{
    char month[KEY_MONTH_BYTES];

    keys_month(clock_wall_now(), month);
    key->month = (uint32_t)strtoul(month, NULL, 10) * 100 + (uint32_t)strtoul(month + 5, NULL, 10);
    key->when = clock_wall_now();
}

static void leave_part(const char *path, const char *kept)
{
    char part[300];

    (void)snprintf(part, sizeof part, "%s.part", path);
    (void)unlink(kept);
    write_text(part, "a private half, or the first bytes of one");
    assert_int_equal(link(part, kept), 0);
}

static void assert_written_over(const char *path, const char *kept)
{
    char part[300];
    char text[64] = "";
    struct stat about;
    FILE *file = fopen(kept, "r");

    (void)snprintf(part, sizeof part, "%s.part", path);
    assert_false(is_there(part));
    assert_int_equal(stat(kept, &about), 0);
    assert_int_equal(about.st_nlink, 1);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    assert_int_equal(fclose(file), 0);
    assert_null(strstr(text, "private"));
}

/* What a run that was cut off left of it: by a second name, what a disk keeps. */
static void unfinished_copy_of_a_key_is_written_over(void **state)
{
    struct ctl *ctl = *state;
    struct key_shredding key = {.customer = ctl->customer};
    char keys[160];
    char store_keys[160];
    char master[192];
    char to[160];
    char kept[2][160];
    char customer[UUID_TEXT_BYTES];
    char path[256];

    below(ctl, "backup", to);
    below(ctl, "keys", keys);
    below(ctl, "store/keys", store_keys);
    below(ctl, "kept 1", kept[0]);
    below(ctl, "kept 2", kept[1]);
    uuid_format(ctl->customer, customer);
    assert_int_equal(ctl_run(ctl, "backup", to, "--keys", keys, NULL), 0);
    key_path(keys, customer, "key", path);
    (void)snprintf(master, sizeof master, "%s/master.key", keys);
    leave_part(path, kept[0]);
    leave_part(master, kept[1]);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, "--keys", keys, NULL), 0);
    assert_int_equal(count_in(ctl, "keys", "only_in_backup"), 0);
    assert_written_over(path, kept[0]);
    assert_written_over(master, kept[1]);
    leave_part(path, kept[0]);
    month_of_now(&key);
    assert_int_equal(keys_shred(&disk_system, store_keys, &key, NULL), STATUS_OK);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, "--keys", keys, NULL), 0);
    assert_written_over(path, kept[0]);
}

/* The mark is first; a key that is still there beside it is not copied, nor kept in the copy. */
static void key_beside_its_mark_is_neither_copied_nor_restored(void **state)
{
    struct ctl *ctl = *state;
    struct key_shredding key = {.customer = ctl->customer};
    char keys[160];
    char store_keys[160];
    char to[160];
    char kept[160];
    char customer[UUID_TEXT_BYTES];
    char path[256];

    below(ctl, "backup", to);
    below(ctl, "keys", keys);
    below(ctl, "kept", kept);
    below(ctl, "store/keys", store_keys);
    uuid_format(ctl->customer, customer);
    assert_int_equal(ctl_run(ctl, "backup", to, "--keys", keys, "--master", NULL), 0);
    key_path(store_keys, customer, "key", path);
    assert_int_equal(link(path, kept), 0);
    const struct backup_copy copy = {.from = path, .to = kept, .mode = 0640};
    struct backup_digest digest;
    assert_int_equal(backup_copy_file(&copy, &digest, NULL, NULL), STATUS_OK);
    month_of_now(&key);
    assert_int_equal(keys_shred(&disk_system, store_keys, &key, NULL), STATUS_OK);
    assert_int_equal(rename(kept, path), 0); /* as if the shredding had been cut off */
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, "--keys", keys, NULL), 0);
    key_path(keys, customer, "key", path);
    assert_false(is_there(path));
    key_path(store_keys, customer, "key", path);
    assert_int_equal(rename(path, kept), 0);
    key_path(keys, customer, "key", path);
    assert_int_equal(rename(kept, path), 0); /* as in a copy that another made */
    remove_tree(ctl->store);
    assert_int_equal(ctl_run(ctl, "restore", to, "--keys", keys, NULL), 0);
    key_path(store_keys, customer, "shredded", path);
    assert_true(is_there(path));
    key_path(store_keys, customer, "key", path);
    assert_false(is_there(path));
}

/* Wherever the one in force comes from. */
static void master_key_is_copied_where_it_is_asked_for_alone(void **state)
{
    struct ctl *ctl = *state;
    char credentials[160];
    char credential[192];
    char master[160];
    char keys[160];
    char copy[192];
    char to[160];
    struct backup_digest digest;

    below(ctl, "backup", to);
    below(ctl, "keys", keys);
    below(ctl, "credentials", credentials);
    below(ctl, "store/keys/master.key", master);
    (void)snprintf(credential, sizeof credential, "%s/recorder-master", credentials);
    (void)snprintf(copy, sizeof copy, "%s/master.key", keys);
    assert_int_equal(mkdir(credentials, 0700), 0);
    const struct backup_copy load = {.from = master, .to = credential, .mode = 0400};
    assert_int_equal(backup_copy_file(&load, &digest, NULL, NULL), STATUS_OK);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", credentials, 1), 0);
    assert_int_equal(ctl_run(ctl, "backup", to, "--keys", keys, NULL), 0);
    bool copied = is_there(copy);
    assert_int_equal(ctl_run(ctl, "backup", to, "--keys", keys, "--master", NULL), 0);
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    assert_false(copied);
    assert_same_files(master, copy, true);
}

static void directory_that_is_there_keeps_its_mode_and_what_is_in_it(void **state)
{
    struct ctl *ctl = *state;
    struct stat about;
    char keys[160];
    char other[192];
    char to[160];

    below(ctl, "backup", to);
    below(ctl, "keys", keys);
    (void)snprintf(other, sizeof other, "%s/of another", keys);
    assert_int_equal(mkdir(keys, 0700), 0);
    assert_int_equal(chmod(keys, 01755), 0);
    write_text(other, "mine");
    assert_int_equal(ctl_run(ctl, "backup", to, "--keys", keys, NULL), 4);
    ctl_expect_error(ctl, "neither empty nor a copy of keys");
    assert_int_equal(unlink(other), 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(ctl_run(ctl, "backup", to, "--keys", keys, NULL), 0);
    assert_int_equal(stat(keys, &about), 0);
    assert_int_equal(about.st_mode & 07777, 01755);
}

static void directories_may_end_in_slashes(void **state)
{
    struct ctl *ctl = *state;
    char keys[160];
    char slashes[168];
    char to[160];
    char path[160];

    below(ctl, "backup", to);
    below(ctl, "keys", keys);
    (void)snprintf(slashes, sizeof slashes, "%s//", keys);
    assert_int_equal(ctl_run(ctl, "backup", to, "--keys", slashes, "--master", NULL), 0);
    remove_tree(ctl->store);
    assert_int_equal(ctl_run(ctl, "restore", to, "--keys", slashes, NULL), 0);
    below(ctl, "store/keys/signing/keeper.key", path);
    assert_true(is_there(path));
    below(ctl, "store/keys/master.key", path);
    assert_true(is_there(path));
    assert_int_equal(ctl_run(ctl, "backup", "test", to, "--keys", slashes, NULL), 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, ctl_set_up, ctl_tear_down)
    const struct CMUnitTest tests[] = {
        CASE(directories_may_end_in_slashes),
        CASE(copy_of_keys_follows_what_was_shredded_and_keeps_what_was_lost),
        CASE(keys_are_not_copied_while_the_master_key_is_rotated),
        CASE(keys_are_copied_under_the_lock_of_who_wraps_them),
        CASE(unfinished_copy_of_a_key_is_written_over),
        CASE(key_beside_its_mark_is_neither_copied_nor_restored),
        CASE(master_key_is_copied_where_it_is_asked_for_alone),
        CASE(directory_that_is_there_keeps_its_mode_and_what_is_in_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
