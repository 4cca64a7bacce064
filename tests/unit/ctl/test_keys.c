/* Keys by command: status, the recovery key, a new master key. */
#include "support.h"

#include <fcntl.h>
#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/seal/keys.h"

#define TEST_CTL(test) cmocka_unit_test_setup_teardown(test, ctl_set_up, ctl_tear_down)

enum { TEXT_BYTES = 128, TEXTS_MAX = 16 };

static int64_t number_of(struct ctl *ctl, const char *name)
{
    json_t *value = ctl_json(ctl);
    json_t *member = json_object_get(value, name);

    if (!json_is_integer(member))
        fail_msg("no number %s in %s", name, ctl->out);
    int64_t number = json_integer_value(member);
    json_decref(value);
    return number;
}

static char *customer_file(const struct ctl *ctl, const char *half, const char *month,
                           const char *ending, char path[static 512])
{
    char id[UUID_TEXT_BYTES];

    uuid_format(ctl->customer, id);
    (void)snprintf(path, 512, "%s/keys/%s/%s/%s.%s", ctl->store, half, id, month, ending);
    return path;
}

/* The texts that the last run printed. */
static size_t texts_of(struct ctl *ctl, char text[][TEXT_BYTES])
{
    json_t *value = ctl_json(ctl);
    json_t *texts = json_object_get(value, "texts");
    size_t count = json_array_size(texts);

    assert_true(count >= 1 && count <= TEXTS_MAX);
    for (size_t i = 0; i < count; i++)
        (void)snprintf(text[i], TEXT_BYTES, "%s", json_string_value(json_array_get(texts, i)));
    json_decref(value);
    return count;
}

/* Run `keys recover` with this on standard input; new_master: NULL, or its option. */
static int recover_to(struct ctl *ctl, const char *input, char *new_master)
{
    int ends[2];
    int before = dup(STDIN_FILENO);

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], input, strlen(input)), strlen(input));
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(close(ends[0]), 0);
    int code = ctl_run(ctl, "--json", "keys", "recover", new_master ? "--new-master" : NULL,
                       new_master, NULL);
    assert_int_equal(dup2(before, STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(close(before), 0);
    return code;
}

static int recover_from(struct ctl *ctl, const char *input)
{
    return recover_to(ctl, input, NULL);
}

/* What `keys status` says, which exits with that code. */
static bool master_in_force(struct ctl *ctl, int code)
{
    assert_int_equal(ctl_run(ctl, "--json", "keys", "status", NULL), code);
    json_t *value = ctl_json(ctl);
    json_t *in_force = json_object_get(json_object_get(value, "master"), "in_force");
    bool is = json_is_true(in_force);

    assert_true(json_is_boolean(in_force));
    json_decref(value);
    return is;
}

static void status_tells_months_hold_and_master(void **state)
{
    struct ctl *ctl = *state;

    assert_int_equal(ctl_run(ctl, "--json", "keys", "status", NULL), 0);
    json_t *value = ctl_json(ctl);
    assert_int_equal(json_integer_value(json_object_get(value, "lost")), 0);
    assert_int_equal(json_integer_value(json_object_get(value, "without_this_month")), 0);
    assert_int_equal(json_integer_value(json_object_get(value, "without_next_month")), 0);
    assert_true(json_is_null(json_object_get(value, "recovery")));
    assert_true(json_is_object(json_object_get(value, "hold")));
    assert_true(json_is_true(json_object_get(json_object_get(value, "master"), "present")));
    assert_int_equal(json_array_size(json_object_get(value, "months")), 4);
    json_decref(value);
    assert_int_equal(ctl_run(ctl, "--json", "keys", "status", CTL_CUSTOMER, NULL), 0);
    value = ctl_json(ctl);
    assert_int_equal(json_array_size(json_object_get(value, "months")), 2);
    json_decref(value);
    assert_int_equal(ctl_run(ctl, "keys", "status", NULL), 0);
    assert_non_null(strstr(ctl->out, "MONTH"));
    assert_int_equal(ctl_run(ctl, "keys", "status", "9", NULL), 3);
    ctl_expect_error(ctl, "customer list");
}

static void a_lost_private_half_is_told_and_others_get_their_keys(void **state)
{
    struct ctl *ctl = *state;
    char month[KEY_MONTH_BYTES];
    char path[512];
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);

    keys_month(clock_wall_now(), month);
    assert_int_equal(unlink(customer_file(ctl, "private", month, "key", path)), 0);
    assert_int_equal(ctl_run(ctl, "--json", "keys", "status", NULL), 1);
    assert_int_equal(number_of(ctl, "lost"), 1);
    assert_int_equal(unlink(customer_file(ctl, "private", month, "key", path)), -1);
    (void)ctl_round(ctl, 5, "errors");
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 1);
    assert_int_equal(ctl_run(ctl, "customer", "add", "500", "--name", "x", NULL), 0);
}

static void both_halves_lost_are_told_where_recordings_use_them(void **state)
{
    struct ctl *ctl = *state;
    char month[KEY_MONTH_BYTES];
    char private_half[512];
    char public_half[512];

    keys_month(clock_wall_now(), month);
    (void)customer_file(ctl, "private", month, "key", private_half);
    (void)customer_file(ctl, "public/customers", month, "pub", public_half);
    assert_int_equal(unlink(private_half), 0);
    assert_int_equal(unlink(public_half), 0);
    (void)ctl_round(ctl, 0, "errors"); /* nothing is sealed to it: it is made again */
    assert_int_equal(access(private_half, F_OK), 0);
    (void)ctl_record(ctl, CTL_SEALED, 1);
    assert_int_equal(unlink(private_half), 0);
    assert_int_equal(unlink(public_half), 0);
    assert_int_equal(ctl_round(ctl, 5, "errors"), 1);
    assert_int_not_equal(access(private_half, F_OK), 0);
    assert_int_not_equal(access(public_half, F_OK), 0);
}

static void a_recovery_key_is_printed_once_and_kept_nowhere(void **state)
{
    struct ctl *ctl = *state;
    char text[TEXTS_MAX][TEXT_BYTES];
    char command[700];

    assert_int_equal(ctl_run(ctl, "--json", "keys", "recovery-new", NULL), 0);
    assert_int_equal(texts_of(ctl, text), 1);
    assert_int_equal(strncmp(text[0], "brk1 ", 5), 0);
    assert_int_equal(number_of(ctl, "sealed"), 5);
    /* neither the text nor a part of it is in any file of the store, nor in the audit log */
    (void)snprintf(command, sizeof command, "grep -rqaiE '%.14s|brk1' '%s'", text[0] + 5,
                   ctl->directory);
    assert_int_not_equal(system(command), 0); /* NOLINT: a text of our own making */
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'recovery_key_new'"),
                     1);
    assert_int_equal(ctl_run(ctl, "keys", "recovery-new", NULL), 4);
    ctl_expect_error(ctl, "--replace");
    assert_int_equal(ctl_run(ctl, "keys", "recovery-new", "--replace", NULL), 0);
    assert_non_null(strstr(ctl->out, "brk1 "));
    assert_int_equal(ctl_run(ctl, "--json", "keys", "status", NULL), 0);
    assert_int_equal(number_of(ctl, "without_recovery"), 0);
}

static void shares_are_wrong_usage_where_they_make_no_sense(void **state)
{
    struct ctl *ctl = *state;
    static char *const bad[][2] = {
        {"--shares=3", "--json"},        {"--threshold=2", "--json"},
        {"--shares=2", "--threshold=3"}, {"--shares=17", "--threshold=2"},
        {"--shares=2", "--threshold=1"}, {"--shares=x", "--threshold=2"},
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(ctl_run(ctl, "keys", "recovery-new", bad[i][0], bad[i][1], NULL), 2);
        ctl_expect_error(ctl, "share");
    }
}

static void the_master_key_is_lost_and_shares_bring_all_back(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);
    char text[TEXTS_MAX][TEXT_BYTES];
    char input[TEXTS_MAX * TEXT_BYTES];
    char master[512];

    assert_int_equal(
        ctl_run(ctl, "--json", "keys", "recovery-new", "--shares", "3", "--threshold", "2", NULL),
        0);
    assert_int_equal(texts_of(ctl, text), 3);
    (void)snprintf(master, sizeof master, "%s/keys/master.key", ctl->store);
    assert_int_equal(unlink(master), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 5);
    assert_int_equal(ctl_run(ctl, "init", NULL), 5);
    ctl_expect_error(ctl, "keys recover");
    assert_int_equal(recover_from(ctl, text[2]), 2);
    ctl_expect_error(ctl, "1 of 2 shares");
    (void)snprintf(input, sizeof input, "%s\n\n%s", text[2], text[0]);
    assert_int_equal(recover_from(ctl, input), 4);
    ctl_expect_error(ctl, "--new-master");
    assert_int_not_equal(access(master, F_OK), 0);
    assert_int_equal(recover_to(ctl, input, "keys/master.key"), 2);
    assert_int_equal(recover_to(ctl, input, master), 0);
    assert_int_equal(number_of(ctl, "restored"), 5);
    assert_true(master_in_force(ctl, 0));
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
    assert_int_equal(recover_from(ctl, input), 0);
    assert_int_equal(number_of(ctl, "kept"), 5);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'keys_recover'"), 2);
}

static void what_is_no_recovery_key_is_refused(void **state)
{
    struct ctl *ctl = *state;
    char text[TEXTS_MAX][TEXT_BYTES];

    assert_int_equal(recover_from(ctl, "hunter2\n"), 2);
    ctl_expect_error(ctl, "neither");
    assert_int_equal(recover_from(ctl, ""), 2);
    assert_int_equal(ctl_run(ctl, "--json", "keys", "recovery-new", NULL), 0);
    (void)texts_of(ctl, text);
    assert_int_equal(ctl_run(ctl, "keys", "recovery-new", "--replace", NULL), 0);
    assert_int_equal(recover_from(ctl, text[0]), 5);
    ctl_expect_error(ctl, "none of the private halves here");
    text[0][8] = text[0][8] == 'q' ? 'p' : 'q';
    assert_int_equal(recover_from(ctl, text[0]), 2);
    ctl_expect_error(ctl, "checksum");
}

static void a_recovery_key_that_a_lost_half_needs_stays(void **state)
{
    struct ctl *ctl = *state;
    char text[TEXTS_MAX][TEXT_BYTES];
    char month[KEY_MONTH_BYTES];
    char path[512];

    keys_month(clock_wall_now(), month);
    assert_int_equal(ctl_run(ctl, "--json", "keys", "recovery-new", NULL), 0);
    (void)texts_of(ctl, text);
    assert_int_equal(unlink(customer_file(ctl, "private", month, "key", path)), 0);
    assert_int_equal(ctl_run(ctl, "keys", "recovery-new", "--replace", NULL), 4);
    ctl_expect_error(ctl, "keys recover");
    assert_int_equal(recover_from(ctl, text[0]), 0);
    assert_int_equal(number_of(ctl, "restored"), 1);
    assert_int_equal(ctl_run(ctl, "keys", "recovery-new", "--replace", NULL), 0);
}

static void without_its_credential_nothing_is_restored_unasked(void **state)
{
    struct ctl *ctl = *state;
    char text[TEXTS_MAX][TEXT_BYTES];
    char fresh[512];
    char *one = text[0];

    assert_int_equal(ctl_run(ctl, "--json", "keys", "recovery-new", NULL), 0);
    (void)texts_of(ctl, text);
    FILE *config = fopen(ctl->config, "a");
    assert_non_null(config);
    (void)fputs("master_key = \"credential\"\n", config);
    assert_int_equal(fclose(config), 0);
    assert_int_equal(recover_from(ctl, one), 5);
    ctl_expect_error(ctl, "systemd-run");
    (void)snprintf(fresh, sizeof fresh, "%s/fresh.key", ctl->directory);
    assert_int_equal(recover_to(ctl, one, fresh), 0);
    assert_int_equal(number_of(ctl, "restored"), 5);
    assert_int_equal(access(fresh, F_OK), 0);
}

static void a_new_master_key_opens_what_the_old_one_did(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);
    char elsewhere[512];
    char master[512];

    assert_int_equal(ctl_run(ctl, "--json", "keys", "rotate", NULL), 0);
    assert_int_equal(number_of(ctl, "wrapped"), 5);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
    (void)snprintf(elsewhere, sizeof elsewhere, "%s/new.key", ctl->directory);
    (void)snprintf(master, sizeof master, "%s/keys/master.key", ctl->store);
    assert_int_equal(ctl_run(ctl, "--json", "keys", "rotate", "--new-master", elsewhere, NULL), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 1);
    assert_false(master_in_force(ctl, 1));
    assert_int_equal(ctl_run(ctl, "customer", "add", "500", "--name", "x", NULL), 4);
    ctl_expect_error(ctl, "another took its place");
    assert_int_equal(ctl_run(ctl, "doctor", NULL), 1);
    assert_non_null(strstr(ctl->out, "not the one that the keys are under"));
    assert_int_equal(rename(elsewhere, master), 0);
    assert_true(master_in_force(ctl, 0));
    assert_int_equal(ctl_run(ctl, "customer", "add", "500", "--name", "x", NULL), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'keys_rotate'"), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_CTL(status_tells_months_hold_and_master),
        TEST_CTL(a_lost_private_half_is_told_and_others_get_their_keys),
        TEST_CTL(both_halves_lost_are_told_where_recordings_use_them),
        TEST_CTL(a_recovery_key_is_printed_once_and_kept_nowhere),
        TEST_CTL(shares_are_wrong_usage_where_they_make_no_sense),
        TEST_CTL(the_master_key_is_lost_and_shares_bring_all_back),
        TEST_CTL(what_is_no_recovery_key_is_refused),
        TEST_CTL(a_recovery_key_that_a_lost_half_needs_stays),
        TEST_CTL(without_its_credential_nothing_is_restored_unasked),
        TEST_CTL(a_new_master_key_opens_what_the_old_one_did),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
